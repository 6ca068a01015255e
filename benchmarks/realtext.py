"""Identification of goods as strangers wrote them, and of a chemical catalogue.

``python -m benchmarks.realtext`` prints two tables and writes ``docs/benchmarks/realtext.json``.
The first: CPU seconds of identifying distinct lines for the first time (systematic names are read
by OPSIN, whose Java is counted), in a later run (what names denote is on disk), and again in the
same run. The second: the exact search for names in the same lines, beside libraries that search
for the same names.

The goods are the negatives of ``data/world/identify`` in the folder TIDEWAITER_SHARED, 56,117 lines
in 27 languages; the catalogue is PubChem's systematic names in the package chemicals. ``--goods``
takes other lines: a text file with one in each line.
"""

import argparse
import json
import os
import random
import resource
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import numpy as np
from benchmarks.evaluation import ROOT
from benchmarks.lines import SEED
from benchmarks.peers import Scan, Spans, installed, whole_words
from benchmarks.throughput import Answer, pattern_names, processor, timed, versions

from tidewaiter.identify import Identifier, Lexicon, column_of, load_lexicon
from tidewaiter.identify.engine.fold import fold_lines, make_room
from tidewaiter.identify.engine.hashing import make_powers
from tidewaiter.identify.engine.hits import COLUMNS, Hits
from tidewaiter.identify.engine.scan import scan
from tidewaiter.identify.engine.trie import find_names
from tidewaiter.identify.engine.unknown_words import make_verdicts
from tidewaiter.identify.mentions import buffers_of
from tidewaiter.law.structure.opsin import opsin

OUT = ROOT / "docs" / "benchmarks" / "realtext.json"
SHARED = Path(os.environ.get("TIDEWAITER_SHARED", "../shared"))
GOODS = SHARED / "data" / "world" / "identify" / "negatives.tsv"
BATCH = 16_384
CATALOGUE = 20_000
BLOCK = 12_000  # bytes: as in the scan
ROUNDS = 5  # of the exact search; the fastest counts
PEERS = ("ahocorasick_rs", "daachorse", "hyperscan")


class Row(NamedTuple):
    """How fast one set of lines went."""

    what: str
    lines: int
    findings: int
    seconds: float  # of CPU, ours
    java: float  # of CPU


def goods_lines(path: Path) -> list[str]:
    """Read the distinct goods descriptions of a table with a column `text`, or of a text file."""
    lines = path.read_text("utf-8").splitlines()
    if path.suffix == ".tsv":
        at = lines[0].split("\t").index("text")
        lines = [line.split("\t")[at] for line in lines[1:]]
    return list(dict.fromkeys(lines))


def catalogue_lines() -> list[str]:
    """Draw distinct systematic names of PubChem, each in a goods description."""
    names: list[str] = []
    for table in ("small", "large"):
        file = files("chemicals") / "Identifiers" / f"chemical identifiers pubchem {table}.tsv"
        rows = (line.split("\t") for line in file.read_text("utf-8").splitlines())
        names += [row[7] for row in rows if len(row) > 7 and "-" in row[7]]
    names = [name for name in dict.fromkeys(names) if any(map(str.isdigit, name))]
    chosen = random.Random(SEED).sample(names, CATALOGUE)
    return [f"{name}, 25 kg in drums" for name in chosen]


def identified(what: str, lines: Sequence[str], lexicon: Lexicon) -> Iterator[Row]:
    """Identify lines for the first time, in a later run, and again in that run."""
    column = column_of(lines)

    def work(identifier: Identifier) -> int:
        parts = (column.slice(at, BATCH) for at in range(0, len(column), BATCH))
        return sum(len(identifier.find(part)[0]) for part in parts)

    kept = os.environ.get("TIDEWAITER_CACHE")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TIDEWAITER_CACHE"] = folder  # nothing is known of any name
        first, later = Identifier(lexicon), Identifier(lexicon)
        ways = (("first time", first), ("later run", later), ("again", later))
        found: set[int] = set()
        for way, identifier in ways:
            before = _java_seconds()
            findings, seconds = timed(partial(work, identifier))
            found.add(findings)
            yield Row(f"{what}, {way}", len(lines), findings, seconds, _java_seconds() - before)
        assert len(found) == 1  # what is kept changes no answer
    if kept is None:
        del os.environ["TIDEWAITER_CACHE"]
    else:
        os.environ["TIDEWAITER_CACHE"] = kept


def _java_seconds() -> float:
    """Stop OPSIN, and return the CPU seconds of all processes that have ended."""
    opsin().close()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def exact(lines: Sequence[str], lexicon: Lexicon) -> Iterator[Row]:
    """Time our exact search for names, our whole scan, and the exact search of libraries.

    The libraries get lower-case ASCII text in batches, and give spans. Ours folds case, accents,
    width, look-alikes and spaces of the text as it is.
    """
    plain = [line for line in lines if line.isascii()]
    text, offsets = buffers_of(column_of(plain))
    hits, seconds = _fastest(partial(_exact_names, text, offsets, lexicon))
    yield Row("exact names, ours", len(plain), hits, seconds, 0)
    rows, seconds = _fastest(lambda: scan(text, offsets, lexicon.tables, make_verdicts()))
    yield Row("whole scan, ours", len(plain), len(rows), seconds, 0)
    names = pattern_names()
    batches = ["\n".join(plain[at : at + BATCH]).lower() for at in range(0, len(plain), BATCH)]
    found: dict[str, list[set[tuple[int, int]]]] = {}
    for name, build in installed().items():
        if name in PEERS:
            peer = build(names)
            peer(batches[0][:10_000])
            spans, seconds = _fastest(partial(_scan_all, peer, batches))
            found[name] = [whole_words(text, of) for text, of in zip(batches, spans, strict=True)]
            yield Row(f"exact names, {name}", len(plain), sum(map(len, spans)), seconds, 0)
    same = [found[name] for name in PEERS[:2] if name in found]
    assert all(spans == same[0] for spans in same)


def _fastest(work: Callable[[], Answer]) -> tuple[Answer, float]:
    """Return what the work gives, and the CPU seconds of the fastest round."""
    rounds = [timed(work) for _ in range(ROUNDS)]
    return min(rounds, key=lambda each: each[1])


def _scan_all(peer: Scan, batches: Sequence[str]) -> list[Spans]:
    return [peer(text) for text in batches]


def _exact_names(
    text: np.typing.NDArray[np.uint8], offsets: np.typing.NDArray[np.int64], lexicon: Lexicon
) -> int:
    """Fold lines and search for exact names, in blocks as the scan does; return the hits."""
    tables = lexicon.tables
    size = 3 * (BLOCK + int(np.diff(offsets).max())) + 8
    room, powers = make_room(size), make_powers(size + 1)
    starts, units = np.zeros(size, np.int32), np.zeros(BLOCK + 2, np.int32)
    hits = Hits(np.zeros((size, COLUMNS), np.int64), np.zeros(1, np.int64))
    total = begin = 0
    while begin < len(offsets) - 1:
        end = int(np.searchsorted(offsets, offsets[begin] + BLOCK))
        end = min(max(begin + 1, end - 1), len(offsets) - 1)
        fold_lines(text, offsets, begin, end, tables.fold, room, units, False)
        hits.count[0] = 0
        find_names(room, int(units[end - begin]), tables.trie, tables.strong, powers, starts, hits)
        total += int(hits.count[0])
        begin = end
    return total


def show(rows: Sequence[Row]) -> None:
    """Print a table."""
    print(f"{'what':32} {'lines':>8} {'found':>7} {'CPU s':>7} {'Java':>6} {'lines/CPU s':>12}")
    for row in rows:
        rate = row.lines / (row.seconds + row.java)
        print(
            f"{row.what:32} {row.lines:8,} {row.findings:7,} {row.seconds:7.3f} {row.java:6.2f} "
            f"{rate:12,.0f}"
        )


def main() -> None:
    """Time all, print the tables, write the run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--goods", type=Path, default=GOODS)
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    lexicon, rows = load_lexicon(), list[Row]()
    if asked.goods.is_file():
        goods = goods_lines(asked.goods)
        rows += identified("goods", goods, lexicon)
        rows += exact(goods, lexicon)
    else:
        print(f"{asked.goods} is absent: the catalogue only; --goods takes other lines")
    rows += identified("catalogue", catalogue_lines(), lexicon)
    print(f"{processor()}, load {os.getloadavg()[0]:.1f}")
    show(rows)
    run = {
        "processor": processor(),
        "load": round(os.getloadavg()[0], 1),
        "versions": versions(("numpy", "pyarrow", "rdkit", "py2opsin", "chemicals", *PEERS)),
        "rows": [row._asdict() for row in rows],
    }
    asked.out.write_text(json.dumps(run, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
