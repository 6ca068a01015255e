"""How well parties are matched, for the auditors' chapter: by script, kind, list and length.

``python -m benchmarks.parties_audit --data FOLDER --others FOLDER --companies FILES`` measures
three sorts of queries, by name alone:

- *cross-validated*: the development half of partybench, each query weighed by a model that did not
  learn from its entry, as in ``benchmarks.parties_calibration``;
- *other lists*: labelled queries and lists that the model did not learn from (``NAME_list.jsonl``
  and ``NAME_queries.tsv`` in the folder of ``--others``), matched with the model as it is;
- *other lists, unseen*: those of them of which neither the query nor the listed name is a name that
  the model learnt from: many parties are on several lists.

It prints Markdown tables, and writes ``docs/benchmarks/parties_audit.json`` and the plot
``docs/images/party-calibration-scripts.svg``. Run it after ``tools/train_party_model.py``.
"""

import argparse
import csv
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from benchmarks.evaluation import BILINGUAL, ROOT, shared
from benchmarks.parties_calibration import as_dict, best_of, script_in
from benchmarks.script_panels import Group, panels
from benchmarks.throughput import processor, versions
from tools.train_party_model import out_of_fold, read_data

from tidewaiter.bulk.parties import match_parties, row_answers
from tidewaiter.parties.calibration.types import share_of
from tidewaiter.parties.matching.index import build_index
from tidewaiter.parties.matching.matcher import Matcher, model_record, probability
from tidewaiter.parties.matching.types import AskedParty, read_queries, read_rows
from tidewaiter.parties.thresholds import model_digest

OUT = ROOT / "docs" / "benchmarks" / "parties_audit.json"
PICTURE = ROOT / "docs" / "images" / "party-calibration-scripts.svg"
OTHERS = ("uk", "jp", "wd")
TITLES = {
    "partybench": "cross-validated",
    "uk": "UK list",
    "jp": "Japan's list",
    "wd": "Wikidata names",
}
THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
ORDINARY = {
    "companies on exchanges": "companies20k.csv",
    "companies on exchanges, with country": "companies_country.csv",
    "made-up persons": "persons20k.csv",
    "made-up persons, with date of birth and country": "persons20k_dob.csv",
}
SHOWN = 0.05  # matches below are never shown
LEAST = 15  # queries of a group in the plot
GROUPS = 8  # of a script, at most
PLOTTED = 30  # queries shown of a script, or it has no curve
LENGTHS = ((1, 6, "up to 6"), (7, 10, "7 to 10"), (11, 16, "11 to 16"), (17, 24, "17 to 24"))
FEW_CHARACTERS = 4
BIG = ("han", "kana", "hangul")  # scripts of which a character is a syllable or a word


class Asked(NamedTuple):
    """A query, what it is, and what its best entry is worth."""

    bench: str
    kind: str  # person or organisation
    script: str  # that most of its letters are in
    lists: tuple[str, ...]  # of its right entries
    length: str
    words: str
    listed: bool
    chance: float  # of its best entry; 0: none
    right: bool  # that entry is the right one
    reached: float  # probability of its right entry; 0: not retrieved
    seen: bool = False  # it, or the listed name it was made of, was in the training data


def read_rows_of(path: Path) -> list[dict[str, str]]:
    """Read the queries that names alone answer."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [row for row in rows if row["grp"] in {"pos", "neg"}]


def described(
    bench: str, row: Mapping[str, str], sources: Mapping[str, str], found: tuple[float, bool, float]
) -> Asked:
    """Describe a query, with what was found."""
    text = row["query"]
    script = script_in(text)
    letters = sum(character.isalnum() for character in text)
    words = len(text.split())
    gold = [each for each in row["gold"].split("|") if each]
    return Asked(
        bench,
        "person" if row["schema"] == "Person" else "organisation",
        script,
        tuple(sorted({sources.get(each, TITLES.get(bench, bench)) for each in gold})),
        _length(script, letters),
        "4 or more" if words >= FEW_CHARACTERS else str(words),
        bool(gold),
        *found,
    )


def _length(script: str, letters: int) -> str:
    if script in BIG:
        few = letters <= FEW_CHARACTERS
        return "up to 4 characters (East Asian)" if few else "5 or more characters (East Asian)"
    titles = (title for low, high, title in LENGTHS if low <= letters <= high)
    return f"{next(titles, '25 or more')} letters"


def cross_validated(bench: Path, cases: Path, companies: Sequence[Path]) -> list[Asked]:
    """Weigh the queries of partybench out of fold."""
    path = bench / "queries_dev.tsv"
    data = read_data(bench / "list.jsonl", path, cases, BILINGUAL, companies)
    odds = out_of_fold(data)
    best, reached = best_of(data, odds)
    with (bench / "list.jsonl").open(encoding="utf-8") as file:
        sources = {entry["id"]: entry["source"] for entry in map(json.loads, file)}
    return [
        described(
            "partybench",
            row,
            sources,
            (*best.get(place, (0.0, False)), reached.get(place, 0.0)),
        )
        for place, row in enumerate(read_rows_of(path))
    ]


def names_learnt(list_path: Path, companies: Sequence[Path]) -> frozenset[str]:
    """Return the names of the training data, in lower case."""
    with list_path.open(encoding="utf-8") as file:
        names = {name.casefold() for entry in map(json.loads, file) for name in entry["names"]}
    for path in companies:
        with path.open(encoding="utf-8", newline="") as file:
            names |= {row["name"].strip().casefold() for row in csv.DictReader(file)}
    return frozenset(names)


def other_list(folder: Path, name: str, learnt: frozenset[str]) -> list[Asked]:
    """Match labelled queries with a list that the model did not learn from."""
    path = folder / f"{name}_queries.tsv"
    index = build_index(read_rows(folder / f"{name}_list.jsonl"))
    ids = [party.id for party in index.parties]
    with path.open("rb") as file:
        asked = list(read_queries(file, path.name))
    matcher = Matcher(index)
    answers = matcher.answer(matcher.ask(asked))
    found = []
    for place, row in enumerate(read_rows_of(path)):
        gold = set(filter(None, row["gold"].split("|")))
        told = [
            (probability(float(answers.odds[place, at])), ids[answers.entries[place, at]] in gold)
            for at in range(answers.counts[place])
        ]
        reached = max((chance for chance, right in told if right), default=0.0)
        best = max(told, default=(0.0, False))
        seen = not learnt.isdisjoint({row["query"].casefold(), row["base"].casefold()})
        found.append(described(name, row, {}, (*best, reached))._replace(seen=seen))
    return found


def ordinary(folder: Path, list_path: Path) -> dict[str, dict[str, object]]:
    """Count, at each threshold, the ordinary parties that alert against the training list."""
    index = build_index(read_rows(list_path))
    found: dict[str, dict[str, object]] = {}
    for title, name in ORDINARY.items():
        path = folder / name
        if not path.is_file():
            continue
        with path.open(encoding="utf-8", newline="") as file:
            asked = [
                AskedParty(
                    text=row["name"],
                    kind="person" if row["kind"] == "person" else "organisation",
                    countries=tuple(filter(None, (row.get("country"),))),
                    births=tuple(filter(None, (row.get("born"),))),
                )
                for row in csv.DictReader(file)
            ]
        matcher = Matcher(index)
        best = [
            max(
                (chance for _, chance in row_answers(batch, place, matcher, attributes=True)),
                default=0.0,
            )
            for batch in match_parties(asked, Matcher(index))
            for place in range(len(batch.parties))
        ]
        found[title] = {
            str(each): as_dict(share_of(sum(chance >= each for chance in best), len(best)))
            for each in THRESHOLDS
        }
    return found


def outcome(queries: Iterable[Asked], threshold: float) -> dict[str, object]:
    """Return recall of the listed queries and false alerts of the others, at a threshold."""
    held = list(queries)
    listed = [each for each in held if each.listed]
    others = [each for each in held if not each.listed]
    return {
        "recall": as_dict(share_of(sum(q.reached >= threshold for q in listed), len(listed))),
        "false_alerts": as_dict(share_of(sum(q.chance >= threshold for q in others), len(others))),
    }


def parted(
    queries: Sequence[Asked], key: Callable[[Asked], str | tuple[str, ...]], threshold: float
) -> dict[str, dict[str, object]]:
    """Return the outcome of each part."""
    parts: dict[str, list[Asked]] = defaultdict(list)
    for query in queries:
        held = key(query)
        for each in (held,) if isinstance(held, str) else held:
            parts[each].append(query)
    return {title: outcome(part, threshold) for title, part in sorted(parts.items())}


def groups_of(queries: Iterable[Asked]) -> list[Group]:
    """Sort the shown queries into groups of about equal number, by the probability shown.

    Groups of equal number have intervals of similar width, where bins of equal width would be
    nearly empty in the middle.
    """
    shown = sorted((q for q in queries if q.chance >= SHOWN), key=lambda q: q.chance)
    if len(shown) < PLOTTED:
        return []
    count = max(2, min(GROUPS, len(shown) // LEAST))
    places = [len(shown) * step // count for step in range(count + 1)]
    found = []
    for low, high in pairwise(places):
        part = shown[low:high]
        mean = float(np.mean([each.chance for each in part]))
        found.append(Group(mean, share_of(sum(each.right for each in part), len(part))))
    return found


def calibration(groups: Sequence[Group]) -> dict[str, object]:
    """Return a curve as JSON has it, with its mean distance from the diagonal."""
    total = sum(each.right.total for each in groups)
    error = sum(each.right.total * abs(each.right.share - each.mean) for each in groups)
    outside = sum(not each.right.low <= each.mean <= each.right.high for each in groups)
    return {
        "shown": total,
        "error": error / total,
        "groups_outside": outside,
        "groups": [{"mean": each.mean, **as_dict(each.right)} for each in groups],
    }


def measured(queries: Mapping[str, list[Asked]]) -> dict[str, object]:
    """Return all tables."""
    threshold = model_record().threshold
    own, others = queries["partybench"], [q for name in OTHERS for q in queries.get(name, [])]
    unseen = [query for query in others if not query.seen]
    both = {"cross-validated": own, "other lists": others, "other lists, unseen": unseen}
    return {
        "threshold": threshold,
        "queries": {
            name: {"listed": sum(q.listed for q in part), "not listed": len(part)}
            | {"not listed": sum(not q.listed for q in part)}
            for name, part in queries.items()
        },
        "by_kind": {name: parted(part, lambda q: q.kind, threshold) for name, part in both.items()},
        "by_script": {
            name: parted(part, lambda q: q.script, threshold) for name, part in both.items()
        },
        "by_list": parted([*own, *others], lambda q: q.lists, threshold),
        "by_length": {
            name: parted(part, lambda q: q.length, threshold) for name, part in both.items()
        },
        "by_words": {
            name: parted([q for q in part if q.script not in BIG], lambda q: q.words, threshold)
            for name, part in both.items()
        },
        "sensitivity": {
            name: {str(each): outcome(part, each) for each in THRESHOLDS}
            for name, part in both.items()
        },
    }


def curves(queries: Mapping[str, list[Asked]]) -> dict[str, dict[str, list[Group]]]:
    """Return the curves by script, then by sort of queries."""
    held = {
        "cross-validated": queries["partybench"],
        "other lists": [q for name in OTHERS for q in queries.get(name, [])],
    }
    scripts = sorted({q.script for part in held.values() for q in part})
    found = {
        script: {
            title: groups
            for title, part in held.items()
            if (groups := groups_of(q for q in part if q.script == script))
        }
        for script in scripts
    }
    return {script: series for script, series in found.items() if series}


def table(title: str, parts: Mapping[str, Mapping[str, Mapping[str, float]]]) -> None:
    """Print the outcome of each part as Markdown."""
    print(f"\n{title}\n\n| part | recall | of | false alerts | of |\n|---|---|---|---|---|")
    for name, each in parts.items():
        cells = [
            f"{share['share']:.3f} ({share['low']:.3f} to {share['high']:.3f}) | "
            f"{share['total']:,.0f}"
            if share["total"]
            else " | 0"
            for share in (each["recall"], each["false_alerts"])
        ]
        print(f"| {name} | {' | '.join(cells)} |")


def main() -> None:
    """Measure, print, write and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    place = shared() or ROOT
    parser.add_argument("--data", type=Path, default=place / "data" / "parties")
    parser.add_argument("--others", type=Path, default=place / "data" / "world" / "parties")
    parser.add_argument("--companies", type=Path, nargs="*", default=[], help="learnt from")
    told = parser.parse_args()
    cases = told.data / "lists" / "name_bench" / "cases.csv"
    if not cases.is_file():
        print(f"skipped: there is no {cases}")
        return
    queries = {"partybench": cross_validated(told.data / "partybench", cases, told.companies)}
    learnt = names_learnt(told.data / "partybench" / "list.jsonl", told.companies)
    for name in OTHERS:
        if (told.others / f"{name}_list.jsonl").is_file():
            queries[name] = other_list(told.others, name, learnt)
    tables, drawn = measured(queries), curves(queries)
    result = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "model": model_digest(),
        "processor": processor(),
        "load": os.getloadavg()[0],
        "versions": versions(("numpy",)),
        **tables,
        "ordinary_parties": ordinary(told.others, told.data / "partybench" / "list.jsonl"),
        "by_script_calibration": {
            script: {title: calibration(groups) for title, groups in series.items()}
            for script, series in drawn.items()
        },
    }
    for title in ("by_kind", "by_script", "by_length", "by_words", "sensitivity"):
        for name, parts in result[title].items():  # type: ignore[attr-defined]
            table(f"{title}, {name}", parts)
    for title, rates in result["ordinary_parties"].items():  # type: ignore[attr-defined]
        print(title, {each: (share["count"], share["total"]) for each, share in rates.items()})
    table("by_list", result["by_list"])  # type: ignore[arg-type]
    for script, series in drawn.items():
        for title, groups in series.items():
            told_of = calibration(groups)
            print(script, title, {k: v for k, v in told_of.items() if k != "groups"})
    OUT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    PICTURE.write_text(panels(drawn), encoding="utf-8")


if __name__ == "__main__":
    main()
