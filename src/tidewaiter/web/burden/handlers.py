"""Overdose deaths: official counts as pages, figures and spreadsheets."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from tidewaiter.base.errors import InputError, MissingError, TidewaiterError
from tidewaiter.base.records import Record
from tidewaiter.burden.indicators import place_name
from tidewaiter.burden.releases.dataset_loader import Stock
from tidewaiter.burden.views.ages import Ages
from tidewaiter.burden.views.briefing import brief
from tidewaiter.burden.views.places import Across
from tidewaiter.burden.views.query import Ask
from tidewaiter.burden.views.revisions import Revisions
from tidewaiter.burden.views.trends import Mix, Trend
from tidewaiter.explain.burden import newest_words, place_words
from tidewaiter.explain.errors import defect_in_words, hint_in_words, message_in_words
from tidewaiter.explain.languages import language, marked, speaking, words
from tidewaiter.report.burden.brief import render_brief
from tidewaiter.report.burden.revisions import RevisionView, instead_words, key_words, revision_view
from tidewaiter.report.burden.trends import change_words
from tidewaiter.report.burden.views import VIEWS, View, picture
from tidewaiter.report.charts import Figure
from tidewaiter.report.pages import pdf_of
from tidewaiter.web.core.node import Node, TheNode
from tidewaiter.web.core.request_parsing import Asked, read_query
from tidewaiter.web.core.responses import download, reply
from tidewaiter.web.core.security import may

PATHS: Mapping[str, str] = MappingProxyType(
    {
        "trends": "/burden",
        "mix": "/burden/drugs",
        "map": "/burden/map",
        "ages": "/burden/ages",
        "changes": "/burden/changes",
    }
)
_TITLES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "trends": (
            marked("Trends"),
            marked(
                "One count for one place: as reported, as predicted by its source, and "
                "as estimated here."
            ),
        ),
        "mix": (
            marked("Drugs"),
            marked("Deaths by drug class. The classes overlap, so do not add them up."),
        ),
        "map": (marked("Map"), marked("Places in one country side by side, for one period.")),
        "ages": (marked("Ages"), marked("Deaths by age, where a release reports ages.")),
        "changes": (
            marked("Changes"),
            marked("What a release changed from the previous one, count by count."),
        ),
    }
)
_SHARED = ("place", "indicator")  # query parameters shared by all views
Pairs = tuple[tuple[str, str], ...]


class FigureView(Record, frozen=True, kw_only=True):
    """A figure with its file links."""

    figure: Figure
    svg: str
    png: str
    csv: str


class BurdenView(Record, frozen=True, kw_only=True):
    """A page of official counts, as displayed."""

    name: str
    path: str
    title: str
    lead: str
    asks: Mapping[str, str]  # by field name
    places: Pairs
    indicators: Pairs
    releases: tuple[str, ...]
    sources: tuple[str, ...]
    sentences: tuple[str, ...]  # key statements
    figures: tuple[FigureView, ...]
    changes: RevisionView | None
    problem: str
    hint: str
    skipped: tuple[str, ...]  # files that are not releases
    query: str  # query string for other pages and files
    others: Pairs  # address and name of other views of the place


def burden_words(
    name: str, stock: Stock, ask: Ask, told: Any, problem: TidewaiterError | None
) -> BurdenView:
    """Render a view as text.

    Args:
        name: View name.
        stock: Content of the archive.
        ask: The query.
        told: The view's record; None: none.
        problem: Why there is none.
    """
    offered = stock.choices
    asks: dict[str, str] = msgspec.to_builtins(ask)
    asks["place"] = asks["place"] or getattr(getattr(told, "caption", None), "place", "")
    query = urlencode({key: value for key, value in asks.items() if value})
    title, lead = _TITLES[name]
    return BurdenView(
        name=name,
        path=PATHS[name],
        title=words(title),
        lead=words(lead),
        asks=asks,
        places=tuple((code, place_words(code, place_name(code))) for code in offered.places),
        indicators=tuple((key, key_words(key)) for key in offered.indicators),
        releases=offered.labels,
        sources=offered.sources,
        sentences=_sentences(told),
        figures=tuple(_figure(each, name, query) for each in VIEWS[name].draw(told))
        if told
        else (),
        changes=revision_view(told) if isinstance(told, Revisions) else None,
        problem=message_in_words(problem) if problem else "",
        hint=hint_in_words(problem) if problem else "",
        skipped=tuple(f"{each.place}: {defect_in_words(each)[0]}" for each in stock.skipped),
        query=query,
        others=tuple(_others(name, {key: asks[key] for key in _SHARED if asks[key]})),
    )


def _others(name: str, asks: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the address and the name of the other views."""
    for each in PATHS:
        if each != name:
            yield f"{PATHS[each]}?{urlencode(asks)}", words(_TITLES[each][0])


def _figure(figure: Figure, name: str, query: str) -> FigureView:
    more = urlencode({"figure": figure.slug})
    start, asked = f"/burden/{name}", f"{query}&{more}" if query else more
    return FigureView(
        figure=figure,
        svg=f"{start}/svg?{asked}",
        png=f"{start}/png?{asked}",
        csv=f"{start}/csv?{query}",
    )


def _sentences(told: Any) -> tuple[str, ...]:
    if isinstance(told, Revisions):
        return tuple(filter(None, (instead_words(told),)))
    if not isinstance(told, Trend) or told.newest is None:
        return ()
    said = [newest_words(told.newest, told.caption)]
    if told.change:
        said.append(change_words(told.change, told.caption))
    return tuple(said)


R = TypeVar("R", bound=Record)
_MISSING, _WRONG = 404, 400


class TrendPage(Record, frozen=True, kw_only=True):
    """One count in one place over time."""

    ask: Ask
    releases: int  # in the archive
    shown: Trend | None  # None: not available


class DrugPage(Record, frozen=True, kw_only=True):
    """Drug classes in one place over time."""

    ask: Ask
    releases: int
    shown: Mix | None


class MapPage(Record, frozen=True, kw_only=True):
    """Comparison of a country's places."""

    ask: Ask
    releases: int
    shown: Across | None


class AgePage(Record, frozen=True, kw_only=True):
    """Deaths by age."""

    ask: Ask
    releases: int
    shown: Ages | None


class ChangePage(Record, frozen=True, kw_only=True):
    """Changes between a release and its predecessor."""

    ask: Ask
    releases: int
    shown: Revisions | None


@get("/burden", guards=[may("see")], sync_to_thread=True, query=Ask)
def trends_page(request: Asked, node: TheNode) -> Response[TrendPage]:
    """Show one count in one place: reported, predicted by the source, and our estimate."""
    return _page(request, node, "trends", TrendPage)


@get("/burden/drugs", guards=[may("see")], sync_to_thread=True, query=Ask)
def drugs_page(request: Asked, node: TheNode) -> Response[DrugPage]:
    """Show deaths by drug class over time; the classes overlap."""
    return _page(request, node, "mix", DrugPage)


@get("/burden/map", guards=[may("see")], sync_to_thread=True, query=Ask)
def map_page(request: Asked, node: TheNode) -> Response[MapPage]:
    """Compare the places of a country in one period."""
    return _page(request, node, "map", MapPage)


@get("/burden/ages", guards=[may("see")], sync_to_thread=True, query=Ask)
def ages_page(request: Asked, node: TheNode) -> Response[AgePage]:
    """Show deaths by age in one period."""
    return _page(request, node, "ages", AgePage)


@get("/burden/changes", guards=[may("see")], sync_to_thread=True, query=Ask)
def revisions_page(request: Asked, node: TheNode) -> Response[ChangePage]:
    """Show the changes between a release and its predecessor."""
    return _page(request, node, "changes", ChangePage)


def _page(request: Asked, node: Node, name: str, kind: Callable[..., R]) -> Response[R]:
    """Respond with a view; without data, the page says why and what to do.

    Raises:
        MissingError: No data, for a program's request.
        InputError: Invalid query, for a program's request.
    """
    ask = read_query(request, Ask)
    stock = node.counts.stock()
    told: Any = None
    problem: InputError | MissingError | None = None
    if stock.releases:
        try:
            told = VIEWS[name].find(stock.releases, ask, node.counts.estimates)
        except (InputError, MissingError) as error:
            if request.wants_json:
                raise
            problem = error
    page = kind(ask=ask, releases=len(stock.releases), shown=told)
    status = _status(problem, asked=ask != Ask())
    return reply(
        request,
        "burden.html",
        page,
        status=status,
        view=lambda: burden_words(name, stock, ask, told, problem),
    )


def _status(problem: InputError | MissingError | None, *, asked: bool) -> int:
    """Return the status of a page; the menu entry without a query is always 200."""
    if problem is None or (isinstance(problem, MissingError) and not asked):
        return 200
    return _MISSING if isinstance(problem, MissingError) else _WRONG


class FileAsk(Ask, frozen=True, kw_only=True):
    """Query of a file."""

    figure: str = ""  # figure name; "": the first


@get(
    "/burden/{view:str}/svg",
    guards=[may("see")],
    sync_to_thread=True,
    query=FileAsk,
    gives="image/svg+xml",
)
def burden_svg(request: Asked, node: TheNode, view: FromPath[str]) -> Response[bytes]:
    """Send a figure as a standalone SVG; views: trends, mix, map, ages, changes."""
    return _picture(request, node, view, "svg")


@get(
    "/burden/{view:str}/png",
    guards=[may("see")],
    sync_to_thread=True,
    query=FileAsk,
    gives="image/png",
)
def burden_png(request: Asked, node: TheNode, view: FromPath[str]) -> Response[bytes]:
    """Send a figure as PNG, if the extra is installed."""
    return _picture(request, node, view, "png")


@get(
    "/burden/{view:str}/csv", guards=[may("see")], sync_to_thread=True, query=Ask, gives="text/csv"
)
def burden_csv(request: Asked, node: TheNode, view: FromPath[str]) -> Response[bytes]:
    """Send a view as CSV: each row with period, basis, status and release."""
    ask = read_query(request, Ask)
    found, told = _found(node, view, ask)
    return download(found.sheet(told), "text/csv; charset=utf-8", f"{_name(view, ask)}.csv")


@get("/burden/brief.html", guards=[may("see")], sync_to_thread=True, query=Ask, gives="text/html")
def burden_brief(request: Asked, node: TheNode) -> Response[bytes]:
    """Send a briefing as a self-contained page."""
    return download(_brief(request, node).encode(), "text/html; charset=utf-8", "brief.html")


@get(
    "/burden/brief.pdf",
    guards=[may("see")],
    sync_to_thread=True,
    query=Ask,
    gives="application/pdf",
)
def burden_paper(request: Asked, node: TheNode) -> Response[bytes]:
    """Send a briefing as PDF, if the extra is installed."""
    return download(pdf_of(_brief(request, node)), "application/pdf", "brief.pdf")


def _brief(request: Asked, node: Node) -> str:
    ask = read_query(request, Ask)
    found = brief(node.counts.stock().releases, ask, node.counts.estimates)
    return render_brief(found, spoken=request.state.get("language", language()))


def _picture(request: Asked, node: Node, name: str, kind: str) -> Response[bytes]:
    ask = read_query(request, FileAsk)
    view, told = _found(node, name, ask)
    with speaking(request.state.get("language", language())):
        content = picture(view, told, kind, ask.figure)
    media = "image/png" if kind == "png" else "image/svg+xml"
    return download(content, media, f"{_name(ask.figure or name, ask)}.{kind}")


def _found(node: Node, name: str, ask: Ask) -> tuple[View, Any]:
    """Return the record of a view.

    Raises:
        MissingError: Unknown view, or no data.
    """
    if name not in VIEWS:
        raise MissingError("web/no-view", name=name[:40], views=", ".join(VIEWS))
    view = VIEWS[name]
    return view, view.find(node.counts.stock().releases, ask, node.counts.estimates)


def _name(what: str, ask: Ask) -> str:
    """Return a file name from letters, digits and "-" of the query."""
    parts = (what, ask.place, ask.indicator)
    return "-".join("".join(c if c.isalnum() and c.isascii() else "-" for c in p) for p in parts)


HANDLERS = [
    trends_page,
    drugs_page,
    map_page,
    ages_page,
    revisions_page,
    burden_svg,
    burden_png,
    burden_csv,
    burden_brief,
    burden_paper,
]
