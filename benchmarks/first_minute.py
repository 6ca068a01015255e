"""The first minute: what short commands cost, with an empty cache and afterwards.

``python -m benchmarks.first_minute`` prints CPU seconds (user and system, all processes) of each
command: the first time, with an empty cache, and the smallest of some further times. It writes
``docs/benchmarks/first_minute.json``. ``--python PATH`` measures another installation in turn with
this one, so that both meet the same load, and prints both.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.evaluation import ROOT
from benchmarks.throughput import processor, versions

OUT = ROOT / "docs" / "benchmarks" / "first_minute.json"
MANIFEST = ROOT / "src" / "tidewaiter" / "data" / "samples" / "manifest.csv"
LINES = 400
AGAIN = 5  # times a command is run after the first
HELP = ("--help",)
DAY = ("--day", "2026-11-25")

COMMANDS: dict[str, tuple[str, ...]] = {
    f"screen, {LINES} lines": ("screen", "{lines}", *DAY, "--out", "{folder}/alerts.jsonl"),
    "screen the same into a database": (
        *("screen", "{lines}", *DAY, "--out", "{folder}/again.jsonl"),
        *("--db", "{folder}/alerts.db"),
    ),
    'identify "acetone"': ("identify", "acetone"),
    'identify "acetone" --slang': ("identify", "acetone", "--slang"),
    'law "acetone"': ("law", "acetone"),
    "alerts list": ("alerts", "list", "--db", "{folder}/alerts.db"),
    "alerts show": ("alerts", "show", "{alert}", "--db", "{folder}/alerts.db"),
    "--help": HELP,
    **{
        f"{name} --help": (*name.split(), *HELP)
        for name in ("screen", "law", "alerts list", "serve", "notices", "burden claim")
    },
}


def main() -> None:
    """Measure, print and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--python", action="append", default=[], type=Path)
    options.add_argument("--again", type=int, default=AGAIN)
    options.add_argument("--out", type=Path, default=OUT)
    chosen = options.parse_args()
    pythons = [Path(sys.executable), *chosen.python]
    with tempfile.TemporaryDirectory() as folder:
        runs = [Run(python, Path(folder) / str(at)) for at, python in enumerate(pythons)]
        table = {name: [run.measure(name, chosen.again) for run in runs] for name in COMMANDS}
    print("CPU seconds: the first time, and the smallest of the further times")
    for name, figures in table.items():
        print(f"{name:34}", *(f"{first:7.2f} {again:6.2f}" for first, again in figures))
    kept = {
        "day": datetime.now(UTC).date().isoformat(),
        "processor": processor(),
        "load": round(os.getloadavg()[1], 1),
        "versions": versions(("numpy", "pyarrow", "sqlalchemy", "rdkit")),
        "cpu_seconds": {name: figures[0] for name, figures in table.items()},
    }
    chosen.out.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


class Run:
    """The commands of one installation, in a folder of its own."""

    def __init__(self, python: Path, folder: Path) -> None:
        folder.mkdir()
        self._python = python
        self._folder = folder
        lines = MANIFEST.read_text("utf-8").splitlines(keepends=True)[: LINES + 1]
        (folder / "lines.csv").write_text("".join(lines), encoding="utf-8")

    def measure(self, name: str, again: int) -> tuple[float, float]:
        """Return the CPU seconds of a command with an empty cache, and the least afterwards."""
        cache = self._folder / f"cache of {name}".replace(" ", "_").replace('"', "")
        first = self._run(name, cache)
        rest = [self._run(name, cache) for _ in range(again)]
        return round(first, 2), round(min(rest), 2)

    def _run(self, name: str, cache: Path) -> float:
        command = self._filled(COMMANDS[name])
        if name.startswith("screen"):
            for made in self._folder.glob("a*.*"):  # what the last run made
                made.unlink()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [self._python, "-m", "tidewaiter", *command],
            capture_output=True,
            check=False,
            cwd=self._folder,
            env={**os.environ, "TIDEWAITER_CACHE": str(cache)},
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        # The sample holds rows that cannot be read, so its screening ends with 1.
        assert done.returncode in {0, 1 if "screen" in name else 0}, done.stderr
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def _filled(self, command: tuple[str, ...]) -> list[str]:
        alert = ""
        if "{alert}" in command:
            first = (self._folder / "again.jsonl").read_text("utf-8").partition("\n")[0]
            alert = json.loads(first)["id"]
        lines = self._folder / "lines.csv"
        return [each.format(lines=lines, folder=self._folder, alert=alert) for each in command]


if __name__ == "__main__":
    main()
