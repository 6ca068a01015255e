"""How notices stand in the database, read by number or as a list."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from msgspec import structs
from sqlalchemy import RowMapping, select

from tidewaiter.base.errors import MissingError
from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.events import Event, Recalled, Side
from tidewaiter.exchange.notices.states import State, state_of
from tidewaiter.exchange.notices.types import Notice
from tidewaiter.exchange.signing import unlock
from tidewaiter.store import tables
from tidewaiter.store.database import Work

OVER = ("sent", "viewed", "acknowledged", "more time")
"""States that end when the time is over."""

NO_MORE = ("never-left", "destroyed", "not-held")
"""Outcomes of a recall after which the recipient has no copy of the message."""


class Row(Record, frozen=True, kw_only=True):
    """A notice in a list."""

    number: int
    owner: str  # the node of the exporting side
    reference: str
    peer: str
    side: Side  # of this node
    state: str
    waits_for: str  # exporter, importer; "": nobody
    reply_by: date | None
    due: date | None  # day by which the next act is due; None: nothing is
    version: int
    changed: str  # ISO 8601, UTC


class Kept(Record, frozen=True, kw_only=True):
    """A notice, and what was done to it."""

    row: Row
    events: tuple[Event, ...]  # in the order of arrival
    state: State


def find_notice(work: Work, safe: bytes, number: int, day: date) -> Kept:
    """Return a notice as it stands on a day.

    Raises:
        MissingError: There is none of that number.
    """
    row = row_of(work, number)
    events = events_of(work, safe, number)
    return Kept(row=row, events=events, state=state_of(events, day))


def notice_of(kept: Kept) -> Notice:
    """Return what a notice says in the version that is in force.

    Raises:
        MissingError: None was sent that counts.
    """
    if kept.state.notice is None:
        hint = "its page tells what came instead"
        raise MissingError(f"notice {kept.row.number} has no version that counts", hint=hint)
    return kept.state.notice


def notices(
    work: Work, day: date, *, state: str = "", before: int = 0, rows: int = 100
) -> list[Row]:
    """Return notices, the last first.

    Args:
        work: Any.
        day: Today: by it, time is over.
        state: Only such as stand so; "": any.
        before: The number of the last one seen; 0: from the last.
        rows: How many at most.
    """
    n = tables.notice.c
    wanted = select(tables.notice)
    if state == "expired without reply":
        wanted = wanted.where(n.state.in_(OVER), n.reply_by < day.isoformat())
    elif state:
        wanted = wanted.where(n.state == state)
        if state in OVER:
            wanted = wanted.where((n.reply_by >= day.isoformat()) | n.reply_by.is_(None))
    if before:
        wanted = wanted.where(n.number < before)
    found = work.connection.execute(wanted.order_by(n.number.desc()).limit(rows)).mappings()
    return [on_day(read_row(row), day) for row in found]


def row_of(work: Work, number: int) -> Row:
    """Return the row of a notice.

    Raises:
        MissingError: There is none of that number.
    """
    wanted = select(tables.notice).where(tables.notice.c.number == number)
    row = work.connection.execute(wanted).mappings().first()
    if row is None:
        raise MissingError(f"there is no notice {number}", hint="look at: tidewaiter notices list")
    return read_row(row)


def events_of(work: Work, safe: bytes, number: int) -> tuple[Event, ...]:
    """Return the events of a notice; what the other side no longer holds counts as never said."""
    e, r = tables.notice_event.c, tables.recalled.c
    gone = select(r.item).where(r.outcome.in_(NO_MORE))
    wanted = select(e.written, e.message.in_(gone)).where(e.notice == number).order_by(e.number)
    events = []
    for written, recalled in work.connection.execute(wanted):
        event = msgspec.json.decode(unlock(written, safe), type=Event)
        events.append(structs.replace(event, what=Recalled()) if recalled else event)
    return tuple(events)


def read_row(row: RowMapping | Mapping[str, Any]) -> Row:
    """Read the row of a notice."""
    days = {name: date.fromisoformat(row[name]) for name in ("reply_by", "due") if row[name]}
    return Row(**{**row, **days})


def on_day(row: Row, day: date) -> Row:
    """Return a notice as it stands on a day: silence is seen by nobody's act."""
    if row.state in OVER and row.reply_by is not None and row.reply_by < day:
        return structs.replace(row, state="expired without reply")
    return row
