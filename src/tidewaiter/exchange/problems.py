"""Problems: what of a record must be mended before it is sent, each with its place."""

from tidewaiter.base.records import Record


class Problem(Record, frozen=True, kw_only=True):
    """One thing that is wrong with a record."""

    at: str  # like "line 2, found"; "": the record as a whole
    problem: str
    hint: str


def blank(text: str) -> bool:
    """Say whether a text has no words."""
    return not text.strip()
