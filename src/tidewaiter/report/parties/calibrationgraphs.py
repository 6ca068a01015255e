"""Graphs of a calibration as numbers: where each mark stands. Templates only draw them."""

import math
from collections.abc import Callable

from tidewaiter.base.records import Record
from tidewaiter.parties.calibration.types import Bin, Calibration, Level
from tidewaiter.parties.thresholds import printed
from tidewaiter.report.calibrationwords import MILLION, interval, per, share_in_words

_LEFT, _RIGHT, _TOP, _FOOT = 64, 392, 14, 236
_TICKS = (0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999)
_FIFTHS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_EDGE = 1e-4  # a rate is not drawn below so many in a million


class Mark(Record, frozen=True, kw_only=True):
    """A share at its place; lengths are in units of the graph."""

    x: float
    y: float | None  # None: the share is 0 where that cannot be drawn
    top: float  # of its interval
    foot: float
    told: str


class Tick(Record, frozen=True, kw_only=True):
    """A line across the graph, and its number."""

    at: float
    text: str


class Graph(Record, frozen=True, kw_only=True):
    """A graph; the same numbers stand in a table."""

    slug: str
    title: str
    about: str
    across: str  # what the lower side means
    up: str  # what the left side means
    marks: tuple[Mark, ...]
    columns: tuple[Tick, ...]
    rows: tuple[Tick, ...]
    line: Tick | None = None  # the threshold
    even: bool = False  # a line from corner to corner: as many as the probability says


def alerts_graph(told: Calibration) -> Graph:
    """Return alerts in a million parties by threshold; both sides grow by factors."""
    levels = told.levels
    shares = [level.alerts for level in levels]
    least = min([each.share for each in shares if each.count] or [shares[0].high]) * MILLION
    most = max(each.high for each in shares) * MILLION
    low = math.floor(math.log10(max(least, _EDGE)))
    high = max(low + 1, math.ceil(math.log10(most)))

    def up(share: float) -> float:
        power = math.log10(max(share * MILLION, 10.0**low))
        return _between(_FOOT, _TOP, (min(power, high) - low) / (high - low))

    marks = tuple(_alert_mark(level, up) for level in levels)
    rows = range(low, high + 1, max(1, (high - low) // 4))
    return Graph(
        slug="alerts",
        title="Alerts in a million parties, by threshold",
        about="; ".join(mark.told for mark in marks),
        across="threshold",
        up="alerts in a million",
        marks=marks,
        columns=tuple(Tick(at=_at(each), text=f"{each:g}") for each in _TICKS),
        rows=tuple(Tick(at=up(10.0**p / MILLION), text=f"{10.0**p:,.10g}") for p in rows),
        line=Tick(at=_at(told.at.threshold), text=printed(told.at.threshold)),
    )


def bins_graph(told: Calibration) -> Graph | None:
    """Return the share of flagged parties by probability; None: there is no file of these."""
    if not told.bins:
        return None

    def up(share: float) -> float:
        return _between(_FOOT, _TOP, share)

    marks = tuple(_bin_mark(each, up) for each in told.bins)
    return Graph(
        slug="bins",
        title="Share of parties that were flagged, by probability",
        about="; ".join(mark.told for mark in marks),
        across="probability of the best match",
        up="share flagged",
        marks=marks,
        columns=tuple(Tick(at=_between(_LEFT, _RIGHT, f), text=f"{f:g}") for f in _FIFTHS),
        rows=tuple(Tick(at=up(each), text=f"{each:g}") for each in _FIFTHS),
        even=True,
    )


def _alert_mark(level: Level, up: Callable[[float], float]) -> Mark:
    share = level.alerts
    return Mark(
        x=_at(level.threshold),
        y=up(share.share) if share.count else None,
        top=up(share.high),
        foot=up(share.low),
        told=f"{printed(level.threshold)}: {per(share.share, MILLION)} in a million "
        f"(95 %: {interval(share, MILLION)})",
    )


def _bin_mark(held: Bin, up: Callable[[float], float]) -> Mark:
    share = held.flagged
    return Mark(
        x=_between(_LEFT, _RIGHT, held.mean),
        y=up(share.share),
        top=up(share.high),
        foot=up(share.low),
        told=f"{held.mean:.2f}: {share.count} of {share.total}, {share_in_words(share)}",
    )


def _at(threshold: float) -> float:
    """Return the place of a threshold; sides grow by odds, so that the top is seen."""
    ends = [math.log(each / (1 - each)) for each in (0.045, 0.99993)]
    held = min(max(threshold, 0.045), 0.99993)
    return _between(_LEFT, _RIGHT, (math.log(held / (1 - held)) - ends[0]) / (ends[1] - ends[0]))


def _between(begin: float, end: float, share: float) -> float:
    return round(begin + share * (end - begin), 1)
