"""nomenklatura on the same list and queries, in a separate environment: it is not a dependency.

``python benchmarks/peers_nomenklatura.py LIST QUERIES PAIRS OUT`` (with ``pip install
nomenklatura``, which compiles PyICU) writes into the folder OUT, for each method of candidate
search, lines of query, entry and score; the score of each labelled pair; and ``told.json``:
versions and CPU seconds. The score is that of logic-v2, at its defaults. Candidates are those of
its own blocking index, or the thirty entries with the nearest trigrams, as a search engine in front
of it would return. `benchmarks/peers_parties.py` calls this.
"""

import csv
import json
import sys
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from followthemoney import (  # type: ignore[import-not-found,unused-ignore]
    Dataset,
    StatementEntity,
)
from nomenklatura.blocker import Index  # type: ignore[import-not-found,unused-ignore]
from nomenklatura.matching.logic_v2.model import (  # type: ignore[import-not-found,unused-ignore]
    LogicV2,
)
from normality import ascii_text  # type: ignore[import-not-found,unused-ignore]
from sklearn.feature_extraction.text import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
    TfidfVectorizer,
)

CANDIDATES = 30  # by trigrams
KEPT = 10  # entries that answer a query
AT_ONCE = 250  # queries that are put to the index together: the more, the more words it passes over
ROWS = 64  # queries compared in one batch of trigrams
DATASET = Dataset.make({"name": "bench", "title": "Bench"})
CONFIG = LogicV2.default_config()
PACKAGES = ("nomenklatura", "followthemoney", "rigour", "duckdb", "scikit-learn")

Candidates = Iterator[tuple[int, list[str]]]  # query, entries


class View:
    """The list, as the index reads it."""

    def __init__(self, entities: Sequence[Any]) -> None:
        self._entities = entities

    def entities(self, include_schemata: object = None) -> Iterator[Any]:  # noqa: ARG002
        """Yield all entries."""
        yield from self._entities


def entity(key: str, schema: str, names: Sequence[str]) -> Any:
    """Make an entity that has names alone."""
    return StatementEntity(
        DATASET, {"id": key, "schema": schema, "properties": {"name": list(names)}}
    )


def by_index(listed: Sequence[Any], queries: Sequence[Any], folder: Path) -> Candidates:
    """Yield, when all is built, what the blocking index holds for each query."""
    index = Index(View(listed), folder)
    index.build()
    place = {query.id: at for at, query in enumerate(queries)}
    yield -1, []
    for at in range(0, len(queries), AT_ONCE):
        for key, found in index.match_entities(queries[at : at + AT_ONCE]):
            yield place[key.id], [each.id for each, _ in found]
    index.close()


def by_trigrams(listed: Sequence[Any], queries: Sequence[Any], _folder: Path) -> Candidates:
    """Yield, after building the index, the entries with the nearest trigrams for each query."""
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(3, 3), preprocessor=_plain)
    names = [(at, name) for at, each in enumerate(listed) for name in each.get("name")]
    matrix = vectorizer.fit_transform(name for _, name in names).T.tocsr()
    starts = np.flatnonzero(np.diff([at for at, _ in names], prepend=-1))
    yield -1, []
    for at in range(0, len(queries), ROWS):
        chunk = queries[at : at + ROWS]
        asked = vectorizer.transform(query.first("name") for query in chunk)
        near = np.maximum.reduceat((asked @ matrix).toarray(), starts, axis=1)
        best = np.argpartition(-near, CANDIDATES, axis=1)[:, :CANDIDATES]
        for row, entries in enumerate(best):
            yield at + row, [listed[each].id for each in entries if near[row, each] > 0]


def _plain(text: str) -> str:
    return f" {(ascii_text(text) or '').lower()} "


def answers(found: Candidates, listed: Sequence[Any], queries: Sequence[Any], out: Path) -> float:
    """Weigh candidates, write what answers each query, and return the seconds of CPU."""
    known = {each.id: each for each in listed}
    next(found)
    begun = time.process_time()
    with out.open("w", encoding="utf-8") as sink:
        for query, entries in found:
            asked = queries[query]
            scored = [(LogicV2.compare(asked, known[each], CONFIG).score, each) for each in entries]
            scored.sort(reverse=True)
            for score, each in scored[:KEPT]:
                if score > 0:
                    sink.write(f"{asked.id}\t{each}\t{score!r}\n")
    return time.process_time() - begun


def pairs(cases: Path, out: Path) -> None:
    """Write the score of each labelled pair."""
    with cases.open(encoding="utf-8", newline="") as file, out.open("w", encoding="utf-8") as sink:
        for at, row in enumerate(csv.DictReader(file)):
            one, other = (
                entity(f"{side}-{at}", row["schema"], [row[side]]) for side in ("name1", "name2")
            )
            sink.write(f"{LogicV2.compare(one, other, CONFIG).score!r}\n")


def main() -> None:
    """Match by both methods, score the labelled pairs, and report the resource usage."""
    list_path, queries_path, cases, out = map(Path, sys.argv[1:5])
    with list_path.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    with queries_path.open(encoding="utf-8", newline="") as file:
        asked = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    ways: dict[str, dict[str, float]] = {}
    for title, way in (("index", by_index), ("trigrams", by_trigrams)):
        begun = time.process_time()
        listed = [entity(row["id"], row["schema"], row["names"]) for row in rows]
        queries = [entity(row["qid"], row["schema"], [row["query"]]) for row in asked]
        with TemporaryDirectory() as folder:
            spent = answers(
                way(listed, queries, Path(folder)), listed, queries, out / f"{title}.tsv"
            )
        whole = time.process_time() - begun
        ways[title] = {
            "seconds": spent,
            "build_seconds": whole - spent,
            "queries": len(queries),
        }
        print(title, ways[title], file=sys.stderr)
    pairs(cases, out / "pairs.tsv")
    told = {"ways": ways, "versions": {package: version(package) for package in PACKAGES}}
    (out / "told.json").write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main()
