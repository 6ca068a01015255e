"""A notice between two nodes: both read the same, and no one else can act."""

from collections.abc import Callable
from datetime import date, timedelta

import msgspec
import pytest
from sqlalchemy import select
from tests.support.notices import DAY, NOTICE, changed
from tests.support.peers import Party
from tests.support.raising import raises

from tidewaiter.base.errors import ConflictError, InputError
from tidewaiter.exchange.notices.state import State
from tidewaiter.exchange.notices.types import (
    Event,
    NoObjection,
    Objected,
    Queried,
    Sent,
    What,
)
from tidewaiter.store.core.columns import METADATA
from tidewaiter.store.notices.events import do_to_notice, send_notice
from tidewaiter.store.notices.lookup import Kept, Row, find_notice, notices
from tidewaiter.store.peers.outbox import Message, write_message

Pair = tuple[Party, Party]
YES = NoObjection(decided_by="Licensing")


def _send(one: Party, other: Party, reference: str = NOTICE.reference) -> Kept:
    notice = changed(NOTICE, reference=reference)
    with one.desk.database.work(one.desk.stamp()) as work:
        return send_notice(work, one.desk.ring.lock, one.name, other.name, Sent(notice=notice))


def _do(party: Party, what: What, number: int = 1, *, seen: int | None = None) -> Kept:
    with party.desk.database.work(party.desk.stamp()) as work:
        return do_to_notice(work, party.desk.ring.lock, number, what, seen=seen)


def _state(party: Party, day: date = DAY, number: int = 1) -> State:
    with party.desk.database.work() as work:
        return find_notice(work, party.desk.ring.lock, number, day).state


def _rows(party: Party, day: date = DAY, state: str = "") -> list[Row]:
    with party.desk.database.work() as work:
        return notices(work, day, state=state)


def test_both_sides_read_the_same(pair: Pair) -> None:
    """From sending to the answer, after each act of either side."""
    one, other = pair
    _send(one, other)
    assert _rows(other) == []
    one.send(other)
    assert [(each.side, each.state) for each in _rows(other)] == [("importer", "sent")]
    _do(other, Queried(text="Who is the end user?"))
    other.send(one)
    assert _state(one).name == "under enquiry"
    assert _state(one).waits_for == "exporter"
    _do(other, YES)
    other.send(one)
    assert _state(one) == _state(other)
    assert _state(one).approved


def test_silence_is_no_consent_on_either_side(pair: Pair) -> None:
    """When the time is over the list says so, without any act."""
    one, other = pair
    reply_by = _send(one, other).state.reply_by
    one.send(other)
    assert reply_by is not None
    late = reply_by + timedelta(days=1)
    for each in pair:
        assert _state(each, late).name == "expired without reply"
        assert [row.state for row in _rows(each, late)] == ["expired without reply"]
        assert len(_rows(each, late, "expired without reply")) == 1
        assert _rows(each, late, "sent") == []
        assert not _state(each, late).approved


def test_a_side_does_only_what_is_its_own(pair: Pair) -> None:
    """The exporter cannot agree with itself, and a decision on an unseen version is refused."""
    one, other = pair
    _send(one, other)
    one.send(other)
    with pytest.raises(InputError):
        _do(one, YES)
    with raises("store/notice-changed-since-you-looked", ConflictError):
        _do(other, YES, seen=0)
    assert _do(other, Objected(code="other", decided_by="Licensing"), seen=1).state.name == (
        "objection"
    )


def test_a_stranger_to_a_notice_has_no_say(party: Callable[..., Party], pair: Pair) -> None:
    """An event of another peer is refused, however well it is made."""
    one, other = pair
    third = party("corfu")
    one.meet(third)
    third.meet(one)
    _send(one, other)
    event = Event(
        id="x",
        notice=NOTICE.reference,
        by="importer",
        seq=1,
        seen=1,
        version=1,
        at=one.desk.clock(),
        what=YES,
    )
    with third.desk.database.work(third.desk.stamp()) as work:
        message = Message(kind="notice", body=msgspec.json.encode(event))
        write_message(work, third.desk.ring.lock, one.name, message)
    third.send(one)
    assert third.states() == {"refused": 1}
    assert _state(one).name == "sent"


def test_two_peers_may_have_a_notice_of_one_reference(
    party: Callable[..., Party], pair: Pair
) -> None:
    """A reference is its owner's own."""
    one, other = pair
    third = party("corfu")
    for each, peer in ((other, third), (third, other)):
        each.meet(peer)
    for sender in (one, third):
        _send(sender, other)
        sender.send(other)
    assert [each.owner for each in _rows(other)] == [third.name, one.name]
    with raises("store/notice-exists"):
        _send(one, other)


def test_what_a_notice_says_does_not_stand_in_the_database_in_the_clear(pair: Pair) -> None:
    """Nor is it in the log."""
    one, other = pair
    _send(one, other)
    one.send(other)
    importer = NOTICE.parties.importer.name
    for each in pair:
        with each.desk.database.work() as work:
            rows = [
                tuple(row)
                for table in METADATA.sorted_tables
                for row in work.connection.execute(select(table))
            ]
        assert importer not in str(rows)
        assert len(rows) > 10
