"""Parsing of claims: number, word, period, place, measure, population."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.burden.claims.reading import parse_claim

from tidewaiter.base.errors import InputError
from tidewaiter.burden.claims.checking import check_claim
from tidewaiter.burden.claims.parsing import Given, parse_claims
from tidewaiter.burden.claims.vocabulary import quoted_releases, statements, words
from tidewaiter.burden.indicators import indicators
from tidewaiter.burden.types import month_text

DAY = date(2023, 7, 7)


@pytest.mark.parametrize(
    ("text", "word", "value", "step"),
    [
        ("nearly 110,000 deaths in 2022", "nearly", 110_000, 10_000),
        ("110k overdose deaths in 2022", "", 110_000, 10_000),
        ("0.11 million overdose deaths in 2022", "", 110_000, 10_000),
        ("one hundred and ten thousand people died in 2022", "", 110_000, 10_000),
        ("about a hundred thousand overdose deaths in 2021", "about", 100_000, 10_000),
        ("no more than 109,400 deaths in 2022", "at most", 109_400, 100),
        ("107,543 died in 2023", "", 107_543, 1),
        ("100,000+ deaths in 2021", "at least", 100_000, 10_000),
    ],
)
def test_counts_are_read_with_their_word_and_their_last_digit(
    text: str, word: str, value: float, step: float
) -> None:
    """A count in any notation gives one number, the word before it, and its rounding."""
    stated = parse_claim(text, DAY).stated
    assert (stated.comparator, stated.value, stated.step) == (word, value, step)
    assert stated.unit == "deaths"


@pytest.mark.parametrize(
    ("text", "percent", "form", "indicator", "of"),
    [
        ("two-thirds involved synthetic opioids in 2022", 66.667, "fraction", "T40.4", "overdose"),
        ("2/3 of overdose deaths involved fentanyl", 66.667, "fraction", "T40.4", "overdose"),
        ("1 in 5 overdose deaths involved cocaine", 20, "one in", "T40.5", "overdose"),
        ("seven out of ten involved opioids", 70, "fraction", "opioids", "overdose"),
        ("68.4% of opioid deaths were from fentanyl", 68.4, "percent", "T40.4", "opioids"),
        ("overdoses were 3 percent of all deaths", 3, "percent", "overdose", "all-causes"),
    ],
)
def test_shares_are_read_with_what_they_are_a_share_of(
    text: str, percent: float, form: str, indicator: str, of: str
) -> None:
    """Of two groups named, the more general one is the denominator of the share."""
    claim = parse_claim(text, DAY)
    assert claim.measure == "share"
    assert claim.stated.value == pytest.approx(percent, abs=0.01)
    assert (claim.stated.form, claim.indicator, claim.of) == (form, indicator, of)


@pytest.mark.parametrize(
    ("text", "last", "months", "against"),
    [
        ("80,000 deaths last year", "2022-12", 12, None),
        ("more than 100,000 in the 12 months ending April 2021", "2021-04", 12, None),
        ("100,306 died from May 2020 to April 2021", "2021-04", 12, None),
        ("9,000 overdose deaths in April 2021", "2021-04", 1, None),
        ("down 27 percent from 2023", "2024-12", 12, "2023-12"),
        ("30,000 fewer deaths than in 2023", "2024-12", 12, "2023-12"),
        ("fell 3 percent in 2023 from a year earlier", "2023-12", 12, "2022-12"),
        (
            "rose 1% in the 12 months ending May 2023 from the 12 months ending April 2023",
            "2023-05",
            12,
            "2023-04",
        ),
        ("120,000 in the past year", "2023-02", 12, None),
    ],
)
def test_periods_are_windows(text: str, last: str, months: int, against: str | None) -> None:
    """A year is the twelve months that end in December; a change has two windows."""
    claim = parse_claim(text, DAY)
    assert claim.last is not None
    assert (month_text(claim.last), claim.months) == (last, months)
    assert (None if claim.against is None else month_text(claim.against)) == against


def test_the_sentence_of_july_2023_is_three_claims() -> None:
    """A later part takes period and place from the one before, and the drug that it speaks of."""
    deaths, share, rank = parse_claims(
        "Nearly 110,000 Americans died of a drug overdose last year; two-thirds involved synthetic "
        "opioids, the No. 1 killer of Americans ages 18 to 49.",
        DAY,
    )
    assert (deaths.measure, deaths.basis, deaths.place) == ("deaths", "residence", "US")
    assert (share.measure, share.indicator, share.last) == ("share", "T40.4", deaths.last)
    assert (rank.measure, rank.indicator, rank.ages) == ("rank", "T40.4", (18, 49))
    assert deaths.gaps == share.gaps == rank.gaps == ()


def test_what_is_not_said_is_told_and_what_is_not_understood_shown() -> None:
    """A reader sees what was taken, and each word that told nothing."""
    claim = parse_claim("the unexplained frobnication of 110,000 deaths in 2022", DAY)
    assert [gap.text for gap in claim.gaps] == ["unexplained frobnication"]
    assert [part.text for part in claim.read] == ["110,000", "in 2022"]
    assert any("United States" in each for each in claim.assumed)
    assert any("overdose" in each for each in claim.assumed)
    assert parse_claim("fentanyl killed 70,000 in 2021", DAY).remarks


def test_options_go_before_the_sentence() -> None:
    """Options given with the sentence override its text."""
    given = Given(
        place="Ohio", period="2021-04", indicator="T40.4", basis="residence", number="over 4,000"
    )
    claim = parse_claim("about 5,000 Americans died of overdoses in 2022", DAY, given)
    assert (claim.place, claim.indicator, claim.basis) == ("US-OH", "T40.4", "residence")
    assert claim.last is not None
    assert (month_text(claim.last), claim.stated.value) == ("2021-04", 4000)
    assert claim.stated.comparator == "over"


@pytest.mark.parametrize(
    "text",
    [
        "many people died of overdoses in 2022",
        "80,000 overdose deaths in 2026-00",
        "140 percent involved opioids in 2022",
        "as of February 31, 2023 110,000 overdose deaths",
        "down 5 percent in 2022 from 2023",
        "100,000 died from May 2022 to April 2021",
    ],
)
def test_what_cannot_be_claimed_is_refused(text: str) -> None:
    """No number, no such month, more than all: refused, and never guessed."""
    with pytest.raises(InputError) as refused:
        parse_claim(text, DAY)
    assert refused.value.hint


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Ohio", "US-OH"),
        ("Washington, D.C.", "US-DC"),
        ("New York City", "US-NY-NYC"),
        ("New York", "US-NY"),
        ("West Virginia", "US-WV"),
    ],
)
def test_places_are_read_longest_first(name: str, code: str) -> None:
    """A city is not the state that it is named like."""
    assert parse_claim(f"500 overdose deaths in {name} in 2022", DAY).place == code


PIECES = st.lists(
    st.sampled_from(
        [
            "nearly",
            "110,000",
            "1 in 5",
            "two-thirds",
            "hundred",
            "million",
            "down",
            "27%",
            "from",
            "2023",
            "May",
            "12 months ending",
            "ages 18 to",
            "No. 1 killer",
            "Ohio",
            "in",
            "Americans",
            "fentanyl",
            ";",
            ",",
            ".",
            "9" * 40,
            "as of",
            "2023-13-45",
            "more than",
            "0",
            "/",
        ]
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(PIECES)
def test_any_words_are_read_or_refused(pieces: list[str]) -> None:
    """Words in any order are claims that can be checked, or an error that a user can mend."""
    try:
        claims = parse_claims(" ".join(pieces), DAY)
    except InputError:
        return
    for claim in claims:
        assert check_claim(claim, (), DAY).claim == claim


def test_the_facts_name_indicators_that_are_known() -> None:
    """Each word refers to an indicator, and each known figure to one, with a source."""
    told = {
        row for each in quoted_releases() for row in each.reading.figures["indicator"].to_pylist()
    }
    named = {topic.indicator for topic in words().topics} | {
        each.indicator for each in statements()
    }
    assert told | named <= set(indicators())
    assert all(each.name.startswith("http") for each in quoted_releases())
