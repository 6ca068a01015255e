"""The constants of the nowcast: shipped ones with their source, or fitted to an archive."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml

Rests = Literal["both", "pending"]
"""On which signs an estimate rests: the smaller of both, or the pending deaths alone."""


class Parameters(Record, frozen=True, kw_only=True):
    """What turns the signs of one indicator into an estimate with an interval."""

    indicator: str
    rests: Rests
    growth: float  # of the logarithm of the count, for each unit of its sign
    up: float  # scale of the upper side of the interval
    down: float  # of the lower one
    cells: int = 0  # from which they were fitted
    releases: int = 0
    error: float = 0.0  # percent, mean absolute, on these cells
    places: Mapping[str, float] = MappingProxyType({})  # factors of places, from an archive


class _Shipped(Record, frozen=True, kw_only=True):
    source: str
    indicators: tuple[Parameters, ...] = ()


@cache
def shipped() -> MappingProxyType[str, Parameters]:
    """Return the constants that come with Tidewaiter, by indicator.

    Source:
        data/burden/nowcast.toml, made by `tools/nowcast.py` from releases of 2017 to 2019.
    """
    read = read_toml(data("burden", "nowcast.toml"), _Shipped)
    return MappingProxyType({each.indicator: each for each in read.indicators})


def before_data(indicator: str) -> Parameters:
    """Return what one would take before any release was compared with its truth.

    A sign of two percent counts in full; the interval is 1.3 times as wide as its shape.
    """
    return Parameters(indicator=indicator, rests="both", growth=1.25, up=1.3, down=1.3)
