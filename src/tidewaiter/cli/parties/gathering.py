"""The parties of the files that `tidewaiter parties resolve` is given."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

import click
import pyarrow as pa

from tidewaiter.cli.columns import show_columns
from tidewaiter.cli.options import printable
from tidewaiter.cli.progress import Stages
from tidewaiter.consignments.readers import reader_for
from tidewaiter.consignments.sightings import sightings_of
from tidewaiter.consignments.types import ReadOptions, Refusal
from tidewaiter.node import hash_file
from tidewaiter.parties.ftm.entities import looks_like_ftm
from tidewaiter.parties.ftm.sightings import FtmFile
from tidewaiter.parties.resolution import Collector, Entity, Member, Sighting
from tidewaiter.report.entities import is_ftm

_HEAD = 1 << 14  # bytes in which an entity tells what it is
_JSON = (".json", ".jsonl")


class Gathered(NamedTuple):
    """What the files hold."""

    members: list[Member]
    sources: FtmFile  # entities of FollowTheMoney that are among them
    refusals: list[Refusal]


def gather(
    paths: Sequence[Path],
    earlier: tuple[Path | None, Sequence[Entity]],
    options: ReadOptions,
    bar: Stages,
) -> Gathered:
    """Take up the parties of files.

    Args:
        paths: Of the files.
        earlier: The file of earlier entities, and these.
        options: How files are read.
        bar: Shows how far it is.

    Raises:
        InputError: The bytes of a file were taken up before, or it cannot be read at all.
    """
    collector, sources, refusals = Collector(), FtmFile(), list[Refusal]()
    place, entities = earlier
    collector.add_earlier(entities)
    if place is not None and is_ftm(place):
        with place.open("rb") as file:
            sources.keep(file)
    for path in paths:
        name = printable(path.name)
        add = collector.add_file(name, hash_file(path))
        with path.open("rb") as file:
            if _holds_ftm(path):
                click.echo(f"reading {name}: entities of FollowTheMoney", err=True)
                parts = _from_ftm(file, sources)
            else:
                show_columns(path, options)
                parts = _from_lines(file, path, options, bar)
            for part in parts:
                if isinstance(part, Refusal):
                    refusals.append(part)
                else:
                    add(part)
    return Gathered(collector.members(), sources, refusals)


def _holds_ftm(path: Path) -> bool:
    """Tell whether a file holds entities of FollowTheMoney."""
    if path.suffix.lower() not in _JSON:
        return False
    with path.open("rb") as file:
        return looks_like_ftm(file.read(_HEAD).decode("utf-8-sig", "replace"))


def _from_ftm(file: BinaryIO, sources: FtmFile) -> Iterator[Iterable[Sighting] | Refusal]:
    for each in sources.read(file):
        if isinstance(each, Sighting):
            yield [each]
        else:
            yield Refusal(
                row=each.line,
                column="",
                value=each.value,
                problem=each.problem,
                hint=each.hint,
                screened=False,
            )


def _from_lines(
    file: BinaryIO, path: Path, options: ReadOptions, bar: Stages
) -> Iterator[Iterable[Sighting] | Refusal]:
    name, size = printable(path.name), path.stat().st_size
    for part in reader_for(path.name)(file, path.name, options):
        if isinstance(part, pa.RecordBatch):
            yield sightings_of(part)
            bar.tell(name, size if file.closed else file.tell(), size)
        else:
            yield part
