"""Where the fields stand in the death records of each year, and which year a record is of."""

from functools import cache
from typing import Literal

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.burden.codes import Revision
from tidewaiter.burden.coding import year_of

Positions = tuple[int, int]
"""The first and the last position of a field, from 1."""

STEP = 5  # positions of a condition: a code of four, and a flag
_STATUSES = "1234"


class Layout(Record, frozen=True, kw_only=True):
    """Where the fields stand, for some data years."""

    first: int  # data year
    last: int
    revision: Revision
    year: Positions
    status: Positions  # 1 to 3 residents, 4 foreign residents
    month: Positions
    sex: Positions
    sexes: str  # how men and women are written: "12", "MF"
    age: Positions  # a unit and a number
    underlying: Positions
    conditions: tuple[int, int]  # first position of the record axis, and how many conditions
    occurrence: Positions | None = None  # state in which they died
    residence: Positions | None = None
    states: Literal["nchs", "postal", ""] = ""
    ragged: bool = False  # blanks at the end of lines were cut off

    @property
    def needed(self) -> int:
        """The length that a record has at least."""
        return self.conditions[0] + self.conditions[1] * STEP - 2  # the last flag may be cut off

    @property
    def longest(self) -> int:
        """The length of a record whose last conditions are not cut off."""
        return self.conditions[0] - 1 + self.conditions[1] * STEP

    @property
    def least(self) -> int:
        """The length of a ragged record that still says of what somebody died."""
        return self.underlying[1]


class _Layouts(Record, frozen=True, kw_only=True):
    layouts: tuple[Layout, ...]


@cache
def layouts() -> tuple[Layout, ...]:
    """Return the layouts, oldest first."""
    return read_toml(data("burden", "death_records.toml"), _Layouts).layouts


def layout_of(year: int) -> Layout:
    """Return the layout of a data year.

    Raises:
        InputError: Of that year no layout is known.
    """
    for layout in layouts():
        if layout.first <= year <= layout.last:
            return layout
    first, last = layouts()[0].first, layouts()[-1].last
    raise InputError(
        f"of {year} no layout of death records is known", hint=f"{first} to {last} are"
    )


def find_year(line: bytes) -> int | None:
    """Find the data year of a record by the layout that it fits; None: it fits none."""
    for layout in layouts():
        if len(line) < (layout.least if layout.ragged else layout.needed):
            continue
        year = year_of(_text(line, layout.year))
        if year is not None and layout.first <= year <= layout.last and _fits(line, layout):
            return year
    return None


def _fits(line: bytes, layout: Layout) -> bool:
    month = _text(line, layout.month)
    return (
        month.isdigit()
        and 1 <= int(month) <= 12  # noqa: PLR2004
        and _text(line, layout.status) in _STATUSES
        and _text(line, layout.sex) in layout.sexes
        and _text(line, layout.age).strip().isdigit()
    )


def _text(line: bytes, positions: Positions) -> str:
    return line[positions[0] - 1 : positions[1]].decode("ascii", "replace")
