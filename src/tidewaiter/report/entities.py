"""Entities and links as JSON lines or Parquet, and entities read back."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import replacing, writing
from tidewaiter.parties.resolution import Entity, Link

FORMATS = (".jsonl", ".parquet")
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
    ]
)
_SIGN = pa.struct([("rule", _TEXT), ("text", _TEXT), ("evidence", _TEXTS), ("source", _TEXT)])
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


def check_format(path: Path) -> None:
    """Check that a file's suffix names a format.

    Raises:
        InputError: It does not.
    """
    if path.suffix.lower() not in FORMATS:
        raise InputError(
            f'"{path.suffix}" is no format for this',
            at=str(path),
            hint=f"use {' or '.join(FORMATS)}",
        )


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


def read_entities(path: Path) -> Iterator[Entity]:
    """Read entities that were written as JSON lines or Parquet.

    Raises:
        InputError: The file holds something else.
    """
    check_format(path)
    try:
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


def _write(path: Path, records: Iterable[Entity | Link], schema: pa.Schema) -> None:
    mark = hashlib.sha256(str(path.absolute()).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    with replacing(path, mark) as part, writing(str(path)):
        if path.suffix.lower() == ".parquet":
            with pq.ParquetWriter(part, schema, compression="zstd") as writer:
                rows = iter(records)
                while group := list(islice(rows, _GROUP)):
                    plain = [msgspec.to_builtins(each, builtin_types=(date,)) for each in group]
                    writer.write_table(pa.Table.from_pylist(plain, schema=schema))
        else:
            with part.open("wb") as file:
                file.writelines(msgspec.json.encode(record) + b"\n" for record in records)
