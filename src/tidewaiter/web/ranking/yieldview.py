"""What the arms of the inspections brought, in words and as drawings."""

from collections.abc import Iterator

from tidewaiter.base.records import Record
from tidewaiter.report.languages import marked, number, words
from tidewaiter.report.learnedwords import signed
from tidewaiter.report.tracks import percent
from tidewaiter.selection.types import Arm
from tidewaiter.selection.yields import Yield, Yields

_ARMS: dict[Arm, str] = {
    "random": marked("By lot, whatever the score"),
    "profile": marked("By a profile"),
    "score": marked("By the score"),
    "explore": marked("To explore"),
}


class ArmView(Record, frozen=True, kw_only=True):
    """What an arm of the inspections brought."""

    title: str
    selected: str
    share: str  # of all lines on the lists
    waiting: str
    inspected: str
    hits: str
    rate: str
    interval: str
    tells: bool
    low: float
    dot: float
    high: float


def arm_views(found: Yields) -> Iterator[ArmView]:
    """Yield the arms that chose any line."""
    whole = sum(each.selected for each in found.arms) or 1
    for each in found.arms:
        if each.selected:
            yield _arm(each, whole)


def over_lot(found: Yields) -> str:
    """Say how much more the score brought than the lot."""
    over = found.over_lot
    if over.points is None or over.low is None or over.high is None:
        return words("By score and by lot cannot be compared yet: fewer than five were inspected.")
    return words(
        "By score, {points} points more were right than by lot ({low} to {high}, 95 %)."
    ).format(
        points=signed(100 * over.points), low=signed(100 * over.low), high=signed(100 * over.high)
    )


def _arm(each: Yield, whole: int) -> ArmView:
    hits = each.hits
    tells = hits.share is not None
    low, rate, high = (100 * (value or 0.0) for value in (hits.low, hits.share, hits.high))
    return ArmView(
        title=words(_ARMS[each.arm]),
        selected=number(each.selected),
        share=percent(each.selected / whole),
        waiting=number(each.waiting),
        inspected=number(hits.of),
        hits=number(hits.count),
        rate=percent(hits.share or 0.0) if tells else words("too few to say"),
        interval=f"{percent(hits.low or 0.0)}–{percent(hits.high or 0.0)}" if tells else "",
        tells=tells,
        low=low,
        dot=rate,
        high=high,
    )
