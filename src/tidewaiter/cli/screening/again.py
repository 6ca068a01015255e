"""Screening again: the lines of a database, under today's law, lists and rules."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

import click

from tidewaiter.base.files import alone
from tidewaiter.base.records import Record
from tidewaiter.base.safe_text import visible
from tidewaiter.bulk.screening import Settings
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.screening.outputs import Apart, Mark, alert_sink, mark_of, place_of
from tidewaiter.cli.screening.stored import suppression_reported
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.generation import generation_of
from tidewaiter.node.context import database_at
from tidewaiter.node.identity import own_stamp
from tidewaiter.node.rescreen.again import Again, screen_again
from tidewaiter.node.rescreen.cross_line import Kept, Spool, mark_again, spool
from tidewaiter.node.rescreen.database_inputs import switched
from tidewaiter.trade.rules.alert_rules import load_alert_rules
from tidewaiter.trade.types import Alert

_CHUNK = 1_000


class Past(Record, frozen=True, kw_only=True):
    """What is screened again, and the outputs."""

    place: str | None  # of the database
    out: Path | None  # None: standard output, unless it is a terminal
    restricted: Path | None  # file for alerts based on restricted entries; None: the default
    whole: bool  # all lines, whatever changed
    beside: Mark | None = None  # adds to an alert what decisions taught; None: nothing is added

    @property
    def learned(self) -> bool:
        """Return whether alerts have the estimate of a ranking model."""
        return self.beside is not None

    def told(self, alert: Alert) -> Alert:
        """Return an alert as it is written."""
        return alert if self.beside is None else self.beside(alert)

    @property
    def journal(self) -> Path:
        """Return the lock that one process at a time holds."""
        named = self.out or Path("alerts")
        return named.with_name(f"{named.name}.journal")


def screen_past(past: Past, settings: Settings) -> None:
    """Screen the lines of a database again; write new alerts and alerts that get a note.

    Args:
        past: The lines and the outputs.
        settings: Settings of the screening.
    """
    if past.whole and settings.lists is not None:
        generation_of(Archive(settings.lists), anew=True)
    with ExitStack() as stack:
        if past.out is not None:
            stack.enter_context(alone(past.journal, str(past.out)))
        database = stack.enter_context(database_at(past.place))
        if database is None:
            raise click.UsageError("--again screens a database: give --db.")
        settings = switched(settings, database)
        stack.enter_context(suppression_reported(database))
        written = stack.enter_context(spool())
        with screen_again(database, settings, whole=past.whole) as again:
            click.echo(visible(_why(again)), err=True)
            _write(again, past, settings, written)

        def write(new: Iterator[Alert]) -> None:
            _write_selected(new, past, written)

        kept = mark_again(database, settings, own_stamp, whole=past.whole, write=write)
        click.echo(_said_of_others(kept), err=True)


def _write(again: Again, past: Past, settings: Settings, written: Spool) -> None:
    """Screen lines, write new alerts and alerts that get a note, and print the counts.

    Lines are spooled where rules may select more of them.
    """
    lines = new = 0
    place, mark = place_of(past.restricted, settings, past.journal), mark_of(past.journal)
    rules = load_alert_rules(settings.rules, settings.switches)
    with (
        alert_sink(past.out, mark, learned=past.learned) as sink,
        Apart(place, mark, rules, learned=past.learned) as apart,
    ):

        def add(alerts: list[Alert]) -> None:
            shown = apart.part(alerts, past.told)
            sink.add(shown)
            if past.out is not None and rules.past.selects:
                written.add(0, shown)

        for stored, alerts in again.batches():
            lines += len(stored.lines)
            new += len(alerts)
            add(alerts)
        gone, changed = _write_noted(again, add)
    apart.tell()
    told = f"{_said(again, lines)} {how_many(new, 'new alert')}{_said_of_notes(gone, changed)}"
    click.echo(told, err=True)


def _write_selected(new: Iterator[Alert], past: Past, written: Spool) -> None:
    """Append the alerts that rules select."""
    with alert_sink(past.out, mark_of(past.journal), learned=past.learned) as sink:
        for _, some in written.read():
            sink.add(some)
        while selected := list(map(past.told, islice(new, _CHUNK))):
            sink.add(selected)


def _why(again: Again) -> str:
    """Explain why all lines are screened, or only some."""
    if again.touched is None:
        return f"all stored lines are screened: {again.plan.why}"
    lines, told, law = len(again.touched.lines), again.plan.difference, again.plan.law
    listed = again.plan.judged or told is None or told.new or told.changed or told.removed
    if not law and not listed:
        return "nothing has changed since the stored lines were screened"
    where = "with parties or vessels that match new or changed entries"
    if not law:
        return f"only lists have changed: {lines:,} lines are screened, {where}"
    named = "that name a substance with other law"
    if not listed:
        return f"only the law has changed: {lines:,} lines are screened, {named}"
    return f"lists and law have changed: {lines:,} lines are screened, {where}, or {named}"


def _said(again: Again, lines: int) -> str:
    """Summarise what was screened."""
    told = again.plan.difference
    if again.touched is None or told is None:
        return f"{how_many(lines, 'stored line')} screened,"
    judged = (
        f" and {how_many(len(again.plan.judged), 'party')} with earlier decisions"
        if again.plan.judged
        else ""
    )
    ships = f" and {how_many(again.touched.vessels, 'vessel')}" if again.touched.vessels else ""
    return (
        f"{again.touched.parties:,} stored parties{ships} against {len(told.new):,} "
        f"new, {len(told.changed):,} changed, {len(told.removed):,} removed "
        f"entries{judged}:"
    )


def _said_of_others(kept: Kept | None) -> str:
    """Summarise the update of reasons that depend on other lines."""
    if kept is None:
        return (
            "no line, alert, result or rule has changed since alerts were last compared "
            "with other lines"
        )
    asked = f"{how_many(kept.looked, 'alert')} compared with other lines again"
    told = [f"{asked}: {kept.changed:,} have different reasons now"]
    told += [f"{kept.raised:,} with another severity"] if kept.raised else []
    told += [f"{how_many(kept.noted, 'decided alert')} got a note"] if kept.noted else []
    told += (
        [f"{how_many(kept.selected, 'new alert')} from rules that compare lines"]
        if kept.selected
        else []
    )
    return ", ".join(told)


def _write_noted(again: Again, add: Callable[[list[Alert]], None]) -> tuple[int, int]:
    """Write the alerts that get a note; count those whose entry was removed, and the others."""
    gone = other = 0
    for alert in again.noted():
        if alert.reasons[-1].rule == "party-removed":
            gone += 1
        else:
            other += 1
        add([alert])
    return gone, other


def _said_of_notes(gone: int, other: int) -> str:
    """Summarise how many alerts got a note."""
    said = [f"{how_many(gone, 'alert')} whose list entry was removed"] if gone else []
    said += [f"{how_many(other, 'alert')} whose list entry was changed"] if other else []
    return "".join(f", {each}" for each in said)
