"""Back-off: a peer that was away is left alone for minutes at most, and not when it is there."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from tests.support.key_changes import telling, turn
from tests.support.peers import Party, cut, line_to
from tests.transport.recalling import recall_it
from tests.transport.restoring import Pair, asking

from tidewaiter.base.errors import InputError, OutputError
from tidewaiter.exchange.protocol.documents import Document
from tidewaiter.store.peers.directory import Known, peer_of
from tidewaiter.store.peers.outbox import failed_with
from tidewaiter.transport.delivery_rounds import Rounds
from tidewaiter.transport.http_client import UnknownError
from tidewaiter.transport.peers import RelationChange, relate
from tidewaiter.transport.receiving import receive
from tidewaiter.transport.reconciliation import answer, catch_up
from tidewaiter.transport.sending import LONGEST, failed_tries, wait_seconds
from tidewaiter.transport.server import begin

TRUE = datetime(2026, 11, 25, 12, tzinfo=UTC)
FAR = "2026-11-25T12:04:59.000000+00:00"


def known(party: Party, of: Party) -> Known:
    """Return what a node knows of a peer."""
    with party.desk.database.work() as work:
        return peer_of(work, of.name)


def away(party: Party, peer: Party, *, tries: int = 12, due: str = FAR) -> None:
    """Let a peer have been away for long."""
    with party.desk.database.work(party.desk.stamp()) as work:
        failed_with(work, peer.name, tries=tries, due=due, trouble="it cannot be reached")


def waits(party: Party, peer: Party) -> bool:
    """Say whether a peer is left alone."""
    return known(party, peer).tries > 0


def test_the_wait_doubles_and_is_minutes_at_most() -> None:
    """However often it failed, and whatever the chance; it is never less than half of it."""
    assert LONGEST <= 600
    for chance in (0.0, 0.5, 1.0):
        waits_ = [wait_seconds(tries, chance) for tries in range(1, 200)]
        assert waits_ == sorted(waits_)
        assert max(waits_) <= LONGEST
        assert waits_[:4] == [each * (0.5 + chance / 2) for each in (1, 2, 4, 8)]
        assert min(waits_[10:]) >= LONGEST / 2


def test_a_try_before_its_time_is_no_further_failure() -> None:
    """The clock was set back: it is tried, and the wait does not grow by it."""
    latest = "2026-11-25T12:10:00.000000+00:00"
    assert failed_tries(0, "", latest) == 1
    assert failed_tries(7, FAR, latest) == 8
    assert failed_tries(7, "2026-11-27T12:00:00.000000+00:00", latest) == 7
    assert failed_tries(0, "2026-11-27T12:00:00.000000+00:00", latest) == 1


def _hears(one: Party, other: Party) -> None:
    other.say(one, "here I am")
    other.send(one)


def _is_asked(one: Party, other: Party) -> None:
    catch_up(other.desk, one.name, asking(one))


def _asks(one: Party, other: Party) -> None:
    catch_up(one.desk, other.name, asking(other))


def _freezes(one: Party, other: Party) -> None:
    relate(one.desk, other.name, RelationChange(to="frozen", reason="order"), one.desk.stamp())


def _turns(one: Party, _other: Party) -> None:
    turn(one, revoke=True)


def _begins(one: Party, _other: Party) -> None:
    begin(one.desk)


@pytest.mark.parametrize("way", [_hears, _is_asked, _asks, _freezes, _turns, _begins])
def test_the_wait_ends(pair: Pair, way: Callable[[Party, Party], None]) -> None:
    """With a sign of the peer, with news that are for now, and when the node starts."""
    one, other = pair
    one.say(other, "waits")
    away(one, other)
    way(one, other)
    assert not waits(one, other)


def test_a_recall_does_not_wait_and_an_ordinary_message_does(pair: Pair) -> None:
    """A recall is requested at once."""
    one, other = pair
    item = one.say(other, "not for you")
    one.send(other)
    away(one, other)
    one.say(other, "whenever you are there")
    assert waits(one, other)
    recall_it(one, item)
    assert not waits(one, other)


def test_what_waits_goes_as_soon_as_the_peer_is_heard(pair: Pair) -> None:
    """By the serving node, which also ends its own wait."""
    one, other = pair
    one.say(other, "after the trouble")
    broken = [True]

    def post(to: Document, lines: Sequence[str]) -> list[str]:
        return cut(to, lines) if broken else receive(other.desk, lines)

    away(one, other, tries=12, due="2026-11-25T11:00:00.000000+00:00")
    rounds = Rounds(one.desk, post)
    assert _until(lambda: known(one, other).tries == 13)
    broken.clear()
    _hears(one, other)
    assert _until(lambda: one.states() == {"processed": 1})
    rounds.close()


def test_a_sign_that_comes_during_a_try_that_fails_counts(pair: Pair) -> None:
    """The failure is the first since that sign, and not one of many."""
    one, other = pair
    one.say(other, "crossing")
    away(one, other)

    def crossing(to: Document, lines: Sequence[str]) -> list[str]:
        _hears(one, other)
        return cut(to, lines)

    one.send(other, crossing)
    assert known(one, other).tries == 1


def test_a_peer_that_turns_messages_away_is_left_alone_longer_each_time(pair: Pair) -> None:
    """It answers, and yet asking it again at once is useless."""
    one, other = pair
    relate(other.desk, one.name, RelationChange(to="frozen"), other.desk.stamp())
    one.say(other, "later")
    found = []
    for _ in range(3):
        one.send(other)
        found.append(known(one, other).tries)
    assert found[1:] == [found[0] + 1, found[0] + 2]


def test_a_clock_that_was_set_back_does_not_make_a_node_hammer(pair: Pair) -> None:
    """It tries once, and then keeps its back-off by a monotonic clock."""
    one, other = pair
    one.say(other, "patience")
    away(one, other, due="2026-11-27T12:00:00.000000+00:00")
    asked: list[int] = []

    def post(to: Document, lines: Sequence[str]) -> list[str]:
        asked.append(len(lines))
        one.desk.clock = lambda: TRUE - timedelta(days=len(asked))  # and it goes on being set back
        return cut(to, lines)

    rounds = Rounds(one.desk, post)
    assert _until(lambda: bool(asked))
    time.sleep(1.2)
    rounds.close()
    assert (len(asked), known(one, other).tries) == (1, 12)


def test_a_peer_that_does_not_know_the_key_is_told_of_it(pair: Pair) -> None:
    """A node that changed its keys while its peer was away asks by one that is unknown there."""
    one, other = pair
    one.say(other, "under the old key")
    one.send(other, cut)
    turn(one)
    one.say(other, "under the new key")
    away(one, other, tries=1, due="2026-11-25T11:00:00.000000+00:00")

    def ask(_to: Document, text: str) -> list[str]:
        try:
            return answer(other.desk, text)
        except InputError as error:
            raise UnknownError("transport/node-or-key-not-known") from error

    one.desk.clock = lambda: TRUE + timedelta(seconds=time.monotonic() % 10_000)
    rounds = Rounds(one.desk, line_to(other), ask, telling(other))
    assert _until(lambda: set(one.states()) == {"processed"})
    rounds.close()
    assert [seq for _, seq, _ in other.taken()] == [1, 2, 3]


def test_each_peer_is_asked_once_when_the_node_starts(
    pair: Pair, party: Callable[..., Party]
) -> None:
    """Also where nothing waits for it, and however often it fails: then it is asked again."""
    one, other = pair
    third = party("cork")
    one.meet(third, "invited")
    asked: list[str] = []

    def ask(to: Document, text: str) -> list[str]:
        asked.append(to.node)
        if len(asked) == 1:
            raise OutputError.from_words("it is not there yet")
        return answer(other.desk, text)

    one.desk.clock = lambda: TRUE + timedelta(seconds=time.monotonic() % 10_000)
    rounds = Rounds(one.desk, cut, ask)
    assert _until(lambda: len(asked) > 1)
    time.sleep(0.6)
    one.desk.doubted.add(other.name)
    assert _until(lambda: len(asked) > 2)
    time.sleep(0.6)
    rounds.close()
    assert asked == [other.name] * 3
    assert not waits(one, other)


def _until(done: Callable[[], bool]) -> bool:
    """Wait until a condition is true, for 20 seconds at most; return whether it became true."""
    end = time.monotonic() + 20
    while not done() and time.monotonic() < end:
        time.sleep(0.05)
    return done()
