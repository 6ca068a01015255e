"""The laws and the class rules that are loaded, and each of them."""

from datetime import date

from litestar import Response, get
from litestar.params import FromPath

from tidewaiter.base.errors import MissingError
from tidewaiter.base.records import Record
from tidewaiter.report.classviews import ClassLine, ClassView, class_lines, class_view
from tidewaiter.report.lawplaces import (
    RegimeLine,
    RegimeView,
    regime_lines,
    regime_view,
)
from tidewaiter.web.asking import Asked, read_query
from tidewaiter.web.given import TheNode
from tidewaiter.web.lawdesk import OnDay, desk_of
from tidewaiter.web.replies import reply
from tidewaiter.web.security import may


class RegimesPage(Record, frozen=True, kw_only=True):
    """The laws that are loaded."""

    day: date
    regimes: tuple[RegimeLine, ...]


class ClassesPage(Record, frozen=True, kw_only=True):
    """The class rules that are loaded."""

    day: date
    classes: tuple[ClassLine, ...]


@get("/law/regimes", guards=[may("see")], sync_to_thread=True, query=OnDay)
def regimes_page(request: Asked, node: TheNode) -> Response[RegimesPage]:
    """List the laws that are loaded, and how much each lists."""
    day = read_query(request, OnDay).day or node.today()
    page = RegimesPage(day=day, regimes=regime_lines(desk_of(node).registry, day))
    return reply(request, "law-regimes.html", page)


@get("/law/regimes/{slug:str}", guards=[may("see")], sync_to_thread=True, query=OnDay)
def regime_page(request: Asked, node: TheNode, slug: FromPath[str]) -> Response[RegimeView]:
    """Show a law: its instrument, how complete our copy is, and what it lists."""
    desk, day = desk_of(node), read_query(request, OnDay).day or node.today()
    page = regime_view(slug, day, desk.registry, desk.book)
    if page is None:
        raise MissingError(f'no law is called "{slug[:80]}"', hint="look it up among the laws")
    return reply(request, "law-regime.html", page)


@get("/law/classes", guards=[may("see")], sync_to_thread=True, query=OnDay)
def classes_page(request: Asked, node: TheNode) -> Response[ClassesPage]:
    """List the rules by which laws hold classes of substances."""
    day = read_query(request, OnDay).day or node.today()
    page = ClassesPage(day=day, classes=class_lines(desk_of(node).registry, day))
    return reply(request, "law-classes.html", page)


@get("/law/classes/{slug:str}", guards=[may("see")], sync_to_thread=True, query=OnDay)
def class_page(request: Asked, node: TheNode, slug: FromPath[str]) -> Response[ClassView]:
    """Show a class rule in words, with its source."""
    day = read_query(request, OnDay).day or node.today()
    page = class_view(slug, day, desk_of(node).registry)
    if page is None:
        raise MissingError(
            f'no class rule is called "{slug[:80]}"', hint="look it up among the class rules"
        )
    return reply(request, "law-class.html", page)


HANDLERS = [regimes_page, regime_page, classes_page, class_page]
