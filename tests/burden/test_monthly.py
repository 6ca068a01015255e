"""Months from windows of twelve."""

from itertools import accumulate
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from benchmarks.events import base_of
from hypothesis import given
from hypothesis import strategies as st
from tests.support.raising import raises

from tidewaiter.burden.monthly import Months, recovered_months
from tidewaiter.burden.readers.checks import Gathered
from tidewaiter.burden.readers.formats import read_release
from tidewaiter.burden.types import ESTIMATES, parse_month

START = parse_month("2014-02")
COUNTS = st.lists(st.integers(0, 9_000), min_size=26, max_size=60)


def windows_of(months: list[int], *, hidden: int | None = None, settled: int = 999) -> pa.Table:
    """Return the windows of twelve of months that begin in 2014-02, as FIGURES."""
    gathered = Gathered()
    sums = [0, *accumulate(months)]
    for at in range(11, len(months)):
        value = None if START + at == hidden else float(sums[at + 1] - sums[at - 11])
        gathered.add(
            place="US",
            indicator="T40.4",
            basis="occurrence",
            last=START + at,
            months=12,
            value=value,
            closed=at < settled,
            missing="" if value is not None else "suppressed",
        )
    return gathered.table()


def values(found: Months) -> list[float]:
    """Return the counts."""
    counts: list[float] = found.figures["value"].to_pylist()
    return counts


@given(COUNTS)
def test_months_come_back_exactly_over_the_months_of_the_first_window(months: list[int]) -> None:
    """Windows of any months give them back, where the months of the first window are given."""
    base = {START + at: float(count) for at, count in enumerate(months[:12])}
    found = recovered_months(windows_of(months), "US", "T40.4", base)
    assert (found.method, values(found)) == ("given base", [float(each) for each in months])


@given(COUNTS)
def test_months_come_back_exactly_over_the_twelve_before(months: list[int]) -> None:
    """The first known window may be the one after the given months."""
    base = {START + at: float(count) for at, count in enumerate(months[:12])}
    shown = windows_of(months).slice(1)
    found = recovered_months(shown, "US", "T40.4", base)
    assert (found.method, values(found)) == ("given base", [float(each) for each in months])
    assert "2015-02 bears whatever base and windows differ by" in found.notes[0]


@given(COUNTS)
def test_estimated_months_add_up_to_their_windows_and_none_is_below_zero(months: list[int]) -> None:
    """Only what the windows leave undetermined is estimated, and every window is respected."""
    table = windows_of(months)
    found = recovered_months(table, "US", "T40.4")
    counts = np.array(values(found))
    assert found.method == "estimated base"
    assert counts.min() > -1e-6
    sums = np.convolve(counts, np.ones(12), "valid")
    assert sums == pytest.approx(table["value"].to_numpy(), abs=1e-5)


def test_base_months_of_another_basis_are_scaled_and_it_is_said() -> None:
    """Residents are fewer than deaths by occurrence: the first window is what counts."""
    months = [100] * 30
    base = {START + at: 98.0 for at in range(12)}
    found = recovered_months(windows_of(months), "US", "T40.4", base)
    assert values(found) == pytest.approx([100.0] * 30)
    assert "scaled" in found.notes[0]


def test_a_window_that_is_not_shown_breaks_the_chain() -> None:
    """Months are those of the longest run of windows, and the break is named."""
    months = list(range(100, 150))
    hidden = windows_of(months, hidden=parse_month("2015-05"))
    found = recovered_months(hidden, "US", "T40.4")
    assert found.figures["last"][0].as_py() == parse_month("2014-07")
    assert "from 2015-06" in found.notes[0]


def test_open_months_carry_the_interval_of_their_windows() -> None:
    """A month may be as far off as both windows can be apart; closed months have no interval."""
    months = [100] * 26
    figures = windows_of(months, settled=24)
    rows = [
        {
            "place": "US",
            "indicator": "T40.4",
            "last": START + at,
            "lag": 25 - at,
            "reported": 1200.0,
            "closed": False,
            "estimate": 1210.0,
            "low": 1195.0,
            "high": 1230.0,
            "flag": "",
            "method": "both",
        }
        for at in (24, 25)
    ]
    estimates = pa.Table.from_pylist(rows, schema=ESTIMATES)
    base = {START + at: 100.0 for at in range(12)}
    found = recovered_months(figures, "US", "T40.4", base, estimates).figures.to_pylist()
    assert [row["closed"] for row in found[-3:]] == [True, False, False]
    assert [row["value"] for row in found[-3:]] == [100.0, 110.0, 100.0]
    assert [(row["low"], row["high"]) for row in found[-3:]] == [
        (None, None),
        (95.0, 130.0),
        (65.0, 135.0),
    ]
    assert (found[-1]["year_low"], found[-1]["year_high"]) == (1195.0, 1230.0)


def test_a_percentage_has_no_months() -> None:
    """A share of deaths is not a count, and its windows do not add up."""
    gathered = Gathered()
    gathered.add(
        place="US", indicator="specified", measure="percent", last=START, months=12, value=90.0
    )
    with raises("burden/indicator-is-a-percentage"):
        recovered_months(gathered.table(), "US", "specified")


@pytest.mark.shared
def test_months_agree_with_those_that_wonder_tells(shared: Path) -> None:
    """United States, T40.4, 2015-02 to 2016-12: 5.3 deaths a month of 1,208 over given months."""
    folder = shared / "data" / "burden"
    told = base_of(folder / "wonder" / "buzzfeed_fentanyl_monthly_10_16_national.txt")
    release = read_release((folder / "vsrr" / "v2026-06.csv").read_bytes(), "v2026-06.csv")
    for base, most in ((told, 5.3), (None, 50.0)):
        found = recovered_months(release.figures, "US", "T40.4", base)
        months = dict(zip(found.figures["last"].to_pylist(), values(found), strict=True))
        off = [abs(months[each] - told[each]) for each in told if each > START + 11]
        assert np.mean(off) < most
