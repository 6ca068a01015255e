"""What goes from one step of a screening on a cluster to the next, and what carries it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, Protocol, Self

import pyarrow as pa

from tidewaiter.base.records import Record
from tidewaiter.bulk.run import Settings
from tidewaiter.consignments.types import Alert, ReadOptions

Step = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]
"""A function of rows, called in any process; rows come and go in batches of any size."""

FILES = pa.schema([("file", pa.int32())])
"""The files of a task, numbered from 0, earlier ones last."""

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
        *((name, pa.int64()) for name in ("lines", "noted", "unread", "unknown", "count")),
        ("alerts", pa.binary()),  # JSON Lines
        ("refusals", pa.binary()),
        ("sums", pa.binary()),  # JSON of what the amounts of the alerts add up to
        ("parties", pa.binary()),  # JSON of the parties of the alerts
        ("scripts", pa.binary()),  # JSON of how many names are not compared, by script
        ("limited", pa.bool_()),  # whether a law has a limit for the goods of any
    ]
)
"""What was found in each batch."""

LOOKED = pa.schema([*PLACE, ("shared", pa.binary())])
"""JSON of the parties of each batch that share something with those of alerts; null: none do."""

PLACED = pa.schema([*PLACE, ("part", pa.int32()), ("alerts", pa.binary())])
"""The alerts of each batch, and the part that they are written to."""

NARROW = pa.schema(
    [
        *PLACE,
        ("part", pa.int32()),
        ("whole", pa.binary()),  # lines that concern the past, as a stream of Arrow
        ("days", pa.binary()),  # of the other lines, the days
        ("boxes", pa.binary()),  # of all lines, the containers, as numbers of 8 bytes
        ("shared", pa.binary()),  # JSON of what shares those that are asked about
    ]
)
"""What of each batch the past looks at, in parts of lines that follow each other."""

ASKED = pa.schema([*PLACE, ("asking", pa.binary())])
"""JSON of what the lines of each batch ask about, where lines may become alerts by the past."""

SELECTED = pa.schema([*PLACE, ("count", pa.int64()), ("alerts", pa.binary())])
"""The alerts of each batch that rest on the past alone; null: none do."""

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

    def streamed(self, *columns: str) -> Iterator[dict[str, Any]]:
        """Yield some columns of rows that were parted, one part after the other."""
        ...


class Cluster(Protocol):
    """Where steps run."""

    cores: int

    def rows(self, table: pa.Table) -> Rows:
        """Return the rows of a small table, each in a part of its own."""
        ...


Beside = Callable[[Alert], Alert]


class Input(Record, frozen=True, kw_only=True):
    """A file that is screened."""

    path: Path  # the same on all machines
    name: str
    options: ReadOptions
    earlier: bool = False  # its alerts are not written: the others are told what they say


class Task(Record, frozen=True, kw_only=True):
    """A screening on a cluster."""

    inputs: tuple[Input, ...]  # earlier ones last
    settings: Settings  # name and hash of the file do not matter
    digest: str  # of all that settles what is found, on the machine that asks
    form: Literal["jsonl", "parquet"] = "jsonl"
    beside: Beside | None = None  # a function of a module, or a part of one
    """Adds to an alert what decisions taught."""
    sources: tuple[str, ...] = ()
    """SHA-256 of each file as it was first read; "": it had no line. Empty: not yet read."""

    @property
    def screened(self) -> int:
        """Return how many inputs are no earlier ones; they come first."""
        return sum(not each.earlier for each in self.inputs)
