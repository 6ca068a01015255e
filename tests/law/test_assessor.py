"""Assessor: what it keeps changes no answer."""

import random
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from tidewaiter.law.answers import ClassHold, Dealing, Found, Question, Route
from tidewaiter.law.assessment import Assessor, assess
from tidewaiter.law.class_membership import load_members
from tidewaiter.law.registry import load_registry

DAY = date(2026, 11, 25)
REGISTRY = load_registry()
ASKED = [
    Question(day=DAY),
    Question(day=date(2019, 1, 1)),
    *(
        Question(day=DAY, route=Route(origin="DE", destination=to), mass_mg=mass, percent=percent)
        for to in ("US", "CO", "MX")
        for mass in (None, 1_000, 900_000_000)
        for percent in (None, Decimal(15), Decimal(95))
    ),
    Question(day=DAY, route=Route(origin="US", transit=("PA",)), goods="mixture"),
    Question(day=DAY, route=Route(origin="US", destination="CO"), volume_ul=9_000_000, party="A"),
]


def test_in_any_order_answers_are_those_of_a_single_question() -> None:
    """Substances, forms, days, routes, amounts and histories asked at random are never mixed up."""
    chance = random.Random(1988)
    assessor, members = Assessor(REGISTRY, REGISTRY.book), load_members(REGISTRY)
    earlier = Dealing(day=DAY, substance="acetone", mass_mg=800_000_000)
    asked = [*ASKED, replace(ASKED[-1], history=()), replace(ASKED[-1], history=(earlier,))]
    some = [REGISTRY.substance("acetone"), *chance.sample(REGISTRY.substances, 60)]
    pairs = [
        (question, Found(name=each.name, substance=each, form=form))
        for question in asked
        for each in some
        for form in (None, *each.forms[:1])
    ]
    chance.shuffle(pairs)
    for question, named in pairs[:2_000]:
        found = members.judge(named, question.day)
        assert assessor.assess(question, found) == assess(question, REGISTRY, REGISTRY.book, found)


def test_what_only_drawings_differ_in_shares_an_answer() -> None:
    """Equal answers are one object; another class, or a formula that an amendment adds, is not."""
    assessor, question = Assessor(REGISTRY, REGISTRY.book), Question(day=DAY)
    rule = REGISTRY.classes[0]
    hold = ClassHold(regime=rule.regime, rule=rule.slug, clauses=("(a)",), source=rule.source)
    bare = assessor.assess(question, Found(name="a", formula="C2H6O")).rulings
    assert assessor.assess(question, Found(name="b", formula="C3H8O")).rulings is bare
    held = assessor.assess(question, Found(name="c", classes=(replace(hold, atoms=(1,)),))).rulings
    assert held != bare
    again = Found(name="d", classes=(replace(hold, atoms=(2,)),))
    assert assessor.assess(question, again).rulings is held
    open_ = [a for r in REGISTRY.regimes.values() if r.abroad for a in r.unloaded]
    added = next(a.formulas[0] for a in open_ if a.all_named and a.formulas)
    assert assessor.assess(question, Found(name="e", formula=added)).rulings != bare
