"""Gathering the past of a screening: which lines and alerts it hears, and in which order."""

from collections.abc import Callable, Iterator
from typing import Protocol

from tidewaiter.consignments.past.marking import Past
from tidewaiter.consignments.types import Alert

Take = Callable[[Alert, bool], None]
"""Takes up an alert as all may see it; True: it is of an earlier file."""


class Told(Protocol):
    """What a screening found, and the lines at hand, on one machine or on many."""

    def found(self) -> Iterator[Alert]:
        """Yield the alerts of the screening, those on restricted entries too."""
        ...

    def alerts(self) -> Iterator[Alert]:
        """Yield them again as all may see them, in the order of lines."""
        ...

    def earlier(self) -> Iterator[Alert]:
        """Yield the alerts of earlier files at hand, as all may see them."""
        ...

    def ask_lines(self, past: Past) -> None:
        """Ask for the past of all lines of the screening."""
        ...

    def look(self, past: Past) -> None:
        """Let it look through all lines at hand, in their order, those of earlier files last."""
        ...


def gather(past: Past, told: Told, take: Take, *, selects: bool) -> bool:
    """Gather a past: which alerts it is told of, what these found, then all else.

    Alerts on restricted entries are asked about too: what is said of them rests on lines that all
    may see.

    Args:
        past: That has begun.
        told: What it hears.
        take: Takes up alerts.
        selects: Lines without an alert may become one, so that all are asked about.

    Returns:
        Whether anything is asked about; else no line was looked through.
    """
    any_ = selects
    for alert in told.found():
        past.want(alert.line, alert.substances)
        any_ = True
    if selects:
        told.ask_lines(past)
    for alert in told.alerts():
        take(alert, False)
    if any_:
        told.look(past)
        for alert in told.earlier():
            take(alert, True)
    return any_
