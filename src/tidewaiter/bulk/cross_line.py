"""What other lines say of an alert: aggregated amounts, signs of shells, and the past."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from functools import cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple, Protocol

import pyarrow as pa
from msgspec import structs

from tidewaiter.bulk.journal import read_journal
from tidewaiter.bulk.processes import processes
from tidewaiter.bulk.screening import Settings
from tidewaiter.law.registry import load_registry
from tidewaiter.parties.resolution import Written
from tidewaiter.parties.resolution.shared_attributes import SharedThing
from tidewaiter.trade.aggregation import HOLDING, Together
from tidewaiter.trade.alerts import open_version
from tidewaiter.trade.history.allowances import Allowed
from tidewaiter.trade.history.dealings import Inspected
from tidewaiter.trade.history.reasons import Past, Screening, Wanted, is_selected, selected
from tidewaiter.trade.readers.passthrough_columns import only_lines
from tidewaiter.trade.rules.alert_rules import AlertRules, load_alert_rules
from tidewaiter.trade.rules.reduced_weights import switched_rules
from tidewaiter.trade.shell_companies import Look, PartySigns, parties_of
from tidewaiter.trade.traders import day_of
from tidewaiter.trade.types import Alert, line_of

Take = Callable[[Alert, bool], None]
"""Takes up an alert as all may see it; True: it is of an earlier file."""


class Told(Protocol):
    """What a screening found, and the lines at hand, on one machine or on many."""

    def found(self) -> Iterator[Alert]:
        """Yield the alerts of the screening, those on restricted entries too."""
        ...

    def alerts(self) -> Iterator[Alert]:
        """Yield them again as all may see them, in the order of lines."""
        ...

    def earlier(self) -> Iterator[Alert]:
        """Yield the alerts of earlier files at hand, as all may see them."""
        ...

    def ask_lines(self, past: Past) -> None:
        """Ask for the past of all lines of the screening."""
        ...

    def look(self, past: Past) -> None:
        """Let it look through all lines at hand, in their order, those of earlier files last."""
        ...


def gather(past: Past, told: Told, take: Take, *, selects: bool) -> bool:
    """Gather a past: which alerts it is told of, what these found, then all else.

    Alerts on restricted entries are asked about too: what is said of them rests on lines that all
    may see.

    Args:
        past: That has begun.
        told: What it hears.
        take: Takes up alerts.
        selects: Lines without an alert may become one, so that all are asked about.

    Returns:
        Whether anything is asked about; else no line was looked through.
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


_AHEAD = 2  # batches under way per worker
_FEW = 1_000  # things; with fewer, a quick look passes over most parties

Shared = list[tuple[Written, SharedThing]]


def look_through(signs: PartySigns, lines: Iterable[pa.RecordBatch], *, workers: int) -> None:
    """Look for parties of lines that share something with those of alerts.

    Args:
        signs: Which has begun; told of what is found in the order of lines, whoever found it.
        lines: Of the schema LINES.
        workers: Processes; 1 looks in this one.
    """
    if workers == 1 or len(signs.things) < _FEW:
        signs.look(lines)
        return
    with processes(workers, _prepare, signs.things) as pool:
        under_way: deque[Future[Shared]] = deque()
        for batch in lines:
            under_way.append(pool.submit(_look, batch.select(["parties"])))
            if len(under_way) > workers * _AHEAD:
                signs.share(under_way.popleft().result())
        while under_way:
            signs.share(under_way.popleft().result())


@cache
def _held() -> dict[str, Look]:
    """Return where this process keeps what it looks for."""
    return {}


def _prepare(things: Sequence[SharedThing]) -> None:
    pa.set_cpu_count(1)
    _held()["look"] = Look(things)


def _look(batch: pa.RecordBatch) -> Shared:
    return list(_held()["look"].among(batch))


Lines = Callable[[], Iterable[pa.RecordBatch]]
"""Gives all lines again."""


class Before(NamedTuple):
    """What there is of earlier files; each is asked when it is needed."""

    lines: Lines  # of files at hand
    held: Callable[[Wanted], Iterable[pa.RecordBatch]]  # lines of a database that are asked for
    parties: Lines  # that a database holds, as lines that name one each
    stored: Callable[[tuple[str, ...] | None], Iterable[tuple[int, Alert]]]
    """Gives alerts of substances (None: of all) that a database holds, each with its source."""
    inspected: Callable[[], Iterable[Inspected]]
    allowed: tuple[Allowed, ...] = ()  # by papers, notices and declared needs of a register


class Marks:
    """Adds to an alert what the other lines say. Restricted entries have no part in it."""

    def __init__(
        self,
        together: Together | None,
        signs: PartySigns,
        past: Past | None = None,
        selecting: Callable[[], Iterator[Alert]] = lambda: iter(()),
    ) -> None:
        """Take the sums, the signs, the past, and what it selects."""
        self._together = together
        self._signs = signs
        self._past = past
        self.selected = selecting
        """Gives alerts of lines that only rules of the past make one, where any may."""

    def mark(self, alert: Alert) -> Alert:
        """Return the alert with what its line is together with others.

        What one says that the past alone selected is told anew, and stays where that is nothing.
        """
        if self._past and is_selected(alert):
            anew = self._past.mark(structs.replace(alert, reasons=()))
            return anew if anew.reasons else alert
        summed = self._together.mark(alert) if self._together else alert
        signed = self._signs.mark(summed)
        return self._past.mark(signed) if self._past else signed

    def left_out(self) -> tuple[str, ...]:
        """Say what was left out."""
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
    *,
    workers: int = 1,
) -> Marks:
    """Add up the alerts of a screening, and look for the signs and the past of their parties.

    Args:
        journal: Of the screening, which is done.
        settings: What it was done by.
        earlier: Alerts of earlier files, whose amounts add up with those of this one.
        lines: All lines of the file; asked only where an alert has parties.
        before: What there is of earlier files; None: there are none, and no past is told.
        workers: Processes that look through them for signs.
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
            look_through(signs, every, workers=workers)
            signs.finish()
        return Marks(together, signs)
    job = _Job(journal, settings, rules, lines, before, signs, looking, workers, earlier)
    return _with_past(job)


_PARTIES = b'"parties":[{'  # what the JSON of an alert holds whose line names a party


class _Job(NamedTuple):
    """A screening whose past is told."""

    journal: Path
    settings: Settings
    rules: AlertRules
    lines: Lines
    before: Before
    signs: PartySigns
    looking: bool  # whether parties of alerts have anything that others could share
    workers: int
    earlier_alerts: Iterable[Alert]  # of earlier files at hand

    @property
    def selects(self) -> bool:
        """Tell whether lines without an alert may become one."""
        return bool(self.rules.past.selects)

    def found(self) -> Iterator[Alert]:
        """Read the alerts, those on restricted entries too."""
        return (each for each in read_journal(self.journal) if isinstance(each, Alert))

    def alerts(self) -> Iterator[Alert]:
        """Read the alerts as all may see them."""
        return _open(read_journal(self.journal), self.rules)

    def earlier(self) -> Iterator[Alert]:
        """Yield those of earlier files at hand."""
        return _open(self.earlier_alerts, self.rules)

    def ask_lines(self, past: Past) -> None:
        """Ask for the past of all lines."""
        for batch in self.lines():
            for row in only_lines(batch).to_pylist():
                past.want(line_of(row))

    def look(self, past: Past) -> None:
        """Look through all lines once, for the past and for signs; of a database, what it knows."""

        def looked() -> Iterator[pa.RecordBatch]:
            for batches, earlier in ((self.lines(), False), (self.before.lines(), True)):
                for batch in batches:
                    past.look(batch, earlier=earlier, whole=True)
                    yield batch

        if self.looking:
            every = chain(looked(), self.before.parties())
            look_through(self.signs, every, workers=self.workers)
            self.signs.finish()
        else:
            deque(looked(), maxlen=0)
        for batch in self.before.held(past.wanted):
            past.look(batch, earlier=True, whole=True)


def _with_past(job: _Job) -> Marks:
    """Gather the past in the pass over all lines that signs ask for too."""
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
        for batch in job.lines() if job.selects else ():
            yield from selected(batch, past, rules, screening, rows)

    return Marks(together, job.signs, past, selecting)


class Once:
    """Tells goods that stand in several files, so that what they weigh is added up once."""

    def __init__(self) -> None:
        """Begin without any."""
        self._seen: dict[int, object] = {}  # hashes: the lines would fill the memory

    def is_new(self, alert: Alert, file: object) -> bool:
        """Take up an alert; tell whether no line like it was taken up before of another file.

        Lines of consignments that their file does not name are always new.

        Args:
            alert: As all may see it.
            file: What tells its file from others.
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
    """Yield alerts as all may see them: what rests on restricted ones alone adds to nothing."""
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
    """Add up what the limits of the law count; None: no limit is about an alert, as mostly."""
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
