"""Problems: what a check finds, each with its place and what would do."""

from collections.abc import Callable
from typing import Literal

from tidewaiter.base.records import Record

Level = Literal["wrong", "doubt"]
"""A wrong must be mended before the notice goes out; a doubt is for a person to look at."""


class Problem(Record, frozen=True, kw_only=True):
    """Something about a notice that is wrong or in doubt."""

    level: Level
    at: str  # "line 2, quantity"
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
