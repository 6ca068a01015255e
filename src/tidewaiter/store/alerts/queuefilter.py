"""What someone asks of the queue: a filter, an order, and what they may see."""

from datetime import date
from typing import Literal

from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import Status
from tidewaiter.consignments.types import Severity

Sort = Literal[
    "rank", "due", "-due", "newest", "oldest", "score", "-score", "consignment", "-consignment"
]
"""rank: the severity first, then what rests on a list, then the day on which it is due, then the
points of the order of work. due: the soonest first. score: the
highest first. "-" turns the order round; an alert without a due day is last in either."""


class AlertFilter(Record, frozen=True, kw_only=True):
    """Which alerts to show; what is empty does not matter. Of several values, any will do."""

    severity: tuple[Severity, ...] = ()
    status: tuple[Status, ...] = ()
    assignee: str | None = None  # "": nobody
    substance: tuple[str, ...] = ()  # slugs
    rule: tuple[str, ...] = ()  # of its reasons, and of the notes since
    country: tuple[str, ...] = ()  # of the goods, a stop or a party: ISO 3166-1 alpha-2
    origin: str | None = None  # country that the goods are sent from
    destination: str | None = None  # country that they are bound for
    party: str | None = None  # a name in the papers, or its beginning
    entry: str | None = None  # of a list that the alert rests on: "LIST/ID"
    consignment: str | None = None
    source: int | None = None  # id of the file
    screening: int | None = None  # id of the one that first found it
    due_within: int | None = None  # days from today; -1: those whose day is past
    due_from: date | None = None
    due_to: date | None = None  # the day itself too
    day_from: date | None = None  # of the law that it was screened by
    day_to: date | None = None
    proposed: bool = False  # only those of which a decision waits for a second officer
    words: str = ""  # all of them occur in the goods, the title, the parties or the numbers


class Queue(Record, frozen=True, kw_only=True):
    """The queue as someone sees it."""

    wanted: AlertFilter = AlertFilter()
    today: date
    cleared: bool  # for restricted entries; who is not does not see alerts that rest on them


class View(Record, frozen=True, kw_only=True):
    """Which page of the queue to show."""

    sort: Sort = "rank"
    after: str | None = None  # id of the last alert of the page before
    before: str | None = None  # id of the first alert of the page behind
    rows: int = 50
