"""The card of a substance, and the laws and class rules around it."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.base.phrases import english
from tidewaiter.law.answers import Found
from tidewaiter.law.class_membership import load_members
from tidewaiter.law.controls import State, controls_on
from tidewaiter.law.registry import Registry
from tidewaiter.law.rules import LawBook
from tidewaiter.report.law.regimes import class_lines, class_view, regime_lines, regime_view
from tidewaiter.report.law.substance_card import WIDTH, Card, Span, card_of, timeline

DAY = date(2026, 11, 25)


@pytest.fixture(scope="module")
def book(registry: Registry) -> LawBook:
    """Load the rules."""
    return registry.book


@pytest.fixture(scope="module")
def card(registry: Registry, book: LawBook) -> Callable[..., Card]:
    """Make the card of a substance on a day."""
    members = load_members(registry)

    def make(slug: str, day: date = DAY) -> Card:
        substance = registry.substance(slug)
        found = members.judge(Found(name=substance.name, substance=substance), day)
        return card_of(found, day, registry, book)

    return make


def test_every_listing_stands_on_the_card(registry: Registry, card: Callable[..., Card]) -> None:
    """With both days, its mark and its source; conventions first."""
    for substance in registry.substances[::7]:
        made = card(substance.slug)
        told = {
            (law.regime, each.schedule, each.since, each.until, each.decided, each.mark, each.dates)
            for law in made.laws
            for each in law.listings
            if each.rule is None
        }
        wanted = {
            (c.regime, c.schedule, c.since, c.until, c.decided, c.mark, c.dates)
            for c in substance.controls
        }
        assert wanted <= told
        numbers = [each.number for each in (*made.sources, *made.origins)]
        assert sorted(numbers) == list(range(1, len(numbers) + 1))


def test_both_clocks_and_the_state(card: Callable[..., Card]) -> None:
    """Decided in March, in force in December: between them it is published."""
    states: dict[str, State] = {
        "2024-03-18": "later",
        "2024-03-19": "proposed",
        "2024-12-03": "held",
    }
    for day, state in states.items():
        laws = {law.regime: law for law in card("4-piperidone", date.fromisoformat(day)).laws}
        (listing,) = laws["un-1988"].listings
        assert (listing.state, f"{listing.decided}") == (state, "2024-03-19")


def test_limits_and_duties_by_role(card: Callable[..., Card]) -> None:
    """What the European Union asks of acetic anhydride, and from what amount."""
    laws = {law.regime: law for law in card("acetic-anhydride").laws}
    rules = laws["eu-precursors"].rules
    limits = [english(r.text) for r in rules if r.matter == "limit"]
    assert any("more than 100 l per calendar year" in each for each in limits)
    duties = {
        (role, r.text.parameters["duty"]) for r in rules if r.matter == "duty" for role in r.roles
    }
    assert ("export", "export authorisation") in duties
    assert ("import", "registration of the operator") in duties
    assert all(r.clause and r.source.title for r in rules)


def test_a_class_that_holds_it_is_named(card: Callable[..., Card]) -> None:
    """With its clauses: thiofentanyl has a heteromonocycle in place of the phenyl."""
    listed = [each for law in card("thiofentanyl").laws for each in law.listings if each.rule]
    (held,) = (each for each in listed if each.rule and each.rule.slug == "uk-fentanyls")
    assert held.clauses[0].startswith("(i)")


def test_what_could_not_be_evaluated_is_told(registry: Registry, card: Callable[..., Card]) -> None:
    """A drug without a structure: the class rules were not asked."""
    bare = next(s for s in registry.substances if s.kind == "drug" and not s.smiles)
    assert card(bare.slug).open_classes


DAYS = st.none() | st.dates(date(1961, 1, 1), date(2040, 1, 1))


@given(st.lists(st.tuples(DAYS, DAYS, DAYS), max_size=12), st.dates(date(1950, 1, 1)))
def test_bars_stay_in_the_drawing(days: list[tuple[date | None, ...]], day: date) -> None:
    """Whatever days are known; none of them is lost."""
    spans = [
        Span(label=f"{i}", state="held", decided=a, since=b, until=c)
        for i, (a, b, c) in enumerate(days)
    ]
    made = timeline(spans, day)
    assert (made is None) == (not spans)
    if made is not None:
        assert [bar.label for bar in made.bars] == [each.label for each in spans]
        for bar in made.bars:
            assert 0 <= bar.x <= WIDTH
            assert bar.y < made.height
            assert bar.decided is None or 0 <= bar.decided <= WIDTH
        assert 0 <= made.day <= WIDTH
        assert all(0 <= year.x <= WIDTH for year in made.years)


def test_a_law_lists_what_its_substances_say(registry: Registry, book: LawBook) -> None:
    """Each control is in one schedule, and counts are those of the day."""
    for line in regime_lines(registry, DAY):
        view = regime_view(line.slug, DAY, registry, book)
        assert view is not None
        listed = [each for schedule in view.schedules for each in schedule.listed]
        wanted = [c for s in registry.substances for c in s.controls if c.regime == line.slug]
        assert len(listed) == len(wanted) == sum(each.listings for each in view.marks)
        held = {
            s.slug
            for s in registry.substances
            for c in controls_on(s, DAY)
            if c.regime == line.slug and s.kind != "class"
        }
        assert line.substances == len(held)
    assert regime_view("none-such", DAY, registry, book) is None


def test_a_class_rule_is_told_in_words(registry: Registry) -> None:
    """Its clauses, their interpretation, unread parts, and its test compounds."""
    view = class_view("us-fentanyls-2025", DAY, registry)
    assert view is not None
    assert [clause.id for clause in view.clauses] == ["(A)", "(B)", "(C)", "(D)", "(E)"]
    assert view.clauses[4].mark == "second-hand"
    assert {"remifentanil", "norfentanyl"} <= {each.slug for each in view.outside}
    open_ = class_view("cn-cannabinoids", DAY, registry)
    assert open_ is not None
    assert open_.gap
    assert not open_.line.whole
    assert [each.slug for each in class_lines(registry, DAY)] != []
    assert {each.slug for each in class_lines(registry, DAY)} == {r.slug for r in registry.classes}
    assert class_view("none-such", DAY, registry) is None


def test_no_structure_pattern_leaves_the_rules(registry: Registry) -> None:
    """A page says a rule in words; the patterns that apply it stay in its file."""
    for rule in registry.classes:
        said = f"{class_view(rule.slug, DAY, registry)}"
        assert rule.anchor not in said
        assert all(core not in said for core in rule.cores)
