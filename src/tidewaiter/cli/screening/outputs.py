"""The files that a screening writes: its journal, its results, and separate restricted alerts."""

import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
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
from tidewaiter.bulk.processes import done_beside
from tidewaiter.bulk.screening import Settings
from tidewaiter.cli.core.options import forget_stdout
from tidewaiter.explain.languages import speaking
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
"The name of their file in errors."

PRIVATE_FORMATS = (".jsonl", ".csv")
"""Formats that are written in one go; a file that grows would be readable by others at first."""

_PRIVATE = 0o600  # readable only by the owner

Mark = Callable[[Alert], Alert]


class Apart:
    """Separates alerts: returns what everyone may see, and writes the restricted ones elsewhere."""

    def __init__(self, path: Path, mark: str, rules: AlertRules, *, learned: bool = False) -> None:
        """Prepare the file for restricted alerts, which is created only if there are any.

        Args:
            path: Ends in .jsonl or .csv.
            mark: Unique suffix of this process for partial files.
            rules: Rules of the screening.
            learned: Whether the alerts have a ranking model's estimate.
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
        """Move the complete file into place, or remove it after a failure."""
        self._stack.__exit__(kind, error, trace)

    def part(self, alerts: Sequence[Alert], mark: Mark = lambda alert: alert) -> list[Alert]:
        """Write the restricted alerts, and return the alerts as everyone may see them.

        Args:
            alerts: Alerts of the screening.
            mark: Adds what other lines of the file show about an alert.
        """
        secret = [mark(alert) for alert in alerts if alert.restricted]
        if secret:
            self._add(secret)
        return _shown(alerts, self._rules, mark)

    def tell(self) -> None:
        """Print how many there are, and where."""
        if self.count:
            rest = "1 alert is based" if self.count == 1 else f"{self.count:,} alerts are based"
            where = f"complete in {self.path} (readable only by you); redacted or omitted elsewhere"
            click.echo(f"{rest} on restricted entries: {where}", err=True)

    def _add(self, alerts: Sequence[Alert]) -> None:
        if self._writer is None:
            self._writer = self._stack.enter_context(self._open())
        with writing(str(self.path)):
            self._writer.add(alerts)
        self.count += len(alerts)

    def _open(self) -> AbstractContextManager[AlertWriter]:
        return _private(self.path, self._mark, learned=self._learned)


def _shown(alerts: Sequence[Alert], rules: AlertRules, mark: Mark) -> list[Alert]:
    """Return alerts as everyone may see them, marked."""
    open_ = (open_version(alert, rules) for alert in alerts)
    return [mark(alert) for alert in open_ if alert is not None]


@contextmanager
def _private(path: Path, mark: str, *, learned: bool) -> Iterator[AlertWriter]:
    """Open a file of alerts that only the user can read, from its first byte on."""
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
    """Return where restricted alerts go: the file the user named, or the folder of lists.

    Args:
        named: The file that the user named.
        settings: Settings of the screening.
        journal: Journal of the screening; other outputs give other names.
    """
    if named is not None:
        return named
    said = f"{settings.sha256} {settings.day} {journal.absolute()}"
    name = hashlib.sha256(said.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    folder = settings.lists or Path()
    return folder / _FOLDER / f"{settings.day}-{name}.jsonl"


_CHUNK = 1_000
_SHOWN = 20  # refusals in the report
_REMARKS = 100  # maximum, including remarks on the file as a whole
_MANY = 2_000  # alerts that a second process writes sooner than this one


class Outputs(Record, frozen=True, kw_only=True):
    """Paths of the outputs."""

    alerts: Path | None  # None: standard output, unless it is a terminal
    report: Path | None
    refused: Path  # written where anything was refused
    refused_named: bool  # by the user: an older file gives way; else it is kept
    restricted: Path  # written if alerts are based on restricted entries
    learned: bool = False  # the alerts carry what decisions taught
    workers: int = 1  # processes at most
    language: str = "en"  # of the report


class Sink(Protocol):
    """Destination of alerts."""

    def add(self, alerts: list[Alert], /) -> None:
        """Write alerts."""


class _Told:
    """Adds the file name to an error of writing, which may pass through other outputs."""

    def __init__(self, sink: Sink, place: str) -> None:
        self._sink = sink
        self._place = place

    def add(self, alerts: list[Alert], /) -> None:
        """Write alerts."""
        with writing(self._place):
            self._sink.add(alerts)


class _Nowhere:
    def add(self, alerts: list[Alert], /) -> None:
        """Discard alerts: the summary has them."""


def check_outputs(outputs: Mapping[str, Path | None], kept: Mapping[str, Path]) -> None:
    """Check, before a long screening, that its outputs can be written.

    Args:
        outputs: Paths by their name in an error; "alerts" is one of them.
        kept: Files that must not be overwritten, by their name in an error.

    Raises:
        InputError: Two outputs are one file, one would overwrite a kept file, or a suffix names no
            supported format.
        OutputError: The path of an output is a pipe or a device.
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
    """Write the alerts, the rejections and the report, each complete or not at all.

    Alerts based on restricted entries go to a separate file and leave no trace elsewhere.

    Args:
        journal: Journal of the finished screening.
        outputs: Paths of the outputs.
        settings: Settings of the screening.
        registry: Digest of the data that determine the matches.
        marks: What the other lines show about each alert.
        beside: Adds an estimate to an alert, without changing its score or rank.
    """
    builder = SummaryBuilder()
    mark = mark_of(journal)
    with ExitStack() as stack:
        rules = load_alert_rules(settings.rules, settings.switches)

        def told(alert: Alert) -> Alert:
            return beside(marks.mark(alert))

        if outputs.alerts is not None and _is_much(outputs, marks, journal):
            write = partial(_write_alerts, journal, outputs, rules, told)
            sink = stack.enter_context(_written_beside(outputs.alerts, mark, write))
        else:
            sink = stack.enter_context(alert_sink(outputs.alerts, mark, learned=outputs.learned))
        apart = stack.enter_context(Apart(outputs.restricted, mark, rules, learned=outputs.learned))
        refused = _Refused(outputs, mark, stack)
        found = read_journal(journal)
        while entries := list(islice(found, _CHUNK)):
            refused.add([e for e in entries if isinstance(e, Refusal)])
            found_here = [e for e in entries if isinstance(e, Alert)]
            alerts = apart.part(found_here, told)
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
    count = partial(counts_of, settings, registry, read_done(journal), tuple(refused.first))
    if outputs.report is not None:
        with replacing(outputs.report, mark) as path, speaking(outputs.language):
            write_report(path, builder.finish(count()), words_of(settings))
    return builder.finish(count())


def _is_much(outputs: Outputs, marks: Marks, journal: Path) -> bool:
    """Return whether a second process should write the alerts, while this one counts them.

    Each reads them from the journal. Lines that rules select are read from the file: once, here.
    """
    return outputs.workers > 1 and not marks.selects and read_done(journal).alerts >= _MANY


@contextmanager
def _written_beside(path: Path, mark: str, write: Callable[[Path], None]) -> Iterator[Sink]:
    """Let a second process write the file of alerts during the block."""
    with replacing(path, mark) as part, done_beside(partial(write, part)):
        yield _Nowhere()


def _write_alerts(
    journal: Path, outputs: Outputs, rules: AlertRules, told: Mark, part: Path
) -> None:
    """Write the alerts of a journal to a file."""
    found = (each for each in read_journal(journal) if isinstance(each, Alert))
    with writing(str(outputs.alerts)), alert_writer(part, learned=outputs.learned) as writer:
        while some := list(islice(found, _CHUNK)):
            writer.add(_shown(some, rules, told))


class _Refused:
    """Writes the rejected values, if any, and keeps the first for the report."""

    def __init__(self, outputs: Outputs, mark: str, stack: ExitStack) -> None:
        self.first: list[Refusal] = []
        self._outputs, self._mark, self._stack = outputs, mark, stack
        self._writer: CsvRefusals | None = None

    def add(self, refusals: list[Refusal]) -> None:
        """Write rejections."""
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
        """Remove the file of an earlier run if nothing was rejected."""
        if self._writer is None and self._outputs.refused.exists():
            self._open()

    def _open(self) -> CsvRefusals:
        return self._stack.enter_context(_refusal_sink(self._outputs, self._mark))


@contextmanager
def _refusal_sink(outputs: Outputs, mark: str) -> Iterator[CsvRefusals]:
    """Open the file of rejections; preserve an existing file of the default name."""
    with replacing(outputs.refused, mark) as part:
        with refusal_writer(part) as writer:
            yield writer
        kept = None if outputs.refused_named else set_aside(outputs.refused, part)
    if kept is not None:
        click.echo(f"an older {outputs.refused} was renamed to {kept.name}", err=True)


def mark_of(journal: Path) -> str:
    """Return the suffix of partial files that is unique to the process holding a journal."""
    return hashlib.sha256(os.fsencode(journal.absolute())).hexdigest()[:8]


@contextmanager
def alert_sink(path: Path | None, mark: str, *, learned: bool = False) -> Iterator[Sink]:
    """Open the file of alerts, or standard output.

    Raises:
        OutputError: Standard output is closed or full.
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
    """Return the path of the journal: beside the first output, or in the user's cache."""
    if beside is not None:
        return beside.with_name(f"{beside.name}.journal")
    folder = writable(journals())
    said = msgspec.json.encode((settings, options), enc_hook=str)
    return folder / f"{hashlib.sha256(said).hexdigest()[:32]}.journal"


@contextmanager
def held(journal: Path, output: Path | None) -> Iterator[Path]:
    """Lock a journal against other processes; without an output file, use the next free one.

    Several processes may screen the same file at once if they write nothing to the same place.

    Args:
        journal: From `journal_of`.
        output: The first output file; None: only the cache is written.

    Yields:
        The journal to write.

    Raises:
        OutputError: Another process is writing this output, or the folder is read-only.
    """
    if output is not None:
        with alone(journal, str(output)):
            yield journal
        return
    others = (journal.with_name(f"{journal.stem}-{n}{journal.suffix}") for n in count(2))
    with alone_on_one(chain((journal,), others)) as one:
        yield one


def journals() -> Path:
    """Return the folder for journals of screenings without an output file."""
    return cache_folder() / "journals"
