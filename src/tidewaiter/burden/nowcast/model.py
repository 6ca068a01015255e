"""From signs to an estimate and its interval; shapes are ``(places, lags)`` throughout."""

import numpy as np

from tidewaiter.base.records import Record
from tidewaiter.burden.nowcast.grids import Grid
from tidewaiter.burden.nowcast.parameters import Parameters, Rests
from tidewaiter.burden.nowcast.signs import Signs

_NOISE = 0.005
"""A sign of half a percent is as likely noise as lack: smaller ones count for less."""

_SEEN = 0.12
"""The largest signs that constants were fitted to; what lies above counts as it is."""

_TALL, _WIDE = 0.04, 0.03  # signs from which on the interval grows more slowly

_OLD = 7  # months from a period to its release at lag 0, when the constants were fitted


class Spread(Record, frozen=True, kw_only=True):
    """How far the logarithm of the closed count may lie from the estimate, before scaling."""

    up: Grid
    down: Grid


def sign_of(signs: Signs, rests: Rests) -> Grid:
    """Return the sign that an estimate rests on; nan: there is none."""
    if rests == "pending":
        return np.where(np.isfinite(signs.pending), signs.pending, signs.excess)
    return np.fmin(signs.pending, signs.excess)


def lacking(signs: Signs, parameters: Parameters, nations: list[bool], names: list[str]) -> Grid:
    """Estimate the logarithm of closed over reported.

    Args:
        signs: Of one indicator.
        parameters: Of the same.
        nations: Which rows are whole countries: there noise has averaged out, so that both signs
            count in full, and their mean is taken.
        names: The places, whose factors are looked up.

    Returns:
        The logarithm, 0 or more; nan: no sign tells.
    """
    sign = sign_of(signs, parameters.rests)
    factors = np.array([[parameters.places.get(name, 1.0)] for name in names])
    seen = np.minimum(sign, _SEEN)
    local = parameters.growth * factors * seen * seen / (seen + _NOISE) + (sign - seen)
    both = np.stack([signs.pending, signs.excess])
    told = np.isfinite(both).any(axis=0)
    mean = np.where(
        told, np.nansum(both, axis=0) / np.maximum(np.isfinite(both).sum(axis=0), 1), np.nan
    )
    return np.where(np.array(nations)[:, None], mean, local)


def spread_of(signs: Signs, rests: Rests, age: int, nations: list[bool]) -> Spread:
    """Return the unscaled sides of the interval.

    A count can lack what no sign shows, the more the younger it is. Releases have come two months
    earlier since 2022, but certificates come faster too: half of the two is taken.

    Args:
        signs: Of one indicator.
        rests: The signs that the estimate rests on.
        age: Months from the newest period to the release.
        nations: Which rows are whole countries.
    """
    lags = signs.pending.shape[1]
    sign = np.nan_to_num(sign_of(signs, rests))
    apart = np.nan_to_num(np.fmax(signs.pending, signs.excess)) - sign
    young = np.exp(-((age - _OLD) / 2.0 + np.arange(lags)) / 2.0)
    tall, wide = sign * _TALL / (sign + _TALL), apart * _WIDE / (apart + _WIDE)
    up = 0.004 + 0.8 * tall + 0.3 * wide + 0.004 * young
    down = 0.001 + 0.9 * tall + 0.1 * wide
    national = 0.004 + 0.4 * np.nan_to_num(_middle(signs)) + 0.2 * apart + 0.003 * young
    whole = np.array(nations)[:, None]
    return Spread(up=np.where(whole, national, up), down=np.where(whole, national, down))


def _middle(signs: Signs) -> Grid:
    """Return the mean of the signs that there are; nan: there is none."""
    both = np.stack([signs.pending, signs.excess])
    many = np.isfinite(both).sum(axis=0)
    return np.where(many > 0, np.nansum(both, axis=0) / np.maximum(many, 1), np.nan)
