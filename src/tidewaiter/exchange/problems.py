"""Problems: what of a record must be mended before it is sent, each with its place."""

from collections.abc import Iterator

from tidewaiter.base.records import Record

TEXT = 10_000  # characters of what people write


class Problem(Record, frozen=True, kw_only=True):
    """One thing that is wrong with a record."""

    at: str  # like "line 2, found"; "": the record as a whole
    problem: str
    hint: str


def say(at: str, problem: str, hint: str) -> Problem:
    """Return a problem."""
    return Problem(at=at, problem=problem, hint=hint)


def prose(at: str, text: str, *, needed: bool = False) -> Iterator[Problem]:
    """Yield the problems of a text: it is needed and not there, or too long."""
    if needed and blank(text):
        yield say(at, "it is empty", "say what it is")
    if len(text) > TEXT:
        yield say(at, f"it has {len(text):,} characters", f"write at most {TEXT:,}")


def blank(text: str) -> bool:
    """Say whether a text has no words."""
    return not text.strip()
