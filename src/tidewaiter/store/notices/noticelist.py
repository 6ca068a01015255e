"""Lists of notices: the inbox and the outbox by deadline, counted and sought in the database."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.events import Side
from tidewaiter.store import tables
from tidewaiter.store.database import Work
from tidewaiter.store.noticerows import Row, on_day, read_row

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
        raise InputError(f'no page begins after "{cursor[:40]}"', hint="go on from a page before")
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
