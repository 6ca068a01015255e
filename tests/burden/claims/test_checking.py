"""Claims beside official figures: the statements of July 2023, and others of ministers."""

from datetime import date

from tidewaiter.burden.claims.checking import check_claim
from tidewaiter.burden.claims.parsing import Given, parse_claims
from tidewaiter.burden.claims.types import Checked, Finding

DAY = date(2026, 11, 26)
ARTICLE = (
    "Nearly 110,000 Americans died of a drug overdose last year; two-thirds involved synthetic "
    "opioids, the No. 1 killer of Americans ages 18 to 49."
)


def _checked(text: str, said: date | None = None) -> list[Checked]:
    return [check_claim(each, (), DAY) for each in parse_claims(text, DAY, Given(said=said))]


def _values(checked: Checked) -> set[tuple[float, str, str, bool]]:
    return {(round(each.value, 1), each.kind, each.basis, each.public) for each in checked.findings}


def _finding(checked: Checked, value: float) -> Finding:
    return next(each for each in checked.findings if round(each.value, 1) == value)


def test_nearly_110_000_held_when_it_was_said_and_holds_of_residents() -> None:
    """Public in July 2023: 109,680 predicted, 105,452 reported; closed since, and rewritten."""
    deaths, _, _ = _checked(ARTICLE, date(2023, 7, 7))
    assert {
        (109_680, "predicted", "occurrence", True),
        (105_452, "reported", "occurrence", True),
        (109_413, "reported", "occurrence", False),
        (111_029, "predicted", "occurrence", False),
        (110_942, "predicted", "occurrence", False),
        (107_941, "reported", "residence", False),
    } == _values(deaths)
    assert deaths.verdict == "holds"
    assert _finding(deaths, 109_680).releases == ("cdc-told 2023-05",)
    assert _finding(deaths, 109_413).closed
    assert _finding(deaths, 111_029).fit == "rounds"
    told = " ".join(deaths.summary)
    assert "105,452" in told
    assert "deaths of residents: 107,941" in told


def test_two_thirds_is_68_percent_on_each_basis() -> None:
    """74,829 of 109,413 closed, 73,838 of 107,941 residents, 72,027 of 105,452 as of May 2023."""
    _, share, _ = _checked(ARTICLE, date(2023, 7, 7))
    assert _values(share) == {
        (68.4, "reported", "occurrence", False),
        (68.4, "reported", "residence", False),
        (68.3, "reported", "occurrence", True),
    }
    assert share.verdict == "rounds"
    assert any("share of is not said" in each for each in share.claim.assumed)
    assert {each.how for each in share.findings} >= {"74,829 of 109,413 drug overdose deaths"}


def test_the_leading_cause_is_not_decided_but_bounded() -> None:
    """What ages tell: between 49,607 and 51,036 mentions; no rank is computed, and why is said."""
    _, _, rank = _checked(ARTICLE, date(2023, 7, 7))
    told = " ".join(rank.summary)
    assert rank.verdict == "depends"
    assert "49,607 deaths at ages 20 to 49, 51,036 at ages 15 to 49" in told
    assert "no count of overdose deaths" in told
    assert "carved out" in told
    assert "aged 18-44" in told
    assert any("single year of age" in each for each in rank.missing)
    assert any("no rank is computed" in each for each in rank.missing)


def test_a_fall_of_27_percent_is_that_of_predictions_alone() -> None:
    """80,391 of 110,037, both predicted in May 2025; of residents it was 24.4 %."""
    (fall,) = _checked("down 27 percent from 2023")
    assert fall.verdict == "only"
    assert [each.fit for each in fall.findings].count("holds") == 1
    assert _finding(fall, 26.9).releases == ("cdc-told 2025-05",)
    assert _finding(fall, 24.4).basis == "residence"
    assert fall.traps == ()


def test_more_than_100_000_by_april_2021_was_a_prediction() -> None:
    """CDC's headline of November 2021; a count of residents is said to be missing."""
    (claim,) = _checked("more than 100,000 in the 12 months ending April 2021", date(2021, 11, 17))
    assert _values(claim) == {(100_306, "predicted", "occurrence", True)}
    assert claim.verdict == "holds"
    assert any("residents" in each for each in claim.missing)
    assert any("closed count" in each for each in claim.missing)


def test_about_80_000_in_2022_holds_nowhere() -> None:
    """No basis and no release of 2022 is within 5 % of it."""
    (claim,) = _checked("about 80,000 Americans died of overdoses last year", date(2023, 7, 7))
    assert claim.verdict == "fails"
    assert {each.fit for each in claim.findings} == {"no"}


def test_deaths_a_day_are_those_of_the_days_of_the_year() -> None:
    """107,941 residents in the 365 days of 2022 are 295.7 a day; 91,799 in 366 are 250.8."""
    (claim,) = _checked("nearly 300 Americans died every day of overdoses in 2022")
    assert _finding(claim, 295.7).fit == "holds"
    (leap,) = _checked("251 Americans died every day of overdoses in 2020")
    assert _finding(leap, 250.8).how == "91,799 deaths"


def test_without_a_figure_it_is_said_what_would_tell() -> None:
    """A state without a release: nothing is judged, and the release that would tell is named."""
    (claim,) = _checked("5,000 people died of overdoses in Ohio in 2022")
    assert (claim.verdict, claim.findings) == ("untold", ())
    assert any("cdc-vsrr" in each and "Ohio, 2022" in each for each in claim.missing)


def test_a_number_at_some_ages_is_not_judged_by_bands() -> None:
    """Bands that do not fit the ages give bounds, and bounds decide nothing."""
    (claim,) = _checked("50,000 Americans aged 18 to 49 died from fentanyl in 2021")
    assert claim.verdict == "untold"
    assert "49,607" in claim.summary[1]
