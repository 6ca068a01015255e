"""The query of the queue's address: the filter, the order and the page, to be kept and shared."""

from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode

import msgspec

from tidewaiter.casework.decisions import Status
from tidewaiter.store.queuefilter import AlertFilter, Queue, Sort, View
from tidewaiter.store.sessions import User
from tidewaiter.web.asking import formed
from tidewaiter.web.node import Node
from tidewaiter.web.toasts import Did

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
