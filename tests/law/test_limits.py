"""Limits: one unit below and above, by content, by base and over a month."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import english
from tidewaiter.law.answers import Dealing, Found, Question
from tidewaiter.law.limits import (
    base_share,
    check_limit,
    counted,
    is_content_below,
    judge_amounts,
    kilos,
    limits_on,
    mass_of,
    parse_formula,
    phrase_of,
    reaches,
)
from tidewaiter.law.registry import Registry
from tidewaiter.law.rules import Limit

DAY = date(2026, 11, 25)
HUNDRED = Decimal(100)
MONTHLY = Limit(mass_mg=1_000_000, period="calendar month", party="party", clause="c", source="s")


def test_a_salt_counts_by_its_base() -> None:
    """Ephedrine is 165.236 of the 201.694 g of a mole of its hydrochloride."""
    assert round(base_share("C10H16ClNO", "C10H15NO"), 4) == Decimal("0.8192")
    assert round(base_share("C20H32N2O6S", "C10H15NO"), 3) == Decimal("0.771")


@pytest.mark.parametrize(("earlier", "outcome"), [(399_999, "free"), (400_000, "held")])
def test_a_month_adds_up(earlier: int, outcome: str, registry: Registry) -> None:
    """Transactions of the month with the same party count, one milligram below and at the limit."""
    found = Found(name="Toluene", substance=registry.substance("toluene"))
    days = [date(2026, 11, 1), date(2026, 10, 31), date(2026, 11, 26)]
    history = tuple(
        Dealing(day=day, substance="toluene", mass_mg=earlier, party="a") for day in days
    )
    question = Question(day=DAY, mass_mg=600_000, party="a", history=history)
    assert check_limit(MONTHLY, question, found).outcome == outcome


def test_without_a_history_or_a_verified_limit_nothing_is_free(registry: Registry) -> None:
    """A sum that cannot be reckoned, and a limit that is remembered only, are open."""
    found = Found(name="Toluene", substance=registry.substance("toluene"))
    assert check_limit(MONTHLY, Question(day=DAY, mass_mg=1), found).outcome == "open"
    recalled = Limit(mass_mg=10, clause="c", source="s", mark="unverified")
    assert check_limit(recalled, Question(day=DAY, mass_mg=9), found).outcome == "open"
    assert check_limit(recalled, Question(day=DAY, mass_mg=10), found).outcome == "held"


def _outcomes(
    registry: Registry, regime: str, slug: str, question: Question
) -> list[tuple[str, str]]:
    """Check the loaded limits of a regime that name a substance, on a trade inside a country."""
    found = Found(name=slug, substance=registry.substance(slug))
    limits = [
        limit
        for limit in registry.book.limits(regime)
        if limit.on(question.day) and limit.names(slug) and limit.meets(("internal",))
    ]
    return [(check_limit(each, question, found).outcome, each.mark) for each in limits]


@pytest.mark.parametrize(
    ("slug", "most"),
    [
        ("anthranilic-acid", 1_000_000),
        ("phenylacetic-acid", 1_000_000),
        ("piperidine", 500_000),
        ("potassium-permanganate", 100_000_000),
        ("red-phosphorus", 100_000),
    ],
)
def test_annex_ii_of_the_union_frees_its_amounts_and_not_a_milligram_more(
    slug: str, most: int, registry: Registry
) -> None:
    """Category 2 is free inside the Union up to the threshold of a year, which was read."""
    for mass_mg, outcome in ((most, "free"), (most + 1, "held")):
        question = Question(day=DAY, mass_mg=mass_mg, percent=Decimal(100), history=())
        assert _outcomes(registry, "eu-precursors", slug, question) == [(outcome, "read")]


def test_acetic_anhydride_is_free_in_the_union_up_to_100_litres(registry: Registry) -> None:
    """The threshold is a volume; a microlitre more is held."""
    for volume_ul, outcome in ((100_000_000, "free"), (100_000_001, "held")):
        question = Question(day=DAY, volume_ul=volume_ul, percent=Decimal(100), history=())
        found = _outcomes(registry, "eu-precursors", "acetic-anhydride", question)
        assert found == [(outcome, "read")]


@pytest.mark.parametrize(("day", "known"), [(date(2021, 1, 12), 0), (date(2021, 1, 13), 1)])
def test_the_threshold_of_red_phosphorus_is_as_old_as_its_listing(
    day: date, known: int, registry: Registry
) -> None:
    """What Regulation 2020/1737 says of it waited until 13 January 2021."""
    question = Question(day=day, mass_mg=1, percent=Decimal(100), history=())
    assert len(_outcomes(registry, "eu-precursors", "red-phosphorus", question)) == known


@pytest.mark.parametrize(("percent", "outcome"), [("70", "free"), ("70.1", "held")])
def test_mixtures_of_gamma_butyrolactone_are_exempt_up_to_70_percent(
    percent: str, outcome: str, registry: Registry
) -> None:
    """75 FR 37301: 70 percent or less."""
    question = Question(day=DAY, percent=Decimal(percent))
    found = _outcomes(registry, "us-listed-chemicals", "gamma-butyrolactone", question)
    assert found == [(outcome, "read")]


@pytest.mark.parametrize(
    ("regime", "slug", "percent", "outcome"),
    [
        ("ca-cdsa", "benzyl-chloride", "30", "open"),
        ("ca-cdsa", "benzyl-chloride", "30.1", "held"),
        ("us-listed-chemicals", "sulphuric-acid", "20", "open"),
        ("us-listed-chemicals", "sulphuric-acid", "20.1", "held"),
    ],
)
def test_a_content_with_a_condition_frees_nothing_by_itself(
    regime: str, slug: str, percent: str, outcome: str, registry: Registry
) -> None:
    """Whether the condition is met is for a person; above the content goods are held."""
    day = date(2025, 6, 1)  # of Canada's temporary order
    question = Question(day=day, percent=Decimal(percent))
    assert [each for each, _ in _outcomes(registry, regime, slug, question)] == [outcome]


def test_canadian_retail_amounts_are_conditional(registry: Registry) -> None:
    """Half a kilogram of piperidine in one sale is free for some shops only."""
    for mass_mg, outcome in ((500_000, "open"), (500_001, "held")):
        question = Question(day=DAY, mass_mg=mass_mg, percent=Decimal(100))
        found = _outcomes(registry, "ca-precursors", "piperidine", question)
        assert (outcome, "read") in found


def _limit(**more: Any) -> Limit:
    return Limit(clause="c", source="s", **more)


def _judged(limit: Limit, found: Found, **more: Any) -> str:
    return check_limit(limit, Question(day=DAY, **more), found).outcome


TOLUENE = Found(name="Toluene")  # a substance without forms will do


@pytest.mark.parametrize(
    ("text", "atoms"),
    [
        ("C10H16ClNO", {"C": 10, "H": 16, "Cl": 1, "N": 1, "O": 1}),
        ("C2H3O2-", {"C": 2, "H": 3, "O": 2}),
        ("HC6H", {"H": 2, "C": 6}),
    ],
)
def test_atoms_are_counted(text: str, atoms: dict[str, int]) -> None:
    """Without a charge, and each element however often it is written."""
    assert parse_formula(text) == atoms


@pytest.mark.parametrize("text", ["", "-", "2C", "Xx2", "C2Xx", "C2 H5", "C2H5!"])
def test_what_cannot_be_weighed_is_refused(text: str) -> None:
    """A sign or an element that is not known, at the start, inside and at the end."""
    with pytest.raises(InputError):
        parse_formula(text)


def test_a_mole_of_water_weighs_18_grams() -> None:
    """Each atom counts."""
    assert mass_of(parse_formula("H2O")) == Decimal("18.0150")


@pytest.mark.parametrize(("form", "base"), [("C10H15NO", "C10H15ClNO"), ("H2O", "H2O")])
def test_a_form_must_hold_the_base(form: str, base: str) -> None:
    """Nor is anything counted by hydrogen and oxygen alone, which salts gain and lose."""
    with pytest.raises(InputError):
        base_share(form, base)


def test_limits_are_chosen_by_day_substance_route_and_schedule() -> None:
    """Each of the four can leave a limit out, and what a limit does not name, it does not ask."""
    bare = _limit(mass_mg=1)
    narrow = _limit(
        mass_mg=1,
        since=date(2026, 1, 1),
        substances=("toluene",),
        roles=("export",),
        schedules=("I",),
    )

    def chosen(day: date, slug: str, role: str, schedule: str) -> tuple[Limit, ...]:
        return limits_on([bare, narrow], day, slug, (role,), {schedule})  # type: ignore[arg-type]

    assert chosen(DAY, "toluene", "export", "I") == (bare, narrow)
    assert chosen(date(2025, 1, 1), "toluene", "export", "I") == (bare,)
    assert chosen(DAY, "acetone", "export", "I") == (bare,)
    assert chosen(DAY, "toluene", "import", "I") == (bare,)
    assert chosen(DAY, "toluene", "export", "II") == (bare,)


def test_any_freedom_frees_else_any_doubt_is_one() -> None:
    """Of checks that are held, open and free the free one decides, then the open one."""
    held, free = _limit(mass_mg=1), _limit(mass_mg=100)
    doubt = _limit(mass_mg=100, mark="unverified")
    question = Question(day=DAY, mass_mg=10)
    answers = {}
    for name, limits in (("hdf", [held, doubt, free]), ("hd", [held, doubt]), ("h", [held])):
        answer, check, checks = judge_amounts(limits, question, TOLUENE)
        answers[name] = (answer, check and checks.index(check), len(checks))
    assert answers == {
        "hdf": ("free by amount", 2, 3),
        "hd": ("not assessable", 1, 2),
        "h": ("controlled", None, 1),
    }


def test_a_check_says_why_it_is_open() -> None:
    """A limit that is remembered only, and one with a condition, add their word."""
    question = Question(day=DAY, mass_mg=9)
    plain = check_limit(_limit(mass_mg=10), question, TOLUENE)
    for doubt in (_limit(mass_mg=10, mark="unverified"), _limit(mass_mg=10, condition="by post")):
        check = check_limit(doubt, question, TOLUENE)
        assert (plain.outcome, check.outcome) == ("free", "open")
        assert english(check.reckoned).startswith(f"{english(plain.reckoned)};")
    held = check_limit(_limit(mass_mg=9, condition="by post"), question, TOLUENE)
    assert (held.outcome, held.reckoned) == ("held", plain.reckoned)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"none": True, "mass_mg": 1}, "any quantity, at any concentration"),
        ({}, "any quantity"),
        ({"mass_mg": 1_000_000}, "1 kg or more per consignment"),
        ({"mass_mg": 1_000_000, "inclusive": False}, "more than 1 kg per consignment"),
        (
            {"mass_mg": 500, "volume_ul": 2_000_000, "counts": "base", "party": "party"},
            "0.0005 kg or more (as base), or 2 l or more (as base) per consignment with one party",
        ),
        ({"percent": Decimal("90.0")}, "90 % or more"),
        (
            {"mass_mg": 1_000_000, "percent": Decimal(5), "percent_inclusive": False},
            "1 kg or more per consignment, exempt at 5 % or less",
        ),
    ],
)
def test_a_limit_in_words(more: dict[str, Any], words: str) -> None:
    """Each part of it is said."""
    assert english(phrase_of(_limit(**more))) == words


@pytest.mark.parametrize(
    ("amount", "text"), [(1_234_000_000, "1,234"), (1, "0.000001"), (0, "0"), (20_000_000, "20")]
)
def test_milligrams_are_written_as_kilograms(amount: int, text: str) -> None:
    """To the last digit, and without zeros at the end."""
    assert kilos(amount) == text


@pytest.mark.parametrize(("inclusive", "reached"), [(True, [0, 1, 1]), (False, [0, 0, 1])])
def test_the_limit_itself(inclusive: bool, reached: list[int]) -> None:  # noqa: FBT001
    """It is held or free, as the law has it; one less and one more are as ever."""
    limit = _limit(mass_mg=10, volume_ul=20, inclusive=inclusive)
    amounts = [(9, 19), (10, 20), (11, 21)]
    assert [reaches(limit, Decimal(mg), by_mass=True) for mg, _ in amounts] == reached
    assert [reaches(limit, Decimal(ul), by_mass=False) for _, ul in amounts] == reached
    assert not reaches(_limit(mass_mg=10), Decimal(99), by_mass=False)
    content = _limit(percent=Decimal(10), percent_inclusive=inclusive)
    below = [is_content_below(content, Decimal(percent)) for percent in (9, 10, 11)]
    assert below == [not each for each in reached]
    assert not is_content_below(content, None)
    assert not is_content_below(_limit(mass_mg=1), Decimal(1))


def test_what_is_not_measured_is_not_asked() -> None:
    """And where nothing is free, nothing is reckoned."""
    assert _judged(_limit(mass_mg=1), TOLUENE) == "not asked"
    assert _judged(_limit(none=True), TOLUENE, mass_mg=1) == "held"
    said = check_limit(_limit(none=True), Question(day=DAY, mass_mg=1), TOLUENE).reckoned
    assert english(said)


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ({"percent": Decimal(9)}, "free"),
        ({"percent": Decimal(10)}, "held"),
        ({"percent": Decimal(9), "percent_at_least": True}, "open"),
        ({"percent": Decimal(10), "percent_at_least": True}, "held"),
        ({"mass_mg": 5}, "open"),
    ],
)
def test_content_is_judged_first(more: dict[str, Any], outcome: str) -> None:
    """A content that may be higher frees nothing; one that is not given is a doubt."""
    assert _judged(_limit(percent=Decimal(10)), TOLUENE, **more) == outcome


@pytest.mark.parametrize(
    ("limit", "more", "outcome"),
    [
        ({"mass_mg": 10}, {"percent": HUNDRED}, "held"),
        ({"mass_mg": 10}, {"mass_mg": 9, "volume_ul": 99}, "free"),
        ({"mass_mg": 10}, {"volume_ul": 99}, "open"),
        ({"volume_ul": 10}, {"mass_mg": 9}, "open"),
        ({"volume_ul": 10}, {"mass_mg": 99, "volume_ul": 9}, "free"),
        ({"mass_mg": 10, "volume_ul": 10}, {"volume_ul": 9}, "free"),
        ({"mass_mg": 10, "volume_ul": 10}, {"volume_ul": 11}, "held"),
        ({"mass_mg": 10, "volume_ul": 10}, {"mass_mg": 9, "volume_ul": 11}, "free"),
        ({"mass_mg": 10}, {"mass_mg": 20, "percent": Decimal(49)}, "free"),
        ({"mass_mg": 10}, {"mass_mg": 20, "percent": Decimal(50)}, "held"),
        (
            {"mass_mg": 10},
            {"mass_mg": 20, "percent": Decimal(49), "percent_at_least": True},
            "held",
        ),
        ({"mass_mg": 10, "counts": "goods"}, {"mass_mg": 20, "percent": Decimal(1)}, "held"),
    ],
)
def test_an_amount_is_compared_in_the_unit_of_the_limit(
    limit: dict[str, Any], more: dict[str, Any], outcome: str
) -> None:
    """By mass where both can be, by what is given else; goods count whole, or by their content."""
    assert _judged(_limit(**limit), TOLUENE, **more) == outcome


def test_a_gross_mass_is_at_most_what_counts() -> None:
    """It is stated of a mass, and of nothing else."""
    for limit, more, said in (
        ({"mass_mg": 10}, {"mass_mg": 9, "mass_at_most": True}, True),
        ({"mass_mg": 10}, {"mass_mg": 9}, False),
        ({"volume_ul": 10}, {"volume_ul": 9, "mass_at_most": True}, False),
    ):
        check = check_limit(_limit(**limit), Question(day=DAY, **more), TOLUENE)  # type: ignore[arg-type]
        assert english(check.reckoned).startswith("at most") == said


@pytest.mark.parametrize(
    ("period", "day", "outcome"),
    [
        ("calendar year", date(2026, 1, 1), "held"),
        ("calendar year", date(2025, 12, 31), "free"),
        ("calendar month", date(2026, 11, 25), "held"),
        ("calendar month", date(2026, 10, 25), "free"),
        ("calendar month", date(2025, 11, 25), "free"),
        ("calendar month", date(2026, 11, 26), "free"),
        ("consignment", date(2026, 11, 25), "free"),
    ],
)
def test_what_adds_up(period: str, day: date, outcome: str) -> None:
    """Transactions of the same month or year, up to the day; none for one consignment."""
    limit = _limit(mass_mg=10, period=period)
    history = (Dealing(day=day, substance="", mass_mg=5),)
    assert _judged(limit, TOLUENE, mass_mg=5, history=history) == outcome
    without = "free" if period == "consignment" else "open"
    assert _judged(limit, TOLUENE, mass_mg=5) == without
    if outcome == "held":
        assert _judged(limit, TOLUENE, mass_mg=4, history=history) == "free"


@pytest.mark.parametrize(
    ("party", "dealing", "outcome"),
    [
        ("a", {"party": "a"}, "held"),
        ("a", {"party": "b"}, "free"),
        ("a", {"party": ""}, "open"),
        ("", {"party": "a"}, "open"),
        ("a", {"party": "a", "substance": "acetone"}, "free"),
        ("a", {"party": "", "substance": "acetone"}, "free"),
        ("a", {"party": "a", "mass_mg": None}, "open"),
    ],
)
def test_what_adds_up_with_one_party(party: str, dealing: dict[str, Any], outcome: str) -> None:
    """Of others nothing does, and where the party is not known it cannot be told."""
    limit = _limit(mass_mg=1_000_000, period="calendar month", party="party")
    one = Dealing(**{"day": DAY, "substance": "", "mass_mg": 500_000, **dealing})
    later = Dealing(day=date(2026, 11, 2), substance="", mass_mg=1, party="a")
    asked = {"mass_mg": 500_000, "party": party, "history": (one, later)}
    assert _judged(limit, TOLUENE, **asked) == outcome


def test_one_more_dealing_after_those_that_do_not_count() -> None:
    """The list is read to its end."""
    limit = _limit(mass_mg=10, period="calendar month", party="party")
    others = [("a", "acetone", DAY), ("b", "", DAY), ("a", "", date(2026, 1, 1))]
    history = [
        Dealing(day=day, substance=substance, mass_mg=9, party=party)
        for party, substance, day in [*others, ("a", "", DAY)]
    ]
    for number, outcome in ((3, "free"), (4, "held")):
        asked = {"mass_mg": 1, "party": "a", "history": tuple(history[:number])}
        assert _judged(limit, TOLUENE, **asked) == outcome


def test_the_base_of_a_salt_counts(registry: Registry) -> None:
    """By the form that is named; the substance itself counts whole, a form not known is a doubt."""
    substance = registry.substance("ephedrine")
    salt = next(each for each in substance.forms if each.formula == "C10H16ClNO")
    limit = _limit(mass_mg=820, counts="base")
    bare, named = (
        Found(name="e", substance=substance),
        Found(name="e", substance=substance, form=salt),
    )
    assert _judged(limit, bare, mass_mg=819) == "free"
    assert _judged(limit, bare, mass_mg=820) == "held"
    assert _judged(limit, named, mass_mg=1000) == "free"  # 819.2 of base
    assert _judged(limit, named, mass_mg=1001) == "held"
    foreign = Dealing(day=DAY, substance="ephedrine", mass_mg=1, form="not a form")
    assert counted(limit, foreign, bare, by_mass=True) is None
    assert counted(limit, foreign, Found(name="e"), by_mass=True) == 1
    assert counted(limit, foreign, bare, by_mass=False) is None
    other = structs.replace(salt, formula="C2H6O")
    assert _judged(limit, structs.replace(named, form=other), mass_mg=1) == "free"  # by its number
    apart = structs.replace(substance, forms=(other,))
    assert _judged(limit, structs.replace(named, substance=apart), mass_mg=1000) == "open"
    unweighed = structs.replace(substance, formula=None)
    assert _judged(limit, structs.replace(named, substance=unweighed), mass_mg=1000) == "open"
