"""Scale with a past: a file and its history, on this machine and by Spark, alternating.

``python -m benchmarks.scale_past --lines 200000,600000`` makes trade of that many lines with
planted scenarios (`tidewaiter scenario trade`), a sixth of them to screen and the others as
history, and screens it with two workers and by Spark, several times alternating, with a ranker; the
alerts are compared byte for byte. ``--copies 3`` uses the history three times, with other names of
firms; ``--made FOLDER`` uses existing trade. It prints CPU seconds, and the memory of the process
that collects the past, with that of Spark's Java separate. ``--selects`` lets rules on the past
raise alerts, so that every line is checked. Writes ``docs/benchmarks/scale_past.json``.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from benchmarks.evaluation import ROOT
from benchmarks.past_memory import read_lines, renamed
from benchmarks.scale import CORES, alerts_of, run
from tools.made_model import model

from tidewaiter.base.resources import data
from tidewaiter.casework.ranking.model import write_model

OUT = ROOT / "docs" / "benchmarks" / "scale_past.json"
WAYS: dict[str, Sequence[str]] = {
    "two workers": ("--workers", str(CORES)),
    "spark, local[2]": ("--engine", "spark", "--master", f"local[{CORES}]"),
}
SELECTS = 'selects = ["trade-change", "price-outlier", "co-loaded"]'


def main() -> None:
    """Measure, print and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--lines", default="200000,600000")
    options.add_argument("--turns", type=int, default=1)
    options.add_argument("--selects", action="store_true")
    options.add_argument("--copies", type=int, default=1)
    options.add_argument("--made", type=Path)
    asked = options.parse_args()
    rows: list[dict[str, object]] = []
    for lines in map(int, asked.lines.split(",")):
        with tempfile.TemporaryDirectory() as work:
            made = asked.made or Path(work) / "made"
            if asked.made is None:
                run("scenario", "trade", "--lines", str(lines), "--out", str(made))
            history = [made / "past.parquet"]
            for number in range(1, asked.copies):
                copy = renamed(read_lines(history[0]), number)
                history.append(Path(work) / f"past{number}.parquet")
                pq.write_table(pa.Table.from_batches([copy]), history[-1])
            files = [made / "now.parquet", *history]
            rows += measured(Path(work), files, asked.turns, selects=asked.selects)
    OUT.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


def measured(
    folder: Path, files: Sequence[Path], turns: int, *, selects: bool
) -> list[dict[str, object]]:
    """Screen the first of some files in each way; the alerts of all are the same."""
    lines = sum(pq.read_metadata(file).num_rows for file in files)
    history = [part for file in files[1:] for part in ("--history", str(file))]
    (folder / "ranker.json").write_bytes(write_model(model()))
    rules = data("rules", "alerts.toml").read_text(encoding="utf-8")
    said = rules.replace("selects = []", SELECTS) if selects else rules
    (folder / "rules.toml").write_text(said, encoding="utf-8")
    rows: list[dict[str, object]] = []
    first: bytes | None = None
    for number, way in enumerate([*WAYS] * turns):
        out = folder / f"out{number}{'' if 'spark' in way else '.jsonl'}"
        took = run(
            "screen",
            str(files[0]),
            "--day",
            "2026-11-25",
            *history,
            "--lists",
            str(folder / "none"),
            "--rules",
            str(folder / "rules.toml"),
            "--ranker",
            str(folder / "ranker.json"),
            "--out",
            str(out),
            *WAYS[way],
        )
        alerts = alerts_of(out)
        assert alerts, f"{way} finds no alert"
        first = alerts if first is None else first
        assert alerts == first, f"{way} finds other alerts"
        rows.append(
            {
                "way": way,
                "lines": lines,
                "every line asked": selects,
                "alerts": alerts.count(b"\n"),
                "cpu seconds": round(took.cpu, 1),
                "wall seconds": round(took.wall, 1),
                "MB that gather": took.memory // 1_000_000,
                "load": round(os.getloadavg()[0], 1),
            }
        )
        print(json.dumps(rows[-1]), flush=True)
    return rows


if __name__ == "__main__":
    main()
