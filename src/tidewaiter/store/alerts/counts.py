"""Counts over all alerts: updated with each change, recounted on demand, read by the overview.

Code that changes alerts runs inside `tallied`, which reads them before and after. What an alert
adds to each count is defined in one place, `casework.tallies`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Table, delete, func, select

from tidewaiter.base.errors import ConflictError
from tidewaiter.base.records import Record
from tidewaiter.casework.counts import (
    BATCH,
    Cell,
    Counts,
    Facts,
    OpenSince,
    Track,
    cells,
    difference,
)
from tidewaiter.casework.decisions import Decided
from tidewaiter.store.alerts.results import results_of
from tidewaiter.store.audit import moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import AT_ONCE, insert_into, slices
from tidewaiter.store.core.columns import decode, plain
from tidewaiter.store.core.database import Work
from tidewaiter.trade.rules.alert_claims import claims_of, mention_claims
from tidewaiter.trade.rules.claim_outcomes import Claim, Said, all_say
from tidewaiter.trade.rules.results import Observed, standing_results
from tidewaiter.trade.types import Alert


def facts_of(
    work: Work, ids: Sequence[str], known: Mapping[str, Facts] = MappingProxyType({})
) -> dict[str, Facts]:
    """Read the countable attributes of alerts by id; unknown ids are omitted.

    Args:
        work: Any transaction.
        ids: Of the alerts.
        known: What is already known; rules, substances and lists are not read again.
    """
    found: dict[str, Facts] = {}
    for some in slices(ids):
        told = {name: known[name] for name in some if name in known}
        found |= _facts(work, some, told or _named(work, some))
    return found


class _Named(Record, frozen=True, kw_only=True):
    """Rules, substances and lists of an alert; other lines change only its rules."""

    rules: tuple[str, ...]
    substances: tuple[str, ...]
    lists: tuple[str, ...]


def _named(work: Work, ids: Sequence[str]) -> dict[str, _Named]:
    rules = _several(work, tables.reason, "rule", ids)
    substances = _several(work, tables.alert_substance, "substance", ids)
    lists = _several(work, tables.alert_party, "list", ids)
    return {
        name: _Named(
            rules=rules.get(name, ()),
            substances=substances.get(name, ()),
            lists=lists.get(name, ()),
        )
        for name in ids
    }


def _facts(
    work: Work, ids: Sequence[str], named: Mapping[str, Facts] | Mapping[str, _Named]
) -> dict[str, Facts]:
    c = tables.alert.c
    columns = (c.id, c.severity, c.stored, c.status, c.assignee, c.restricted)
    trails, said = _trails(work, ids), _said(work, ids)
    rows = work.connection.execute(select(*columns).where(c.id.in_(ids))).mappings()
    return {
        row["id"]: Facts(
            severity=row["severity"],
            stored=row["stored"],
            restricted=bool(row["restricted"]),
            status=row["status"],
            assignee=row["assignee"],
            rules=named[row["id"]].rules,
            substances=named[row["id"]].substances,
            lists=named[row["id"]].lists,
            trail=tuple(trails.get(row["id"], ())),
            said=said.get(row["id"], {}),
        )
        for row in rows
    }


def _several(
    work: Work, table: Table, column: str, ids: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Read the distinct values of one table for alerts."""
    found: dict[str, tuple[str, ...]] = {}
    wanted = select(table.c.alert, table.c[column]).where(table.c.alert.in_(ids)).distinct()
    for alert, value in work.connection.execute(wanted):
        found[alert] = (*found.get(alert, ()), value)
    return found


def _trails(work: Work, ids: Sequence[str]) -> dict[str, list[Decided]]:
    d = tables.decision.c
    found: dict[str, list[Decided]] = {}
    wanted = select(tables.decision).where(d.alert.in_(ids)).order_by(d.id)
    for row in work.connection.execute(wanted).mappings():
        found.setdefault(row["alert"], []).append(Decided(**row))
    return found


def _said(work: Work, ids: Sequence[str]) -> dict[str, dict[str, Said]]:
    """Read what results confirm of the rules and substances of alerts; few alerts have any."""
    found = results_of(work, ids)
    c = tables.alert.c
    wanted = select(c.id, c.payload).where(c.id.in_(list(found)))
    rows = work.connection.execute(wanted).all() if found else []
    alerts = {name: decode(payload, Alert, f"alert {name}") for name, payload in rows}
    counting = {
        name: [each.observed for each in standing_results(results)]
        for name, results in found.items()
    }
    return {name: _said_of(alert, counting[name]) for name, alert in alerts.items()}


def _said_of(alert: Alert, results: Sequence[Observed]) -> dict[str, Said]:
    """Return the outcome for each rule and substance; one confirmed claim of a rule is enough."""
    said: dict[str, Said] = {}
    for key, claim in _claims(alert):
        told = all_say(results, claim).said
        if told != "nothing" and said.get(key) != "confirmed":
            said[key] = told
    return said


def _claims(alert: Alert) -> Iterator[tuple[str, Claim]]:
    for claim in claims_of(alert):
        yield f"rule {claim.rule}", claim
    for claim in mention_claims(alert):
        yield f"substance {claim.of[0].substance}", claim


_ROWS = 1_000  # counts per statement
_STATE = {"subject": "", "what": "counted", "key": "", "day": "", "restricted": 0}
_ANEW = "counts made anew"  # in the audit log


class Recounted(Record, frozen=True, kw_only=True):
    """Result of a recount."""

    alerts: int
    counts: int
    wrong: int  # counts that differed or were missing


class Counted(Record, frozen=True, kw_only=True):
    """Fresh counts of all alerts, with the stored counts of the same moment."""

    alerts: int
    counts: Counter[Cell]
    kept: Counter[Cell]
    last: int  # audit entry of the previous full count; 0: none


@contextmanager
def tallied(work: Work, ids: Sequence[str], *, reasons: bool = False) -> Iterator[None]:
    """Update the counts for changes made inside the context.

    Args:
        work: A write transaction.
        ids: All alerts that change: status, assignee, decisions or results.
        reasons: Whether their reasons change too.
    """
    distinct = list(dict.fromkeys(ids))
    before = facts_of(work, distinct)
    yield
    after = facts_of(work, distinct, {} if reasons else before)
    add_counts(work, difference(before.values(), list(after.values())))


def count_new(work: Work, new: Sequence[Alert]) -> None:
    """Count alerts while they are being inserted."""
    stored = moment(stamp_of(work).at)
    counted: Counter[Cell] = Counter()
    for alert in new:
        counted.update(cells(_new_facts(alert, stored)))
    add_counts(work, counted)


def count_lines(work: Work, lines: int) -> None:
    """Count new lines on the day on which they are stored."""
    day = moment(stamp_of(work).at)[:10]
    add_counts(work, Counter({Cell("lines", "read", "", day, False): lines}))


def add_counts(work: Work, changed: Mapping[Cell, int]) -> None:
    """Add to counts, or subtract from them."""
    rows = [_row(cell, amount) for cell, amount in changed.items() if amount]
    added = insert_into(work.connection, tables.tally)
    total = tables.tally.c.amount + added.excluded.amount
    kept = added.on_conflict_do_update(
        index_elements=list(tables.tally.primary_key), set_={"amount": total}
    )
    for start in range(0, len(rows), _ROWS):
        work.connection.execute(kept, rows[start : start + _ROWS])


def is_counted(work: Work) -> bool:
    """Return whether the counts cover all alerts; after an upgrade they may not yet."""
    t = tables.tally.c
    wanted = select(t.amount).where(t.subject == "", t.what == "counted")
    return work.connection.execute(wanted).scalar() is not None


def recount(work: Work) -> Recounted:
    """Recount everything in one write transaction, which blocks other writers.

    Returns:
        How many counts were wrong; 0 unless the tables were changed by hand.
    """
    return correct(work, count_all(work))


def count_all(work: Work) -> Counted:
    """Count all alerts and lines, for `correct`; a read transaction, which blocks no writer.

    Takes as long as reading all alerts.
    """
    counted, alerts = _count_all(work)
    return Counted(alerts=alerts, counts=counted, kept=_kept(work), last=_last_time(work))


def correct(work: Work, told: Counted) -> Recounted:
    """Correct the counts by the difference found at the time of the recount.

    Changes since then were added to the right and the wrong counts alike.

    Args:
        work: A write transaction.
        told: The recount, from this transaction or an earlier one.

    Raises:
        ConflictError: Another process has corrected them since.
    """
    if _last_time(work) != told.last:
        raise ConflictError("store/counts-made-anew-since")
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
    """Return the number of the audit entry of the last full count; 0: never."""
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
    counted.update(_lines_in_audit(work))
    return counted, alerts


def _lines_in_audit(work: Work) -> Counter[Cell]:
    """Count the lines by the day of arrival in the audit log."""
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


_SUBJECTS = ("rule", "substance", "list")


class Span(Record, frozen=True, kw_only=True):
    """The period of the counts, and the reader's clearance."""

    today: date  # in UTC
    days: int  # days counted individually, up to today
    months: int | None = None  # months counted; None: all
    cleared: bool = False  # the reader may know of alerts based on restricted entries

    @property
    def first_day(self) -> date:
        """Return the first day of the period."""
        return self.today - timedelta(days=self.days - 1)

    @property
    def first_month(self) -> str:
        """Return the first month of the period, such as "2026-03"; "": no lower limit."""
        if self.months is None:
            return ""
        months = self.today.year * 12 + self.today.month - self.months
        return f"{months // 12:04}-{months % 12 + 1:02}"


def read_counts(work: Work, span: Span) -> Counts:
    """Read the counts of the overview.

    Args:
        work: Any transaction.
        span: The period, and the reader's clearance.
    """
    days = _by_day(work, span, "added", "decided", "reopened")
    keys = _by_key(work, span, "disagreed", "took", "undone")
    tracks = _tracks(work, span)
    return Counts(
        open=tuple(_open(work, span)),
        stands=_now(work, span, "stands"),
        assigned=_now(work, span, "assigned"),
        added=days["added"],
        decided=days["decided"],
        reopened=days["reopened"],
        lines=_lines_by_day(work, span),
        undone=sum(keys["undone"].values()),
        disagreed=keys["disagreed"],
        took={int(minutes): count for minutes, count in keys["took"].items()},
        raised=raised(work, span),
        rules=tracks["rule"],
        substances=tracks["substance"],
        lists=tracks["list"],
    )


def reversals(work: Work, span: Span) -> tuple[int, int]:
    """Count the decisions of the days that were undone, and those that overrode a colleague's."""
    keys = _by_key(work, span, "disagreed", "undone")
    return sum(keys["undone"].values()), sum(keys["disagreed"].values())


def tracks_of(work: Work, span: Span, subject: str) -> Mapping[str, Track]:
    """Read the outcomes of alerts by rule, substance or list."""
    return {track.key: track for track in _tracks(work, span, (subject,))[subject]}


def _by_day(work: Work, span: Span, *whats: str) -> dict[str, dict[date, int]]:
    """Sum the counts of each day by kind."""
    t = tables.tally.c
    found: dict[str, dict[date, int]] = {what: {} for what in whats}
    for what, day, amount in _sums(work, span, (t.what, t.day), *_within(span, whats)):
        found[what][date.fromisoformat(day)] = amount
    return found


def _by_key(work: Work, span: Span, *whats: str) -> dict[str, Counter[str]]:
    """Sum the counts of all days by kind and key.

    A bulk decision counts once.
    """
    t = tables.tally.c
    found: dict[str, Counter[str]] = {what: Counter() for what in whats}
    both = (*whats, *(f"{BATCH}{what}" for what in whats))
    for what, key, amount in _sums(work, span, (t.what, t.key), *_within(span, both)):
        if what.startswith(BATCH):
            found[what.removeprefix(BATCH)][key.partition(" ")[2]] += 1
        else:
            found[what][key] += amount
    return dict(found)


def _within(span: Span, whats: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    t = tables.tally.c
    return t.subject == "alert", t.what.in_(whats), *_days(span)


def _days(span: Span) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    # Not BETWEEN: PostgreSQL does not accept COLLATE after it.
    t = tables.tally.c
    return t.day >= span.first_day.isoformat(), t.day <= span.today.isoformat()


def _open(work: Work, span: Span) -> Iterator[OpenSince]:
    t = tables.tally.c
    wanted = (t.subject == "alert", t.what == "open")
    for severity, day, amount in _sums(work, span, (t.key, t.day), *wanted):
        yield OpenSince(severity=severity, day=date.fromisoformat(day), alerts=amount)


def _now(work: Work, span: Span, what: str) -> dict[str, int]:
    t = tables.tally.c
    found = _sums(work, span, (t.key,), t.subject == "alert", t.what == what)
    return {key: amount for key, amount in found}  # noqa: C416


def _lines_by_day(work: Work, span: Span) -> dict[date, int]:
    t = tables.tally.c
    read = (t.subject == "lines", t.what == "read", *_days(span))
    found = _sums(work, span, (t.day,), *read)
    return {date.fromisoformat(day): amount for day, amount in found}


def raised(work: Work, span: Span) -> int:
    """Count the alerts received in the months of the period."""
    t = tables.tally.c
    wanted = (t.subject == "alert", t.what == "added", t.day >= span.first_month)
    return sum(amount for _, amount in _sums(work, span, (t.what,), *wanted))


def _tracks(
    work: Work, span: Span, subjects: tuple[str, ...] = _SUBJECTS
) -> dict[str, tuple[Track, ...]]:
    t = tables.tally.c
    wanted = (t.subject.in_(subjects), t.day >= span.first_month)
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for subject, key, what, amount in _sums(work, span, (t.subject, t.key, t.what), *wanted):
        if what.startswith(BATCH):
            made = found[subject, key.partition(" ")[2]]
            made.update({what.removeprefix(BATCH): 1, "bulk": 1, "bulk_alerts": amount})
        else:
            found[subject, key][what.replace("-", "_")] += amount
    tracks = {
        subject: [Track(key=key, **told) for (of, key), told in found.items() if of == subject]
        for subject in subjects
    }
    return {
        subject: tuple(sorted(each, key=lambda track: (-track.added, track.key)))
        for subject, each in tracks.items()
    }


def _sums(
    work: Work, span: Span, columns: tuple[ColumnElement[Any], ...], *wanted: ColumnElement[bool]
) -> list[tuple[Any, ...]]:
    """Sum counts over all other columns; zero and missing counts are omitted."""
    t = tables.tally.c
    total = func.sum(t.amount)
    known = () if span.cleared else (t.restricted == 0,)
    query = select(*columns, total).where(*wanted, *known).group_by(*columns).having(total > 0)
    # On PostgreSQL a sum is a decimal number.
    return [(*row[:-1], int(row[-1])) for row in work.connection.execute(query)]
