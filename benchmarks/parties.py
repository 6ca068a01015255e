"""Parties: accuracy and speed of matching names against a list.

``python -m benchmarks.parties --data FOLDER`` takes the folder of partybench and of the public
lists beside it, prints tables and writes ``docs/benchmarks/parties.json``. The model was trained on
the development half of partybench, so its figures there are slightly optimistic; cross-validated
ones are printed by ``tools/train_party_model.py``. Half of name_bench was used too; F1 of the other
half is given with it.
"""

import argparse
import csv
import json
import random
import resource
import time
import zlib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from benchmarks.comparing import wilson
from benchmarks.evaluation import ROOT, shared
from benchmarks.throughput import processor, versions
from tools.party_pairs import Pair, align_pairs

from tidewaiter.bulk.parties import match_parties
from tidewaiter.parties.matching.index import KINDS, Index, build_index
from tidewaiter.parties.matching.matcher import Matcher, load_model, model_record, probability
from tidewaiter.parties.matching.types import AskedParty, read_queries, read_rows
from tidewaiter.parties.names.rarity import Rarity
from tidewaiter.parties.types import ListedParty, PartyKind, PartyName

OUT = ROOT / "docs" / "benchmarks" / "parties.json"
SEED = 1988
LISTED = 100_000  # names of the list in the bulk run
SINGLES = 1000
# Classes that our own rules for scripts and trade papers could favour.
NOT_LATIN_CORE = {
    "trade_noise",
    "homoglyph",
    "ocr",
    "trunc35",
    "hanzi_variant",
    "pinyin_of_hanzi",
    "xscript_cjk",
    "xscript_ara_person",
    "xscript_kor_person",
    "xscript_cyr_org",
    "xscript_cyr_person",
    "neg_hanzi_company",
    "neg_hanzi_person",
    "neg_cyr_person",
}

Scored = dict[
    str, list[tuple[float, bool]]
]  # by class: best probability, and whether it has an entry


def partybench(index: Index, queries: Path) -> Scored:
    """Match the queries by name alone."""
    with queries.open(encoding="utf-8", newline="") as file:
        told = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    with queries.open("rb") as file:
        asked = list(read_queries(file, queries.name))
    matcher = Matcher(index)
    answers = matcher.answer(matcher.ask(asked))
    ids = [party.id for party in index.parties]
    found: Scored = defaultdict(list)
    for row, each in enumerate(told):
        if each["grp"] not in {"pos", "neg"}:
            continue
        gold = set(filter(None, each["gold"].split("|")))
        best = 0.0
        for at in range(answers.counts[row]):
            if not gold or ids[answers.entries[row, at]] in gold:
                best = max(best, probability(float(answers.odds[row, at])))
        found[each["cls"]].append((best, bool(gold)))
    return found


def summary(found: Scored, threshold: float) -> dict[str, float]:
    """Return F1 and its parts at a threshold, and recall at 1 % false alerts."""
    rows = [row for several in found.values() for row in several]
    hits = [chance for chance, listed in rows if listed]
    alerts = sorted((chance for chance, listed in rows if not listed), reverse=True)
    right, false = (sum(chance >= threshold for chance in side) for side in (hits, alerts))
    precision, recall = right / (right + false), right / len(hits)
    one = alerts[int(0.01 * len(alerts))]
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall),
        "false_alerts": false / len(alerts),
        "recall_at_1_percent": sum(chance > one for chance in hits) / len(hits),
    }


def by_class(found: Scored, threshold: float) -> list[dict[str, object]]:
    """Return recall, or the share of false alerts, of each class."""
    rows: list[dict[str, object]] = []
    for title, several in sorted(found.items()):
        right = sum(chance >= threshold for chance, _ in several)
        low, high = wilson(right, len(several))
        rows.append(
            {
                "class": title,
                "what": "recall" if several[0][1] else "false alerts",
                "share": right / len(several),
                "low": low,
                "high": high,
                "queries": len(several),
            }
        )
    return rows


def name_bench(cases: Path, rarity: Rarity, threshold: float) -> dict[str, float]:
    """Weigh the labelled pairs; a pair is a list of one name and one name asked for."""
    with cases.open(encoding="utf-8", newline="") as file:
        told = list(csv.DictReader(file))
    kinds: dict[str, PartyKind] = {"Person": "person", "Vessel": "vessel"}
    names = [
        (each["name1"], each["name2"], kinds.get(each["schema"], "organisation")) for each in told
    ]
    pairs = [Pair(*each) for each in names]
    rows, values = align_pairs(pairs, rarity)
    model = load_model()
    kind = np.array([KINDS.index(pair.kind) for pair in pairs])[rows]
    odds = (values * model[kind]).sum(axis=1)
    best = np.full(len(told), -np.inf)
    np.maximum.at(best, rows, odds)
    chances = np.array([probability(odds) if np.isfinite(odds) else 0.0 for odds in best])
    same = np.array([each["is_match"] == "true" for each in told])
    sums = [zlib.crc32(f"{pair.asked}|{pair.listed}".encode()) for pair in pairs]
    kept = np.array(sums) % 2 == 1  # the half that the model did not learn from
    cuts = {cut: _f1(chances >= cut, same) for cut in sorted({threshold, *chances.tolist()})}
    half = _f1(chances[kept] >= threshold, same[kept])
    return {
        "f1": cuts[threshold],
        "f1_of_half_not_learnt": half,
        "best_f1": max(cuts.values()),
        "pairs": len(told),
    }


def _f1(said: np.ndarray, same: np.ndarray) -> float:
    right = int((said & same).sum())
    return 2 * right / (int(said.sum()) + int(same.sum()))


def grown(parties: Sequence[ListedParty], chance: random.Random) -> list[ListedParty]:
    """Recombine the names of a list until it has `LISTED`."""
    words = {kind: _words(parties, kind) for kind in ("person", "organisation")}
    more: list[ListedParty] = []
    for number in range(LISTED - sum(len(party.names) for party in parties)):
        kind: PartyKind = "person" if number % 2 else "organisation"
        text = " ".join(chance.choice(words[kind]) for _ in range(3 + number % 2))
        more.append(ListedParty(id=f"made-{number}", kind=kind, names=(PartyName(text=text),)))
    return [*parties, *more]


def _words(parties: Sequence[ListedParty], kind: str) -> list[str]:
    return [
        word
        for party in parties
        if party.kind == kind
        for name in party.names
        for word in name.text.replace(",", " ").split()
    ]


def traffic(
    parties: Sequence[ListedParty], companies: Sequence[str], count: int, distinct: int
) -> list[AskedParty]:
    """Make parties of recombined words; with made-up words among them, `distinct` of these."""
    chance = random.Random(SEED)
    people = _words(parties, "person")
    firms = [name.split() for name in companies]
    syllables = [a + b for a in "bcdfghjklmnprstvz" for b in "aeiou"]
    made = [
        "".join(chance.choice(syllables) for _ in range(chance.randint(2, 5)))
        + chance.choice("nrslk")
        for _ in range(distinct)
    ]
    out: list[AskedParty] = []
    for number in range(count):
        if number % 2:
            one, two = chance.choice(firms), chance.choice(firms)
            words, kind = one[: len(one) // 2 + 1] + two[len(two) // 2 :], "organisation"
        else:
            words = [chance.choice(people) for _ in range(chance.randint(2, 4))]
            kind = "person"
        if made:
            words[chance.randrange(len(words))] = chance.choice(made)
        out.append(
            AskedParty(text=" ".join(words), kind="person" if kind == "person" else "organisation")
        )
    return out


def bulk(index: Index, parties: list[AskedParty]) -> dict[str, float]:
    """Match many parties on two threads; return the rate for a second of CPU."""
    list(match_parties(parties[:1000], Matcher(index)))
    cpu, wall = time.process_time(), time.perf_counter()
    count = sum(len(batch.parties) for batch in match_parties(parties, Matcher(index)))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    words = {word for party in parties for word in party.text.lower().split()}
    return {
        "parties": count,
        "distinct_words": len(words),
        "per_cpu_second": count / cpu,
        "wall_seconds": wall,
        "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }


def singles(index: Index) -> dict[str, float]:
    """Time one party at a time: the names of the list itself, each explained."""
    matcher = Matcher(index)
    chosen = random.Random(SEED).sample(index.parties, SINGLES)
    spent: list[float] = []
    for party in chosen:
        asked = AskedParty(text=party.names[0].text, kind=party.kind)
        begin = time.perf_counter()
        matcher.match([asked])
        spent.append(1000 * (time.perf_counter() - begin))
    spent.sort()
    return {"p50_ms": spent[SINGLES // 2], "p95_ms": spent[SINGLES * 95 // 100]}


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=(shared() or ROOT) / "data" / "parties")
    parser.add_argument("--parties", type=int, default=1_000_000)
    told = parser.parse_args()
    bench = told.data / "partybench"
    parties = read_rows(bench / "list.jsonl")
    index = build_index(parties)
    found = partybench(index, bench / "queries_dev.tsv")
    core = {title: rows for title, rows in found.items() if title not in NOT_LATIN_CORE}
    least = model_record().threshold
    cases = told.data / "lists" / "name_bench" / "cases.csv"
    result: dict[str, object] = {
        "machine": processor(),
        "versions": versions(),
        "threshold": least,
        "development": summary(found, least),
        "latin_core": summary(core, least),
        "classes": by_class(found, least),
        "name_bench": name_bench(cases, index.rarity, least),
    }
    print(json.dumps({key: result[key] for key in list(result)[2:]}, indent=1))
    with (told.data / "lists" / "ordinary_companies" / "companies.tsv").open(
        encoding="utf-8"
    ) as file:
        companies = [line.split("\t")[0] for line in file][1:]
    begin = time.process_time()
    large = build_index(grown(parties, random.Random(SEED)))
    result["load_cpu_seconds"] = time.process_time() - begin
    result["singles"] = singles(large)
    print(result["load_cpu_seconds"], result["singles"])
    for title, distinct in (("few_words", 0), ("many_words", told.parties * 3 // 10)):
        result[title] = bulk(large, traffic(parties, companies, told.parties, distinct))
        print(title, result[title])
    OUT.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
