"""Burden: what releases of official counts show, as pages with the records of the commands."""

from collections.abc import Callable
from typing import Any, TypeVar

from litestar import Response, get

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.burden.views.across import Across
from tidewaiter.burden.views.ages import Ages
from tidewaiter.burden.views.mixes import Mix
from tidewaiter.burden.views.picking import Ask
from tidewaiter.burden.views.revisions import Revisions
from tidewaiter.burden.views.trends import Trend
from tidewaiter.report.burdenshown import VIEWS
from tidewaiter.web.asking import Asked, read_query
from tidewaiter.web.burdenview import burden_words
from tidewaiter.web.given import TheNode
from tidewaiter.web.node import Node
from tidewaiter.web.replies import reply
from tidewaiter.web.security import may

R = TypeVar("R", bound=Record)
_MISSING, _WRONG = 404, 400


class TrendPage(Record, frozen=True, kw_only=True):
    """One count in one place over time."""

    ask: Ask
    releases: int  # in the archive
    shown: Trend | None  # None: there is none


class DrugPage(Record, frozen=True, kw_only=True):
    """Classes of drugs in one place over time."""

    ask: Ask
    releases: int
    shown: Mix | None


class MapPage(Record, frozen=True, kw_only=True):
    """The places of a country side by side."""

    ask: Ask
    releases: int
    shown: Across | None


class AgePage(Record, frozen=True, kw_only=True):
    """Deaths by age."""

    ask: Ask
    releases: int
    shown: Ages | None


class ChangePage(Record, frozen=True, kw_only=True):
    """What a release changed of the one before it."""

    ask: Ask
    releases: int
    shown: Revisions | None


@get("/burden", guards=[may("see")], sync_to_thread=True, query=Ask)
def trends_page(request: Asked, node: TheNode) -> Response[TrendPage]:
    """Show one count in one place: reported, predicted by the source, and our estimate."""
    return _page(request, node, "trends", TrendPage)


@get("/burden/drugs", guards=[may("see")], sync_to_thread=True, query=Ask)
def drugs_page(request: Asked, node: TheNode) -> Response[DrugPage]:
    """Show deaths by class of drug over time; the classes overlap."""
    return _page(request, node, "mix", DrugPage)


@get("/burden/map", guards=[may("see")], sync_to_thread=True, query=Ask)
def map_page(request: Asked, node: TheNode) -> Response[MapPage]:
    """Show the places of a country side by side, in one period."""
    return _page(request, node, "map", MapPage)


@get("/burden/ages", guards=[may("see")], sync_to_thread=True, query=Ask)
def ages_page(request: Asked, node: TheNode) -> Response[AgePage]:
    """Show deaths by age in one period."""
    return _page(request, node, "ages", AgePage)


@get("/burden/changes", guards=[may("see")], sync_to_thread=True, query=Ask)
def revisions_page(request: Asked, node: TheNode) -> Response[ChangePage]:
    """Show what a release changed of the one before it, count by count."""
    return _page(request, node, "changes", ChangePage)


def _page(request: Asked, node: Node, name: str, kind: Callable[..., R]) -> Response[R]:
    """Answer with a view; where it has nothing to show, the page says why, and what would do.

    Raises:
        MissingError: A program asks for what is not there.
        InputError: A program asks for what cannot be.
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
    """Return the status of a page; the entry of the menu asks for nothing, and is always there."""
    if problem is None or (isinstance(problem, MissingError) and not asked):
        return 200
    return _MISSING if isinstance(problem, MissingError) else _WRONG


HANDLERS = [trends_page, drugs_page, map_page, ages_page, revisions_page]
