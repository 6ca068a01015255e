"""How values are stored: metadata and column types of all tables, and records as JSON text."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import msgspec
import pyarrow as pa
from sqlalchemy import BigInteger, Integer, MetaData, Text

from tidewaiter.base.errors import StoreError
from tidewaiter.base.phrases import Phrase, decoder_of, read_phrase, stored_json
from tidewaiter.base.records import Record
from tidewaiter.trade.types import LINES

KEY_LENGTH = 200  # characters of a text that has an index; PostgreSQL takes 2,700 bytes
CHUNK = 512  # lines decoded at a time: few enough for Python's collector to stay quick

R = TypeVar("R", bound=Record)


def well_formed(text: str) -> str:
    """Replace each half of a surrogate pair, which no UTF-8 can hold, by U+FFFD."""
    if text.isascii():  # most are, and there is nothing to replace
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def plain(text: str) -> str:
    """Make a text fit for a column: PostgreSQL refuses NUL too, so it becomes U+FFFD."""
    return well_formed(text).replace("\0", "\ufffd")


def key(text: str) -> str:
    """Cut a text to what an index can hold; the payload keeps it whole."""
    return plain(text[:KEY_LENGTH])


def encode(record: Record) -> str:
    """Write a record as JSON, its phrases as codes."""
    return stored_json(record).decode()


def kept(phrase: Phrase) -> tuple[str, str]:
    """Return the columns of a phrase: its code, and its parameters as JSON."""
    return phrase.code, stored_json(phrase.parameters).decode()


def phrase_from(code: str, parameters: str) -> Phrase:
    """Read a phrase from its columns.

    Raises:
        StoreError: The parameters are not some that we wrote.
    """
    written = f'{{"code":{msgspec.json.encode(code).decode()},"parameters":{parameters}}}'
    try:
        return decoder_of(Phrase).decode(written)
    except msgspec.DecodeError as error:
        raise unreadable(error) from error


def decode(payload: str, kind: type[R], what: str) -> R:
    """Read a record from the JSON that `encode` wrote.

    Raises:
        StoreError: The JSON is not that record.
    """
    try:
        return msgspec.json.decode(payload, type=kind, dec_hook=read_phrase)
    except msgspec.DecodeError as error:
        raise StoreError("store/stored-record-unreadable", what=what, error=error) from error


def line_payloads(lines: pa.RecordBatch) -> list[str]:
    """Write each line as the JSON of its record, without what is null.

    Args:
        lines: Of the schema `LINES`.

    Returns:
        One JSON object per line.
    """
    filled = [name for name in lines.schema.names if lines[name].null_count < len(lines)]
    columns = [values(lines[name]) for name in filled]
    records = (
        {name: value for name, value in zip(filled, row, strict=True) if value is not None}
        for row in zip(*columns, strict=True)
    )
    text = msgspec.json.Encoder().encode_lines(records).decode()
    return text.split("\n")[:-1] if filled else ["{}"] * len(lines)


def values(column: pa.Array) -> list[Any]:
    """Turn a column into Python values; days and decimals become text."""
    if pa.types.is_date(column.type) or pa.types.is_decimal(column.type):
        column = column.cast(pa.string())
    return column.to_pylist()  # type: ignore[no-any-return]


def lines_of(payloads: Sequence[str]) -> pa.RecordBatch:
    """Read a batch of the schema `LINES` from the JSON that `line_payloads` wrote.

    Raises:
        StoreError: A line is not one that we wrote.
    """
    starts = range(0, max(1, len(payloads)), CHUNK)
    try:
        parts = [_batch(payloads[start : start + CHUNK]) for start in starts]
        whole = pa.Table.from_batches(parts).combine_chunks()
        return (whole.to_batches() or parts)[0]
    except (msgspec.DecodeError, pa.ArrowException, TypeError) as error:
        raise unreadable(error) from error


def unreadable(error: Exception) -> StoreError:
    """Say that a stored line is not one that we wrote."""
    return StoreError("store/stored-line-unreadable", error=error)


def columns_of(records: Sequence[object], names: Sequence[str]) -> dict[str, pa.Array]:
    """Return some columns of lines that were read from their JSON.

    Args:
        records: With an attribute for each column that is there.
        names: Of the columns.
    """
    made = ((name, [getattr(record, name, None) for record in records]) for name in names)
    return {name: _column(LINES.field(name), cells) for name, cells in made}


def _batch(payloads: Sequence[str]) -> pa.RecordBatch:
    records = msgspec.json.decode("[" + ",".join(payloads) + "]", type=list[dict[str, Any]])
    return pa.RecordBatch.from_arrays(list(_columns(records)), schema=LINES)


def _columns(records: Sequence[dict[str, Any]]) -> Iterator[pa.Array]:
    for field in LINES:
        yield _column(field, [record.get(field.name) for record in records])


def _column(field: pa.Field, cells: Sequence[Any]) -> pa.Array:
    if pa.types.is_date(field.type) or pa.types.is_decimal(field.type):
        return pa.array(cells, pa.string()).cast(field.type)
    return pa.array(cells, field.type)


VERSION_TABLE = "tidewaiter_revision"

# Without "C", PostgreSQL would sort by the server's language and SQLite by code point.
TEXT = Text().with_variant(Text(collation="C"), "postgresql")
WHOLE = BigInteger().with_variant(Integer(), "sqlite")

METADATA = MetaData()
