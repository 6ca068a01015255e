"""The boxes of requests in words: what is late, when the rest is due, and how much is open."""

from typing import get_args
from urllib.parse import urlencode

from tidewaiter.base.records import Record
from tidewaiter.exchange.requests.boxes import Box, Show
from tidewaiter.report.languages import counted, words
from tidewaiter.web.markingwords import PURPOSES
from tidewaiter.web.requestrows import RequestRow, RequestsPage
from tidewaiter.web.requestwords import KINDS, SHOWS, STATES, URGENCIES, days_left


class Tab(Record, frozen=True, kw_only=True):
    """A way to see some of the requests."""

    label: str
    address: str
    count: int
    here: bool


class RequestLine(Record, frozen=True, kw_only=True):
    """A request of a box in words."""

    row: RequestRow
    peer: str
    kind: str
    purpose: str
    state: str
    left: str  # until the deadline; "": there is none, or nothing is waited for
    urgency: str  # "": it is routine
    items: str


class RequestsView(Record, frozen=True, kw_only=True):
    """A box in words."""

    boxes: tuple[Tab, ...]
    tabs: tuple[Tab, ...]
    lines: tuple[RequestLine, ...]
    more: str  # address of the next page; "": this is the last
    keys: tuple[tuple[str, str], ...]


def requests_view(page: RequestsPage) -> RequestsView:
    """Put a box of requests into words."""
    asked = page.asked
    labels: dict[Box, str] = {"in": words("Asked of us"), "out": words("Asked by us")}
    return RequestsView(
        boxes=tuple(
            Tab(
                label=labels[box],
                address=_address(box, "open"),
                count=page.counts[box]["open"],
                here=box == asked.box,
            )
            for box in get_args(Box)
        ),
        tabs=tuple(
            Tab(
                label=words(SHOWS[show]),
                address=_address(asked.box, show),
                count=page.counts[asked.box][show],
                here=show == asked.show,
            )
            for show in get_args(Show)
        ),
        lines=tuple(_line(each, page) for each in page.rows),
        more=_address(asked.box, asked.show, page.more) if page.more else "",
        keys=(
            ("n", words("Ask a peer")),
            ("i", words("What is asked of us")),
            ("o", words("What we ask")),
        ),
    )


def _address(box: Box, show: Show, after: int = 0) -> str:
    told = {"box": box, "show": show, **({"after": after} if after else {})}
    return f"/requests?{urlencode(told)}"


def _line(row: RequestRow, page: RequestsPage) -> RequestLine:
    waits = row.deadline is not None and row.state in {"open", "partly"}
    text = counted("%(open)s of %(num)s thing open", "%(open)s of %(num)s things open", row.items)
    return RequestLine(
        row=row,
        peer=page.names.get(row.peer, row.peer),
        kind=words(KINDS[row.kind]) if row.kind else "",
        purpose=words(PURPOSES[row.purpose]) if row.purpose else "",
        state=words(STATES[row.state]),
        left=days_left((row.deadline - page.day).days) if waits and row.deadline else "",
        urgency="" if row.urgency == "routine" else words(URGENCIES[row.urgency]),
        items=text % {"num": row.items, "open": row.open_items} if row.items else "",
    )
