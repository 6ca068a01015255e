"""Laws side by side: for some substances, or for those of a schedule."""

from datetime import date
from typing import Annotated
from urllib.parse import urlencode

import msgspec
from litestar import Response, get

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.report.comparing import ComparisonView, comparison_csv, comparison_view
from tidewaiter.report.lawplaces import (
    place_of,
)
from tidewaiter.report.library import words_of
from tidewaiter.substances.comparing import compare, of_schedule, schedules_on
from tidewaiter.substances.questions import Question
from tidewaiter.substances.types import Substance
from tidewaiter.web.asking import Asked, read_query
from tidewaiter.web.given import TheNode
from tidewaiter.web.law import jurisdictions_at
from tidewaiter.web.lawdesk import LawDesk, desk_of
from tidewaiter.web.replies import download, reply
from tidewaiter.web.security import may

_MOST = 100  # substances side by side on a page; the table holds all


class CompareQuestion(Record, frozen=True, kw_only=True):
    """What is compared."""

    what: Annotated[str, msgspec.Meta(max_length=20_000)] = ""  # names, one a line or parted by ;
    of: str = ""  # instead of `what`: a regime, or one of its schedules, "un-1988:Table I"
    day: date | None = None  # None: today
    whose: tuple[str, ...] = msgspec.field(default=(), name="in")  # jurisdictions; none: all
    first: Annotated[int, msgspec.Meta(ge=0)] = 0  # place of the first substance of the page


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
    total: int  # substances that are compared, on all pages
    found: ComparisonView | None  # None: nothing is asked
    next: str  # address of the next page; "": this is the last
    table: str  # address of all of it as CSV


@get("/law/compare", guards=[may("see")], sync_to_thread=True, query=CompareQuestion)
def compare_page(request: Asked, node: TheNode) -> Response[ComparePage]:
    """Put the laws side by side for some substances, or for those of a schedule."""
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
    """Send a comparison as CSV, all of it."""
    asked = read_query(request, CompareQuestion)
    desk, day = desk_of(node), asked.day or node.today()
    substances, _ = _chosen(desk, asked, day)
    table = comparison_csv(_compared(desk, asked, day, substances))
    return download(table, "text/csv", f"laws-{day}.csv")


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
    """Return the schedules that list substances on a day, under the names of their laws."""
    counts = schedules_on(desk.registry, day)
    regimes = sorted(desk.registry.regimes.values(), key=place_of)
    return tuple(
        ScheduleChoice(value=f"{regime.slug}:{name}", label=name, regime=regime.name, count=count)
        for regime in regimes
        if regime.binding
        for name, count in counts.get(regime.slug, {}).items()
    )


HANDLERS = [compare_page, compare_table]
