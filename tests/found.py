"""Queue queries of the tests: everything stored, as seen with full access."""

from collections.abc import Sequence
from datetime import date

from tidewaiter.store.alerts.decisions import Wanted, decide, standings
from tidewaiter.store.alerts.filters import AlertFilter, Queue, View
from tidewaiter.store.alerts.queue import queue_page
from tidewaiter.store.core.database import Work
from tidewaiter.trade.types import Alert

TODAY = date(2026, 3, 1)


def alerts(work: Work, wanted: AlertFilter | None = None, *, rows: int = 100) -> list[Alert]:
    """Read the most urgent alerts that a filter lets through."""
    queue = Queue(wanted=wanted or AlertFilter(), today=TODAY, cleared=True)
    return list(queue_page(work, queue, View(rows=rows)).alerts)


def decide_each(work: Work, ids: Sequence[str], wanted: Wanted) -> None:
    """Decide of alerts one by one, as officers do who look at each."""
    for each in standings(work, ids).values():
        decide(work, each, wanted)
