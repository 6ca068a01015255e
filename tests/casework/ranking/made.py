"""Alerts made for the ranker, and outcomes that depend on a substance, a rule and a mass."""

import random
from datetime import date, timedelta

from tidewaiter.base.phrases import as_written
from tidewaiter.casework.ranking.features import Value
from tidewaiter.casework.ranking.training import Example
from tidewaiter.trade.types import Alert, Line, Mention, Party, Reason
from tools import made_model

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


def alert(substance: str = "ephedrine", kilograms: int = 500) -> Alert:
    """Make an alert of 40 points."""
    line = Line(
        row=1,
        consignment="C1",
        seq=1,
        goods="two words",
        hs="293941",
        net_mg=kilograms * 1_000_000,
        origin="XX",
        mode="1",
        procedure="to XX",
        parties=(Party(role="consignee", name="Someone", country="XX"),),
    )
    mention = Mention(
        substance=substance,
        name=substance,
        cas=None,
        field="goods",
        start=0,
        end=3,
        text="two",
        how="exact",
        tier="name",
        score=0.9,
    )
    reason = Reason(rule="control", says=as_written("Listed."), points=40, source="un-1988-tables")
    return Alert(
        id="a",
        file="f",
        row=1,
        consignment="C1",
        seq=1,
        day=made_model.DAY,
        severity="medium",
        score=40,
        rank=60,
        due=None,
        days_left=None,
        substances=(substance,),
        title=as_written("x"),
        line=line,
        mentions=(mention,),
        reasons=(reason,),
        law=(),
    )


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
