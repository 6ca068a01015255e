"""Pre-export notifications as stored: by number, or as an inbox and outbox by deadline."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, get_args

import msgspec
from msgspec import structs
from sqlalchemy import ColumnElement, RowMapping, and_, case, func, or_, select

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.state import State, state_of
from tidewaiter.exchange.notices.types import Event, Notice, Recalled, Side
from tidewaiter.exchange.protocol.signing import unlock
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Work

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
        raise MissingError("store/no-version-that-counts", number=kept.row.number)
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
        raise MissingError("store/no-notice-of-number", number=number)
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


Show = Literal["ours", "theirs", "overdue", "decided", "all"]
"""Which notices: those whose next act is ours or theirs, whose day for it is over, that the
importing side has decided on or the exporting side withdrew; or all."""

ROWS = 50
"""Of a page."""

_DECIDED = ("no objection", "objection", "not for us", "withdrawn")
_CURSOR = re.compile(r"(\d{4}-\d{2}-\d{2})?\.(\d{1,15})")


class Listed(Record, frozen=True, kw_only=True):
    """A notice in a list."""

    row: Row
    name: str  # of the peer
    country: str  # of the peer
    overdue: bool  # the day for the next act is over


class Wish(Record, frozen=True, kw_only=True):
    """Which notices are wanted."""

    side: Side  # of this node: importer for the inbox, exporter for the outbox
    show: Show = "all"
    text: str = ""  # in the reference, or in the name of the peer
    after: str = ""  # `cursor_of` the last one of the page before; "": from the first


def notice_list(work: Work, day: date, wish: Wish, *, rows: int = ROWS) -> list[Listed]:
    """Return notices: those whose day for the next act is first stand first.

    Args:
        work: Any.
        day: Today.
        wish: Which ones.
        rows: How many at most.

    Raises:
        InputError: The cursor is none.
    """
    n, p = tables.notice.c, tables.peer.c
    wanted = (
        select(tables.notice, p.name.label("peer_name"), p.country.label("peer_country"))
        .join_from(tables.notice, tables.peer, p.node == n.peer)
        .where(n.side == wish.side, _shows(day)[wish.show], _names(wish.text), _after(wish.after))
        .order_by(n.due.is_(None), n.due, n.number.desc())
        .limit(rows)
    )
    return [_listed(dict(row), day) for row in work.connection.execute(wanted).mappings()]


def count_notices(work: Work, day: date) -> dict[Side, dict[Show, int]]:
    """Count the notices of each box and kind.

    Args:
        work: Any.
        day: Today.
    """
    shows = {name: func.sum(case((is_so, 1), else_=0)) for name, is_so in _shows(day).items()}
    wanted = select(tables.notice.c.side, *shows.values()).group_by(tables.notice.c.side)
    found = {row[0]: row[1:] for row in work.connection.execute(wanted)}
    return {
        side: {
            show: int(count)
            for show, count in zip(shows, found.get(side, [0] * len(shows)), strict=True)
        }
        for side in get_args(Side)
    }


def cursor_of(last: Row) -> str:
    """Return where the next page begins, after the last notice of one."""
    return f"{last.due or ''}.{last.number}"


def _shows(day: date) -> Mapping[Show, ColumnElement[bool]]:
    n = tables.notice.c
    return {
        "ours": n.waits_for == n.side,
        "theirs": and_(n.waits_for != n.side, n.waits_for != ""),
        "overdue": and_(n.due.is_not(None), n.due < day.isoformat()),
        "decided": n.state.in_(_DECIDED),
        "all": n.number > 0,
    }


def _names(text: str) -> ColumnElement[bool]:
    """Seek a text in the reference and in what the peer is called, whatever its case."""
    n, p = tables.notice.c, tables.peer.c
    sought = text.strip().lower()
    names: list[Any] = [n.reference, n.peer, p.name]
    return or_(*(func.lower(each).contains(sought, autoescape=True) for each in names))


def _after(cursor: str) -> ColumnElement[bool]:
    n = tables.notice.c
    if not cursor:
        return n.number > 0
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise InputError("store/no-such-cursor", cursor=cursor[:40])
    due, number = found[1], int(found[2])
    same = and_(n.due == due if due else n.due.is_(None), n.number < number)
    return or_(same, n.due > due, n.due.is_(None)) if due else same


def _listed(row: dict[str, Any], day: date) -> Listed:
    name, country = row.pop("peer_name"), row.pop("peer_country")
    read = read_row(row)
    return Listed(
        row=on_day(read, day),
        name=name,
        country=country,
        overdue=read.due is not None and read.due < day,
    )
