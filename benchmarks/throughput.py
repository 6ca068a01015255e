"""Throughput: lines per second of CPU, ours and others', of one run.

``python -m benchmarks.throughput --lines 1000000`` prints a table and writes
``docs/benchmarks/throughput.json``. Ours is the whole of identifying: exact, spoilt and
misspelt names, numbers, downgrades. The others look for names as they stand, in text already
in lower case. Making lines and building engines is not timed; the first batch is a warm-up.
"""

import argparse
import json
import os
import platform
import random
import re
import resource
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple, TypeVar

import pyarrow as pa
from benchmarks.evaluation import ROOT, registry_names
from benchmarks.lines import SEED, distinct, repeated
from benchmarks.peers import Scan, Spans, installed, whole_words
from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne
from wordfreq import top_n_list

from tidewaiter.identify import Lexicon, identify, load_lexicon

BATCH = 65_536
PEER_LINES = 200_000  # of the other engines
QUESTIONS = 200  # of rapidfuzz
OUT = ROOT / "docs" / "benchmarks" / "throughput.json"
_PACKAGES = (
    "tidewaiter",
    "numpy",
    "pyarrow",
    "rapidfuzz",
    "wordfreq",
    "ahocorasick_rs",
    "daachorse",
    "pyahocorasick",
    "flashtext",
    "hyperscan",
)


Answer = TypeVar("Answer")


class Rate(NamedTuple):
    """How fast one way went."""

    way: str
    lines: str  # repeated or distinct
    asked: int  # lines, or words
    hits: int
    per_second: float  # lines per second of CPU


def timed(work: Callable[[], Answer]) -> tuple[Answer, float]:
    """Return what the work gives, and its seconds of CPU."""
    start = time.process_time()
    answer = work()
    return answer, time.process_time() - start


def ours(kind: str, lines: pa.Array, lexicon: Lexicon) -> Rate:
    """Time the whole of identifying, in batches."""
    identify(lines.slice(0, BATCH), lexicon)

    def work() -> int:
        starts = range(0, len(lines), BATCH)
        return sum(len(identify(lines.slice(at, BATCH), lexicon)) for at in starts)

    hits, seconds = timed(work)
    return Rate("tidewaiter", kind, len(lines), hits, len(lines) / seconds)


def peers(kind: str, lines: pa.Array, names: Sequence[str]) -> list[Rate]:
    """Time the other engines on whole batches, and compare what they find."""
    batches = [
        "\n".join(lines.slice(at, BATCH).to_pylist()).lower() for at in range(0, len(lines), BATCH)
    ]
    assert all(text.isascii() for text in batches)  # two engines count bytes, the others letters
    rates, found = [], {}
    for name, build in installed().items():
        scan = build(names)
        scan(batches[0][:10_000])
        spans, seconds = timed(partial(_scan_all, scan, batches))
        found[name] = [whole_words(text, hits) for text, hits in zip(batches, spans, strict=True)]
        hits = sum(map(len, found[name]))
        rates.append(Rate(name, kind, len(lines), hits, len(lines) / seconds))
    _compare(found)
    return rates


def _scan_all(scan: Scan, batches: Sequence[str]) -> list[Spans]:
    return [scan(text) for text in batches]


def _compare(found: dict[str, list[set[tuple[int, int]]]]) -> None:
    """Stop where two engines that promise the same find something else."""
    same = [found[name] for name in ("ahocorasick_rs", "daachorse") if name in found]
    assert all(spans == same[0] for spans in same)
    for name in ("pyahocorasick", "hyperscan"):  # overlapping: they find those and more
        pairs = zip(same[0], found[name], strict=True) if same and name in found else ()
        assert all(few <= many for few, many in pairs), name


def nearest(lines: pa.Array, names: Sequence[str]) -> Rate:
    """Time rapidfuzz asked for the nearest name of words that no vocabulary holds.

    The rate is what a line would cost if it were asked for its unknown words alone.
    """
    known = {*top_n_list("en", 400_000), *(part for name in names for part in name.split())}
    sample = lines.slice(0, 20_000).to_pylist()
    unknown = [
        word
        for text in sample
        for word in re.findall(r"[a-z]{5,}", text.lower())
        if word not in known
    ]
    asked = random.Random(SEED).sample(unknown, min(QUESTIONS, len(unknown)))

    def work() -> int:
        answers = (extractOne(w, names, scorer=OSA.distance, score_cutoff=2) for w in asked)
        return sum(answer is not None for answer in answers)

    hits, seconds = timed(work)
    per_line = len(unknown) / len(sample)
    return Rate(
        "rapidfuzz extractOne", "distinct", len(asked), hits, len(asked) / seconds / per_line
    )


def pattern_names() -> list[str]:
    """List the names that the other engines look for: Latin, in lower case, no street names."""
    texts = {k.text.lower() for k in registry_names() if k.tier != "street" and len(k.text) > 3}
    return sorted(text for text in texts if text.isascii())


def versions(packages: Sequence[str] = _PACKAGES) -> dict[str, str]:
    """Return the versions of Python and of all that was timed."""
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def processor() -> str:
    """Return the model of the processor, or the machine's kind where it does not say."""
    file = Path("/proc/cpuinfo")
    text = file.read_text("utf-8") if file.is_file() else ""
    model = re.search(r"model name\s*:\s*(.+)", text)
    return model[1].strip() if model else platform.machine()


def show(rates: Sequence[Rate]) -> None:
    """Print the table; the ratio is to ours on the same lines."""
    mine = {rate.lines: rate.per_second for rate in rates if rate.way == "tidewaiter"}
    print(f"{'way':24} {'lines':10} {'asked':>10} {'hits':>9} {'lines/cs':>11} {'ours is':>8}")
    for rate in rates:
        print(
            f"{rate.way:24} {rate.lines:10} {rate.asked:10,} {rate.hits:9,} "
            f"{rate.per_second:11,.0f} {mine[rate.lines] / rate.per_second:7.2f}x"
        )


def save(rates: Sequence[Rate], names: int, lexicon_seconds: float, out: Path) -> None:
    """Write the run, with all that it depends on."""
    out.parent.mkdir(parents=True, exist_ok=True)
    run = {
        "processor": processor(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "versions": versions(),
        "seed": SEED,
        "batch": BATCH,
        "names": names,
        "lexicon_seconds": round(lexicon_seconds, 3),
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "rates": [rate._asdict() | {"per_second": round(rate.per_second)} for rate in rates],
    }
    out.write_text(json.dumps(run, indent=2) + "\n", "utf-8")


def main() -> None:
    """Time all, print the table, write the run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    start = time.process_time()
    lexicon, names = load_lexicon(), pattern_names()
    loading = time.process_time() - start
    rates: list[Rate] = []
    for kind, make in (("repeated", repeated), ("distinct", distinct)):
        lines = make(asked.lines)
        rates.append(ours(kind, lines, lexicon))
        rates += peers(kind, lines.slice(0, PEER_LINES), names)
    rates.append(nearest(lines, names))
    print(f"{len(names):,} names; {processor()}, load {os.getloadavg()[0]:.1f}; cs: CPU seconds")
    show(rates)
    save(rates, len(names), loading, asked.out)


if __name__ == "__main__":
    main()
