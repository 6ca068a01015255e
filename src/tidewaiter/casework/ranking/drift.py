"""Drift: whether alerts are still like those that a model was made from, and it still right."""

import math
from collections.abc import Sequence
from datetime import date
from typing import Literal

import numpy as np

from tidewaiter.base.intervals import Share, share_of
from tidewaiter.base.records import Record
from tidewaiter.casework.ranking.model import Ranker, Values, codes_of
from tidewaiter.casework.ranking.settings import RankerSettings, load_ranker_settings
from tidewaiter.casework.ranking.training import Example, auc, hits_of, tenths

Verdict = Literal["stable", "look", "drifted"]
CHANCE = "the chance itself"
"""The name of the distribution of what the model says."""

_HALF = 0.5  # of an alert, so that no bin is empty


class Stability(Record, frozen=True, kw_only=True):
    """How a distribution stands to that of the training."""

    name: str  # of the feature
    index: float  # population stability index
    by_chance: float  # what 19 of 20 samples of that size stay below where nothing changed
    verdict: Verdict


class Drift(Record, frozen=True, kw_only=True):
    """What is seen of a period."""

    first: date | None
    last: date | None
    alerts: int
    features: tuple[Stability, ...]  # the least stable first
    decided: Share  # hits among those with an outcome; fewer than five give numbers alone
    expected: float  # hits that the model expected among them
    calibrated: bool | None  # whether what was expected is in the interval; None: too few
    auc: float | None  # None: too few


def drift(
    ranker: Ranker,
    rows: Sequence[Values],
    decided: Sequence[Example],
    days: tuple[date | None, date | None],
) -> Drift:
    """Compare a period with the training.

    Args:
        ranker: The model.
        rows: Values of all alerts of the period.
        decided: Those of them that have an outcome.
        days: First and last day of the period; None: open.
    """
    settings = load_ranker_settings()
    found = []
    for scale in ranker.model.scales if rows else ():
        now = np.bincount(codes_of(scale, rows), minlength=len(scale.seen))
        found.append(stability(scale.feature.name, np.array(scale.seen), now, settings))
    if rows:
        now = tenths(ranker.chances(rows))
        found.append(stability(CHANCE, np.array(ranker.model.chances), now, settings))
    found.sort(key=lambda each: (each.verdict == "stable", each.verdict == "look", -each.index))
    hits = hits_of(decided)
    chances = ranker.chances([each.values for each in decided])
    share, expected = share_of(int(hits.sum()), len(decided)), float(chances.sum())
    right = None
    if share.low is not None and share.high is not None:
        right = share.low <= expected / share.of <= share.high
    return Drift(
        first=days[0],
        last=days[1],
        alerts=len(rows),
        features=tuple(found),
        decided=share,
        expected=expected,
        calibrated=right,
        auc=None if right is None or len(set(hits)) == 1 else auc(chances, hits),
    )


def stability(
    name: str, before: np.ndarray, now: np.ndarray, settings: RankerSettings
) -> Stability:
    """Compare two distributions over the same bins.

    Args:
        name: Of what is compared.
        before: Counts, shape (bins,).
        now: Counts, shape (bins,).
        settings: From where on a difference counts.

    Source:
        Yurdakul 2018, Statistical properties of population stability index: without a change it
        is about (1/n + 1/m) times chi-square of one degree less than there are bins.
    """
    used = (before + now) > 0
    old, new = before[used] + _HALF, now[used] + _HALF
    p, q = old / old.sum(), new / new.sum()
    index = float(((p - q) * np.log(p / q)).sum())
    by_chance = (1 / before.sum() + 1 / now.sum()) * _chi_square(int(used.sum()) - 1)
    verdict: Verdict = "stable"
    if index > by_chance and index >= settings.look:
        verdict = "drifted" if index >= settings.drifted else "look"
    return Stability(name=name, index=index, by_chance=float(by_chance), verdict=verdict)


def _chi_square(degrees: int) -> float:
    """Return about the value that chi-square stays below 19 times in 20 (Wilson, Hilferty 1931)."""
    if degrees < 1:
        return 0.0
    part = 2 / (9 * degrees)
    return float(degrees * (1 - part + 1.6449 * math.sqrt(part)) ** 3)
