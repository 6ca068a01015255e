"""`tidewaiter screen --again`: past lines screened by what is in force now."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

import click

from tidewaiter.base.alone import alone
from tidewaiter.base.records import Record
from tidewaiter.bulk.run import Settings
from tidewaiter.cli.apart import Apart, Mark, place_of
from tidewaiter.cli.outputs import alert_sink, mark_of
from tidewaiter.cli.resting import resting_told
from tidewaiter.consignments.rules import load_alert_rules
from tidewaiter.consignments.types import Alert
from tidewaiter.identity import own_stamp
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.generation import generation_of
from tidewaiter.node import database_at
from tidewaiter.report.characters import visible
from tidewaiter.rescreen.again import Again, screen_again
from tidewaiter.rescreen.anew import mark_again
from tidewaiter.rescreen.keeping import Kept
from tidewaiter.rescreen.spool import Spool, spool
from tidewaiter.rescreen.switched import switched

_CHUNK = 1_000


class Past(Record, frozen=True, kw_only=True):
    """What is screened again, and where it goes."""

    place: str | None  # of the database
    out: Path | None  # None: to standard output, where it is no terminal
    restricted: Path | None  # alerts that rest on restricted entries; None: where it is usual
    whole: bool  # all lines, whatever changed
    beside: Mark | None = None  # adds to an alert what decisions taught; None: nothing is added

    @property
    def learned(self) -> bool:
        """Tell whether alerts carry what decisions taught."""
        return self.beside is not None

    def told(self, alert: Alert) -> Alert:
        """Return an alert as it is written."""
        return alert if self.beside is None else self.beside(alert)

    @property
    def journal(self) -> Path:
        """Return what one process at a time holds."""
        named = self.out or Path("alerts")
        return named.with_name(f"{named.name}.journal")


def screen_past(past: Past, settings: Settings) -> None:
    """Screen what a database holds; write the alerts that are new, and those that get a note.

    Args:
        past: What, and where to.
        settings: What its lines are screened by.
    """
    if past.whole and settings.lists is not None:
        generation_of(Archive(settings.lists), anew=True)
    with ExitStack() as stack:
        if past.out is not None:
            stack.enter_context(alone(past.journal, str(past.out)))
        database = stack.enter_context(database_at(past.place))
        if database is None:
            raise click.UsageError("--again screens a database: give --db")
        settings = switched(settings, database)
        stack.enter_context(resting_told(database))
        written = stack.enter_context(spool())
        with screen_again(database, settings, whole=past.whole) as again:
            click.echo(visible(_why(again)), err=True)
            _write(again, past, settings, written)

        def write(new: Iterator[Alert]) -> None:
            _write_selected(new, past, written)

        kept = mark_again(database, settings, own_stamp, whole=past.whole, write=write)
        click.echo(_said_of_others(kept), err=True)


def _write(again: Again, past: Past, settings: Settings, written: Spool) -> None:
    """Screen lines, write the alerts that are new or get a note, and say how many there are.

    Where rules may select more, what stands in the file is spooled too.
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
    told = f"{_said(again, lines)} {new:,} new alerts{_said_of_notes(gone, changed)}"
    click.echo(told, err=True)


def _write_selected(new: Iterator[Alert], past: Past, written: Spool) -> None:
    """Write alerts that rules select, behind those that are written."""
    with alert_sink(past.out, mark_of(past.journal), learned=past.learned) as sink:
        for _, some in written.read():
            sink.add(some)
        while selected := list(map(past.told, islice(new, _CHUNK))):
            sink.add(selected)


def _why(again: Again) -> str:
    """Say whether all lines are screened, and why."""
    if again.touched is None:
        return f"all past lines are screened: {again.plan.why}"
    lines, told = len(again.touched.lines), again.plan.difference
    if not again.plan.judged and told and not (told.new or told.changed or told.removed):
        return "nothing changed since past lines were screened"
    where = "of parties or vessels that other entries match now, or changed ones"
    return f"nothing but lists changed: {lines:,} lines are screened, {where}"


def _said(again: Again, lines: int) -> str:
    """Say what was screened."""
    told = again.plan.difference
    if again.touched is None or told is None:
        return f"{lines:,} past lines screened,"
    judged = f" and {len(again.plan.judged):,} judged parties" if again.plan.judged else ""
    ships = f" and {again.touched.vessels:,} vessels" if again.touched.vessels else ""
    return (
        f"{again.touched.parties:,} past parties{ships} against {len(told.new):,} new, "
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


def _write_noted(again: Again, add: Callable[[list[Alert]], None]) -> tuple[int, int]:
    """Write the alerts that get a note; count those whose entry is gone, and the others."""
    gone = other = 0
    for alert in again.noted():
        if alert.reasons[-1].rule == "party-removed":
            gone += 1
        else:
            other += 1
        add([alert])
    return gone, other


def _said_of_notes(gone: int, other: int) -> str:
    """Say how many alerts got a note."""
    said = [f"{gone:,} alerts whose entry is gone"] if gone else []
    said += [f"{other:,} alerts whose entry was changed"] if other else []
    return "".join(f", {each}" for each in said)
