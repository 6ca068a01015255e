"""Problems of a record to correct or review before sending, each with its field."""

from collections.abc import Iterable, Iterator
from typing import Literal, Protocol

from tidewaiter.base.defects import Defect
from tidewaiter.base.errors import InputError

TEXT = 10_000  # maximum characters of free text

Level = Literal["wrong", "doubt"]
"""An error ("wrong") must be corrected before sending; a warning ("doubt") needs review."""


class Problem(Defect, frozen=True, kw_only=True):
    """A problem of a record."""

    level: Level
    at: str  # "line 2, quantity"; "": the whole record
    source: str = ""  # name of a source of notices or of the registry; "": none


class Make(Protocol):
    """Builds a problem: `wrong` or `doubt`."""

    def __call__(self, at: str, code: str, /, *, source: str = "", **values: object) -> Problem:
        """Take the position, a code of data/errors, a source, and the values of the message."""


def wrong(at: str, code: str, /, *, source: str = "", **values: object) -> Problem:
    """Build an error."""
    return from_error(InputError(code, at=at, **values), source=source)


def doubt(at: str, code: str, /, *, source: str = "", **values: object) -> Problem:
    """Build a warning."""
    return from_error(InputError(code, at=at, **values), level="doubt", source=source)


def from_error(error: InputError, *, level: Level = "wrong", source: str = "") -> Problem:
    """Return a problem with the position and the message of an error."""
    return Problem(level=level, at=error.at, code=error.code, values=error.values, source=source)


def as_error(problem: Problem) -> InputError:
    """Return a problem as the error that refuses the record."""
    return problem.as_error(at=problem.at)


def in_one_line(problems: Iterable[Problem]) -> str:
    """Return the problems with their positions, in English."""
    return "; ".join(f"{each.at}: {each.problem}" if each.at else each.problem for each in problems)


def prose(at: str, text: str, *, needed: bool = False) -> Iterator[Problem]:
    """Yield the problems of a text: missing or too long."""
    if needed and blank(text):
        yield wrong(at, "exchange/text-missing")
    if len(text) > TEXT:
        yield wrong(at, "exchange/text-too-long", count=len(text), most=TEXT)


def blank(text: str) -> bool:
    """Return whether a text is blank."""
    return not text.strip()
