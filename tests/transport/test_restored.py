"""A node that was restored from an old copy learns from its peers what it has forgotten."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.support.peers import Party
from tests.transport.restoring import (
    Copies,
    Pair,
    asking,
    both_agree,
    contradictions,
    kept_question,
)

from tidewaiter.base.errors import InputError
from tidewaiter.store.audit import verify_audit
from tidewaiter.store.core import tables
from tidewaiter.store.peers.directory import peer_of
from tidewaiter.store.peers.outbox import count_outgoing
from tidewaiter.transport.reconciliation import answer, catch_up

ON_SQLITE = pytest.mark.parametrize("dialect", ["sqlite"])
"""A copy of a database of PostgreSQL is made by its own tools."""


@pytest.fixture
def copies(tmp_path: Path) -> Copies:
    """Make copies of databases, and restore them."""
    return Copies(tmp_path)


@ON_SQLITE
def test_a_receiver_restored_from_yesterday_gets_everything_again(
    pair: Pair, copies: Copies
) -> None:
    """What it says it has goes down, and all after it comes again."""
    one, other = pair
    for number in range(5):
        one.say(other, f"before {number}")
    one.send(other)
    copies.make(other)
    for number in range(100):
        one.say(other, f"after {number}")
    while one.send(other).more:
        pass
    copies.restore(other)
    assert len(other.taken()) == 5
    one.say(other, "one more")
    for _ in range(6):
        one.send(other)
    assert [seq for _, seq, _ in other.taken()] == list(range(1, 107))
    assert one.states() == {"processed": 106}
    assert contradictions(other) == 0


@ON_SQLITE
def test_a_restored_receiver_that_is_asked_gets_everything_again(
    pair: Pair, copies: Copies
) -> None:
    """Without a new message, too: it has less than it once said, and that is sent."""
    one, other = pair
    copies.make(other)
    for number in range(3):
        one.say(other, f"{number}")
    one.send(other)
    copies.restore(other)
    assert one.send(other).sent == 0
    assert catch_up(one.desk, other.name, asking(other)) == 0
    assert one.send(other).sent == 3
    assert [seq for _, seq, _ in other.taken()] == [1, 2, 3]


@ON_SQLITE
def test_a_restored_sender_gives_no_number_twice(pair: Pair, copies: Copies) -> None:
    """It recovers what it had sent, and continues after it; it does not contradict itself."""
    one, other = pair
    one.say(other, "sent before the copy")
    one.send(other)
    waiting = one.say(other, "written before the copy, sent after it")
    copies.make(one)
    lost = [one.say(other, f"after the copy {number}") for number in range(70)]
    while one.send(other).more:
        pass
    copies.restore(one)
    assert catch_up(one.desk, other.name, asking(other)) == 71
    assert catch_up(one.desk, other.name, asking(other)) == 0
    new = one.say(other, "after all that")
    one.send(other)
    assert both_agree(one, other)
    assert one.states() == {"processed": 73}
    assert len(other.taken()) == 73
    o = tables.outgoing.c
    with one.desk.database.work() as work:
        seqs = dict(map(tuple, work.connection.execute(select(o.id, o.seq))))
        assert verify_audit(work).broken is None
    assert (seqs[waiting], seqs[lost[0]], seqs[lost[69]], seqs[new]) == (2, 3, 72, 73)
    assert contradictions(other) == 0


@ON_SQLITE
def test_a_restored_sender_that_did_not_ask_is_told(pair: Pair, copies: Copies) -> None:
    """Messages sealed under used numbers are rejected, and get new numbers."""
    one, other = pair
    copies.make(one)
    one.say(other, "forgotten")
    one.send(other)
    copies.restore(one)
    one.say(other, "first after that")
    one.say(other, "second after that")
    assert one.send(other).ask
    assert catch_up(one.desk, other.name, asking(other)) == 1
    assert one.states() == {"processed": 1, "waiting": 2}
    one.send(other)
    assert both_agree(one, other)
    assert len(other.taken()) == 3


@ON_SQLITE
def test_only_what_this_node_signed_is_believed(pair: Pair, copies: Copies) -> None:
    """Another's answer, an old one, one with a gap, and one of other messages are refused."""
    one, other = pair
    copies.make(one)
    for number in range(3):
        one.say(other, f"{number}")
        other.say(one, f"{number}")
    one.send(other)
    other.send(one)
    copies.restore(one)
    old = answer(other.desk, kept_question(one, other))

    def answers(change: Callable[[list[str]], list[str]]) -> Callable[..., list[str]]:
        return lambda _peer, text: change(answer(other.desk, text))

    theirs = _shown(other)
    for change in (
        lambda _: old,
        lambda lines: [lines[0], *lines[2:]],
        lambda lines: [lines[0], theirs],
        lambda lines: [lines[0], lines[1].rpartition(" ")[0]],
        lambda lines: [lines[0], f"{lines[1].rpartition(' ')[0]} {lines[2].rpartition(' ')[2]}"],
        lambda lines: lines[1:],
        lambda _: [],
    ):
        with pytest.raises(InputError):
            catch_up(one.desk, other.name, answers(change))
    with one.desk.database.work() as work:
        assert count_outgoing(work, other.name) == {}
        assert peer_of(work, other.name).sealed == 0


def _shown(party: Party) -> str:
    """Return a message of another node, in the place of one's own."""
    o = tables.outgoing.c
    with party.desk.database.work() as work:
        row = work.connection.execute(select(o.signed, o.box, o.receipt).limit(1)).one()
    return f"{row.signed} {row.box} {row.receipt}"
