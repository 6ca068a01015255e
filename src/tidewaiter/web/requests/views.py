"""Request views: kinds, grounds and states; boxes, and request page."""

from collections.abc import Collection, Iterator, Mapping
from typing import get_args
from urllib.parse import urlencode

from tidewaiter.accounts.roles import Right
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.envelopes import Said
from tidewaiter.exchange.protocol.markings import Marking, load_marking_rules
from tidewaiter.exchange.requests.state import Box, ItemState, Show, State
from tidewaiter.exchange.requests.types import (
    Answer,
    Delay,
    Ground,
    Kind,
    Refusal,
    Request,
    Subject,
    Urgency,
    load_instruments,
)
from tidewaiter.explain.languages import counted, day, marked, numbered, pmarked, words
from tidewaiter.web.core.exchange_terms import (
    PURPOSES,
    MarkingView,
    marking_in_words,
    tlp_choices,
)
from tidewaiter.web.incidents.views import choices
from tidewaiter.web.peers.schemas import peer_key
from tidewaiter.web.recalls.views import FateView, delivery_view
from tidewaiter.web.requests.schemas import RequestPage, RequestRow, RequestsPage

KINDS: Mapping[Kind, str] = {
    "information": marked("request for information"),
    "legal-assistance": marked("request for legal assistance"),
}
URGENCIES: Mapping[Urgency, str] = {
    "routine": marked("routine"),
    "urgent": marked("urgent"),
    "immediate": marked("immediate"),
}
SUBJECTS: Mapping[Subject, str] = {
    "incident": marked("incident"),
    "notification": marked("pre-export notification"),
    "party": marked("party"),
    "consignment": marked("consignment"),
    "case": marked("case"),
    "other": marked("other"),
}
GROUNDS: Mapping[Ground, str] = {
    "law": marked("not permitted under our law"),
    "interests": marked("essential interests"),
    "form": marked("the request is incomplete"),
    "competence": marked("another authority is competent"),
    "nothing-held": marked("no information held"),
    "other": marked("other reason (please explain)"),
}
STATES: Mapping[State, str] = {
    "unknown": marked("not available: not yet received, or recalled"),
    "open": marked("not answered yet"),
    "partly": marked("answered in part"),
    "done": marked("completed"),
    "withdrawn": pmarked("request", "withdrawn"),
}
ITEMS: Mapping[ItemState, str] = {
    "open": marked("not answered yet"),
    "refused": marked("refused"),
    "part": marked("answered in part"),
    "full": marked("answered"),
}
SHOWS: Mapping[Show, str] = {
    "open": marked("Awaiting reply"),
    "late": marked("Overdue"),
    "over": marked("Closed"),
    "all": marked("All"),
}


def instrument_choices() -> tuple[tuple[str, str], ...]:
    """Return the legal instruments that a request may be based on."""
    return tuple((key, each.title) for key, each in load_instruments().instrument.items())


def days_left(days: int) -> str:
    """Describe the time left until a day.

    Args:
        days: Days left; below 0: overdue.
    """
    if days < 0:
        return numbered("%(num)s day overdue", "%(num)s days overdue", -days)
    if days == 0:
        return words("today")
    return numbered("in %(num)s day", "in %(num)s days", days)


class AboutView(Record, frozen=True, kw_only=True):
    """Subject of a request."""

    kind: str
    owner: str
    ref: str
    address: str  # of its page here; "": unknown here


class ItemView(Record, frozen=True, kw_only=True):
    """An item, and its status."""

    number: int
    text: str
    state: str
    open: bool  # awaits an answer
    said: tuple[str, ...]  # numbers of its statements on the page


class SaidView(Record, frozen=True, kw_only=True):
    """A statement on a request, as displayed."""

    place: str  # number on the page
    message: str
    sender: str
    name: str
    at: str
    what: str
    items: tuple[int, ...]
    partly: tuple[int, ...]
    texts: tuple[str, ...]  # in the author's words
    bundles: tuple[str, ...]
    label: str  # TLP of an answer; "": unmarked
    purposes: str  # permitted purpose; "": that of the request


class RequestView(Record, frozen=True, kw_only=True):
    """The page of one, as displayed."""

    peer: str
    kind: str
    state: str
    left: str
    late: bool
    urgency: str
    marking: MarkingView | None
    purpose: str
    instrument: str
    says: str  # content of the instrument, in our wording
    url: str
    sure: bool  # checked in the source
    about: tuple[AboutView, ...]
    items: tuple[ItemView, ...]
    said: tuple[SaidView, ...]  # chronological
    fates: dict[str, FateView]
    grounds: tuple[tuple[str, str], ...]
    tlps: tuple[tuple[str, str], ...]
    tlp: str
    holds: bool  # the reader may set and lift holds
    places: dict[str, str]  # page addresses of peers, by node
    keys: tuple[tuple[str, str], ...]


def request_view(page: RequestPage, rights: Collection[Right]) -> RequestView:
    """Render the page of a request as text.

    Args:
        page: The page record.
        rights: Rights of the reader.
    """
    known = page.known
    body = known.request.body if known.request else None
    names = {**page.names, page.own: words("this node")}
    said = tuple(_said(page, names))
    keys = [("l", words("Back to the list"))]
    if page.acts:
        keys += [("n", words("Go to the available actions"))]
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
        fates=delivery_view(page.fates, page.names),
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
        what, items, partly, texts = words("reply"), body.items, body.partly, (body.text,)
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
        return words("further information needed first")
    return words("more time requested, until {day}").format(day=day(body.until))


def _label(marking: Marking) -> str:
    return load_marking_rules().tlp[marking.tlp].label


def _purposes(marking: Marking) -> str:
    return ", ".join(words(PURPOSES[each]) for each in marking.purposes)


class Tab(Record, frozen=True, kw_only=True):
    """A selection of requests."""

    label: str
    address: str
    count: int
    here: bool


class RequestLine(Record, frozen=True, kw_only=True):
    """A request of a box, as displayed."""

    row: RequestRow
    peer: str
    kind: str
    purpose: str
    state: str
    left: str  # until the deadline; "": none, or not awaiting an answer
    urgency: str  # "": routine
    items: str


class RequestsView(Record, frozen=True, kw_only=True):
    """A box, as displayed."""

    boxes: tuple[Tab, ...]
    tabs: tuple[Tab, ...]
    lines: tuple[RequestLine, ...]
    more: str  # address of the next page; "": last page
    keys: tuple[tuple[str, str], ...]


def requests_view(page: RequestsPage) -> RequestsView:
    """Render a box of requests as text."""
    asked = page.asked
    labels: dict[Box, str] = {"in": words("Incoming"), "out": words("Outgoing")}
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
            ("n", words("New request")),
            ("i", words("Go to incoming requests")),
            ("o", words("Go to outgoing requests")),
        ),
    )


def _address(box: Box, show: Show, after: int = 0) -> str:
    told = {"box": box, "show": show, **({"after": after} if after else {})}
    return f"/requests?{urlencode(told)}"


def _line(row: RequestRow, page: RequestsPage) -> RequestLine:
    waits = row.deadline is not None and row.state in {"open", "partly"}
    text = counted("%(open)s of %(num)s item open", "%(open)s of %(num)s items open", row.items)
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
