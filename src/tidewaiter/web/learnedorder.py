"""The order that decisions taught, of the first alerts by the rules."""

from collections.abc import Iterable, Sequence

from tidewaiter.consignments.types import Alert
from tidewaiter.ranking.explaining import explained
from tidewaiter.ranking.model import Ranker
from tidewaiter.store.database import Work
from tidewaiter.store.queue import queue_page
from tidewaiter.store.queuefilter import Queue, View
from tidewaiter.web.queuequery import FIRST


def in_learned_order(alerts: Iterable[Alert], ranker: Ranker) -> list[Alert]:
    """Return alerts with what decisions taught of them, the likeliest first, then by the rules."""
    return sorted((explained(ranker, each) for each in alerts), key=_place)


def next_learned(
    work: Work, queue: Queue, ranker: Ranker, alert: Alert, *, back: bool
) -> str | None:
    """Return the id of the alert behind one in this order, or before it; None: there is none.

    Args:
        work: Any.
        queue: The filter, and what may be seen.
        ranker: The model.
        alert: It need not be in the queue any more.
        back: The one before.
    """
    first = queue_page(work, queue, View(rows=FIRST)).alerts
    here, order = _place(explained(ranker, alert)), in_learned_order(first, ranker)
    found: Sequence[Alert] = (
        [each for each in reversed(order) if _place(each) < here] if back
        else [each for each in order if _place(each) > here]
    )  # fmt: skip
    return found[0].id if found else None


def _place(alert: Alert) -> tuple[float, int, str]:
    return (-alert.learned.chance if alert.learned else 0.0, -alert.rank, alert.id)
