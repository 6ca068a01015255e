"""All answers in few lines: controls, obligations, what is open, and how current the law is."""

from datetime import date

from msgspec.structs import replace

from tidewaiter.base.phrases import as_written
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


def _short(registry: Registry, *rulings: Ruling, question: Question | None = None) -> ShortAnswer:
    asked = Assessment(
        day=date(2026, 12, 2),
        name="Acetone",
        substance="acetone",
        form=None,
        route=Route(origin="DE", destination="CO"),
        rulings=rulings,
        ages=(
            Age(as_of=NEW, days=7, regimes=("un-1988", "eu-precursors")),
            Age(as_of=OLD, days=305, regimes=("us-csa",)),
        ),
    )
    rules = {each.slug: each for each in registry.classes}
    return short_answer(asked, registry.regimes, rules, question)


def _texts(short: ShortAnswer, kind: str) -> list[str]:
    return [each.text for each in short.lines if each.kind == kind]


def test_controls_and_jurisdictions_are_named_once(registry: Registry) -> None:
    """Controls by their short names, a duty of two laws once, and the rest by place."""
    short = _short(
        registry,
        _ruling("un-1961", "UN", "not listed"),
        _ruling("un-1988", "UN", "controlled", schedule="Table I"),
        _ruling("eu-precursors", "EU", "controlled", schedule="Category 1"),
        _ruling("us-csa", "US", "not listed"),
        _ruling("mx-precursors", "MX", "not assessable"),
    )
    assert _texts(short, "controlled") == ["UN Table I, EU cat. 1"]
    assert len(_texts(short, "do")) == 1
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
    assert "filed on 2 Dec 2026, not before 23 Dec 2026" in act


def test_what_depends_on_a_request_is_to_be_checked(registry: Registry) -> None:
    """It is no duty yet, and says whom to ask."""
    ruling = _ruling("un-1988", "UN", "controlled", schedule="Table I", known=False)
    short = _short(registry, ruling)
    assert _texts(short, "do") == []
    assert "if Colombia has requested it" in _texts(short, "check")[0]


def test_no_answer_is_longer_than_eight_lines(registry: Registry) -> None:
    """Duties beyond the room are counted."""
    ruling = _ruling("eu-precursors", "EU", "controlled", schedule="Category 1")
    (duty,) = ruling.duties
    many = tuple(replace(duty, kind=f"licence {i}") for i in range(12))
    short = _short(
        registry,
        replace(ruling, duties=many),
        _ruling("un-1988", "UN", "controlled", schedule="Table I", known=False),
        _ruling("us-csa", "US", "free by amount", schedule="II"),
        _ruling("mx-precursors", "MX", "not assessable"),
    )
    assert len(short.lines) == MOST
    assert short.lines[-1].kind == "sure"
    told = _texts(short, "do")
    assert told[-1].endswith(f"and {12 - len(told)} more")


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


def test_the_law_of_an_alert_is_as_short(registry: Registry) -> None:
    """Duties that depend on a request are to be checked; the others are required."""
    duty = Duty(
        role="export", kind="export licence", text="t", days=None, day_kind="calendar",
        clause="c", source="s", mark="read", known=True,
    )  # fmt: skip
    held = Holding(
        substance="acetone",
        regime="un-1988",
        schedule="Table II",
        since=None,
        scope="",
        source="s",
        mark="second-hand",
        duties=(duty_in_short(duty), duty_in_short(replace(duty, kind="notice", known=False))),
    )
    short = short_of_alert([held, held], [as_written("no law of Narnia")], registry.regimes)
    assert [(each.kind, each.text) for each in short.lines] == [
        ("controlled", "UN Table II"),
        ("do", "export: export licence"),
        ("check", "export: notice (not assessable)"),
        ("open", "no law of Narnia"),
        ("sure", "controls: secondary source; first day unknown: 2"),
    ]


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
