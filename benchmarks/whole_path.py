"""The whole path: where the time of a screening goes, for five kinds of files.

``python -m benchmarks.whole_path --lines 500000`` makes the files (`benchmarks.whole_path_made`),
screens each in a process of its own with one worker, and prints the CPU seconds of each stage,
those of a process that only reads the file with pyarrow, in the same run, and what the library
below a stage takes for the same work: reading columns (pyarrow), writing rows (SQLite), writing
the alerts as JSON (msgspec). Java's time, which reads systematic names, counts. Stages exclude
what other stages do inside them. ``--only plain,parties`` screens some kinds, ``--workers 2``
adds a run with two processes. Writes ``docs/benchmarks/whole_path.json``.
"""

import argparse
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial, wraps
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
from benchmarks.evaluation import ROOT, shared
from benchmarks.screen_parties import DAY, ofac
from benchmarks.whole_path_made import (
    listed_parties,
    write_chemicals,
    write_listed,
    write_parties,
    write_plain,
)
from pyarrow import csv

from tidewaiter.parties.readers.entries import ListHeader
from tidewaiter.parties.readers.own import write_own_json
from tidewaiter.parties.types import ListedParty

OUT = ROOT / "docs" / "benchmarks" / "whole_path.json"
KINDS = ("plain", "parties", "lists", "database", "chemicals")
CHEMICALS = 20_000  # lines at most, each a name of its own
STAGES = {  # stage -> where it is: a function, a method, or a function whose result is iterated
    "reading": ("node.file_screening:reader_for",),
    "reading again": ("cli.screening.run:lines_of", "cli.screening.stored:lines_of"),
    "identifying": ("trade.screening:find_all",),
    "matching parties": ("trade.screening:match_parties",),
    "weighing": ("trade.screening:Weigher.weigh",),
    "rest of a batch": ("trade.screening:Screener.screen",),
    "journal": (
        "bulk.journal:Journal.add",
        "bulk.cross_line:read_journal",
        "cli.screening.outputs:read_journal",
    ),
    "database": ("node.context:_Into.add", "node.context:_Into.finish"),
    "signs": ("cli.screening.run:marks_of", "cli.screening.stored:marks_of"),
    "findings stored": ("cli.screening.stored:keep_marks",),
    "outputs": ("cli.screening.screen:write_outputs",),
}
JAVA = "Java, which reads names"
_STREAMS = ("lines_of", "read_journal")


class Took(NamedTuple):
    """What a command took."""

    cpu: float  # seconds of the processors, of the process and what it started
    wall: float


class Clock:
    """Counts CPU seconds by stage, each without those of stages inside it."""

    def __init__(self) -> None:
        """Start."""
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._stack: list[str] = []
        self._since = time.process_time()

    def enter(self, stage: str) -> None:
        """Begin a stage inside the current one."""
        self._turn()
        self._stack.append(stage)

    def leave(self) -> None:
        """End the current stage."""
        self._turn()
        self._stack.pop()

    def _turn(self) -> None:
        now = time.process_time()
        if self._stack:
            self.seconds[self._stack[-1]] += now - self._since
        self._since = now

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function whose calls count for a stage."""

        @wraps(function)
        def call(*given: Any, **named: Any) -> Any:
            self.enter(stage)
            try:
                return function(*given, **named)
            finally:
                self.leave()

        return call

    def stream(self, stage: str, function: Callable[..., Iterator[Any]]) -> Callable[..., Any]:
        """Return a function whose results count for a stage while they are made."""

        def items(*given: Any, **named: Any) -> Iterator[Any]:
            ends = object()
            made = iter(function(*given, **named))
            step = self.timed(stage, partial(next, made, ends))
            while (item := step()) is not ends:
                yield item

        return items

    def reader(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that returns readers whose batches count for a stage."""
        return lambda *given, **named: self.stream(stage, function(*given, **named))


def main() -> None:
    """Measure, print and write; or screen as one of the measured processes."""
    if sys.argv[1:2] == ["--watched"]:
        watched(Path(sys.argv[2]), sys.argv[3:])
        return
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--lines", type=int, default=500_000)
    options.add_argument("--only", default=",".join(KINDS))
    options.add_argument("--workers", type=int, default=1)
    options.add_argument("--out", type=Path, default=OUT)
    asked = options.parse_args()
    place = shared()
    if place is None:
        print("the data are not here")
        return
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        listed = keep_lists(folder, place / "data" / "parties")
        rows = []
        for kind in asked.only.split(","):
            path = made_file(folder, kind, place / "data" / "world", (asked.lines, listed))
            rows.append(measured(folder, path, kind, asked.workers))
            print(json.dumps(rows[-1]), flush=True)
    said = {each: version(each) for each in ("pyarrow", "numpy", "msgspec")}
    kept = json.dumps({"versions": said, "files": rows}, indent=2)
    asked.out.write_text(kept + "\n", encoding="utf-8")
    print_table(rows)


def keep_lists(folder: Path, parties: Path) -> list[ListedParty]:
    """Add the lists of OFAC, the Union and the United Nations; return the entries of the first."""
    listed = ofac(parties / "lists" / "ofac_sdn_2026-07" / "ofac_sdn.json")
    union = listed_parties(parties / "partybench" / "list.jsonl", "EU")
    paths = [parties / "lists" / "un_consolidated" / "UN_consolidated.xml"]
    for slug, entries in (("ofac", listed), ("eu", union)):
        paths.append(folder / f"{slug}.jsonl")
        header = ListHeader(slug=slug, name=slug.upper(), dated=DAY)
        paths[-1].write_bytes(write_own_json(header, entries))
    for path in paths:
        said = ("lists", "add", str(path), "--lists", str(folder / "lists"), "--ok-with-refusals")
        subprocess.run((sys.executable, "-m", "tidewaiter", *said), check=True, capture_output=True)
    return listed


def made_file(
    folder: Path, kind: str, world: Path, about: tuple[int, Sequence[ListedParty]]
) -> Path:
    """Write the file of a kind; that with a database has parties and no list."""
    lines, listed = about
    path = folder / f"{kind}.csv"
    if kind == "plain":
        write_plain(path, world, lines)
    elif kind == "lists":
        write_listed(path, world, lines, listed)
    elif kind == "chemicals":
        write_chemicals(path, min(lines, CHEMICALS))
    else:
        write_parties(path, world, lines)
    return path


def measured(folder: Path, path: Path, kind: str, workers: int) -> dict[str, object]:
    """Screen a file, and read it without screening."""
    more = ["--lists", str(folder / ("lists" if kind == "lists" else "none"))]
    base = folder / f"{kind}.db"
    if kind == "database":
        more += ["--db", str(base)]
    few = folder / "few.csv"
    with path.open(encoding="utf-8") as file, few.open("w", encoding="utf-8") as head:
        head.writelines(line for line, _ in zip(file, range(40), strict=False))
    screened(folder, few, [*more[:2], "--workers", "1"])  # builds what the cache holds
    took = screened(folder, path, [*more, "--workers", "1"])
    stages: dict[str, float] = json.loads((folder / "stages.json").read_text())
    stages[JAVA] = took.cpu - sum(stages.values())
    lines, reading = read_alone(path)
    alerts = (folder / "out.jsonl").read_bytes()
    row: dict[str, object] = {
        "kind": kind,
        "lines": lines,
        "alerts": alerts.count(b"\n"),
        "cpu": round(took.cpu, 2),
        "lines a CPU second": round(lines / took.cpu),
        "bare read": round(reading, 2),
        "ratio": round(took.cpu / reading, 1),
        "stages": {name: round(seconds, 2) for name, seconds in stages.items()},
        "limits": limits(path, base if kind == "database" else None, alerts),
        "load": round(os.getloadavg()[0], 1),
    }
    if kind == "database":
        row["network, by a worker of serve"] = round(count_network(base), 2)
    if workers > 1:
        again = screened(folder, path, [*more[:2], "--workers", str(workers)])
        assert kind == "database" or (folder / "out.jsonl").read_bytes() == alerts
        row |= {f"cpu, {workers} workers": round(again.cpu, 2), "wall": round(again.wall, 1)}
        row["wall, 1 worker"] = round(took.wall, 1)
    return row


def screened(folder: Path, path: Path, more: Sequence[str]) -> Took:
    """Screen a file in a process that counts its stages."""
    where = ("--day", "2026-11-25", "--out", str(folder / "out.jsonl"))
    command = ("--watched", str(folder / "stages.json"), "screen", str(path), *where, *more)
    return took_of((sys.executable, "-m", "benchmarks.whole_path", *command))


def took_of(command: Sequence[str]) -> Took:
    """Run a command; return what it took."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode in {0, 1}, done.stderr
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(cpu, time.perf_counter() - begun)


def count_network(base: Path) -> float:
    """Add the parties of a database to its network; return the CPU seconds, start included."""
    text = (
        "import sys; from tidewaiter.node.identity import own_stamp;"
        "from tidewaiter.node.network.resolution import take_up;"
        "from tidewaiter.store.core.database import open_database;"
        "database = open_database(sys.argv[1]);"
        "take_up(database, own_stamp); database.close()"
    )
    return took_of((sys.executable, "-c", text, str(base))).cpu


def read_alone(path: Path) -> tuple[int, float]:
    """Read a file with pyarrow in a process of its own; return its rows and the CPU seconds."""
    text = (
        "import sys; from pyarrow import csv;"
        "how = csv.ParseOptions(newlines_in_values=True);"
        "print(csv.read_csv(sys.argv[1], parse_options=how).num_rows)"
    )
    took = min(took_of((sys.executable, "-c", text, str(path))).cpu for _ in range(3))
    how = csv.ParseOptions(newlines_in_values=True)
    return csv.read_csv(path, parse_options=how).num_rows, took


def limits(path: Path, base: Path | None, alerts: bytes) -> dict[str, float]:
    """Return the CPU seconds of the libraries for the work of a stage, in this process."""
    how = csv.ParseOptions(newlines_in_values=True)
    found = {"reading": _cpu(lambda: csv.read_csv(path, parse_options=how))}
    records = list(map(msgspec.json.decode, alerts.splitlines()))
    encoder = msgspec.json.Encoder()
    found["outputs"] = _cpu(lambda: [encoder.encode(each) for each in records])
    if base is not None:
        found["database"] = _cpu(partial(copy_rows, base))
    return {name: round(seconds, 2) for name, seconds in found.items()}


def copy_rows(base: Path) -> None:
    """Write the rows of a database into an empty one of the same tables, by SQLite alone."""
    with tempfile.TemporaryDirectory() as folder:
        new = sqlite3.connect(Path(folder) / "copy.db", isolation_level=None)
        new.execute("ATTACH ? AS old", (str(base),))
        tables = new.execute(
            "SELECT name, sql FROM old.sqlite_master WHERE type = 'table' AND sql NOT LIKE "
            "'CREATE VIRTUAL%' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        indexes = new.execute(
            "SELECT sql FROM old.sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        ).fetchall()
        for _, sql in tables:
            new.execute(sql)
        for (sql,) in indexes:
            new.execute(sql)
        new.execute("BEGIN")
        for name, _ in tables:
            new.execute(f'INSERT INTO main."{name}" SELECT * FROM old."{name}"')  # noqa: S608
        new.execute("COMMIT")
        new.close()


def _cpu(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def watched(out: Path, arguments: Sequence[str]) -> None:
    """Run a command of tidewaiter in this process, and write the CPU seconds of its stages."""
    clock = Clock()
    for stage, places in STAGES.items():
        for place in places:
            patch(clock, stage, place)
    main_of = import_module("tidewaiter.cli.core.main").main
    try:
        main_of(list(arguments))
    finally:
        here = resource.getrusage(resource.RUSAGE_SELF)
        stages = dict(clock.seconds)
        stages["start and the rest"] = here.ru_utime + here.ru_stime - sum(clock.seconds.values())
        out.write_text(json.dumps(stages), encoding="utf-8")


def patch(clock: Clock, stage: str, place: str) -> None:
    """Replace a function by one that is timed."""
    module, _, name = place.partition(":")
    owner: Any = import_module(f"tidewaiter.{module}")
    *outer, last = name.split(".")
    for each in outer:
        owner = getattr(owner, each)
    function = getattr(owner, last)
    if last == "reader_for":
        setattr(owner, last, clock.reader(stage, function))
    elif last in _STREAMS:
        setattr(owner, last, clock.stream(stage, function))
    else:
        setattr(owner, last, clock.timed(stage, function))


def print_table(rows: Sequence[dict[str, Any]]) -> None:
    """Print the share of each stage, as in docs/benchmarks.md."""
    names = [*STAGES, JAVA, "start and the rest"]
    print("| stage | " + " | ".join(row["kind"] for row in rows) + " |")
    print("|---" * (len(rows) + 1) + "|")
    for name in names:
        cells = []
        for row in rows:
            seconds = row["stages"].get(name, 0.0)
            limit = row["limits"].get(name)
            share = f"{seconds:.2f} s, {seconds / row['cpu']:.0%}" if seconds else ""
            cells.append(share + (f" ({seconds / limit:.1f}x)" if limit and seconds else ""))
        print(f"| {name} | " + " | ".join(cells) + " |")
    for name in ("cpu", "lines a CPU second", "bare read", "ratio", "lines", "alerts", "load"):
        print(f"| {name} | " + " | ".join(f"{row[name]:,}" for row in rows) + " |")


if __name__ == "__main__":
    pa.set_cpu_count(1)
    main()
