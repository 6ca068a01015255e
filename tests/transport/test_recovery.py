"""Keys that were lost or stolen: a node comes back by its root, and what it said before holds."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.key_changes import Pair, confirm, held, regain, standing, telling, turn
from tests.support.peers import Party, cut, line_to
from tests.support.raising import raises
from tests.transport.vouching import vouched

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.exchange.protocol.documents import fingerprint, write_chain
from tidewaiter.exchange.protocol.keyring import About
from tidewaiter.node.identity import own_ring
from tidewaiter.store.peers.directory import peer_of
from tidewaiter.transport.context import Desk
from tidewaiter.transport.key_rotation import change, recover
from tidewaiter.transport.peers import RelationChange, hear_documents, relate
from tidewaiter.transport.sending import send_round


@pytest.mark.parametrize("way", ["told", "carried"])
def test_a_root_recovers_a_node_and_people_confirm_it(pair: Pair, way: str) -> None:
    """Nothing but control passes before; all that was written comes after."""
    one, other = pair
    one.say(other, "before")
    one.send(other)
    one.say(other, "on its way")
    one.send(other, cut)
    other.say(one, "the other way")
    regain(one)
    one.say(other, "after")
    if way == "carried":
        hear_documents(other.desk, write_chain(one.documents()))
    one.send(other)  # an unknown key: not announced
    send_round(one.desk, other.name, line_to(other), telling(other))
    assert standing(other, one) == "frozen"
    for _ in range(4):
        one.send(other)
    came = 1 if way == "carried" else 2  # under the old key, before anybody told of the new
    assert [each.header.kind for each in held(other)].count("message") == came
    with raises("exchange/fingerprint-not-compared"):
        relate(
            other.desk, one.name, RelationChange(to="active", held="release"), other.desk.stamp()
        )
    confirm(other, one)
    for _ in range(6):
        one.send(other)
        other.send(one)
    assert set(one.states()) == {"processed"}
    assert set(other.states()) == {"processed"}
    kinds = [each.header.kind for each in held(other)]
    assert kinds.count("message") == 3


def test_a_thief_who_has_the_keys_is_shut_out(pair: Pair) -> None:
    """Messages signed with the stolen keys are rejected, and recent ones not trusted."""
    one, other = pair
    one.say(other, "true")
    one.send(other)
    one.say(other, "perhaps by the thief")
    one.send(other)
    stolen = one.desk.ring
    recover(one.desk.database, one.ring, one.root, one.desk.stamp())
    one.desk = Desk(one.desk.database, stolen, path=one.ring, clock=one.desk.clock)
    hear_documents(other.desk, write_chain(one.documents()))
    with other.desk.database.work() as work:  # until the owner says since when
        assert [vouched(work, one.name, number) for number in (1, 2)] == ["untrusted"] * 2
    confirm(other, one)
    for _ in range(3):
        one.send(other)
    with other.desk.database.work() as work:
        assert [vouched(work, one.name, number) for number in (1, 2, 3)] == ["holds"] * 3


def test_old_evidence_verifies_with_retired_keys(pair: Pair) -> None:
    """However often keys have changed since; what was revoked holds up to where it was."""
    one, other = pair
    for number in range(6):
        one.say(other, f"{number}")
        one.send(other)
        turn(one, revoke=number == 3)
        one.send(other)
    with other.desk.database.work() as work:
        count = len(other.taken())
        assert count == 12
        assert {vouched(work, one.name, number) for number in range(1, count + 1)} == {"holds"}


def test_messages_since_a_moment_are_not_trusted(pair: Pair) -> None:
    """A key is revoked retroactively: later messages are kept, and marked."""
    one, other = pair
    one.say(other, "true")
    one.send(other)
    since = "2026-11-25T11:00:00.000000+00:00"
    turn(one, revoke=True, since=since)
    one.send(other)
    with other.desk.database.work() as work:
        assert [vouched(work, one.name, number) for number in (1, 2)] == ["untrusted"] * 2


def test_the_announced_root_takes_the_place_of_the_first(pair: Pair, tmp_path: Path) -> None:
    """With other words; a root to come is written for the next time."""
    one, other = pair
    with raises("transport/no-folder-for-root-key"):
        regain(one, one.next_root)
    regain(one, one.next_root, tmp_path)
    before = fingerprint(one.chain[0].read())
    hear_documents(other.desk, write_chain(one.documents()))
    assert standing(other, one) == "frozen"
    with raises("transport/fingerprint-differs"):
        relate(
            other.desk, one.name, RelationChange(to="active", compared=before), other.desk.stamp()
        )
    confirm(other, one)
    one.say(other, "under the new root")
    for _ in range(3):
        one.send(other)
    assert set(one.states()) == {"processed"}
    with raises("transport/not-a-root-key"):
        regain(one, one.root)


def test_a_node_that_lost_its_keys_goes_on(pair: Pair) -> None:
    """Written but unsent messages are lost with them, and counted; the order continues."""
    one, other = pair
    one.say(other, "came")
    one.send(other)
    one.say(other, "sealed")
    one.send(other, cut)
    one.say(other, "waits")
    one.ring.unlink()
    made = recover(one.desk.database, one.ring, one.root, one.desk.stamp())
    assert made.lost == 1
    found = own_ring(one.ring)
    assert found is not None
    one.desk = Desk(one.desk.database, found, path=one.ring, clock=one.desk.clock)
    hear_documents(other.desk, write_chain(one.documents()))
    confirm(other, one)
    one.say(other, "again")
    for _ in range(4):
        one.send(other)
    assert one.states() == {"discarded": 2, "processed": 3}
    assert [state for _, _, state in other.taken()] == ["processed"] * 3


def test_a_node_says_something_else_of_itself(pair: Pair) -> None:
    """With its current keys: no comparison is needed."""
    one, other = pair
    about = About(node=one.name, name="New", country="NO", role="observer")
    change(one.desk, about, one.desk.stamp())
    one.send(other)
    assert standing(other, one) == "active"
    with other.desk.database.work() as work:
        assert peer_of(work, one.name).name == "New"


def test_documents_of_strangers_are_not_kept(party: Callable[..., Party], pair: Pair) -> None:
    """For non-peers nothing is stored."""
    _, other = pair
    stranger = party("cork")
    for held_ in (write_chain(stranger.documents()), b"[]", b"x", b"[[]]"):
        with pytest.raises((InputError, MissingError)):
            hear_documents(other.desk, held_)
