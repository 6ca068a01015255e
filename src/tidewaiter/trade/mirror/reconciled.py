"""Reconciled flows of BACI: one figure for both sides, so unusual years and no mirror."""

import math
from collections import defaultdict
from collections.abc import Mapping

from tidewaiter.mirror.heads import head_of
from tidewaiter.mirror.reading import Reading
from tidewaiter.mirror.robust import standing
from tidewaiter.mirror.types import Judging, Key, Point, Watched


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
