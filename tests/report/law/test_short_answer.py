"""All answers in few lines: controls, obligations, what is open, and how current the law is."""

from datetime import date

import pytest
from msgspec.structs import replace

from tidewaiter.base.phrases import as_written
from tidewaiter.explain.summary import Summary
from tidewaiter.explain.words import words_of
from tidewaiter.law.answers import Age, Answer, Assessment, Duty, Listing, Question, Route, Ruling
from tidewaiter.law.comparison import ORDER
from tidewaiter.law.registry import Registry
from tidewaiter.report.law.short_answer import (
    MOST,
    ShortAnswer,
    age_views,
    in_order,
    short_answer,
    short_of_alert,
)
from tidewaiter.trade.duties import duty_in_short
from tidewaiter.trade.types import Holding

OLD, NEW = date(2026, 1, 31), date(2026, 11, 25)


def _ruling(
    regime: str, jurisdiction: str, answer: Answer, *, schedule: str = "", known: bool = True
) -> Ruling:
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
        known=known,
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


def _short(
    registry: Registry,
    *rulings: Ruling,
    question: Question | None = None,
    watched: tuple[str, ...] = (),
) -> ShortAnswer:
    asked = Assessment(
        day=date(2026, 12, 2),
        name="Acetone",
        substance="acetone",
        form=None,
        route=Route(origin="DE", destination="CO"),
        rulings=rulings,
        watched=watched,
        ages=(
            Age(as_of=NEW, days=7, regimes=("un-1988", "eu-precursors")),
            Age(as_of=OLD, days=305, regimes=("us-csa",)),
        ),
    )
    return short_answer(asked, registry.regimes, registry.rules, question)


def _texts(short: ShortAnswer, kind: str) -> list[str]:
    return [each.text for each in short.lines if each.kind == kind]


def test_controls_and_jurisdictions_are_named_once(registry: Registry) -> None:
    """Controls by their short names, duties and the rest by place."""
    short = _short(
        registry,
        _ruling("un-1961", "UN", "not listed"),
        _ruling("un-1988", "UN", "controlled", schedule="Table I"),
        _ruling("eu-precursors", "EU", "controlled", schedule="Category 1"),
        _ruling("us-csa", "US", "not listed"),
        _ruling("mx-precursors", "MX", "not assessable"),
    )
    assert _texts(short, "controlled") == ["UN Table I, EU cat. 1"]
    assert [each.split(":")[0] for each in _texts(short, "do")] == [
        "United Nations",
        "European Union",
    ]
    assert _texts(short, "open") == ["Mexico: r"]
    assert _texts(short, "silent") == []  # it is controlled, which is what the officer asks


def test_the_first_line_tells_goods_route_day_and_age(registry: Registry) -> None:
    """The question is repeated, so that a printed answer stands alone."""
    question = Question(day=date(2026, 12, 2), mass_mg=5_000_000_000)
    asked = _short(registry, question=question).asked
    assert (
        asked
        == "Acetone, 5,000 kg, DE > CO, asked for 2 Dec 2026, law as of 25 Nov 2026 (7 days old)"
    )


def test_a_notice_period_ends_on_a_working_day(registry: Registry) -> None:
    """15 German working days after Wednesday, 2 December 2026."""
    ruling = _ruling("eu-precursors", "EU", "controlled", schedule="Category 1")
    (act,) = _texts(_short(registry, ruling), "do")
    assert act == (
        "European Union: export licence, 15 working days in advance:"
        " filed on 2 Dec 2026, not before 23 Dec 2026"
    )


def test_what_depends_on_a_request_is_to_be_checked(registry: Registry) -> None:
    """It is no duty yet, and says whom to ask."""
    ruling = _ruling("un-1988", "UN", "controlled", schedule="Table I", known=False)
    short = _short(registry, ruling)
    assert _texts(short, "do") == []
    assert "if Colombia has requested it" in _texts(short, "check")[0]


@pytest.mark.parametrize("watched", [(), ("one list", "another list")])
@pytest.mark.parametrize("checks", [0, 1, 5])
@pytest.mark.parametrize("duties", [0, 1, 12])
def test_no_answer_is_longer_than_eight_lines(
    registry: Registry, duties: int, checks: int, watched: tuple[str, ...]
) -> None:
    """Duties and checks beyond the room are counted; what is open, and how it is known, stay."""
    ruling = _ruling("eu-precursors", "EU", "controlled", schedule="Category 1")
    (duty,) = ruling.duties
    kinds = [replace(duty, kind=f"licence {i}") for i in range(duties)]
    asked = [replace(duty, kind=f"notice {i}", known=False) for i in range(checks)]
    short = _short(
        registry,
        replace(ruling, duties=(*kinds, *asked)),
        _ruling("us-csa", "US", "free by amount", schedule="II"),
        _ruling("uk-misuse-of-drugs", "GB", "proposed", schedule="Class A"),
        _ruling("mx-precursors", "MX", "not assessable"),
        watched=watched,
    )
    assert len(short.lines) <= MOST
    assert [each.kind for each in short.lines[:3]] == ["controlled", "free", "proposed"]
    assert _texts(short, "open") == ["Mexico: r"]
    assert short.lines[-1].kind == "sure"
    for kind, many in (("do", duties), ("check", checks)):
        told = _texts(short, kind)
        assert bool(told) == bool(many)
        if len(told) < many:
            assert told[-1].endswith(f"and {many - len(told)} more")


def test_a_proposal_requires_nothing_yet(registry: Registry) -> None:
    """Its duties begin with it."""
    short = _short(registry, _ruling("eu-precursors", "EU", "proposed", schedule="Category 1"))
    assert [each.kind for each in short.lines] == ["proposed", "sure"]


def test_how_it_is_known_is_the_last_line(registry: Registry) -> None:
    """Marks of controls, unknown first days, and places with old law."""
    (sure,) = _texts(_short(registry, _ruling("un-1988", "UN", "controlled", schedule="T")), "sure")
    assert sure == (
        "controls: official text; first day unknown: 1; older law: United States as of 31 Jan 2026"
    )


def test_a_class_has_the_short_name_of_its_schedule(registry: Registry) -> None:
    """A law that holds something by a class rule is named by its schedule, not by the rule."""
    rule = registry.classes[0]
    ruling = _ruling(rule.regime, "XX", "controlled", schedule=f"class {rule.slug}")
    (named,) = _texts(_short(registry, ruling), "controlled")
    assert rule.slug not in named


@pytest.fixture
def held() -> Holding:
    """Return a control on the route, with a duty and one that depends on a request."""
    (duty,) = _ruling("un-1988", "UN", "controlled", schedule="Table II").duties
    plain = replace(duty, days=None)
    return Holding(
        substance="acetone",
        regime="un-1988",
        schedule="Table II",
        since=None,
        scope="",
        source="s",
        mark="second-hand",
        role="export",
        duties=(duty_in_short(plain), duty_in_short(replace(plain, kind="notice", known=False))),
    )


def test_the_law_of_an_alert_is_as_short(
    registry: Registry, summary: Summary, held: Holding
) -> None:
    """What depends on a request is to be checked; law that is not on the route is left out."""
    abroad = replace(held, regime="eu-precursors", schedule="Category 3", role="", duties=())
    alert = replace(
        summary.top[0], law=(held, held, abroad), law_open=(as_written("no law of Narnia"),)
    )
    short = short_of_alert(alert, words_of(registry))
    assert [(each.kind, each.text) for each in short.lines] == [
        ("controlled", "UN Table II"),
        ("do", "export: export licence"),
        ("check", "export: notice (not assessable)"),
        ("open", "no law of Narnia"),
        ("sure", "controls: secondary source; first day unknown: 2"),
    ]
    elsewhere = short_of_alert(replace(alert, law=(abroad,)), words_of(registry))
    assert _texts(elsewhere, "controlled") == ["EU cat. 3"]


def test_the_class_of_an_alert_is_named_by_its_schedule(
    registry: Registry, summary: Summary, held: Holding
) -> None:
    """The slug of its rule says nothing to an officer."""
    rule = registry.classes[0]
    law = (replace(held, regime=rule.regime, schedule=f"class {rule.slug}"),)
    short = short_of_alert(replace(summary.top[0], law=law), words_of(registry))
    assert rule.slug not in _texts(short, "controlled")[0]


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
