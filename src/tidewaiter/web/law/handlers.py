"""Law for a substance or structure by day, route and amount; comparison of instruments."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, TypeVar, get_args
from urllib.parse import urlencode

import msgspec
from litestar import Response, get

from tidewaiter.base.countries import find_country
from tidewaiter.base.errors import InputError
from tidewaiter.base.quantities import parse_percent
from tidewaiter.base.records import Record
from tidewaiter.explain.words import words_of
from tidewaiter.law.answers import Found, Goods, Question, Route
from tidewaiter.law.comparison import compare, of_schedule, schedules_on
from tidewaiter.law.jurisdictions import WORLD
from tidewaiter.law.registry import known_jurisdictions
from tidewaiter.law.types import Substance
from tidewaiter.report.law.comparison import ComparisonView, comparison_csv, comparison_view
from tidewaiter.report.law.regimes import place_of
from tidewaiter.report.law.sheet_printing import lexis_for, printing_of, sheet_of
from tidewaiter.report.law.sheets import SheetView, sheet_view
from tidewaiter.trade.substance_lookup import amount_of
from tidewaiter.web.core.node import TheNode
from tidewaiter.web.core.request_parsing import Asked, read_query
from tidewaiter.web.core.responses import download, reply
from tidewaiter.web.core.security import may
from tidewaiter.web.law.desk import LawDesk, desk_of

T = TypeVar("T")
D = TypeVar("D")
Short = Annotated[str, msgspec.Meta(max_length=200)]


class LawQuestion(Record, frozen=True, kw_only=True):
    """The question, as entered."""

    what: Annotated[str, msgspec.Meta(max_length=5_000)] = ""
    day: Short = ""  # "": today
    origin: Short = msgspec.field(default="", name="from")
    to: Short = ""
    transit: Short = ""  # countries, separated by commas
    whose: tuple[Short, ...] = msgspec.field(default=(), name="in")
    amount: Short = ""
    percent: Short = ""
    form: Short = ""


class Mistake(Record, frozen=True, kw_only=True):
    """An unreadable part of a question."""

    field: str
    says: str
    hint: str


class LawPage(Record, frozen=True, kw_only=True):
    """A question and its answers."""

    asked: LawQuestion
    day: date
    jurisdictions: tuple[str, ...]  # selectable ones
    forms: tuple[str, ...]
    mistakes: tuple[Mistake, ...]
    answers: SheetView | None  # None: empty or partly unreadable


@get("/law", guards=[may("see")], sync_to_thread=True, query=LawQuestion)
def law_page(request: Asked, node: TheNode) -> Response[LawPage]:
    """Look up the law on a substance or structure, on a day and route."""
    asked = read_query(request, LawQuestion)
    desk = desk_of(node)
    reading = _Reading(asked, node.today())
    said = None
    if asked.what.strip() and not reading.mistakes:
        said = _answers(desk, asked.what.strip(), reading.question, node.today())
    page = LawPage(
        asked=asked,
        day=reading.question.day,
        jurisdictions=jurisdictions_at(desk),
        forms=get_args(Goods),
        mistakes=tuple(reading.mistakes),
        answers=said() if said else None,
    )
    return reply(request, "law.html", page, view=said)


def jurisdictions_at(desk: LawDesk) -> tuple[str, ...]:
    """Return the jurisdictions with loaded law, conventions first."""
    known = known_jurisdictions(desk.registry)
    return tuple(sorted(known, key=lambda each: (each != WORLD, each)))


def _answers(desk: LawDesk, what: str, question: Question, today: date) -> Callable[[], SheetView]:
    """Answer like `tidewaiter law --sheet`; what is returned says it in the language spoken."""
    found: tuple[Found, ...] | InputError
    try:
        found = desk.asker.find(what, question.day)
    except InputError as error:
        found = error
    printing = printing_of(question, desk.own, today)
    sheet = sheet_of(what, found, printing)
    return lambda: sheet_view(sheet, printing.imprint, lexis_for(desk.own))


class _Reading:
    """Question parser that collects errors."""

    def __init__(self, asked: LawQuestion, today: date) -> None:
        self.mistakes: list[Mistake] = []
        self._asked = asked
        mass, volume = self._read("amount", amount_of, (None, None))
        self.question = Question(
            day=self._read("day", _day, None) or today,
            route=Route(
                origin=self._read("from", _country, None),
                transit=self._read("transit", _countries, ()),
                destination=self._read("to", _country, None),
            ),
            jurisdictions=tuple(dict.fromkeys(self._read("in", _places, ()))),
            mass_mg=mass,
            volume_ul=volume,
            percent=self._read("percent", _percent, None),
            goods=self._read("form", _goods, None),
        )

    def _read(self, field: str, read: Callable[[Any], T], default: D) -> T | D:
        names = {"from": "origin", "in": "whose"}
        try:
            return read(getattr(self._asked, names.get(field, field)))
        except InputError as error:
            self.mistakes.append(Mistake(field=field, says=error.message, hint=error.hint))
            return default


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InputError("web/not-a-day", text=text) from error


def _country(text: str) -> str | None:
    if not text.strip():
        return None
    found = find_country(text)
    if found is None:
        raise InputError("web/not-a-country", text=text)
    return found


def _countries(text: str) -> tuple[str, ...]:
    return tuple(found for each in text.split(",") if (found := _country(each)) is not None)


def _places(several: tuple[str, ...]) -> list[str]:
    """Parse jurisdictions: repeated or separated by commas."""
    places = [each.strip().upper() for text in several for each in text.split(",") if each.strip()]
    for each in places:
        if each not in {WORLD, "EU"} and find_country(each) != each:
            raise InputError("web/not-a-jurisdiction", each=each)
    return places


def _percent(text: str) -> Decimal | None:
    return parse_percent(text) if text.strip() else None


def _goods(text: str) -> Goods | None:
    for each in get_args(Goods):
        if each == text:
            return each  # type: ignore[no-any-return]
    if text:
        raise InputError("web/not-a-form-of-goods", text=text, goods=", ".join(get_args(Goods)))
    return None


_MOST = 100  # substances per page; the table has all


class CompareQuestion(Record, frozen=True, kw_only=True):
    """Query of a comparison."""

    what: Annotated[str, msgspec.Meta(max_length=20_000)] = ""  # names, separated by line or ;
    of: str = ""  # instead of `what`: a legal instrument or a schedule, "un-1988:Table I"
    day: date | None = None  # None: today
    whose: tuple[str, ...] = msgspec.field(default=(), name="in")  # jurisdictions; empty: all
    first: Annotated[int, msgspec.Meta(ge=0)] = 0  # index of the first substance on the page


class ScheduleChoice(Record, frozen=True, kw_only=True):
    """A legal instrument or schedule to compare."""

    value: str
    label: str
    regime: str  # name
    count: int


class ComparePage(Record, frozen=True, kw_only=True):
    """A comparison of law."""

    asked: CompareQuestion
    day: date
    jurisdictions: tuple[str, ...]
    schedules: tuple[ScheduleChoice, ...]
    mistakes: tuple[str, ...]  # names not found
    total: int  # number of substances on all pages
    found: ComparisonView | None  # None: no query
    next: str  # address of the next page; "": last page
    table: str  # address of the complete CSV


@get("/law/compare", guards=[may("see")], sync_to_thread=True, query=CompareQuestion)
def compare_page(request: Asked, node: TheNode) -> Response[ComparePage]:
    """Compare the law on some substances, or on those of a schedule."""
    asked = read_query(request, CompareQuestion)
    desk, day = desk_of(node), asked.day or node.today()
    substances, mistakes = _chosen(desk, asked, day)
    last = asked.first + _MOST
    shown = substances[asked.first : last]
    page = ComparePage(
        asked=asked,
        day=day,
        jurisdictions=jurisdictions_at(desk),
        schedules=_schedules(desk, day),
        mistakes=tuple(mistakes),
        total=len(substances),
        found=_compared(desk, asked, day, shown) if shown else None,
        next=f"/law/compare?{_query(asked, day, last)}" if last < len(substances) else "",
        table=f"/law/compare/table.csv?{request.url.query}",
    )
    return reply(request, "law-compare.html", page)


@get(
    "/law/compare/table.csv",
    guards=[may("see")],
    sync_to_thread=True,
    query=CompareQuestion,
    gives="text/csv",
)
def compare_table(request: Asked, node: TheNode) -> Response[bytes]:
    """Send a complete comparison as CSV."""
    asked = read_query(request, CompareQuestion)
    desk, day = desk_of(node), asked.day or node.today()
    substances, _ = _chosen(desk, asked, day)
    table = comparison_csv(_compared(desk, asked, day, substances))
    return download(table, "text/csv", f"laws-{day}.csv")


def _chosen(desk: LawDesk, asked: CompareQuestion, day: date) -> tuple[list[Substance], list[str]]:
    """Return the distinct substances queried, and names not found."""
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


def _query(asked: CompareQuestion, day: date, first: int) -> str:
    said = [("what", asked.what), ("of", asked.of), ("day", f"{day}"), ("first", f"{first}")]
    return urlencode([*(pair for pair in said if pair[1]), *(("in", each) for each in asked.whose)])


def _compared(
    desk: LawDesk, asked: CompareQuestion, day: date, substances: list[Substance]
) -> ComparisonView:
    places = [each.strip().upper() for text in asked.whose for each in text.split(",")]
    question = Question(day=day, jurisdictions=tuple(dict.fromkeys(filter(None, places))))
    found = compare(substances, question, desk.registry, desk.book, desk.members)
    return comparison_view(found, words_of(desk.registry), desk.rules)


def _schedules(desk: LawDesk, day: date) -> tuple[ScheduleChoice, ...]:
    """Return the schedules with controls on a day, by name of their law."""
    counts = schedules_on(desk.registry, day)
    regimes = sorted(desk.registry.regimes.values(), key=place_of)
    return tuple(
        ScheduleChoice(value=f"{regime.slug}:{name}", label=name, regime=regime.name, count=count)
        for regime in regimes
        if regime.binding
        for name, count in counts.get(regime.slug, {}).items()
    )


HANDLERS = [law_page, compare_page, compare_table]
