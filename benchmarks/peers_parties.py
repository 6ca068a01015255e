"""Parties compared with the tools that people use today, class by class at equal false alerts.

``python -m benchmarks.peers_parties`` matches the development half of partybench, names alone,
with ours and with each installed peer, in one run; prints tables, and writes
``docs/benchmarks/peers_parties.json`` and ``docs/images/peers-parties.svg``. nomenklatura runs in
a separate environment, because its pins conflict with ours: ``--python FOLDER/bin/python`` names
that Python. Tools that are not installed are skipped, and reported as such.

Our model was trained on these queries. So ours is compared by cross-validation: each query is
scored by a model that saw no query of its entry. The peers' thresholds, unless they define one, are
the best for these queries.
"""

import argparse
import csv
import json
import os
import subprocess
import time
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from benchmarks.comparing import Floats
from benchmarks.evaluation import BILINGUAL, ROOT, shared
from benchmarks.party_engines import KEPT, PEERS, Answers, installed, names_of
from benchmarks.party_tables import Bench, Case, Query, Tool, compared, show
from benchmarks.recall_curve import draw
from benchmarks.throughput import processor, versions
from tools.train_party_model import Data, best_names, out_of_fold, pair_odds, read_data

from tidewaiter.bulk.parties import match_parties
from tidewaiter.parties.matching import index
from tidewaiter.parties.matching.index import build_index
from tidewaiter.parties.matching.matcher import Matcher, load_model, model_record
from tidewaiter.parties.matching.types import KINDS, AskedParty, read_rows
from tidewaiter.parties.types import ListedParty

OUT = ROOT / "docs" / "benchmarks" / "peers_parties.json"
IMAGE = ROOT / "docs" / "images" / "peers-parties.svg"
LOGIC = 0.7  # threshold of logic-v2, by nomenklatura's own benchmark of names
WARM = 200
PACKAGES = ("numpy", "rapidfuzz", "anyascii", "scikit-learn", "sparse_dot_topn")
NEVER = {"Watchman": "written in Go: no Python package", "Splink": "see benchmarks/peers_splink.py"}


class Place(NamedTuple):
    """Where the data lie."""

    rows: Path
    queries: Path
    cases: Path


def read_bench(place: Place) -> Bench:
    """Read the queries that names alone answer, and the labelled pairs."""
    with place.queries.open(encoding="utf-8", newline="") as file:
        told = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    queries = [
        Query(
            row["qid"],
            row["cls"],
            row["schema"],
            row["query"],
            frozenset(filter(None, row["gold"].split("|"))),
        )
        for row in told
        if row["grp"] in {"pos", "neg"}
    ]
    with place.cases.open(encoding="utf-8", newline="") as file:
        cases = [
            Case(
                row["name1"],
                row["name2"],
                row["is_match"] == "true",
                zlib.crc32(f"{row['name1']}|{row['name2']}".encode()) % 2 == 1,
            )
            for row in csv.DictReader(file)
        ]
    return Bench(queries, cases)


def best(bench: Bench, ids: Sequence[str], answers: Answers) -> Floats:
    """Return what counts of each query's answers.

    It is the score of the right entry for a listed one, of the best entry for another one, and
    -inf where there is none.
    """
    found = np.full(len(bench.queries), -np.inf)
    for row, (query, entries) in enumerate(zip(bench.queries, answers, strict=True)):
        scores = [score for entry, score in entries if not query.gold or ids[entry] in query.gold]
        found[row] = max(scores, default=-np.inf)
    return found


def ours(
    bench: Bench, parties: Sequence[ListedParty], place: Place, companies: Sequence[Path]
) -> list[Tool]:
    """Match in bulk with the model as it is, and weigh again by models that saw less."""
    scores, spent, built = _matched(bench, parties)
    data = read_data(
        *place, BILINGUAL, companies
    )  # after what is timed: words that were read once are read faster
    threshold = model_record().threshold
    cut = float(np.log(threshold / (1 - threshold)))
    model = load_model()
    both = [model[index.KINDS.index("person")], model[index.KINDS.index("organisation")]]
    pairs = pair_odds(data.pairs, both)[0]
    fitted = Tool("Tidewaiter", cut, scores, pairs, cut, spent, built, threshold)
    ids = [party.id for party in parties]
    apart = best(bench, ids, _folded(data, len(bench.queries)))
    return [fitted._replace(name="Tidewaiter, cross-validated", scores=apart), fitted]


def _matched(bench: Bench, parties: Sequence[ListedParty]) -> tuple[Floats, float, float]:
    """Match in bulk; return scores, and seconds of CPU of the queries and of the index."""
    ids = [party.id for party in parties]
    begun = time.process_time()
    index = build_index(parties)
    built = time.process_time() - begun
    asked = [AskedParty(text=each.text, kind=KINDS[each.schema.lower()]) for each in bench.queries]
    list(match_parties(asked[:WARM], Matcher(index)))
    matcher = Matcher(index)
    begun = time.process_time()
    batches = list(match_parties(asked, matcher))
    spent = time.process_time() - begun
    answers = [
        [
            (int(batch.answers.entries[row, at]), float(batch.answers.odds[row, at]))
            for at in range(min(KEPT, batch.answers.counts[row]))
        ]
        for batch in batches
        for row in batch.place
    ]
    return best(bench, ids, answers), spent, built


def _folded(data: Data, count: int) -> Answers:
    odds = out_of_fold(data)
    answers: Answers = [[] for _ in range(count)]
    for row in best_names(data, odds).tolist():
        query, entry = data.rows[row, :2].tolist()
        if query < count and len(answers[query]) < KEPT:  # the others are learnt from alone
            answers[query].append((entry, float(odds[row])))
    return answers


def libraries(bench: Bench, parties: Sequence[ListedParty]) -> Iterator[Tool]:
    """Run the peers that are libraries of this Python."""
    names, ids = names_of(parties), [party.id for party in parties]
    texts = [query.text for query in bench.queries]
    first, second = [case.first for case in bench.cases], [case.second for case in bench.cases]
    here = installed()
    for name in PEERS:
        if name not in here:
            print(f"skipped: {name}: {PEERS[name].module} is not installed")
            continue
        peer = here[name]
        answers, spent, built = peer.search(names, texts)
        scores = best(bench, ids, answers)
        print(f"ran: {name}, {spent:.1f} s of CPU")
        yield Tool(name, None, scores, peer.pairs(first, second), None, spent, built)


def nomenklatura(
    bench: Bench, place: Place, python: Path | None
) -> tuple[list[Tool], dict[str, str]]:
    """Run nomenklatura by its own Python; return its tools and versions."""
    if missing := _missing(python):
        print(f"skipped: nomenklatura: {missing}")
        return [], {}
    script = Path(__file__).with_name("peers_nomenklatura.py")
    with TemporaryDirectory() as folder:
        out = Path(folder)
        subprocess.run([str(python), script, *place, out], check=True)
        told = json.loads((out / "told.json").read_text(encoding="utf-8"))
        pairs = np.array(list(map(float, (out / "pairs.tsv").read_text("utf-8").split())))
        tools = [
            Tool(
                f"nomenklatura, {way} -> logic-v2",
                LOGIC,
                _told(bench, out / f"{way}.tsv"),
                pairs,
                LOGIC,
                spent["seconds"] * len(bench.queries) / spent["queries"],
                spent["build_seconds"],
            )
            for way, spent in told["ways"].items()
        ]
    return tools, told["versions"]


def _missing(python: Path | None) -> str:
    """Say why nomenklatura cannot run, or nothing."""
    if python is None:
        return "no --python of an environment that has it"
    if not python.is_file():
        return f"there is no {python}"
    asked = subprocess.run(
        [str(python), "-c", "import nomenklatura"], check=False, capture_output=True, text=True
    )
    return asked.stderr.strip().rpartition("\n")[2] if asked.returncode else ""


def _told(bench: Bench, path: Path) -> Floats:
    """Read lines of query, entry and score."""
    ids: dict[str, int] = {}
    answers: dict[str, list[tuple[int, float]]] = {query.qid: [] for query in bench.queries}
    with path.open(encoding="utf-8") as file:
        for line in file:
            query, entry, score = line.rstrip("\n").split("\t")
            if query in answers:
                answers[query].append((ids.setdefault(entry, len(ids)), float(score)))
    return best(bench, list(ids), list(answers.values()))


def main() -> None:
    """Run all, print, write, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=(shared() or ROOT) / "data" / "parties")
    parser.add_argument("--python", type=Path, help="that has nomenklatura")
    parser.add_argument("--companies", type=Path, nargs="*", default=[], help="learnt from")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--image", type=Path, default=IMAGE)
    told = parser.parse_args()
    place = Place(
        told.data / "partybench" / "list.jsonl",
        told.data / "partybench" / "queries_dev.tsv",
        told.data / "lists" / "name_bench" / "cases.csv",
    )
    for path in place:
        if not path.is_file():
            print(f"skipped: parties beside peers: there is no {path}")
            return
    bench, parties = read_bench(place), read_rows(place.rows)
    tools = ours(bench, parties, place, told.companies)
    tools += libraries(bench, parties)
    others, pinned = nomenklatura(bench, place, told.python)
    tools += others
    for name, why in NEVER.items():
        print(f"skipped: {name}: {why}")
    result = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "processor": processor(),
        "load": os.getloadavg()[0],
        "versions": versions(PACKAGES),
        "versions_beside_nomenklatura": pinned,
        **compared(bench, tools),
    }
    show(result)
    told.out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    told.image.write_text(draw(bench, [tools[0], *tools[2:]]), encoding="utf-8")


if __name__ == "__main__":
    main()
