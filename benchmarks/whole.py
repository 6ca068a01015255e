"""Whole commands: how long a warm start takes, and how much memory a large file needs.

``python -m benchmarks.whole --lines 10000000`` makes a file of so many lines in a temporary
folder, screens it with as many processes as there are cores, and prints the largest sum of
their proportional memory (what they share counts once), the time of the processors, and how
many alerts there are. It writes ``docs/benchmarks/whole.json``.
"""

import argparse
import csv
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from benchmarks.evaluation import ROOT
from benchmarks.lines import repeated

OUT = ROOT / "docs" / "benchmarks" / "whole.json"
PIECE = 1_000_000
STARTS = 7
COMMAND = (sys.executable, "-m", "tidewaiter")


def main() -> None:
    """Measure, print and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--lines", type=int, default=PIECE)
    lines: int = options.parse_args().lines
    found = {"start_seconds": start_seconds(), **screen_large(lines)}
    OUT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=2))


def start_seconds() -> float:
    """Return the median time of one warm answer, in seconds of the wall clock."""
    ask = (*COMMAND, "identify", "acetlc anhydride, 20 drums")
    times = []
    for _ in range(STARTS + 1):
        begun = time.perf_counter()
        done = subprocess.run(ask, check=True, capture_output=True, text=True)
        times.append(time.perf_counter() - begun)
        assert "acetic-anhydride" in done.stdout
    return round(statistics.median(times[1:]), 3)


def screen_large(lines: int) -> dict[str, float]:
    """Screen a file of so many lines; watch the memory of all processes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.csv"
        write_large(path, lines)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        out = Path(folder) / "alerts.jsonl"
        run = subprocess.Popen((*COMMAND, "screen", str(path), "--out", str(out)))
        peak = 0
        while run.poll() is None:
            peak = max(peak, memory_of(run.pid))
            time.sleep(0.25)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert run.returncode == 0
        with out.open("rb") as file:
            alerts = sum(1 for _ in file)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return {
            "lines": lines,
            "file_megabytes": round(path.stat().st_size / 1e6),
            "alerts": alerts,
            "peak_megabytes": round(peak / 1e6),
            "cpu_seconds": round(cpu, 1),
        }


def write_large(path: Path, lines: int) -> None:
    """Write a manifest of made lines."""
    chance = random.Random(1988)
    codes = [f"{chance.randrange(10, 97)}{chance.randrange(10_000):04d}" for _ in range(5_000)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("Consignment", "Description of goods", "HS Code", "Net weight (kg)"))
        for begin in range(0, lines, PIECE):
            for place, text in enumerate(repeated(min(PIECE, lines - begin)).to_pylist()):
                number = begin + place
                row = (f"C{number}", text, codes[number % len(codes)], number % 900 + 1)
                writer.writerow(row)


def memory_of(pid: int) -> int:
    """Return the proportional memory of a process and its children, in bytes."""
    total = 0
    try:
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            total += process.memory_full_info().pss
    except psutil.NoSuchProcess:
        pass
    return total


if __name__ == "__main__":
    main()
