"""Priority: which alert is looked at first, wherever alerts stand in a list.

The severity comes first, always: what adds to the order of work within a severity never puts an
alert above a more severe one.
"""

from datetime import date
from typing import NamedTuple

from tidewaiter.base.severity import weight
from tidewaiter.consignments.types import Alert


class Priority(NamedTuple):
    """The place of an alert: the greatest is first."""

    severity: int
    listed: bool  # a party resembles one on a list
    due: int  # the sooner, the greater; without a day, the least
    rank: int


def priority_of(alert: Alert) -> Priority:
    """Return the place of an alert among others."""
    due = alert.due.toordinal() if alert.due else date.max.toordinal() + 1
    return Priority(weight(alert.severity), is_listed(alert), -due, alert.rank)


def is_listed(alert: Alert) -> bool:
    """Tell whether an alert rests on a list: a match that nobody has judged to be another party."""
    return any(not match.judged for match in alert.parties)
