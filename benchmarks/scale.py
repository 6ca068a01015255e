"""Scale: lines per minute on this machine with all of screening enabled, and with Spark.

``python -m benchmarks.scale --lines 2000000`` makes a manifest of consignments of three lines and
three parties, of which one in five is new (`benchmarks.scale_made`), and screens it with OFAC's
list of 2026-07 in a separate process, with one worker and with two. With ``--spark`` it is also
screened by Spark on this machine, and the alerts are compared byte for byte. It prints CPU
seconds, lines per minute of two cores derived from them, and the wall time; writes
``docs/benchmarks/scale.json``. Other work on the machine lengthens both: compare ratios.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import psutil
from benchmarks.evaluation import ROOT, shared
from benchmarks.scale_made import write_manifest
from benchmarks.screen_parties import DAY, ofac

from tidewaiter.parties.readers.entries import ListHeader
from tidewaiter.parties.readers.own import write_own_json

OUT = ROOT / "docs" / "benchmarks" / "scale.json"
COMMAND = (sys.executable, "-m", "tidewaiter")
CORES = 2
_LOOK = 0.2  # seconds


def main() -> None:
    """Measure, print and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--lines", type=int, default=2_000_000)
    options.add_argument("--spark", action="store_true")
    asked = options.parse_args()
    place = shared()
    if place is None:
        print("the data are not here")
        return
    listed = ofac(place / "data" / "parties" / "lists" / "ofac_sdn_2026-07" / "ofac_sdn.json")
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        header = ListHeader(slug="ofac", name="OFAC, of 2026-07", dated=DAY)
        (folder / "ofac.jsonl").write_bytes(write_own_json(header, listed))
        run("lists", "add", str(folder / "ofac.jsonl"), "--lists", str(folder / "kept"))
        write_manifest(folder / "m.csv", listed, 3)
        screened(folder, "warm.jsonl")  # compiles
        write_manifest(folder / "m.csv", listed, asked.lines)
        rows = measured(folder, asked.lines, spark=asked.spark)
    OUT.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


def measured(folder: Path, lines: int, *, spark: bool) -> list[dict[str, object]]:
    """Screen the manifest in each way; the alerts of all are the same."""
    ways: dict[str, Sequence[str]] = {
        "one worker": ("--workers", "1"),
        "two workers": ("--workers", "2"),
    }
    if spark:
        ways["spark, local[2]"] = ("--engine", "spark", "--master", "local[2]")
    rows: list[dict[str, object]] = []
    first: bytes | None = None
    for number, (way, more) in enumerate(ways.items()):
        out = f"out{number}" if "--engine" in more else f"out{number}.jsonl"
        cpu, wall, _ = screened(folder, out, *more)
        alerts = alerts_of(folder / out)
        assert alerts, f"{way} finds no alert"
        first = alerts if first is None else first
        assert alerts == first, f"{way} finds other alerts"
        rows.append(
            {
                "way": way,
                "lines": lines,
                "alerts": alerts.count(b"\n"),
                "cpu seconds": round(cpu, 1),
                "wall seconds": round(wall, 1),
                "lines a minute of two cores, by cpu": round(lines / cpu * CORES * 60),
                "load": round(os.getloadavg()[0], 1),
            }
        )
        print(json.dumps(rows[-1]), flush=True)
    return rows


class Took(NamedTuple):
    """What a command took."""

    cpu: float  # seconds of the processors, of all its descendants
    wall: float  # seconds on the clock
    memory: int  # bytes at most that its own process held: that which gathers


def screened(folder: Path, out: str, *more: str) -> Took:
    """Screen the manifest."""
    where = ("--lists", str(folder / "kept"), "--out", str(folder / out))
    return run("screen", str(folder / "m.csv"), "--day", "2026-11-25", *where, *more)


def run(*arguments: str) -> Took:
    """Call the command.

    Its descendants are monitored while they run, because Spark's Java and its workers are not
    waited
    for. Exit status 1 means refused rows, but also a crash of Python.
    """
    seen: dict[tuple[int, float], float] = {}
    begun, memory = time.perf_counter(), 0
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen((*COMMAND, *arguments), stdout=said, stderr=said)
        root = psutil.Process(process.pid)
        while process.poll() is None:
            with suppress(psutil.NoSuchProcess):
                memory = max(memory, root.memory_info().rss)
                for each in (root, *root.children(recursive=True)):
                    with suppress(psutil.NoSuchProcess):
                        took = each.cpu_times()
                        seen[each.pid, each.create_time()] = took.user + took.system
            time.sleep(_LOOK)
        said.seek(0)
        told = said.read().decode(errors="replace")
    assert process.returncode in {0, 1}, told
    assert "Traceback (most recent call last)" not in told, told
    return Took(sum(seen.values()), time.perf_counter() - begun, memory)


def alerts_of(path: Path) -> bytes:
    """Return the alerts of a file, or of the parts in a folder."""
    if path.is_file():
        return path.read_bytes()
    return b"".join(part.read_bytes() for part in sorted(path.glob("part-*")))


if __name__ == "__main__":
    main()
