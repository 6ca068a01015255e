"""Dated law: answers agree with the sources on the days around each entry into force."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import pytest

from tidewaiter.base.phrases import english
from tidewaiter.base.records import Record
from tidewaiter.base.resources import read_toml
from tidewaiter.identify import Identifier, Lexicon
from tidewaiter.law.answers import Answer, Found, Question, Route, Ruling
from tidewaiter.law.assessment import assess
from tidewaiter.law.registry import Registry
from tidewaiter.law.rules import LawBook
from tidewaiter.trade.substance_lookup import Namer

DAY = timedelta(days=1)
TODAY = date(2026, 11, 25)
SUBSTANCES = 40
DAYS = 5


class Row(Record, frozen=True, kw_only=True):
    """A listing, as a source prints it."""

    name: str
    cas: str | None = None
    regime: str
    schedule: str
    decided: date | None = None
    since: date
    before: str = ""  # the schedule that held it until then
    basis: Literal["read", "second-hand", "memory"]
    source: str

    def days(self) -> Iterator[date]:
        """Yield days before, of and after its decision and its entry into force."""
        if self.decided:
            yield from (self.decided - DAY, self.decided, self.decided + DAY)
        yield from (self.since - 200 * DAY, self.since - DAY, self.since, self.since + DAY, TODAY)


class Told(Record, frozen=True, kw_only=True):
    """One answer that a source gives."""

    name: str
    regime: str
    day: date
    origin: str | None = None
    destination: str | None = None
    answer: Answer
    source: str


class Dates(Record, frozen=True, kw_only=True):
    """The file."""

    listings: tuple[Row, ...]
    answers: tuple[Told, ...]


FILE = read_toml(Path(__file__).parents[1] / "data" / "law_dates.toml", Dates)


@pytest.fixture(scope="module")
def namer(lexicon: Lexicon) -> Namer:
    """Find substances by what the sources call them."""
    return Namer(lexicon.registry, lambda: Identifier(lexicon))


@pytest.fixture(scope="module")
def book(registry: Registry) -> LawBook:
    """Load the rules beside the listings."""
    return registry.book


def _ruling(question: Question, found: Found, regime: str, law: tuple[Registry, LawBook]) -> Ruling:
    answer = assess(question, *law, found)
    return next(each for each in answer.rulings if each.regime == regime)


def _name(row: Row | Told) -> str:
    return f"{row.regime}-{row.name}-{row.since if isinstance(row, Row) else row.day}"


def test_there_are_enough_of_them(namer: Namer) -> None:
    """Some forty substances and more are asked on five days and more each."""
    asked: dict[str, set[date]] = defaultdict(set)
    for row in FILE.listings:
        (found,) = namer.find(row.cas or row.name)
        asked[found.name] |= set(row.days())
    assert len(asked) >= SUBSTANCES
    assert min(map(len, asked.values())) >= DAYS


@pytest.mark.parametrize("row", FILE.listings, ids=_name)
def test_answers_agree_with_the_sources(
    row: Row, namer: Namer, registry: Registry, book: LawBook
) -> None:
    """Before its decision a listing is none, then proposed, and from its first day it holds."""
    (found,) = namer.find(row.cas or row.name)
    for day in row.days():
        ruling = _ruling(Question(day=day), found, row.regime, (registry, book))
        schedules = {each.schedule for each in ruling.held}
        if day >= row.since:
            assert (ruling.answer, row.schedule in schedules) == ("controlled", True), day
        elif row.before:
            assert (ruling.answer, schedules) == ("controlled", {row.before}), day
        elif row.decided is None:
            assert ruling.answer in {"not listed", "proposed"}, day
        elif day >= row.decided:
            assert ruling.answer == "proposed", day
            assert f"in force from {row.since}" in english(ruling.reason)
        else:
            assert ruling.answer == "not listed", day
            assert f"controlled from {row.since}" in english(ruling.reason)


@pytest.mark.parametrize("told", FILE.answers, ids=_name)
def test_answers_on_routes_and_proposals_agree(
    told: Told, namer: Namer, registry: Registry, book: LawBook
) -> None:
    """What depends on a route, or was proposed only, is answered as the sources tell."""
    (found,) = namer.find(told.name)
    route = Route(origin=told.origin, destination=told.destination)
    question = Question(
        day=told.day, route=route, jurisdictions=(registry.regimes[told.regime].jurisdiction,)
    )
    assert _ruling(question, found, told.regime, (registry, book)).answer == told.answer


@pytest.mark.parametrize("slug", sorted({each.regime for each in FILE.listings}))
def test_what_is_not_verified_is_said(slug: str, registry: Registry, book: LawBook) -> None:
    """An answer based on a control or date not read in the law says so."""
    for substance in registry.substances:
        found = Found(name=substance.name, substance=substance)
        ruling = _ruling(Question(day=TODAY), found, slug, (registry, book))
        sure = all(
            each.mark == "read" and each.dates == "read" and each.since for each in ruling.held
        )
        assert bool(ruling.held) <= bool(sure or ruling.doubts), substance.slug
        assert sure <= (not ruling.held or not any("not verified" in d for d in ruling.doubts))
