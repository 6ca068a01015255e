"""The chain ladder: how much counts of the same age lacked in earlier releases.

It needs no sign, and so serves where a source gives none: deaths of any cause, other countries.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tidewaiter.base.records import Record
from tidewaiter.burden.nowcast.grids import Grids
from tidewaiter.burden.nowcast.settled import Truth, known

_RELEASES = 2  # fewer tell nothing of what is usual
_TAIL = 0.025


class Ladder(Record, frozen=True, kw_only=True):
    """What counts lacked, by months between period and release; logarithms, shape ``(ages,)``."""

    first: int  # age of the newest period of the release to be estimated
    middle: npt.NDArray[np.float64]  # nan: no earlier release has a count of that age
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]

    def steps(self, lags: int) -> tuple[npt.NDArray[np.float64], ...]:
        """Return estimate, upper and lower side by lag, shape ``(1, lags)`` each."""
        found = np.full((3, lags), np.nan)
        ages = range(self.first, min(self.first + lags, len(self.middle)))
        for lag, age in enumerate(ages):
            middle = self.middle[age]
            found[:, lag] = middle, self.high[age] - middle, middle - self.low[age]
        return found[0][None, :], found[1][None, :], found[2][None, :]


def ladder_of(earlier: Sequence[Grids], truth: Truth, indicator: str, age: int) -> Ladder | None:
    """Build the ladder of an indicator from earlier releases.

    Args:
        earlier: Releases before the one that is to be estimated.
        truth: What is settled by now.
        indicator: A key of data/burden/indicators.toml.
        age: Months from the newest period to the release that is to be estimated.

    Returns:
        The ladder; None: fewer than two releases tell.
    """
    lacked: dict[int, list[npt.NDArray[np.float64]]] = {}
    telling = 0
    for grids in earlier:
        value, settled = grids.counts(indicator).value, known(truth, grids, indicator)
        some = (settled > 0) & (value > 0)
        telling += bool(some.any())
        for lag in np.flatnonzero(some.any(axis=0)):
            here = some[:, lag]
            found = np.log(settled[here, lag] / value[here, lag])
            lacked.setdefault(grids.age + int(lag), []).append(found)
    if telling < _RELEASES:
        return None
    sides = np.full((3, max(lacked) + 1), np.nan)
    for months, each in lacked.items():
        sides[:, months] = np.quantile(np.concatenate(each), (0.5, _TAIL, 1 - _TAIL))
    return Ladder(first=age, middle=sides[0], low=sides[1], high=sides[2])
