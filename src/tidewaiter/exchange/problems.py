"""Problems of a record that must be corrected or checked before it is sent, each with its field."""

from collections.abc import Callable, Iterator
from typing import Literal

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record

TEXT = 10_000  # characters of what people write

Level = Literal["wrong", "doubt"]
"""A wrong must be mended before a record goes out; a doubt is for a person to look at."""


class Problem(Record, frozen=True, kw_only=True):
    """Something about a record that is wrong or in doubt."""

    level: Level
    at: str  # "line 2, quantity"; "": the record as a whole
    text: str
    hint: str = ""
    source: str = ""  # name of a source of notices or of the registry; "": plain sense


Make = Callable[[str, str, str, str], Problem]
"""Makes a problem of its place, text, hint and source."""


def wrong(at: str, text: str, hint: str = "", source: str = "") -> Problem:
    """Make a problem that must be mended."""
    return Problem(level="wrong", at=at, text=text, hint=hint, source=source)


def doubt(at: str, text: str, hint: str = "", source: str = "") -> Problem:
    """Make a problem that a person looks at."""
    return Problem(level="doubt", at=at, text=text, hint=hint, source=source)


def as_error(problem: Problem) -> InputError:
    """Return a problem as the error that refuses the record."""
    return InputError("exchange/to-be-mended", text=problem.text, hint=problem.hint, at=problem.at)


def prose(at: str, text: str, *, needed: bool = False) -> Iterator[Problem]:
    """Yield the problems of a text: it is needed and not there, or too long."""
    if needed and blank(text):
        yield wrong(at, "it is empty", "say what it is")
    if len(text) > TEXT:
        yield wrong(at, f"it has {len(text):,} characters", f"write at most {TEXT:,}")


def blank(text: str) -> bool:
    """Say whether a text has no words."""
    return not text.strip()
