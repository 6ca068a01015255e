"""Records of the pages of requests: rows of the boxes, the page of one, and what is sent."""

from datetime import date
from typing import Annotated

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.exchange.problems import Problem
from tidewaiter.exchange.protocol.envelopes import Said
from tidewaiter.exchange.protocol.markings import Pap, Purpose, Tlp
from tidewaiter.exchange.requests.state import Act, Asking, Box, ItemState, Show, State
from tidewaiter.exchange.requests.types import (
    Answer,
    Delay,
    Ground,
    Kind,
    Refusal,
    Request,
    Subject,
    Urgency,
    Withdrawal,
)
from tidewaiter.store.recalls.compliance import Fate
from tidewaiter.web.incidents.schemas import UnheededTold

Text = Annotated[str, msgspec.Meta(max_length=10_000)]
Short = Annotated[str, msgspec.Meta(max_length=200)]
Number = Annotated[int, msgspec.Meta(ge=1, le=100)]
_Place = Annotated[int, msgspec.Meta(ge=0, le=2**31)]


class RequestsAsked(Record, frozen=True, kw_only=True):
    """Which requests are wanted."""

    box: Box = "in"
    show: Show = "open"
    after: _Place = 0  # how many of them come before


class RequestRow(Record, frozen=True, kw_only=True):
    """A request in a box; what is not here is None."""

    number: int  # in the address of its page
    id: str
    peer: str  # the other side; "": it is not known any more
    state: State
    kind: Kind | None
    facts: str  # the first words
    purpose: Purpose | None
    tlp: Tlp | None
    deadline: date | None
    overdue: int  # days; 0: it is not
    urgency: Urgency
    open_items: int  # that are neither answered in full nor refused
    items: int


class RequestsPage(Record, frozen=True, kw_only=True):
    """A box of requests: what is late first, then by the day of the answer."""

    asked: RequestsAsked
    day: date
    rows: tuple[RequestRow, ...]
    counts: dict[Box, dict[Show, int]]
    names: dict[str, str]
    more: int | None  # `after` of the next page; None: this is the last
    cut: bool  # there are more requests here than are looked at


class AskingTold(Record, frozen=True, kw_only=True):
    """All that is known of a request."""

    id: str
    asker: str
    request: Said[Request] | None
    answers: tuple[Said[Answer], ...]
    refusals: tuple[Said[Refusal], ...]
    delays: tuple[Said[Delay], ...]
    withdrawal: Said[Withdrawal] | None
    items: dict[int, ItemState]  # by number
    state: State
    unheeded: tuple[UnheededTold, ...]
    destroyed: int  # messages that were recalled, so that nothing is known of them


class RequestPage(Record, frozen=True, kw_only=True):
    """A request, what was said to it, and what this node may say now."""

    number: int
    own: str  # this node
    box: Box
    day: date
    overdue: int  # days; 0: it is not
    known: AskingTold
    acts: tuple[Act, ...]
    fates: dict[str, Fate]  # by message: what became of it
    links: dict[str, str]  # addresses of what it is about and is known here, by "node ref"
    names: dict[str, str]  # of nodes
    group: str  # name of the group that it is for, where that is this node's; "": none


class AboutWritten(Record, frozen=True, kw_only=True):
    """What a request is about, as somebody writes it; without a reference it is nothing."""

    kind: Subject = "incident"
    node: Short = ""
    ref: Short = ""


class Requesting(Record, frozen=True, kw_only=True):
    """A request to be made."""

    to: Short  # node
    kind: Kind
    purpose: Purpose
    facts: Text
    items: tuple[Text, ...]  # what is asked, one thing after the other
    about: tuple[AboutWritten, ...] = ()
    instrument: Short = ""  # of instruments.toml
    basis: Text = ""  # legal basis, in words
    authority: Short = ""  # on whose behalf
    procedure: Text = ""  # a form that the answer must have
    deadline: date | None = None
    urgency: Urgency = "routine"
    why_urgent: Text = ""
    tlp: Tlp = "amber"
    pap: Pap = "red"
    group: Short = ""


class RequestForm(Record, frozen=True, kw_only=True):
    """The form of a request."""

    fields: dict[str, str]  # what stands in it, by name
    items: tuple[str, ...]
    problems: tuple[Problem, ...]


class NewAsked(Record, frozen=True, kw_only=True):
    """What stands in the form of a request at first."""

    to: Short = ""
    kind: Kind = "information"
    about_kind: Subject = "incident"
    about_node: Short = ""
    about_ref: Short = ""


class Answering(Record, frozen=True, kw_only=True):
    """An answer, for the purpose of the request and no other."""

    text: Text
    items: tuple[Number, ...] = ()  # that it answers in full
    partly: tuple[Number, ...] = ()
    bundles: tuple[Short, ...] = ()  # SHA-256 of evidence bundles that belong to it
    tlp: Tlp | None = None  # None: that of the request


class Refusing(Record, frozen=True, kw_only=True):
    """That some of what is asked is not answered."""

    items: tuple[Number, ...]
    ground: Ground
    why: Text


class Delaying(Record, frozen=True, kw_only=True):
    """That the answer comes later, or needs something first."""

    until: date | None = None
    needs: Text = ""
    why: Text = ""


class Withdrawing(Record, frozen=True, kw_only=True):
    """That nothing is asked any more."""

    why: Text


class Requested(Record, frozen=True, kw_only=True):
    """A request after something was said to it."""

    number: int
    id: str
    state: State


def asking_told(known: Asking, destroyed: int) -> AskingTold:
    """Tell what is known of a request; of what changes nothing, why, and not what it said.

    Args:
        known: It.
        destroyed: How many messages of it were recalled.
    """
    return AskingTold(
        id=known.id,
        asker=known.asker,
        request=known.request,
        answers=known.answers,
        refusals=known.refusals,
        delays=known.delays,
        withdrawal=known.withdrawal,
        items=dict(known.items),
        state=known.state,
        destroyed=destroyed,
        unheeded=tuple(
            UnheededTold(sender=each.said.sender, at=each.said.at, why=each.why)
            for each in known.unheeded
        ),
    )
