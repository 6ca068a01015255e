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
"""States that end at the deadline."""

NO_MORE = ("never-left", "destroyed", "not-held")
"""Outcomes of a recall after which the recipient has no copy of the message."""


class Row(Record, frozen=True, kw_only=True):
    """A row of the notice list."""

    number: int
    owner: str  # node of the exporting side
    reference: str
    peer: str
    side: Side  # of this node
    state: str
    waits_for: str  # exporter, importer; "": none
    reply_by: date | None
    due: date | None  # deadline of the next act; None: none
    version: int
    changed: str  # ISO 8601, UTC


class Kept(Record, frozen=True, kw_only=True):
    """A notice and its events."""

    row: Row
    events: tuple[Event, ...]  # in order of arrival
    state: State


def find_notice(work: Work, safe: bytes, number: int, day: date) -> Kept:
    """Return a notice as of a day.

    Raises:
        MissingError: No notice has that number.
    """
    row = row_of(work, number)
    events = events_of(work, safe, number)
    return Kept(row=row, events=events, state=state_of(events, day))


def notice_of(kept: Kept) -> Notice:
    """Return the content of the version in force.

    Raises:
        MissingError: No valid version was sent.
    """
    if kept.state.notice is None:
        raise MissingError("store/no-version-that-counts", number=kept.row.number)
    return kept.state.notice


def notices(
    work: Work, day: date, *, state: str = "", before: int = 0, rows: int = 100
) -> list[Row]:
    """Return notices, latest first.

    Args:
        work: Any transaction.
        day: Today, to apply deadlines.
        state: Only notices in this state; "": any.
        before: Number of the last one seen; 0: start with the latest.
        rows: Maximum number.
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
        MissingError: No notice has that number.
    """
    wanted = select(tables.notice).where(tables.notice.c.number == number)
    row = work.connection.execute(wanted).mappings().first()
    if row is None:
        raise MissingError("store/no-notice-of-number", number=number)
    return read_row(row)


def events_of(work: Work, safe: bytes, number: int) -> tuple[Event, ...]:
    """Return the events of a notice; those the other side no longer holds are omitted."""
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
    """Return a notice as of a day: expiry needs no event."""
    if row.state in OVER and row.reply_by is not None and row.reply_by < day:
        return structs.replace(row, state="expired without reply")
    return row


Show = Literal["ours", "theirs", "overdue", "decided", "all"]
"""Selection of notices: next act due from us or from them, overdue, decided by the importing
side, withdrawn by the exporting side; or all."""

ROWS = 50
"""Rows per page."""

_DECIDED = ("no objection", "objection", "not for us", "withdrawn")
_CURSOR = re.compile(r"(\d{4}-\d{2}-\d{2})?\.(\d{1,15})")


class Listed(Record, frozen=True, kw_only=True):
    """A row of the inbox or outbox."""

    row: Row
    name: str  # of the peer
    country: str  # of the peer
    overdue: bool  # the deadline of the next act has passed


class Wish(Record, frozen=True, kw_only=True):
    """Filter of notices."""

    side: Side  # of this node: importer: inbox; exporter: outbox
    show: Show = "all"
    text: str = ""  # substring of the reference or the peer's name
    after: str = ""  # `cursor_of` the previous page's last row; "": from the start


def notice_list(work: Work, day: date, wish: Wish, *, rows: int = ROWS) -> list[Listed]:
    """Return notices by deadline of the next act, earliest first.

    Args:
        work: Any transaction.
        day: Today.
        wish: The filter.
        rows: Maximum number.

    Raises:
        InputError: Invalid cursor.
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
    """Count the notices of each box and selection.

    Args:
        work: Any transaction.
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


def count_objections(work: Work, since: str) -> int:
    """Count the outgoing notices that were objected to, and last changed since a moment.

    Args:
        work: Any transaction.
        since: ISO 8601, UTC.
    """
    n = tables.notice.c
    which = (n.side == "exporter", n.state == "objection", n.changed >= since)
    return int(work.connection.execute(select(func.count()).where(*which)).scalar_one())


def cursor_of(last: Row) -> str:
    """Return the cursor of the next page, after the last notice of this one."""
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
    """Match a text in the reference or the peer's name, ignoring case."""
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
