"""Official counts: figures, releases and notes; months as whole numbers."""

import re
from typing import Literal

import pyarrow as pa

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record

_YEAR_MONTH = re.compile(r"(\d{4})-(\d{2})")
_TWELVE = 12
_NAMES = {
    "january": 1,
    "february": 2,
    "march": 3,
    "april": 4,
    "may": 5,
    "june": 6,
    "july": 7,
    "august": 8,
    "september": 9,
    "october": 10,
    "november": 11,
    "december": 12,
}
MONTHS = _NAMES | {name[:3]: number for name, number in _NAMES.items()}
"""English names of months, and their first three letters, to 1 to 12."""


def month_of(year: int, month: int) -> int:
    """Return the number of a month; months of a year are 1 to 12.

    Raises:
        InputError: There is no such month, or the year lies outside 1900 to 2100.
    """
    if not 1 <= month <= _TWELVE or not 1900 <= year <= 2100:  # noqa: PLR2004
        raise InputError("burden/month-out-of-bounds", year=year, month=month)
    return year * _TWELVE + month - 1


def parse_month(text: str) -> int:
    """Read a month like "2022-12".

    Raises:
        InputError: It is none.
    """
    found = _YEAR_MONTH.fullmatch(text.strip())
    if not found:
        raise InputError("burden/not-a-written-month", text=text)
    return month_of(int(found[1]), int(found[2]))


def month_text(month: int) -> str:
    """Write a month: 24,275 is "2022-12"."""
    return f"{month // _TWELVE}-{month % _TWELVE + 1:02}"


def named_month(text: str) -> int | None:
    """Return 1 to 12 for "December", "Dec", "Dec." or "12"; None: it is no month."""
    bare = text.strip().rstrip(".").casefold()
    if bare.isdecimal():
        return int(bare) if 1 <= int(bare) <= _TWELVE else None
    return MONTHS.get(bare)


Basis = Literal["occurrence", "residence", ""]
"""Whose deaths count in a place: who died there, or who lived there. "": not told, or no deaths."""

FIGURES = pa.schema(
    [
        pa.field("place", pa.string(), nullable=False),  # data/burden/places.toml, ISO 3166, FIPS
        pa.field("indicator", pa.string(), nullable=False),  # data/burden/indicators.toml
        pa.field("measure", pa.string(), nullable=False),  # "deaths", "events", "pounds", ...
        pa.field("basis", pa.string(), nullable=False),  # Basis
        pa.field("last", pa.int32(), nullable=False),  # last month of the period: burden.types
        pa.field("months", pa.int16(), nullable=False),  # length of the period: 1, 12
        pa.field("part", pa.string(), nullable=False),  # "": all; else "age=25-34;sex=F"
        pa.field("value", pa.float64()),  # as reported; null: not shown
        pa.field("predicted", pa.float64()),  # the source's own estimate of the whole
        pa.field("pending", pa.float64()),  # percent of deaths whose cause is not known yet
        pa.field("complete", pa.float64()),  # percent of deaths that have arrived
        pa.field("closed", pa.bool_()),  # the source changes it no more; null: not told
        pa.field("missing", pa.string(), nullable=False),  # why there is no value; "": there is
    ]
)
"""The columns of figures. Twelve-month windows overlap: rows of one place never add up in time."""

Missing = Literal["", "suppressed", "low quality", "suppressed, low quality", "not shown"]
"""Why a value is null. A small count is hidden to protect persons; "not shown": not told why."""


class Note(Record, frozen=True, kw_only=True):
    """What a reader found odd and mended, or refused; nothing is dropped without one."""

    place: str  # "row 17", "column Data Value"; "": the file as a whole
    value: str  # as written, at most 200 characters
    problem: str
    hint: str
    kept: bool  # mended, and the figure is there; else it was refused


class Reading(Record, frozen=True, kw_only=True):
    """A release as it was read."""

    source: str  # a key of data/burden/sources.toml: "cdc-vsrr"
    figures: pa.Table  # FIGURES
    notes: tuple[Note, ...]
    released: (
        int | None
    )  # the month in which it came out: told, or the source's usual lag; burden.types
    told: bool  # the file says when it came out

    @property
    def refused(self) -> int:
        """How many rows could not be read."""
        return sum(not note.kept for note in self.notes)


class Release(Record, frozen=True, kw_only=True):
    """A release that is kept: its bytes by their hash, and how they were read."""

    sha256: str
    name: str  # of the file, or its address
    reading: Reading

    @property
    def label(self) -> str:
        """Say which it is: "cdc-vsrr 2025-09"."""
        month = self.reading.released
        return f"{self.reading.source} {month_text(month) if month is not None else 'undated'}"


ESTIMATES = pa.schema(
    [
        pa.field("place", pa.string(), nullable=False),
        pa.field("indicator", pa.string(), nullable=False),
        pa.field("last", pa.int32(), nullable=False),  # last month of the twelve: burden.types
        pa.field("lag", pa.int16(), nullable=False),  # months between it and the newest period
        pa.field("reported", pa.float64()),
        pa.field("predicted", pa.float64()),  # CDC's own
        pa.field("closed", pa.bool_()),
        pa.field("estimate", pa.float64()),  # of the closed count; null: nothing was reported
        pa.field("low", pa.float64()),  # 95 % interval
        pa.field("high", pa.float64()),
        pa.field("flag", pa.string(), nullable=False),  # what is unusual, in words; ""
        pa.field(
            "method", pa.string(), nullable=False
        ),  # "both", "pending", "ladder", "settled", "closed", "none"
    ]
)
"""The columns of a nowcast: one row for each place, indicator and period of a release."""
