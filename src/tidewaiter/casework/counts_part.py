"""Counts: what the overview is made of, and what they say together."""

from collections.abc import Mapping, Sequence
from datetime import date

from tidewaiter.base.records import Record


class Track(Record, frozen=True, kw_only=True):
    """How the alerts of a rule, a substance or a list came out.

    A decision on many alerts in one act counts once.
    """

    key: str
    added: int = 0
    confirmed: int = 0  # by officers, where their reason speaks of it
    dismissed: int = 0
    released: int = 0
    bulk: int = 0  # of these decisions: made on many alerts in one act
    bulk_alerts: int = 0  # the alerts that these acts decided
    result_confirmed: int = 0  # by inspections and laboratories
    result_refuted: int = 0

    @property
    def decided(self) -> int:
        """Count those that officers found right or wrong."""
        return self.confirmed + self.dismissed


class OpenSince(Record, frozen=True, kw_only=True):
    """Open alerts of one severity that came in on one day."""

    severity: str
    day: date
    alerts: int


class Counts(Record, frozen=True, kw_only=True):
    """What is counted, as far as the reader may know of it."""

    open: Sequence[OpenSince]
    stands: Mapping[str, int]  # by status
    assigned: Mapping[str, int]  # open ones; "": nobody's
    added: Mapping[date, int]  # by day, of the days asked for
    decided: Mapping[date, int]  # no longer open
    reopened: Mapping[date, int]
    lines: Mapping[date, int]  # read
    undone: int  # decisions that were taken back, in these days
    disagreed: Mapping[str, int]  # "dismissed confirmed": from, to; by two officers
    took: Mapping[int, int]  # minutes to the first decision: alerts
    raised: int  # alerts that came in, of the months asked for
    rules: Sequence[Track]  # of these months, the most frequent first
    substances: Sequence[Track]
    lists: Sequence[Track]


def percentile(took: Mapping[int, int], share: float) -> int | None:
    """Return the least time within which a share of all was done; None: there are none.

    Args:
        took: Time: how many.
        share: 0.5 for the median.
    """
    left = share * sum(took.values())
    for minutes in sorted(took):
        left -= took[minutes]
        if left <= 0 and took[minutes]:
            return minutes
    return None


def decision_times(took: Mapping[int, int]) -> tuple[int | None, int | None]:
    """Return within how many minutes half of all, and nine in ten, were decided."""
    return percentile(took, 0.5), percentile(took, 0.9)


def ages(opened: Sequence[OpenSince], today: date, starts: Sequence[int]) -> list[int]:
    """Count open alerts by how many days they have been open.

    Args:
        opened: Open alerts.
        today: The day of the reader, in UTC.
        starts: Days from which on each class counts, rising, from 0.

    Returns:
        One count for each class.
    """
    counted = [0] * len(starts)
    for each in opened:
        age = max(0, (today - each.day).days)
        counted[max(i for i, start in enumerate(starts) if start <= age)] += each.alerts
    return counted
