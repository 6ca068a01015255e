"""Routes, amounts and contents that United States and Canadian law leave free, by its texts."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from tidewaiter.law.answers import Found, Question, Route, Ruling
from tidewaiter.law.assessment import assess
from tidewaiter.law.registry import Registry

DAY = date(2026, 11, 1)
US, CANADA = "us-listed-chemicals", "ca-precursors"
Ask = Callable[..., Ruling]


@pytest.fixture(scope="module")
def ask(registry: Registry) -> Ask:
    """Ask one regime about a substance on a route."""
    book = registry.book

    def ruling(
        regime: str,
        slug: str,
        route: tuple[str, str],
        *,
        percent: str | None = None,
        **more: object,
    ) -> Ruling:
        question = Question(
            day=DAY,
            route=Route(origin=route[0], destination=route[1]),
            jurisdictions=(registry.regimes[regime].jurisdiction,),
            percent=Decimal(percent) if percent else None,
            **more,  # type: ignore[arg-type]
        )
        found = Found(name=slug, substance=registry.substance(slug))
        answer = assess(question, registry, book, found)
        return next(each for each in answer.rulings if each.regime == regime)

    return ruling


@pytest.mark.parametrize("slug", ["hydrochloric-acid", "sulphuric-acid"])
@pytest.mark.parametrize(
    ("origin", "destination", "held"),
    [("US", "DE", False), ("US", "CO", True), ("US", "PE", True)],
)
def test_acids_are_regulated_to_fourteen_countries_alone(
    slug: str, origin: str, destination: str, *, held: bool, ask: Ask
) -> None:
    """21 CFR 1310.08 excludes exports but to the designated countries."""
    ruling = ask(US, slug, (origin, destination))
    assert (ruling.answer == "controlled") is held
    assert bool(ruling.held) is held
    assert bool(ruling.duties) is held


@pytest.mark.parametrize("route", [("CN", "US"), ("US", "US")])
@pytest.mark.parametrize(
    ("goods", "answer"),
    [("substance", "controlled"), ("solution", "not listed"), (None, "not assessable")],
)
def test_hydrogen_chloride_is_regulated_at_home_and_inwards_while_it_is_anhydrous(
    goods: str | None, answer: str, route: tuple[str, str], ask: Ask
) -> None:
    """The exclusion of imports and domestic transactions does not cover the anhydrous gas."""
    assert ask(US, "hydrochloric-acid", route, goods=goods).answer == answer


def test_imports_of_sulphuric_acid_are_excluded(ask: Ask) -> None:
    """Its form does not matter, because the exclusion covers every form."""
    assert ask(US, "sulphuric-acid", ("CN", "US")).answer == "not listed"


@pytest.mark.parametrize(
    ("origin", "destination", "held"),
    [("US", "DE", False), ("DE", "US", False), ("US", "CA", False), ("US", "MX", True)],
)
def test_methyl_isobutyl_ketone_is_regulated_in_the_hemisphere_alone(
    origin: str, destination: str, *, held: bool, ask: Ask
) -> None:
    """Imports, and exports to Canada and beyond the Western Hemisphere, are excluded."""
    ruling = ask(US, "methyl-isobutyl-ketone", (origin, destination))
    assert (ruling.answer == "controlled") is held


@pytest.mark.parametrize(
    ("slug", "percent", "answer"),
    [
        ("acetic-anhydride", "20", "free by amount"),
        ("acetic-anhydride", "21", "controlled"),
        ("acetic-anhydride", "40", "controlled"),
        ("red-phosphorus", "80", "free by amount"),
        ("red-phosphorus", "81", "controlled"),
        ("n-methylephedrine", "0.1", "free by amount"),
        ("norephedrine", "0.7", "controlled"),
        ("methylamine", "15", "not assessable"),  # in water it is not a mixture
    ],
)
def test_mixtures_are_exempt_to_the_content_of_the_table(
    slug: str, percent: str, answer: str, ask: Ask
) -> None:
    """21 CFR 1310.12 (c), on either side of each figure."""
    ruling = ask(US, slug, ("US", "MX"), percent=percent, mass_mg=10**10, goods="mixture")
    assert ruling.answer == answer


def test_what_rests_on_memory_no_longer_frees_or_holds_in_the_table_of_the_us(
    registry: Registry,
) -> None:
    """Each limit of the United States was read, in the section or in a rule."""
    limits = registry.book.limits(US)
    assert {each.source for each in limits if each.mark == "unverified"} <= {"us-fr-2000-iodine"}


@pytest.mark.parametrize(
    ("volume_ul", "answer"), [(189_270_589, "controlled"), (189_270_588, "not assessable")]
)
def test_a_gallon_threshold_is_a_volume(volume_ul: int, answer: str, ask: Ask) -> None:
    """Hydrochloric acid to Colombia is regulated from 50 gallons; less hangs on the month's sum."""
    route = ("US", "CO")
    ruling = ask(US, "hydrochloric-acid", route, percent="37", volume_ul=volume_ul)
    assert ruling.answer == answer


@pytest.mark.parametrize(("percent", "answer"), [("30", "free by amount"), ("31", "controlled")])
def test_canadian_class_b_mixtures_are_exempt_to_30_percent(
    percent: str, answer: str, ask: Ask
) -> None:
    """Section 55 of the Precursor Control Regulations."""
    ruling = ask(CANADA, "benzyl-chloride", ("CA", "US"), percent=percent, goods="mixture")
    assert ruling.answer == answer


def test_a_canadian_class_b_permit_hangs_on_what_the_country_asked_for(ask: Ask) -> None:
    """Section 57 (4): only for countries that INCB's table names, which no loaded list tells."""
    permits = [
        each for each in ask(CANADA, "acetone", ("CA", "US")).duties if "permit" in each.kind
    ]
    assert [each.known for each in permits] == [False]
    permits = [
        each
        for each in ask(CANADA, "phenethyl-bromide", ("CA", "US")).duties
        if "permit" in each.kind
    ]
    assert [each.known for each in permits] == [True]
