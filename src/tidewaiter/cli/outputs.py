"""Make the files that the user asked for from the journal of a screening."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.bulk.journal import read_done, read_journal
from tidewaiter.bulk.run import Settings
from tidewaiter.consignments.rules import load_alert_rules
from tidewaiter.consignments.types import Alert, Refusal
from tidewaiter.report.exports import JsonLines, alert_writer, refusal_writer
from tidewaiter.report.html import write_report
from tidewaiter.report.library import Library
from tidewaiter.report.summary import Counts, Summary, SummaryBuilder
from tidewaiter.substances.registry import load_registry

_FORMATS = (".jsonl", ".csv", ".parquet")
_CHUNK = 1_000
_SHOWN = 20  # refusals in the report


class Outputs(Record, frozen=True, kw_only=True):
    """Where what goes."""

    alerts: Path | None  # None: standard output, where it is no terminal
    report: Path | None
    refused: Path  # written where anything was refused


class _Sink(Protocol):
    def add(self, alerts: list[Alert], /) -> None: ...


class _Nowhere:
    def add(self, alerts: list[Alert], /) -> None:
        """Drop alerts: they are in the summary."""


def check_outputs(outputs: Outputs, source: Path) -> None:
    """Check, before a long screening, that its results can go where they are to.

    Raises:
        InputError: An output is the file that is screened, or another output, or its suffix
            names no format.
    """
    seen: dict[Path, str] = {source.resolve(): "the file that is screened"}
    named = {"alerts": outputs.alerts, "the report": outputs.report, "refusals": outputs.refused}
    for what, path in named.items():
        if path is None:
            continue
        other = seen.setdefault(path.resolve(), what)
        if other != what:
            raise InputError(
                f"{what} would overwrite {other}", at=str(path), hint="name another file"
            )
    if outputs.alerts is not None and outputs.alerts.suffix.lower() not in _FORMATS:
        raise InputError(
            f'"{outputs.alerts.suffix}" is not a format of alerts',
            at=str(outputs.alerts),
            hint=f"end the name in {', '.join(_FORMATS)}",
        )


def write_outputs(journal: Path, outputs: Outputs, settings: Settings, registry: str) -> Summary:
    """Write the alerts, the refusals and the report, each whole or not at all."""
    builder = SummaryBuilder()
    refusals: list[Refusal] = []
    alerts: list[Alert] = []
    with ExitStack() as stack:
        sink = stack.enter_context(alert_sink(outputs.alerts))
        refused = None
        for entry in read_journal(journal):
            if isinstance(entry, Alert):
                alerts.append(entry)
                if len(alerts) == _CHUNK:
                    sink.add(alerts)
                    builder.add(alerts)
                    alerts = []
                continue
            if refused is None:
                path = stack.enter_context(_replacing(outputs.refused))
                refused = stack.enter_context(refusal_writer(path))
            refused.add([entry])
            if len(refusals) < _SHOWN:
                refusals.append(entry)
        sink.add(alerts)
        builder.add(alerts)
        if refused is None and outputs.refused.exists():
            path = stack.enter_context(_replacing(outputs.refused))  # of an earlier run
            stack.enter_context(refusal_writer(path))
    done = read_done(journal)
    summary = builder.finish(
        Counts(
            file=settings.file,
            day=settings.day,
            registry=registry,
            lines=done.lines,
            refused_rows=done.refused_rows,
            refused_fields=done.refused_fields,
            refusals=tuple(refusals),
            elapsed_seconds=done.seconds,
        )
    )
    if outputs.report is not None:
        with _replacing(outputs.report) as path:
            write_report(path, summary, library_of(settings))
    return summary


def library_of(settings: Settings) -> Library:
    """Return the words of the registry and the rules that a report prints for their slugs."""
    registry = load_registry(settings.own)
    rules = load_alert_rules(settings.rules)
    return Library(
        sources=registry.sources,
        regimes=registry.regimes,
        substances={each.slug: each.name for each in registry.substances},
        rules={**_TITLES, **{slug: slug for slug in rules.check if slug not in _TITLES}},
    )


_TITLES = {
    "control": "Controlled or watched on the day",
    "cas": "CAS number",
    "cus": "CUS number",
    "exact": "Name in the text",
    "squeezed": "Name, broken or misread by a scan",
    "fuzzy-1": "Name with one edit",
    "fuzzy-2": "Name with two edits",
    "fuzzy-3": "Name with three edits",
    "weak": "Short or ambiguous name",
    "hs": "HS code alone",
    "unno": "UN number alone",
    "both": "Name and number together",
    "more": "Further substance",
    "downgraded": "Speaks against it",
    "hidden": "Name hidden by look-alikes",
    "hs-mismatch": "HS code does not fit",
    "cas-mismatch": "CAS number does not fit",
    "cas-digit": "CAS number is wrong",
    "un-mismatch": "UN number does not fit",
    "vague": "Description says nothing",
}


@contextmanager
def alert_sink(path: Path | None) -> Iterator[_Sink]:
    """Open the file of alerts, or standard output."""
    if path is not None:
        with _replacing(path) as part, alert_writer(part) as writer:
            yield writer
    elif sys.stdout.isatty():
        yield _Nowhere()
    else:
        stdout: BinaryIO = sys.stdout.buffer
        yield JsonLines(stdout)
        stdout.flush()


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Yield a name beside a file; what is written there takes its place at the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
