"""Counts over all alerts: tallies kept with each change, recounted, and read for the overview.

Whoever changes alerts does it inside `tallied`, which reads them before and after. What an alert
adds to each count is settled in one place, `casework.tallies`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Table, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

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
from tidewaiter.store.core.batched import AT_ONCE, slices
from tidewaiter.store.core.columns import decode, plain
from tidewaiter.store.core.database import Work
from tidewaiter.trade.rules.alert_claims import claims_of, mention_claims
from tidewaiter.trade.rules.claim_outcomes import Claim, Said, all_say
from tidewaiter.trade.rules.results import Observed, standing_results
from tidewaiter.trade.types import Alert


def facts_of(
    work: Work, ids: Sequence[str], known: Mapping[str, Facts] = MappingProxyType({})
) -> dict[str, Facts]:
    """Read what is counted of alerts, by id; those that are not stored are absent.

    Args:
        work: Any.
        ids: Of the alerts.
        known: What is known of them; rules, substances and lists are not read again.
    """
    found: dict[str, Facts] = {}
    for some in slices(ids):
        told = {name: known[name] for name in some if name in known}
        found |= _facts(work, some, told or _named(work, some))
    return found


class _Named(Record, frozen=True, kw_only=True):
    """What an alert names; other lines change its rules alone."""

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
    """Read what a table says of alerts, each thing once."""
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
    """Read what results say of the rules and substances of alerts; hardly any alert has some."""
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
    """Say what results say of each rule and substance; one claim of a rule that holds will do."""
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
    counted.update(_lines_in_audit(work))
    return counted, alerts


def _lines_in_audit(work: Work) -> Counter[Cell]:
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


_SUBJECTS = ("rule", "substance", "list")


class Span(Record, frozen=True, kw_only=True):
    """Of when counts are asked for, and by whom."""

    today: date  # in UTC
    days: int  # of what is counted by day, up to today
    months: int | None = None  # of what is counted by month; None: all
    cleared: bool = False  # the reader may know of alerts that rest on restricted entries

    @property
    def first_day(self) -> date:
        """Return the first day asked for."""
        return self.today - timedelta(days=self.days - 1)

    @property
    def first_month(self) -> str:
        """Return the first month asked for, like "2026-03"; "": from the beginning."""
        if self.months is None:
            return ""
        months = self.today.year * 12 + self.today.month - self.months
        return f"{months // 12:04}-{months % 12 + 1:02}"


def read_counts(work: Work, span: Span) -> Counts:
    """Read the counts of the overview.

    Args:
        work: Any.
        span: Of when, and what the reader may know of.
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


def tracks_of(work: Work, span: Span, subject: str) -> Mapping[str, Track]:
    """Read how the alerts of all rules, substances or lists came out, by their key."""
    return {track.key: track for track in _tracks(work, span, (subject,))[subject]}


def _by_day(work: Work, span: Span, *whats: str) -> dict[str, dict[date, int]]:
    """Add up what is counted of each day, by what it is."""
    t = tables.tally.c
    found: dict[str, dict[date, int]] = {what: {} for what in whats}
    for what, day, amount in _sums(work, span, (t.what, t.day), *_within(span, whats)):
        found[what][date.fromisoformat(day)] = amount
    return found


def _by_key(work: Work, span: Span, *whats: str) -> dict[str, Counter[str]]:
    """Add up what is counted of all days together, by what it is and by its key.

    What was done to many alerts in one act counts once.
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
    # Not BETWEEN: PostgreSQL takes no COLLATE behind it.
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
    """Count the alerts that came in, of the months asked for."""
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
    """Add up counts over all other columns; those that are 0, or not made yet, are absent."""
    t = tables.tally.c
    total = func.sum(t.amount)
    known = () if span.cleared else (t.restricted == 0,)
    query = select(*columns, total).where(*wanted, *known).group_by(*columns).having(total > 0)
    # A sum is a decimal number on PostgreSQL.
    return [(*row[:-1], int(row[-1])) for row in work.connection.execute(query)]
