"""Alerts with outcomes, made: what is right depends on a substance, a rule and a mass."""

import random
from datetime import date, timedelta

from tidewaiter.casework.ranking.features import Value
from tidewaiter.casework.ranking.training import Example

BEGIN = date(2025, 1, 1)


def examples(number: int, *, seed: int = 4, shift: float = 0.0) -> list[Example]:
    """Make alerts, ten a day.

    Args:
        number: How many.
        seed: Of the draws.
        shift: Added to the share that is right.
    """
    lot = random.Random(seed)
    return [_example(i, lot, shift) for i in range(number)]


def _example(place: int, lot: random.Random, shift: float) -> Example:
    substance, points = lot.choice(["acetone", "ephedrine", "toluene"]), lot.choice([20.0, 45.0])
    vague, mass = lot.random() < 0.2, lot.lognormvariate(3, 2)
    chance = 0.05 + 0.3 * (substance == "ephedrine") + 0.25 * vague + 0.1 * (mass > 100)
    values: dict[str, Value] = {
        "substance": substance,
        "how": lot.choice(["exact", "fuzzy", None]),
        "words": 3.0,
        "net kg": mass if lot.random() < 0.9 else None,
        "rule control": points,
    }
    if vague:
        values["rule vague"] = 15.0
    return Example(
        alert=f"a{place:05}",
        day=BEGIN + timedelta(place // 10),
        score=int(points + 15 * vague),
        values=values,
        hit=lot.random() < chance + shift,
        by_result=lot.random() < 0.5,
    )
