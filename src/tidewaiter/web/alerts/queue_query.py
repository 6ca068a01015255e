"""The query of the queue: filter, order and page; the record that answers it."""

from collections.abc import Sequence
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import Status
from tidewaiter.casework.ranking.features import values_of
from tidewaiter.casework.ranking.model import Ranker, explained
from tidewaiter.explain.alerts import ExportedAlert
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.alerts.bulk_decisions import Batch
from tidewaiter.store.alerts.decisions import Standing
from tidewaiter.store.alerts.filters import AlertFilter, Queue, SavedFilter, Sort, View
from tidewaiter.store.alerts.queue import Counts, queue_page
from tidewaiter.store.core.database import Work
from tidewaiter.trade.types import Alert
from tidewaiter.web.alerts.decision_form import Did, Step
from tidewaiter.web.core.node import Node
from tidewaiter.web.core.request_parsing import formed
from tidewaiter.web.uploads.schemas import Shown

ROWS = 50  # of a page
FIRST = 100  # alerts by the rules that can be put in the order that decisions taught
_OPEN = ("open",)


class QueueQuery(AlertFilter, frozen=True, kw_only=True):
    """What an address asks of the queue: a filter, and what of it is shown."""

    status: tuple[Status | Literal["all"], ...] = _OPEN  # type: ignore[assignment]
    sort: Sort | Literal["learned"] = "rank"
    after: str | None = None
    before: str | None = None
    did: Did | None = None  # the action that led here
    done: int | None = None  # how many alerts it changed
    left: int | None = None  # and how many were left
    batch: int | None = None  # number of the bulk decision that it made
    step: int | None = None  # or of the decision on one alert

    def wanted(self) -> AlertFilter:
        """Return the filter."""
        told = {name: getattr(self, name) for name in _FILTER}
        told["country"] = tuple(code.upper() for code in self.country)
        if "all" in self.status:
            told["status"] = ()
        return AlertFilter(**told)

    def view(self) -> View:
        """Return what of it is shown."""
        if self.sort == "learned":
            return View(rows=FIRST)
        return View(sort=self.sort, after=self.after, before=self.before, rows=ROWS)

    def kept_sort(self) -> Sort:
        """Return the order by which it is kept: that of the rules, where a model makes it."""
        return "rank" if self.sort == "learned" else self.sort


_FILTER = AlertFilter.__struct_fields__
_DEFAULTS = QueueQuery()
_ANEW = dict.fromkeys(("after", "before", "did", "done", "left", "batch", "step"))


def queue_of(query: AlertFilter, node: Node, user: User) -> Queue:
    """Return the queue that someone sees by a query."""
    wanted = query.wanted() if isinstance(query, QueueQuery) else query
    return Queue(wanted=wanted, today=node.today(), cleared=user.account.cleared)


def read_kept(text: str) -> QueueQuery:
    """Read a query that a page carried on; what is not one asks for what is open."""
    try:
        return msgspec.convert(formed(parse_qsl(text), QueueQuery), QueueQuery, strict=False)
    except msgspec.ValidationError:
        return QueueQuery()


def written(query: QueueQuery, **change: Any) -> str:
    """Write a query as an address has it, without what does not matter.

    Args:
        query: What is asked.
        change: Other values of some fields; without a place among them, it is the first page.
    """
    told = msgspec.structs.replace(query, **{**_ANEW, **change})
    pairs = []
    for name in QueueQuery.__struct_fields__:
        value = getattr(told, name)
        if value is None or value == getattr(_DEFAULTS, name):
            continue
        values = value if isinstance(value, tuple) else (value,)
        pairs += [(name, str(each).lower() if each is True else str(each)) for each in values]
    return urlencode(pairs)


class QueueRow(Record, frozen=True, kw_only=True):
    """An alert, and where it stands."""

    alert: ExportedAlert
    standing: Standing
    proposed: int | None  # the bulk decision that waits for a second officer; None: there is none


class QueuePage(Record, frozen=True, kw_only=True):
    """A page of the queue."""

    query: QueueQuery
    rows: tuple[QueueRow, ...]
    total: int
    earlier: bool  # there may be alerts before these
    later: bool  # there are alerts behind these
    whole: tuple[str, ...]  # words of which only whole ones were looked for
    counts: Counts
    last: int  # id of the last decision of any alert: what is decided in bulk rests on it
    saved: tuple[SavedFilter, ...]
    batch: Batch | None  # the bulk decision that led here
    step: Step | None  # or the decision on one alert
    running: tuple[Shown, ...]  # uploads that are being screened or wait for it
    preparing: bool  # the sample is about to be put among them
    alone: bool  # the reader keeps the accounts, and nobody decides alerts


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
