"""Tallies in the database: brought along by each change, and counted anew where that is asked.

Whoever changes alerts does it inside `tallied`, which reads them before and after. What an alert
adds to each count is settled in one place, `casework.tallies`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from tidewaiter.base.errors import ConflictError
from tidewaiter.base.records import Record
from tidewaiter.casework.tallies import Cell, Facts, cells, difference
from tidewaiter.consignments.types import Alert
from tidewaiter.store import tables
from tidewaiter.store.audit import moment, record_change, stamp_of
from tidewaiter.store.database import Work
from tidewaiter.store.facts import facts_of
from tidewaiter.store.payloads import plain
from tidewaiter.store.slices import AT_ONCE

_ROWS = 1_000  # counts written at a time
_STATE = {"subject": "", "what": "counted", "key": "", "day": "", "restricted": 0}
_ANEW = "counts made anew"  # in the audit


class Recounted(Record, frozen=True, kw_only=True):
    """What a recount found."""

    alerts: int
    counts: int
    wrong: int  # counts that were kept and were others, or were not there


class Counted(Record, frozen=True, kw_only=True):
    """What was counted of all alerts, beside what was kept of them at the same moment."""

    alerts: int
    counts: Counter[Cell]
    kept: Counter[Cell]
    last: int  # entry of the audit at which all had been counted before; 0: none


@contextmanager
def tallied(work: Work, ids: Sequence[str], *, reasons: bool = False) -> Iterator[None]:
    """Bring the counts along with what is done to alerts in between.

    Args:
        work: Begun with a stamp.
        ids: Of all alerts that are changed: their standing, assignee, decisions or results.
        reasons: Their reasons are changed too.
    """
    distinct = list(dict.fromkeys(ids))
    before = facts_of(work, distinct)
    yield
    after = facts_of(work, distinct, {} if reasons else before)
    add_counts(work, difference(before.values(), list(after.values())))


def count_new(work: Work, new: Sequence[Alert]) -> None:
    """Count alerts that are being inserted."""
    stored = moment(stamp_of(work).at)
    counted: Counter[Cell] = Counter()
    for alert in new:
        counted.update(cells(_new_facts(alert, stored)))
    add_counts(work, counted)


def count_lines(work: Work, lines: int) -> None:
    """Count lines that are new, on the day on which they are stored."""
    day = moment(stamp_of(work).at)[:10]
    add_counts(work, Counter({Cell("lines", "read", "", day, False): lines}))


def add_counts(work: Work, changed: Mapping[Cell, int]) -> None:
    """Add to counts, or take from them."""
    rows = [_row(cell, amount) for cell, amount in changed.items() if amount]
    make = sqlite.insert if work.connection.dialect.name == "sqlite" else postgresql.insert
    added = make(tables.tally)
    total = tables.tally.c.amount + added.excluded.amount
    kept = added.on_conflict_do_update(
        index_elements=list(tables.tally.primary_key), set_={"amount": total}
    )
    for start in range(0, len(rows), _ROWS):
        work.connection.execute(kept, rows[start : start + _ROWS])


def is_counted(work: Work) -> bool:
    """Tell whether the counts are those of all alerts; after an upgrade they are not yet."""
    t = tables.tally.c
    wanted = select(t.amount).where(t.subject == "", t.what == "counted")
    return work.connection.execute(wanted).scalar() is not None


def recount(work: Work) -> Recounted:
    """Count all anew in one piece of work, begun with a stamp; nobody else changes anything then.

    Returns:
        How many counts were wrong: none, unless somebody changed the tables by hand.
    """
    return correct(work, count_all(work))


def count_all(work: Work) -> Counted:
    """Count all alerts and lines, for `correct`; work that only reads holds up no writer.

    It takes as long as it takes to read all alerts.
    """
    counted, alerts = _count_all(work)
    return Counted(alerts=alerts, counts=counted, kept=_kept(work), last=_last_time(work))


def correct(work: Work, told: Counted) -> Recounted:
    """Correct the counts by what was wrong of them when all were counted.

    What was done since added its own share, to the right counts as to the wrong ones.

    Args:
        work: Begun with a stamp.
        told: What was counted, in this work or before.

    Raises:
        ConflictError: Someone else has corrected them since.
    """
    if _last_time(work) != told.last:
        hint = "look at them, then count again where they are still wrong"
        raise ConflictError("someone else has made the counts anew since", hint=hint)
    cells_ = told.counts.keys() | told.kept.keys()
    off = {cell: told.counts[cell] - told.kept[cell] for cell in cells_}
    wrong = sum(amount != 0 for amount in off.values())
    add_counts(work, off)
    work.connection.execute(delete(tables.tally).where(tables.tally.c.amount == 0))
    if not is_counted(work):
        work.connection.execute(tables.tally.insert().values(**_STATE, amount=1))
    record_change(work, _ANEW, {"alerts": told.alerts, "wrong": wrong})
    return Recounted(alerts=told.alerts, counts=len(told.counts), wrong=wrong)


def _last_time(work: Work) -> int:
    """Return the number of the entry of the audit at which all was last counted; 0: never."""
    a = tables.audit.c
    wanted = select(func.max(a.number)).where(a.action == _ANEW)
    return work.connection.execute(wanted).scalar() or 0


def _kept(work: Work) -> Counter[Cell]:
    t = tables.tally.c
    rows = work.connection.execute(select(tables.tally).where(t.subject != "", t.amount != 0))
    return Counter(
        {
            Cell(row["subject"], row["what"], row["key"], row["day"], bool(row["restricted"])): row[
                "amount"
            ]
            for row in rows.mappings()
        }
    )


def _count_all(work: Work) -> tuple[Counter[Cell], int]:
    counted: Counter[Cell] = Counter()
    c, after, alerts = tables.alert.c, "", 0
    while True:
        some = select(c.id).where(c.id > after).order_by(c.id).limit(AT_ONCE)
        ids = work.connection.execute(some).scalars().all()
        if not ids:
            break
        for facts in facts_of(work, ids).values():
            counted.update(cells(facts))
        after, alerts = ids[-1], alerts + len(ids)
    counted.update(_lines(work))
    return counted, alerts


def _lines(work: Work) -> Counter[Cell]:
    """Count the lines as the audit tells when they came."""
    a, counted = tables.audit.c, Counter[Cell]()
    wanted = select(a.at, a.details).where(a.action == "batch added")
    for at, details in work.connection.execute(wanted):
        lines = msgspec.json.decode(details, type=dict[str, str | int]).get("new_lines", 0)
        if lines:
            counted[Cell("lines", "read", "", at[:10], False)] += int(lines)
    return counted


def _new_facts(alert: Alert, stored: str) -> Facts:
    return Facts(
        severity=alert.severity,
        stored=stored,
        restricted=alert.restricted,
        status="open",
        assignee=None,
        rules=tuple(dict.fromkeys(reason.rule for reason in alert.reasons)),
        substances=tuple(dict.fromkeys(alert.substances)),
        lists=tuple(dict.fromkeys(plain(match.list) for match in alert.parties)),
    )


def _row(cell: Cell, amount: int) -> dict[str, object]:
    return {**cell._asdict(), "restricted": int(cell.restricted), "amount": amount}
