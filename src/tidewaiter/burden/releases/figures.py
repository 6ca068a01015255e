"""A reading as one file: its figures as Arrow (zstd), its notes and its month beside them."""

import msgspec
import pyarrow as pa

from tidewaiter.base.records import Record
from tidewaiter.burden.types import FIGURES, Note, Reading

_KEY = b"tidewaiter"


class _Beside(Record, frozen=True, kw_only=True):
    source: str
    notes: tuple[Note, ...]
    released: int | None
    told: bool


def pack_figures(reading: Reading) -> bytes:
    """Write a reading as an Arrow file."""
    beside = _Beside(
        source=reading.source, notes=reading.notes, released=reading.released, told=reading.told
    )
    schema = FIGURES.with_metadata({_KEY: msgspec.json.encode(beside)})
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_file(sink, schema, options=options) as writer:
        writer.write_table(reading.figures.cast(schema))
    return bytes(sink.getvalue())


def unpack_figures(content: bytes) -> Reading:
    """Read what `pack_figures` wrote.

    Raises:
        ArrowInvalid: It is no Arrow file, or has other columns.
        KeyError: It has no notes.
        MsgspecError: Its notes are not what they should be.
    """
    table = pa.ipc.open_file(pa.BufferReader(content)).read_all()
    beside = msgspec.json.decode((table.schema.metadata or {})[_KEY], type=_Beside)
    figures = table.replace_schema_metadata(None)
    if figures.schema != FIGURES:
        raise pa.ArrowInvalid("other columns")
    return Reading(
        source=beside.source,
        figures=figures,
        notes=beside.notes,
        released=beside.released,
        told=beside.told,
    )
