"""Declarations: one hash for one question, and whether it was asked before its answer was out."""

import hashlib
from datetime import date

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.burden.events.types import Declaration, Declared, Window
from tidewaiter.burden.months import month_of, month_text

_AFTER = 12  # months that must follow
_MOST = 36
_USUAL_LAG = 5  # a month's first count comes out in the fifth month after it (sixth to 2022-01)


def month_of_event(day: date) -> int:
    """Return the month in which an event falls."""
    return month_of(day.year, day.month)


def digest_of(declaration: Declaration) -> str:
    """Return the hash of a declaration: SHA-256 of its JSON, keys sorted, without blanks."""
    text = msgspec.json.encode(declaration, order="sorted")
    return hashlib.sha256(text).hexdigest()


def parse_window(text: str) -> Window:
    """Read "0-12".

    Raises:
        InputError: It is none, it is empty, or it goes beyond three years.
    """
    since, _, until = text.partition("-")
    if not (since.strip().isdigit() and until.strip().isdigit()):
        raise InputError(f'"{text}" is no window', hint='write months after the event, like "0-12"')
    window = Window(since=int(since), until=int(until))
    if not 0 < window.length <= window.until <= _MOST:
        raise InputError(
            f'"{text}" is no window', hint=f"the first month is below the last, at most {_MOST}"
        )
    return window


def needed_until(declaration: Declaration) -> int:
    """Return the last month that a card needs: of its window, and of a year after the event."""
    first = month_of_event(declaration.event.day)
    return first + max(declaration.window.until, _AFTER) - 1


def exploratory(declaration: Declaration, kept: Declared | None, released: int | None) -> str:
    """Say why a card is exploratory; "": it was declared before any count of its window was out.

    Args:
        declaration: What is asked.
        kept: How it was declared, if it was.
        released: The month of the earliest release at hand that counts a month of the window;
            None: not known, so that the usual lag decides alone.
    """
    if kept is None:
        return "the date was chosen without a declaration: exploratory"
    first = month_of_event(declaration.event.day) + declaration.window.since
    out = first + _USUAL_LAG if released is None else min(released, first + _USUAL_LAG)
    if month_of(kept.day.year, kept.day.month) >= out:
        return (
            f"it was declared on {kept.day.isoformat()}, and counts of its window were public"
            f" from {month_text(out)} on: exploratory"
        )
    return ""
