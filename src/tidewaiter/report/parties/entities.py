"""Entities and links as JSON lines or Parquet, and entities read back."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import replacing, writing
from tidewaiter.parties.ftm.model import KINDS
from tidewaiter.parties.ftm.sightings import OURS, FtmFile
from tidewaiter.parties.ftm.writing import ftm_entities
from tidewaiter.parties.resolution import Entity, Link
from tidewaiter.parties.resolution.reading import Read

FORMATS = (".jsonl", ".parquet")
FTM = (".ftm.json", ".ftm.jsonl")
"""Ends of names of files of FollowTheMoney: JSON lines too."""
_GROUP = 10_000  # records of a row group
_TEXT, _TEXTS, _DAY, _COUNT = pa.string(), pa.list_(pa.string()), pa.date32(), pa.int64()
_WRITTEN = pa.struct([(name, _TEXT) for name in ("name", "address", "country", "id_scheme", "id")])
_SEEN = pa.struct(
    [("file", _TEXT), ("sha256", _TEXT), ("count", _COUNT), ("rows", pa.list_(_COUNT))]
)
_MEMBER = pa.struct(
    [
        ("id", _TEXT),
        ("written", _WRITTEN),
        ("roles", _TEXTS),
        ("first", _DAY),
        ("last", _DAY),
        ("seen", pa.list_(_SEEN)),
        ("refs", _TEXTS),
        ("kinds", _TEXTS),
    ]
)
_SIGN = pa.struct([("rule", _TEXT), ("text", _TEXT), ("evidence", _TEXTS), ("source", _TEXT)])
_LISTING = pa.struct(
    [
        ("name", _TEXT),
        ("list", _TEXT),
        ("list_name", _TEXT),
        ("version", _TEXT),
        ("entry", _TEXT),
        ("listed_name", _TEXT),
        ("name_kind", _TEXT),
        ("kind", _TEXT),
        ("probability", pa.float64()),
        ("action", _TEXT),
        ("outcome", _TEXT),
        ("outcome_day", _DAY),
        ("listed", _DAY),
        ("source", _TEXT),
        ("judged", _TEXT),
        ("confidential", pa.bool_()),
    ]
)
_REASON = pa.struct([("rule", _TEXT), ("text", _TEXT), ("points", pa.int32())])
ENTITIES = pa.schema(
    [
        ("id", _TEXT),
        ("name", _TEXT),
        ("names", _TEXTS),
        ("countries", _TEXTS),
        ("roles", _TEXTS),
        ("first", _DAY),
        ("last", _DAY),
        ("lines", _COUNT),
        ("members", pa.list_(_MEMBER)),
        ("signs", pa.list_(_SIGN)),
        ("change", _TEXT),
        ("earlier", _TEXTS),
        ("listings", pa.list_(_LISTING)),
    ]
)
"""One row per entity; the same fields, in the same order, as the record `Entity`."""

LINKS = pa.schema(
    [
        ("a", _TEXT),
        ("b", _TEXT),
        ("points", pa.int32()),
        ("outcome", _TEXT),
        ("reasons", pa.list_(_REASON)),
        ("note", _TEXT),
    ]
)
"""One row per link; the same fields, in the same order, as the record `Link`."""


def check_format(path: Path, *, ftm: bool = False) -> None:
    """Check that a file's suffix names a format.

    Args:
        path: The file.
        ftm: Entities of FollowTheMoney are one too.

    Raises:
        InputError: It does not.
    """
    if path.suffix.lower() not in FORMATS and not (ftm and is_ftm(path)):
        known = " or ".join(FORMATS) + (f", or {FTM[0]}" if ftm else "")
        raise InputError(
            f'"{path.suffix}" is no format for this', at=str(path), hint=f"use {known}"
        )


def is_ftm(path: Path) -> bool:
    """Tell by its name whether a file is to hold entities of FollowTheMoney."""
    return path.name.lower().endswith(FTM)


def write_entities(path: Path, entities: Iterable[Entity]) -> None:
    """Write entities in the format of a file's suffix.

    Raises:
        OutputError: The file cannot be written.
    """
    _write(path, entities, ENTITIES)


def write_links(path: Path, links: Iterable[Link]) -> None:
    """Write links in the format of a file's suffix.

    Raises:
        OutputError: The file cannot be written.
    """
    _write(path, links, LINKS)


def write_ftm(
    path: Path, entities: Iterable[Entity], reads: Mapping[str, Read], sources: FtmFile
) -> None:
    """Write entities as FollowTheMoney has them, one JSON object a line.

    Args:
        path: The file.
        entities: Of a resolution.
        reads: Each member, read.
        sources: The entities of FollowTheMoney that were among the files.

    Raises:
        OutputError: The file cannot be written.
    """
    with replacing(path, _mark(path)) as part, writing(str(path)), part.open("wb") as file:
        found = ftm_entities(entities, reads, sources)
        file.writelines(msgspec.json.encode(each) + b"\n" for each in found)


def read_entities(path: Path) -> Iterator[Entity]:
    """Read entities that were written as JSON lines, as Parquet or as FollowTheMoney.

    Raises:
        InputError: The file holds something else.
    """
    check_format(path, ftm=True)
    try:
        if is_ftm(path):
            with path.open("rb") as file:
                yield from _ours(file)
            return
        if path.suffix.lower() == ".parquet":
            for batch in pq.ParquetFile(path).iter_batches():
                yield from (msgspec.convert(row, Entity) for row in batch.to_pylist())
            return
        with path.open("rb") as file:
            yield from (msgspec.json.decode(line, type=Entity) for line in file if line.strip())
    except (msgspec.MsgspecError, pa.ArrowException) as error:
        raise InputError(
            f"it holds no entities: {error}",
            at=str(path),
            hint="give a file that tidewaiter parties resolve --out wrote",
        ) from error


def _ours(lines: Iterable[bytes]) -> Iterator[Entity]:
    """Yield the entities that lines of FollowTheMoney hold; links are passed over."""
    for line in lines:
        held = msgspec.json.decode(line, type=dict[str, Any]) if line.strip() else {}
        if OURS in held:
            yield msgspec.convert(held[OURS], Entity)
        elif str(held.get("schema")) in KINDS:
            raise msgspec.ValidationError(f"{held.get('id')} is no entity of ours")


def _mark(path: Path) -> str:
    return hashlib.sha256(str(path.absolute()).encode("utf-8", "surrogateescape")).hexdigest()[:8]


def _write(path: Path, records: Iterable[Entity | Link], schema: pa.Schema) -> None:
    with replacing(path, _mark(path)) as part, writing(str(path)):
        if path.suffix.lower() == ".parquet":
            with pq.ParquetWriter(part, schema, compression="zstd") as writer:
                rows = iter(records)
                while group := list(islice(rows, _GROUP)):
                    plain = [msgspec.to_builtins(each, builtin_types=(date,)) for each in group]
                    writer.write_table(pa.Table.from_pylist(plain, schema=schema))
        else:
            with part.open("wb") as file:
                file.writelines(msgspec.json.encode(record) + b"\n" for record in records)
