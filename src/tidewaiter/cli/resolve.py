"""The command `tidewaiter parties resolve`."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import pyarrow as pa

from tidewaiter.base.files import check_apart
from tidewaiter.base.records import Record
from tidewaiter.cli.columns import show_columns
from tidewaiter.cli.options import Field, hear_every_stop, printable
from tidewaiter.cli.progress import Stages, stages
from tidewaiter.cli.refusals import tell_refusals
from tidewaiter.consignments.readers import reader_for
from tidewaiter.consignments.sightings import sightings_of
from tidewaiter.consignments.types import ReadOptions, Refusal
from tidewaiter.node import hash_file
from tidewaiter.parties.resolution import (
    Collector,
    Entity,
    Resolution,
    find_signs,
    read_judgements,
)
from tidewaiter.parties.resolution import (
    resolve as resolve_members,
)
from tidewaiter.report.entities import check_format, read_entities, write_entities, write_links

_FILE = click.Path(dir_okay=False, path_type=Path)
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


@click.command()
@click.argument("paths", nargs=-1, metavar="[FILE]...", type=_HERE)
@click.option("--out", type=_FILE, required=True, help="Entities: .jsonl or .parquet.")
@click.option("--links", type=_FILE, help="Pairs that were joined, or nearly, and why.")
@click.option("--judgements", type=_HERE, help="What people said: tidewaiter parties judge.")
@click.option("--earlier", type=_HERE, help="Entities of before; they go on, with their ids.")
@click.option("--refused", type=_FILE, help="What could not be read: .csv.")
@click.option(
    "--map", "columns", type=Field(), multiple=True, help='A column by name: consignee="Sold to".'
)
@click.option("--encoding", help="Of text files, where the guess is wrong: gb18030, cp1251.")
@click.option("--delimiter", help="Of text files, where the guess is wrong.")
@click.option("--sheet", help="Of spreadsheets (the first).")
def resolve(paths: tuple[Path, ...], **options: Any) -> None:
    """Find which parties of the consignments in FILEs are one, and say why.

    Reads what tidewaiter screen reads. Exit status 0: done; 1: done, but some rows or fields
    could not be read; 2: refused; 130: stopped.

    Example: tidewaiter parties resolve march.csv --earlier entities.jsonl --out new.jsonl
    """
    wanted = Wanted(**options)
    if not paths and wanted.earlier is None:
        raise click.UsageError("give files: tidewaiter parties resolve march.csv --out new.jsonl")
    _check(paths, wanted)
    hear_every_stop()
    judgements = read_judgements(wanted.judgements) if wanted.judgements else []
    earlier = list(read_entities(wanted.earlier)) if wanted.earlier else []
    with stages() as bar:
        collector, refusals = Collector(), list[Refusal]()
        collector.add_earlier(earlier)
        for path in paths:
            refusals += _collect(collector, path, wanted, bar)
        found = resolve_members(collector.members(), judgements, earlier, tell=bar.tell)
        bar.tell("signs and files", 0, 0)
        entities = list(find_signs(found.entities, found.reads))
    write_entities(wanted.out, entities)
    if wanted.links:
        write_links(wanted.links, found.links)
    _summary(found, entities, earlier)
    if refusals:
        tell_refusals(refusals, wanted.refused)
        sys.exit(1)


def _check(paths: Sequence[Path], wanted: Wanted) -> None:
    """Check the names of files before long work."""
    outputs = {"the entities": wanted.out, "the links": wanted.links, "refusals": wanted.refused}
    named = {what: path for what, path in outputs.items() if path is not None}
    kept = {f"the file {path}": path for path in paths}
    if wanted.judgements:
        kept["the judgements"] = wanted.judgements
    check_apart(named, kept)
    for path in (wanted.out, wanted.links):
        if path is not None:
            check_format(path)


def _collect(collector: Collector, path: Path, wanted: Wanted, bar: Stages) -> list[Refusal]:
    """Take up the parties of one file; return what could not be read."""
    options = ReadOptions(
        columns=dict(wanted.columns),
        encoding=wanted.encoding,
        delimiter=wanted.delimiter,
        sheet=wanted.sheet,
    )
    show_columns(path, options)
    refusals: list[Refusal] = []
    name, size = printable(path.name), path.stat().st_size
    add = collector.add_file(name, hash_file(path))
    with path.open("rb") as file:
        for part in reader_for(path.name)(file, path.name, options):
            if isinstance(part, pa.RecordBatch):
                add(sightings_of(part))
                bar.tell(name, size if file.closed else file.tell(), size)
            else:
                refusals.append(part)
    return refusals


def _summary(found: Resolution, entities: Sequence[Entity], earlier: Sequence[Entity]) -> None:
    members = sum(len(entity.members) for entity in entities)
    lines = sum(entity.lines for entity in entities)
    signed = sum(bool(entity.signs) for entity in entities)
    _say(f"{lines:,} parties of lines, written in {members:,} ways, are {len(entities):,} entities")
    _say(f"{found.compared:,} pairs compared; {signed:,} entities have signs to look at")
    if earlier:
        for change in ("new", "grown", "merged", "split"):
            _say(f"{change}: {sum(entity.change == change for entity in entities):,}")


def _say(text: str) -> None:
    click.echo(printable(" ".join(text.split())), err=True)
