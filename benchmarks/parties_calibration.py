"""Calibration: whether the probability of a party match is the share of matches that are right.

``python -m benchmarks.parties_calibration --data FOLDER --companies FILES`` takes the folder of
partybench and of the public lists beside it, and the companies that
``tools/train_party_model.py`` was given. Each query is weighed by a model that learnt from the
entries of the other four fifths (out of fold), by name alone; its best entry counts. Prints tables,
writes
``docs/benchmarks/parties_calibration.json``, the diagram in ``docs/images`` and, for ``tidewaiter
lists calibrate``, ``data/parties/recall.toml``: what share of the listed queries reaches each
threshold. Run it after ``tools/train_party_model.py``, or that file speaks of another model.
"""

import argparse
import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from benchmarks.calibration_diagram import diagram
from benchmarks.evaluation import BILINGUAL, ROOT, shared
from numpy.typing import NDArray
from tools.train_party_model import Data, best_names, out_of_fold, read_data

from tidewaiter.parties.calibration.types import Share, share_of
from tidewaiter.parties.matching.matcher import probability
from tidewaiter.parties.names.scripts import script_of
from tidewaiter.parties.thresholds import model_digest

OUT = ROOT / "docs" / "benchmarks" / "parties_calibration.json"
PICTURE = ROOT / "docs" / "images" / "party-calibration.svg"
RECALL = ROOT / "src" / "tidewaiter" / "data" / "parties" / "recall.toml"
EDGES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
SHOWN = 0.05  # matches below are never told
THRESHOLDS = (
    *(round(0.05 * step, 2) for step in range(1, 20)),
    0.96,
    0.97,
    0.98,
    0.99,
    0.995,
    0.998,
    0.999,
    0.9995,
    0.9999,
)
HEAD = """\
# Made by python -m benchmarks.parties_calibration. Do not edit.
source = "development half of partybench: made variants of names of OFAC SDN and EU lists, each \
weighed by a model that did not learn from its entry, by name alone"
model = "{model}"  # beginning of the SHA-256 of model.toml
thresholds = [{thresholds}]
"""


class Query(NamedTuple):
    """A query and what its best entry is worth."""

    person: bool
    script: str
    listed: bool
    chance: float  # of its best entry
    right: bool  # that entry is the one
    reached: float  # probability of its right entry; 0: not retrieved


class Bin(NamedTuple):
    """Queries with a best entry of a probability within bounds."""

    low: float
    high: float
    mean: float
    right: Share


def best_of(
    data: Data, odds: NDArray[np.float64]
) -> tuple[dict[int, tuple[float, bool]], dict[int, float]]:
    """Return, by query, its best entry and its right one.

    Returns:
        The probability of the best entry and whether it is right; the probability of the right one.
    """
    best: dict[int, tuple[float, bool]] = {}
    reached: dict[int, float] = {}
    for row in best_names(data, odds).tolist():
        query, chance = int(data.rows[row, 0]), probability(float(odds[row]))
        best.setdefault(query, (chance, bool(data.right[row])))
        if data.right[row]:
            reached.setdefault(query, chance)
    return best, reached


def queries_of(bench: Path, cases: Path, companies: Sequence[Path]) -> list[Query]:
    """Weigh all queries out of fold; `companies` are those that the model learnt from."""
    path = bench / "queries_dev.tsv"
    data = read_data(bench / "list.jsonl", path, cases, BILINGUAL, companies)
    odds = out_of_fold(data)
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        texts = [row["query"] for row in rows if row["grp"] in {"pos", "neg"}]
    best, reached = best_of(data, odds)
    return [
        Query(
            bool(data.person[place]),
            script_in(text),
            bool(data.listed[place]),
            *best.get(place, (0.0, False)),
            reached.get(place, 0.0),
        )
        for place, text in enumerate(texts)
    ]


def script_in(text: str) -> str:
    """Return the script that most letters of a text are in."""
    found = [each for each in map(script_of, text) if each != "common"]
    return max(sorted(set(found)), key=found.count, default="none")


def bins_of(queries: Iterable[Query]) -> list[Bin]:
    """Sort queries by the probability of their best entry."""
    held: dict[int, list[Query]] = defaultdict(list)
    for query in queries:
        held[sum(query.chance >= edge for edge in EDGES[1:-1])].append(query)
    found = []
    for place, (low, high) in enumerate(pairwise(EDGES)):
        mine = held.get(place, [])
        if mine:
            mean = float(np.mean([query.chance for query in mine]))
            found.append(Bin(low, high, mean, share_of(sum(q.right for q in mine), len(mine))))
    return found


def error_of(bins: Sequence[Bin]) -> float:
    """Return the expected calibration error: how far shares are from probabilities, on average."""
    total = sum(each.right.total for each in bins)
    return sum(each.right.total * abs(each.right.share - each.mean) for each in bins) / total


def summary(queries: Sequence[Query]) -> dict[str, object]:
    """Return counts and calibration errors of some queries."""
    shown = [query for query in queries if query.chance >= SHOWN]
    return {
        "queries": len(queries),
        "listed": sum(query.listed for query in queries),
        "error": error_of(bins_of(queries)),
        "shown": len(shown),
        "error_of_shown": error_of(bins_of(shown)) if shown else None,
        "mean_of_shown": float(np.mean([query.chance for query in shown])) if shown else None,
        "right_of_shown": as_dict(share_of(sum(q.right for q in shown), len(shown))),
    }


def as_dict(share: Share) -> dict[str, float]:
    """Return a share as JSON has it."""
    return {
        "count": share.count,
        "total": share.total,
        "share": share.share,
        "low": share.low,
        "high": share.high,
    }


def as_rows(bins: Iterable[Bin]) -> list[dict[str, object]]:
    """Return bins as JSON has them."""
    return [
        {"from": each.low, "to": each.high, "mean": each.mean, **as_dict(each.right)}
        for each in bins
    ]


def recall_file(queries: Iterable[Query]) -> str:
    """Return the content of recall.toml."""
    listed = [query for query in queries if query.listed]
    text = HEAD.format(model=model_digest(), thresholds=", ".join(map(repr, THRESHOLDS)))
    for title, person in (("person", True), ("organisation", False)):
        mine = [query.reached for query in listed if query.person == person]
        found = [sum(chance >= least for chance in mine) for least in THRESHOLDS]
        text += f"\n[{title}]\nqueries = {len(mine)}\nfound = {found}\n"
    return text


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=(shared() or ROOT) / "data" / "parties")
    parser.add_argument("--companies", type=Path, nargs="*", default=[])
    told = parser.parse_args()
    cases = told.data / "lists" / "name_bench" / "cases.csv"
    queries = queries_of(told.data / "partybench", cases, told.companies)
    parts = {
        "all": queries,
        "person": [query for query in queries if query.person],
        "organisation": [query for query in queries if not query.person],
        **{
            script: [query for query in queries if query.script == script]
            for script in sorted({query.script for query in queries})
        },
    }
    bins = {title: bins_of(part) for title, part in parts.items()}
    result = {
        "model": model_digest(),
        "parts": {title: summary(part) for title, part in parts.items()},
        "bins": {title: as_rows(bins[title]) for title in ("all", "person", "organisation")},
    }
    print(json.dumps(result, indent=1))
    OUT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    points = {
        title: [(each.mean, each.right) for each in bins[part]]
        for title, part in (("persons", "person"), ("organisations", "organisation"))
    }
    PICTURE.write_text(diagram(points), encoding="utf-8")
    RECALL.write_text(recall_file(queries), encoding="utf-8")


if __name__ == "__main__":
    main()
