"""Official counts: figures, releases and notes; months as integers."""

import re
from typing import Literal, Self

import pyarrow as pa

from tidewaiter.base.defects import Defect
from tidewaiter.base.errors import InputError, TidewaiterError
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
"""English month names and three-letter abbreviations -> 1 to 12."""


def month_of(year: int, month: int) -> int:
    """Return the number of a month; months of a year are 1 to 12.

    Raises:
        InputError: Invalid month, or a year outside 1900 to 2100.
    """
    if not 1 <= month <= _TWELVE or not 1900 <= year <= 2100:  # noqa: PLR2004
        raise InputError("burden/month-out-of-bounds", year=year, month=month)
    return year * _TWELVE + month - 1


def parse_month(text: str) -> int:
    """Parse a month like "2022-12".

    Raises:
        InputError: Invalid.
    """
    found = _YEAR_MONTH.fullmatch(text.strip())
    if not found:
        raise InputError("burden/not-a-written-month", text=text)
    return month_of(int(found[1]), int(found[2]))


def month_text(month: int) -> str:
    """Format a month: 24,275 is "2022-12"."""
    return f"{month // _TWELVE}-{month % _TWELVE + 1:02}"


def named_month(text: str) -> int | None:
    """Return 1 to 12 for "December", "Dec", "Dec." or "12"; None: not a month."""
    bare = text.strip().rstrip(".").casefold()
    if bare.isdecimal():
        return int(bare) if 1 <= int(bare) <= _TWELVE else None
    return MONTHS.get(bare)


Basis = Literal["occurrence", "residence", ""]
"""Deaths counted by place of occurrence or residence. "": unknown, or not deaths."""

FIGURES = pa.schema(
    [
        pa.field("place", pa.string(), nullable=False),  # data/burden/places.toml, ISO 3166, FIPS
        pa.field("indicator", pa.string(), nullable=False),  # data/burden/indicators.toml
        pa.field("measure", pa.string(), nullable=False),  # "deaths", "events", "pounds", ...
        pa.field("basis", pa.string(), nullable=False),  # Basis
        pa.field("last", pa.int32(), nullable=False),  # last month of the period: burden.types
        pa.field("months", pa.int16(), nullable=False),  # length of the period: 1, 12
        pa.field("part", pa.string(), nullable=False),  # "": all; else "age=25-34;sex=F"
        pa.field("value", pa.float64()),  # as reported; null: suppressed
        pa.field("predicted", pa.float64()),  # the source's own estimate of the complete count
        pa.field("pending", pa.float64()),  # percent of deaths with a cause not determined yet
        pa.field("complete", pa.float64()),  # percent of deaths received
        pa.field("closed", pa.bool_()),  # final at the source; null: unknown
        pa.field("missing", pa.string(), nullable=False),  # why there is no value; "": there is one
    ]
)
"""Columns of figures. Twelve-month windows overlap: rows of a place never add up over time."""

Missing = Literal["", "suppressed", "low quality", "suppressed, low quality", "not shown"]
"""Why a value is null. Small counts are suppressed for privacy; "not shown": no reason given."""


class Note(Defect, frozen=True, kw_only=True):
    """An anomaly corrected or refused by a reader; nothing is dropped without a note."""

    place: str  # "row 17", "column Data Value"; "": the whole file
    value: str  # as written, at most 200 characters
    kept: bool  # the figure was corrected and kept; otherwise refused

    @classmethod
    def of(cls, error: TidewaiterError, *, place: str, value: str = "", kept: bool = False) -> Self:
        """Return a note with the message of an error."""
        return cls(code=error.code, values=error.values, place=place, value=value, kept=kept)


class Reading(Record, frozen=True, kw_only=True):
    """A release, as read."""

    source: str  # a key of data/burden/sources.toml: "cdc-vsrr"
    figures: pa.Table  # FIGURES
    notes: tuple[Note, ...]
    released: int | None  # release month: stated, or by the source's usual lag; burden.types
    told: bool  # the file states its release month

    @property
    def refused(self) -> int:
        """Return the number of unreadable rows."""
        return sum(not note.kept for note in self.notes)


class Release(Record, frozen=True, kw_only=True):
    """An archived release: content hash and reading."""

    sha256: str
    name: str  # file name, or address
    reading: Reading

    @property
    def label(self) -> str:
        """Return its label: "cdc-vsrr 2025-09"."""
        month = self.reading.released
        return f"{self.reading.source} {month_text(month) if month is not None else 'undated'}"


ESTIMATES = pa.schema(
    [
        pa.field("place", pa.string(), nullable=False),
        pa.field("indicator", pa.string(), nullable=False),
        pa.field("last", pa.int32(), nullable=False),  # last of the twelve months: burden.types
        pa.field("lag", pa.int16(), nullable=False),  # months before the newest period
        pa.field("reported", pa.float64()),
        pa.field("predicted", pa.float64()),  # CDC's own
        pa.field("closed", pa.bool_()),
        pa.field("estimate", pa.float64()),  # of the closed count; null: nothing reported
        pa.field("low", pa.float64()),  # 95 % interval
        pa.field("high", pa.float64()),
        pa.field("flag", pa.string(), nullable=False),  # anomaly, as text; ""
        pa.field(
            "method", pa.string(), nullable=False
        ),  # "both", "pending", "ladder", "settled", "closed", "none"
    ]
)
"""Columns of a nowcast: one row per place, indicator and period of a release."""
