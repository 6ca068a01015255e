"""Make the files that the user asked for from the journal of a screening."""

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path
from typing import Protocol

import click

from tidewaiter.base.errors import InputError, OutputError
from tidewaiter.base.files import check_apart, replacing, set_aside, writing
from tidewaiter.base.records import Record
from tidewaiter.bulk.journal import Done, read_done, read_journal
from tidewaiter.bulk.run import Settings, threshold_in
from tidewaiter.cli.options import forget_stdout
from tidewaiter.consignments.listed import cite_list
from tidewaiter.consignments.rules import load_alert_rules
from tidewaiter.consignments.together import HOLDING, Together
from tidewaiter.consignments.types import Alert, Refusal
from tidewaiter.lists.archive import Archive
from tidewaiter.parties.types import ListVersion
from tidewaiter.report.exports import CsvRefusals, JsonLines, alert_writer, refusal_writer
from tidewaiter.report.html import write_report
from tidewaiter.report.library import Library
from tidewaiter.report.summary import Counts, Summary, SummaryBuilder
from tidewaiter.substances.registry import load_registry
from tidewaiter.substances.types import Source

_FORMATS = (".jsonl", ".csv", ".parquet")
_CHUNK = 1_000
_SHOWN = 20  # refusals in the report


class Outputs(Record, frozen=True, kw_only=True):
    """Where what goes."""

    alerts: Path | None  # None: standard output, where it is no terminal
    report: Path | None
    refused: Path  # written where anything was refused
    refused_named: bool  # by the user: an older file gives way; else it is kept


class _Sink(Protocol):
    def add(self, alerts: list[Alert], /) -> None: ...


class _Told:
    """Names the file where writing fails: errors of one output pass through those of others."""

    def __init__(self, sink: _Sink, place: str) -> None:
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
    alerts = outputs["alerts"]
    if alerts is not None and alerts.suffix.lower() not in _FORMATS:
        raise InputError(
            f'"{alerts.suffix}" is not a format of alerts',
            at=str(alerts),
            hint=f"end the name in {', '.join(_FORMATS)}",
        )


def write_outputs(
    journal: Path, outputs: Outputs, settings: Settings, registry: str,
    earlier: Iterable[Alert] = (),
) -> Summary:  # fmt: skip
    """Write the alerts, the refusals and the report, each whole or not at all.

    Args:
        journal: Of the screening, which is done.
        outputs: Where to.
        settings: What it was done by.
        registry: Digest of what settles the findings.
        earlier: Alerts of earlier files, whose amounts add up with those of this one.
    """
    together = add_up(journal, settings, earlier)
    builder = SummaryBuilder()
    mark = mark_of(journal)
    refusals: list[Refusal] = []
    alerts: list[Alert] = []
    with ExitStack() as stack:
        sink = stack.enter_context(alert_sink(outputs.alerts, mark))
        refused = None
        for entry in read_journal(journal):
            if isinstance(entry, Alert):
                alerts.append(together.mark(entry) if together else entry)
                if len(alerts) == _CHUNK:
                    sink.add(alerts)
                    builder.add(alerts)
                    alerts = []
                continue
            if refused is None:
                refused = stack.enter_context(_refusal_sink(outputs, mark))
            with writing(str(outputs.refused)):
                refused.add([entry])
            if len(refusals) < _SHOWN:
                refusals.append(entry)
        sink.add(alerts)
        builder.add(alerts)
        if refused is None and outputs.refused.exists():
            stack.enter_context(_refusal_sink(outputs, mark))  # that of an earlier run gives way
    if together and together.left_out:
        text = f"{together.left_out} amounts name no day or no party, so they are not added up"
        click.echo(text, err=True)
    done = read_done(journal)
    summary = builder.finish(_counts(settings, registry, done, tuple(refusals)))
    if outputs.report is not None:
        with replacing(outputs.report, mark) as path:
            write_report(path, summary, library_of(settings))
    return summary


def add_up(journal: Path, settings: Settings, earlier: Iterable[Alert] = ()) -> Together | None:
    """Add up what the limits of the law count, over all alerts of a journal and those before.

    Returns:
        The sums; None where no limit is about an alert, as in most files.
    """
    entries = read_journal(journal, holding=HOLDING)
    limited = (entry for entry in entries if isinstance(entry, Alert))
    first = next(limited, None)
    if first is None:
        return None
    registry, rules = load_registry(settings.own), load_alert_rules(settings.rules)
    together = Together(registry, rules, settings.day)
    for alert in earlier:
        together.add(alert, earlier=True)
    for alert in chain((first,), limited):
        together.add(alert)
    return together


@contextmanager
def _refusal_sink(outputs: Outputs, mark: str) -> Iterator[CsvRefusals]:
    """Open the file of refusals; keep another one of the name that the user did not choose."""
    with replacing(outputs.refused, mark) as part:
        with refusal_writer(part) as writer:
            yield writer
        kept = None if outputs.refused_named else set_aside(outputs.refused, part)
    if kept is not None:
        click.echo(f"an older {outputs.refused} is kept as {kept.name}", err=True)


def _counts(settings: Settings, registry: str, done: Done, refusals: tuple[Refusal, ...]) -> Counts:
    return Counts(
        file=settings.file,
        day=settings.day,
        registry=registry,
        lines=done.lines,
        refused_rows=done.refused_rows,
        refused_fields=done.refused_fields,
        lists=tuple(f"{each.name}, {_state(each)}" for each in lists_of(settings)),
        threshold=_threshold(settings),
        unread=done.unread,
        unknown=done.unknown,
        refusals=refusals,
        elapsed_seconds=done.seconds,
    )


def _threshold(settings: Settings) -> str:
    """Say from which likeness on parties are told; "": they are not looked up."""
    if settings.lists is None:
        return ""
    return str(threshold_in(settings, load_alert_rules(settings.rules)))


def lists_of(settings: Settings) -> list[ListVersion]:
    """Return the versions of the lists of parties that a screening looks at."""
    if settings.lists is None:
        return []
    archive = Archive(settings.lists)
    kept = (archive.at(slug, settings.day) for slug in archive.slugs())
    return [each.version for each in kept if each is not None]


def _state(version: ListVersion) -> str:
    return f"of {version.dated}" if version.dated else f"loaded on {version.read}"


def library_of(settings: Settings) -> Library:
    """Return the words of the registry and the rules that a report prints for their slugs."""
    registry = load_registry(settings.own)
    rules = load_alert_rules(settings.rules)
    return Library(
        sources={**registry.sources, **_list_sources(settings)},
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
    "name": "Systematic name",
    "structure": "Structure",
    "variant": "Structure, a variant",
    "class": "Structure of a legal class",
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
    "party": "Resembles a listed party",
    "free": "Free by amount in one law",
    "together": "Over a limit together",
}


def _list_sources(settings: Settings) -> dict[str, Source]:
    """Return what a report prints of the versions of lists that its alerts rest on."""
    return {
        cite_list(each.slug, each.sha256): Source(
            title=f"{each.authority}: {each.name}, {_state(each)}, SHA-256 {each.sha256[:16]}",
            url=each.source if each.source.startswith("https://") else "",
            read=each.read,
            licence=each.licence,
        )
        for each in lists_of(settings)
    }


def mark_of(journal: Path) -> str:
    """Return what only the process that holds a journal has in the names of half-written files."""
    return hashlib.sha256(os.fsencode(journal.absolute())).hexdigest()[:8]


@contextmanager
def alert_sink(path: Path | None, mark: str) -> Iterator[_Sink]:
    """Open the file of alerts, or standard output.

    Raises:
        OutputError: It takes no more.
    """
    if path is not None:
        with replacing(path, mark) as part, alert_writer(part) as writer:
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
