"""Files into batches of lines, each file in one process: as it is read on one machine."""

import hashlib
import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from io import BufferedReader
from typing import Any

import msgspec
import pyarrow as pa

from tidewaiter.base.errors import InputError, TidewaiterError
from tidewaiter.bulk.run import parts_of
from tidewaiter.bulk.spark.types import READ, Input, Step, Task
from tidewaiter.consignments.readers import reader_for


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
    return InputError(
        "it changed while it was screened, and nothing is written",
        at=at,
        hint="screen it again when nobody writes to it",
    )


def error_of(fault: str) -> InputError:
    """Return why a file cannot be read, from a row of `READ`."""
    message, at, hint = msgspec.json.decode(fault, type=tuple[str, str, str])
    return InputError(message, at=at, hint=hint)


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
        fault = msgspec.json.encode((error.message, error.at, error.hint)).decode()
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
        hint = "put inputs where each machine of the cluster sees them under the same name"
        at = f"{asked.path}, on {platform.node()}"
        raise InputError(error.strerror or "cannot be read", at=at, hint=hint) from error


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
