"""Values per kilogram that are far from what the same code usually has."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from statistics import median

import msgspec

from tidewaiter.mirror.places import name_of
from tidewaiter.mirror.reading import Reading
from tidewaiter.mirror.revisions import own_code
from tidewaiter.mirror.robust import Standing, standing
from tidewaiter.mirror.types import Amount, Key, Price, Pricing, Side, Watched

_OTHER: Mapping[Side, Side] = {"X": "M", "M": "X"}
_Slot = tuple[Side, Key]


def unusual_prices(
    reading: Reading, watched: Mapping[str, Watched], least: Pricing
) -> tuple[Price, ...]:
    """List the flows whose value per kilogram is far from the middle of their code and side.

    Both sides are judged apart, as imports hold freight. What the other side's price is, and what
    this pair usually has, stand beside it: they tell a slip of units from a grade that costs more.
    Of a pair that always is as far, the last period alone is listed.

    Args:
        reading: The files.
        watched: By code.
        least: The floors.
    """
    priced = dict(_prices(reading, least))
    groups: dict[tuple[str, str, Side], list[float]] = defaultdict(list)
    pairs: dict[_Slot, dict[int, float]] = defaultdict(dict)
    for (side, key), price in priced.items():
        groups[key.code, key.revision, side].append(price)
        pairs[_pair(side, key)][key.period] = price
    found = []
    for (side, key), price in priced.items():
        of_code = groups[key.code, key.revision, side]
        if len(of_code) < least.least_flows:
            continue
        told = standing(price, of_code, least.spread)
        of_pair = pairs[_pair(side, key)]
        others = [each for period, each in of_pair.items() if period != key.period]
        pair_usual = median(others) if others else None
        always = pair_usual is not None and _as_far(pair_usual, told, least)
        if abs(told.z) < least.least_z or (always and key.period != max(of_pair)):
            continue
        amount, other = reading.flows[side, key], priced.get((_OTHER[side], key))
        found.append(
            Price(
                key=key,
                exporter=name_of(key.exporter),
                importer=name_of(key.importer),
                own=own_code(key, watched),
                reported=side,
                kg=amount.kg or 0.0,
                usd=_value(side, amount),
                price=math.exp(price),
                usual=math.exp(told.usual),
                z=told.z,
                flows=len(of_code),
                other_side=None if other is None else math.exp(other),
                pair_usual=None if pair_usual is None else math.exp(pair_usual),
                always=always,
            )
        )
    return tuple(sorted(found, key=_order))


def _as_far(price: float, told: Standing, least: Pricing) -> bool:
    """Tell whether a pair's usual price is far from the code's too, on the same side."""
    z = (price - told.usual) / told.spread
    return abs(z) >= least.least_z and (z > 0) == (told.z > 0)


def _prices(reading: Reading, least: Pricing) -> Iterator[tuple[_Slot, float]]:
    """Give the logarithm of each price that rests on enough of both amounts."""
    for (side, key), amount in reading.flows.items():
        usd = _value(side, amount)
        weighed = amount.kg is not None and not amount.estimated and amount.kg >= least.floor_kg
        if weighed and amount.kg and usd >= least.floor_usd:
            yield (side, key), math.log(usd / amount.kg)


def _value(side: Side, amount: Amount) -> float:
    return (amount.fob if side == "X" and amount.fob else amount.usd) or 0.0


def _pair(side: Side, key: Key) -> _Slot:
    return side, msgspec.structs.replace(key, period=0)


def _order(one: Price) -> tuple[object, ...]:
    """Order: own codes before shared ones, what is new of a pair before what always is so."""
    return not one.own, one.always, -round(abs(one.z), 9), -one.kg, one.key, one.reported
