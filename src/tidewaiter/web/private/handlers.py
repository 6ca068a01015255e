"""Private queries: offers, budgets, queries and answers."""

from collections.abc import Mapping
from datetime import UTC
from functools import partial
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody
from msgspec import structs

from tidewaiter.base.records import Record
from tidewaiter.exchange.private.intersection import Party, is_there
from tidewaiter.exchange.private.messages import DAYS, MOST_BUDGET, SLOTS, Code
from tidewaiter.exchange.protocol.markings import Purpose
from tidewaiter.exchange.protocol.relations import Standing as Relation
from tidewaiter.explain.languages import day, numbered, words
from tidewaiter.explain.languages import marked as _
from tidewaiter.node.network.resolution import take_up
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.core.database import Work
from tidewaiter.store.peers.directory import Known, find_peer, peers
from tidewaiter.store.private.offers import Offer, Part, end_offer
from tidewaiter.store.private.questions import (
    Found,
    Line,
    Shown,
    Standing,
    ask,
    find_question,
    questions,
    standing_of,
)
from tidewaiter.transport.private import Allowing, allow
from tidewaiter.web.cases.steps import Short
from tidewaiter.web.core.exchange_terms import PURPOSES, purpose_choices
from tidewaiter.web.core.node import Node, Number, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked
from tidewaiter.web.core.responses import done, reply
from tidewaiter.web.core.security import may
from tidewaiter.web.peers.schemas import peer_key
from tidewaiter.web.peers.views import standing_in_words

Long = Annotated[str, msgspec.Meta(max_length=1_000)]


class PrivatePeer(Record, frozen=True, kw_only=True):
    """A peer, and the permissions of both sides."""

    key: str  # of its page
    node: str
    name: str
    country: str
    relation: Relation
    may_ask: Standing | None  # its queries to us; None: no offer to it
    may_be_asked: Standing | None  # our queries to it; None: no offer from it


class PrivatePage(Record, frozen=True, kw_only=True):
    """Permissions, and the queries of both sides, latest first."""

    able: bool  # the extra "psi" is installed
    peers: tuple[PrivatePeer, ...]
    questions: tuple[Line, ...]  # latest ones


class QuestionPage(Record, frozen=True, kw_only=True):
    """A query, and its result if made by this node."""

    peer_name: str
    shown: Shown


class PartyNumber(Record, frozen=True, kw_only=True):
    """A number of a party."""

    scheme: Short
    value: Short = ""


class AskedParty(Record, frozen=True, kw_only=True):
    """A party to query; a name needs a postcode in the address."""

    name: Long = ""
    address: Long = ""
    country: Short = ""  # two letters
    phone: Short = ""
    email: Short = ""
    numbers: tuple[PartyNumber, ...] = ()

    def party(self) -> Party:
        """Return the party as a query input."""
        told = [(each.scheme, each.value) for each in self.numbers]
        told += [("phone", self.phone), ("email", self.email)]
        return Party(
            name=self.name,
            address=self.address,
            country=self.country.strip().upper(),
            numbers=tuple((scheme, value.strip()) for scheme, value in told if value.strip()),
        )


class Asking(Record, frozen=True, kw_only=True):
    """A query: parties with keys that fit into one; empty ones are ignored."""

    peer: Short  # node
    purpose: Purpose
    parties: tuple[AskedParty, ...]


class Letting(Record, frozen=True, kw_only=True):
    """Permission for a peer for some days; replaces an earlier one."""

    peer: Short  # node
    budget: Annotated[int, msgspec.Meta(ge=SLOTS, le=MOST_BUDGET)] = 3 * SLOTS
    purposes: Annotated[tuple[Purpose, ...], msgspec.Meta(min_length=1)]
    parts: tuple[Part, ...] = ("confirmed",)
    days: Annotated[int, msgspec.Meta(ge=1, le=DAYS)] = 30


class Ending(Record, frozen=True, kw_only=True):
    """A peer that loses its permission."""

    peer: Short  # node


class Ended(Record, frozen=True, kw_only=True):
    """The peer that lost its permission."""

    peer: str


class LetPage(Record, frozen=True, kw_only=True):
    """The permission granted, and its size."""

    offer: Offer
    parties: int
    keyless: int  # parties without usable keys
    keys: int  # keys of parties, without padding


_CODES: Mapping[Code, str] = {
    "off": _("no questions are answered under this permission"),
    "ended": _("the permission has ended"),
    "purpose": _("questions for this purpose are not answered"),
    "over-budget": _("the budget for today is used up"),
    "not-able": _("the extra “psi” is not installed at the peer"),
}
_STATES: Mapping[str, str] = {
    "asked": _("no reply yet"),
    "answered": _("answered"),
    "refused": _("refused"),
    "recalled": _("the reply was recalled and deleted"),
}
_KEYS: Mapping[str, str] = {
    "lei": "LEI",
    "uscc": "USCC",
    "rfc": "RFC",
    "inn": "INN",
    "ogrn": "OGRN",
    "imo": "IMO",
    "imo-company": _("IMO company number"),
    "tax": _("tax number"),
    "eori": "EORI",
    "registration": _("company number"),
    "phone": _("telephone"),
    "email": _("e-mail"),
    "name": _("name and postcode"),
}
_PARTS: Mapping[Part, str] = {
    "confirmed": _("alerts confirmed by an officer"),
    "cases": _("alerts in cases that are open or closed as confirmed"),
    "joined": _("including other spellings of the same parties"),
}
_SCHEMES: Mapping[str, str] = {
    "lei": "LEI",
    "vat": _("VAT or tax number"),
    "eori": "EORI",
    "registration": _("company number"),
    "uscc": "USCC",
    "rfc": "RFC",
    "inn": "INN",
    "ogrn": "OGRN",
    "imo": "IMO",
}
Choices = tuple[tuple[str, str], ...]


class OfferView(Record, frozen=True, kw_only=True):
    """An open offer, as displayed."""

    left: str
    used_up: bool
    until: str
    purposes: str
    note: str  # why queries are not possible; "": they are


class PeerView(Record, frozen=True, kw_only=True):
    """A peer, as displayed."""

    peer: PrivatePeer
    relation: str
    may_ask: OfferView | None
    may_be_asked: OfferView | None


class LineView(Record, frozen=True, kw_only=True):
    """A question, as displayed."""

    line: Line
    peer: str
    purpose: str
    state: str
    why: str  # of refusal


class PrivateView(Record, frozen=True, kw_only=True):
    """The page, as displayed."""

    peers: tuple[PeerView, ...]
    lines: tuple[LineView, ...]
    relates: bool
    may_let: Choices  # peers that can be permitted
    may_be_asked: Choices
    purposes: Choices
    parts: Choices
    schemes: Choices
    slots: int


class FoundView(Record, frozen=True, kw_only=True):
    """A party of a question, as displayed."""

    name: str
    told: tuple[str, ...]  # further identifiers
    result: str
    hit: bool


class QuestionView(Record, frozen=True, kw_only=True):
    """A question, as displayed."""

    line: LineView
    parties: tuple[FoundView, ...]
    hits: int


def private_view(page: PrivatePage, user: User) -> PrivateView:
    """Render the page as text."""
    names = {each.node: each.name for each in page.peers}
    rows = tuple(map(_peer_view, page.peers))
    return PrivateView(
        peers=rows,
        lines=tuple(_line(each, names.get(each.peer, "")) for each in page.questions),
        relates="relate" in user.rights,
        may_let=tuple(
            (each.node, each.name or each.node) for each in page.peers if each.relation == "active"
        ),
        may_be_asked=tuple(
            (each.peer.node, each.peer.name or each.peer.node)
            for each in rows
            if each.may_be_asked and not each.may_be_asked.note
        ),
        purposes=purpose_choices(),
        parts=tuple((part, words(says)) for part, says in _PARTS.items()),
        schemes=tuple((scheme, words(says)) for scheme, says in _SCHEMES.items()),
        slots=SLOTS,
    )


def question_view(page: QuestionPage) -> QuestionView:
    """Render a question as text."""
    found = tuple(_found(page.shown.line, each) for each in page.shown.parties)
    return QuestionView(
        line=_line(page.shown.line, page.peer_name),
        parties=found,
        hits=sum(1 for each in found if each.hit),
    )


def _peer_view(peer: PrivatePeer) -> PeerView:
    return PeerView(
        peer=peer,
        relation=standing_in_words(peer.relation),
        may_ask=_offer(peer.may_ask) if peer.may_ask else None,
        may_be_asked=_offer(peer.may_be_asked) if peer.may_be_asked else None,
    )


def _offer(standing: Standing) -> OfferView:
    count = standing.left // SLOTS
    note = ""
    if standing.ended:
        note = words("the permission has ended")
    elif not standing.whole:
        note = words("not fully received yet")
    elif not count:
        note = words("the budget for today is used up")
    return OfferView(
        left=numbered("%(num)s question left today", "%(num)s questions left today", count),
        used_up=not count,
        until=day(standing.offer.until),
        purposes=", ".join(words(PURPOSES[each]) for each in standing.purposes),
        note=note,
    )


def _line(line: Line, name: str) -> LineView:
    why = ""
    if line.code:
        says = _CODES.get(line.code)  # type: ignore[call-overload]
        why = words(says) if says else line.code
    purpose = PURPOSES.get(line.purpose)  # type: ignore[call-overload]
    return LineView(
        line=line,
        peer=name or line.peer,
        purpose=words(purpose) if purpose else line.purpose,
        state=words(_STATES[line.state]),
        why=why,
    )


def _found(line: Line, found: Found) -> FoundView:
    party = found.party
    numbers = tuple(f"{_called(scheme)} {value}" for scheme, value in party.numbers)
    told = tuple(filter(None, (party.address, party.country, *numbers)))
    if line.state != "answered":
        result = words(_STATES[line.state])
    elif found.by:
        ways = ", ".join(words(_KEYS.get(each, each)) for each in found.by)
        result = words("match on: {ways}").format(ways=ways)
    else:
        result = words("no match in the data searched")
    return FoundView(
        name=party.name, told=told, result=result, hit=bool(found.by and line.state == "answered")
    )


def _called(scheme: str) -> str:
    return words(_SCHEMES.get(scheme) or _KEYS.get(scheme) or scheme)


_ROWS = 100  # questions


@get("/private", guards=[may("exchange")], sync_to_thread=True)
def private_page(request: Asked, node: TheNode, user: TheUser) -> Response[PrivatePage]:
    """Show permissions, today's remaining budgets, and queries."""
    page = _page(node)
    return reply(request, "private.html", page, view=lambda: private_view(page, user))


@get("/private/{number:int}", guards=[may("exchange")], sync_to_thread=True)
def question_page(request: Asked, node: TheNode, number: Number) -> Response[QuestionPage]:
    """Show a private query and its result."""
    with node.exchange() as (desk, work):
        shown = find_question(work, desk.ring.lock, number)
        known = find_peer(work, shown.line.peer)
    page = QuestionPage(peer_name=known.name if known else "", shown=shown)
    return reply(request, "private-question.html", page, view=lambda: question_view(page))


@post("/private", guards=[may("exchange")], sync_to_thread=True, makes=True)
def ask_privately(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[Asking]
) -> Response[Shown]:
    """Ask a peer whether it has seen some parties, without revealing them."""
    parties = [each.party() for each in data.parties]
    said = [each for each in parties if structs.replace(each, country="") != Party()]
    with node.exchange(user) as (desk, work):
        shown = ask(work, desk.ring.lock, data.peer, said, data.purpose)
    return done(request, shown, f"/private/{shown.line.number}", status=201)


@post("/private/offers", guards=[may("relate")], sync_to_thread=True, makes=True)
def let_ask(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[Letting]
) -> Response[LetPage]:
    """Permit a peer's queries, with a snapshot of the current parties."""
    allowing = Allowing(
        peer=data.peer,
        budget=data.budget,
        purposes=tuple(dict.fromkeys(data.purposes)),
        days=data.days,
        parts=frozenset(data.parts),
    )
    with node.exchange() as (desk, _):
        pass
    if "joined" in allowing.parts:
        take_up(node.database, partial(node.stamp, user))
    made = allow(desk, node.stamp(user), allowing)
    page = LetPage(offer=made.offer, parties=made.parties, keyless=made.keyless, keys=made.keys)
    return reply(request, "private-let.html", page, status=201)


@post("/private/offers/end", guards=[may("relate")], sync_to_thread=True)
def let_ask_no_more(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[Ending]
) -> Response[Ended]:
    """End a peer's permission; its secret is destroyed."""
    with node.exchange(user) as (desk, work):
        end_offer(work, desk.ring.lock, data.peer)
    return done(request, Ended(peer=data.peer), "/private")


def _page(node: Node) -> PrivatePage:
    with node.exchange() as (desk, work):
        return PrivatePage(
            able=is_there(),
            peers=tuple(_peer(work, desk.ring.lock, each, node) for each in peers(work)),
            questions=tuple(questions(work, rows=_ROWS)),
        )


def _peer(work: Work, safe: bytes, known: Known, node: Node) -> PrivatePeer:
    day = node.now().astimezone(UTC).date()  # budgets are per UTC day
    return PrivatePeer(
        key=peer_key(known.node),
        node=known.node,
        name=known.name,
        country=known.country,
        relation=known.relation.standing,
        may_ask=standing_of(work, safe, "holder", known.node, day),
        may_be_asked=standing_of(work, safe, "asker", known.node, day),
    )


HANDLERS = [private_page, question_page, ask_privately, let_ask, let_ask_no_more]
