"""Choose a threshold by the rate of alerts that an authority wants."""

import math

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.errors import InputError
from tidewaiter.parties.calibration.hits import Table, best, chosen, kinds_of
from tidewaiter.parties.calibration.shares import NONE
from tidewaiter.parties.matching.model import model_record
from tidewaiter.parties.thresholds import KindThreshold, Threshold

_DECIMALS = range(2, 7)


def choose(table: Table, parties: int, wanted: float, *, by_kind: bool) -> Threshold:
    """Choose the least threshold at which no more parties alert than is wanted.

    Args:
        table: The hits of the cleared parties.
        parties: How many of these there are.
        wanted: Alerts per party.
        by_kind: Share the alerts out evenly among the kinds of entries that were hit, and choose
            a threshold for each; a kind that no party hit takes that of all.

    Returns:
        The threshold, never below that of the model: the parties of a file say nothing of those
        that are not like them.

    Raises:
        InputError: No threshold below 1 keeps the rate.
    """
    allowed = math.floor(wanted * parties * (1 + 1e-12))
    lowest = model_record().threshold
    least = least_for(best(table), allowed, lowest)
    kinds = kinds_of(chosen(table, table.chance >= lowest)) if by_kind else []
    each = [(kind, least_for(best(table, kind), allowed // len(kinds), lowest)) for kind in kinds]
    found = [KindThreshold(kind=kind, least=own) for kind, own in each if own is not None]
    if least is None or len(found) < len(kinds):
        raise InputError(
            "no threshold keeps this rate: too many cleared parties match almost surely",
            hint="look at the most frequent entries first (the command without a rate shows them)",
        )
    return Threshold(least=least, kinds=tuple(found), origin="chosen by the wanted rate")


def least_for(chances: NDArray[np.float64], allowed: int, lowest: float) -> float | None:
    """Return the shortest number that lets so many parties alert and no more.

    Args:
        chances: The best probability of each party, the highest first.
        allowed: How many may reach the threshold.
        lowest: No threshold below is looked for.

    Returns:
        The least threshold with at most six decimals; None: there is none below 1.
    """
    if len(chances) <= allowed or chances[allowed] < lowest:
        return lowest
    over = float(chances[allowed])  # must stay below
    higher = chances[chances > over]
    most = float(higher[-1]) if len(higher) else 1.0
    for decimals in _DECIMALS:
        scale = 10**decimals
        least: float = (math.floor(over * scale) + 1) / scale
        if over < least <= most and least < 1:
            return least
    scale = 10 ** _DECIMALS[-1]  # two parties are closer than that: both stay below
    least = (math.floor(over * scale) + 1) / scale
    return least if over < least < 1 else None


def enough_for(wanted: float) -> int:
    """Return how many parties a file needs so that no alert at all shows a rate (rule of three)."""
    return math.ceil(NONE / wanted)
