"""How long `tidewaiter lists calibrate` takes over many cleared parties.

``python -m benchmarks.parties_calibrate --data FOLDER`` keeps the list of partybench in a folder of
its own, makes a file of parties (recombined names of ordinary companies, a made-up word in each, as
``benchmarks.parties`` makes them) and calibrates with it. Prints what it took; checks that every
party was counted.
"""

import argparse
import csv
import json
import resource
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks.evaluation import ROOT, shared
from benchmarks.parties import traffic

from tidewaiter.base.archives import ListFile
from tidewaiter.bulk.calibration import Calibrator, Known, Once, Wanted, calibrate
from tidewaiter.bulk.parties import parties_of, read_asked
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.definitions import load_definitions
from tidewaiter.lists.reading import read_list
from tidewaiter.parties.matching.types import read_rows
from tidewaiter.parties.readers.entries import ListHeader
from tidewaiter.parties.readers.own import write_own_json
from tidewaiter.parties.thresholds import Threshold

DAY = date(2026, 11, 25)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=(shared() or ROOT) / "data" / "parties")
    parser.add_argument("--parties", type=int, default=1_000_000)
    told = parser.parse_args()
    listed = read_rows(told.data / "partybench" / "list.jsonl")
    companies = told.data / "lists" / "ordinary_companies" / "companies.tsv"
    names = [line.split("\t")[0] for line in companies.read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as place:
        archive, path = Archive(Path(place) / "kept"), Path(place) / "cleared.csv"
        header = ListHeader(slug="partybench", dated=date(2026, 1, 1))
        files = [ListFile(name="own.jsonl", content=write_own_json(header, listed))]
        archive.add(read_list(files, load_definitions()), files, datetime.now(UTC))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["name", "kind", "country"])
            for at, each in enumerate(
                traffic(listed, names[1:], told.parties, told.parties * 3 // 10)
            ):
                writer.writerow([each.text, each.kind, ("CN", "DE", "MX", "US")[at % 4]])
        measure(archive, path, told.parties)


def measure(archive: Archive, path: Path, count: int) -> None:
    """Calibrate with a file and print what it took."""
    begun, wall = time.process_time(), time.perf_counter()
    calibrator = Calibrator(archive, DAY)
    hits = calibrator.new_hits()
    with path.open("rb") as file:
        once = Once(parties_of(read_asked(file, path.name), []))
        for _ in calibrator.ask(once, hits):
            pass
    known = Known(path.name, "", 0, once.repeated, hits)
    found = calibrate(calibrator, known, None, Wanted(1e-4, Threshold(least=0.4)))
    assert found.cleared.parties + found.cleared.repeated == count
    assert found.at.alerts.share <= 1e-4
    took = {
        "parties": count,
        "cpu_seconds": time.process_time() - begun,
        "wall_seconds": time.perf_counter() - wall,
        "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "near": len(hits.names),
    }
    print(json.dumps(took, indent=1))


if __name__ == "__main__":
    main()
