"""The answer of each instrument: jurisdictions, and the effect of controls, goods and gaps.

The law is made up: an instrument `law` of the country XX, which lists the substance `thing` in A.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from tidewaiter.base.phrases import Phrase
from tidewaiter.law.answers import ClassGap, ClassHold, Found, Question, Route, Ruling
from tidewaiter.law.assessment import assess
from tidewaiter.law.jurisdictions import Member, Union
from tidewaiter.law.registry import Registry
from tidewaiter.law.rules import (
    AmountFile,
    Demand,
    FormRule,
    Gap,
    LawBook,
    Limit,
    Proposal,
    Reach,
    RouteFile,
)
from tidewaiter.law.types import Amendment, Control, Form, Regime, Substance

DAY = date(2026, 6, 1)
BEGUN = date(2020, 1, 1)
ONE_DAY = timedelta(days=1)
LAW = Regime(
    slug="law",
    name="Law of XX",
    jurisdiction="XX",
    authority="A",
    source="s",
    checked=DAY,
    edition=BEGUN,
    covers=BEGUN,
)
LISTED = Control(regime="law", schedule="A", decided=BEGUN, since=BEGUN, source="s")
THING = Substance(slug="thing", name="Thing", kind="drug", sources=(), controls=(LISTED,))
EXPORT = Route(origin="XX", destination="YY")
RULE: dict[str, Any] = {"clause": "c", "source": "s"}


def _found(*controls: Control, **more: Any) -> Found:
    return Found(name="Thing", substance=replace(THING, controls=controls), **more)


def _assess(
    found: Found | None = None, *regimes: Regime, book: LawBook | None = None, **asked: Any
) -> tuple[Ruling, ...]:
    laws = {each.slug: each for each in regimes or (LAW,)}
    registry = Registry(substances=(), regimes=laws, sources={}, digest="")
    question = Question(**{"day": DAY, **asked})
    return assess(question, registry, book or LawBook(), found or _found(LISTED)).rulings


def _ruling(found: Found | None = None, law: Regime = LAW, **more: Any) -> Ruling:
    """Return the answer of the one law."""
    (ruling,) = (each for each in _assess(found, law, **more) if each.regime == "law")
    return ruling


def _routes(**rules: Any) -> LawBook:
    return LawBook(routes={"law": RouteFile(**rules)})


def _amounts(**rules: Any) -> LawBook:
    return LawBook(amounts={"law": AmountFile(**rules)})


# Jurisdictions.

UNION = Union(code="UU", name="Union", members=(Member(country="XX", since=BEGUN),), source="s")
OF_UNION = replace(LAW, slug="union-law", jurisdiction="UU")
OF_WORLD = replace(LAW, slug="convention", jurisdiction="UN")
OF_OTHER = replace(LAW, slug="other-law", jurisdiction="BB")


def _whose(*regimes: Regime, **asked: Any) -> list[tuple[str, str]]:
    book = LawBook(unions=(UNION,))
    found = _assess(_found(), *regimes, book=book, **asked)
    return [(each.jurisdiction, each.regime) for each in found]


def test_all_law_is_asked_where_neither_places_nor_a_route_are_given() -> None:
    """The conventions first, then by the code of the place; a list that only watches is none."""
    watching = replace(LAW, slug="watch", binding=False)
    second = replace(LAW, slug="law-2")
    assert _whose(LAW, OF_UNION, OF_OTHER, OF_WORLD, watching, second) == [
        ("UN", "convention"),
        ("BB", "other-law"),
        ("UU", "union-law"),
        ("XX", "law"),
        ("XX", "law-2"),
    ]


def test_a_route_meets_the_conventions_and_the_law_of_each_of_its_places() -> None:
    """In its order, without duplicates, with supranational law; unknown law is reported."""
    route = Route(origin="BB", transit=("XX", "ZZ"), destination="BB")
    assert _whose(LAW, OF_UNION, OF_OTHER, OF_WORLD, route=route) == [
        ("UN", "convention"),
        ("BB", "other-law"),
        ("XX", "law"),
        ("UU", "union-law"),
        ("ZZ", ""),
    ]
    assert _whose(OF_UNION, route=Route(destination="XX")) == [("UN", ""), ("UU", "union-law")]
    before: dict[str, Any] = {"day": BEGUN - ONE_DAY, "route": Route(destination="XX")}
    assert _whose(OF_UNION, **before) == [("UN", ""), ("XX", "")]


def test_places_that_are_asked_by_name_are_asked_alone() -> None:
    """For any route; the role of the consignment is given."""
    assert _whose(LAW, OF_OTHER, OF_WORLD, jurisdictions=("BB",), route=EXPORT) == [
        ("BB", "other-law")
    ]
    assert _ruling(jurisdictions=("XX",), route=EXPORT).roles == ("export",)
    assert _ruling(jurisdictions=("XX",)).roles == ()


def test_of_a_place_whose_law_is_not_loaded_nothing_can_be_said() -> None:
    """The role of the consignment is given."""
    (ruling,) = _assess(jurisdictions=("YY",), route=EXPORT)
    assert (ruling.regime, ruling.answer, ruling.roles) == ("", "not assessable", ("import",))
    assert ruling.reason == Phrase("open/unloaded", land="YY")


def test_an_assessment_is_of_what_was_found() -> None:
    """With its form, how it was found, and the lists that watch it on the day and hold nothing."""
    watch = replace(LAW, slug="watch", name="Watch list", binding=False)
    on_watch = replace(LISTED, regime="watch", schedule="annex")
    over = replace(on_watch, schedule="old annex", until=DAY)
    registry = Registry(substances=(), regimes={"law": LAW, "watch": watch}, sources={}, digest="")
    form = Form(name="Thing hydrochloride", cas="1-1-1", kinds=("salt",), sources=())
    found = replace(_found(LISTED, on_watch, over), form=form, match="salt", how="read")
    question = Question(day=DAY + 3 * ONE_DAY, route=EXPORT)
    told = assess(question, registry, LawBook(), found)
    assert (told.day, told.name, told.substance) == (question.day, "Thing", "thing")
    assert (told.form, told.match, told.how) == ("Thing hydrochloride", "salt", "read")
    assert (told.watched, told.route) == (("Watch list: annex",), EXPORT)
    assert [(each.as_of, each.days, each.regimes) for each in told.ages] == [(DAY, 3, ("law",))]
    nothing = assess(question, registry, LawBook(), Found(name="a structure"))
    assert (nothing.substance, nothing.form, nothing.watched) == (None, None, ())


# What it says.


def test_what_is_listed_is_controlled() -> None:
    """By the listings that hold on the day, named each once with the clauses of a class."""
    ended = replace(LISTED, schedule="B", until=DAY)
    later = replace(LISTED, schedule="C", since=DAY + ONE_DAY, decided=DAY + ONE_DAY)
    held = ClassHold(regime="law", rule="r", clauses=("(a) x", "(b) y"), since=BEGUN, source="s")
    ruling = _ruling(_found(LISTED, LISTED, ended, later, classes=(held,)))
    names = ("A", "class r: (a) x; (b) y")
    assert (ruling.answer, ruling.reason) == ("controlled", Phrase("ruling/held", names=names))
    assert [each.schedule for each in ruling.held] == ["A", "A", "class r"]
    assert [each.schedule for each in ruling.ended] == ["B"]
    assert [each.schedule for each in ruling.later] == ["C"]
    assert (ruling.regime, ruling.jurisdiction, ruling.as_of) == ("law", "XX", DAY)


@pytest.mark.parametrize(("days", "age"), [(-1, 0), (0, 0), (5, 5)])
def test_an_answer_is_as_old_as_the_last_comparison(days: int, age: int) -> None:
    """Of an earlier day all is known."""
    day = DAY + days * ONE_DAY
    ruling = _ruling(day=day)
    assert (ruling.age_days, ruling.as_of) == (age, min(day, DAY))
    assert ruling.covered == (BEGUN, DAY)


def test_the_versions_of_its_rules_are_told() -> None:
    """Its own, and not those of a law whose name begins like it."""
    told = ("law: class r evaluated", "law-2: class q evaluated")
    assert _ruling(_found(evaluated=told)).versions == (
        "registry copy last checked on 2026-06-01, complete from 2020-01-01",
        "law: class r evaluated",
    )
    assert _ruling(_found(), replace(LAW, covers=None)).versions == (
        "registry copy last checked on 2026-06-01",
    )


def test_a_listing_that_is_not_on_this_route_does_not_hold() -> None:
    """Without a destination it is undetermined; both answers name the rule."""
    book = _routes(reaches=(Reach(text="to YY alone", destinations=("YY",), **RULE),))
    here: dict[str, Any] = {"book": book, "jurisdictions": ("XX",)}
    assert _ruling(route=EXPORT, **here).answer == "controlled"
    away = _ruling(route=Route(origin="XX", destination="ZZ"), **here)
    assert (away.answer, away.reason, away.held) == (
        "not listed",
        Phrase("ruling/other-goods"),
        (),
    )
    open_ = _ruling(route=Route(origin="XX"), **here)
    assert (open_.answer, open_.reason.code) == ("not assessable", "gap/route-open")
    assert [each.schedule for each in open_.held] == ["A"]
    assert [each.text for each in (*away.remarks, *open_.remarks)] == ["to YY alone"] * 2


def test_what_is_not_on_a_list_is_not_a_matter_of_other_goods() -> None:
    """It is not listed, or it was listed later."""
    assert _ruling(_found()).reason == Phrase("ruling/evaluated")
    later = replace(LISTED, since=DAY + ONE_DAY, decided=DAY + ONE_DAY)
    ruling = _ruling(_found(later))
    assert ruling.reason == Phrase("ruling/later", day=DAY + ONE_DAY)
    assert (ruling.answer, ruling.held) == ("not listed", ())


def _form_rule(effect: str) -> LawBook:
    rule = FormRule(goods=("medicine",), effect=effect, text="medicines", **RULE)  # type: ignore[arg-type]
    return _amounts(forms=(rule,))


def test_goods_of_another_form_do_not_hold() -> None:
    """Or a person must decide, and the controls that may apply are given."""
    outside = _ruling(book=_form_rule("outside"), goods="medicine")
    assert (outside.answer, outside.reason) == ("not listed", Phrase("ruling/other-goods"))
    assert (outside.held, [each.text for each in outside.remarks]) == ((), ["medicines"])
    judged = _ruling(book=_form_rule("judge"), goods="medicine")
    assert (judged.answer, judged.reason.code) == ("not assessable", "gap/rule")
    assert [each.schedule for each in judged.held] == ["A"]
    assert _ruling(book=_form_rule("held"), goods="medicine").answer == "controlled"


def _limit(**more: Any) -> LawBook:
    return _amounts(limits=(Limit(**{"mass_mg": 1_000, **RULE, **more}),))


@pytest.mark.parametrize(
    ("limit", "asked", "answer", "code"),
    [
        ({}, {"mass_mg": 999}, "free by amount", "ruling/free"),
        ({}, {"mass_mg": 1_000}, "controlled", "ruling/held"),
        ({}, {}, "controlled", "ruling/held"),
        ({"condition": "of a firm"}, {"mass_mg": 999}, "not assessable", "ruling/compared"),
        ({"schedules": ("B",)}, {"mass_mg": 999}, "controlled", "ruling/held"),
        ({"schedules": ("A",)}, {"mass_mg": 999}, "free by amount", "ruling/free"),
        ({"substances": ("other",)}, {"mass_mg": 999}, "controlled", "ruling/held"),
        ({"substances": ("thing",)}, {"mass_mg": 999}, "free by amount", "ruling/free"),
        ({"roles": ("import",)}, {"mass_mg": 999}, "controlled", "ruling/held"),
        ({"until": DAY}, {"mass_mg": 999}, "controlled", "ruling/held"),
    ],
)
def test_goods_are_compared_with_the_limits_of_what_holds(
    limit: dict[str, Any], asked: dict[str, Any], answer: str, code: str
) -> None:
    """The reason has the calculation; the controls that would apply are still given."""
    pure: dict[str, Any] = {"percent": Decimal(100), "route": EXPORT, "jurisdictions": ("XX",)}
    ruling = _ruling(book=_limit(**limit), **pure, **asked)
    assert (ruling.answer, ruling.reason.code) == (answer, code)
    assert ruling.reason.parameters["names"] == ("A",)
    assert [each.schedule for each in ruling.held] == ["A"]
    if code != "ruling/held":
        (check,) = ruling.checks
        assert ruling.reason.parameters["rule"] == check.limit
        assert ruling.reason.parameters["reckoned"] == check.reckoned


def test_a_limit_of_named_substances_frees_no_unnamed_structure() -> None:
    """A class holds it, and no list names it."""
    held = ClassHold(regime="law", rule="r", clauses=("(a)",), since=BEGUN, source="s")
    structure = Found(name="a structure", classes=(held,))
    asked: dict[str, Any] = {"mass_mg": 999, "percent": Decimal(100)}
    named = _ruling(structure, book=_limit(substances=("thing",)), **asked)
    assert named.answer == "controlled"
    assert _ruling(structure, book=_limit(counts="goods"), **asked).answer == "free by amount"


DEMAND = Demand(kind="export licence", text="t", **RULE)


def test_what_is_held_or_may_be_owes_what_the_route_demands() -> None:
    """Exempt, unlisted and unrouted goods have no obligations."""
    book = _routes(demands=(DEMAND,))
    asked: dict[str, Any] = {"book": book, "route": EXPORT, "jurisdictions": ("XX",)}
    assert [each.kind for each in _ruling(**asked).duties] == ["export licence"]
    assert _ruling(_found(), **asked).duties == ()
    assert _ruling(book=book).duties == ()
    free = LawBook(routes=book.routes, amounts=_limit().amounts)
    pure: dict[str, Any] = {
        "mass_mg": 999,
        "percent": Decimal(100),
        "route": EXPORT,
        "jurisdictions": ("XX",),
    }
    assert _ruling(book=free, **pure).duties == ()
    conditional = LawBook(routes=book.routes, amounts=_limit(condition="of a firm").amounts)
    ruling = _ruling(book=conditional, **pure)
    assert (ruling.answer, len(ruling.duties)) == ("not assessable", 1)


NOT_LOADED = "its obligations for a consignment are not loaded"


def test_a_law_whose_demands_are_not_loaded_is_a_doubt() -> None:
    """Of what it holds, on a route that touches it."""
    asked: dict[str, Any] = {"route": EXPORT, "jurisdictions": ("XX",)}
    assert NOT_LOADED in _ruling(**asked).doubts
    assert NOT_LOADED not in _ruling(book=_routes(demands=(DEMAND,)), **asked).doubts
    assert NOT_LOADED not in _ruling().doubts
    assert NOT_LOADED not in _ruling(_found(), **asked).doubts


def test_what_is_not_verified_is_a_doubt_once() -> None:
    """Of the listings that hold, else of what is proposed."""
    unread = replace(LISTED, mark="unverified")
    assert _ruling(_found(unread, unread)).doubts == ("A: the control is not verified",)
    draft = replace(unread, schedule="P", since=DAY + ONE_DAY)
    assert _ruling(_found(LISTED, draft)).doubts == ()
    assert _ruling(_found(draft)).doubts == ("P: the control is not verified",)


# Where no listing holds.

DRAFT = replace(LISTED, schedule="P", decided=DAY, since=DAY + 9 * ONE_DAY)


def test_what_is_published_is_proposed_with_its_first_day() -> None:
    """The first of several, where any is known."""
    ruling = _ruling(_found(DRAFT))
    assert (ruling.answer, ruling.held) == ("proposed", ())
    told = {"name": "P", "decided": "2026-06-01"}
    assert ruling.reason == Phrase("ruling/proposed", **told, day=DRAFT.since or DAY)
    sooner = replace(DRAFT, decided=DAY + ONE_DAY, since=DAY + 2 * ONE_DAY)
    assert _ruling(_found(DRAFT, sooner)).reason.parameters["day"] == "2026-06-03"
    proposal = Proposal(regime="law", schedule="P", since=DAY, **RULE)
    undated = _ruling(_found(), book=LawBook(proposals=(proposal,)))
    assert undated.reason == Phrase("ruling/proposed-undated", **told)
    assert _ruling(_found(LISTED, DRAFT)).answer == "controlled"


def test_a_proposal_that_may_be_in_force_already_is_not_called_proposed() -> None:
    """Where an amendment that is not loaded may have put it in force."""
    amendment = Amendment(what="order", since=BEGUN, cite="c", loaded=False)
    ruling = _ruling(_found(DRAFT), replace(LAW, amendments=(amendment,)))
    assert (ruling.answer, ruling.reason.code) == ("not assessable", "gap/amendment")
    assert ruling.as_of == BEGUN - ONE_DAY
    assert ruling.age_days == (DAY - BEGUN).days + 1


def test_a_rule_or_a_class_that_is_missing_leaves_it_open() -> None:
    """Of this law; and a proposal comes before either."""
    gap = Gap(text="analogues", **RULE)
    ruling = _ruling(_found(), book=_routes(gaps=(gap,)))
    assert (ruling.answer, ruling.reason) == (
        "not assessable",
        Phrase("gap/law", text="analogues"),
    )
    assert [each.text for each in ruling.remarks] == ["analogues"]
    why = Phrase("gap/edition-open")
    classes = (ClassGap(regime="law-2", rule="q", reason=why),)
    assert _ruling(_found(open_classes=classes)).answer == "not listed"
    mine = (*classes, ClassGap(regime="law", rule="r", reason=why))
    open_ = _ruling(_found(open_classes=mine))
    assert (open_.answer, open_.reason) == (
        "not assessable",
        Phrase("gap/class", rule="r", why=why),
    )
    assert _ruling(_found(DRAFT, open_classes=mine)).answer == "proposed"
