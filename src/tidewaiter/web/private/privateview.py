"""Private questions in words: offers, what is left of budgets, and what came of questions."""

from collections.abc import Mapping

from tidewaiter.base.records import Record
from tidewaiter.exchange.private.types import SLOTS, Code
from tidewaiter.report.languages import counted, day, words
from tidewaiter.report.languages import marked as _
from tidewaiter.store.answerable import Part
from tidewaiter.store.budgets import Standing
from tidewaiter.store.questionrows import Line
from tidewaiter.store.questions import Found
from tidewaiter.store.sessions import User
from tidewaiter.web.markingwords import PURPOSES, purpose_choices
from tidewaiter.web.peersview import standing_in_words
from tidewaiter.web.privatepages import PrivatePage, PrivatePeer, QuestionPage

_CODES: Mapping[Code, str] = {
    "off": _("no question is answered under this offer"),
    "ended": _("the offer has ended"),
    "purpose": _("no question is answered for this purpose"),
    "over-budget": _("the budget of this day is used up"),
    "not-able": _("the extra “psi” is missing there"),
}
_STATES: Mapping[str, str] = {
    "asked": _("no answer yet"),
    "answered": _("answered"),
    "refused": _("refused"),
    "recalled": _("the answer was recalled, and is forgotten"),
}
_KEYS: Mapping[str, str] = {
    "lei": "LEI",
    "uscc": "USCC",
    "rfc": "RFC",
    "inn": "INN",
    "ogrn": "OGRN",
    "imo": "IMO",
    "imo-company": _("IMO number of a company"),
    "tax": _("tax number"),
    "eori": "EORI",
    "registration": _("company number"),
    "phone": _("telephone"),
    "email": _("e-mail"),
    "name": _("name and postcode"),
}
_PARTS: Mapping[Part, str] = {
    "confirmed": _("alerts that an officer has confirmed"),
    "cases": _("alerts in cases that are open or were closed as confirmed"),
    "joined": _("other spellings of the same parties too"),
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
    """An open offer in words."""

    left: str
    used_up: bool
    until: str
    purposes: str
    note: str  # why nothing can be asked; "": it can


class PeerView(Record, frozen=True, kw_only=True):
    """A peer in words."""

    peer: PrivatePeer
    relation: str
    may_ask: OfferView | None
    may_be_asked: OfferView | None


class LineView(Record, frozen=True, kw_only=True):
    """A question in words."""

    line: Line
    peer: str
    purpose: str
    state: str
    why: str  # it was refused


class PrivateView(Record, frozen=True, kw_only=True):
    """The page in words."""

    peers: tuple[PeerView, ...]
    lines: tuple[LineView, ...]
    relates: bool
    may_let: Choices  # peers that can be let ask
    may_be_asked: Choices
    purposes: Choices
    parts: Choices
    schemes: Choices
    slots: int


class FoundView(Record, frozen=True, kw_only=True):
    """A party of a question in words."""

    name: str
    told: tuple[str, ...]  # what else was said of it
    result: str
    hit: bool


class QuestionView(Record, frozen=True, kw_only=True):
    """A question in words."""

    line: LineView
    parties: tuple[FoundView, ...]
    hits: int


def private_view(page: PrivatePage, user: User) -> PrivateView:
    """Put the page into words."""
    names = {each.node: each.name for each in page.peers}
    rows = tuple(map(_peer, page.peers))
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
    """Put a question into words."""
    found = tuple(_found(page.shown.line, each) for each in page.shown.parties)
    return QuestionView(
        line=_line(page.shown.line, page.peer_name),
        parties=found,
        hits=sum(1 for each in found if each.hit),
    )


def _peer(peer: PrivatePeer) -> PeerView:
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
        note = words("it has ended")
    elif not standing.whole:
        note = words("not all of it has come yet")
    elif not count:
        note = words("the budget of this day is used up")
    return OfferView(
        left=counted("%(num)s more question today", "%(num)s more questions today", count)
        % {"num": count},
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
        result = words("a hit, by: {ways}").format(ways=ways)
    else:
        result = words("not among what it answers from")
    return FoundView(
        name=party.name, told=told, result=result, hit=bool(found.by and line.state == "answered")
    )


def _called(scheme: str) -> str:
    return words(_SCHEMES.get(scheme) or _KEYS.get(scheme) or scheme)
