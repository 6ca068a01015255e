"""The laws that are loaded: regimes, class rules, what changes, and one beside another."""

from datetime import date, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.report.classviews import ClassLine, ClassView, class_lines, class_view
from tidewaiter.report.comparing import ComparisonView, comparison_csv, comparison_view
from tidewaiter.report.lawchanges import ChangeView, calendar_of, change_views
from tidewaiter.report.lawplaces import (
    RegimeLine,
    RegimeView,
    place_of,
    regime_lines,
    regime_view,
)
from tidewaiter.report.library import words_of
from tidewaiter.substances.changes import changes_of, undated
from tidewaiter.substances.comparing import compare, of_schedule, schedules_on
from tidewaiter.substances.questions import Question
from tidewaiter.substances.types import Substance
from tidewaiter.web.asking import Asked, read_query
from tidewaiter.web.given import TheNode
from tidewaiter.web.law import jurisdictions_at
from tidewaiter.web.lawdesk import LawDesk, OnDay, desk_of
from tidewaiter.web.node import Node
from tidewaiter.web.replies import reply
from tidewaiter.web.security import may

_BACK = 365  # days
_MOST = 300  # substances side by side on a page; the table holds all
_CSV = "text/csv"
_ICS = "text/calendar"


class CompareQuestion(Record, frozen=True, kw_only=True):
    """What is compared."""

    what: Annotated[str, msgspec.Meta(max_length=20_000)] = ""  # names, one a line or parted by ;
    of: str = ""  # instead of `what`: a regime, or one of its schedules, "un-1988:Table I"
    day: date | None = None  # None: today
    whose: tuple[str, ...] = msgspec.field(default=(), name="in")  # jurisdictions; none: all


class ScheduleChoice(Record, frozen=True, kw_only=True):
    """A regime or a schedule whose substances can be compared."""

    value: str
    label: str
    regime: str  # name
    count: int


class ComparePage(Record, frozen=True, kw_only=True):
    """Laws side by side."""

    asked: CompareQuestion
    day: date
    jurisdictions: tuple[str, ...]
    schedules: tuple[ScheduleChoice, ...]
    mistakes: tuple[str, ...]  # what is named and was not found
    total: int  # substances that are compared; the page shows the first 300
    found: ComparisonView | None  # None: nothing is asked
    table: str  # address of all of it as CSV


class ChangesQuestion(Record, frozen=True, kw_only=True):
    """Of what time and of which laws changes are told."""

    day: date | None = None  # None: today
    since: date | None = None  # None: a year before
    regime: tuple[str, ...] = ()  # slugs; none: all


class RegimeChoice(Record, frozen=True, kw_only=True):
    """A regime that can be chosen."""

    slug: str
    name: str
    undated: int  # listings whose first day is not known
    chosen: bool


class ChangesPage(Record, frozen=True, kw_only=True):
    """What comes and what came."""

    day: date
    since: date
    regimes: tuple[RegimeChoice, ...]
    coming: tuple[ChangeView, ...]
    came: tuple[ChangeView, ...]  # the latest first
    undated: int
    calendar: str  # address


class RegimesPage(Record, frozen=True, kw_only=True):
    """The laws that are loaded."""

    day: date
    regimes: tuple[RegimeLine, ...]


class ClassesPage(Record, frozen=True, kw_only=True):
    """The class rules that are loaded."""

    day: date
    classes: tuple[ClassLine, ...]


@get("/law/compare", guards=[may("see")], sync_to_thread=True, query=CompareQuestion)
def compare_page(request: Asked, node: TheNode) -> Response[ComparePage]:
    """Put the laws side by side for some substances, or for those of a schedule."""
    asked = read_query(request, CompareQuestion)
    desk, day = desk_of(node), asked.day or node.today()
    substances, mistakes = _chosen(desk, asked, day)
    page = ComparePage(
        asked=asked,
        day=day,
        jurisdictions=jurisdictions_at(desk),
        schedules=_schedules(desk, day),
        mistakes=tuple(mistakes),
        total=len(substances),
        found=_compared(desk, asked, day, substances[:_MOST]) if substances else None,
        table=f"/law/compare/table.csv?{request.url.query}",
    )
    return reply(request, "law-compare.html", page)


@get(
    "/law/compare/table.csv", guards=[may("see")], sync_to_thread=True,
    query=CompareQuestion, gives="text/csv",
)  # fmt: skip
def compare_table(request: Asked, node: TheNode) -> Response[bytes]:
    """Send a comparison as CSV, all of it."""
    asked = read_query(request, CompareQuestion)
    desk, day = desk_of(node), asked.day or node.today()
    substances, _ = _chosen(desk, asked, day)
    table = comparison_csv(_compared(desk, asked, day, substances))
    return _file(table, _CSV, f"laws-{day}.csv")


@get("/law/changes", guards=[may("see")], sync_to_thread=True, query=ChangesQuestion)
def changes_page(request: Asked, node: TheNode) -> Response[ChangesPage]:
    """Say what changes next in the law that is loaded, and what changed lately."""
    asked = read_query(request, ChangesQuestion)
    desk, day, views = _changes(node, asked)
    counts = undated(desk.registry)
    since = asked.since or day - timedelta(_BACK)
    chosen = set(asked.regime)
    page = ChangesPage(
        day=day,
        since=since,
        regimes=tuple(
            RegimeChoice(
                slug=each.slug, name=each.name, undated=counts.get(each.slug, 0),
                chosen=each.slug in chosen,
            )
            for each in regime_lines(desk.registry, day)
        ),
        coming=tuple(each for each in views if each.day > day),
        came=tuple(each for each in reversed(views) if since <= each.day <= day),
        undated=sum(n for slug, n in counts.items() if not chosen or slug in chosen),
        calendar=f"/law/changes/calendar.ics?{request.url.query}",
    )  # fmt: skip
    return reply(request, "law-changes.html", page)


@get(
    "/law/changes/calendar.ics", guards=[may("see")], sync_to_thread=True,
    query=ChangesQuestion, gives="text/calendar",
)  # fmt: skip
def changes_calendar(request: Asked, node: TheNode) -> Response[bytes]:
    """Send what changes after the day as a calendar."""
    asked = read_query(request, ChangesQuestion)
    _, day, views = _changes(node, asked)
    coming = (each for each in views if each.day > day)
    return _file(calendar_of(coming, node.now()), _ICS, f"law-after-{day}.ics")


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


def _chosen(desk: LawDesk, asked: CompareQuestion, day: date) -> tuple[list[Substance], list[str]]:
    """Return the substances that are asked about, each once, and what names none."""
    if asked.of:
        regime, _, schedule = asked.of.partition(":")
        return of_schedule(desk.registry, regime, schedule, day), []
    found: dict[str, Substance] = {}
    mistakes = []
    for text in asked.what.replace(";", "\n").splitlines():
        try:
            named = desk.named(text.strip()) if text.strip() else []
        except InputError as error:
            mistakes.append(error.message)
            continue
        found |= {each.slug: each for each in named if each.kind != "class"}
    return list(found.values()), mistakes


def _compared(
    desk: LawDesk, asked: CompareQuestion, day: date, substances: list[Substance]
) -> ComparisonView:
    places = [each.strip().upper() for text in asked.whose for each in text.split(",")]
    question = Question(day=day, jurisdictions=tuple(dict.fromkeys(filter(None, places))))
    found = compare(substances, question, desk.registry, desk.book, desk.members)
    return comparison_view(found, words_of(desk.registry), desk.rules)


def _schedules(desk: LawDesk, day: date) -> tuple[ScheduleChoice, ...]:
    """Return the schedules that list substances on a day, under the names of their laws."""
    counts = schedules_on(desk.registry, day)
    regimes = sorted(desk.registry.regimes.values(), key=place_of)
    return tuple(
        ScheduleChoice(value=f"{regime.slug}:{name}", label=name, regime=regime.name, count=count)
        for regime in regimes
        if regime.binding
        for name, count in counts.get(regime.slug, {}).items()
    )


def _changes(node: Node, asked: ChangesQuestion) -> tuple[LawDesk, date, tuple[ChangeView, ...]]:
    desk, day = desk_of(node), asked.day or node.today()
    for slug in asked.regime:
        if slug not in desk.registry.regimes:
            raise InputError(f'no law is called "{slug[:80]}"', hint="look it up among the laws")
    found = changes_of(desk.registry, desk.book, asked.regime)
    return desk, day, change_views(found, words_of(desk.registry))


def _file(content: bytes, kind: str, name: str) -> Response[Any]:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)


HANDLERS = [
    compare_page, compare_table, changes_page, changes_calendar, regimes_page, regime_page,
    classes_page, class_page,
]  # fmt: skip
