"""All alerts of a database as their lines were found, from where other lines are heard anew."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import func, select

from tidewaiter.consignments.types import Alert
from tidewaiter.store import tables
from tidewaiter.store.audit import record_change
from tidewaiter.store.database import Database, Work
from tidewaiter.store.payloads import decode
from tidewaiter.store.slices import AT_ONCE
from tidewaiter.store.versions import as_found

_MARKED: Final = "alerts marked anew"  # in the audit


class Found(NamedTuple):
    """An alert as its line was found, and the source of its line."""

    source: int
    alert: Alert


def every_alert(database: Database) -> Iterator[list[Found]]:
    """Read all alerts in the order of storing, some at a time, each time of one source.

    No transaction stays open in between.

    Raises:
        StoreError: One is not one that we wrote.
    """
    c, after = tables.alert.c, -1
    while True:
        wanted = select(c.number, c.source, c.id, c.payload).where(c.number > after)
        with database.work() as work:
            rows = work.connection.execute(wanted.order_by(c.number).limit(AT_ONCE)).all()
            found = as_found(work, [decode(r.payload, Alert, f"alert {r.id}") for r in rows])
        if not rows:
            return
        after = rows[-1].number
        yield from _by_source([Found(r.source, a) for r, a in zip(rows, found, strict=True)])


def _by_source(found: Sequence[Found]) -> Iterator[list[Found]]:
    some: list[Found] = []
    for each in found:
        if some and some[-1].source != each.source:
            yield some
            some = []
        some.append(each)
    if some:
        yield some


def first_days(work: Work) -> dict[int, date]:
    """Return the day of the first screening of each source."""
    s = tables.screening.c
    rows = work.connection.execute(select(s.source, func.min(s.day)).group_by(s.source))
    return {source: date.fromisoformat(day) for source, day in rows}


def last_screenings(work: Work) -> dict[int, int]:
    """Return the id of the last screening of each source."""
    s = tables.screening.c
    rows = work.connection.execute(select(s.source, func.max(s.id)).group_by(s.source))
    return {source: number for source, number in rows}  # noqa: C416


class Heads(NamedTuple):
    """How far a database is with what settles what other lines say; -1: there is none."""

    line: int
    alert: int
    result: int
    taken_back: int  # the last decision that was
    withdrawn: int  # results that were, in all


def heads(work: Work) -> Heads:
    """Return how far a database is."""
    n, a, r, d = tables.line.c, tables.alert.c, tables.result.c, tables.decision.c
    asked = [select(func.max(each)) for each in (n.id, a.number, r.id)]
    asked.append(select(func.max(d.id)).where(d.verdict.is_(None)))
    asked.append(select(func.count()).select_from(tables.result_withdrawn))
    told = [work.connection.execute(each).scalar() for each in asked]
    return Heads(*(-1 if each is None else int(each) for each in told))


def last_marking(work: Work) -> str:
    """Return the digest of what all alerts were last marked by; "": they never were."""
    c = tables.audit.c
    wanted = select(c.details).where(c.action == _MARKED).order_by(c.number.desc()).limit(1)
    found = work.connection.execute(wanted).scalar()
    return "" if found is None else str(msgspec.json.decode(found)["by"])


def note_marking(work: Work, digest: str, alerts: int) -> None:
    """Write down that all alerts were marked.

    Args:
        work: Begun with a stamp.
        digest: Of what they were marked by.
        alerts: How many there are.
    """
    record_change(work, _MARKED, {"by": digest, "alerts": alerts})
