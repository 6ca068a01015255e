"""Make the files that the user asked for from the journal of a screening."""

import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import Protocol

import click

from tidewaiter.base.errors import InputError, OutputError
from tidewaiter.base.files import check_apart, replacing, set_aside, writing
from tidewaiter.base.records import Record
from tidewaiter.bulk.journal import read_done, read_journal
from tidewaiter.bulk.marks import Marks
from tidewaiter.bulk.results import counts_of, words_of
from tidewaiter.bulk.run import Settings
from tidewaiter.cli.apart import PRIVATE_FORMATS, RESTRICTED, Apart
from tidewaiter.cli.options import forget_stdout
from tidewaiter.consignments.rules import load_alert_rules
from tidewaiter.consignments.types import Alert, Refusal
from tidewaiter.report.exports import CsvRefusals, JsonLines, alert_writer, refusal_writer
from tidewaiter.report.html import write_report
from tidewaiter.report.summary import Summary, SummaryBuilder

_FORMATS = (".jsonl", ".csv", ".parquet")
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
    for what, formats in (("alerts", _FORMATS), (RESTRICTED, PRIVATE_FORMATS)):
        path = outputs.get(what)
        if path is not None and path.suffix.lower() not in formats:
            raise InputError(
                f'"{path.suffix}" is not a format of {what}',
                at=str(path),
                hint=f"end the name in {', '.join(formats)}",
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
