"""The order of work: what brings an alert forward beside its score."""

from collections.abc import Collection, Iterable, Iterator

from tidewaiter.base.records import Record
from tidewaiter.consignments.types import Reason


class Urgency(Record, frozen=True, kw_only=True):
    """Points for goods that are due within so many days."""

    days: int
    points: int


class Added(Record, frozen=True, kw_only=True):
    """What brings an alert forward beside the points of its reasons."""

    urgency: int  # few days are left
    papers: int  # papers contradict each other or a law
    unusual: int  # unlike earlier lines; where there are none to compare with, 0


class OrderRule(Record, frozen=True, kw_only=True):
    """How far what is unlike in a line brings its alert forward in the order of work."""

    past: float  # for each point of a reason of the past
    papers: float  # for each point of a reason of `rules`
    rules: tuple[str, ...]  # of [check], that say that papers contradict each other or a law
    most: int  # of both together

    def points_of(self, reasons: Iterable[Reason], past: Collection[str]) -> int:
        """Return what reasons add, where some rules are of the past."""

        def weight(rule: str) -> float:
            return self.past if rule in past else self.papers if rule in self.rules else 0

        found = sum(each.points * weight(each.rule) for each in reasons if each.points > 0)
        return min(self.most, round(found))


def wrong_in_order(order: OrderRule, checks: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong in the table, each with a hint."""
    for name in sorted(set(order.rules) - set(checks)):
        yield f'order.rules names no check: "{name}"', f"there are {', '.join(checks)}"
    if min(order.past, order.papers, order.most) < 0:
        yield "order takes points off", "0 points or more"
