"""Records of the request pages: box rows, request page, and forms."""

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
    """Query of requests."""

    box: Box = "in"
    show: Show = "open"
    after: _Place = 0  # number of rows to skip


class RequestRow(Record, frozen=True, kw_only=True):
    """A request in a box; unknown values are None."""

    number: int  # in the page address
    id: str
    peer: str  # the other side; "": unknown by now
    state: State
    kind: Kind | None
    facts: str  # first words
    purpose: Purpose | None
    tlp: Tlp | None
    deadline: date | None
    overdue: int  # days; 0: not overdue
    urgency: Urgency
    open_items: int  # neither answered in full nor refused
    items: int


class RequestsPage(Record, frozen=True, kw_only=True):
    """A box of requests: overdue first, then by deadline."""

    asked: RequestsAsked
    day: date
    rows: tuple[RequestRow, ...]
    counts: dict[Box, dict[Show, int]]
    names: dict[str, str]
    more: int | None  # `after` of the next page; None: last page
    cut: bool  # more requests exist than are examined


class AskingTold(Record, frozen=True, kw_only=True):
    """The state of a request."""

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
    destroyed: int  # recalled messages, whose content is unknown


class RequestPage(Record, frozen=True, kw_only=True):
    """A request, its statements, and possible replies."""

    number: int
    own: str  # this node
    box: Box
    day: date
    overdue: int  # days; 0: not overdue
    known: AskingTold
    acts: tuple[Act, ...]
    fates: dict[str, Fate]  # delivery status by message
    links: dict[str, str]  # addresses of subjects known here, by "node ref"
    names: dict[str, str]  # of nodes
    group: str  # name of its group, if this node's; "": none


class AboutWritten(Record, frozen=True, kw_only=True):
    """Subject of a request as entered; ignored without a reference."""

    kind: Subject = "incident"
    node: Short = ""
    ref: Short = ""


class Requesting(Record, frozen=True, kw_only=True):
    """A request to send."""

    to: Short  # node
    kind: Kind
    purpose: Purpose
    facts: Text
    items: tuple[Text, ...]  # items requested, in order
    about: tuple[AboutWritten, ...] = ()
    instrument: Short = ""  # of instruments.toml
    basis: Text = ""  # legal basis, in words
    authority: Short = ""  # requesting authority
    procedure: Text = ""  # required form of the answer
    deadline: date | None = None
    urgency: Urgency = "routine"
    why_urgent: Text = ""
    tlp: Tlp = "amber"
    pap: Pap = "red"
    group: Short = ""


class RequestForm(Record, frozen=True, kw_only=True):
    """The form of a request."""

    fields: dict[str, str]  # form values, by name
    items: tuple[str, ...]
    problems: tuple[Problem, ...]


class NewAsked(Record, frozen=True, kw_only=True):
    """Initial values of the request form."""

    to: Short = ""
    kind: Kind = "information"
    about_kind: Subject = "incident"
    about_node: Short = ""
    about_ref: Short = ""


class Answering(Record, frozen=True, kw_only=True):
    """An answer, for the purpose of the request and no other."""

    text: Text
    items: tuple[Number, ...] = ()  # answered in full
    partly: tuple[Number, ...] = ()
    bundles: tuple[Short, ...] = ()  # SHA-256 of attached evidence bundles
    tlp: Tlp | None = None  # None: that of the request


class Refusing(Record, frozen=True, kw_only=True):
    """A refusal of some items."""

    items: tuple[Number, ...]
    ground: Ground
    why: Text


class Delaying(Record, frozen=True, kw_only=True):
    """A delay, or a precondition of the answer."""

    until: date | None = None
    needs: Text = ""
    why: Text = ""


class Withdrawing(Record, frozen=True, kw_only=True):
    """A withdrawal."""

    why: Text


class Requested(Record, frozen=True, kw_only=True):
    """A request after a statement."""

    number: int
    id: str
    state: State


def shown_request(known: Asking, destroyed: int) -> AskingTold:
    """Return the state of a request; statements without effect are reduced to the reason.

    Args:
        known: The state.
        destroyed: Number of its messages that were recalled.
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
