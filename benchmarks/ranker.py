"""The ranker's pipeline on the synthetic customs declarations, split by month as published.

``python -m benchmarks.ranker`` needs the evaluation data. It proves little: the declarations are
made, and a table of five columns without any model does about as well. Precision and recall at 1, 5
and 10 % of 8,481 test declarations, for: the lot; that table; the ranker as it ships, trees of one
feature each; the same with countries, which the ranker never sees; and the library's trees of
many features. Seed 1, one thread. The last two are given the
newest 1,000 outcomes only. Then a million lines are selected from, with made scores. Writes
``docs/benchmarks/ranker.json``.

Source: Jeong, Kim, Park, Choi 2022, Customs Import Declaration Datasets, arXiv:2208.02484; MIT.
"""

import csv
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
from benchmarks.comparing import wilson
from benchmarks.evaluation import ROOT, data
from benchmarks.keeping import keep
from msgspec import structs
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from tidewaiter.base.records import Record
from tidewaiter.casework.ranking.features import Feature, Value
from tidewaiter.casework.ranking.model import logistic, terms
from tidewaiter.casework.ranking.settings import load_ranker_settings
from tidewaiter.casework.ranking.training import (
    Example,
    auc,
    best,
    brier,
    calibrated,
    columns_of,
    hits_of,
    hits_within,
    scales_of,
    tabled,
)
from tidewaiter.casework.selection.choosing import choose
from tidewaiter.casework.selection.types import Candidate, Plan, load_selection_rules

OUT = ROOT / "docs" / "benchmarks" / "ranker.json"
FOLDER = "trade/customs_declarations"
SEED = 1
FEW = 750  # outcomes that teach, the newest; a third as many calibrate
LINES = 1_000_000
DEPTHS = (0.01, 0.05, 0.10)
PLACES = ("Country of Departure", "Country of Origin", "Country of Origin Indicator")
TABLE = ("HS6 Code", "Country of Departure", "Country of Origin", "Tax Rate", "Tax Type")
CATEGORIES = (
    "Office ID",
    "Process Type",
    "Import Type",
    "Import Use",
    "Payment Type",
    "Mode of Transport",
    "Tax Type",
)
NUMBERS = ("Tax Rate", "Net Mass", "Item Price")
SETTINGS = load_ranker_settings()

Split = dict[str, list[Example]]


class Found(Record, frozen=True, kw_only=True):
    """How an order did on the test part."""

    precision: dict[str, float]
    low: dict[str, float]  # 95 %, Wilson
    high: dict[str, float]
    recall: dict[str, float]
    auc: float
    brier: float | None
    cpu_seconds: float


def main() -> None:
    """Measure, print and write."""
    split = {part: list(_read(part)) for part in ("train", "valid", "test")}
    hits = hits_of(split["test"])
    orders: dict[str, Callable[[Split], tuple[np.ndarray, bool]]] = {
        "lot": lambda each: (np.zeros(len(each["test"])), False),
        "table": lambda each: (_table(each), False),
        "ranker": lambda each: (_ranker(each, _features(places=False)), True),
        "ranker with countries": lambda each: (_ranker(each, _features(places=True)), True),
        "many features, no countries": lambda each: (_many(each, _features(places=False)), True),
        "many features, countries": lambda each: (_many(each, _features(places=True)), True),
    }
    few = split | {"train": split["train"][-FEW:], "valid": split["valid"][-FEW // 3 :]}
    orders |= {
        "table, few outcomes": lambda _: (_table(few), False),
        "ranker, few outcomes": lambda _: (_ranker(few, _features(places=False)), True),
    }
    told = {}
    for name, order in orders.items():
        start = time.process_time()
        scores, chances = order(split)
        told[name] = _found(scores, hits, time.process_time() - start, chances=chances)
        print(name, structs.asdict(told[name]))
    figures = {name: structs.asdict(each) for name, each in told.items()}
    keep(OUT, "declarations", {"test": len(hits), "hits": int(hits.sum()), "orders": figures})
    keep(OUT, "selection", _selection())


def _selection() -> dict[str, float]:
    """Select from a million lines, of which one in a hundred has an alert."""
    lines = [
        Candidate(
            key=f"f#{i} C{i}/1",
            file="f",
            row=i,
            consignment=f"C{i}",
            seq=1,
            score=i % 97 if i % 100 == 0 else 0,
        )
        for i in range(LINES)
    ]
    rules = load_selection_rules()
    plan = Plan(
        quota=LINES // 100,
        random=rules.random,
        explore=rules.explore,
        least_random=rules.least_random,
        lane=rules.lane,
    )
    start = time.process_time()
    choose(lines, plan, "a seed that is known")
    return {"lines": LINES, "cpu_seconds": round(time.process_time() - start, 1)}


def _found(scores: np.ndarray, hits: np.ndarray, seconds: float, *, chances: bool) -> Found:
    precision, low, high, recall = {}, {}, {}, {}
    for depth in DEPTHS:
        rows = round(depth * len(hits))
        right, at = hits_within(scores, hits, rows), f"{depth:.0%}"
        low[at], high[at] = (round(end, 4) for end in wilson(round(right), rows))
        precision[at], recall[at] = round(right / rows, 4), round(right / float(hits.sum()), 4)
    off = round(brier(scores, hits), 4) if chances else None
    return Found(
        precision=precision,
        low=low,
        high=high,
        recall=recall,
        brier=off,
        auc=round(auc(scores, hits), 4),
        cpu_seconds=round(seconds, 1),
    )


def _read(part: str) -> list[Example]:
    path = data(f"{FOLDER}/df_syn_{part}_eng.csv")
    if path is None:
        raise SystemExit("no evaluation data: TIDEWAITER_SHARED names no folder")
    with path.open(encoding="utf-8", newline="") as file:
        return [_example(row) for row in csv.DictReader(file)]


def _example(row: dict[str, str]) -> Example:
    values: dict[str, Value] = {name: row[name] or None for name in (*CATEGORIES, *PLACES, *TABLE)}
    values |= {name: float(row[name]) if row[name] else None for name in NUMBERS}
    mass, price = values["Net Mass"], values["Item Price"]
    if isinstance(mass, float) and isinstance(price, float) and mass:
        values["price of a kg"] = price / mass
    values["HS4"], values["HS2"] = row["HS6 Code"].zfill(6)[:4], row["HS6 Code"].zfill(6)[:2]
    return Example(
        alert=row["Declaration ID"],
        day=date.fromisoformat(row["Date"]),
        score=0,
        values=values,
        hit=row["Fraud"] == "1",
        by_result=True,
    )


def _features(*, places: bool) -> list[Feature]:
    named = (*CATEGORIES, "HS6 Code", "HS4", "HS2", *(PLACES if places else ()))
    made = [Feature(name=name, kind="category", says="{value}") for name in named]
    return made + [
        Feature(name=name, kind="number", says="{value}") for name in (*NUMBERS, "price of a kg")
    ]


def _table(split: Split) -> np.ndarray:
    """Return the share of fraud among training rows alike in five columns, drawn to the mean."""
    counts: dict[tuple[Value, ...], list[float]] = defaultdict(lambda: [0.0, 0.0])
    known = split["train"]
    usual = float(hits_of(known).mean())
    for each in known:
        cell = counts[tuple(each.values[name] for name in TABLE)]
        cell[0] += each.hit
        cell[1] += 1
    cells = [counts[tuple(each.values[name] for name in TABLE)] for each in split["test"]]
    return np.array([(hit + usual) / (of + 1) for hit, of in cells])


def _ranker(split: Split, features: Sequence[Feature]) -> np.ndarray:
    """Return the chances of the model as it ships: tables, calibrated on the middle part."""
    taught, held, last = split["train"], split["valid"], split["test"]
    blank = scales_of(taught, features, SETTINGS)
    base, scales, pairs = tabled(blank, best(blank, taught, held, SETTINGS, SEED))
    odds = [
        base + terms(scales, pairs, [each.values for each in rows]).sum(axis=1)
        for rows in (held, last)
    ]
    slope, shift = calibrated(odds[0], hits_of(held))
    return logistic(slope * odds[1] + shift)


def _many(split: Split, features: Sequence[Feature]) -> np.ndarray:
    """Return the chances of the library's trees of many features."""
    blank = scales_of(split["train"], features, SETTINGS)
    columns = {part: columns_of(blank, rows) for part, rows in split.items()}
    model = HistGradientBoostingClassifier(
        max_iter=300,
        random_state=SEED,
        early_stopping=False,
        categorical_features=np.array(columns["train"].categories),
    )
    with threadpool_limits(1):
        model.fit(columns["train"].numbers(columns["train"].codes), hits_of(split["train"]))
        codes = columns["test"].numbers(columns["test"].codes)
        return np.asarray(model.predict_proba(codes))[:, 1]


if __name__ == "__main__":
    main()
