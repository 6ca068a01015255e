"""Supply beside deaths, in monthly differences only.

In levels both rise and fall with the years, so that anything correlates with deaths.
"""

import numpy as np

from tidewaiter.burden.events.types import Dose
from tidewaiter.burden.monthly import Months

_FEWEST = 24


def dose_of(deaths: Months, dose: Months | None) -> Dose | None:
    """Correlate the differences of closed months; None: no dose, or fewer than 24 of them."""
    if dose is None:
        return None
    one, other = _differences(deaths, closed=True), _differences(dose, closed=False)
    both = sorted(one.keys() & other.keys())
    x, y = (np.array([each[month] for month in both]) for each in (one, other))
    if len(both) < _FEWEST or not x.std() or not y.std():
        return None
    name = f"{dose.figures['indicator'][0].as_py()}, {dose.figures['measure'][0].as_py()}"
    return Dose(name=name, months=len(both), correlation=float(np.corrcoef(x, y)[0, 1]))


def _differences(months: Months, *, closed: bool) -> dict[int, float]:
    rows = months.figures.select(["last", "value", "closed"]).to_pylist()
    known = {row["last"]: row["value"] for row in rows if row["closed"] or not closed}
    return {month: known[month] - known[month - 1] for month in known if month - 1 in known}
