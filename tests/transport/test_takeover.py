"""The whole attack over HTTP: a thief takes a node over at its peer, and its owner comes back."""

from pathlib import Path

import httpx
from tests.support.key_changes import confirm, regain, standing
from tests.transport.housing import House, houses, until
from tests.transport.thieves import Thief

from tidewaiter.exchange.protocol.documents import SignedDocument, fingerprint, write_chain
from tidewaiter.store.peers.directory import documents
from tidewaiter.transport.http_client import DOCUMENT, Line
from tidewaiter.transport.peers import RelationChange, relate
from tidewaiter.transport.sending import announce_documents
from tidewaiter.transport.unreachable_peers import Ways


def test_a_thief_with_the_keys_in_use_does_not_keep_the_node(tmp_path: Path) -> None:
    """No root changes by them, and what they did write goes when the root has signed."""
    with houses(tmp_path, "aland", "bergen") as (ours, peer):
        peer.open()
        thief = Thief(ours.party)
        second = thief.new_keys(endpoints=("http://127.0.0.1:9",))
        assert _post(peer, [second]) == 204  # new keys and another address are theirs to say
        assert [_post(peer, [each]) for each in thief.own_root()] == [400, 400]
        assert _post(peer, thief.chain) == 400
        assert standing(peer.party, ours.party) == "active"

        words = fingerprint(ours.party.chain[0].read())
        regain(ours.party)
        line = Line(inside=["127.0.0.0/8"])
        assert announce_documents(ours.party.desk, Ways(line).tell) == []
        line.close()
        assert standing(peer.party, ours.party) == "frozen"
        assert _known(peer, ours) == ours.party.documents()
        desk = peer.party.desk
        relate(
            desk,
            ours.party.name,
            RelationChange(to="active", compared=words, held="release"),
            desk.stamp(),
        )

        ours.open()
        ours.party.say(peer.party, "ours again")
        peer.party.say(ours.party, "welcome back")
        until(lambda: set(ours.party.states()) == {"processed"})
        until(lambda: set(peer.party.states()) == {"processed"})
        assert [_post(peer, [each]) for each in thief.chain[1:]] == [400] * 3
        assert _known(peer, ours) == ours.party.documents()


def test_an_owner_who_was_replaced_by_the_first_root_comes_back_by_the_second(
    tmp_path: Path,
) -> None:
    """A thief of the first root can freeze the node at its peer, and do no more than that."""
    with houses(tmp_path, "aland", "bergen") as (ours, peer):
        peer.open()
        thief = Thief(ours.party)
        assert _post(peer, [thief.by_root(ours.party.root)]) == 204
        assert standing(peer.party, ours.party) == "frozen"
        regain(ours.party, ours.party.next_root, tmp_path)
        assert _post(peer, ours.party.documents()) == 204
        assert _post(peer, thief.chain) == 400
        assert _post(peer, [thief.by_root(ours.party.root)]) == 400
        assert _known(peer, ours) == ours.party.documents()
        confirm(peer.party, ours.party)


def _post(to: House, chain: list[SignedDocument]) -> int:
    """Bring documents, as anybody can; return the status of the answer."""
    held = write_chain(chain)
    return httpx.post(f"{to.address}{DOCUMENT}", content=held, timeout=30).status_code


def _known(at: House, of: House) -> list[SignedDocument]:
    with at.party.desk.database.work() as work:
        return documents(work, of.party.name)
