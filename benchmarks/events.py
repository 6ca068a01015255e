"""Event cards at dates without an event, with planted changes, and a naive series for comparison.

    python -m benchmarks.events RELEASE SHORT --wonder FOLDER

RELEASE is a file of CDC's provisional counts with T40.4 for ten years; SHORT one of 2019 with all
indicators; FOLDER has WONDER's national monthly counts of 2010-2016. The results are written to
docs/benchmarks/events.json.
"""

import argparse
import json
import math
import random
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from benchmarks.throughput import processor, versions

from tidewaiter.base.errors import InputError
from tidewaiter.burden.events.cards import Material, event_card
from tidewaiter.burden.events.types import Declaration, Event, EventCard, Window
from tidewaiter.burden.events.verdicts import FORECASTERS, Course, course_of
from tidewaiter.burden.monthly import Months, Numbers, recovered_months
from tidewaiter.burden.readers.formats import read_release
from tidewaiter.burden.types import parse_month

OUT = Path(__file__).parents[1] / "docs" / "benchmarks" / "events.json"
SEEDS = (1988, 1, 2, 3, 4, 5)
DATES = 200
USUAL = 30  # deaths per month: smaller series are excluded
WINDOW = Window()
_ROW = re.compile(r'"(\d{4})/(\d{2})"\t(\d+)')
_NORMAL = math.sqrt(2)


def base_of(place: Path) -> dict[int, float]:
    """Read the months of an export."""
    found = _ROW.findall(place.read_text("utf-8"))
    return {parse_month(f"{year}-{month}"): float(count) for year, month, count in found}


def day_of(month: int) -> date:
    """Return the first day of a month."""
    return date(month // 12, month % 12 + 1, 1)


def card_at(months: Months, month: int) -> EventCard:
    """Draw the card of a date at which nothing is claimed."""
    event = Event(slug="random", name="random", day=day_of(month), kind="other", where="US")
    place, indicator = (months.figures[name][0].as_py() for name in ("place", "indicator"))
    asked = Declaration(
        event=event, place=place, indicator=indicator, window=WINDOW, direction="down"
    )
    return event_card(asked, Material(months=months, release="x", release_sha256="x"))


def series_of(figures: pa.Table, base: dict[int, float]) -> dict[str, Months]:
    """Return all series with dates enough to tell anything, the nation's first."""
    found = {}
    places = sorted(set(figures["place"].to_pylist()))
    for place in places:
        for indicator in sorted(set(figures["indicator"].to_pylist())):
            try:
                months = recovered_months(
                    figures,
                    place,
                    indicator,
                    base if (place, indicator) == ("US", "T40.4") else None,
                )
            except InputError:
                continue
            course = course_of(months.figures)
            if course.values.mean() >= USUAL and len(course.origins(WINDOW)) > 52:
                found[f"{place} {indicator}"] = months
    return found


def flagged(card: EventCard) -> bool:
    """Return whether a card says more than "not distinguishable"."""
    return card.verdict != "not distinguishable from ordinary variation"


def at_random(series: dict[str, Months]) -> dict[str, Any]:
    """Draw cards at random dates of random series; the same date may come twice."""
    shares, seen = {}, {}
    for seed in SEEDS:
        chance, count = random.Random(seed), 0
        for _ in range(DATES):
            name = chance.choice(list(series))
            course = course_of(series[name].figures)
            at = chance.choice(course.origins(WINDOW))
            if (name, at) not in seen:
                seen[name, at] = flagged(card_at(series[name], course.start + at))
            count += seen[name, at]
        shares[str(seed)] = round(count / DATES, 4)
    return shares


def everywhere(series: dict[str, Months]) -> dict[str, Any]:
    """Draw cards at every admissible date, and rank among disjoint windows alone beside them."""
    told = said = alone = 0
    for months in series.values():
        course = course_of(months.figures)
        for at in course.origins(WINDOW):
            card = card_at(months, course.start + at)
            told, said = told + 1, said + flagged(card)
            alone += any(
                (1 + side.apart_extreme) / (1 + side.apart) <= card.level / 2
                for side in (card.down, card.up)
            )
    return {
        "dates": told,
        "flagged": round(said / told, 4),
        "by disjoint windows alone": round(alone / told, 4),
    }


def planted(series: dict[str, Months], step: int) -> dict[str, Any]:
    """Plant a lasting change of twice the smallest detectable one, down and up."""
    found: dict[str, list[bool]] = {"down": [], "up": []}
    sizes: dict[str, list[float]] = {"down": [], "up": []}
    for months in series.values():
        course = course_of(months.figures)
        for at in course.origins(WINDOW)[::step]:
            card = card_at(months, course.start + at)
            for side, least in (("down", card.detectable_down), ("up", card.detectable_up)):
                if least is None:
                    continue
                sizes[side].append(least)
                factor = max(1 + 2 * least, 0.02)
                changed = card_at(_changed(months, at, factor), course.start + at)
                wanted = "compatible with" if side == "down" else "opposite to declared direction"
                found[side].append(changed.verdict == wanted)
    return {
        side: {
            "planted": len(hits),
            "told apart": round(float(np.mean(hits)), 3),
            "median smallest detectable": round(float(np.median(sizes[side])), 3),
        }
        for side, hits in found.items()
    }


def _changed(months: Months, at: int, factor: float) -> Months:
    values = np.array(months.figures["value"].to_pylist())
    values[at:] *= factor
    column = months.figures.schema.get_field_index("value")
    figures = months.figures.set_column(
        column, months.figures.schema.field(column), pa.array(values)
    )
    return Months(figures=figures, method=months.method, notes=months.notes)


def backtest(series: dict[str, Months]) -> dict[str, Any]:
    """Return the mean absolute log error of what is forecast, beside a flat forecast."""
    errors: dict[str, list[float]] = {}
    for months in series.values():
        course = course_of(months.figures)
        gaps = course.gaps(WINDOW)
        for number, name in enumerate(FORECASTERS):
            errors.setdefault(name, []).append(float(np.abs(gaps[:, number]).mean()))
        flat = [
            math.log(course.values[at : at + 12].sum() / course.values[at - 12 : at].sum())
            for at in course.origins(WINDOW)
        ]
        errors.setdefault("flat: the last twelve months again", []).append(
            float(np.abs(flat).mean())
        )
    return {name: round(float(np.mean(each)), 4) for name, each in errors.items()}


def naive(course: Course) -> dict[str, Any]:
    """Return how often a naive interrupted time series finds an "effect" (level + slope)."""
    windows = np.convolve(course.values, np.ones(12), "valid")
    first = course.start + 11
    dates = [parse_month("2017-01") + each for each in range(84)]
    found = {}
    for name, values, start in (
        ("12-month-ending", windows, first),
        ("monthly", course.values, course.start),
    ):
        chances = np.array(list(_chances(values, [month - start for month in dates])))
        for number, errors in enumerate(("OLS", "HAC(12)")):
            below = [round(float((chances[:, number] < each).mean()), 3) for each in (0.05, 0.001)]
            found[f"{name}, {errors}"] = dict(zip(("p<0.05", "p<0.001"), below, strict=True))
    return found | {"dates": len(chances)}


def _chances(values: Numbers, dates: list[int]) -> Iterator[tuple[float, float]]:
    half = 18
    for at in dates:
        if at < half or at + half > len(values):
            continue
        y = values[at - half : at + half]
        after = (np.arange(2 * half) >= half).astype(float)
        since = np.arange(2 * half) - half
        x = np.column_stack([np.ones(2 * half), since, after, after * since])
        inverse = np.linalg.inv(x.T @ x)
        residual = y - x @ (inverse @ x.T @ y)
        beta = inverse @ x.T @ y
        plain = inverse * (residual @ residual) / (len(y) - 4)
        scores = x * residual[:, None]
        meat = scores.T @ scores
        for lag in range(1, 13):
            cross = scores[lag:].T @ scores[:-lag]
            meat += (1 - lag / 13) * (cross + cross.T)
        robust = inverse @ meat @ inverse
        yield tuple(_either(beta, each) for each in (plain, robust))  # type: ignore[misc]


def _either(beta: Numbers, spread: Numbers) -> float:
    """Return the smaller p of level and slope, by the normal distribution."""
    return min(math.erfc(abs(beta[k]) / math.sqrt(spread[k, k]) / _NORMAL) for k in (2, 3))


def month_errors(figures: pa.Table, indicator: str, told: dict[int, float]) -> dict[str, Any]:
    """Return how far recovered months of 2015-02 to 2016-12 are from those that WONDER tells."""
    found: dict[str, Any] = {}
    for name, base in (("given base", told), ("estimated base", None)):
        months = recovered_months(figures, "US", indicator, base).figures
        counts = dict(zip(months["last"].to_pylist(), months["value"].to_pylist(), strict=True))
        both = [month for month in told if month >= parse_month("2015-02")]
        found[name] = round(float(np.mean([abs(counts[each] - told[each]) for each in both])), 1)
        found["deaths a month"] = round(float(np.mean([told[each] for each in both])), 1)
    return found


def too_short(figures: pa.Table) -> dict[str, Any]:
    """Make all cards of overdoses and T40.4 in a release with few closed months."""
    cards = []
    for indicator in ("overdose", "T40.4"):
        for place in sorted(set(figures["place"].to_pylist())):
            try:
                months = recovered_months(figures, place, indicator)
                course = course_of(months.figures)
                cards += [card_at(months, course.start + at) for at in course.origins(WINDOW)]
            except InputError:
                continue
    return {
        "cards": len(cards),
        "flagged": sum(map(flagged, cards)),
        "smallest rank possible": round(min(card.smallest_p for card in cards), 3),
    }


def known(months: Months) -> dict[str, Any]:
    """Draw the cards of three controls."""
    told = {}
    for name, month in (
        ("US class, 2018-02", "2018-02"),
        ("China class, 2019-05", "2019-05"),
        ("UN Table I, 2022-11", "2022-11"),
    ):
        card = card_at(months, parse_month(month))
        told[name] = {
            "gaps": [round(each.gap, 3) for each in card.forecasts],
            "p down": round(card.down.p, 3),
            "p up": round(card.up.p, 3),
            "verdict": card.verdict,
            "detectable": [card.detectable_down, card.detectable_up],
        }
    return told


def main() -> None:
    """Measure, print and keep."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("release", type=Path)
    reader.add_argument("short", type=Path)
    reader.add_argument("--wonder", type=Path, required=True)
    asked = reader.parse_args()
    figures, short = (
        read_release(file.read_bytes(), file.name).figures for file in (asked.release, asked.short)
    )
    told_months = {
        key: base_of(asked.wonder / f"buzzfeed_{name}_monthly_10_16_national.txt")
        for key, name in (("T40.4", "fentanyl"), ("T40.1", "heroin"), ("T40.5", "cocaine"))
    }
    series = series_of(figures, told_months["T40.4"])
    nation = {name: each for name, each in series.items() if name.startswith("US ")}
    us = course_of(nation["US T40.4"].figures)
    told = {
        "day": datetime.now(UTC).date().isoformat(),
        "processor": processor(),
        "versions": versions(("numpy", "pyarrow")),
        "series": len(series),
        "months": {
            key: month_errors(figures if key == "T40.4" else short, key, each)
            for key, each in told_months.items()
        },
        "short series": too_short(short),
        "mean absolute log error": {"nation": backtest(nation), "all": backtest(series)},
        "flagged at random dates": {"nation": at_random(nation), "all": at_random(series)},
        "every date": {"nation": everywhere(nation), "all": everywhere(series)},
        "planted, twice the smallest detectable": {
            "nation": planted(nation, 1),
            "all": planted(series, 4),
        },
        "naive": naive(us),
        "known": known(nation["US T40.4"]),
    }
    OUT.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
