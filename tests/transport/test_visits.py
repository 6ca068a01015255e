"""An unreachable node visits its peers, and exchanges the same messages as with an address."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from sqlalchemy import select
from tests.support.peers import Party, found_party
from tests.support.raising import raises, says
from tests.transport.housing import until
from tests.transport.restoring import Copies, both_agree, contradictions

from tidewaiter.base.errors import OutputError
from tidewaiter.exchange.protocol.receipts import Visit, write_signed
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Stamp
from tidewaiter.store.peers.directory import end_wait, peer_of
from tidewaiter.transport import unreachable_peers as visiting
from tidewaiter.transport.delivery_rounds import Rounds
from tidewaiter.transport.http_client import INBOX, VISIT, Line
from tidewaiter.transport.server import make_app
from tidewaiter.transport.unreachable_peers import Visiting, Visits, Ways, to_visit, visit

Client = TestClient[Any]


class Road(Line):
    """A connection to one node with its application in this process."""

    def __init__(self, client: Client) -> None:
        super().__init__()
        self._client = client

    def visit(self, endpoints: Sequence[str], text: str) -> str:
        """Go there."""
        assert endpoints
        return self._client.post(VISIT, content=text).raise_for_status().text


@pytest.fixture
def hidden(party: Callable[..., Party]) -> tuple[Party, Party]:
    """Found a node without an address, and one with."""
    one, other = party("aland", endpoints=()), party("bergen")
    one.meet(other)
    other.meet(one)
    return one, other


@contextmanager
def open_house(host: Party) -> Iterator[tuple[Client, Visits]]:
    """Let visitors in, and bring them what is theirs."""
    visits = Visits(patience=0.3, seconds=1)
    ways = Ways(Line(), visits)
    with TestClient(make_app(host.desk, visits=visits)) as client:
        rounds = Rounds(host.desk, ways.post, ways.ask, ways.tell, visits.waiting)
        try:
            yield client, visits
        finally:
            rounds.close()


def keep_visiting(guest: Party, host: Party, until: Callable[[], bool]) -> None:
    """Visit until something is so, for 20 seconds at most."""
    with open_house(host) as (client, _):
        road, done, end = Road(client), None, time.monotonic() + 20
        while not until():
            assert time.monotonic() < end, host.states()
            done = visit(guest.desk, host.name, road, done)


def test_what_is_for_it_comes_with_its_visits(hidden: tuple[Party, Party]) -> None:
    """Each message once, in order, with its receipt, although it is unreachable."""
    one, other = hidden
    for number in range(70):  # more than one request takes
        other.say(one, f"{number}")
    keep_visiting(one, other, lambda: other.states() == {"processed": 70})
    assert [seq for _, seq, _ in one.taken()] == list(range(1, 71))
    assert both_agree(other, one)


def test_only_a_node_without_an_address_visits(hidden: tuple[Party, Party]) -> None:
    """Who can be reached waits at home."""
    one, other = hidden
    assert (to_visit(one.desk), to_visit(other.desk)) == ([other.name], [])


def test_nothing_is_sealed_for_one_that_does_not_come(hidden: tuple[Party, Party]) -> None:
    """The reason is given, and what was written can still be discarded."""
    one, other = hidden
    other.say(one, "patience")
    with open_house(other):
        end = time.monotonic() + 5
        while not _trouble(other, one) and time.monotonic() < end:
            time.sleep(0.02)
    assert says(_trouble(other, one), "transport/peer-comes-itself")
    assert other.states() == {"waiting": 1}


def test_a_restored_node_asks_its_visitor_first(tmp_path: Path) -> None:
    """Messages sent after the copy are recovered from it, and no number is reused."""
    one, other = found_party("aland", tmp_path, endpoints=()), found_party("bergen", tmp_path)
    one.meet(other)
    other.meet(one)
    copies = Copies(tmp_path)
    other.say(one, "before")
    keep_visiting(one, other, lambda: other.states() == {"processed": 1})
    copies.make(other)
    other.say(one, "forgotten")
    keep_visiting(one, other, lambda: other.states() == {"processed": 2})
    copies.restore(other)
    other.say(one, "after")
    keep_visiting(one, other, lambda: other.states() == {"processed": 3})
    assert both_agree(other, one)
    assert contradictions(one) == 0


def test_nobody_visits_in_the_name_of_another(hidden: tuple[Party, Party], party: Any) -> None:
    """Who did not sign it, or meant another node, gets nothing; nor does a stranger."""
    one, other = hidden
    third = party("corfu")
    other.say(one, "for aland alone")

    def signed(by: Party, sender: Party, to: Party) -> str:
        told = Visit(sender=sender.name, to=to.name, nonce="0")
        return write_signed(told, by.desk.ring.signer())

    with open_house(other) as (client, _):
        for text in (
            signed(third, one, other),
            signed(third, third, other),
            signed(one, one, third),
            "x",
        ):
            assert client.post(VISIT, content=text).status_code == 403
    assert other.states() == {"waiting": 1}


def test_a_visitor_that_does_not_answer_is_left(hidden: tuple[Party, Party]) -> None:
    """An unsolicited answer changes nothing; delivered messages are delivered again."""
    one, other = hidden
    other.say(one, "again")
    with open_house(other) as (client, _):
        told = Visit(sender=one.name, to=other.name, nonce="0", answers="f" * 16)
        text = write_signed(told, one.desk.ring.signer())
        handed = client.post(VISIT, content=f"{text}\nwhat nobody asked for")
        assert handed.status_code == 200
    keep_visiting(one, other, lambda: other.states() == {"processed": 1})
    assert len(one.taken()) == 1


def test_who_is_away_is_not_waited_for() -> None:
    """The sender goes on to others at once."""
    with raises("transport/peer-comes-itself", OutputError):  # waiting for ever overflows
        Visits(seconds=math.inf).post("tidewaiter/away", ["x"])


def test_what_a_visitor_is_asked_is_known(hidden: tuple[Party, Party]) -> None:
    """A host that asks for anything else is left alone, and nothing is done for it."""
    one, other = hidden

    class Odd(Road):
        def visit(self, _endpoints: Sequence[str], _text: str) -> str:
            return f"1 {INBOX}/../secrets\nplease"

    with open_house(other) as (client, _), raises("transport/not-for-a-visitor"):
        visit(one.desk, other.name, Odd(client), None)


def _trouble(host: Party, guest: Party) -> str:
    with host.desk.database.work() as work:
        return peer_of(work, guest.name).trouble


def test_a_frozen_visitor_gets_nothing(hidden: tuple[Party, Party]) -> None:
    """It may visit, and what is held for it stays."""
    one, other = hidden
    with other.desk.database.work(other.desk.stamp()) as work:
        p = tables.peer
        work.connection.execute(p.update().where(p.c.node == one.name).values(standing="frozen"))
    other.say(one, "held")
    with open_house(other) as (client, _):
        assert visit(one.desk, other.name, Road(client), None) is None
    with other.desk.database.work() as work:
        assert list(work.connection.execute(select(tables.outgoing.c.seq)).scalars()) == [None]


def test_who_is_to_be_tried_again_is_visited_at_once(
    hidden: tuple[Party, Party], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node without an address does not sit out its own wait when `node retry` ends it."""
    one, other = hidden
    tried = list[str]()

    def fails(_desk: object, node: str, *_: object) -> tuple[str, str]:
        tried.append(node)
        raise OutputError.from_words("it is down", hint="wait")

    monkeypatch.setattr(visiting, "visit", fails)
    monkeypatch.setattr(visiting, "wait_seconds", lambda *_: 3600.0)
    monkeypatch.setattr(visiting, "_LOOKS", 0.02)
    keeper = Visiting(one.desk, Line())
    try:
        until(lambda: tried == [other.name])
        later = Stamp(who="an officer", at=one.desk.clock() + timedelta(seconds=1))
        with one.desk.database.work(later) as work:
            end_wait(work, other.name)
        until(lambda: len(tried) > 1)
    finally:
        keeper.close()
    assert set(tried) == {other.name}
