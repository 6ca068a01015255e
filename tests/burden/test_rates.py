"""Death rates, crude and adjusted, and their intervals."""

import csv
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.raising import raises

from tidewaiter.burden.deaths.counting import bands, parse_ages
from tidewaiter.burden.rates import (
    ADJUSTED,
    ALL,
    age_adjusted_rate,
    crude_rate,
    gamma_quantile,
    rate_table,
)

TEN = bands()["ten-year"]


def test_weights_are_those_that_nchs_prints() -> None:
    """The shares of the standard population are those of NCHS Statistical Notes 20."""
    printed = (
        0.013818,
        0.055317,
        0.145565,
        0.138646,
        0.135573,
        0.162613,
        0.134834,
        0.087247,
        0.066037,
        0.044842,
        0.015508,
    )
    assert TEN.weights == pytest.approx(printed, abs=1.5e-6)
    assert sum(TEN.weights) == pytest.approx(1)


def test_rates_of_2019_adjust_to_what_nchs_published() -> None:
    """The age-specific death rates of 2019 (NCHS Data Brief 395) give the published 715.2."""
    rates = (553.8, 23.3, 13.4, 69.7, 128.8, 199.2, 392.4, 883.3, 1764.6, 4308.3, 13228.6)
    people = [10_000_000] * len(rates)
    deaths = [round(100 * rate) for rate in rates]
    rate = age_adjusted_rate(deaths, people, TEN.weights)
    assert rate.value == pytest.approx(715.2, abs=0.1)


@pytest.mark.parametrize(
    ("deaths", "low", "high"), [(0, 0, 3.68888), (1, 0.02532, 5.57164), (10, 0.47954, 1.83904)]
)
def test_few_deaths_have_the_limits_of_poisson(deaths: int, low: float, high: float) -> None:
    """The factors by which NCHS multiplies a rate of few deaths: 5.57164 for one, and so on."""
    rate = crude_rate(deaths, 100_000)
    factor = max(deaths, 1)
    assert (rate.low / factor, rate.high / factor) == pytest.approx((low, high), abs=1e-5)
    assert rate.unreliable


@given(st.floats(0.2, 150), st.sampled_from([0.025, 0.5, 0.975]))
def test_quantiles_of_whole_shapes_are_those_of_poisson(shape: float, share: float) -> None:
    """P(gamma of shape n is below x) is P(at least n events where x are expected)."""
    whole = math.ceil(shape)
    value = gamma_quantile(share, whole)
    below = sum(math.exp(n * math.log(value) - value - math.lgamma(n + 1)) for n in range(whole))
    assert 1 - below == pytest.approx(share, abs=1e-9)


def test_the_interval_of_adjusted_rates_is_that_of_fay_and_feuer() -> None:
    """Down syndrome by age of mother (Fleiss), a tenth of it; the limits are those of scipy."""
    births = [230061, 329449, 114920, 39487, 14208, 3052]
    standard = [319933, 931318, 786511, 488235, 237863, 61313]
    weights = [each / sum(standard) for each in standard]
    few = age_adjusted_rate([11, 14, 6, 4, 4, 2], births, weights)
    assert (few.value, few.low, few.high) == pytest.approx((8.9389, 5.5744, 14.0657), abs=1e-4)
    many = age_adjusted_rate([107, 141, 60, 40, 39, 25], births, weights)
    assert many.high - many.value == pytest.approx(many.value - many.low)


def test_a_band_without_people_is_refused() -> None:
    """Without residents, no rate is made up."""
    with raises("burden/age-band-without-residents", band=2):
        age_adjusted_rate([1, 2], [10, 0], [0.5, 0.5])


def test_people_may_stand_in_either_table() -> None:
    """People in a table of their own give the same rates as in the table of deaths."""
    joined = "band,deaths,population\n" + "".join(f"{b},30,100000\n" for b in TEN.labels)
    alone = "band,deaths\n" + "".join(f"{b},30\n" for b in TEN.labels)
    people = "age,people\n" + "".join(f"{b},100000\n" for b in TEN.labels)
    one = rate_table(joined.encode(), None, "a.csv", ())
    other = rate_table(alone.encode(), people.encode(), "a.csv", ())
    assert one.equals(other)
    rows = {row["ages"]: row for row in one.to_pylist()}
    assert rows[ADJUSTED]["rate"] == pytest.approx(30)
    assert (rows[ALL]["deaths"], rows["0"]["note"]) == (330, "")


def test_small_counts_of_places_are_hidden_and_suppressed_ones_give_no_rate() -> None:
    """Of a state, 1 to 9 deaths are not shown; a suppressed age leaves the adjusted rate open."""
    lines = ["state,age,deaths,people"]
    lines += [f"Ohio,{band},{9 if band == '0' else 50},100000" for band in TEN.labels]
    lines += [f"Iowa,{band},{'Suppressed' if band == '0' else 50},100000" for band in TEN.labels]
    rows = rate_table("\n".join(lines).encode(), None, "a.csv", ["state"]).to_pylist()
    found = {(row["state"], row["ages"]): row for row in rows}
    assert found["Ohio", "0"]["deaths"] is None
    assert (found["Ohio", "0"]["rate"], found["Ohio", "0"]["note"]) == (None, "suppressed")
    assert found["Iowa", ADJUSTED]["rate"] is None
    assert found["Iowa", ADJUSTED]["note"] == "suppressed ages"


def test_ages_across_bands_are_refused() -> None:
    """A range of ages that lies in two bands says so; single years are gathered."""
    with raises("burden/ages-across-bands", at="a.csv, row 1"):
        rate_table(b"age,deaths,people\n10-19,5,100\n", None, "a.csv", ())
    assert list(parse_ages("85+"))[:2] == [85, 86]


@pytest.mark.shared
def test_an_export_of_wonder_gives_its_own_rates(shared: Path) -> None:
    """Each rate of 1999-2020 by age and sex is that of CDC WONDER; totals count once."""
    content = (shared / "data" / "burden" / "wonder" / "bryce_opioid_by_age_sex.tsv").read_bytes()
    rows = rate_table(content, None, "a.tsv", ["Sex Code"]).to_pylist()
    ours = {(row["Sex Code"], row["ages"]): row for row in rows}
    theirs = csv.DictReader(content.decode().splitlines(), delimiter="\t")
    compared = 0
    for row in theirs:
        code = row["Ten-Year Age Groups Code"]
        if row["Notes"] or not row["Sex Code"] or code == "NS":
            continue
        found = ours[row["Sex Code"], "0" if code == "1" else code]
        assert round(found["rate"], 1) == float(row["Crude Rate"])
        compared += 1
    assert compared == 22
    assert sum(ours[sex, ALL]["deaths"] for sex in "FM") == 932_364
