"""Files into batches of lines, and batches through the screen, on a cluster."""

import hashlib
import os
import platform
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import cache, lru_cache
from io import BufferedReader
from pathlib import Path
from typing import Any, Literal, Protocol, Self

import msgspec
import pyarrow as pa
from msgspec import structs

from tidewaiter.base.errors import InputError, TidewaiterError
from tidewaiter.base.phrases import decoder_of, stored_json
from tidewaiter.base.processes import look_seldom
from tidewaiter.base.records import Record
from tidewaiter.bulk.screening import Settings, parts_of, screen_batch
from tidewaiter.law.registry import Registry, load_registry
from tidewaiter.parties.resolution.shared_attributes import SharedThing
from tidewaiter.trade.aggregation import HOLDING, Sums, Together
from tidewaiter.trade.alerts import encodable, open_version
from tidewaiter.trade.history.reasons import Past
from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.rules.alert_rules import AlertRules, load_alert_rules
from tidewaiter.trade.rules.reduced_weights import switched_rules
from tidewaiter.trade.shell_companies import Look, parties_of
from tidewaiter.trade.types import Alert, ReadOptions

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


class Writer(Protocol):
    """What takes alerts and writes them to one file."""

    def add(self, alerts: Iterable[Alert]) -> None:
        """Write alerts, in the order in which they come."""
        ...


class OpenWriter(Protocol):
    """A function of a module that opens a file of alerts, in the format of its suffix."""

    def __call__(self, path: Path, *, learned: bool) -> AbstractContextManager[Writer]:
        """Open it; learned: with the columns of what a ranker says."""
        ...


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
    open_writer: OpenWriter  # a function of a module
    beside: Beside | None = None  # a function of a module, or a part of one
    """Adds to an alert what decisions taught."""
    sources: tuple[str, ...] = ()
    """SHA-256 of each file as it was first read; "": it had no line. Empty: not yet read."""

    @property
    def screened(self) -> int:
        """Return how many inputs are no earlier ones; they come first."""
        return sum(not each.earlier for each in self.inputs)


def read_files(inputs: Sequence[Input], slots: int) -> Step:
    """Return the step from `FILES` to `READ`.

    Args:
        inputs: The files, and how each is read.
        slots: Parts over which the batches are spread.
    """

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        pa.set_cpu_count(1)
        for batch in batches:
            for file in batch.column("file").to_pylist():
                yield from _read(file, inputs[file], slots)

    return read


def rows_in(batches: Iterable[pa.RecordBatch], task: Task) -> Iterator[dict[str, Any]]:
    """Yield the rows of `READ` one by one.

    Raises:
        InputError: A file could not be read: at first, or when a machine failed and it was read
            again; or it was another one then.
    """
    for batch in batches:
        for row in batch.to_pylist():
            if row["fault"]:
                raise error_of(row["fault"])
            if task.sources and row["source"] != task.sources[row["file"]]:
                raise changed(str(task.inputs[row["file"]].path))
            yield row


def check_whole(found: int, wanted: int) -> None:
    """Check that a step had as many batches as were read at first.

    Raises:
        InputError: Some are missing, where a file that was read again has become shorter.
    """
    if found != wanted:
        raise changed("one of the files")


def changed(at: str) -> InputError:
    """Return that a file is no longer what it was."""
    return InputError("bulk/changed-while-screened", at=at)


def error_of(fault: str) -> InputError:
    """Return why a file cannot be read, from a row of `READ`."""
    code, at, values = msgspec.json.decode(
        fault, type=tuple[str, str, dict[str, str | int | float]]
    )
    return InputError(code, at=at, **values)


def lines_in(raw: bytes) -> pa.RecordBatch:
    """Return the lines of a row of `READ` or `NARROW`."""
    return pa.ipc.open_stream(raw).read_next_batch()


def streamed(lines: pa.RecordBatch) -> bytes:
    """Return lines as a stream of Arrow."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, lines.schema) as writer:
        writer.write_batch(lines)
    made: bytes = sink.getvalue().to_pybytes()
    return made


def _read(file: int, asked: Input, slots: int) -> Iterator[pa.RecordBatch]:
    place = {"file": file, "batch": 0, "slot": file % slots}
    try:
        for number, batch in enumerate(_batches(asked)):
            slot = (file + number) % slots
            yield one_row({**place, "batch": number, "slot": slot, **batch}, READ)
    except TidewaiterError as error:
        fault = msgspec.json.encode((error.code, error.at, error.values)).decode()
        yield one_row({**place, "fault": fault}, READ)


def _batches(asked: Input) -> Iterator[dict[str, object]]:
    read = reader_for(asked.name, unread=not asked.earlier)
    try:
        with asked.path.open("rb") as file:
            state = _state(file)
            source = hash_of(file)
            file.seek(0)
            try:
                for lines, refusals in parts_of(read(file, asked.name, asked.options)):
                    yield _cells(source, lines, refusals)
            except TidewaiterError:
                if _state(file) == state:
                    raise
            if _state(file) != state:
                raise changed(f"{asked.path}, on {platform.node()}")
    except OSError as error:
        at = f"{asked.path}, on {platform.node()}"
        raise InputError(
            "bulk/not-read-on-machine", told=error.strerror or "cannot be read", at=at
        ) from error


def hash_of(file: BufferedReader) -> str:
    """Return the SHA-256 of a file from where it stands."""
    return hashlib.file_digest(file, "sha256").hexdigest()


def _state(file: BufferedReader) -> tuple[int, int]:
    """Return what tells that somebody wrote to an open file; one put in its place is another."""
    told = os.fstat(file.fileno())
    return told.st_size, told.st_mtime_ns


def _cells(source: str, lines: pa.RecordBatch, refusals: Iterable[object]) -> dict[str, object]:
    return {
        "source": source,
        "lines": streamed(lines),
        "refusals": msgspec.json.encode(list(refusals)),
    }


def one_row(cells: dict[str, object], schema: pa.Schema) -> pa.RecordBatch:
    """Return a batch of one row; what is not given is null."""
    return pa.RecordBatch.from_pylist([cells], schema=schema)


Digest = Callable[[Settings], str]


def screen_lines(task: Task, digest: Digest) -> Step:
    """Return the step from `READ` to `SCREENED`.

    Args:
        task: The screening.
        digest: Tells what settles the findings on a machine; a function of a module.
    """

    def screen(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        pa.set_cpu_count(1)
        look_seldom()
        check_machine(task, digest)
        for row in rows_in(batches, task):
            yield one_row(_screened(row, task), SCREENED)

    return screen


@cache
def _digest(settings: Settings, digest: Digest) -> str:
    return digest(settings)


def check_machine(task: Task, digest: Digest) -> None:
    """Check that this machine would find what the one that asks finds.

    Raises:
        InputError: It has another version, other lists or other rules.
    """
    if _digest(task.settings, digest) != task.digest:
        raise InputError("bulk/machines-differ", at=platform.node())


def _screened(row: dict[str, Any], task: Task) -> dict[str, object]:
    place: dict[str, object] = {name: row[name] for name in ("file", "batch", "refusals")}
    lines, asked = lines_in(row["lines"]), task.inputs[row["file"]]
    if not len(lines):
        return {**place, "lines": 0}
    settings = structs.replace(task.settings, file=asked.name, sha256=row["source"])
    found = screen_batch(lines, settings)
    if found.refusals:
        refused = [*msgspec.json.decode(row["refusals"]), *found.refusals]
        place["refusals"] = msgspec.json.encode(refused)
    rules = rules_of(task.settings)
    alerts = [each for each in (open_version(alert, rules) for alert in found.alerts) if each]
    adding = together_of(task.settings)
    for alert in alerts:
        adding.add(alert, earlier=asked.earlier)
    parties = dict.fromkeys(each for alert in alerts for each in parties_of(alert))
    counts = {name: getattr(found, name) for name in ("lines", "noted", "unread", "unknown")}
    written = written_alerts(alerts)
    return {
        **place,
        **counts,
        "count": len(alerts),
        "alerts": written,
        "limited": HOLDING in written,
        "sums": msgspec.json.encode((list(adding.sums.items()), adding.left_out)),
        "parties": msgspec.json.encode(list(parties)),
        "scripts": msgspec.json.encode(found.scripts),
    }


@lru_cache(2)
def _registry(own: tuple[Path, ...], state: str) -> Registry:
    del state  # another one: the folders hold something else by now
    return load_registry(own)


def together_of(settings: Settings, sums: Sums | None = None) -> Together:
    """Return what adds amounts up, and what is added up already."""
    registry = _registry(settings.own, settings.state)
    return Together(registry, rules_of(settings), settings.day, sums)


def past_of(settings: Settings, together: Together | None = None) -> Past:
    """Return what gathers the past, or takes up what was gathered."""
    rules = rules_of(settings)
    registry, adding = _registry(settings.own, settings.state), together or together_of(settings)
    return Past(registry, rules, adding, settings.day)


@lru_cache(2)
def rules_of(settings: Settings) -> AlertRules:
    """Return the rules for what is added after lines were weighed."""
    return switched_rules(load_alert_rules(settings.rules, settings.switches))


def look_for(things: Sequence[SharedThing], task: Task) -> Step:
    """Return the step from `READ` to `LOOKED`.

    Args:
        things: What parties may share with those of alerts.
        task: The screening.
    """

    def look(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        pa.set_cpu_count(1)
        look_seldom()
        looking = Look(things)
        for row in rows_in(batches, task):
            shared = list(looking.among(lines_in(row["lines"])))
            place = {"file": row["file"], "batch": row["batch"]}
            told = msgspec.json.encode(shared) if shared else None
            yield one_row({**place, "shared": told}, LOOKED)

    return look


def written_alerts(alerts: Iterable[Alert]) -> bytes:
    """Return alerts as a row of `SCREENED` or `SELECTED` holds them, for `alerts_in`."""
    return b"".join(stored_json(encodable(each)) + b"\n" for each in alerts)


def alerts_in(raw: bytes) -> list[Alert]:
    """Return the alerts of a row of `SCREENED`."""
    return [_ALERT.decode(line) for line in raw.splitlines()]


_ALERT = decoder_of(Alert)
