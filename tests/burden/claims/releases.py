"""Releases of a few rows, for claims to be set beside."""

from typing import Any

import pyarrow as pa

from tidewaiter.burden.types import FIGURES, Reading, Release, parse_month


def row(value: float | None, *, last: str = "2022-12", **cells: Any) -> dict[str, Any]:
    """Return a row of figures; `last` is the last month of its period."""
    return {
        "place": "US",
        "indicator": "overdose",
        "measure": "deaths",
        "basis": "occurrence",
        "last": parse_month(last),
        "months": 12,
        "part": "",
        "value": value,
        "closed": True,
        "missing": "" if value is not None else "not shown",
    } | cells


def release(*rows: dict[str, Any], source: str = "cdc-vsrr", month: str = "2025-01") -> Release:
    """Return a release of some rows."""
    reading = Reading(
        source=source,
        figures=pa.Table.from_pylist(list(rows), schema=FIGURES),
        notes=(),
        released=parse_month(month),
        told=True,
    )
    return Release(sha256=month, name=f"{source}.csv", reading=reading)
