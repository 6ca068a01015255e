"""Column values: metadata and column types of all tables, and records as JSON text."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec
import pyarrow as pa
from sqlalchemy import BigInteger, Integer, MetaData, Text

from tidewaiter.base.errors import StoreError
from tidewaiter.base.phrases import Phrase, decoder_of, read_phrase, stored_json
from tidewaiter.base.records import Record
from tidewaiter.trade.types import LINES

KEY_LENGTH = 200  # maximum length of an indexed text; PostgreSQL allows 2,700 bytes
CHUNK = 512  # lines converted at a time; with 8,192, garbage collection takes a third

R = TypeVar("R", bound=Record)


def well_formed(text: str) -> str:
    """Replace lone surrogates, which UTF-8 cannot encode, by U+FFFD."""
    if text.isascii():  # most are, and need no replacement
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def plain(text: str) -> str:
    """Make a text valid for a column: PostgreSQL refuses NUL too, so it becomes U+FFFD."""
    return well_formed(text).replace("\0", "\ufffd")


def key(text: str) -> str:
    """Truncate a text to the index limit; the payload keeps all of it."""
    return plain(text[:KEY_LENGTH])


def encode(record: Record) -> str:
    """Encode a record as JSON, its phrases as codes."""
    return stored_json(record).decode()


def kept(phrase: Phrase) -> tuple[str, str]:
    """Return the columns of a phrase: its code, and its parameters as JSON."""
    return phrase.code, stored_json(phrase.parameters).decode()


def phrase_from(code: str, parameters: str) -> Phrase:
    """Read a phrase from its columns.

    Raises:
        StoreError: The parameters cannot be decoded.
    """
    written = f'{{"code":{msgspec.json.encode(code).decode()},"parameters":{parameters}}}'
    try:
        return decoder_of(Phrase).decode(written)
    except msgspec.DecodeError as error:
        raise unreadable(error) from error


def decode(payload: str, kind: type[R], what: str) -> R:
    """Decode a record from JSON written by `encode`.

    Raises:
        StoreError: The JSON does not match the record.
    """
    try:
        return msgspec.json.decode(payload, type=kind, dec_hook=read_phrase)
    except msgspec.DecodeError as error:
        raise StoreError("store/stored-record-unreadable", what=what, error=error) from error


def line_payloads(
    lines: pa.RecordBatch, instead: Mapping[str, Sequence[Any]] = MappingProxyType({})
) -> list[str]:
    """Encode each line as JSON, without null values.

    Args:
        lines: Of the schema `LINES`.
        instead: By field, the values to write in place of those of the lines.

    Returns:
        One JSON object per line.
    """
    columns = {
        name: instead[name] if name in instead else values(lines[name])
        for name in lines.schema.names
        if name in instead or lines[name].null_count < len(lines)
    }
    if not columns:
        return ["{}"] * len(lines)
    # A record made of columns leaves out nulls itself, three times as fast as dictionaries.
    records = list(map(_record_of(tuple(columns)), *columns.values()))
    return msgspec.json.Encoder().encode_lines(records).decode().split("\n")[:-1]


@lru_cache(maxsize=256)
def _record_of(names: tuple[str, ...]) -> Callable[..., msgspec.Struct]:
    """Return the type of a record with some fields, each null unless given."""
    fields = [(name, Any, None) for name in names]
    return msgspec.defstruct("Payload", fields, omit_defaults=True, gc=False)


def values(column: pa.Array) -> list[Any]:
    """Convert a column to Python values; days and decimals become text."""
    if pa.types.is_date(column.type) or pa.types.is_decimal(column.type):
        column = column.cast(pa.string())
    return column.to_pylist()  # type: ignore[no-any-return]


def line_records(payloads: Sequence[str]) -> list[dict[str, Any]]:
    """Decode JSON written by `line_payloads`.

    Raises:
        StoreError: A stored line cannot be decoded.
    """
    try:
        return msgspec.json.decode("[" + ",".join(payloads) + "]", type=list[dict[str, Any]])
    except msgspec.DecodeError as error:
        raise unreadable(error) from error


def lines_of(parts: Iterable[Sequence[dict[str, Any]]]) -> pa.RecordBatch:
    """Return lines as a batch of the schema `LINES`.

    Args:
        parts: Decoded lines, at most `CHUNK` at a time.

    Raises:
        StoreError: A stored line does not fit the schema.
    """
    try:
        batches = [_batch(part) for part in parts]
        whole = pa.Table.from_batches(batches, LINES).combine_chunks()
        return (whole.to_batches() or [_batch([])])[0]
    except (pa.ArrowException, TypeError) as error:
        raise unreadable(error) from error


def unreadable(error: Exception) -> StoreError:
    """Return the error for a stored line that cannot be decoded."""
    return StoreError("store/stored-line-unreadable", error=error)


def columns_of(records: Sequence[dict[str, Any]], names: Iterable[str]) -> dict[str, pa.Array]:
    """Return some columns of decoded lines.

    Args:
        records: The lines; a value that is not given is null.
        names: Column names.
    """
    return {
        name: _column(LINES.field(name), [record.get(name) for record in records]) for name in names
    }


def _batch(records: Sequence[dict[str, Any]]) -> pa.RecordBatch:
    columns = columns_of(records, LINES.names)
    return pa.RecordBatch.from_arrays(list(columns.values()), schema=LINES)


def _column(field: pa.Field, cells: Sequence[Any]) -> pa.Array:
    if pa.types.is_date(field.type) or pa.types.is_decimal(field.type):
        return pa.array(cells, pa.string()).cast(field.type)
    return pa.array(cells, field.type)


VERSION_TABLE = "tidewaiter_revision"

# Without "C", PostgreSQL sorts by the server's locale and SQLite by code point.
TEXT = Text().with_variant(Text(collation="C"), "postgresql")
WHOLE = BigInteger().with_variant(Integer(), "sqlite")

METADATA = MetaData()
