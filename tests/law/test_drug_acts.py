"""The British and the Canadian drug act: controlled substances, and unknown details."""

from datetime import date

import pytest

from tidewaiter.base.phrases import english
from tidewaiter.law.answers import Found, Goods, Question, Ruling
from tidewaiter.law.assessment import assess
from tidewaiter.law.registry import Registry
from tidewaiter.law.rules import LawBook

TODAY = date(2026, 11, 25)
CANADA, BRITAIN = "ca-cdsa", "uk-misuse-of-drugs"


@pytest.fixture(scope="module")
def book(registry: Registry) -> LawBook:
    """Load the rules beside the listings."""
    return registry.book


def _ruling(
    slug: str,
    regime: str,
    registry: Registry,
    book: LawBook,
    *,
    day: date = TODAY,
    goods: Goods | None = None,
) -> Ruling:
    country = registry.regimes[regime].jurisdiction
    found = Found(name=slug, substance=registry.substance(slug))
    question = Question(day=day, jurisdictions=(country,), goods=goods)
    answers = assess(question, registry, book, found).rulings
    return next(each for each in answers if each.regime == regime)


@pytest.mark.parametrize(
    ("slug", "regime", "schedule"),
    [
        ("fentanyl", CANADA, "Schedule I"),
        ("jwh-018", CANADA, "Schedule II"),
        ("methaqualone", CANADA, "Schedule III"),
        ("diazepam", CANADA, "Schedule IV"),
        ("fentanyl", BRITAIN, "Class A"),
        ("codeine", BRITAIN, "Class B"),
        ("diazepam", BRITAIN, "Class C"),
    ],
)
def test_what_an_act_names_is_controlled(
    slug: str, regime: str, schedule: str, registry: Registry, book: LawBook
) -> None:
    """The answer names the schedule or the class that holds the substance."""
    ruling = _ruling(slug, regime, registry, book)
    assert ruling.answer == "controlled"
    assert [each.schedule for each in ruling.held] == [schedule]


@pytest.mark.parametrize("regime", [CANADA, BRITAIN])
def test_what_an_act_does_not_name_is_open(regime: str, registry: Registry, book: LawBook) -> None:
    """The lists are not whole and hold derivatives, so that acetone is not said to be unlisted."""
    assert _ruling("acetone", regime, registry, book).answer == "not assessable"


def test_a_day_at_second_hand_says_so(registry: Registry, book: LawBook) -> None:
    """The order that moved ketamine was read only in a companion: the answer says so of its day."""
    doubts = _ruling("ketamine", CANADA, registry, book).doubts
    assert "Schedule I: its dates are from a secondary source" in doubts


def test_a_day_that_was_not_read_says_so(registry: Registry, book: LawBook) -> None:
    """The order that lists tapentadol in Canada was not read, so that its first day is open."""
    doubts = _ruling("tapentadol", CANADA, registry, book).doubts
    assert any("date of entry into force unknown" in each for each in doubts)


@pytest.mark.parametrize(
    ("day", "schedule"),
    [
        (date(2004, 1, 28), "Class B"),
        (date(2004, 1, 29), "Class C"),
        (date(2009, 1, 25), "Class C"),
        (date(2009, 1, 26), "Class B"),
    ],
)
def test_a_substance_that_changed_class_has_one_at_a_time(
    day: date, schedule: str, registry: Registry, book: LawBook
) -> None:
    """Cannabis was in Class C for five years."""
    held = _ruling("cannabis", BRITAIN, registry, book, day=day).held
    assert [each.schedule for each in held] == [schedule]


def test_what_hangs_on_a_purpose_is_for_a_person(registry: Registry, book: LawBook) -> None:
    """A mixture with gamma-butyrolactone is held only for human ingestion, which no paper tells."""
    ruling = _ruling("gamma-butyrolactone", BRITAIN, registry, book, goods="mixture")
    assert ruling.answer == "not assessable"
    assert "human ingestion" in english(ruling.reason)
