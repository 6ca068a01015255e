"""Registry: substances, legal instruments and class rules, and changes of law."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import takewhile
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.explain.words import words_of
from tidewaiter.law.answers import Found
from tidewaiter.law.catalogue import Filters
from tidewaiter.law.changes import changes_of, undated
from tidewaiter.law.packs import active_version
from tidewaiter.law.structure import StructureError, draw_svg, parse_structure
from tidewaiter.report.law.changes import ChangeView, calendar_of, change_views
from tidewaiter.report.law.regimes import (
    ClassLine,
    ClassView,
    RegimeLine,
    RegimeView,
    class_lines,
    class_view,
    regime_lines,
    regime_view,
)
from tidewaiter.report.law.substance_card import Card, card_of
from tidewaiter.report.law.substance_list import BrowseView, Searching
from tidewaiter.web.core.node import Node, TheNode
from tidewaiter.web.core.request_parsing import Asked, read_query
from tidewaiter.web.core.responses import download, reply
from tidewaiter.web.core.security import may
from tidewaiter.web.law.desk import LawDesk, OnDay, desk_of

_WIDTH, _HEIGHT = 300, 200  # px
_FOREVER = "private, max-age=31536000, immutable"


class Search(Record, frozen=True, kw_only=True):
    """Query of the list."""

    text: Annotated[str, msgspec.Meta(max_length=2_000)] = ""
    day: date | None = None  # None: today
    regime: str = ""
    schedule: str = ""
    kind: str = ""
    letter: str = ""
    after: str = ""  # slug of the last row of the previous page


class CardPage(Record, frozen=True, kw_only=True):
    """A substance with its drawings."""

    card: Card
    drawings: str  # address prefix, plus form number; 0: the substance itself


class BrowsePage(Record, frozen=True, kw_only=True):
    """The list with its drawings."""

    found: BrowseView
    edition: str  # of the drawings


@get("/substances", guards=[may("see")], sync_to_thread=True, query=Search)
def substances_page(request: Asked, node: TheNode) -> Response[BrowsePage]:
    """Search substances by text and filters."""
    asked = read_query(request, Search)
    filters = Filters(
        regime=asked.regime, schedule=asked.schedule, kind=asked.kind, letter=asked.letter
    )
    desk = desk_of(node)
    found = desk.browser.browse(
        Searching(
            text=asked.text, day=asked.day or node.today(), filters=filters, after=asked.after
        )
    )
    return reply(request, "substances.html", BrowsePage(found=found, edition=desk.edition))


@get("/substances/{slug:str}", guards=[may("see")], sync_to_thread=True, query=OnDay)
def substance_page(request: Asked, node: TheNode, slug: FromPath[str]) -> Response[CardPage]:
    """Show a substance: names, numbers, drawings, and controls."""
    desk = desk_of(node)
    substance = desk.substance(slug)
    if substance is None:
        raise MissingError("web/no-such-substance", slug=slug[:80])
    day = read_query(request, OnDay).day or node.today()
    found = desk.members.judge(Found(name=substance.name, substance=substance), day)
    page = CardPage(
        card=card_of(found, day, desk.registry, desk.book),
        drawings=f"/substances/{slug}/drawing/{desk.edition}/",
    )
    return reply(request, "substance.html", page)


@get(
    "/substances/{slug:str}/drawing/{edition:str}/{number:int}",
    guards=[may("see")],
    sync_to_thread=True,
    gives="image/svg+xml",
)
def drawing(
    node: TheNode, slug: FromPath[str], edition: FromPath[str], number: FromPath[int]
) -> Response[Any]:
    """Draw a substance, or one of its forms by number, as SVG."""
    desk = desk_of(node)
    substance = desk.substance(slug)
    forms = substance.forms if substance else ()
    smiles = substance.smiles if substance and number == 0 else None
    if 0 < number <= len(forms):
        smiles = forms[number - 1].smiles
    if smiles is None:
        raise MissingError("web/no-structure")
    kept = _FOREVER if edition == desk.edition else "no-store"
    return Response(_drawn(smiles), media_type="image/svg+xml", headers={"Cache-Control": kept})


@lru_cache(maxsize=2_000)
def _drawn(smiles: str) -> str:
    try:
        structure = parse_structure(smiles, "smiles")
        return draw_svg(structure, width=_WIDTH, height=_HEIGHT)
    except StructureError as error:
        raise MissingError("web/cannot-be-drawn", message=error.message) from error


class RegimesPage(Record, frozen=True, kw_only=True):
    """The loaded law."""

    day: date
    pack: str  # version of the law pack
    next_change: date | None  # next day on which loaded law begins or ends
    regimes: tuple[RegimeLine, ...]


class ClassesPage(Record, frozen=True, kw_only=True):
    """The loaded class rules."""

    day: date
    classes: tuple[ClassLine, ...]


@get("/law/regimes", guards=[may("see")], sync_to_thread=True, query=OnDay)
def regimes_page(request: Asked, node: TheNode) -> Response[RegimesPage]:
    """List the loaded law, with the number of controls."""
    day = read_query(request, OnDay).day or node.today()
    desk = desk_of(node)
    days = (each.day for each in changes_of(desk.registry, desk.book) if each.day > day)
    page = RegimesPage(
        day=day,
        pack=active_version(),
        next_change=next(days, None),
        regimes=regime_lines(desk.registry, day),
    )
    return reply(request, "law-regimes.html", page)


@get("/law/regimes/{slug:str}", guards=[may("see")], sync_to_thread=True, query=OnDay)
def regime_page(request: Asked, node: TheNode, slug: FromPath[str]) -> Response[RegimeView]:
    """Show a legal instrument: citation, completeness of our copy, and its controls."""
    desk, day = desk_of(node), read_query(request, OnDay).day or node.today()
    page = regime_view(slug, day, desk.registry, desk.book)
    if page is None:
        raise MissingError("web/no-such-law", slug=slug[:80])
    return reply(request, "law-regime.html", page)


@get("/law/classes", guards=[may("see")], sync_to_thread=True, query=OnDay)
def classes_page(request: Asked, node: TheNode) -> Response[ClassesPage]:
    """List the class rules."""
    day = read_query(request, OnDay).day or node.today()
    page = ClassesPage(day=day, classes=class_lines(desk_of(node).registry, day))
    return reply(request, "law-classes.html", page)


@get("/law/classes/{slug:str}", guards=[may("see")], sync_to_thread=True, query=OnDay)
def class_page(request: Asked, node: TheNode, slug: FromPath[str]) -> Response[ClassView]:
    """Show a class rule with its source."""
    day = read_query(request, OnDay).day or node.today()
    page = class_view(slug, day, desk_of(node).registry)
    if page is None:
        raise MissingError("web/no-such-class-rule", slug=slug[:80])
    return reply(request, "law-class.html", page)


_BACK = 365  # days
_TOLD = 60  # changes per list, plus those on the last one's day


class ChangesQuestion(Record, frozen=True, kw_only=True):
    """Query of changes."""

    day: date | None = None  # None: today
    since: date | None = None  # None: one year earlier
    regime: tuple[str, ...] = ()  # slugs; none: all


class RegimeChoice(Record, frozen=True, kw_only=True):
    """A selectable legal instrument."""

    slug: str
    name: str
    undated: int  # controls with unknown first day
    chosen: bool


class ChangesPage(Record, frozen=True, kw_only=True):
    """Future and past changes."""

    day: date
    since: date
    regimes: tuple[RegimeChoice, ...]
    coming: tuple[ChangeView, ...]  # next 60, plus those on the last one's day
    later: int  # further ones
    later_at: str  # their address; "": none
    came: tuple[ChangeView, ...]  # latest first; as many
    earlier: int  # further ones
    earlier_at: str
    undated: int
    calendar: str  # address


@get("/law/changes", guards=[may("see")], sync_to_thread=True, query=ChangesQuestion)
def changes_page(request: Asked, node: TheNode) -> Response[ChangesPage]:
    """Show upcoming and recent changes of the loaded law."""
    asked = read_query(request, ChangesQuestion)
    desk, day, views = _changes(node, asked)
    counts = undated(desk.registry)
    since = asked.since or max(day, date.min + timedelta(_BACK)) - timedelta(_BACK)
    chosen = set(asked.regime)
    coming = [each for each in views if each.day > day]
    came = [each for each in reversed(views) if since <= each.day <= day]
    next_, lately = _some(coming), _some(came)
    page = ChangesPage(
        day=day,
        since=since,
        regimes=tuple(
            RegimeChoice(
                slug=each.slug,
                name=each.name,
                undated=counts.get(each.slug, 0),
                chosen=each.slug in chosen,
            )
            for each in regime_lines(desk.registry, day)
        ),
        coming=next_,
        later=len(coming) - len(next_),
        later_at=_changes_at(asked, next_[-1].day) if len(coming) > len(next_) else "",
        came=lately,
        earlier=len(came) - len(lately),
        earlier_at=(
            _changes_at(asked, lately[-1].day - timedelta(1), since)
            if len(came) > len(lately)
            else ""
        ),
        undated=sum(n for slug, n in counts.items() if not chosen or slug in chosen),
        calendar=f"/law/changes/calendar.ics?{request.url.query}",
    )
    return reply(request, "law-changes.html", page)


@get(
    "/law/changes/calendar.ics",
    guards=[may("see")],
    sync_to_thread=True,
    query=ChangesQuestion,
    gives="text/calendar",
)
def changes_calendar(request: Asked, node: TheNode) -> Response[bytes]:
    """Send upcoming changes as a calendar."""
    asked = read_query(request, ChangesQuestion)
    _, day, views = _changes(node, asked)
    coming = (each for each in views if each.day > day)
    return download(calendar_of(coming, node.now()), "text/calendar", f"law-after-{day}.ics")


def _changes(node: Node, asked: ChangesQuestion) -> tuple[LawDesk, date, tuple[ChangeView, ...]]:
    desk, day = desk_of(node), asked.day or node.today()
    for slug in asked.regime:
        if slug not in desk.registry.regimes:
            raise InputError("web/no-such-law", slug=slug[:80])
    found = changes_of(desk.registry, desk.book, asked.regime)
    return desk, day, change_views(found, words_of(desk.registry))


def _changes_at(asked: ChangesQuestion, day: date, since: date | None = None) -> str:
    said = {"day": f"{day}", **({"since": f"{since}"} if since else {}), "regime": asked.regime}
    return f"/law/changes?{urlencode(said, doseq=True)}"


def _some(changes: Sequence[ChangeView]) -> tuple[ChangeView, ...]:
    """Return the first changes, through the end of a day."""
    if len(changes) <= _TOLD:
        return tuple(changes)
    last = changes[_TOLD - 1].day
    return (*changes[:_TOLD], *takewhile(lambda each: each.day == last, changes[_TOLD:]))


HANDLERS = [
    substances_page,
    substance_page,
    drawing,
    regimes_page,
    regime_page,
    classes_page,
    class_page,
    changes_page,
    changes_calendar,
]
