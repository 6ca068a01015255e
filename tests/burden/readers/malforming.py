"""Rows of a release to be spoiled, and what was read of it."""

from collections.abc import Callable

from tidewaiter.burden.types import Note, Reading, parse_month

Records = list[dict[str, str]]
Written = Callable[..., bytes]
OVERDOSE, ALL = "Number of Drug Overdose Deaths", "Number of Deaths"
T404 = "Synthetic opioids, excl. methadone (T40.4)"


def of(
    records: Records, state: str, month: str = "September", what: str = OVERDOSE
) -> dict[str, str]:
    """Return one row, to be changed."""
    [row] = [
        row
        for row in records
        if (row["State"], row["Month"], row["Indicator"]) == (state, month, what)
    ]
    return row


def value(read: Reading, place: str, indicator: str = "overdose", last: str = "2018-09") -> object:
    """Return a value; "gone": the figure is missing."""
    for row in read.figures.to_pylist():
        if (row["place"], row["indicator"], row["last"]) == (place, indicator, parse_month(last)):
            return row["value"]
    return "gone"


def only(read: Reading) -> Note:
    """Return the one note of a reading."""
    [note] = read.notes
    return note
