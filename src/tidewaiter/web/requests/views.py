"""The page of a request in words: what is asked, for what alone, and what was said to it."""

from collections.abc import Collection, Iterator, Mapping

from tidewaiter.accounts.roles import Right
from tidewaiter.base.records import Record
from tidewaiter.exchange.markings import Marking, load_marking_rules
from tidewaiter.exchange.requests.instruments import load_instruments
from tidewaiter.exchange.requests.types import Answer, Delay, Refusal, Request
from tidewaiter.exchange.said import Said
from tidewaiter.report.languages import day, words
from tidewaiter.web.incidentwords import choices
from tidewaiter.web.markingwords import PURPOSES, MarkingView, marking_in_words, tlp_choices
from tidewaiter.web.peerkeys import peer_key
from tidewaiter.web.recallview import FateView, fates_view
from tidewaiter.web.requestrows import RequestPage
from tidewaiter.web.requestwords import (
    GROUNDS,
    ITEMS,
    KINDS,
    STATES,
    SUBJECTS,
    URGENCIES,
    days_left,
)


class AboutView(Record, frozen=True, kw_only=True):
    """What a request is about."""

    kind: str
    owner: str
    ref: str
    address: str  # of its page here; "": it is not known here


class ItemView(Record, frozen=True, kw_only=True):
    """A thing that is asked, and where it stands."""

    number: int
    text: str
    state: str
    open: bool  # an answer is waited for
    said: tuple[str, ...]  # places of what was said to it, as the page counts them


class SaidView(Record, frozen=True, kw_only=True):
    """What was said to a request, in words."""

    place: str  # on the page
    message: str
    sender: str
    name: str
    at: str
    what: str
    items: tuple[int, ...]
    partly: tuple[int, ...]
    texts: tuple[str, ...]  # in the words of whoever said it
    bundles: tuple[str, ...]
    label: str  # TLP of an answer; "": it has none of its own
    purposes: str  # for which alone it may be used; "": as the request


class RequestView(Record, frozen=True, kw_only=True):
    """The page of one in words."""

    peer: str
    kind: str
    state: str
    left: str
    late: bool
    urgency: str
    marking: MarkingView | None
    purpose: str
    instrument: str
    says: str  # what the instrument says, in our words
    url: str
    sure: bool  # what it says was read there
    about: tuple[AboutView, ...]
    items: tuple[ItemView, ...]
    said: tuple[SaidView, ...]  # in the order of their time
    fates: dict[str, FateView]
    grounds: tuple[tuple[str, str], ...]
    tlps: tuple[tuple[str, str], ...]
    tlp: str
    holds: bool  # the reader may put and lift holds
    places: dict[str, str]  # of peers in addresses, by node
    keys: tuple[tuple[str, str], ...]


def request_view(page: RequestPage, rights: Collection[Right]) -> RequestView:
    """Put the page of a request into words.

    Args:
        page: All that is told.
        rights: Of the reader.
    """
    known = page.known
    body = known.request.body if known.request else None
    names = {**page.names, page.own: words("this node")}
    said = tuple(_said(page, names))
    keys = [("l", words("Back to the list"))]
    if page.acts:
        keys += [("n", words("To the forms of what may be said"))]
    resting = load_instruments().instrument.get(body.instrument) if body else None
    waits = body and body.deadline and known.state in {"open", "partly"}
    peer = body.asked if body and page.box == "out" else known.asker
    return RequestView(
        peer=names.get(peer, peer),
        kind=words(KINDS[body.kind]) if body else "",
        state=words(STATES[known.state]),
        left=days_left((body.deadline - page.day).days) if waits and body and body.deadline else "",
        late=page.overdue > 0,
        urgency=words(URGENCIES[body.urgency]) if body and body.urgency != "routine" else "",
        marking=marking_in_words(body.marking, page.group) if body else None,
        purpose=words(PURPOSES[body.purpose]) if body else "",
        instrument=(resting.title if resting else body.instrument) if body else "",
        says=resting.says if resting else "",
        url=resting.url if resting else "",
        sure=resting.verified if resting else False,
        about=tuple(_about(page, body, names)) if body else (),
        items=tuple(_items(page, body, said)) if body else (),
        said=said,
        fates=fates_view(page.fates, page.names),
        grounds=choices(GROUNDS),
        tlps=tlp_choices(),
        tlp=body.marking.tlp if body else "",
        holds="relate" in rights,
        places={each: peer_key(each) for each in page.names},
        keys=tuple(keys),
    )


def _about(page: RequestPage, body: Request, names: Mapping[str, str]) -> Iterator[AboutView]:
    for each in body.about:
        yield AboutView(
            kind=words(SUBJECTS[each.kind]),
            owner=names.get(each.node, each.node),
            ref=each.ref,
            address=page.links.get(f"{each.node} {each.ref}", ""),
        )


def _items(page: RequestPage, body: Request, said: tuple[SaidView, ...]) -> Iterator[ItemView]:
    for each in body.items:
        state = page.known.items[each.number]
        yield ItemView(
            number=each.number,
            text=each.text,
            state=words(ITEMS[state]),
            open=state in {"open", "part"},
            said=tuple(one.place for one in said if each.number in (*one.items, *one.partly)),
        )


def _said(page: RequestPage, names: Mapping[str, str]) -> Iterator[SaidView]:
    known = page.known
    every: list[Said[Answer] | Said[Refusal] | Said[Delay]] = [
        *known.answers,
        *known.refusals,
        *known.delays,
    ]
    ordered = sorted(every, key=lambda one: (one.at, one.id))
    for place, each in enumerate(ordered, 1):
        yield _one(names, str(place), each)


def _one(
    names: Mapping[str, str], place: str, said: Said[Answer] | Said[Refusal] | Said[Delay]
) -> SaidView:
    body, label, purposes, bundles = said.body, "", "", tuple[str, ...]()
    items, partly, texts = tuple[int, ...](), tuple[int, ...](), tuple[str, ...]()
    if isinstance(body, Answer):
        what, items, partly, texts = words("answer"), body.items, body.partly, (body.text,)
        label, purposes, bundles = _label(body.marking), _purposes(body.marking), body.bundles
    elif isinstance(body, Refusal):
        what = words("refused: {ground}").format(ground=words(GROUNDS[body.ground]))
        items, texts = body.items, (body.why,)
    else:
        what, texts = _delay(body), tuple(filter(None, (body.needs, body.why)))
    return SaidView(
        place=place,
        message=said.id,
        sender=said.sender,
        at=said.at,
        what=what,
        items=items,
        name=names.get(said.sender, said.sender),
        partly=partly,
        texts=texts,
        label=label,
        bundles=bundles,
        purposes=purposes,
    )


def _delay(body: Delay) -> str:
    if body.until is None:
        return words("something is needed first")
    return words("more time is asked for, until {day}").format(day=day(body.until))


def _label(marking: Marking) -> str:
    return load_marking_rules().tlp[marking.tlp].label


def _purposes(marking: Marking) -> str:
    return ", ".join(words(PURPOSES[each]) for each in marking.purposes)
