"""Outliers in value per kilogram and in reconciled yearly flows."""

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
    """List the flows with a value per kilogram far from the median of their code and side.

    Exports and imports are assessed separately, because imports include freight. The other side's
    price and the usual price of the pair are given for comparison: they distinguish an error in
    units from a more expensive grade. For a pair that is always this far off, only the last period
    is listed. Years are compared with years and months with months, as files may contain both for
    the same goods.

    Args:
        reading: Contents of the files.
        watched: Watched codes.
        least: Thresholds.
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
    """Return the statistics of each code and side with enough prices."""
    groups: dict[_Group, list[float]] = defaultdict(list)
    for (side, key), price in priced.items():
        groups[_group(side, key)].append(price)
    enough = {group: each for group, each in groups.items() if len(each) >= least.least_flows}
    return {group: middle(each, least.spread) for group, each in enough.items()}


def _usual(of_pair: Mapping[int, float], period: int) -> float | None:
    """Return the median of a pair's other periods; None: there are none."""
    others = [each for other, each in of_pair.items() if other != period]
    return median(others) if others else None


def _as_far(usual: float, here: float, least: Pricing) -> bool:
    """Return whether a pair's usual price is also far from the code's, in the same direction."""
    return abs(usual) >= least.least_z and (usual > 0) == (here > 0)


def _prices(reading: Reading, least: Pricing) -> Iterator[tuple[_Slot, float]]:
    """Yield the logarithm of each price based on sufficient amounts."""
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
    """Sort key: specific codes before shared ones, new deviations before permanent ones."""
    return not one.own, one.always, -round(abs(one.z), 9), -one.kg, one.key, one.reported


def unusual_years(
    reading: Reading, watched: Mapping[str, Watched], least: Judging
) -> tuple[Point, ...]:
    """List the years of reconciled flows that differ most from other years of the same flow.

    Args:
        reading: Contents of the files; BACI flows are used.
        watched: Watched codes.
        least: Thresholds.
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
