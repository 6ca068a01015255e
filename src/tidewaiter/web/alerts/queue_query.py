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

ROWS = 50  # per page
FIRST = 100  # alerts by rule order that can be put in learned order
_OPEN = ("open",)


class QueueQuery(AlertFilter, frozen=True, kw_only=True):
    """Query of the queue: filter and view."""

    status: tuple[Status | Literal["all"], ...] = _OPEN  # type: ignore[assignment]
    sort: Sort | Literal["learned"] = "rank"
    after: str | None = None
    before: str | None = None
    did: Did | None = None  # action that led here
    done: int | None = None  # number of alerts changed
    left: int | None = None  # number of alerts skipped
    batch: int | None = None  # number of the bulk decision made
    step: int | None = None  # or of the decision on one alert

    def wanted(self) -> AlertFilter:
        """Return the filter."""
        told = {name: getattr(self, name) for name in _FILTER}
        told["country"] = tuple(code.upper() for code in self.country)
        if "all" in self.status:
            told["status"] = ()
        return AlertFilter(**told)

    def view(self) -> View:
        """Return the view."""
        if self.sort == "learned":
            return View(rows=FIRST)
        return View(sort=self.sort, after=self.after, before=self.before, rows=ROWS)

    def kept_sort(self) -> Sort:
        """Return the stored order: the rules' order if a model is applied."""
        return "rank" if self.sort == "learned" else self.sort


_FILTER = AlertFilter.__struct_fields__
_DEFAULTS = QueueQuery()
_ANEW = dict.fromkeys(("after", "before", "did", "done", "left", "batch", "step"))


def queue_of(query: AlertFilter, node: Node, user: User) -> Queue:
    """Return the queue for a user's query."""
    wanted = query.wanted() if isinstance(query, QueueQuery) else query
    return Queue(wanted=wanted, today=node.today(), cleared=user.account.cleared)


def read_kept(text: str) -> QueueQuery:
    """Parse a query passed on by a page; an invalid one becomes open alerts."""
    try:
        return msgspec.convert(formed(parse_qsl(text), QueueQuery), QueueQuery, strict=False)
    except msgspec.ValidationError:
        return QueueQuery()


def written(query: QueueQuery, **change: Any) -> str:
    """Format a query as an address, without defaults.

    Args:
        query: The query.
        change: Changed fields; without a position, the first page.
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
    """An alert and its status."""

    alert: ExportedAlert
    standing: Standing
    proposed: int | None  # bulk decision that waits for a second officer; None: none


class QueuePage(Record, frozen=True, kw_only=True):
    """A page of the queue."""

    query: QueueQuery
    rows: tuple[QueueRow, ...]
    total: int
    earlier: bool  # there may be a previous page
    later: bool  # there is a next page
    whole: tuple[str, ...]  # words matched only as whole words
    counts: Counts
    last: int  # id of the last decision; the basis of a bulk decision
    saved: tuple[SavedFilter, ...]
    batch: Batch | None  # bulk decision that led here
    step: Step | None  # or decision on one alert
    running: tuple[Shown, ...]  # uploads running or waiting
    preparing: bool  # the sample is about to be added
    alone: bool  # an administrator, and no account decides alerts


def in_learned_order(alerts: Sequence[Alert], ranker: Ranker) -> list[Alert]:
    """Return alerts with learned reasons, most probable first, ties by the rules' order."""
    ordered = sorted(zip(_places(alerts, ranker), alerts, strict=True), key=lambda each: each[0])
    return [explained(ranker, alert) for _, alert in ordered]


def learned_neighbours(
    work: Work, queue: Queue, ranker: Ranker, alert: Alert
) -> tuple[str | None, str | None]:
    """Return the ids of the previous and next alert in learned order; None: none.

    Args:
        work: Any transaction.
        queue: The filter, and the user's clearance.
        ranker: The model.
        alert: May have left the queue.
    """
    first = queue_page(work, queue, View(rows=FIRST)).alerts
    here, *others = _places((alert, *first), ranker)
    before = max((each for each in others if each < here), default=None)
    after = min((each for each in others if each > here), default=None)
    return (before[-1] if before else None), (after[-1] if after else None)


def _places(alerts: Sequence[Alert], ranker: Ranker) -> list[tuple[float, int, str]]:
    chances = ranker.chances([values_of(alert) for alert in alerts])
    return [(-float(x), -alert.rank, alert.id) for x, alert in zip(chances, alerts, strict=True)]
