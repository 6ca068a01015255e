"""Census Bureau estimates of residents by state on 1 July of each year."""

import csv
import io
import re

from tidewaiter.base.errors import InputError
from tidewaiter.burden.indicators import find_place
from tidewaiter.burden.readers.checks import Gathered
from tidewaiter.burden.readers.tables import read_text
from tidewaiter.burden.types import Reading, month_of, named_month

SOURCE = "census-population"
_SIGN = b"Annual Estimates of the Resident Population"
_RELEASED = re.compile(r"Release Date: ([A-Z][a-z]+) (\d{4})")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_FEWEST = 3  # minimum years in a title row
_DECEMBER = 12
_REGIONS = frozenset(("northeast", "midwest", "south", "west"))


def is_census(content: bytes) -> bool:
    """Return whether this is an estimates table, by its heading."""
    return _SIGN in content and b"\0" not in content[:4096]


def read_census(content: bytes, name: str) -> Reading:
    """Read a table of estimates by state and year.

    Args:
        content: File content.
        name: File name, for error messages.

    Returns:
        Residents on 1 July, as figures of that year; April counts are ignored.

    Raises:
        InputError: Not such a table.

    Source:
        https://www.census.gov/programs-surveys/popest.html, tables NST-EST.
    """
    text = read_text(content, name)
    rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""))]
    years, begun = _years(rows, name)
    gathered = Gathered()
    left_out = []
    for number, row in enumerate(rows[begun:], begun + 1):
        if not row or not row[0] or not any(row[1:]):
            continue  # blank line, or note below the table
        if row[0].lstrip(".").casefold() in _REGIONS:
            left_out.append(row[0])
            continue
        _add(gathered, number, row, years)
    if left_out:
        gathered.mended(
            "the file as a whole",
            ", ".join(left_out),
            InputError("burden/regions-left-out"),
        )
    figures = gathered.table()
    if not len(figures):
        raise InputError("burden/no-readable-row-at-all", at=name)
    told = _RELEASED.search(text)
    month = named_month(told[1]) if told else None
    return Reading(
        source=SOURCE,
        figures=figures,
        notes=tuple(gathered.notes),
        released=month_of(int(told[2]), month) if told and month else None,
        told=month is not None,
    )


def _years(rows: list[list[str]], name: str) -> tuple[dict[int, int], int]:
    """Return the year of each column, and the first row after the titles."""
    found: tuple[dict[int, int], int] = ({}, 0)
    for number, row in enumerate(rows):
        years = {place: int(cell) for place, cell in enumerate(row) if _YEAR.fullmatch(cell)}
        if len(years) >= _FEWEST:
            found = years, number + 1
    if not found[0]:
        raise InputError("burden/no-years-named", at=name)
    return found


def _add(gathered: Gathered, number: int, row: list[str], years: dict[int, int]) -> None:
    try:
        place = find_place(row[0].lstrip(".")).code
        counts = {year: _count(row[column]) for column, year in years.items() if column < len(row)}
    except InputError as error:
        gathered.unread(number, row, error)
        return
    for year, count in counts.items():
        gathered.add(
            place=place,
            indicator="population",
            measure="population",
            last=month_of(year, _DECEMBER),
            months=_DECEMBER,
            value=count,
        )


def _count(text: str) -> float:
    bare = text.replace(",", "")
    if not bare.isdecimal():
        raise InputError("burden/not-a-number-of-residents", text=text)
    return float(bare)
