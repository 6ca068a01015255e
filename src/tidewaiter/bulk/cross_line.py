"""Findings from other lines: aggregated amounts, signs of shell companies, and history."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple, Protocol

import pyarrow as pa
from msgspec import structs

from tidewaiter.bulk.journal import read_journal
from tidewaiter.bulk.screening import Settings
from tidewaiter.law.registry import load_registry
from tidewaiter.trade.aggregation import HOLDING, Together
from tidewaiter.trade.alerts import open_version
from tidewaiter.trade.history.allowances import Allowed
from tidewaiter.trade.history.dealings import Inspected
from tidewaiter.trade.history.reasons import Past, Screening, Wanted, is_selected, selected
from tidewaiter.trade.readers.passthrough_columns import only_lines
from tidewaiter.trade.rules.alert_rules import AlertRules, load_alert_rules
from tidewaiter.trade.rules.reduced_weights import switched_rules
from tidewaiter.trade.shell_companies import PartySigns, parties_of
from tidewaiter.trade.traders import day_of
from tidewaiter.trade.types import Alert, line_of

Take = Callable[[Alert, bool], None]
"""Receives an alert in its unrestricted version; True: from an earlier file."""


class Told(Protocol):
    """Results and lines of a screening, on one machine or many."""

    def found(self) -> Iterator[Alert]:
        """Yield the alerts of the screening, including those on restricted entries."""
        ...

    def alerts(self) -> Iterator[Alert]:
        """Yield them in their unrestricted version, in line order."""
        ...

    def earlier(self) -> Iterator[Alert]:
        """Yield the alerts of given earlier files, in their unrestricted version."""
        ...

    def ask_lines(self, past: Past) -> None:
        """Request the history of all lines of the screening."""
        ...

    def look(self, past: Past) -> None:
        """Pass all available lines through it in order, earlier files last."""
        ...


def gather(past: Past, told: Told, take: Take, *, selects: bool) -> bool:
    """Collect the history: subjects, their results, then all else.

    Alerts on restricted entries are included: findings about them come from unrestricted
    lines.

    Args:
        past: A started history.
        told: The screening.
        take: Receives alerts.
        selects: Lines without an alert may become one, so all are queried.

    Returns:
        Whether anything was queried; otherwise no line was read.
    """
    any_ = selects
    for alert in told.found():
        past.want(alert.line, alert.substances)
        any_ = True
    if selects:
        told.ask_lines(past)
    for alert in told.alerts():
        take(alert, False)
    if any_:
        told.look(past)
        for alert in told.earlier():
            take(alert, True)
    return any_


Lines = Callable[[], Iterable[pa.RecordBatch]]
"""Provides all lines again."""


class Before(NamedTuple):
    """Earlier data, each loaded when needed."""

    lines: Lines  # given files
    held: Callable[[Wanted], Iterable[pa.RecordBatch]]  # requested lines of a database
    parties: Lines  # of a database, as lines with one party each
    stored: Callable[[tuple[str, ...] | None], Iterable[tuple[int, Alert]]]
    """Provides a database's alerts on substances (None: all), each with its source."""
    inspected: Callable[[], Iterable[Inspected]]
    allowed: tuple[Allowed, ...] = ()  # from permits, notices and declared needs of a register


class Marks:
    """Adds findings from other lines to an alert. Restricted entries are excluded."""

    def __init__(
        self,
        together: Together | None,
        signs: PartySigns,
        past: Past | None = None,
        selecting: Callable[[], Iterator[Alert]] | None = None,
    ) -> None:
        """Set sums, signs, history, and its selection; None: no rule selects lines."""
        self._together = together
        self._signs = signs
        self._past = past
        self._selecting = selecting

    @property
    def selects(self) -> bool:
        """Return whether history rules may select lines."""
        return self._selecting is not None

    def selected(self) -> Iterator[Alert]:
        """Yield alerts on lines selected by history rules only, if any."""
        return self._selecting() if self._selecting else iter(())

    def mark(self, alert: Alert) -> Alert:
        """Return the alert with findings from other lines.

        For an alert selected by history only, findings are recomputed; without any it is unchanged.
        """
        if self._past and is_selected(alert):
            anew = self._past.mark(structs.replace(alert, reasons=()))
            return anew if anew.reasons else alert
        summed = self._together.mark(alert) if self._together else alert
        signed = self._signs.mark(summed)
        return self._past.mark(signed) if self._past else signed

    def left_out(self) -> tuple[str, ...]:
        """Return what was skipped."""
        told = []
        if self._together and self._together.left_out:
            count = self._together.left_out
            told.append(f"{count} amounts name no day or no party, so they are not added up")
        if self._signs.too_many:
            told.append("so many parties are in alerts that signs of shells were not looked for")
        return tuple(told)


def marks_of(
    journal: Path,
    settings: Settings,
    earlier: Iterable[Alert] = (),
    lines: Lines = tuple,
    before: Before | None = None,
) -> Marks:
    """Sum the amounts of a screening's alerts, and find shared signs and history of their parties.

    Args:
        journal: Of the finished screening.
        settings: Screening settings.
        earlier: Alerts of earlier files, whose amounts are added.
        lines: All lines of the file; used only if an alert has parties.
        before: Earlier data; None: none, and no history.
    """
    rules = switched_rules(load_alert_rules(settings.rules, settings.switches))
    signs = PartySigns(rules)
    if rules.sign.most:
        for alert in _open(read_journal(journal, holding=_PARTIES, phrases=False), rules):
            signs.want(parties_of(alert))
    looking = signs.begin() if rules.sign.most else False
    if before is None or not (rules.past.most or rules.past.selects):
        together = _add_up(journal, settings, rules, earlier, before)
        if looking:
            known = chain(before.lines(), before.parties()) if before else ()
            every = chain(lines(), known)
            signs.look(every)
            signs.finish()
        return Marks(together, signs)
    job = _Job(journal, settings, rules, lines, before, signs, looking, earlier)
    return _with_past(job)


_PARTIES = b'"parties":[{'  # JSON fragment of an alert on a line with a party


class _Job(NamedTuple):
    """A screening for history collection."""

    journal: Path
    settings: Settings
    rules: AlertRules
    lines: Lines
    before: Before
    signs: PartySigns
    looking: bool  # whether alerts have parties with shareable identifiers
    earlier_alerts: Iterable[Alert]  # of given earlier files

    @property
    def selects(self) -> bool:
        """Return whether lines without an alert may become one."""
        return bool(self.rules.past.selects)

    def found(self) -> Iterator[Alert]:
        """Read the alerts, including those on restricted entries."""
        return (each for each in read_journal(self.journal) if isinstance(each, Alert))

    def alerts(self) -> Iterator[Alert]:
        """Read the alerts in their unrestricted version."""
        return _open(read_journal(self.journal), self.rules)

    def earlier(self) -> Iterator[Alert]:
        """Yield those of given earlier files."""
        return _open(self.earlier_alerts, self.rules)

    def ask_lines(self, past: Past) -> None:
        """Request the history of all lines."""
        for batch in self.lines():
            for row in only_lines(batch).to_pylist():
                past.want(line_of(row))

    def look(self, past: Past) -> None:
        """Read all lines once, for history and signs; from a database, its indexed data."""

        def looked() -> Iterator[pa.RecordBatch]:
            for batches, earlier in ((self.lines(), False), (self.before.lines(), True)):
                for batch in batches:
                    past.look(batch, earlier=earlier, whole=True)
                    yield batch

        if self.looking:
            every = chain(looked(), self.before.parties())
            self.signs.look(every)
            self.signs.finish()
        else:
            deque(looked(), maxlen=0)
        for batch in self.before.held(past.wanted):
            past.look(batch, earlier=True, whole=True)


def _with_past(job: _Job) -> Marks:
    """Collect the history in the pass over all lines that signs need too."""
    settings, rules = job.settings, job.rules
    registry = load_registry(settings.own)
    together, once, rows = Together(registry, rules, settings.day), Once(), set[int]()
    past = Past(registry, rules, together, settings.day)
    past.allow(job.before.allowed)

    def take(alert: Alert, earlier: bool) -> None:  # noqa: FBT001 - by place, as `gather` calls it
        together.add(alert, earlier=earlier)
        past.add(alert, earlier=earlier)
        once.is_new(alert, alert.file if earlier else settings.sha256)
        if not earlier:
            rows.add(alert.row)

    if gather(past, job, take, selects=job.selects):
        for source, held in job.before.stored(past.substances):
            if told := open_version(held, rules):
                past.add(told, earlier=True)
                if once.is_new(told, source):
                    together.add(told, earlier=True)
        past.add_inspected(job.before.inspected())
    screening = Screening(settings.day, settings.file, settings.sha256)

    def selecting() -> Iterator[Alert]:
        for batch in job.lines():
            yield from selected(batch, past, rules, screening, rows)

    return Marks(together, job.signs, past, selecting if job.selects else None)


class Once:
    """Identifies goods repeated in several files, so that their amounts count once."""

    def __init__(self) -> None:
        """Start empty."""
        self._seen: dict[int, object] = {}  # hashes: the lines would not fit in memory

    def is_new(self, alert: Alert, file: object) -> bool:
        """Add an alert; return whether no identical line of another file was added.

        Lines of unnamed consignments always count as new.

        Args:
            alert: In its unrestricted version.
            file: Unique label of the file.
        """
        line = alert.line
        if line.consignment == f"row {line.row}":
            return True
        mark = hash(
            (
                line.consignment,
                line.seq,
                line.goods,
                line.hs,
                line.net_mg,
                line.gross_mg,
                line.volume_ul,
                line.quantity,
                day_of(line),
            )
        )
        return self._seen.setdefault(mark, file) == file


def _open(entries: Iterable[object], rules: AlertRules) -> Iterator[Alert]:
    """Yield alerts in their unrestricted version; purely restricted ones are skipped."""
    for entry in entries:
        if isinstance(entry, Alert) and (alert := open_version(entry, rules)):
            yield alert


def _add_up(
    journal: Path,
    settings: Settings,
    rules: AlertRules,
    earlier: Iterable[Alert],
    before: Before | None,
) -> Together | None:
    """Compute sums for legal limits; None: no limit concerns an alert, the usual case."""
    limited = _open(read_journal(journal, holding=HOLDING), rules)
    first = next(limited, None)
    if first is None:
        return None
    together, once = Together(load_registry(settings.own), rules, settings.day), Once()
    slugs = set[str]()
    for alert in chain((first,), limited):
        together.add(alert)
        once.is_new(alert, settings.sha256)
        slugs.update(alert.substances)
    for alert in _open(earlier, rules):
        together.add(alert, earlier=True)
        once.is_new(alert, alert.file)
    for source, held in before.stored(tuple(sorted(slugs))) if before else ():
        told = open_version(held, rules)
        if told and once.is_new(told, source):
            together.add(told, earlier=True)
    return together
