"""When a number that no figure supports is refuted, and when no verdict is given."""

from datetime import date

import pytest
from tests.burden.claims.releases import release, row

from tidewaiter.burden.claims.checking import check_claim
from tidewaiter.burden.claims.parsing import Given, parse_claims
from tidewaiter.burden.claims.types import Checked
from tidewaiter.burden.types import Release

DAY = date(2026, 11, 26)


def _checked(text: str, *releases: Release, said: date | None = None) -> Checked:
    return check_claim(parse_claims(text, DAY, Given(said=said))[0], releases, DAY)


METH = row(32_962, indicator="T43.6", last="2021-12")


@pytest.mark.parametrize("number", ["32,537", "33,500"])
def test_a_number_near_the_only_basis_at_hand_is_not_refuted(number: str) -> None:
    """Residents are 1 to 2 % fewer, and predictions run high: another basis may be the one."""
    checked = _checked(f"methamphetamine deaths rose to {number} in 2021", release(METH))
    assert checked.verdict == "untold"
    assert [each.value for each in checked.findings] == [32_962]
    assert any("residents" in each for each in checked.missing)


def test_a_number_far_from_every_basis_is_refuted() -> None:
    """No official figure of a year is half as high again as another."""
    checked = _checked("methamphetamine killed 50,000 people in 2021", release(METH))
    assert checked.verdict == "fails"


def test_a_statement_is_judged_on_the_release_of_its_day() -> None:
    """Without that release no verdict is given; with it, before a final count, it is refuted."""
    text, said = (
        "98,000 people died of overdoses in the 12 months ending June 2023",
        date(2023, 11, 20),
    )
    old = release(row(101_000, last="2023-06", closed=False), month="2025-01")
    own = release(row(101_000, last="2023-06", closed=False), month="2023-11")
    assert _checked(text, old, said=said).verdict == "untold"
    assert _checked(text, own, said=said).verdict == "fails"
    assert _checked(text, own).verdict == "untold"  # not said when


def test_a_number_that_is_elsewhere_by_chance_refutes_nothing() -> None:
    """806 is a count of many things; that it is also one of heroin tells nothing of Maine."""
    other = release(row(806, indicator="T40.1", place="US-NY", last="2016-12"))
    checked = _checked("806 people died of overdoses in Maine in 2023", other)
    assert (checked.verdict, checked.traps) == ("untold", ())


def test_without_a_period_every_year_is_looked_at_and_no_origin_is_told() -> None:
    """Over all years, some method gives any number; the range of the years is given instead."""
    windows = [row(74_000 + n, last=f"2022-{n:02}", indicator="T40.4") for n in range(1, 13)]
    checked = _checked("fentanyl kills 888,000 Americans a year", release(*windows))
    assert (checked.verdict, checked.traps) == ("fails", ())
    assert "the highest 75," in " ".join(checked.summary)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("about 2,050 Americans died of overdoses each week in 2022", "holds"),
        ("about 9,000 overdose deaths a month in 2022", "holds"),
        ("12 Americans died of overdoses every hour in 2022", "only"),
        ("an overdose death roughly every five minutes in 2022", "holds"),
        ("about 5,000 Americans died of overdoses each week in 2022", "fails"),
    ],
)
def test_paces_are_of_their_own_time(text: str, verdict: str) -> None:
    """107,941 of the 365 days of 2022 are 2,070 a week, 8,995 a month, 12.3 an hour."""
    assert _checked(text).verdict == verdict


def test_years_are_added_up_where_all_are_at_hand() -> None:
    """NCHS states 932,364 resident deaths from 1999 to 2020; the counts of each year are given."""
    checked = _checked("932,364 people died of overdoses from 1999 to 2020")
    assert checked.verdict == "holds"
    assert [(each.value, each.basis) for each in checked.findings] == [(932_364, "residence")]
    assert _checked("800,000 people died of overdoses from 1999 to 2020").verdict == "fails"


def test_years_that_are_missing_are_named() -> None:
    """Without some years the sum is bounded: what these cannot reach is refuted, else untold."""
    untold = _checked("nearly 645,000 people died of opioid overdoses from 1999 to 2021")
    assert untold.verdict == "untold"
    assert any("1999 to 2014" in each for each in untold.missing)
    far = _checked("20 million people died of opioid overdoses from 1999 to 2021")
    assert far.verdict == "fails"
    open_end = _checked(
        "more than a million Americans died of overdoses since 1999", said=date(2024, 1, 2)
    )
    assert open_end.verdict == "holds"


def test_rates_are_those_that_were_published_or_computed_of_residents() -> None:
    """32.6 is age-adjusted, 107,941 of 333,287,557 are 32.4; neither is a number of deaths."""
    people = release(
        row(333_287_557, indicator="population", measure="population", basis=""),
        source="census-population",
        month="2024-12",
    )
    told = _checked("the age-adjusted rate was 32.6 overdose deaths per 100,000 in 2022", people)
    assert (told.verdict, {each.how for each in told.findings}) == ("holds", {"age-adjusted"})
    crude = _checked("the crude rate was 32.4 overdose deaths per 100,000 in 2022", people)
    assert crude.verdict in {"holds", "only"}
    assert any("333,287,557" in each.how for each in crude.findings)
    ohio = _checked("45.3 overdose deaths per 100,000 in Ohio in 2022", people)
    assert (ohio.verdict, ohio.findings) == ("untold", ())
    assert any("census-population" in each for each in ohio.missing)
    change = _checked("the age-adjusted rate of overdose deaths fell 4.0% from 2022 to 2023")
    assert change.verdict == "holds"
