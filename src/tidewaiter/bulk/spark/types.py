"""What goes from one step of a screening on a cluster to the next, and what carries it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, Protocol, Self

import pyarrow as pa

from tidewaiter.base.records import Record
from tidewaiter.bulk.run import Settings
from tidewaiter.consignments.types import ReadOptions

Step = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]
"""A function of rows, called in any process; rows come and go in batches of any size."""

FILES = pa.schema([("file", pa.int32()), ("path", pa.string()), ("name", pa.string())])
"""The files that are screened, numbered from 0 in the order in which they were named."""

PLACE = (("file", pa.int32()), ("batch", pa.int32()))
READ = pa.schema(
    [
        *PLACE,
        ("slot", pa.int32()),  # the part in which it is screened
        ("source", pa.string()),  # SHA-256 of the file
        ("lines", pa.binary()),  # a batch of the schema LINES, as a stream of Arrow
        ("refusals", pa.binary()),  # JSON
        ("fault", pa.string()),  # JSON of why the file cannot be read; null: it can
    ]
)
"""Batches of lines as the reader gives them, numbered from 0 in their file."""

SCREENED = pa.schema(
    [
        *PLACE,
        ("source", pa.string()),
        *((name, pa.int64()) for name in ("lines", "noted", "unread", "unknown", "count")),
        ("alerts", pa.binary()),  # JSON Lines
        ("refusals", pa.binary()),
        ("sums", pa.binary()),  # JSON of what the amounts of the alerts add up to
        ("parties", pa.binary()),  # JSON of the parties of the alerts
        ("fault", pa.string()),
    ]
)
"""What was found in each batch."""

LOOKED = pa.schema([*PLACE, ("shared", pa.binary())])
"""JSON of the parties of each batch that share something with those of alerts."""

PLACED = pa.schema([*PLACE, ("part", pa.int32()), ("alerts", pa.binary())])
"""The alerts of each batch, and the part that they are written to."""

WRITTEN = pa.schema([("part", pa.int32()), ("alerts", pa.int64())])
"""The parts that were written."""


class Rows(Protocol):
    """Rows spread over processes, that are computed when they are asked for."""

    def through(self, step: Step, schema: pa.Schema) -> Self:
        """Return what a step makes of them."""
        ...

    def parted(self, column: str, parts: int) -> Self:
        """Return them in parts by a column that counts these, in the order of file and batch."""
        ...

    def kept(self) -> Self:
        """Return them so that they are computed once, however often they are asked for."""
        ...

    def gathered(self, *columns: str) -> pa.Table:
        """Return some columns of all rows, in any order."""
        ...


class Cluster(Protocol):
    """Where steps run."""

    cores: int

    def rows(self, table: pa.Table) -> Rows:
        """Return the rows of a small table, each in a part of its own."""
        ...


class Input(Record, frozen=True, kw_only=True):
    """A file that is screened."""

    path: Path  # the same on all machines
    name: str
    earlier: bool = False  # its amounts add up with those of the others; its alerts are not told


class Task(Record, frozen=True, kw_only=True):
    """A screening on a cluster."""

    inputs: tuple[Input, ...]
    options: ReadOptions
    settings: Settings  # name and hash of the file do not matter
    digest: str  # of all that settles what is found, on the machine that asks
    form: Literal["jsonl", "parquet"] = "jsonl"
