"""The deaths of a year as figures: of the nation and its states, by month, on both bases.

Files of death records are final: all of it is closed.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from tidewaiter.burden.deaths.counting import Cells
from tidewaiter.burden.deaths.tables import SMALL, breakdown
from tidewaiter.burden.facts import indicators
from tidewaiter.burden.months import month_of, parse_month
from tidewaiter.burden.types import FIGURES

_NATION = "US"
_CUTS = ((), ("band",), ("sex",), ("band", "sex"), ("intent",))
_NAMES = {"band": "age", "sex": "sex", "intent": "intent"}


def figures_of(cells: Cells) -> pa.Table:
    """Return the deaths of a year as FIGURES.

    Args:
        cells: Counts, with the fields of `tables.KEEP`.

    Returns:
        Of the nation, each month, the year, and the year by age, sex and intent; of states, where
        the file has them, each month and the year. A count of 1 to 9 in a state is hidden.
    """
    rows: list[dict[str, Any]] = []
    for cut in _CUTS:
        rows += _rows(cells, cut)
    rows += _rows(cells, ("month",))
    if cells.states:
        rows += [*_rows(cells, ("state",)), *_rows(cells, ("state", "month"))]
    return pa.Table.from_pylist(rows, schema=FIGURES)


def _rows(cells: Cells, by: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    found = breakdown(cells, by).to_pylist()
    overdoses = {_where(row, by): row["deaths"] for row in found if row["indicator"] == "overdose"}
    for row in found:
        place = row.get("state", _NATION)
        if place.startswith(_NATION) and row.get("intent") != "":
            yield _figure(cells, row, by, place) | _value(row, overdoses.get(_where(row, by)))


def _figure(
    cells: Cells, row: Mapping[str, Any], by: tuple[str, ...], place: str
) -> dict[str, Any]:
    month = row.get("month")
    parts = [f"{_NAMES[name]}={row[name]}" for name in by if name in _NAMES]
    return dict.fromkeys(FIGURES.names) | {
        "place": place,
        "indicator": row["indicator"],
        "measure": indicators()[row["indicator"]].measure,
        "basis": row["basis"],
        "last": parse_month(month) if month else month_of(cells.year, 12),
        "months": 1 if month else 12,
        "part": ";".join(parts),
        "closed": True,
    }


def _value(row: Mapping[str, Any], overdoses: int | None) -> dict[str, Any]:
    deaths = row["deaths"]
    if indicators()[row["indicator"]].measure != "percent":
        return {"value": deaths, "missing": row["missing"]}
    hidden = deaths is None or not overdoses or ("state" in row and overdoses - deaths in SMALL)
    if hidden:
        return {"value": None, "missing": "suppressed"}
    return {"value": 100 * deaths / overdoses, "missing": ""}


def _where(row: Mapping[str, Any], by: tuple[str, ...]) -> tuple[Any, ...]:
    return row["basis"], *(row[name] for name in by)
