"""The command `tidewaiter screen`: new files, and with `--again` stored lines under today's law."""

import os
import sys
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import click
from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import check_apart, hash_file
from tidewaiter.base.records import Record
from tidewaiter.bulk.cross_line import Marks
from tidewaiter.bulk.journal import drop_abandoned, read_done
from tidewaiter.bulk.screening import Settings
from tidewaiter.casework.ranking.model import explained, model_at, read_ranker
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.core.options import (
    FILE,
    OUT_FILE,
    Day,
    Field,
    hear_every_stop,
    ok_with_refusals,
    own_lists,
    printable,
)
from tidewaiter.cli.core.page_language import language_of
from tidewaiter.cli.core.party_options import Within, kept_in
from tidewaiter.cli.screening.input_files import (
    Member,
    layout_file,
    members_of,
    read_members,
    show_columns,
    with_layout,
)
from tidewaiter.cli.screening.outputs import (
    RESTRICTED,
    Outputs,
    check_outputs,
    held,
    journal_of,
    journals,
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
    screen_alone,
    screen_cluster,
)
from tidewaiter.cli.screening.summary import show_summary
from tidewaiter.law.registry import load_registry
from tidewaiter.lists.archive import filled
from tidewaiter.lists.decisions import threshold_for
from tidewaiter.node.rescreen.basis import registry_digest
from tidewaiter.trade.types import Alert, ReadOptions

learned_option = click.option(
    "--ranker",
    type=click.Path(exists=True, path_type=Path),
    help="Add the estimate of this ranking model (a file or its folder) to each alert.",
)


def beside_of(place: Path | None) -> Callable[[Alert], Alert]:
    """Return the function that adds a ranking model's estimate to alerts; None: no model.

    Args:
        place: A model, or the folder with it.

    Raises:
        InputError: The file is not a model.
    """
    return (
        (lambda alert: alert) if place is None else partial(explained, read_ranker(model_at(place)))
    )


_OUT = click.Path(path_type=Path)
_CHANCE = Within(0, 1, min_open=True)
_CORES = os.cpu_count() or 1
_ABANDONED = 30 * 86_400  # seconds without progress after which a screening counts as abandoned


class Wanted(Record, frozen=True, kw_only=True):
    """The options of the command."""

    day: date | None = None
    columns: tuple[tuple[str, str], ...] = ()
    layout: str | None = None  # name of a table layout, or its file
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    dates: str | None = None
    sheet: str | None = None
    format: str | None = None
    units: tuple[tuple[str, str], ...] = ()
    out: Path | None = None
    report: Path | None = None
    language: str = "en"
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
@click.argument("paths", nargs=-1, type=FILE, metavar="[PATH]...")
@click.option("--day", type=Day(), help="Screen under the law as of this date (default: today).")
@click.option(
    "--map", "columns", type=Field(), multiple=True, help='Map a column: goods="Item text".'
)
@click.option(
    "--columns",
    "layout",
    metavar="NAME|FILE",
    help="Read the file in this table layout: a name (see inspect --layouts) or a file, in which "
    "--map and similar settings are saved for later files.",
)
@click.option(
    "--encoding", help="Encoding of a text file, if it is detected wrongly: gb18030, cp1251."
)
@click.option("--delimiter", help="Delimiter of a text file, if it is detected wrongly.")
@click.option("--decimal", type=click.Choice([".", ","]), help="Decimal mark of numbers.")
@click.option(
    "--dates", type=click.Choice(["dmy", "mdy"]), help="How to read a date such as 03/04/2026."
)
@click.option(
    "--unit",
    "units",
    type=Field(),
    multiple=True,
    help="Unit if the file has none, for example net=lb.",
)
@click.option("--sheet", help="Sheet of a workbook (default: all).")
@click.option(
    "--format", help="Format of the file, if it is detected wrongly; see inspect --formats."
)
@click.option(
    "--out",
    type=_OUT,
    help="Output file for alerts: .jsonl, .csv, .parquet, or a plug-in format; with "
    "Spark, a folder.",
)
@click.option("--report", type=OUT_FILE, help="Write a report to read and print: .html.")
@language_of("the report")
@click.option(
    "--refused",
    type=OUT_FILE,
    help="Output file for rejected rows and fields (default: refused.csv).",
)
@click.option(
    "--out-restricted",
    "restricted",
    type=OUT_FILE,
    help="Output file for alerts on restricted (authority-only) entries: .jsonl or .csv, "
    "readable only by you.",
)
@click.option(
    "--db", help="Store lines and alerts in a database: a path, or postgresql+psycopg://..."
)
@click.option(
    "--register",
    help="Also check licences and permits in the register of this database (default: that of "
    "--db).",
)
@click.option(
    "--again",
    is_flag=True,
    help="Rescreen the lines stored in --db; only new alerts are written.",
)
@click.option(
    "--whole",
    is_flag=True,
    help="With --again: rescreen all lines, not only those that a change affects.",
)
@click.option(
    "--history",
    type=FILE,
    multiple=True,
    help="File of earlier consignments, to add up quantities and to find unusual trade.",
)
@click.option("--rules", type=FILE, help="Alert rules to use: your own copy of alerts.toml.")
@click.option(
    "--threshold", type=_CHANCE, help="Minimum probability of a match with a listed party."
)
@learned_option
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=_CORES,
    help="Number of processes (default: number of cores).",
)
@kept_in
@own_lists
@on_cluster
@ok_with_refusals
def screen(paths: tuple[Path, ...], *, again: bool, whole: bool, **options: Any) -> None:
    """Screen the consignments in PATH for controlled chemicals and listed parties.

    PATH can be CSV, JSON, Parquet, XLSX or a customs message (see inspect --formats), also in a
    ZIP. Alerts are written to --out, or to standard output as JSON Lines if it is not a terminal.
    If the command is interrupted, run it again to resume. With --engine spark, several files are
    screened on a cluster.
    Exit status 1: some rows or fields could not be read; 130: interrupted.

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
            wanted.layout,
            beside_of(wanted.ranker) if wanted.ranker else None,
        )
        done_there = screen_cluster(there, _settings(wanted, file="", sha256=""), cluster)
        sys.exit(1 if done_there.refusals else 0)
    packed = members_of(paths[0]) if len(paths) == 1 else None
    path = one_path(paths, None if packed and len(packed) > 1 else wanted.out)
    if again:
        _screen_again(path, wanted, whole=whole)
        return
    if whole:
        raise click.UsageError("--whole can be used only with --again.")
    if path is None:
        raise click.UsageError("Name a file: tidewaiter screen manifest.csv")
    hear_every_stop()
    if _screen_archive(path, packed, wanted) if packed else _screen_file(path, wanted):
        sys.exit(1)


def _screen_again(path: Path | None, wanted: Wanted, *, whole: bool) -> None:
    """Screen the lines of a database again."""
    if path is not None or wanted.db is None:
        raise click.UsageError("--again screens a database: give --db and no file.")
    if wanted.register is not None:
        raise click.UsageError("--again uses the register of --db: --register cannot be used.")
    report = wanted.report is not None or wanted.language != "en"
    if report or wanted.refused is not None or wanted.history:
        raise click.UsageError("--again writes only alerts: give --out.")
    from tidewaiter.cli.screening.again import Past, screen_past  # noqa: PLC0415  # see `_screened`

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


def _screen_archive(path: Path, some: tuple[Member, ...], wanted: Wanted) -> bool:
    """Screen each file of an archive separately; for several files, --out is a folder.

    Returns:
        Whether anything was rejected.
    """
    if len(some) == 1:
        named = {"alerts": wanted.out, "the report": wanted.report, "refusals": wanted.refused}
        named[RESTRICTED] = wanted.restricted
        outputs = {what: place for what, place in named.items() if place is not None}
        check_apart(outputs, {"the archive that is screened": path})
        return read_members(path, some, lambda place: _screen_file(place, wanted))
    folder = wanted.out
    if folder is None and not (wanted.report or wanted.refused or wanted.restricted):
        return read_members(path, some, lambda place: _screen_file(place, wanted))
    if folder is None or folder.suffix or wanted.report or wanted.refused or wanted.restricted:
        raise click.UsageError(
            f"{path.name} contains {len(some)} files: give a folder for their alerts, "
            "--out FOLDER, without --report, --refused and --out-restricted."
        )
    folder.mkdir(exist_ok=True)

    def each(place: Path) -> bool:
        out, refused = (folder / f"{place.name}{end}" for end in (".jsonl", ".refused.csv"))
        return _screen_file(place, structs.replace(wanted, out=out, refused=refused))

    return read_members(path, some, each)


def _screen_file(path: Path, wanted: Wanted) -> bool:
    """Screen a file and write the requested outputs; return whether anything was rejected."""
    check_files((path, *wanted.history))
    beside = beside_of(wanted.ranker)
    options = _options(wanted)
    if wanted.layout is not None:
        options = with_layout(wanted.layout, path, options)
    settings = _settings(wanted, file=printable(path.name), sha256=hash_file(path))
    first = wanted.out or wanted.report
    journal = journal_of(first, settings, options)
    refused = wanted.refused or (first or Path("x")).with_name("refused.csv")
    named = {"alerts": wanted.out, "the report": wanted.report, "refusals": refused}
    named[RESTRICTED] = wanted.restricted
    check_outputs(named, _kept(path, wanted, journal))
    check_history(wanted.history, settings)
    show_columns(path, options)
    with held(journal, first) as journal:
        drop_abandoned(journals(), time.time() - _ABANDONED)
        job = OneFile(
            path, options, settings, journal, wanted.history, wanted.workers, wanted.register
        )
        settings, marks, new = _screened(job, wanted.db)
        outputs = Outputs(
            alerts=wanted.out,
            report=wanted.report,
            language=wanted.language,
            refused=refused,
            refused_named=wanted.refused is not None,
            learned=wanted.ranker is not None,
            workers=wanted.workers,
            restricted=place_of(wanted.restricted, settings, journal),
        )
        digest = registry_digest(settings, restricted=False)
        summary = write_outputs(journal, outputs, settings, digest, marks, beside=beside)
        done = read_done(journal)
        journal.unlink(missing_ok=True)
    show_summary(summary, outputs, load_registry(settings.own).regimes)
    if wanted.db is not None:
        click.echo(f"{how_many(new, 'new alert')} in the database", err=True)
    return bool(done.refused_rows or done.refused_fields)


def _screened(job: OneFile, place: str | None) -> tuple[Settings, Marks, int]:
    """Screen a file; return its settings, what other lines show, and the alerts new in a database.

    All that works with a database takes half a second to load, which most screenings do without.
    """
    if place is None and job.register is None and not job.history:
        return job.settings, screen_alone(job), 0
    from tidewaiter.cli.screening.stored import screen_stored  # noqa: PLC0415

    return screen_stored(job, place)


def _options(wanted: Wanted) -> ReadOptions:
    names = ("encoding", "delimiter", "decimal", "dates", "sheet", "format")
    said = {name: getattr(wanted, name) for name in names}
    return ReadOptions(columns=dict(wanted.columns), units=dict(wanted.units), **said)


def _kept(path: Path | None, wanted: Wanted, journal: Path | None) -> dict[str, Path]:
    """Return the files that no output may overwrite."""
    named = {"the file that is screened": path, "the rules": wanted.rules}
    named["the table layout"] = layout_file(wanted.layout) if wanted.layout else None
    named["the ranking model"] = wanted.ranker and model_at(wanted.ranker)
    if wanted.db is not None:
        from tidewaiter.store.core.database import database_file  # noqa: PLC0415  # see `_screened`

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
