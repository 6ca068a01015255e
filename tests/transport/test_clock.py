"""Clocks that are wrong by days, and that are set back: nothing is lost, nothing waits for days."""

import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from tests.support.peers import Party, cut, line_to

from tidewaiter.exchange.protocol.documents import Document
from tidewaiter.exchange.protocol.receipts import read_receipt
from tidewaiter.store.peers.directory import peer_of
from tidewaiter.store.peers.outbox import to_send
from tidewaiter.transport.delivery_rounds import Rounds
from tidewaiter.transport.receiving import receive

TRUE = datetime(2026, 11, 25, 12, tzinfo=UTC)
Pair = tuple[Party, Party]


def set_clock(party: Party, days: float) -> None:
    """Let the clock of a node be wrong by so many days."""
    party.desk.clock = lambda: TRUE + timedelta(days=days)


@pytest.mark.parametrize(("ours", "theirs"), [(-2, 2), (2, -2), (0, 2), (-2, 0)])
def test_clocks_that_differ_by_days_lose_nothing(pair: Pair, ours: float, theirs: float) -> None:
    """A message that can be acted on for two days is acted on, and is receipted."""
    one, other = pair
    set_clock(one, ours)
    set_clock(other, theirs)
    for number in range(10):
        one.say(other, f"{number}", days=2)
        other.say(one, f"{number}", days=2)
    one.send(other)
    other.send(one)
    assert one.states() == other.states() == {"processed": 10}


def test_a_clock_that_jumps_loses_nothing(pair: Pair) -> None:
    """Forwards and backwards, on both sides, between any two messages."""
    one, other = pair
    chance = random.Random(5)
    for number in range(50):
        set_clock(one, chance.uniform(-2, 2))
        set_clock(other, chance.uniform(-2, 2))
        one.say(other, f"{number}", days=2)
        one.send(other, cut if chance.random() < 0.3 else None)
    one.send(other)
    assert one.states() == {"processed": 50}
    assert [seq for _, seq, _ in other.taken()] == list(range(1, 51))


@pytest.mark.parametrize("days", [3, 30])
def test_what_has_expired_is_refused_for_good(pair: Pair, days: int) -> None:
    """By more than clocks may differ; it has its place, and did nothing."""
    one, other = pair
    set_clock(one, -days - 0.1)
    one.say(other, "too late", days=0)
    one.send(other)
    assert one.states() == {"refused": 1}
    with one.desk.database.work() as work:
        sent = to_send(work, peer_of(work, other.name), rows=9)
    assert sent == []


def test_a_clock_set_back_holds_nothing_up(pair: Pair) -> None:
    """A peer that was put off by a clock two days ahead is tried as soon as it is right again."""
    one, other = pair
    set_clock(one, 2)
    one.say(other, "at once")
    one.send(other, cut)
    set_clock(one, 0)
    done = _rounds_until(one, line_to(other), lambda: one.states() == {"processed": 1})
    assert done


def test_the_wait_for_a_peer_is_kept(pair: Pair) -> None:
    """A peer that did not answer is left alone until its time comes."""
    one, other = pair
    one.say(other, "later")
    one.send(other, cut)
    asked: list[int] = []

    def post(_to: Document, lines: Sequence[str]) -> list[str]:
        asked.append(len(lines))
        return receive(other.desk, lines)

    rounds = Rounds(one.desk, post)
    time.sleep(0.6)
    rounds.close()
    assert asked == []
    set_clock(one, 0.001)
    assert _rounds_until(one, post, lambda: bool(asked))


def test_receipts_say_the_time_of_who_gives_them(pair: Pair) -> None:
    """Nothing depends on it, and a wrong one is not a reason to refuse."""
    one, other = pair
    set_clock(other, 2)
    one.say(other, "now")
    given: list[str] = []

    def post(_to: Document, lines: Sequence[str]) -> list[str]:
        given.extend(receive(other.desk, lines))
        return given

    one.send(other, post)
    assert read_receipt(given[0]).receipt.at.startswith("2026-11-27T12:00")
    assert one.states() == {"processed": 1}


def _rounds_until(party: Party, post: Callable[..., list[str]], done: Callable[[], bool]) -> bool:
    """Let a node send until a condition is true; return whether it was within 20 seconds."""
    rounds = Rounds(party.desk, post)
    until = time.monotonic() + 20
    while not done() and time.monotonic() < until:
        time.sleep(0.05)
    rounds.close()
    return done()
