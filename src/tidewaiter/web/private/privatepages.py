"""Records of the pages of private questions."""

from typing import Annotated

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.exchange.markings import Purpose
from tidewaiter.exchange.private.parties import Party
from tidewaiter.exchange.private.types import DAYS, MOST_BUDGET, SLOTS
from tidewaiter.exchange.relations import Standing as Relation
from tidewaiter.store.answerable import Part
from tidewaiter.store.budgets import Standing
from tidewaiter.store.offers import Offer
from tidewaiter.store.questionrows import Line
from tidewaiter.store.questions import Shown
from tidewaiter.web.casework import Short

Long = Annotated[str, msgspec.Meta(max_length=1_000)]


class PrivatePeer(Record, frozen=True, kw_only=True):
    """A peer, and what each side may ask the other."""

    key: str  # of its page
    node: str
    name: str
    country: str
    relation: Relation
    may_ask: Standing | None  # it may ask us; None: it is offered nothing
    may_be_asked: Standing | None  # we may ask it; None: it offers nothing


class PrivatePage(Record, frozen=True, kw_only=True):
    """Who may ask whom, and the questions of both sides, the last first."""

    able: bool  # whether the extra "psi" is installed here
    peers: tuple[PrivatePeer, ...]
    questions: tuple[Line, ...]  # the last of them


class QuestionPage(Record, frozen=True, kw_only=True):
    """A question, and what came of it where this node asked."""

    peer_name: str
    shown: Shown


class Number(Record, frozen=True, kw_only=True):
    """A number of a party."""

    scheme: Short
    value: Short = ""


class AskedParty(Record, frozen=True, kw_only=True):
    """A party that is asked for: a name counts with a postcode in the address."""

    name: Long = ""
    address: Long = ""
    country: Short = ""  # two letters
    phone: Short = ""
    email: Short = ""
    numbers: tuple[Number, ...] = ()

    def party(self) -> Party:
        """Return it as it is asked for."""
        told = [(each.scheme, each.value) for each in self.numbers]
        told += [("phone", self.phone), ("email", self.email)]
        return Party(
            name=self.name,
            address=self.address,
            country=self.country.strip().upper(),
            numbers=tuple((scheme, value.strip()) for scheme, value in told if value.strip()),
        )


class Asking(Record, frozen=True, kw_only=True):
    """A question: parties whose keys fit into one; those of which nothing is said are left out."""

    peer: Short  # node
    purpose: Purpose
    parties: tuple[AskedParty, ...]


class Letting(Record, frozen=True, kw_only=True):
    """What a peer is let ask, from now on and for some days; it replaces what was before."""

    peer: Short  # node
    budget: Annotated[int, msgspec.Meta(ge=SLOTS, le=MOST_BUDGET)] = 3 * SLOTS
    purposes: Annotated[tuple[Purpose, ...], msgspec.Meta(min_length=1)]
    parts: tuple[Part, ...] = ("confirmed",)
    days: Annotated[int, msgspec.Meta(ge=1, le=DAYS)] = 30


class Ending(Record, frozen=True, kw_only=True):
    """Whom nothing is answered any more."""

    peer: Short  # node


class Ended(Record, frozen=True, kw_only=True):
    """The peer that may ask no more."""

    peer: str


class LetPage(Record, frozen=True, kw_only=True):
    """What a peer was let ask, and from how much it is answered."""

    offer: Offer
    parties: int
    keyless: int  # of them: too little is known of them to be found
    keys: int  # of parties, without those that fill the filter up
