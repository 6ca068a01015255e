"""Stolen keys: a thief writes documents in the name of a node, and its owner takes it back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, update
from tests.support.key_changes import Pair, confirm, held, regain, standing, telling, turn
from tests.support.peers import Party, line_to
from tests.support.raising import raises
from tests.transport.restoring import asking, both_agree
from tests.transport.thieves import Thief
from tests.transport.vouching import vouched

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.protocol.documents import fingerprint, write_chain
from tidewaiter.exchange.protocol.keyring import Ring
from tidewaiter.node.identity import keep_ring
from tidewaiter.store.audit import verify_audit
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import encode
from tidewaiter.store.peers.channel import conversation
from tidewaiter.store.peers.directory import documents, peer_of, replaced_documents
from tidewaiter.store.peers.key_recovery import recheck, take_up
from tidewaiter.transport.peers import RelationChange, hear_documents, relate, standings
from tidewaiter.transport.reconciliation import catch_up
from tidewaiter.transport.sending import announce_documents, send_round


def digests(party: Party, of: Party) -> list[str]:
    """Return the documents that a node has of another, as they are named."""
    with party.desk.database.work() as work:
        return [each.digest() for each in documents(work, of.name)]


def own_digests(party: Party) -> list[str]:
    """Return the documents that a node has of itself."""
    return [each.digest() for each in party.documents()]


def exchange(one: Party, other: Party, times: int = 6) -> None:
    """Let two nodes ask and send each other what is due."""
    for _ in range(times):
        for each, peer in ((one, other), (other, one)):
            catch_up(each.desk, peer.name, asking(peer))
            send_round(each.desk, peer.name, line_to(peer), telling(peer))


def test_a_stolen_key_announces_no_root_at_a_peer(pair: Pair) -> None:
    """Neither as a separate document nor in a message; relation and chain are unchanged."""
    one, other = pair
    thief = Thief(one)
    for each in thief.own_root():
        with pytest.raises(InputError):
            hear_documents(other.desk, write_chain([each]))
    with pytest.raises(InputError):
        hear_documents(other.desk, write_chain(thief.chain))
    assert (standing(other, one), digests(other, one)) == ("active", own_digests(one))


@pytest.mark.parametrize("rotated", [0, 2])
@pytest.mark.parametrize("way", ["told", "carried"])
def test_the_owner_takes_the_node_back_by_its_root(pair: Pair, rotated: int, way: str) -> None:
    """A thief was first, also after a change of keys that was right; people compare the words."""
    one, other = pair
    for _ in range(rotated):
        turn(one)
        one.send(other)
    thief = Thief(one)
    hear_documents(other.desk, write_chain([thief.new_keys(endpoints=("http://thief.example",))]))
    hear_documents(other.desk, write_chain([thief.new_keys(name="Thief")]))
    assert standing(other, one) == "active"  # so far it is what a key in daily use may do
    one.say(other, "is anybody there?")
    assert "recover the node by its root" in one.send(other).trouble  # its owner can know
    words = fingerprint(one.documents()[-1].read())
    regain(one)
    if way == "told":
        assert announce_documents(one.desk, telling(other)) == []
    else:
        with other.desk.database.work(other.desk.stamp()) as work:
            take_up(work, one.documents(), own=other.name)
    assert digests(other, one) == own_digests(one)
    assert standing(other, one) == "frozen"
    with raises("exchange/fingerprint-not-compared"):
        relate(
            other.desk, one.name, RelationChange(to="active", held="release"), other.desk.stamp()
        )
    relate(
        other.desk,
        one.name,
        RelationChange(to="active", compared=words, held="release"),
        other.desk.stamp(),
    )
    one.say(other, "ours again")
    exchange(one, other)
    assert held(other)[-1].header.kind == "message"
    assert set(one.states()) == {"processed"}
    with other.desk.database.work() as work:
        assert len(replaced_documents(work, one.name)) == 2
        assert verify_audit(work).broken is None
    for again in (thief.chain, thief.chain[-1:], [thief.new_keys()]):
        with pytest.raises(InputError):  # the thief goes on, and says it all again
            hear_documents(other.desk, write_chain(again))
    assert (standing(other, one), digests(other, one)) == ("active", own_digests(one))


def test_a_key_of_before_writes_nothing(pair: Pair) -> None:
    """It was stolen, and changed before the thief used it: the newest document stays."""
    one, other = pair
    thief = Thief(one, at=0)
    turn(one)
    one.send(other)
    with pytest.raises(InputError):
        hear_documents(other.desk, write_chain([thief.new_keys()]))
    assert (standing(other, one), digests(other, one)) == ("active", own_digests(one))


def test_two_thieves_and_two_peers_come_to_one_chain(
    pair: Pair, party: Callable[..., Party]
) -> None:
    """One fork at each peer, from different documents; the owner's root replaces both."""
    one, other = pair
    third = party("cork")
    third.meet(one)
    one.meet(third)
    first = Thief(one)
    hear_documents(third.desk, write_chain([first.new_keys()]))
    turn(one)
    one.send(other)
    hear_documents(other.desk, write_chain([Thief(one).new_keys()]))
    with pytest.raises(InputError):
        hear_documents(other.desk, write_chain(first.chain))
    regain(one)
    for each in (other, third):
        hear_documents(each.desk, write_chain(one.documents()))
        assert digests(each, one) == own_digests(one)
        assert standing(each, one) == "frozen"


def test_documents_of_the_root_are_not_replayed(pair: Pair) -> None:
    """Documents it signed before are known, and restore nothing."""
    one, other = pair
    regain(one)
    hear_documents(other.desk, write_chain(one.documents()))
    confirm(other, one)
    turn(one)
    hear_documents(other.desk, write_chain(one.documents()))
    whole = one.documents()
    for again in (whole[:1], whole[:2], whole[1:2], whole):
        hear_documents(other.desk, write_chain(again))
    assert (standing(other, one), digests(other, one)) == ("active", own_digests(one))


def test_the_next_root_takes_the_place_of_one_that_was_stolen(pair: Pair, tmp_path: Path) -> None:
    """With other words; the holder of the first root and the keys is outranked permanently."""
    one, other = pair
    words = fingerprint(one.documents()[0].read())
    keep = one.desk.ring
    thief_side = Thief(one)
    regain(one)  # what the thief does with the first root, on a copy of the node
    forged = one.documents()
    hear_documents(other.desk, write_chain(forged))
    _forget_last_document(one, keep)
    regain(one, one.next_root, tmp_path)
    hear_documents(other.desk, write_chain(one.documents()))
    assert digests(other, one) == own_digests(one)
    for again in (forged, [thief_side.new_keys()]):
        with pytest.raises(InputError):
            hear_documents(other.desk, write_chain(again))
    with raises("transport/fingerprint-differs"):
        relate(
            other.desk, one.name, RelationChange(to="active", compared=words), other.desk.stamp()
        )
    confirm(other, one)


def test_what_a_thief_sent_is_marked_and_what_was_sent_to_it_goes_to_the_owner(
    pair: Pair, tmp_path: Path
) -> None:
    """Both sides agree on the line afterwards, and the owner sees what was said in its name."""
    one, other = pair
    one.say(other, "true")
    one.send(other)
    other.say(one, "to the owner")
    other.send(one)
    thief = Thief(one)
    hear_documents(other.desk, write_chain([thief.new_keys()]))
    false = thief.as_party(tmp_path, other)
    catch_up(false.desk, other.name, asking(other))
    false.say(other, "false")
    false.send(other)
    catch_up(other.desk, one.name, asking(false))
    other.say(one, "a secret, sealed for the thief")
    other.send(false)
    assert other.states() == {"processed": 2}
    regain(one)
    hear_documents(other.desk, write_chain(one.documents()))
    with other.desk.database.work() as work:
        told = standings(work)[0]
        assert (told.doubted, told.peer.relation.standing) == (2, "frozen")  # until it says more
    confirm(other, one)
    exchange(one, other)
    with other.desk.database.work() as work:
        assert [vouched(work, one.name, seq) for seq in (1, 2, 3)] == [
            "holds",
            "untrusted",
            "holds",
        ]
        talk = conversation(work, one.name, other.desk.ring.lock, other.desk.ring.openers())
        assert {each.text: each.doubted for each in talk if not each.ours} == {
            "true": False,
            "false": True,
        }
        assert standings(work)[0].doubted == 1
    assert [each.header.kind for each in held(one)].count("message") == 2
    assert both_agree(one, other)
    assert both_agree(other, one)
    with one.desk.database.work() as work:
        talk = conversation(work, other.name, one.desk.ring.lock, one.desk.ring.openers())
        assert [each.text for each in talk if each.ours and each.doubted] == ["false"]
        assert {each.text for each in talk if not each.ours} == {
            "to the owner",
            "a secret, sealed for the thief",
        }
    false.desk.database.close()


def test_what_an_earlier_version_took_from_a_thief_is_put_aside(pair: Pair) -> None:
    """Such documents may be in a database already: the node finds them at start."""
    one, other = pair
    thief = Thief(one)
    forged = thief.own_root()
    d, p = tables.node_document, tables.peer.c
    with other.desk.database.work(other.desk.stamp()) as work:
        for number, each in enumerate(forged, 2):
            row = {"node": one.name, "number": number, "written": encode(each), "kept": "2026"}
            work.connection.execute(d.insert().values(**row))
        work.connection.execute(update(tables.peer).where(p.node == one.name).values(document=3))
    with other.desk.database.work(other.desk.stamp()) as work:
        assert recheck(work) == [one.name]
    with other.desk.database.work(other.desk.stamp()) as work:
        assert recheck(work) == []
        assert peer_of(work, one.name).document == 1
    assert digests(other, one) == own_digests(one)
    assert standing(other, one) == "frozen"
    confirm(other, one)
    turn(one)
    one.say(other, "as ever")
    one.send(other)
    exchange(one, other)
    assert set(one.states()) == {"processed"}


def _forget_last_document(party: Party, ring: Ring) -> None:
    """Put a node back to where it was before its last document."""
    d = tables.node_document.c
    with party.desk.database.work(party.desk.stamp()) as work:
        last = select(d.number).where(d.node == party.name).order_by(d.number.desc()).limit(1)
        number = work.connection.execute(last).scalar_one()
        gone = tables.node_document.delete().where(d.node == party.name, d.number == number)
        work.connection.execute(gone)
        work.connection.execute(tables.outgoing.delete())
    keep_ring(party.ring, ring)
