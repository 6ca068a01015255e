"""Event cards, and claim checks against official figures."""

from datetime import date
from typing import Annotated, Any, get_args
from urllib.parse import urlencode

import msgspec
from litestar import Response, get

from tidewaiter.base.errors import InputError, TidewaiterError
from tidewaiter.base.records import Record
from tidewaiter.burden.claims.checking import check_claim
from tidewaiter.burden.claims.parsing import Given, parse_claims
from tidewaiter.burden.claims.types import Checked
from tidewaiter.burden.events.cards import event_card
from tidewaiter.burden.events.declarations import dated_events, find_event, parse_window
from tidewaiter.burden.events.types import Declaration, Direction, Event, EventCard
from tidewaiter.burden.indicators import find_indicator, find_place, indicators
from tidewaiter.burden.releases.dataset_loader import Choices
from tidewaiter.burden.releases.event_material import Beside, material_of
from tidewaiter.burden.types import Basis
from tidewaiter.explain.burden import (
    HEADS,
    finding_row,
    gap_text,
    indicator_words,
    read_text,
    understood,
)
from tidewaiter.explain.errors import hint_in_words, message_in_words
from tidewaiter.explain.languages import language, speaking
from tidewaiter.report.burden.events import CardView, card_view, direction_words, event_figure
from tidewaiter.report.burden.views import event_sheet
from tidewaiter.report.charts import png_of, svg_of
from tidewaiter.web.core.node import Node, TheNode
from tidewaiter.web.core.request_parsing import Asked, read_query
from tidewaiter.web.core.responses import download, reply
from tidewaiter.web.core.security import may

_SHOWN = 30  # figures shown per claim; the record has all


class EventWords(Record, frozen=True, kw_only=True):
    """The page of events, as displayed."""

    card: CardView | None
    directions: tuple[tuple[str, str], ...]
    indicators: tuple[tuple[str, str], ...]
    query: str
    problem: str
    hint: str


class ClaimView(Record, frozen=True, kw_only=True):
    """A checked claim."""

    understood: str
    read: str  # words understood
    gaps: tuple[str, ...]  # words not understood
    rows: tuple[tuple[str, ...], ...]
    more: int


class ClaimWords(Record, frozen=True, kw_only=True):
    """The claims page, as displayed."""

    heads: tuple[str, ...]
    claims: tuple[ClaimView, ...]  # as in the record
    problem: str
    hint: str


def event_words(
    ask: Record, card: EventCard | None, offered: Choices, problem: TidewaiterError | None
) -> EventWords:
    """Render the page of events as text."""
    asked = {name: str(getattr(ask, name)) for name in ask.__struct_fields__}
    return EventWords(
        card=card_view(card) if card else None,
        directions=tuple((each, direction_words(each)) for each in get_args(Direction)),
        indicators=tuple(
            (key, indicator_words(key, each.name))
            for key, each in indicators().items()
            if key in offered.indicators and each.measure == "deaths"
        )
        or (("T40.4", indicator_words("T40.4", "T40.4")),),
        query=urlencode(asked),
        problem=message_in_words(problem) if problem else "",
        hint=hint_in_words(problem) if problem else "",
    )


def claim_words(checked: tuple[Checked, ...], problem: TidewaiterError | None) -> ClaimWords:
    """Render the page of claims as text."""
    return ClaimWords(
        heads=HEADS,
        claims=tuple(
            ClaimView(
                understood=understood(each.claim),
                read=read_text(each.claim),
                gaps=tuple(gap_text(gap) for gap in each.claim.gaps),
                rows=tuple(finding_row(found) for found in each.findings[:_SHOWN]),
                more=max(0, len(each.findings) - _SHOWN),
            )
            for each in checked
        ),
        problem=message_in_words(problem) if problem else "",
        hint=hint_in_words(problem) if problem else "",
    )


_MOST = 2_000  # maximum characters of a text
Text = Annotated[str, msgspec.Meta(max_length=_MOST)]


class EventAsk(Record, frozen=True, kw_only=True):
    """Query of an event card."""

    event: str = ""  # slug; "": list of events
    place: str = "US"
    indicator: str = "T40.4"
    window: str = "0-12"  # months after the event; end exclusive
    direction: Direction = "down"


class ClaimAsk(Record, frozen=True, kw_only=True):
    """A text to check, and its context."""

    text: Text = ""  # "": empty form
    said: date | None = None  # None: today
    place: str = ""
    period: str = ""
    basis: Basis = ""


class EventPage(Record, frozen=True, kw_only=True):
    """Known events, and the card of one."""

    ask: EventAsk
    events: tuple[Event, ...]
    card: EventCard | None


class ClaimPage(Record, frozen=True, kw_only=True):
    """A text, and its checked claims."""

    ask: ClaimAsk
    releases: int  # in the archive
    checked: tuple[Checked, ...]


@get("/burden/events", guards=[may("see")], sync_to_thread=True, query=EventAsk)
def events_page(request: Asked, node: TheNode) -> Response[EventPage]:
    """Show an event card: the series, and the date's rank among dates without an event."""
    ask = read_query(request, EventAsk)
    known = dated_events(node.registry)
    card, problem = None, None
    if ask.event:
        try:
            card = _card(node, ask, known)
        except InputError as error:
            if request.wants_json:
                raise
            problem = error
    page = EventPage(ask=ask, events=known, card=card)
    return reply(
        request,
        "burden-events.html",
        page,
        status=400 if problem else 200,
        view=lambda: event_words(page.ask, card, node.counts.stock().choices, problem),
    )


@get(
    "/burden/event.svg",
    guards=[may("see")],
    sync_to_thread=True,
    query=EventAsk,
    gives="image/svg+xml",
)
def event_svg(request: Asked, node: TheNode) -> Response[bytes]:
    """Send the series of an event card as SVG."""
    return _picture(request, node, "svg")


@get(
    "/burden/event.png",
    guards=[may("see")],
    sync_to_thread=True,
    query=EventAsk,
    gives="image/png",
)
def event_png(request: Asked, node: TheNode) -> Response[bytes]:
    """Send the series of an event card as PNG, if the extra is installed."""
    return _picture(request, node, "png")


@get(
    "/burden/event.csv", guards=[may("see")], sync_to_thread=True, query=EventAsk, gives="text/csv"
)
def event_csv(request: Asked, node: TheNode) -> Response[bytes]:
    """Send the months of an event card as CSV."""
    ask = read_query(request, EventAsk)
    card = _card(node, ask, dated_events(node.registry))
    return download(event_sheet(card), "text/csv; charset=utf-8", "event.csv")


@get("/burden/claims", guards=[may("see")], sync_to_thread=True, query=ClaimAsk)
def claims_page(request: Asked, node: TheNode) -> Response[ClaimPage]:
    """Check the claims of a text against official figures."""
    ask = read_query(request, ClaimAsk)
    stock, today = node.counts.stock(), node.today()
    checked: tuple[Checked, ...] = ()
    problem: TidewaiterError | None = None
    if ask.text.strip():
        given = Given(said=ask.said, place=ask.place, period=ask.period, basis=ask.basis)
        try:
            claims = parse_claims(ask.text, today, given)
            checked = tuple(check_claim(each, stock.releases, today) for each in claims)
        except InputError as error:
            if request.wants_json:
                raise
            problem = error
    page = ClaimPage(ask=ask, releases=len(stock.releases), checked=checked)
    return reply(
        request,
        "burden-claims.html",
        page,
        status=400 if problem else 200,
        view=lambda: claim_words(checked, problem),
    )


def _card(node: Node, ask: EventAsk, known: tuple[Event, ...]) -> EventCard:
    """Compute the requested card.

    Raises:
        InputError: Unknown event, place or series, or insufficient data.
    """
    wanted = Declaration(
        event=find_event(ask.event, known),
        place=find_place(ask.place).code,
        indicator=find_indicator(ask.indicator).key,
        window=parse_window(ask.window),
        direction=ask.direction,
    )
    return event_card(wanted, material_of(wanted, node.counts.series(), Beside(known=known)))


def _picture(request: Asked, node: Node, kind: str) -> Response[Any]:
    card = _card(node, read_query(request, EventAsk), dated_events(node.registry))
    with speaking(request.state.get("language", language())):
        figure = event_figure(card)
        content = png_of(figure) if kind == "png" else svg_of(figure).encode()
    media = "image/png" if kind == "png" else "image/svg+xml"
    return download(content, media, f"event.{kind}")


HANDLERS = [events_page, event_svg, event_png, event_csv, claims_page]
