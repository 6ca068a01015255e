"""The nowcast on true releases: the goals, and constants that are what they were fitted to be."""

from pathlib import Path

import pytest
from benchmarks.nowcast import Measured, measure
from tools.nowcast import fit_all, judges, stored, written

from tidewaiter.base.resources import data
from tidewaiter.burden.nowcast.grids import Grids, settled_in

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    """The stored releases."""
    return shared / "data" / "burden" / "vsrr"


@pytest.fixture(scope="module")
def measured(folder: Path) -> Measured:
    """Each release, estimated from what was known when it was published."""
    return measure(folder)


def test_the_shipped_constants_are_those_fitted(folder: Path) -> None:
    """data/burden/nowcast.toml is what tools/nowcast.py makes of the stored releases."""
    releases = stored(folder)
    truth = settled_in(*map(Grids, judges(folder)))
    made = written(fit_all(releases, truth), releases)
    assert data("burden", "nowcast.toml").read_text("utf-8") == made


@pytest.mark.parametrize(
    ("nation", "error", "newest", "width"), [(True, 0.5, 0.7, 2.5), (False, 0.7, 1.2, 4.0)]
)
def test_overdoses_are_estimated_as_well_as_asked(
    measured: Measured, *, nation: bool, error: float, newest: float, width: float
) -> None:
    """Nation and states err, lean and are covered within the goals; all rivals err more."""
    block = measured.block("overdose", nation=nation)
    ours, *others = block.scores
    assert ours.method == "ours"
    assert ours.error <= error
    assert ours.newest <= newest
    assert abs(ours.bias) <= 0.2
    assert block.width <= width
    assert all(ours.error < other.error for other in others)


def test_the_interval_covers_what_it_says(measured: Measured) -> None:
    """Pooled over nation and states, 92 to 98 % of the truths lie inside, at every lag."""
    assert 92 <= measured.covered("overdose") <= 98
    assert measured.rejected("overdose") == []
