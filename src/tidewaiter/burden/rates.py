"""Death rates per 100,000 people: crude, and adjusted to the 2000 standard population."""

import math
from collections.abc import Sequence

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.burden.gamma import gamma_quantile

PER = 100_000
FEW = 100
"""Below so many deaths an interval is made by the gamma distribution, else by the normal one."""
UNRELIABLE = 20
"""Below so many deaths NCHS calls a rate unreliable, as its interval is as wide as itself."""

_TAIL = 0.025
_NORMAL = 1.959963984540054  # quantile 0.975 of the normal distribution


class Rate(Record, frozen=True, kw_only=True):
    """A death rate, and how sure it is."""

    deaths: int
    value: float  # deaths per 100,000 people
    low: float  # 95 % interval
    high: float

    @property
    def unreliable(self) -> bool:
        """Tell whether it rests on fewer than 20 deaths."""
        return self.deaths < UNRELIABLE


def crude_rate(deaths: int, people: float) -> Rate:
    """Compute a crude or age-specific death rate.

    Args:
        deaths: In a year.
        people: Residents at mid-year; of several years, their sum.

    Raises:
        InputError: There are no people, or fewer than no deaths.
    """
    return age_adjusted_rate([deaths], [people], [1.0])


def age_adjusted_rate(
    deaths: Sequence[int], people: Sequence[float], weights: Sequence[float]
) -> Rate:
    """Compute a directly age-adjusted death rate.

    Args:
        deaths: Deaths in a year per age band, shape ``(bands,)``.
        people: Residents at mid-year per age band, shape ``(bands,)``.
        weights: Shares of the standard population, shape ``(bands,)``, sum 1.

    Raises:
        InputError: An age band has no residents, or fewer than no deaths.

    Source:
        Klein and Schoenborn 2001, NCHS Statistical Notes 20; the interval of fewer than 100 deaths
        is that of Fay and Feuer, Statistics in Medicine 16:791, 1997, which Talih, Anderson and
        Parker (Population Health Metrics 20:13, 2022) of NCHS call the gold standard. NCHS prints
        the one of Anderson and Rosenberg, which is slightly narrower.
    """
    for band, (died, lived) in enumerate(zip(deaths, people, strict=True)):
        if lived <= 0:
            raise InputError(
                f"age band {band + 1} has no residents", hint="join bands, or add them"
            )
        if died < 0:
            raise InputError(f"age band {band + 1} has {died} deaths", hint="look at the table")
    steps = [weight / lived for lived, weight in zip(people, weights, strict=True)]
    value = sum(step * died for died, step in zip(deaths, steps, strict=True))
    variance = sum(step**2 * died for died, step in zip(deaths, steps, strict=True))
    total = sum(deaths)
    if total >= FEW:
        half = _NORMAL * math.sqrt(variance)
        low, high = value - half, value + half
    else:
        low, high = _gamma_interval(value, variance, max(steps))
    return Rate(deaths=total, value=PER * value, low=PER * low, high=PER * high)


def _gamma_interval(value: float, variance: float, step: float) -> tuple[float, float]:
    low = _scaled(_TAIL, value, variance) if value else 0.0
    return low, _scaled(1 - _TAIL, value + step, variance + step**2)


def _scaled(share: float, mean: float, variance: float) -> float:
    return gamma_quantile(share, mean**2 / variance) * variance / mean
