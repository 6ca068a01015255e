"""Clauses: the period and base of each number, and the words not understood."""

from datetime import date

import pytest
from tests.support.raising import raises

from tidewaiter.burden.claims.checking import check_claim
from tidewaiter.burden.claims.clauses import cut
from tidewaiter.burden.claims.parsing import Given, parse_claims
from tidewaiter.burden.claims.types import Claim
from tidewaiter.burden.types import month_text
from tidewaiter.explain.burden import understood

DAY = date(2026, 11, 26)


def _read(text: str, said: date = DAY) -> tuple[Claim, ...]:
    return parse_claims(text, DAY, Given(said=said))


def _dated(claims: tuple[Claim, ...]) -> list[tuple[str, float, str]]:
    return [
        (each.measure, round(each.stated.value, 2), month_text(each.last) if each.last else "")
        for each in claims
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "80,391 overdose deaths in 2024, a fall of 26.9% from the 110,037 estimated in 2023",
            [
                ("deaths", 80391, "2024-12"),
                ("change", 26.9, "2024-12"),
                ("deaths", 110037, "2023-12"),
            ],
        ),
        (
            "87,000 died from October 2023 to September 2024, down from 114,000 the previous year",
            [("deaths", 87000, "2024-09"), ("deaths", 114000, "2023-09")],
        ),
        (
            "overdose deaths rose from 70,630 in 2019 to 91,799 in 2020",
            [("deaths", 70630, "2019-12"), ("deaths", 91799, "2020-12")],
        ),
        (
            "overdose deaths fell 27% in 2024, from 110,037 to 80,391",
            [
                ("change", 27, "2024-12"),
                ("deaths", 110037, "2023-12"),
                ("deaths", 80391, "2024-12"),
            ],
        ),
        (
            "between 2013 and 2020, cocaine deaths rose from 4,939 to 19,429",
            [("deaths", 4939, "2013-12"), ("deaths", 19429, "2020-12")],
        ),
        (
            "the age-adjusted rate of overdose deaths rose 31% from 2019 (21.6) to 2020 (28.3)",
            [("change", 31, "2020-12"), ("rate", 21.6, "2019-12"), ("rate", 28.3, "2020-12")],
        ),
        (
            "70,237 overdose deaths in 2017, and 67.8% of these deaths involved an opioid",
            [("deaths", 70237, "2017-12"), ("share", 67.8, "2017-12")],
        ),
        (
            "nearly 75% of the 91,799 drug overdose deaths in 2020 involved an opioid",
            [("share", 75, "2020-12"), ("deaths", 91799, "2020-12")],
        ),
        ("from 1999 to 2021, 645,000 died of opioid overdoses", [("total", 645000, "2021-12")]),
        ("over a million died of overdoses since 1999", [("total", 1000000, "")]),
        ("5,448 per million people died of overdoses in 2020", [("rate", 544.8, "2020-12")]),
        ("someone dies of an overdose every 5 minutes", [("interval", 5, "")]),
        ("an American dies of an overdose every 30 seconds", [("interval", 0.5, "")]),
        ("overdose deaths fell by 30,000 in 2024", [("change", 30000, "2024-12")]),
        ("half a million Americans died of overdoses in 2022", [("deaths", 500000, "2022-12")]),
    ],
)
def test_each_number_has_its_measure_and_its_period(
    text: str, expected: list[tuple[str, float, str]]
) -> None:
    """A base figure is of the earlier period, whatever order the sentence has."""
    claims = _read(text)
    assert _dated(claims) == expected
    assert all(each.gaps == () for each in claims)


@pytest.mark.parametrize(
    ("text", "kind", "gap"),
    [
        ("in San Francisco, 806 people died of overdoses in 2023", "place", "San Francisco"),
        ("1,900 overdose deaths in Cook County, Illinois in 2022", "place", "Cook County"),
        ("4,915 people in Ohio died of unintentional overdoses in 2022", "manner", "unintentional"),
        ("30,000 women died of overdoses in 2022", "group", "women"),
        ("six out of ten fentanyl-laced pills hold a lethal dose", "subject", "laced pills"),
        ("53,000 overdose deaths in the first six months of 2022", "period", "first"),
        ("107,941 did not die of overdoses in 2022", "negation", "not"),
        ("overdose deaths rose 50% since 2019", "period", "since 2019"),
        ("107,000 died of overdoses in 2021 and 2022", "number", "2022"),
        ("40,000 died of cocaine and methamphetamine in 2021", "drug", "cocaine"),
        ("the unexplained frobnication of 110,000 deaths in 2022", "word", "frobnication"),
    ],
)
def test_a_word_that_may_matter_is_a_gap_and_bars_the_verdict(
    text: str, kind: str, gap: str
) -> None:
    """Place, group, manner, subject, time: unknown words are named, with an alternative."""
    claims = _read(text)
    gaps = [each for claim in claims for each in claim.gaps]
    assert [each for each in gaps if each.kind == kind and gap in each.text]
    assert all(each.needs for each in gaps)
    checked = check_claim(claims[0], (), DAY)
    assert (checked.verdict, checked.findings, checked.traps) == ("not understood", (), ())
    assert gap in " ".join((*checked.summary, *checked.missing))


@pytest.mark.parametrize(
    "text",
    [
        "In San Francisco, 806 people died of overdoses in 2023, up from 647 in 2022",
        "Overdose deaths fell 22% to 635 in San Francisco in 2024",
        "Among women, 30,000 died of overdoses in 2022, compared with 29,000 in 2021",
    ],
)
def test_what_narrows_one_number_narrows_the_others_of_its_sentence(text: str) -> None:
    """A place or a group that is not understood is not forgotten at the next comma."""
    claims = _read(text)
    assert len(claims) == 2
    assert all(each.gaps for each in claims)


def test_a_place_that_is_named_last_is_that_of_the_sentence() -> None:
    """The United States are taken only where the sentence names no place at all."""
    change, count = _read("Opioid overdose deaths fell by 10% in 2023 to 2,125 in Massachusetts")
    assert (change.place, count.place) == ("US-MA", "US-MA")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("107,941 Americans died of overdoses in 2022, driven by fentanyl", "driven by fentanyl"),
        ("a record 107,941 overdose deaths in 2022", "record"),
        ("107,941 overdose deaths in 2022, a tragedy for the nation", "a tragedy for the nation"),
        ("80,391 overdose deaths in 2024, the lowest since 2019", "the lowest since 2019"),
        ("fentanyl that comes through our border killed 73,838 in 2022", "comes through"),
        ("Fentanyl is a crisis. 107,941 died of overdoses in 2022.", "Fentanyl is a crisis"),
    ],
)
def test_what_is_asserted_beside_the_number_is_shown_and_bars_nothing(text: str, said: str) -> None:
    """A cause, a superlative and a comment are not checked, and are said to be so."""
    (claim,) = _read(text)
    assert claim.gaps == ()
    assert any(said in each for each in claim.unchecked)
    assert check_claim(claim, (), DAY).verdict in {"only", "holds"}


def test_what_is_understood_is_listed_in_the_order_of_the_sentence() -> None:
    """Each word that was read has its part in the claim."""
    (claim,) = _read("In 2022, nearly 110,000 Americans died of drug overdoses")
    assert [(each.role, each.text) for each in claim.read] == [
        ("period", "In 2022"),
        ("number", "nearly 110,000"),
        ("people", "Americans"),
        ("deaths", "drug overdoses"),
    ]


def test_options_stand_in_for_what_is_not_understood() -> None:
    """A place given beside the sentence goes before the one that it names."""
    text = "in Franklin County, 5,000 people died of overdoses in 2022"
    (claim,) = parse_claims(text, DAY, Given(place="Ohio"))
    assert (claim.place, claim.gaps) == ("US-OH", ())


def test_another_country_is_a_place_like_any_other() -> None:
    """Its counts are searched; without any, no verdict is given."""
    (claim,) = _read("8,049 people died of overdoses in Canada in 2023")
    assert claim.place == "CA"
    assert check_claim(claim, (), DAY).verdict == "untold"


def test_numbers_of_something_else_are_no_counts() -> None:
    """45 states and twelve-fold are not numbers of deaths; sentences without one are comments."""
    clauses, others = cut("45 states saw it fall. In 28 states, 38,048 died, a twelve-fold rise.")
    assert [each.text for each in clauses][-1].startswith("In 28 states, 38,048 died")
    assert len(clauses) == 2
    assert others == ()


@pytest.mark.parametrize(
    "text",
    [
        "San Francisco had a bad year. 806 people died of overdoses in 2023.",
        "Ohio had a bad year. 5,000 people died of overdoses in 2022.",
        "Overdose deaths among women in 2020 (27,000).",
        "In 2020 (ages 25 to 34) 22,000 people died of overdoses.",
    ],
)
def test_what_is_spoken_of_before_the_number_is_not_forgotten(text: str) -> None:
    """A sentence without a number, or words before a bracket, may state the population."""
    (claim,) = _read(text)
    assert claim.gaps or claim.ages
    assert check_claim(claim, (), DAY).verdict in {"not understood", "untold"}


def test_a_place_that_was_not_understood_is_not_taken_for_the_nation() -> None:
    """Neither in the record nor in the words of what was understood."""
    (claim,) = _read("In San Francisco, 806 people died of overdoses in 2023")
    assert claim.place == ""
    assert not any("United States" in each for each in claim.assumed)
    assert "place not understood" in understood(claim)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("105,007 people nearly died of a drug overdose in 2023", "negation"),
        ("105,007 people almost died of overdoses in 2023", "negation"),
        ("105,007 nearly-fatal overdoses occurred in 2023", "negation"),
        ("hardly 105,007 people died of overdoses in 2023", "negation"),
        ("it was wrongly said that 105,007 people died of overdoses in 2023", "negation"),
        ("In Italy 105,007 people died of overdoses in 2023", "place"),
        ("Italy had 105,007 overdose deaths in 2023", "place"),
        ("in 2023, 105,007 people died of overdoses in Sicily", "place"),
        ("locally, 105,007 people died of overdoses in 2023", "place"),
        ("105,007 people died solely of overdoses in 2023", "drug"),
        ("by 2023, 105,007 people had died of overdoses", "period"),
        ("by 2023 overdoses had killed 1,128,000 people", "period"),
        ("through 2023, 105,007 people died of overdoses", "period"),
    ],
)
def test_words_that_turn_a_claim_around_are_no_adverbs_of_colour(text: str, kind: str) -> None:
    """What is denied, elsewhere, of a part, or of all years up to one is not judged."""
    (claim,) = _read(text, date(2024, 12, 19))
    assert [gap.kind for gap in claim.gaps][:1] == [kind]
    assert check_claim(claim, (), DAY).verdict == "not understood"


@pytest.mark.parametrize(
    "text",
    [
        "tragically, 105,007 people fatally overdosed in 2023",
        "nearly two thirds of overdose deaths in 2022 involved fentanyl",
        "by 2023, overdose deaths had fallen to 105,007",
        "overdose deaths nearly doubled from 2018 to 2021, to 106,699",
    ],
)
def test_adverbs_of_colour_bar_nothing(text: str) -> None:
    """The same words are understood where they belong to a number, a change or to nothing."""
    assert all(each.gaps == () for each in _read(text, date(2024, 12, 19)))


def test_a_point_before_three_digits_is_not_read_as_a_fraction() -> None:
    """Many read 105.007 deaths as a hundred thousand, so no verdict is given."""
    with raises("burden/no-number-and-no-rank"):
        _read("in 2023 there were 105.007 overdose deaths")
