"""Splink on the same made-up parties, in a separate environment: it is not a dependency.

``python -m benchmarks.parties_resolution --half 0 --out dev.csv`` writes the members with the
truth; ``python benchmarks/peers_splink.py dev.csv`` (with ``pip install splink``) trains Splink on
them without labels, joins at several thresholds, and prints precision, recall and F1 of pairs. It
gets the data that ours extracts from the text: telephones, e-mails and house numbers in separate
columns, by the simple rules below. ``--without-hubs`` first blanks values shared by many names.
"""

import csv
import json
import re
import sys
import time
from collections import Counter
from math import comb
from pathlib import Path
from typing import Any

import pandas as pd  # type: ignore[import-untyped,import-not-found,unused-ignore]
import splink.comparison_library as cl  # type: ignore[import-not-found,unused-ignore]
from splink import (  # type: ignore[import-not-found,unused-ignore]
    DuckDBAPI,
    Linker,
    SettingsCreator,
    block_on,
)

_FORMS = re.compile(
    r"\b(?:co|ltd|limited|company|corp|corporation|inc|incorporated|llc|plc|sa|ag|gmbh|pt|tbk|bhd)\b"
)
_SHORT = {
    "trdg": "trading",
    "intl": "international",
    "imp": "import",
    "exp": "export",
    "mfg": "manufacturing",
    "tech": "technology",
    "inds": "industries",
    "rd": "road",
    "st": "street",
    "ave": "avenue",
    "av": "avenue",
    "ln": "lane",
}


def main() -> None:
    """Train, predict, cluster, and print one JSON object a threshold."""
    with Path(sys.argv[1]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    truth = {row["id"]: row["entity"] for row in rows}
    begun = time.process_time()
    columns = list(map(_columns, rows))
    if "--without-hubs" in sys.argv:
        _without_hubs(columns)
    linker = Linker(_register(pd.DataFrame(columns)), _settings())
    _train(linker)
    found = linker.inference.predict(threshold_match_probability=0.05)
    trained = time.process_time() - begun
    for threshold in (0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.99999, 0.9999999):
        grouped = linker.clustering.cluster_pairwise_predictions_at_threshold(
            found, threshold_match_probability=threshold
        )
        cluster = {row["unique_id"]: row["cluster_id"] for row in grouped.as_record_list()}
        print(
            json.dumps(
                {
                    "threshold": threshold,
                    **_scores(truth, cluster),
                    "cpu_seconds": round(trained, 1),
                }
            )
        )


def _register(frame: Any) -> Any:
    return DuckDBAPI().register(frame)


def _settings() -> Any:
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.JaroWinklerAtThresholds("name", [0.95, 0.88, 0.8]).configure(
                term_frequency_adjustments=True
            ),
            cl.JaroWinklerAtThresholds("address", [0.95, 0.85]),
            cl.ExactMatch("house"),
            cl.ExactMatch("country"),
            cl.ExactMatch("phone"),
            cl.ExactMatch("email"),
            cl.ExactMatch("number"),
        ],
        blocking_rules_to_generate_predictions=_blocks(),
        retain_intermediate_calculation_columns=False,
    )


def _blocks() -> list[Any]:
    return [
        block_on("phone"),
        block_on("email"),
        block_on("number"),
        block_on("substr(name, 1, 6)"),
        block_on("first", "last"),
        block_on("address"),
        block_on("house", "substr(name, 1, 3)"),
    ]


def _train(linker: Any) -> None:
    rules = [block_on("name"), block_on("phone"), block_on("number")]
    linker.training.estimate_probability_two_random_records_match(rules, recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("name"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("phone"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("address"))


def _columns(row: dict[str, str]) -> dict[str, Any]:
    address = row["address"]
    phone = re.search(r"TEL (\+[\d ]+)", address, re.IGNORECASE)
    email = re.search(r"\S+@\S+", address)
    street = re.sub(r"TEL.*|\S+@\S+.*|Attn.*", "", address, flags=re.IGNORECASE)
    house = re.search(r"(?:no\.? )?(\d+)(?= [a-z]+ (?:r|s|a|l))", street, re.IGNORECASE)
    name = _plain(re.sub(r" c/o .*", "", row["name"]))
    return {
        "unique_id": row["id"],
        "name": name or None,
        "first": name.split()[0] if name else None,
        "last": name.split()[-1] if name else None,
        "address": _plain(re.sub(r"(?:room|suite|unit) \d+", "", street, flags=re.IGNORECASE))
        or None,
        "house": house.group(1) if house else None,
        "country": row["country"] or None,
        "phone": phone.group(1).replace(" ", "") if phone else None,
        "email": email.group() if email else None,
        "number": row["number"] or None,
    }


def _without_hubs(rows: list[dict[str, Any]]) -> None:
    """Blank what more than four names share, as a user who knows of forwarders would."""
    for column in ("phone", "email", "address"):
        names: dict[str, set[str]] = {}
        for row in rows:
            if row[column]:
                names.setdefault(row[column], set()).add(row["first"] or "")
        for row in rows:
            if row[column] and len(names[row[column]]) > 4:
                row[column] = None
                if column == "address":
                    row["house"] = None


def _plain(text: str) -> str:
    words = re.sub(r"[^\w ]", " ", text.lower()).split()
    return " ".join(_FORMS.sub("", " ".join(_SHORT.get(w, w) for w in words if w != "no")).split())


def _scores(truth: dict[str, str], cluster: dict[str, Any]) -> dict[str, float]:
    own = {each: cluster.get(each, each) for each in truth}
    real = sum(comb(n, 2) for n in Counter(truth.values()).values())
    said = sum(comb(n, 2) for n in Counter(own.values()).values())
    right = sum(comb(n, 2) for n in Counter((truth[e], own[e]) for e in truth).values())
    precision, recall = right / max(said, 1), right / real
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}


if __name__ == "__main__":
    main()
