"""Boxes: requests of one side, the one that is late first, then by the day of the answer."""

from datetime import date
from typing import Literal

from tidewaiter.exchange.requests.folding import Asking

Box = Literal["in", "out"]
"""What others ask of this node; what it asks of others."""

Show = Literal["open", "late", "over", "all"]
"""What waits for an answer; of that, what is overdue; what is done, withdrawn or not here; all."""

_FAR = date.max


def box_of(known: Asking, own: str) -> Box:
    """Return in which box of a node a request is."""
    return "out" if known.asker == own else "in"


def is_over(known: Asking) -> bool:
    """Say whether nothing is waited for any more."""
    return known.state in {"done", "withdrawn", "unknown"}


def shows(known: Asking, show: Show, today: date) -> bool:
    """Say whether a request is among those that are shown."""
    if show == "late":
        return known.overdue(today) > 0
    return show == "all" or is_over(known) == (show == "over")


def urgency_first(known: Asking) -> tuple[bool, date, int]:
    """Return by what requests are ordered: what is open, by its day, then by its urgency.

    What is late has the earliest day, so it stands first; what has no day stands last.
    """
    body = known.request.body if known.request else None
    urgent = ("immediate", "urgent", "routine").index(body.urgency) if body else 3
    due = body.deadline if body else None
    return is_over(known), due or _FAR, urgent
