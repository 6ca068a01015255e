"""The command `tidewaiter parties resolve`."""

import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from tidewaiter.base.files import check_apart
from tidewaiter.base.records import Record
from tidewaiter.bulk.run import Settings, finder_for
from tidewaiter.cli.gathering import gather
from tidewaiter.cli.listsfolder import kept_in
from tidewaiter.cli.options import Day, Field, hear_every_stop, printable
from tidewaiter.cli.progress import stages
from tidewaiter.cli.refusals import tell_refusals
from tidewaiter.cli.resolvedb import resolve_stored
from tidewaiter.consignments.listings import find_listings
from tidewaiter.consignments.types import ReadOptions
from tidewaiter.lists.archive import Archive
from tidewaiter.parties.resolution import (
    Entity,
    Resolution,
    find_signs,
    read_judgements,
)
from tidewaiter.parties.resolution import (
    resolve as resolve_members,
)
from tidewaiter.report.entities import (
    check_format,
    is_ftm,
    read_entities,
    write_entities,
    write_ftm,
    write_links,
)

_FILE = click.Path(dir_okay=False, path_type=Path)
_SHOWN = 20  # listings on the terminal
_HERE = click.Path(exists=True, dir_okay=False, path_type=Path)


class Wanted(Record, frozen=True, kw_only=True):
    """The options of the command."""

    out: Path
    links: Path | None = None
    judgements: Path | None = None
    earlier: Path | None = None
    refused: Path | None = None
    columns: tuple[tuple[str, str], ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    folder: Path
    day: date | None = None

    def options(self) -> ReadOptions:
        """Return how files are read."""
        return ReadOptions(
            columns=dict(self.columns),
            encoding=self.encoding,
            delimiter=self.delimiter,
            sheet=self.sheet,
        )


@click.command()
@click.argument("paths", nargs=-1, metavar="[FILE]...", type=_HERE)
@click.option("--out", type=_FILE, help="Entities: .jsonl, .parquet or .ftm.json.")
@click.option("--db", help="A database whose parties are resolved in it, in place of files.")
@click.option(
    "--links",
    "--edges",
    "links",
    type=_FILE,
    help="Pairs that were joined, or nearly, and why: .jsonl or .parquet.",
)
@click.option("--judgements", type=_HERE, help="What people said: tidewaiter parties judge.")
@click.option("--earlier", type=_HERE, help="Entities of before; they go on, with their ids.")
@click.option("--refused", type=_FILE, help="What could not be read: .csv.")
@click.option(
    "--map", "columns", type=Field(), multiple=True, help='A column by name: consignee="Sold to".'
)
@click.option("--encoding", help="Of text files, where the guess is wrong: gb18030, cp1251.")
@click.option("--delimiter", help="Of text files, where the guess is wrong.")
@click.option("--sheet", help="Of spreadsheets (the first).")
@kept_in
@click.option("--day", type=Day(), help="Your lists as they were in force then (today).")
def resolve(paths: tuple[Path, ...], **options: Any) -> None:
    """Find which parties of the consignments in FILEs, or of a database, are one, and say why.

    Reads what tidewaiter screen reads, and entities of FollowTheMoney. Where you keep lists, an
    entity shows the entries that it resembles. With --db, the parties of a database are resolved,
    and what is found is kept there, whole or not at all. Exit status 0: done; 1: done, but some
    rows or fields could not be read; 2: refused; 130: stopped.

    Example: tidewaiter parties resolve march.csv --earlier entities.jsonl --out new.jsonl
    """
    place = options.pop("db")
    if place is not None:
        _only_db(paths, options)
        hear_every_stop()
        resolve_stored(place)
        return
    if options["out"] is None:
        raise click.UsageError("say where to write: --out new.jsonl; or resolve a database: --db")
    wanted = Wanted(**options)
    if not paths and wanted.earlier is None:
        raise click.UsageError("give files: tidewaiter parties resolve march.csv --out new.jsonl")
    _check(paths, wanted)
    hear_every_stop()
    judgements = read_judgements(wanted.judgements) if wanted.judgements else []
    earlier = list(read_entities(wanted.earlier)) if wanted.earlier else []
    with stages() as bar:
        members, sources, refusals = gather(paths, (wanted.earlier, earlier), wanted.options(), bar)
        found = resolve_members(members, judgements, earlier, tell=bar.tell)
        bar.tell("signs and files", 0, 0)
        entities = list(find_signs(found.entities, found.reads))
        entities = list(_with_listings(entities, wanted))
    if is_ftm(wanted.out):
        write_ftm(wanted.out, entities, found.reads, sources)
    else:
        write_entities(wanted.out, entities)
    if wanted.links:
        write_links(wanted.links, found.links)
    _summary(found, entities, earlier)
    if refusals:
        tell_refusals(refusals, wanted.refused)
        sys.exit(1)


def _only_db(paths: Sequence[Path], options: dict[str, Any]) -> None:
    """Refuse what a database has no use for: its lines, judgements and past runs are in it."""
    named = [f"--{name}" for name, value in options.items() if value and name != "folder"]
    given = [*map(str, paths), *named]
    if given:
        raise click.UsageError(f"--db stands alone; leave out {given[0]}")


def _with_listings(entities: Sequence[Entity], wanted: Wanted) -> Iterable[Entity]:
    """Return entities with what they resemble on the lists that are kept; without lists as is."""
    if not Archive(wanted.folder).slugs():
        return entities
    day = wanted.day or date.today()  # noqa: DTZ011 - the user's
    finder = finder_for(Settings(day=day, file="", sha256="", lists=wanted.folder.resolve()))
    return find_listings(entities, finder) if finder else entities


def _check(paths: Sequence[Path], wanted: Wanted) -> None:
    """Check the names of files before long work."""
    outputs = {"the entities": wanted.out, "the links": wanted.links, "refusals": wanted.refused}
    named = {what: path for what, path in outputs.items() if path is not None}
    kept = {f"the file {path}": path for path in paths}
    if wanted.judgements:
        kept["the judgements"] = wanted.judgements
    check_apart(named, kept)
    check_format(wanted.out, ftm=True)
    if wanted.links is not None:
        check_format(wanted.links)


def _summary(found: Resolution, entities: Sequence[Entity], earlier: Sequence[Entity]) -> None:
    members = sum(len(entity.members) for entity in entities)
    lines = sum(entity.lines for entity in entities)
    signed = sum(bool(entity.signs) for entity in entities)
    _say(f"{lines:,} parties of lines, written in {members:,} ways, are {len(entities):,} entities")
    _say(f"{found.compared:,} pairs compared; {signed:,} entities have signs to look at")
    _tell_listings(entities)
    if earlier:
        for change in ("new", "grown", "merged", "split"):
            _say(f"{change}: {sum(entity.change == change for entity in entities):,}")


def _tell_listings(entities: Sequence[Entity]) -> None:
    """Name the listed parties that entities resemble, the most probable first."""
    told = [
        (each, entity)
        for entity in entities
        for each in entity.listings
        if not each.judged and not each.confidential
    ]
    hidden = sum(each.confidential for entity in entities for each in entity.listings)
    if hidden:
        _say(f"{hidden:,} resemblances to entries for their authority alone: see the file")
    if not told:
        return
    count = len({entity.id for _, entity in told})
    _say(f"{count:,} entities resemble listed parties; a resemblance is no verdict:")
    told.sort(key=lambda pair: (-pair[0].probability, pair[1].id))
    for each, entity in told[:_SHOWN]:
        outcome = f", {each.outcome}" if each.outcome else ""
        said = f"{each.listed_name} ({each.list_name}, {each.entry}; {each.action}{outcome})"
        _say(f"{each.probability:.2f} {entity.name} ({entity.id}): {said}")
    if len(told) > _SHOWN:
        _say(f"and {len(told) - _SHOWN:,} more in the file")


def _say(text: str) -> None:
    click.echo(printable(" ".join(text.split())), err=True)
