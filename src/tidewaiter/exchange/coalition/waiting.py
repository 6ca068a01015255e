"""Waiting: how long answers take, where some have not come yet.

Those that have not come are not left out where they are many, nor taken for late: they have waited
so long already and may wait longer (they are censored), and the Kaplan-Meier estimate uses that.
"""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from tidewaiter.base.records import Record
from tidewaiter.coalition.intervals import FEWEST, Z, ranks

MEDIAN, TAIL_END = 0.5, 0.9
_FEW = 10  # one in so many may be without an answer, and the answered alone are counted

Method = Literal["answered", "Kaplan-Meier", "too few"]
"""By what days were told: by the answered notices alone, or with those that wait; or not at all."""


class Waited(Record, frozen=True, kw_only=True):
    """How long one notice has waited, or waited until its answer."""

    days: int  # that count
    answered: bool


class Days(Record, frozen=True, kw_only=True):
    """The day by which a share had an answer, with its 95 % interval."""

    days: int | None = None  # None: so many have no answer yet
    low: int | None = None  # None: too few for a bound
    high: int | None = None


class Waits(Record, frozen=True, kw_only=True):
    """How long answers took."""

    method: Method
    answered: int
    unanswered: int
    median: Days = Days()
    ninetieth: Days = Days()


def waits_of(waited: Sequence[Waited]) -> Waits:
    """Tell how long answers took; fewer than five notices give the numbers alone."""
    answered = sum(each.answered for each in waited)
    unanswered = len(waited) - answered
    if len(waited) < FEWEST or not answered:
        return Waits(method="too few", answered=answered, unanswered=unanswered)
    if unanswered * _FEW <= len(waited):
        days = sorted(each.days for each in waited if each.answered)
        return Waits(
            method="answered",
            answered=answered,
            unanswered=unanswered,
            median=quantile(days, MEDIAN),
            ninetieth=quantile(days, TAIL_END),
        )
    curve = survival(waited)
    return Waits(
        method="Kaplan-Meier",
        answered=answered,
        unanswered=unanswered,
        median=crossing(curve, MEDIAN),
        ninetieth=crossing(curve, TAIL_END),
    )


def quantile(days: Sequence[int], share: float) -> Days:
    """Return the first day by which a share had an answer.

    Args:
        days: In order, at least one.
        share: From 0 to 1.
    """
    low, high = ranks(len(days), share)
    place = math.ceil(round(share * len(days), 9))
    return Days(
        days=days[max(place, 1) - 1],
        low=None if low is None else days[low - 1],
        high=None if high is None else days[high - 1],
    )


class Step(Record, frozen=True, kw_only=True):
    """What the Kaplan-Meier curve is from a day on."""

    days: int
    waiting: float  # share that still waits, from 0 to 1
    low: float
    high: float


def survival(waited: Sequence[Waited]) -> list[Step]:
    """Estimate which share still waits after each day with an answer.

    Returns:
        The steps, with pointwise 95 % intervals on the scale of log(-log).

    Source:
        Kaplan and Meier 1958, Journal of the American Statistical Association 53; Greenwood 1926;
        Kalbfleisch and Prentice 2002, The Statistical Analysis of Failure Time Data, section 1.4.
    """
    answers = Counter(each.days for each in waited if each.answered)
    leaving = Counter(each.days for each in waited)
    at_risk, waiting, variance = len(waited), 1.0, 0.0
    steps = []
    for day in sorted(leaving):
        if came := answers[day]:
            waiting *= 1 - came / at_risk
            variance += came / (at_risk * (at_risk - came)) if at_risk > came else math.inf
            low, high = _bounds(waiting, variance)
            steps.append(Step(days=day, waiting=waiting, low=low, high=high))
        at_risk -= leaving[day]
    return steps


def crossing(curve: Sequence[Step], share: float) -> Days:
    """Return the first day on which the curve says that a share had an answer.

    The interval holds the days whose own interval holds that share.

    Source:
        Brookmeyer and Crowley 1982, Biometrics 38.
    """
    rest = 1 - share + 1e-12  # so much of rounding
    return Days(
        days=next((step.days for step in curve if step.waiting <= rest), None),
        low=next((step.days for step in curve if step.low <= rest), None),
        high=next((step.days for step in curve if step.high <= rest), None),
    )


def _bounds(waiting: float, variance: float) -> tuple[float, float]:
    if waiting <= 0 or math.isinf(variance):
        return 0.0, 1.0
    log = math.log(waiting)
    spread = Z * math.sqrt(variance) / abs(log)
    return waiting ** math.exp(spread), waiting ** math.exp(-spread)
