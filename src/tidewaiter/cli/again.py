"""`tidewaiter screen --again`: past lines screened by what is in force now."""

from contextlib import ExitStack
from pathlib import Path

import click

from tidewaiter.base.alone import alone
from tidewaiter.base.records import Record
from tidewaiter.bulk.run import Settings
from tidewaiter.cli.apart import Apart, Mark, place_of
from tidewaiter.cli.outputs import Sink, alert_sink, mark_of
from tidewaiter.cli.resting import resting_told
from tidewaiter.consignments.rules import load_alert_rules
from tidewaiter.identity import own_stamp
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.generation import generation_of
from tidewaiter.node import database_at
from tidewaiter.report.characters import visible
from tidewaiter.rescreen.again import Again, screen_again
from tidewaiter.rescreen.anew import mark_again
from tidewaiter.rescreen.keeping import Kept
from tidewaiter.rescreen.switched import switched


class Past(Record, frozen=True, kw_only=True):
    """What is screened again, and where it goes."""

    place: str | None  # of the database
    out: Path | None  # None: to standard output, where it is no terminal
    restricted: Path | None  # alerts that rest on restricted entries; None: where it is usual
    whole: bool  # all lines, whatever changed


def screen_past(past: Past, settings: Settings, beside: Mark | None) -> None:
    """Screen what a database holds; write the alerts that are new, and those that get a note.

    Args:
        past: What, and where to.
        settings: What its lines are screened by.
        beside: Adds to an alert what decisions taught; None: nothing is added.
    """
    if past.whole and settings.lists is not None:
        generation_of(Archive(settings.lists), anew=True)
    with ExitStack() as stack:
        named = past.out or Path("alerts")
        journal = named.with_name(f"{named.name}.journal")
        if past.out is not None:
            stack.enter_context(alone(journal, str(past.out)))
        database = stack.enter_context(database_at(past.place))
        if database is None:
            raise click.UsageError("--again screens a database: give --db")
        settings = switched(settings, database)
        stack.enter_context(resting_told(database))
        with screen_again(database, settings, whole=past.whole) as again:
            click.echo(visible(_why(again)), err=True)
            _write(again, past, settings, journal, beside)
        kept = mark_again(database, settings, own_stamp, whole=past.whole)
        click.echo(_said_of_others(kept), err=True)


def _write(
    again: Again, past: Past, settings: Settings, journal: Path, beside: Mark | None
) -> None:
    """Screen lines, write the alerts that are new or get a note, and say how many there are."""
    lines = new = 0
    learned, mine = beside is not None, beside or (lambda alert: alert)
    place, mark = place_of(past.restricted, settings, journal), mark_of(journal)
    rules = load_alert_rules(settings.rules, settings.switches)
    with (
        alert_sink(past.out, mark, learned=learned) as sink,
        Apart(place, mark, rules, learned=learned) as apart,
    ):
        for stored, alerts in again.batches():
            lines += len(stored.lines)
            new += len(alerts)
            sink.add(apart.part(alerts, mine))
        gone, changed = _write_noted(again, sink, apart, mine)
    apart.tell()
    told = f"{_said(again, lines)} {new:,} new alerts{_said_of_notes(gone, changed)}"
    click.echo(told, err=True)


def _why(again: Again) -> str:
    """Say whether all lines are screened, and why."""
    if again.touched is None:
        return f"all past lines are screened: {again.plan.why}"
    lines, told = len(again.touched.lines), again.plan.difference
    if not again.plan.judged and told and not (told.new or told.changed or told.removed):
        return "nothing changed since past lines were screened"
    where = "of parties that other entries match now, or changed ones"
    return f"nothing but lists changed: {lines:,} lines are screened, {where}"


def _said(again: Again, lines: int) -> str:
    """Say what was screened."""
    told = again.plan.difference
    if again.touched is None or told is None:
        return f"{lines:,} past lines screened,"
    judged = f" and {len(again.plan.judged):,} judged parties" if again.plan.judged else ""
    return (
        f"{again.touched.parties:,} past parties against {len(told.new):,} new, "
        f"{len(told.changed):,} changed, {len(told.removed):,} removed entries{judged}:"
    )


def _said_of_others(kept: Kept | None) -> str:
    """Say what came of asking other lines anew."""
    if kept is None:
        return "no line, alert, result or rule changed since other lines were last asked"
    asked = f"other lines were asked about {kept.looked:,} alerts"
    told = [f"{asked}: {kept.changed:,} say something else now"]
    told += [f"{kept.raised:,} of another severity"] if kept.raised else []
    told += [f"{kept.noted:,} decided ones got a note"] if kept.noted else []
    told += [f"{kept.selected:,} new ones by rules that select"] if kept.selected else []
    return ", ".join(told)


def _write_noted(again: Again, sink: Sink, apart: Apart, beside: Mark) -> tuple[int, int]:
    """Write the alerts that get a note; count those whose entry is gone, and the others."""
    gone = other = 0
    for alert in again.noted():
        if alert.reasons[-1].rule == "party-removed":
            gone += 1
        else:
            other += 1
        sink.add(apart.part([alert], beside))
    return gone, other


def _said_of_notes(gone: int, other: int) -> str:
    """Say how many alerts got a note."""
    said = [f"{gone:,} alerts whose entry is gone"] if gone else []
    said += [f"{other:,} alerts whose entry was changed"] if other else []
    return "".join(f", {each}" for each in said)
