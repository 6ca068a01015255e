"""The verdict before the answers: controls, obligations, and how current the law is."""

from datetime import date

from tidewaiter.base.phrases import as_written
from tidewaiter.law.answers import Age, Answer, Duty, Listing, Ruling
from tidewaiter.law.comparison import ORDER
from tidewaiter.law.registry import Registry
from tidewaiter.report.law.rulings import age_views, in_order, verdict_of

OLD, NEW = date(2026, 1, 31), date(2026, 11, 25)


def _ruling(regime: str, jurisdiction: str, answer: Answer, *, schedule: str = "") -> Ruling:
    listing = Listing(
        schedule=schedule,
        decided=None,
        since=None,
        until=None,
        source="s",
        mark="read",
        dates="read",
    )
    duty = Duty(
        role="export",
        kind="export licence",
        text="t",
        days=15,
        day_kind="working",
        clause="c",
        source="s",
        mark="read",
        known=True,
    )
    return Ruling(
        regime=regime,
        jurisdiction=jurisdiction,
        answer=answer,
        reason=as_written("r"),
        held=(listing,) if schedule else (),
        duties=(duty,) if schedule else (),
    )


def test_what_holds_comes_first_and_the_route_decides_the_rest() -> None:
    """Answers are sorted by what they say; the same answers keep their order."""
    told = [_ruling(f"{i}", "XX", answer) for i, answer in enumerate((*ORDER[::-1], *ORDER))]
    ordered = in_order(told)
    assert [each.answer for each in ordered] == [each for each in ORDER for _ in range(2)]
    assert [each.regime for each in ordered[:2]] == ["4", "5"]


def test_a_verdict_names_listings_and_jurisdictions_once(registry: Registry) -> None:
    """Controls by their short names, duties once, and what is open or silent by its place."""
    said = verdict_of(
        [
            _ruling("un-1961", "UN", "not listed"),
            _ruling("un-1988", "UN", "controlled", schedule="Table I"),
            _ruling("eu-precursors", "EU", "controlled", schedule="Category 1"),
            _ruling("us-csa", "US", "not listed"),
            _ruling("mx-precursors", "MX", "not assessable"),
        ],
        registry.regimes,
        {each.slug: each for each in registry.classes},
    )
    assert said.controlled == ("UN Table I", "EU cat. 1")
    assert len(said.demands) == 1
    assert (said.open, said.silent) == (("MX",), ("US",))


def test_a_class_has_the_short_name_of_its_schedule(registry: Registry) -> None:
    """A law that holds something by a class rule is named by its schedule, not by the rule."""
    rule = registry.classes[0]
    ruling = _ruling(rule.regime, "XX", "controlled", schedule=f"class {rule.slug}")
    (named,) = verdict_of([ruling], registry.regimes, {rule.slug: rule}).controlled
    assert rule.slug not in named


def test_the_age_of_most_laws_is_told_without_their_names(registry: Registry) -> None:
    """Those that are older are named."""
    ages = (
        Age(as_of=NEW, days=6, regimes=("un-1988", "eu-precursors")),
        Age(as_of=OLD, days=304, regimes=("us-csa",)),
    )
    first, second = age_views(ages, registry.regimes)
    assert (first.as_of, first.days, first.laws) == (NEW, 6, ())
    assert second.laws == (registry.regimes["us-csa"].name,)
    assert age_views((), registry.regimes) == ()
