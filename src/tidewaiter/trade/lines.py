"""Lines: a row of a batch as a record."""

from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.consignments.types import Line

DAYS: Final = ("departure", "lodged", "release", "arrival")
"""Columns that tell the day of a line, the first of them that does."""


def days_of(batch: pa.RecordBatch) -> pa.Array:
    """Return the days on which the lines of a batch count, as `day_of` does; null: none is told."""
    return pc.coalesce(*(batch.column(name) for name in DAYS))


def line_of(row: dict[str, Any]) -> Line:
    """Turn a row of the schema LINES, as Arrow gives it, into a record."""
    return msgspec.convert({key: value for key, value in row.items() if value is not None}, Line)
