"""Columns of any type as text."""

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def is_records(kind: pa.DataType) -> bool:
    """Return whether a type is a list of records."""
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind)) and bool(
        pa.types.is_struct(kind.value_type)
    )


def is_string(kind: pa.DataType) -> bool:
    """Return whether a type is text."""
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def is_sound(column: pa.Array) -> bool:
    """Return whether all texts are valid UTF-8."""
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def raw_bytes(column: pa.Array) -> list[bytes | None]:
    """Return the bytes of each text."""
    return list(pc.cast(column, pa.large_binary()).to_pylist())


def decoded(raw: bytes) -> str:
    """Decode UTF-8; invalid bytes are replaced."""
    return raw.decode("utf-8", "replace")


def to_text(column: pa.Array) -> pa.Array:
    """Convert a column of any type to text, and empty text to null.

    Integers stored as floats are written without a point; lists are joined with "; "; records
    become null.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        return to_text(column.dictionary_decode())
    if pa.types.is_floating(kind):
        return _float_text(column)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _list_text(column)
    if _is_bytes(kind) or (is_string(kind) and not is_sound(column)):
        texts = [raw and decoded(raw) for raw in raw_bytes(column)]
        return pa.array([text or None for text in texts], pa.string())
    if pa.types.is_timestamp(kind) and kind.tz:
        column = pc.local_timestamp(column)
    try:
        text = pc.cast(column, pa.string())
    except pa.ArrowNotImplementedError:
        return pa.nulls(len(column), pa.string())
    return pc.if_else(pc.equal(text, ""), None, text)


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
    )


def _float_text(column: pa.Array) -> pa.Array:
    finite = pc.is_finite(column).fill_null(False)
    exact = pc.cast(column, pa.float64())
    small = pc.less(pc.abs(exact), 2.0**53)
    whole = pc.and_(pc.equal(exact, pc.trunc(exact)), small)
    rounded = pc.if_else(pc.and_(whole, finite).fill_null(False), exact, None)
    short = pc.cast(pc.cast(rounded, pa.int64()), pa.string())
    long = pc.if_else(finite, pc.cast(column, pa.string()), None)
    return pc.coalesce(short, long)


def _list_text(column: pa.Array) -> pa.Array:
    if pa.types.is_nested(column.type.value_type):
        return pa.nulls(len(column), pa.string())
    texts = to_text(column.flatten()).fill_null("")
    lengths = pc.list_value_length(column).fill_null(0).to_numpy(zero_copy_only=False)
    ends = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array(ends), texts), "; ")
    return pc.if_else(pc.equal(joined, ""), None, joined)


def nested_text(cells: pa.Array) -> pa.Array:
    """Convert lists and records to JSON, so that their words are searched."""
    written = (
        None if v is None else msgspec.json.encode(v, enc_hook=str).decode()
        for v in cells.to_pylist()
    )
    return pa.array(list(written), pa.string())
