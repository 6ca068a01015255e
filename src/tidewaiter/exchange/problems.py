"""Problems of a record to correct or review before sending, each with its field."""

from collections.abc import Callable, Iterator
from typing import Literal

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record

TEXT = 10_000  # maximum characters of free text

Level = Literal["wrong", "doubt"]
"""An error ("wrong") must be corrected before sending; a warning ("doubt") needs review."""


class Problem(Record, frozen=True, kw_only=True):
    """A problem of a record."""

    level: Level
    at: str  # "line 2, quantity"; "": the whole record
    text: str
    hint: str = ""
    source: str = ""  # name of a source of notices or of the registry; "": none


Make = Callable[[str, str, str, str], Problem]
"""Builds a problem from position, text, hint and source."""


def wrong(at: str, text: str, hint: str = "", source: str = "") -> Problem:
    """Build an error."""
    return Problem(level="wrong", at=at, text=text, hint=hint, source=source)


def doubt(at: str, text: str, hint: str = "", source: str = "") -> Problem:
    """Build a warning."""
    return Problem(level="doubt", at=at, text=text, hint=hint, source=source)


def as_error(problem: Problem) -> InputError:
    """Return a problem as the error that refuses the record."""
    return InputError("exchange/to-be-mended", text=problem.text, hint=problem.hint, at=problem.at)


def prose(at: str, text: str, *, needed: bool = False) -> Iterator[Problem]:
    """Yield the problems of a text: missing or too long."""
    if needed and blank(text):
        yield wrong(at, "it is empty", "say what it is")
    if len(text) > TEXT:
        yield wrong(at, f"it has {len(text):,} characters", f"write at most {TEXT:,}")


def blank(text: str) -> bool:
    """Return whether a text is blank."""
    return not text.strip()
