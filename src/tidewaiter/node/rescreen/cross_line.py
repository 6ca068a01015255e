"""Findings from all lines of a database for its alerts: amounts, shared signs and history, updated.

Each alert is marked as if its file were screened into the database now; an undated line counts on
the day of its screening. Without new lines, alerts or results, undone decisions or rule changes,
nothing is done.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import structs

from tidewaiter.base.phrases import decoder_of, stored_json
from tidewaiter.base.records import Record
from tidewaiter.bulk.cross_line import Marks, Once
from tidewaiter.bulk.journal import read_journal
from tidewaiter.bulk.screening import Settings
from tidewaiter.law.registry import Registry, load_registry
from tidewaiter.node.file_screening import RegisterAsked
from tidewaiter.node.rescreen.basis import basis_of
from tidewaiter.node.rescreen.database_inputs import register_desk
from tidewaiter.store.alerts.storage import add_alerts, known_alerts
from tidewaiter.store.alerts.versions import mark_alerts
from tidewaiter.store.core.database import Database, Stamp
from tidewaiter.store.screening.history import (
    Heads,
    every_alert,
    first_days,
    heads,
    inspected,
    last_marking,
    last_screenings,
    note_marking,
    past_lines,
    past_parties,
)
from tidewaiter.store.screening.lines import every_line
from tidewaiter.trade.aggregation import Key, Part, Sum, Together
from tidewaiter.trade.alerts import open_version
from tidewaiter.trade.history.allowances import Allowed
from tidewaiter.trade.history.reasons import Past, Screening, selected
from tidewaiter.trade.rules.alert_rules import AlertRules, load_alert_rules
from tidewaiter.trade.rules.reduced_weights import switched_rules
from tidewaiter.trade.shell_companies import PartySigns, parties_of
from tidewaiter.trade.traders import day_of
from tidewaiter.trade.types import LINES, Alert, days_of, line_of


class AllSums(Together):
    """Sums amounts for legal limits over all files; identifies other files' lines."""

    def __init__(self, registry: Registry, rules: AlertRules, day: date) -> None:
        """Set registry, rules and day of this marking."""
        super().__init__(registry, rules, day)
        self._given = registry, rules
        self._days: dict[date, _Day] = {}
        self._own: Counter[tuple[int, Key]] = Counter()
        self._once = Once()
        self.source = 0
        """The source of the alerts being marked."""

    def add_of(self, source: int, alert: Alert) -> None:
        """Add an alert of a source; goods repeated in several files count once."""
        new = self._once.is_new(alert, source)
        for part in self.parts(alert):
            self._own[source, part.key] += 1
            if new:
                self._add(part.key, Sum(part.amount, 1, 0, part.gross))

    def sum_of(self, key: Key) -> Sum:
        """Return the sums as seen from the source of the alerts being marked."""
        sum_ = super().sum_of(key)
        return sum_._replace(earlier=max(0, sum_.lines - self._own[self.source, key]))

    def parts(self, alert: Alert, *, counting: bool = True) -> Iterator[Part]:
        """Yield an alert's contributions to each limit, by the law of its day."""
        return self._of(alert.day).parts(alert, counting=counting)

    def mark(self, alert: Alert) -> Alert:
        """Return the alert with its aggregation results."""
        return self._of(alert.day).mark(alert)

    def _of(self, day: date) -> "_Day":
        found = self._days.get(day)
        if found is None:
            found = self._days[day] = _Day(self, *self._given, day)
        return found


class _Day(Together):
    """Sums by the law of one day."""

    def __init__(self, whole: AllSums, registry: Registry, rules: AlertRules, day: date) -> None:
        super().__init__(registry, rules, day, whole.sums)
        self._whole = whole

    def sum_of(self, key: Key) -> Sum:
        """Return the sums over all days."""
        return self._whole.sum_of(key)


def dated(alert: Alert) -> Alert:
    """Return an alert with an undated line dated by its screening."""
    if day_of(alert.line):
        return alert
    return structs.replace(alert, line=structs.replace(alert.line, lodged=alert.day))


_AT_ONCE: Final = 500  # alerts per transaction, so that other writers get their turn


class Kept(Record, frozen=True, kw_only=True):
    """Result of a work step."""

    looked: int = 0  # alerts
    changed: int = 0  # with changed content
    raised: int = 0  # of these, with changed severity
    noted: int = 0  # decided ones with a new note
    selected: int = 0  # new alerts on lines without one

    def plus(self, other: "Kept") -> "Kept":
        """Add another result."""
        return Kept(
            looked=self.looked + other.looked,
            changed=self.changed + other.changed,
            raised=self.raised + other.raised,
            noted=self.noted + other.noted,
            selected=self.selected + other.selected,
        )


def keep_marks(
    database: Database, screening: int, journal: Path, marks: Marks, stamp: Callable[[], Stamp]
) -> Iterator[Kept]:
    """Mark the stored alerts of a file, and store those selected by history rules only.

    Idempotent: unchanged findings are not written again.

    Args:
        database: With its lines and alerts.
        screening: Screening id.
        journal: Of the screening.
        marks: Findings from other lines.
        stamp: Acting user and time.

    Yields:
        The result of each work step.
    """
    found = (e.id for e in read_journal(journal) if isinstance(e, Alert))
    while some := list(islice(found, _AT_ONCE)):
        yield mark_some(database, some, marks.mark, stamp)
    more = marks.selected()
    while selected := list(islice(more, _AT_ONCE)):
        with database.work(stamp()) as work:
            new = set(add_alerts(work, screening, selected))
        known = [alert.id for alert in selected if alert.id not in new]
        yield mark_some(database, known, marks.mark, stamp).plus(Kept(selected=len(new)))


def mark_some(
    database: Database, ids: list[str], mark: Callable[[Alert], Alert], stamp: Callable[[], Stamp]
) -> Kept:
    """Mark some stored alerts in one transaction."""
    with database.work(stamp()) as work:
        told = mark_alerts(work, ids, mark)
    return Kept(
        looked=len(ids), changed=len(told.changed), raised=told.raised, noted=len(told.noted)
    )


class Spool:
    """Spool of alerts in order, in numbered batches."""

    def __init__(self, file: IO[bytes]) -> None:
        """Start with an empty file."""
        self._file = file
        self.count = 0

    def add(self, of: int, alerts: Sequence[Alert]) -> None:
        """Append a batch."""
        self._file.seek(0, 2)
        self._file.write(stored_json((of, alerts)) + b"\n")
        self.count += len(alerts)

    def read(self) -> Iterator[tuple[int, list[Alert]]]:
        """Read all batches, from the first."""
        self._file.seek(0)
        reads = decoder_of(tuple[int, list[Alert]])
        for line in self._file:
            yield reads.decode(line)


@contextmanager
def spool() -> Iterator[Spool]:
    """Open a temporary spool."""
    with TemporaryFile() as file:
        yield Spool(file)


def mark_again(
    database: Database,
    settings: Settings,
    stamp: Callable[[], Stamp],
    *,
    whole: bool = False,
    write: Callable[[Iterator[Alert]], None] = lambda _: None,
) -> Kept | None:
    """Mark all alerts of a database again; adds those selected by history rules only.

    New alerts are written to the output before they are stored: after an interruption they are
    found as new again.

    Args:
        database: Without an open transaction.
        settings: With the current rules and rule settings.
        stamp: Acting user and time.
        whole: Even if nothing changed.
        write: Writes the new alerts; called once, if there are any.

    Returns:
        The result; None: nothing changed.
    """
    rules = switched_rules(load_alert_rules(settings.rules, settings.switches))
    with database.work() as work:
        found, last = heads(work), last_marking(work)
    register = register_desk(database, settings)
    by = _by(settings, register, found)
    if by == last and not whole:
        return None
    job = _Job(database, settings, rules, stamp, register.allowed if register else ())
    with spool() as new:
        kept = _marked(job, _gathered(job), new)
        if new.count:
            write(alert for _, some in new.read() for alert in some)
        kept = kept.plus(Kept(selected=_keep(job, new)))
    with database.work(stamp()) as work:
        if kept.selected:  # lines added meanwhile are not included yet
            by = _by(settings, register, found._replace(alert=heads(work).alert))
        note_marking(work, by, kept.looked)
    return kept


def _by(settings: Settings, register: RegisterAsked | None, found: Heads) -> str:
    """Return a digest of all inputs of findings from other lines."""
    basis = basis_of(structs.replace(settings, lists=None, threshold=None))
    papers = register.digest if register else ""
    told = stored_json((basis.programme, basis.registry, basis.rules, papers, found))
    return hashlib.sha256(told).hexdigest()


class _Job(NamedTuple):
    database: Database
    settings: Settings
    rules: AlertRules
    stamp: Callable[[], Stamp]
    allowed: tuple[Allowed, ...]  # by the register


class _Gathered(NamedTuple):
    sums: AllSums
    signs: PartySigns
    past: Past


def _gathered(job: _Job) -> _Gathered:
    """Collect findings: subjects of the queries, then lines, then matches."""
    database, settings, rules = job.database, job.settings, job.rules
    registry, selects = load_registry(settings.own), bool(rules.past.selects)
    sums, signs = AllSums(registry, rules, settings.day), PartySigns(rules)
    past = Past(registry, rules, sums, settings.day, everyone=selects)
    past.allow(job.allowed)
    _ask(job, past, signs)
    with database.work() as work:
        days = first_days(work)
    for held in past_lines(database, past.wanted):
        lines = _dated(held.lines, days.get(held.source, settings.day))
        past.look(lines, earlier=False, whole=True)
    if rules.sign.most and signs.begin():
        signs.look(past_parties(database))
        signs.finish()
    for some in every_alert(database):
        for each in some:
            if told := open_version(each.alert, rules):
                sums.add_of(each.source, told)
                past.add(dated(told))
    with database.work() as work:
        past.add_inspected(inspected(work))
    return _Gathered(sums, signs, past)


def _ask(job: _Job, past: Past, signs: PartySigns) -> None:
    """Query traders and goods of all alerts; if rules select, of all lines."""
    for some in every_alert(job.database):
        for each in some:
            past.want(each.alert.line, each.alert.substances)
            if job.rules.sign.most and (told := open_version(each.alert, job.rules)):
                signs.want(parties_of(told))
    for stored in every_line(job.database, rows=8_192) if job.rules.past.selects else ():
        for row in stored.lines.to_pylist():
            past.want(line_of(row))


def _marked(job: _Job, found: _Gathered, new: Spool) -> Kept:
    """Mark all alerts, and spool those selected by history rules only."""
    tells = bool(job.rules.past.most or job.rules.past.selects)
    marks = Marks(found.sums, found.signs, found.past if tells else None)
    kept, rows = Kept(), defaultdict[int, set[int]](set)
    for some in every_alert(job.database):
        found.sums.source = some[0].source
        shown = (each.alert for each in some if open_version(each.alert, job.rules))
        rows[found.sums.source].update(alert.row for alert in shown)
        ids = [each.alert.id for each in some]
        told = mark_some(job.database, ids, lambda alert: marks.mark(dated(alert)), job.stamp)
        kept = kept.plus(told)
    for screening, some_new in _selected(job, found.past, rows):
        new.add(screening, some_new)
    return kept


def _selected(
    job: _Job, past: Past, rows: Mapping[int, Container[int]]
) -> Iterator[tuple[int, list[Alert]]]:
    """Yield the new alerts selected by history rules only, with their screenings.

    Args:
        job: All lines.
        past: History, queried about them.
        rows: Rows of each source that are alerts.
    """
    seen = set[str]()  # the same bytes may be two sources
    for stored in every_line(job.database, rows=8_192) if job.rules.past.selects else ():
        with job.database.work() as work:
            day = first_days(work).get(stored.source, job.settings.day)
            screening = last_screenings(work).get(stored.source)
        made, known = Screening(day, stored.name, stored.sha256), rows.get(stored.source, ())
        found = list(selected(stored.lines, past, job.rules, made, known))
        if not found or screening is None:
            continue
        with job.database.work() as work:
            seen |= known_alerts(work, found)
        new = [alert for alert in found if alert.id not in seen]
        seen.update(alert.id for alert in new)
        if new:
            yield screening, new


def _keep(job: _Job, new: Spool) -> int:
    """Store spooled alerts; return the number of new ones."""
    count = 0
    for screening, some in new.read():
        with job.database.work(job.stamp()) as work:
            count += len(add_alerts(work, screening, some))
    return count


def _dated(lines: pa.RecordBatch, day: date) -> pa.RecordBatch:
    """Date undated lines by a day."""
    known = days_of(lines)
    if not known.null_count:
        return lines
    lodged = pc.if_else(pc.is_null(known), pa.scalar(day, pa.date32()), lines.column("lodged"))
    return lines.set_column(LINES.get_field_index("lodged"), "lodged", lodged)
