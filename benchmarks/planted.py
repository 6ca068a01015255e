"""Planted scenarios: how much of what was planted in made trade is found at 1 % inspection.

Usage: python -m benchmarks.planted [--lines 80000] [--seeds 1,2,3] [--json FILE]

Lines of `tidewaiter scenario trade` are split by time: those before are the past, those after are
screened and put in order. Recall is the share of planted lines among the first 1 %, of which a
tenth is picked at random, as an authority would. Seeds 1 and 2 were looked at while points and
numbers were chosen; seed 3 was not.
"""

import argparse
import json
import platform
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from math import log
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import pyarrow as pa

from tidewaiter.consignments.lines import line_of
from tidewaiter.consignments.past.marking import Past
from tidewaiter.consignments.rules import AlertRules, load_alert_rules
from tidewaiter.consignments.screening import Screener
from tidewaiter.consignments.together import Together
from tidewaiter.consignments.types import LINES, Alert
from tidewaiter.identify import Identifier, load_lexicon
from tidewaiter.scenario.madetrade import Made, MadeTrade

DAY = date(2026, 11, 25)
SHARES = (0.01, 0.05)  # of lines that are inspected
RANDOM = 0.1  # of those that are inspected
_BATCH = 16_384
_LAW = frozenset({"control", "cas", "cus", "exact", "squeezed", "weak", "name", "structure", "hs",
                  "variant", "class", "unno", "both", "more"})  # fmt: skip
Row = dict[str, Any]


class Scored(NamedTuple):
    """A screened line: what it is, and the points of its reasons by rule."""

    made: Made
    points: Mapping[str, int]


def batches(made: Sequence[Made]) -> Iterator[pa.RecordBatch]:
    """Yield lines as batches."""
    for start in range(0, len(made), _BATCH):
        rows = [each.row for each in made[start : start + _BATCH]]
        yield pa.RecordBatch.from_pylist(rows, schema=LINES)


def scored(before: Sequence[Made], now: Sequence[Made], rules: AlertRules) -> list[Scored]:
    """Screen lines with their past, and every line by the past alone too."""
    lexicon = load_lexicon()
    screener = Screener(Identifier(lexicon), rules)
    together = Together(lexicon.registry, rules, DAY)
    past = Past(lexicon.registry, rules, together, DAY, everyone=True)

    def alerts(made: Sequence[Made]) -> Iterator[Alert]:
        for batch in batches(made):
            yield from screener.screen(batch, DAY, "made", "0" * 64).alerts

    found = {alert.row: alert for alert in alerts(now)}
    for each in now:
        past.want(line_of(each.row))
    for part, earlier in ((before, True), (now, False)):
        for batch in batches(part):
            past.look(batch, earlier=earlier)
    for alert in alerts(before):
        past.add(alert, earlier=True)
    for alert in found.values():
        together.add(alert)
        past.add(alert)
    return [Scored(each, _points(each, found.get(each.row["row"]), past, together)) for each in now]


def _points(each: Made, alert: Alert | None, past: Past, together: Together) -> Counter[str]:
    if alert is None:
        reasons: Sequence[Any] = past.reasons(line_of(each.row))
    else:
        reasons = past.mark(together.mark(alert)).reasons
    points: Counter[str] = Counter()
    for reason in reasons:
        points[reason.rule] += reason.points
    return points


def orders(before: Sequence[Made], rules: AlertRules) -> Mapping[str, Callable[[Scored], float]]:
    """Return the ways in which lines are put in order, the highest first."""
    seen = Counter(each.row["parties"][1]["name"] for each in before)
    prices: dict[str, list[float]] = {}
    for each in before:
        prices.setdefault(each.row["hs"], []).append(_price(each.row))
    usual = {hs: median(each) for hs, each in prices.items()}
    past = rules.past.rules

    def but_law(line: Scored) -> float:
        return sum(points for rule, points in line.points.items() if rule not in _LAW)

    return {
        "score, no past": lambda s: sum(p for rule, p in s.points.items() if rule not in past),
        "score": lambda s: s.points.total(),
        "past alone": lambda s: sum(p for rule, p in s.points.items() if rule in past),
        "past and papers": but_law,
        "price": lambda s: abs(_price(s.made.row) - usual.get(s.made.row["hs"], 0)),
        "importer history": lambda s: -seen[s.made.row["parties"][1]["name"]],
    }


def _price(row: Row) -> float:
    mass = row["net_mg"] or row["volume_ul"]
    return log(float(row["value"]) / mass * 1e6)


def inspected(
    lines: Sequence[Scored], order: Callable[[Scored], float], share: float, chance: random.Random
) -> list[Scored]:
    """Return the lines that are inspected: the first of an order, and some at random."""
    count = round(share * len(lines))
    lots = round(RANDOM * count)
    ranked = sorted(lines, key=lambda line: (-order(line), chance.random()))
    first, rest = ranked[: count - lots], ranked[count - lots :]
    return first + chance.sample(rest, lots)


def recalls(lines: Sequence[Scored], picked: Sequence[Scored]) -> dict[str, float]:
    """Return the share of planted lines that is picked, by scenario; "all" and look-alikes too."""
    planted = Counter(s.made.planted for s in lines if s.made.planted)
    found = Counter(s.made.planted for s in picked if s.made.planted)
    told = {name: found[name] / count for name, count in sorted(planted.items())}
    told["all"] = found.total() / planted.total()
    like = sum(bool(s.made.like) for s in lines)
    told["look-alikes"] = sum(bool(s.made.like) for s in picked) / like
    told["precision"] = found.total() / len(picked)
    return told


def backtest(lines: Sequence[Scored], rules: AlertRules) -> dict[str, dict[str, float]]:
    """Return of each rule of the past how often it holds, in what is planted and what is not."""
    told: dict[str, dict[str, float]] = {}
    kinds = {"planted": [s for s in lines if s.made.planted],
             "look-alikes": [s for s in lines if s.made.like],
             "ordinary": [s for s in lines if not s.made.planted and not s.made.like]}  # fmt: skip
    for rule in rules.past.rules:
        held = {kind: sum(rule in s.points for s in some) for kind, some in kinds.items()}
        told[rule] = {kind: held[kind] / len(some) for kind, some in kinds.items()}
        told[rule]["of those that hold, planted"] = held["planted"] / (sum(held.values()) or 1)
    return told


def run(seed: int, count: int, rules: AlertRules) -> dict[str, Any]:
    """Make, screen and order the lines of a seed."""
    trade = MadeTrade(seed, count)
    made, splits = trade.lines(), trade.facts.splits
    before = [each for each in made if each.row["departure"] < splits]
    now = [each for each in made if each.row["departure"] >= splits]
    start = time.process_time()
    lines = scored(before, now, rules)
    spent = time.process_time() - start
    told: dict[str, Any] = {
        f"{share:.0%}": {
            name: recalls(lines, inspected(lines, order, share, random.Random(seed)))
            for name, order in orders(before, rules).items()
        }
        for share in SHARES
    }
    planted = sum(bool(s.made.planted) for s in lines)
    return {"past": len(before), "screened": len(now), "planted": planted, "seconds": spent,
            "recall": told, "rules": backtest(lines, rules)}  # fmt: skip


def main() -> None:
    """Print the tables; with --json, keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=80_000)
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    rules = load_alert_rules()
    found = {}
    for seed in map(int, asked.seeds.split(",")):
        found[seed] = each = run(seed, asked.lines, rules)
        print(f"seed {seed}: {each['past']:,} before, {each['screened']:,} screened, "
              f"{each['planted']:,} planted; {each['seconds']:.0f} cs")  # fmt: skip
        for share, found_by in each["recall"].items():
            for order, told in found_by.items():
                words = (f"{name} {part:.2f}" for name, part in told.items())
                print(f"  {share} {order:18}", *words)
        for rule, told in each["rules"].items():
            print(f"    {rule:18}", *(f"{name} {share:.4f}" for name, share in told.items()))
        sys.stdout.flush()
    if asked.json:
        asked.json.write_text(
            json.dumps(
                {"python": platform.python_version(), "lines": asked.lines, "seeds": found},
                indent=1,
            )
            + "\n"
        )


if __name__ == "__main__":
    main()
