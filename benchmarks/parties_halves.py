"""How long reading and searching take apart: microseconds of CPU for a party.

``python -m benchmarks.parties_halves --parties 60000`` matches the parties of `benchmarks.parties`
on one thread. Two versions are compared by running it in two checkouts in turns.
"""

import argparse
import random
import time
from pathlib import Path

from benchmarks.evaluation import ROOT, shared
from benchmarks.parties import SEED, grown, traffic

from tidewaiter.parties.matching.index import Index, build_index
from tidewaiter.parties.matching.matcher import Matcher
from tidewaiter.parties.matching.types import AskedParty, read_rows

_BATCH = 32_768


def halves(index: Index, parties: list[AskedParty]) -> tuple[float, float]:
    """Return the CPU seconds of reading and of searching; no word is known before."""
    matcher = Matcher(index)
    reading = searching = 0.0
    for first in range(0, len(parties), _BATCH):
        begin = time.thread_time()
        asking = matcher.ask(parties[first : first + _BATCH])
        middle = time.thread_time()
        matcher.answer(asking)
        searching += time.thread_time() - middle
        reading += middle - begin
    return reading, searching


def main() -> None:
    """Print both, for few and for many distinct words."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=(shared() or ROOT) / "data" / "parties")
    parser.add_argument("--parties", type=int, default=60_000)
    told = parser.parse_args()
    listed = read_rows(told.data / "partybench" / "list.jsonl")
    firms = told.data / "lists" / "ordinary_companies" / "companies.tsv"
    companies = [row.split("\t")[0] for row in firms.read_text(encoding="utf-8").splitlines()[1:]]
    index = build_index(grown(listed, random.Random(SEED)))
    for title, distinct in (("few words", 0), ("many words", told.parties * 3 // 10)):
        parties = traffic(listed, companies, told.parties, distinct)
        halves(index, parties[:500])
        reading, searching = (1e6 * each / told.parties for each in halves(index, parties))
        rate = 1e6 / (reading + searching)
        print(f"{title}: reading {reading:.1f}, searching {searching:.1f}, {rate:,.0f} per cs")


if __name__ == "__main__":
    main()
