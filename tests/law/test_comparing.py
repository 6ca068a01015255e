"""Laws side by side: each cell is the law's own answer."""

from datetime import date

import pytest

from tidewaiter.law.answers import Found, Question
from tidewaiter.law.assessment import assess
from tidewaiter.law.class_membership import Members, load_members
from tidewaiter.law.comparison import Comparison, compare, of_schedule, schedules_on
from tidewaiter.law.registry import Registry
from tidewaiter.law.rules import LawBook

DAY = date(2026, 11, 25)


@pytest.fixture(scope="module")
def book(registry: Registry) -> LawBook:
    """Load the rules."""
    return registry.book


@pytest.fixture(scope="module")
def members(registry: Registry) -> Members:
    """Load what class rules say of the registry."""
    return load_members(registry)


@pytest.fixture(scope="module")
def of_table_i(registry: Registry, book: LawBook, members: Members) -> Comparison:
    """Compare the substances of Table I under all laws."""
    found = of_schedule(registry, "un-1988", "Table I", DAY)
    return compare(found, Question(day=DAY), registry, book, members)


def test_each_cell_is_what_the_law_answers(
    registry: Registry, book: LawBook, members: Members, of_table_i: Comparison
) -> None:
    """There is one answer to each question."""
    assert len(of_table_i.rows) == 43
    for row in of_table_i.rows:
        substance = registry.substance(row.slug)
        found = members.judge(Found(name=substance.name, substance=substance), DAY)
        rulings = assess(Question(day=DAY), registry, book, found).rulings
        assert [(c.regime, c.answer, c.reason) for c in row.cells] == [
            (r.regime, r.answer, r.reason) for r in rulings
        ]


def test_a_column_stands_for_a_law_that_lists_some(of_table_i: Comparison) -> None:
    """The single convention names none of them, and has no column."""
    assert "un-1988" in of_table_i.telling
    assert "un-1961" in of_table_i.regimes
    assert "un-1961" not in of_table_i.telling


@pytest.mark.parametrize(
    "case",
    [
        ("4-piperidone", "UN US", DAY, "days differ"),
        ("4-piperidone", "UN US", date(2024, 12, 2), "answers differ"),
        ("4-piperidone", "UN", DAY, "same"),
        ("fentanyl", "UN US", DAY, "days not known"),
    ],
)
def test_what_two_laws_have_in_common_is_said(
    registry: Registry, book: LawBook, members: Members, case: tuple[str, str, date, str]
) -> None:
    """The United States hold 4-piperidone from 2023, the convention from December 2024."""
    slug, places, day, agreement = case
    question = Question(day=day, jurisdictions=tuple(places.split()))
    (row,) = compare([registry.substance(slug)], question, registry, book, members).rows
    assert row.agreement == agreement


def test_the_first_of_several_is_marked(
    registry: Registry, book: LawBook, members: Members
) -> None:
    """Of known days alone."""
    question = Question(day=DAY, jurisdictions=("UN", "US", "EU"))
    (row,) = compare([registry.substance("4-piperidone")], question, registry, book, members).rows
    assert [c.regime for c in row.cells if c.earliest] == ["us-listed-chemicals"]


def test_a_class_rule_is_a_listing_too(registry: Registry, book: LawBook, members: Members) -> None:
    """Chinese lists do not name all that the class of 2019 holds."""
    question = Question(day=DAY, jurisdictions=("CN",))
    held = [
        row.slug
        for row in compare(registry.substances[:800], question, registry, book, members).rows
        for cell in row.cells
        if any(each.schedule.startswith("class ") for each in cell.listings)
    ]
    assert held


def test_a_schedule_is_that_of_the_day(registry: Registry) -> None:
    """Its count is that of its substances; classes are excluded."""
    for day in (DAY, date(2020, 1, 1)):
        for regime, named in schedules_on(registry, day).items():
            for schedule, count in named.items():
                found = of_schedule(registry, regime, schedule, day)
                assert len(found) == count
                assert {each.kind for each in found} <= {"drug", "precursor", "equipment"}
