"""Asking what the law is: a substance or a structure, a day, a route and an amount."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, TypeVar, get_args

import msgspec
from litestar import Response, get

from tidewaiter.base.countries import find_country
from tidewaiter.base.errors import InputError
from tidewaiter.base.quantities import parse_percent
from tidewaiter.base.records import Record
from tidewaiter.bulk.sheets import lexis_for, printing_of, sheet_of
from tidewaiter.consignments.asking import amount_of
from tidewaiter.report.sheets import SheetView, sheet_view
from tidewaiter.substances.jurisdictions import WORLD
from tidewaiter.substances.lawbook import known_jurisdictions
from tidewaiter.substances.questions import Found, Goods, Question, Route
from tidewaiter.web.asking import Asked, read_query
from tidewaiter.web.given import TheNode
from tidewaiter.web.lawdesk import LawDesk, desk_of
from tidewaiter.web.replies import reply
from tidewaiter.web.security import may

T = TypeVar("T")
D = TypeVar("D")
Short = Annotated[str, msgspec.Meta(max_length=200)]


class LawQuestion(Record, frozen=True, kw_only=True):
    """What is asked, as it is written."""

    what: Annotated[str, msgspec.Meta(max_length=5_000)] = ""
    day: Short = ""  # "": today
    origin: Short = msgspec.field(default="", name="from")
    to: Short = ""
    transit: Short = ""  # countries, parted by commas
    whose: tuple[Short, ...] = msgspec.field(default=(), name="in")
    amount: Short = ""
    percent: Short = ""
    form: Short = ""


class Mistake(Record, frozen=True, kw_only=True):
    """What of a question could not be read."""

    field: str
    says: str
    hint: str


class LawPage(Record, frozen=True, kw_only=True):
    """A question and its answers."""

    asked: LawQuestion
    day: date
    jurisdictions: tuple[str, ...]  # that can be asked
    forms: tuple[str, ...]
    mistakes: tuple[Mistake, ...]
    answers: SheetView | None  # None: nothing is asked, or not all of it could be read


@get("/law", guards=[may("see")], sync_to_thread=True, query=LawQuestion)
def law_page(request: Asked, node: TheNode) -> Response[LawPage]:
    """Ask what each law says of a substance or a structure, on a day and a route."""
    asked = read_query(request, LawQuestion)
    desk = desk_of(node)
    reading = _Reading(asked, node.today())
    answers = None
    if asked.what.strip() and not reading.mistakes:
        answers = _answers(desk, asked.what.strip(), reading.question, node.today())
    page = LawPage(
        asked=asked,
        day=reading.question.day,
        jurisdictions=jurisdictions_at(desk),
        forms=get_args(Goods),
        mistakes=tuple(reading.mistakes),
        answers=answers,
    )
    return reply(request, "law.html", page)


def jurisdictions_at(desk: LawDesk) -> tuple[str, ...]:
    """Return the jurisdictions of which some law is loaded, the conventions first."""
    known = known_jurisdictions(desk.registry)
    return tuple(sorted(known, key=lambda each: (each != WORLD, each)))


def _answers(desk: LawDesk, what: str, question: Question, today: date) -> SheetView:
    """Answer as `tidewaiter law --sheet` does."""
    found: tuple[Found, ...] | InputError
    try:
        found = desk.asker.find(what, question.day)
    except InputError as error:
        found = error
    printing = printing_of(question, desk.own, today)
    return sheet_view(sheet_of(what, found, printing), printing.imprint, lexis_for(desk.own))


class _Reading:
    """Reads a question, and keeps what of it could not be read."""

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
        raise InputError(f'"{text}" is not a day', hint="write it like 2026-11-25") from error


def _country(text: str) -> str | None:
    if not text.strip():
        return None
    found = find_country(text)
    if found is None:
        raise InputError(
            f'"{text}" is not a country', hint="write its name, or two letters like MX"
        )
    return found


def _countries(text: str) -> tuple[str, ...]:
    return tuple(found for each in text.split(",") if (found := _country(each)) is not None)


def _places(several: tuple[str, ...]) -> list[str]:
    """Read jurisdictions: each may be one, or several parted by commas."""
    places = [each.strip().upper() for text in several for each in text.split(",") if each.strip()]
    for each in places:
        if each not in {WORLD, "EU"} and find_country(each) != each:
            raise InputError(
                f'"{each}" is no jurisdiction', hint="it is like UN, EU, or two letters like MX"
            )
    return places


def _percent(text: str) -> Decimal | None:
    return parse_percent(text) if text.strip() else None


def _goods(text: str) -> Goods | None:
    for each in get_args(Goods):
        if each == text:
            return each  # type: ignore[no-any-return]
    if text:
        raise InputError(
            f'"{text}" is no form of goods', hint=f"it is one of: {', '.join(get_args(Goods))}"
        )
    return None


HANDLERS = [law_page]
