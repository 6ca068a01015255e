"""Releases of provisional counts made up for tests."""

from collections.abc import Mapping, Sequence

from tidewaiter.burden.readers.checks import Gathered
from tidewaiter.burden.types import Reading, parse_month

PERIODS = 30


def release(
    newest: str = "2023-12",
    *,
    lacking: Sequence[float] = (),
    places: Mapping[str, float] | None = None,
    indicators: Sequence[str] = ("all-causes", "overdose", "T40.4"),
    pending: float = 0.4,
    signs: bool = True,
) -> Reading:
    """Make a release in which the true counts, `places`, never change.

    Args:
        newest: The newest period.
        lacking: Share of the overdoses that are still missing, by lag.
        places: True overdose deaths in twelve months; all causes are forty times as many.
        indicators: Indicators of the release; T40.4 is two thirds of the overdoses.
        pending: Share of the pending deaths that are overdoses.
        signs: Whether pending deaths and a prediction are included.
    """
    last = parse_month(newest)
    gathered = Gathered()
    for place, deaths in (places or {"US": 100_000.0, "US-OH": 4_000.0, "US-VT": 60.0}).items():
        truths = {"all-causes": 40.0 * deaths, "overdose": deaths, "T40.4": deaths * 2 / 3}
        for lag in range(PERIODS):
            share = lacking[lag] if lag < len(lacking) else 0.0
            for indicator in indicators:
                counted = truths[indicator] * (1.0 if indicator == "all-causes" else 1.0 - share)
                gathered.add(
                    place=place,
                    indicator=indicator,
                    basis="occurrence",
                    last=last - lag,
                    months=12,
                    value=float(round(counted)),
                    closed=lag >= 12,
                    pending=0.15 + 100 * share / 40 / pending if signs else None,
                    predicted=round(truths[indicator] * 1.015)
                    if signs and indicator != "all-causes"
                    else None,
                )
    return Reading(
        source="cdc-vsrr", figures=gathered.table(), notes=(), released=last + 5, told=False
    )
