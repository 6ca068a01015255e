"""Values per kilogram and reconciled yearly flows that are far from what is usual."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from statistics import median

from tidewaiter.trade.mirror.comparison import head_of, is_month
from tidewaiter.trade.mirror.estimates import Middle, middle, standing
from tidewaiter.trade.mirror.reading import Reading
from tidewaiter.trade.mirror.types import (
    OTHER,
    Amount,
    Judging,
    Key,
    Point,
    Price,
    Pricing,
    Side,
    Watched,
)

_Slot = tuple[Side, Key]
_Group = tuple[str, str, Side, bool]  # code, revision, side, monthly


def unusual_prices(
    reading: Reading, watched: Mapping[str, Watched], least: Pricing
) -> tuple[Price, ...]:
    """List the flows whose value per kilogram is far from the middle of their code and side.

    Both sides are judged apart, as imports hold freight. What the other side's price is, and what
    this pair usually has, stand beside it: they tell a slip of units from a grade that costs more.
    Of a pair that always is as far, the last period alone is listed. A year is judged beside years
    and a month beside months, as files may hold both of the same goods.

    Args:
        reading: The files.
        watched: By code.
        least: The floors.
    """
    priced = dict(_prices(reading, least))
    middles = _middles(priced, least)
    pairs: dict[tuple[_Group, Key], dict[int, float]] = defaultdict(dict)
    for (side, key), price in priced.items():
        pairs[_group(side, key), key.flow][key.period] = price
    found = []
    for (side, key), price in priced.items():
        group = _group(side, key)
        of_code, of_pair = middles.get(group), pairs[group, key.flow]
        if of_code is None:
            continue
        told = of_code.standing(price)
        if abs(told.z) < least.least_z:
            continue
        usual = _usual(of_pair, key.period)
        always = usual is not None and _as_far(of_code.standing(usual).z, told.z, least)
        if always and key.period != max(of_pair):
            continue
        amount, other = reading.flows[side, key], priced.get((OTHER[side], key))
        found.append(
            Price(
                **head_of(key, watched),
                reported=side,
                kg=amount.kg or 0.0,
                usd=_value(side, amount),
                price=math.exp(price),
                usual=math.exp(told.usual),
                z=told.z,
                flows=of_code.count,
                other_side=None if other is None else math.exp(other),
                pair_usual=None if usual is None else math.exp(usual),
                always=always,
            )
        )
    return tuple(sorted(found, key=_order))


def _middles(priced: Mapping[_Slot, float], least: Pricing) -> dict[_Group, Middle]:
    """Return what is usual of each code and side that has enough prices."""
    groups: dict[_Group, list[float]] = defaultdict(list)
    for (side, key), price in priced.items():
        groups[_group(side, key)].append(price)
    enough = {group: each for group, each in groups.items() if len(each) >= least.least_flows}
    return {group: middle(each, least.spread) for group, each in enough.items()}


def _usual(of_pair: Mapping[int, float], period: int) -> float | None:
    """Return the middle of a pair's other periods; None: there is none."""
    others = [each for other, each in of_pair.items() if other != period]
    return median(others) if others else None


def _as_far(usual: float, here: float, least: Pricing) -> bool:
    """Tell whether z of a pair's usual price is far from the code's too, on the same side."""
    return abs(usual) >= least.least_z and (usual > 0) == (here > 0)


def _prices(reading: Reading, least: Pricing) -> Iterator[tuple[_Slot, float]]:
    """Give the logarithm of each price that rests on enough of both amounts."""
    for (side, key), amount in reading.flows.items():
        usd = _value(side, amount)
        weighed = amount.kg is not None and not amount.estimated and amount.kg >= least.floor_kg
        if weighed and amount.kg and usd >= least.floor_usd:
            yield (side, key), math.log(usd / amount.kg)


def _value(side: Side, amount: Amount) -> float:
    return (amount.fob if side == "X" and amount.fob else amount.usd) or 0.0


def _group(side: Side, key: Key) -> _Group:
    return key.code, key.revision, side, is_month(key.period)


def _order(one: Price) -> tuple[object, ...]:
    """Order: own codes before shared ones, what is new of a pair before what always is so."""
    return not one.own, one.always, -round(abs(one.z), 9), -one.kg, one.key, one.reported


def unusual_years(
    reading: Reading, watched: Mapping[str, Watched], least: Judging
) -> tuple[Point, ...]:
    """List the years of reconciled flows that differ most from the others of the same flow.

    Args:
        reading: The files; of these the flows of BACI.
        watched: By code.
        least: The floors.
    """
    series: dict[tuple[str, str, int, int], dict[int, float]] = defaultdict(dict)
    for key, amount in reading.reconciled.items():
        if amount.kg:
            series[key.code, key.revision, key.exporter, key.importer][key.period] = amount.kg
    found = []
    for (code, revision, exporter, importer), years in sorted(series.items()):
        for period, kg in sorted(years.items()):
            others = [math.log(each) for year, each in sorted(years.items()) if year != period]
            if kg < least.floor_kg or len(others) < least.least_history:
                continue
            told = standing(math.log(kg), others, least.reconciled_spread)
            if abs(told.z) >= least.least_z:
                key = Key(
                    code=code,
                    revision=revision,
                    exporter=exporter,
                    importer=importer,
                    period=period,
                )
                found.append(
                    Point(
                        **head_of(key, watched),
                        kg=kg,
                        usual_kg=math.exp(told.usual),
                        z=told.z,
                        periods=len(others),
                    )
                )
    return tuple(sorted(found, key=lambda each: (not each.own, -abs(each.z or 0.0), each.key)))
