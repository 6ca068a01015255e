"""Events: what either side does to a notice, each in a chain of its own side."""

from datetime import date, datetime
from typing import Literal

from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.types import Amount, Notice

Side = Literal["exporter", "importer"]
"""Whose authority an event is of. The exporter's owns the notice."""

ObjectionCode = Literal[
    "importer not licensed",
    "importer unknown",
    "importer denies order",
    "permit missing",
    "quantity exceeds need",
    "end use not accepted",
    "substance prohibited",
    "suspected diversion",
    "papers inconsistent",
    "other",
]
"""Why an importing authority objects."""

LicenceCheck = Literal["not checked", "holds", "does not hold"]
"""What the importing authority found of the importer's licence."""

Outcome = Literal["shipped", "not shipped", "arrived", "diverted", "sent back"]
"""What became of goods: they left, or never will; they came; they went elsewhere; they returned."""


class Sent(Record, frozen=True, kw_only=True, tag="sent"):
    """The exporting side sends the first version."""

    notice: Notice


class Amended(Record, frozen=True, kw_only=True, tag="amended"):
    """The exporting side sends the next version, which takes the place of the one before."""

    notice: Notice
    reason: str = ""


class Withdrawn(Record, frozen=True, kw_only=True, tag="withdrawn"):
    """The exporting side takes the notice back, for good."""

    reason: str = ""


class Answered(Record, frozen=True, kw_only=True, tag="answered"):
    """The exporting side answers a query."""

    query: str  # id of the event
    text: str


class Viewed(Record, frozen=True, kw_only=True, tag="viewed"):
    """Someone of the importing side has opened it."""


class Acknowledged(Record, frozen=True, kw_only=True, tag="acknowledged"):
    """The importing side says that it has it. That decides nothing."""


class LineAmount(Record, frozen=True, kw_only=True):
    """An amount of one line."""

    line: int
    amount: Amount


class NoObjection(Record, frozen=True, kw_only=True, tag="no-objection"):
    """The importing side does not object."""

    conditions: tuple[str, ...] = ()
    allowed: tuple[LineAmount, ...] = ()  # less than was notified; a line left out: all of it
    importer_licence: LicenceCheck = "not checked"
    decided_by: str


class Objected(Record, frozen=True, kw_only=True, tag="objection"):
    """The importing side objects."""

    code: ObjectionCode
    text: str = ""
    conditions: tuple[str, ...] = ()  # on which the objection would fall
    importer_licence: LicenceCheck = "not checked"
    decided_by: str


class Queried(Record, frozen=True, kw_only=True, tag="query"):
    """The importing side asks something before it decides: the notice is under enquiry."""

    text: str


class MoreTime(Record, frozen=True, kw_only=True, tag="more-time"):
    """The importing side needs longer: the last day for its answer moves."""

    until: date
    reason: str = ""


class NotForUs(Record, frozen=True, kw_only=True, tag="not-for-us"):
    """The importing side is not the authority for this."""

    reason: str = ""
    whose: str = ""  # the authority that is, as far as it knows


class Returned(Record, frozen=True, kw_only=True, tag="return"):
    """Return information: what was really shipped, or became of it."""

    outcome: Outcome
    on: date
    lines: tuple[LineAmount, ...] = ()  # actual quantities
    permit: str = ""  # number of the permit that it is written off
    incident: str = ""  # reference of the incident it led to
    last: bool = True  # of several shipments: no more will follow
    note: str = ""


class Recalled(Record, frozen=True, kw_only=True, tag="recalled"):
    """What stood here is destroyed, as its side recalled it: it counts as never said."""


What = (
    Sent
    | Amended
    | Withdrawn
    | Answered
    | Viewed
    | Acknowledged
    | NoObjection
    | Objected
    | Queried
    | MoreTime
    | NotForUs
    | Returned
    | Recalled
)
"""What an event can be."""

EXPORTER_ONLY: frozenset[type] = frozenset({Sent, Amended, Withdrawn, Answered})
"""What the exporting side alone may do."""

IMPORTER_ONLY: frozenset[type] = frozenset(
    {Viewed, Acknowledged, NoObjection, Objected, Queried, MoreTime, NotForUs}
)
"""What the importing side alone may do."""

OTHER: dict[Side, Side] = {"exporter": "importer", "importer": "exporter"}
"""The side across from each."""

OUTCOMES: dict[Side, frozenset[str]] = {
    "exporter": frozenset({"shipped", "not shipped", "diverted", "sent back"}),
    "importer": frozenset({"arrived", "diverted", "sent back"}),
}
"""What return information each side can give: what left, and what came."""


class Event(Record, frozen=True, kw_only=True):
    """One act of one side. The events of a side are a chain: 1, 2, 3 ..."""

    id: str
    notice: str  # reference
    by: Side  # whoever receives it compares this with who sent it
    seq: int  # in the chain of its side and notice, from 1
    seen: int = 0  # the last event of the other side that it takes into account; 0: none
    version: int  # of the notice, that it is about
    at: datetime  # as its side's clock says: shown, and never compared with the other's
    what: What


def word_of(what: Record) -> str:
    """Return the word of a kind, as it stands in messages."""
    return str(type(what).__struct_config__.tag)
