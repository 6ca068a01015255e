"""NCHS death records (multiple cause of death) by year, read as national and state figures.

Files of death records are final: all of it is closed.
"""

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

import pyarrow as pa

from tidewaiter.base.errors import InputError
from tidewaiter.burden.deaths.counting import KEEP, SMALL, Cells, breakdown, count_deaths
from tidewaiter.burden.deaths.records import find_year, pieces
from tidewaiter.burden.indicators import indicators
from tidewaiter.burden.types import FIGURES, Reading, month_of, parse_month

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


SOURCE = "nchs-deaths"
_START = 4096


def is_nvss(content: bytes) -> bool:
    """Tell whether this is a file of death records, plain or packed, by its first line."""
    try:
        start = next(pieces(BytesIO(content), "", _START), b"")
    except InputError:
        return False
    line = start.split(b"\n", 1)[0].removesuffix(b"\r")
    return find_year(line) is not None


def read_nvss(content: bytes, name: str) -> Reading:
    """Code and count a year of death records.

    Args:
        content: The file, plain, .gz or .zip.
        name: Its name, for messages.

    Returns:
        Its figures: `figures.figures_of`.

    Raises:
        InputError: It is no such file, or it holds no death that could be read.
    """
    cells: Cells | None = None
    for found in count_deaths(pieces(BytesIO(content), name), name, KEEP):
        cells = found if isinstance(found, Cells) else None
    if cells is None or not len(cells.deaths):
        raise InputError("burden/no-readable-record", at=name)
    figures = figures_of(cells)
    return Reading(source=SOURCE, figures=figures, notes=cells.notes, released=None, told=False)
