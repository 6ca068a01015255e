"""The command `tidewaiter screen`: new files, and with `--again` past lines under today's law."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import click
from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import alone, check_apart, hash_file
from tidewaiter.base.records import Record
from tidewaiter.base.safe_text import visible
from tidewaiter.bulk.journal import drop_abandoned, read_done
from tidewaiter.bulk.screening import Settings
from tidewaiter.casework.ranking.model import explained, model_at, read_ranker
from tidewaiter.cli.core.options import Day, Field, hear_every_stop, own_lists, printable
from tidewaiter.cli.core.party_options import Within, kept_in
from tidewaiter.cli.identify import tell_first_start
from tidewaiter.cli.screening.input_files import (
    Member,
    members_of,
    read_members,
    show_columns,
    with_saved,
)
from tidewaiter.cli.screening.outputs import (
    RESTRICTED,
    Apart,
    Mark,
    Outputs,
    alert_sink,
    check_outputs,
    held,
    journal_of,
    journals,
    mark_of,
    place_of,
    write_outputs,
)
from tidewaiter.cli.screening.run import (
    OneFile,
    There,
    check_files,
    check_history,
    cluster_of,
    on_cluster,
    one_path,
    resting_told,
    screen_cluster,
    screen_one,
)
from tidewaiter.cli.screening.summary import show_summary
from tidewaiter.law.registry import load_registry
from tidewaiter.lists.archive import Archive, filled
from tidewaiter.lists.decisions import threshold_for
from tidewaiter.lists.generation import generation_of
from tidewaiter.node.context import database_at
from tidewaiter.node.identity import own_stamp
from tidewaiter.node.rescreen.again import Again, screen_again
from tidewaiter.node.rescreen.basis import registry_digest
from tidewaiter.node.rescreen.cross_line import Kept, Spool, mark_again, spool
from tidewaiter.node.rescreen.database_inputs import switched
from tidewaiter.store.core.database import database_file
from tidewaiter.trade.rules.alert_rules import load_alert_rules
from tidewaiter.trade.types import Alert, ReadOptions

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


learned_option = click.option(
    "--ranker",
    type=click.Path(exists=True, path_type=Path),
    help="Tell what decisions taught beside the score: a model, or its folder.",
)


def beside_of(place: Path | None) -> Callable[[Alert], Alert]:
    """Return what adds to an alert what decisions taught; None: nothing is added.

    Args:
        place: A model, or the folder that holds it.

    Raises:
        InputError: It is none.
    """
    return (
        (lambda alert: alert) if place is None else partial(explained, read_ranker(model_at(place)))
    )


_FILE = click.Path(dir_okay=False, path_type=Path)
_HERE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.Path(path_type=Path)
_CHANCE = Within(0, 1, min_open=True)
_CORES = os.cpu_count() or 1
_ABANDONED = 30 * 86_400  # seconds without a step: nobody goes on with that screening


class Wanted(Record, frozen=True, kw_only=True):
    """The options of the command."""

    day: date | None = None
    columns: tuple[tuple[str, str], ...] = ()
    saved: Path | None = None
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    dates: str | None = None
    sheet: str | None = None
    format: str | None = None
    units: tuple[tuple[str, str], ...] = ()
    out: Path | None = None
    report: Path | None = None
    refused: Path | None = None
    restricted: Path | None = None
    db: str | None = None
    register: str | None = None
    rules: Path | None = None
    workers: int = _CORES
    history: tuple[Path, ...] = ()
    own: tuple[Path, ...] = ()
    street: bool = False
    folder: Path | None = None  # of lists of parties
    threshold: float | None = None
    ranker: Path | None = None  # a model, or the folder that holds it


@click.command()
@click.argument("paths", nargs=-1, type=_HERE, metavar="[PATH]...")
@click.option("--day", type=Day(), help="Screen as the law stood then (today).")
@click.option(
    "--map", "columns", type=Field(), multiple=True, help='A column by name: goods="Item text".'
)
@click.option(
    "--columns", "saved", type=_FILE, help="Keep --map and the like here, by the file's columns."
)
@click.option("--encoding", help="Of a text file, where the guess is wrong: gb18030, cp1251.")
@click.option("--delimiter", help="Of a text file, where the guess is wrong.")
@click.option("--decimal", type=click.Choice([".", ","]), help="The decimal mark.")
@click.option("--dates", type=click.Choice(["dmy", "mdy"]), help="What 03/04/2026 means.")
@click.option("--unit", "units", type=Field(), multiple=True, help="If none is named: net=lb.")
@click.option("--sheet", help="Of a spreadsheet (the first).")
@click.option("--format", help="Of the file, whatever it looks like: see inspect --formats.")
@click.option(
    "--out",
    type=_OUT,
    help="Alerts: .jsonl, .csv, .parquet, or as a plug-in has it; of spark, a folder.",
)
@click.option("--report", type=_FILE, help="A page to read and to print: .html.")
@click.option("--refused", type=_FILE, help="What could not be read (refused.csv).")
@click.option(
    "--out-restricted",
    "restricted",
    type=_FILE,
    help="Alerts that rest on restricted entries: .jsonl or .csv, for you alone.",
)
@click.option("--db", help="Keep all in a database: a path, or postgresql+psycopg://...")
@click.option("--register", help="Ask the register of this database (that of --db, if it has one).")
@click.option("--again", is_flag=True, help="Screen what --db holds anew; only new alerts.")
@click.option("--whole", is_flag=True, help="With --again: all lines, whatever changed.")
@click.option(
    "--history",
    type=_HERE,
    multiple=True,
    help="An earlier file: what its lines say of these, and amounts that add up.",
)
@click.option("--rules", type=_HERE, help="Your own copy of alerts.toml.")
@click.option("--threshold", type=_CHANCE, help="Probability from which a listed party is told.")
@learned_option
@click.option("--workers", type=click.IntRange(1, 256), default=_CORES, help="Processes (cores).")
@kept_in
@own_lists
@on_cluster
def screen(paths: tuple[Path, ...], *, again: bool, whole: bool, **options: Any) -> None:
    """Screen the consignments in PATH: which lines name a watched chemical, and why.

    Reads CSV, JSON, Parquet, XLSX and messages (inspect --formats), also in a ZIP. Alerts go to
    --out, or to standard output as JSON Lines where that is no terminal. Stopped in the middle,
    the same command goes on where it was. Exit status 0: done; 1: done, but some rows or fields
    could not be read; 2: refused; 130: stopped. With --engine spark, several files are screened
    on a cluster.

    Example: tidewaiter screen manifest.csv --out alerts.jsonl --report report.html
    """
    cluster = cluster_of(options)
    wanted = Wanted(**options)
    if cluster.engine == "spark":
        check_files((*paths, *wanted.history))
        there = There(
            paths,
            wanted.out,
            wanted.history,
            _options(wanted),
            wanted.saved,
            beside_of(wanted.ranker) if wanted.ranker else None,
        )
        done_there = screen_cluster(there, _settings(wanted, file="", sha256=""), cluster)
        sys.exit(1 if done_there.refusals else 0)
    packed = members_of(paths[0]) if len(paths) == 1 else None
    path = one_path(paths, None if packed and len(packed) > 1 else wanted.out)
    if again:
        if path is not None or wanted.db is None:
            raise click.UsageError("--again screens a database: give --db and no file")
        if wanted.register is not None:
            raise click.UsageError("--again asks the register of --db")
        if wanted.report is not None or wanted.refused is not None or wanted.history:
            raise click.UsageError("--again writes alerts alone: --out")
        settings = _settings(wanted, file="", sha256="")
        named = {"alerts": wanted.out, RESTRICTED: wanted.restricted}
        check_outputs(named, _kept(None, wanted, None))
        past = Past(
            place=wanted.db,
            out=wanted.out,
            restricted=wanted.restricted,
            whole=whole,
            beside=beside_of(wanted.ranker) if wanted.ranker else None,
        )
        screen_past(past, settings)
        return
    if whole:
        raise click.UsageError("--whole goes with --again")
    if path is None:
        raise click.UsageError("give a file: tidewaiter screen manifest.csv")
    hear_every_stop()
    if _screen_archive(path, packed, wanted) if packed else _screen_file(path, wanted):
        sys.exit(1)


def _screen_archive(path: Path, some: tuple[Member, ...], wanted: Wanted) -> bool:
    """Screen the files of an archive, each as a file of its own; of several --out is a folder.

    Returns:
        Whether anything was refused.
    """
    if len(some) == 1:
        named = {"alerts": wanted.out, "the report": wanted.report, "refusals": wanted.refused}
        named[RESTRICTED] = wanted.restricted
        outputs = {what: place for what, place in named.items() if place is not None}
        check_apart(outputs, {"the archive that is screened": path})
        return read_members(path, some, lambda place: _screen_file(place, wanted))
    folder = wanted.out
    if folder is None or folder.suffix or wanted.report or wanted.refused or wanted.restricted:
        raise click.UsageError(
            f"{path.name} holds {len(some)} files: their alerts go into a folder, --out FOLDER, "
            "without --report, --refused and --out-restricted"
        )
    folder.mkdir(exist_ok=True)

    def each(place: Path) -> bool:
        out, refused = (folder / f"{place.name}{end}" for end in (".jsonl", ".refused.csv"))
        return _screen_file(place, structs.replace(wanted, out=out, refused=refused))

    return read_members(path, some, each)


def _screen_file(path: Path, wanted: Wanted) -> bool:
    """Screen a file and write what was asked for; return whether anything was refused."""
    check_files((path, *wanted.history))
    beside = beside_of(wanted.ranker)
    options = _options(wanted)
    if wanted.saved is not None:
        options = with_saved(wanted.saved, path, options)
    settings = _settings(wanted, file=printable(path.name), sha256=hash_file(path))
    first = wanted.out or wanted.report
    journal = journal_of(first, settings, options)
    refused = wanted.refused or (first or Path("x")).with_name("refused.csv")
    named = {"alerts": wanted.out, "the report": wanted.report, "refusals": refused}
    named[RESTRICTED] = wanted.restricted
    check_outputs(named, _kept(path, wanted, journal))
    check_history(wanted.history, settings)
    show_columns(path, options)
    tell_first_start()
    with held(journal, first) as journal:
        drop_abandoned(journals(), time.time() - _ABANDONED)
        with database_at(wanted.db) as database, resting_told(database):
            settings = switched(settings, database)
            job = OneFile(
                path, options, settings, journal, wanted.history, wanted.workers, wanted.register
            )
            marks, new = screen_one(job, database)
        outputs = Outputs(
            alerts=wanted.out,
            report=wanted.report,
            refused=refused,
            refused_named=wanted.refused is not None,
            learned=wanted.ranker is not None,
            restricted=place_of(wanted.restricted, settings, journal),
        )
        digest = registry_digest(settings, restricted=False)
        summary = write_outputs(journal, outputs, settings, digest, marks, beside=beside)
        done = read_done(journal)
        journal.unlink(missing_ok=True)
    show_summary(summary, outputs, load_registry(settings.own).regimes)
    if wanted.db is not None:
        click.echo(f"{new} alerts are new to the database", err=True)
    return bool(done.refused_rows or done.refused_fields)


def _options(wanted: Wanted) -> ReadOptions:
    names = ("encoding", "delimiter", "decimal", "dates", "sheet", "format")
    said = {name: getattr(wanted, name) for name in names}
    return ReadOptions(columns=dict(wanted.columns), units=dict(wanted.units), **said)


def _kept(path: Path | None, wanted: Wanted, journal: Path | None) -> dict[str, Path]:
    """Return what no output may take the place of, and the journal neither."""
    named = {"the file that is screened": path, "the rules": wanted.rules}
    named["the saved columns"] = wanted.saved
    named["the ranker"] = wanted.ranker and model_at(wanted.ranker)
    if wanted.db is not None:
        named["the database"] = database_file(wanted.db)
    named |= {f"the history {place}": place for place in wanted.history}
    kept = {what: place for what, place in named.items() if place is not None}
    if journal is None:
        return kept
    for what, place in kept.items():
        if place.resolve() == journal.resolve():
            raise InputError("cli/journal-would-overwrite", what=what, at=str(journal))
    return {**kept, "the journal of this screening": journal}


def _settings(wanted: Wanted, *, file: str, sha256: str) -> Settings:
    lists = filled(wanted.folder)
    return Settings(
        day=wanted.day or date.today(),  # noqa: DTZ011 - the user's own calendar
        file=file,
        sha256=sha256,
        own=tuple(folder.resolve() for folder in wanted.own),
        rules=wanted.rules.resolve() if wanted.rules else None,
        street=wanted.street,
        lists=lists,
        threshold=threshold_for(lists, wanted.threshold) if lists else None,
    )
