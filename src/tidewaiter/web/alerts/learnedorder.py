"""The order that decisions taught, of the first alerts by the rules."""

from collections.abc import Sequence

from tidewaiter.consignments.types import Alert
from tidewaiter.ranking.explaining import explained
from tidewaiter.ranking.features import values_of
from tidewaiter.ranking.model import Ranker
from tidewaiter.store.database import Work
from tidewaiter.store.queue import queue_page
from tidewaiter.store.queuefilter import Queue, View
from tidewaiter.web.queuequery import FIRST


def in_learned_order(alerts: Sequence[Alert], ranker: Ranker) -> list[Alert]:
    """Return alerts with what decisions taught of them, the likeliest first, then by the rules."""
    ordered = sorted(zip(_places(alerts, ranker), alerts, strict=True), key=lambda each: each[0])
    return [explained(ranker, alert) for _, alert in ordered]


def learned_neighbours(
    work: Work, queue: Queue, ranker: Ranker, alert: Alert
) -> tuple[str | None, str | None]:
    """Return the ids of the alerts before one and behind it in this order; None: there is none.

    Args:
        work: Any.
        queue: The filter, and what may be seen.
        ranker: The model.
        alert: It need not be in the queue any more.
    """
    first = queue_page(work, queue, View(rows=FIRST)).alerts
    here, *others = _places((alert, *first), ranker)
    before = max((each for each in others if each < here), default=None)
    after = min((each for each in others if each > here), default=None)
    return (before[-1] if before else None), (after[-1] if after else None)


def _places(alerts: Sequence[Alert], ranker: Ranker) -> list[tuple[float, int, str]]:
    chances = ranker.chances([values_of(alert) for alert in alerts])
    return [(-float(x), -alert.rank, alert.id) for x, alert in zip(chances, alerts, strict=True)]
