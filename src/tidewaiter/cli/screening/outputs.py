"""The files that a screening writes: its journal, its results, and restricted alerts apart."""

import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import chain, count, islice
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import click
import msgspec

from tidewaiter.base.cache import cache_folder, writable
from tidewaiter.base.errors import InputError, OutputError
from tidewaiter.base.files import alone, alone_on_one, check_apart, replacing, set_aside, writing
from tidewaiter.base.records import Record
from tidewaiter.bulk.cross_line import Marks
from tidewaiter.bulk.journal import read_done, read_journal
from tidewaiter.bulk.screening import Settings
from tidewaiter.cli.core.options import forget_stdout
from tidewaiter.explain.screenings import counts_of, words_of
from tidewaiter.explain.summary import Summary, SummaryBuilder
from tidewaiter.report.alerts.exports import (
    AlertWriter,
    CsvRefusals,
    JsonLines,
    alert_formats,
    alert_writer,
    refusal_writer,
)
from tidewaiter.report.alerts.page import write_report
from tidewaiter.trade.alerts import open_version
from tidewaiter.trade.rules.alert_rules import AlertRules, load_alert_rules
from tidewaiter.trade.types import Alert, ReadOptions, Refusal

_FOLDER = "restricted"
RESTRICTED = "restricted alerts"
"""What the file for them is called in errors."""

PRIVATE_FORMATS = (".jsonl", ".csv")
"""Those that are written in one go: a file of another would be open to others for a moment."""

_PRIVATE = 0o600  # nobody else may read it

Mark = Callable[[Alert], Alert]


class Apart:
    """Parts alerts: gives back what all may see, and writes those that rest on more apart."""

    def __init__(self, path: Path, mark: str, rules: AlertRules, *, learned: bool = False) -> None:
        """Take the file for restricted alerts, which is made where there are any.

        Args:
            path: Ends in .jsonl or .csv.
            mark: What no other process has in the names of its half-written files.
            rules: Of the screening.
            learned: The alerts carry what decisions taught.
        """
        self.path = path
        self.count = 0
        self._mark = mark
        self._rules = rules
        self._learned = learned
        self._stack = ExitStack()
        self._writer: AlertWriter | None = None

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Put the file in its place, whole; or none, where something failed."""
        self._stack.__exit__(kind, error, trace)

    def part(self, alerts: Sequence[Alert], mark: Mark = lambda alert: alert) -> list[Alert]:
        """Write the restricted ones, and return the alerts as all may see them.

        Args:
            alerts: As a screening finds them.
            mark: Adds to an alert what the other lines of the file say.
        """
        secret = [mark(alert) for alert in alerts if alert.restricted]
        if secret:
            self._add(secret)
        open_ = (open_version(alert, self._rules) for alert in alerts)
        return [mark(alert) for alert in open_ if alert is not None]

    def tell(self) -> None:
        """Say how many there are, and where."""
        if self.count:
            rest = "1 alert rests" if self.count == 1 else f"{self.count:,} alerts rest"
            where = f"whole in {self.path} (only you may read it), and open or not at all elsewhere"
            click.echo(f"{rest} on restricted entries: {where}", err=True)

    def _add(self, alerts: Sequence[Alert]) -> None:
        if self._writer is None:
            self._writer = self._stack.enter_context(self._open())
        with writing(str(self.path)):
            self._writer.add(alerts)
        self.count += len(alerts)

    def _open(self) -> AbstractContextManager[AlertWriter]:
        return _private(self.path, self._mark, learned=self._learned)


@contextmanager
def _private(path: Path, mark: str, *, learned: bool) -> Iterator[AlertWriter]:
    """Open a file of alerts that nobody else may read, from its first byte on."""
    try:
        with writing(str(path)):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OutputError as error:
        raise OutputError(
            "cli/no-place-for-restricted-alerts", problem=error.message, at=str(path.parent)
        ) from error
    with (
        replacing(path, mark, mode=_PRIVATE) as part,
        alert_writer(part, learned=learned) as writer,
    ):
        yield writer


def place_of(named: Path | None, settings: Settings, journal: Path) -> Path:
    """Return where restricted alerts go: where the user says, else into the folder of lists.

    Args:
        named: The file that the user named.
        settings: Of the screening.
        journal: Of the screening: what is written elsewhere has another name.
    """
    if named is not None:
        return named
    said = f"{settings.sha256} {settings.day} {journal.absolute()}"
    name = hashlib.sha256(said.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    folder = settings.lists or Path()
    return folder / _FOLDER / f"{settings.day}-{name}.jsonl"


_CHUNK = 1_000
_SHOWN = 20  # refusals in the report
_REMARKS = 100  # at most, with what is said of the file as a whole


class Outputs(Record, frozen=True, kw_only=True):
    """Where what goes."""

    alerts: Path | None  # None: standard output, where it is no terminal
    report: Path | None
    refused: Path  # written where anything was refused
    refused_named: bool  # by the user: an older file gives way; else it is kept
    restricted: Path  # written where alerts rest on restricted entries
    learned: bool = False  # the alerts carry what decisions taught


class Sink(Protocol):
    """Where alerts go."""

    def add(self, alerts: list[Alert], /) -> None:
        """Write alerts."""


class _Told:
    """Names the file where writing fails: errors of one output pass through those of others."""

    def __init__(self, sink: Sink, place: str) -> None:
        self._sink = sink
        self._place = place

    def add(self, alerts: list[Alert], /) -> None:
        """Write alerts."""
        with writing(self._place):
            self._sink.add(alerts)


class _Nowhere:
    def add(self, alerts: list[Alert], /) -> None:
        """Drop alerts: they are in the summary."""


def check_outputs(outputs: Mapping[str, Path | None], kept: Mapping[str, Path]) -> None:
    """Check, before a long screening, that its results can go where they are to.

    Args:
        outputs: Where they are to go, by their name in an error; "alerts" is one of them.
        kept: What must stay as it is, by its name in an error.

    Raises:
        InputError: An output is one of these, or another output, or its suffix names no format.
        OutputError: A pipe or a device stands where an output is to go.
    """
    check_apart({what: path for what, path in outputs.items() if path}, kept)
    for what, formats in (("alerts", alert_formats()), (RESTRICTED, PRIVATE_FORMATS)):
        path = outputs.get(what)
        if path is not None and path.suffix.lower() not in formats:
            raise InputError(
                "cli/not-a-format-of-it",
                suffix=path.suffix,
                what=what,
                formats=", ".join(formats),
                at=str(path),
            )


def write_outputs(
    journal: Path,
    outputs: Outputs,
    settings: Settings,
    registry: str,
    marks: Marks,
    *,
    beside: Callable[[Alert], Alert] = lambda alert: alert,
) -> Summary:
    """Write the alerts, the refusals and the report, each whole or not at all.

    What rests on restricted entries goes into a file of its own, and leaves no trace elsewhere.

    Args:
        journal: Of the screening, which is done.
        outputs: Where to.
        settings: What it was done by.
        registry: Digest of what settles the findings.
        marks: What the other lines say of each alert.
        beside: Adds what else is told of an alert, and leaves its score and rank as they are.
    """
    builder = SummaryBuilder()
    mark = mark_of(journal)
    with ExitStack() as stack:
        sink = stack.enter_context(alert_sink(outputs.alerts, mark, learned=outputs.learned))
        rules = load_alert_rules(settings.rules, settings.switches)
        apart = stack.enter_context(Apart(outputs.restricted, mark, rules, learned=outputs.learned))
        refused = _Refused(outputs, mark, stack)
        found = read_journal(journal)
        while entries := list(islice(found, _CHUNK)):
            refused.add([e for e in entries if isinstance(e, Refusal)])
            found_here = [e for e in entries if isinstance(e, Alert)]
            alerts = apart.part(found_here, lambda alert: beside(marks.mark(alert)))
            sink.add(alerts)
            builder.add(alerts)
        more = map(beside, marks.selected())
        while some := list(islice(more, _CHUNK)):
            sink.add(some)
            builder.add(some)
        refused.finish()
    for text in marks.left_out():
        click.echo(text, err=True)
    apart.tell()
    done = read_done(journal)
    summary = builder.finish(counts_of(settings, registry, done, tuple(refused.first)))
    if outputs.report is not None:
        with replacing(outputs.report, mark) as path:
            write_report(path, summary, words_of(settings))
    return summary


class _Refused:
    """Writes what could not be read, where there is any, and keeps the first for the report."""

    def __init__(self, outputs: Outputs, mark: str, stack: ExitStack) -> None:
        self.first: list[Refusal] = []
        self._outputs, self._mark, self._stack = outputs, mark, stack
        self._writer: CsvRefusals | None = None

    def add(self, refusals: list[Refusal]) -> None:
        """Write refusals."""
        if not refusals:
            return
        if self._writer is None:
            self._writer = self._open()
        with writing(str(self._outputs.refused)):
            self._writer.add(refusals)
        for each in refusals:
            if len(self.first) < (_SHOWN if each.row else _REMARKS):
                self.first.append(each)

    def finish(self) -> None:
        """Let the file of an earlier run give way, where nothing was refused."""
        if self._writer is None and self._outputs.refused.exists():
            self._open()

    def _open(self) -> CsvRefusals:
        return self._stack.enter_context(_refusal_sink(self._outputs, self._mark))


@contextmanager
def _refusal_sink(outputs: Outputs, mark: str) -> Iterator[CsvRefusals]:
    """Open the file of refusals; keep another one of the name that the user did not choose."""
    with replacing(outputs.refused, mark) as part:
        with refusal_writer(part) as writer:
            yield writer
        kept = None if outputs.refused_named else set_aside(outputs.refused, part)
    if kept is not None:
        click.echo(f"an older {outputs.refused} is kept as {kept.name}", err=True)


def mark_of(journal: Path) -> str:
    """Return what only the process that holds a journal has in the names of half-written files."""
    return hashlib.sha256(os.fsencode(journal.absolute())).hexdigest()[:8]


@contextmanager
def alert_sink(path: Path | None, mark: str, *, learned: bool = False) -> Iterator[Sink]:
    """Open the file of alerts, or standard output.

    Raises:
        OutputError: It takes no more.
    """
    if path is not None:
        with replacing(path, mark) as part, alert_writer(part, learned=learned) as writer:
            yield _Told(writer, str(path))
    elif sys.stdout.isatty():
        yield _Nowhere()
    else:
        place = "standard output"
        try:
            yield _Told(JsonLines(sys.stdout.buffer), place)
            with writing(place):
                sys.stdout.buffer.flush()
        except (OSError, OutputError):
            forget_stdout()
            raise


def journal_of(beside: Path | None, settings: Settings, options: ReadOptions) -> Path:
    """Return where the steps are kept: beside the first output, or in the user's cache."""
    if beside is not None:
        return beside.with_name(f"{beside.name}.journal")
    folder = writable(journals())
    said = msgspec.json.encode((settings, options), enc_hook=str)
    return folder / f"{hashlib.sha256(said).hexdigest()[:32]}.journal"


@contextmanager
def held(journal: Path, output: Path | None) -> Iterator[Path]:
    """Keep other processes from a journal; where there is no output file, take the next instead.

    Several processes may screen the same file at once where nothing that they write is shared.

    Args:
        journal: Of `journal_of`.
        output: The first that is written; None: only in the cache anything is.

    Yields:
        The journal to write.

    Raises:
        OutputError: Another process is at work on this output, or the folder cannot be written.
    """
    if output is not None:
        with alone(journal, str(output)):
            yield journal
        return
    others = (journal.with_name(f"{journal.stem}-{n}{journal.suffix}") for n in count(2))
    with alone_on_one(chain((journal,), others)) as one:
        yield one


def journals() -> Path:
    """Return where the journals of screenings without an output file are kept."""
    return cache_folder() / "journals"
