"""Gain of a learned ranker over the rules, on made-up trade with planted scenarios.

Usage: python -m benchmarks.learned [--lines 80000] [--seeds 1,2,3,4,5] [--json FILE]

A year of `tidewaiter scenario trade`, in three parts by time: four months are the past, in the next
five lines are inspected, and the last three are the test. Planted lines are 1 % of the last eight
months. An inspection gives the true result, except for 1 in 20. The number of inspected lines is
that of the desired outcomes: nine in ten by the rank of the queue, one in ten at random, as in
`select`. The model trained on them ranks the lines of the test, compared with the rules. A tenth
of the inspections in the test is picked at random in each order.

Selecting rules on the past raise alerts here too (`SELECTING` of `benchmarks.planted`), as if an
authority had named them.
"""

import argparse
import json
import platform
import random
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

import numpy as np
from benchmarks.planted import DAY, SELECTING, screened
from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.casework.ranking.features import RULE, Value, values_of, values_of_line
from tidewaiter.casework.ranking.model import Ranker
from tidewaiter.casework.ranking.settings import RankerSettings, load_ranker_settings
from tidewaiter.casework.ranking.training import Example, check_enough, train
from tidewaiter.demo.synthetic_trade import Made, MadeTrade
from tidewaiter.trade.alerts import score_of
from tidewaiter.trade.rules.alert_rules import AlertRules, load_alert_rules
from tidewaiter.trade.types import Reason, line_of

PLANTED_FROM = date(2026, 3, 1)
TESTED_FROM = date(2026, 8, 1)
SHARES = (0.01, 0.05, 0.10)  # of lines that are inspected in the test
OUTCOMES = (100, 300, 1_000)
RANDOM = 0.1
WRONG = 0.05  # of outcomes


class Case(NamedTuple):
    """A line that was screened."""

    made: Made
    score: int
    rank: int  # by which the queue is in order
    values: dict[str, Value]
    raised: bool  # it is an alert, if only by a rule that selects


def cases(
    trade: MadeTrade, before: Sequence[Made], now: Sequence[Made], rules: AlertRules
) -> list[Case]:
    """Screen lines with their past, as `benchmarks.planted` does."""
    return [
        _unlike(each, reasons, rules)
        if alert is None
        else _case(each, reasons, values_of(alert), rules)
        for each, alert, reasons in screened(trade, before, now, rules)
    ]


def _unlike(made: Made, reasons: Sequence[Reason], rules: AlertRules) -> Case:
    """Return a line without an alert, or one that rules which select make an alert."""
    values = values_of_line(line_of(made.row))
    if not any(each.rule in SELECTING for each in reasons):
        return _case(made, (), values, rules)
    for reason in reasons:
        values[f"{RULE}{reason.rule}"] = float(reason.points)
    return _case(made, reasons, values, rules)


def _case(
    made: Made, reasons: Sequence[Reason], values: dict[str, Value], rules: AlertRules
) -> Case:
    score = score_of(reasons)
    rank = score + rules.order_of(reasons) if reasons else 0
    return Case(made, score, rank, values, raised=bool(reasons))


def outcomes(decided: Sequence[Case], count: int, chance: random.Random) -> list[Example]:
    """Return what inspections of so many lines teach: nine in ten by score, one in ten by lot."""
    drawn = round(RANDOM * count)
    lot = chance.sample(range(len(decided)), drawn)
    order = sorted(range(len(decided)), key=lambda i: (-decided[i].rank, chance.random()))
    lots = set(lot)
    picked = [i for i in order if i not in lots][: count - drawn]
    return [_example(decided[i], chance, by_lot=i in lots) for i in (*lot, *picked)]


def _example(case: Case, chance: random.Random, *, by_lot: bool) -> Example:
    hit = bool(case.made.planted) != (chance.random() < WRONG)
    return Example(
        alert=case.made.row["consignment"],
        day=case.made.row["departure"],
        score=case.score,
        values=case.values,
        hit=hit,
        by_result=True,
        by_lot=by_lot,
        raised=case.raised,
    )


def trained(rows: Sequence[Example], settings: RankerSettings) -> Ranker | None:
    """Train, however few they are; None: there are none of one kind in a part of the time."""
    least = {"least": 0, "least_hits": 0, "least_others": 0, "least_results": 0}
    try:
        return Ranker(train(rows, DAY, settings=structs.replace(settings, **least)))
    except InputError:
        return None


def inspected(orders: Sequence[np.ndarray], share: float, chance: random.Random) -> list[int]:
    """Return the lines that are inspected: in turn the first of each order, and some by lot.

    Args:
        orders: Numbers of all lines, the highest first; with two, each has half of the places.
        share: Of all lines.
        chance: For ties, and the lot.
    """
    lines = len(orders[0])
    count = round(share * lines)
    lots = round(RANDOM * count)
    ties = np.array([chance.random() for _ in range(lines)])
    ranked = [np.lexsort((ties, -order)) for order in orders]
    first: dict[int, None] = {}
    for turn in zip(*ranked, strict=True):
        for place in turn:
            if len(first) < count - lots:
                first[int(place)] = None
        if len(first) >= count - lots:
            break
    rest = [place for place in range(lines) if place not in first]
    return [*first, *chance.sample(rest, lots)]


def figures(
    tested: Sequence[Case], orders: Mapping[str, Sequence[np.ndarray]], seed: int
) -> dict[str, dict[str, list[float]]]:
    """Return recall and precision of each order at each share."""
    planted = np.array([bool(each.made.planted) for each in tested])
    told: dict[str, dict[str, list[float]]] = {}
    for name, order in orders.items():
        told[name] = {}
        for share in SHARES:
            picked = inspected(order, share, random.Random(seed))
            hits = int(planted[picked].sum())
            told[name][f"{share:.0%}"] = [hits / int(planted.sum()), hits / len(picked)]
    return told


def learned(ranker: Ranker, tested: Sequence[Case]) -> tuple[np.ndarray, np.ndarray]:
    """Return the chance of each line, below all others without an alert, and its points."""
    chances = ranker.chances([each.values for each in tested])
    raised = np.array([each.raised for each in tested])
    points = np.array([ranker.points(float(each)) for each in chances])
    return np.where(raised, chances, chances - 1), np.where(raised, points, 0)


def run(seed: int, count: int, rules: AlertRules) -> dict[str, Any]:
    """Make, screen, decide, train and test the lines of a seed."""
    trade = MadeTrade(seed, count, splits=PLANTED_FROM)
    made, start = trade.lines(), time.process_time()
    parts = [
        [each for each in made if low <= each.row["departure"] < high]
        for low, high in (
            (date.min, PLANTED_FROM),
            (PLANTED_FROM, TESTED_FROM),
            (TESTED_FROM, date.max),
        )
    ]
    decided = cases(trade, parts[0], parts[1], rules)
    tested = cases(trade, [*parts[0], *parts[1]], parts[2], rules)
    score = np.array([float(each.score) for each in tested])
    rank = np.array([float(each.rank) for each in tested])
    rules_ = {"score": [score], "rank": [rank]}
    told: dict[str, Any] = {"rules": {"orders": figures(tested, rules_, seed)}}
    settings = load_ranker_settings()
    for number in OUTCOMES:
        rows = outcomes(decided, number, random.Random(seed))
        alerts = [each for each in rows if each.raised]
        try:
            check_enough(alerts, settings)
            refused = False
        except InputError:
            refused = True
        ranker = trained(rows, settings)
        about = {"hits": sum(each.hit for each in rows), "alerts": len(alerts), "refused": refused}
        if ranker is None:
            told[f"{number}"] = {"about": about}
            continue
        chance, points = learned(ranker, tested)
        orders = {
            "ranker alone": [chance],
            "rank with what was learned": [rank + points],
            "half by score": [score, chance],
            "half by rank": [rank, chance],
        }
        told[f"{number}"] = {"about": about, "orders": figures(tested, orders, seed)}
    return {
        "past": len(parts[0]),
        "decided": len(decided),
        "tested": len(tested),
        "alerts": sum(each.raised for each in tested),
        "planted": sum(bool(each.made.planted) for each in tested),
        "seconds": round(time.process_time() - start, 1),
        "found": told,
    }


def shown(found: Mapping[int, Mapping[str, Any]]) -> Iterator[str]:
    """Yield means and the lowest and highest seed, of recall and precision."""
    for name in ("rules", *map(str, OUTCOMES)):
        tables = [each["found"][name].get("orders", {}) for each in found.values()]
        for order in next((table for table in tables if table), {}):
            cells = []
            for share in (f"{each:.0%}" for each in SHARES):
                held = [table[order][share] for table in tables if table]
                recall, precision = zip(*held, strict=True)
                cells.append(
                    f"{share} recall {mean(recall):.2f} ({min(recall):.2f} to "
                    f"{max(recall):.2f}) precision {mean(precision):.2f}"
                )
            trained_on = sum(bool(table) for table in tables)
            yield f"  {name:6} {order:28} [{trained_on} seeds] " + "; ".join(cells)


def main() -> None:
    """Print the tables; with --json, keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=80_000)
    parser.add_argument("--seeds", default="1,2,3,4,5")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    rules = load_alert_rules()
    found = {}
    for seed in map(int, asked.seeds.split(",")):
        found[seed] = each = run(seed, asked.lines, rules)
        print(
            f"seed {seed}: {each['past']:,} past, {each['decided']:,} decided, {each['tested']:,}"
            f" tested ({each['alerts']:,} alerts), {each['planted']:,} planted; "
            f"{each['seconds']:.0f} cs",
            *(f"{n}: {each['found'][str(n)]['about']}" for n in OUTCOMES),
        )
        sys.stdout.flush()
    print(*shown(found), sep="\n")
    if asked.json:
        told = {"python": platform.python_version(), "lines": asked.lines, "seeds": found}
        asked.json.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
