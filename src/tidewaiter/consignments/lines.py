"""Lines: a row of a batch as a record."""

from typing import Any

import msgspec

from tidewaiter.consignments.types import Line


def line_of(row: dict[str, Any]) -> Line:
    """Turn a row of the schema LINES, as Arrow gives it, into a record."""
    return msgspec.convert({key: value for key, value in row.items() if value is not None}, Line)
