"""The waits of a user, each beside its target or a peer of the same run, in some three minutes.

Run ``make bench-quick``. It repeats the other benchmarks with fewer lines and rounds, and writes
nothing: start weighs more here than in theirs.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FIRST = {
    "screen, 400 lines": (8.0, 1.5),
    "identify": (0.3, 0.3),
    "law": (0.5, 0.5),
    "alerts list": (0.5, 0.5),
    "screen --help": (0.5, 0.5),
}
"""Targets in CPU seconds: with an empty cache, and afterwards."""

TIMES_BARE_READ = {"plain": 8, "parties": 12}
STRUCTURES = 1.5  # times as fast as a plain loop
ANSWERS = 20_000  # a CPU second


def figures(name: str, *options: str) -> Mapping[str, Any]:
    """Run a benchmark; return what it would write."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "figures.json"
        command = [sys.executable, "-m", f"benchmarks.{name}", *options, "--out", str(out)]
        done = subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
        if done.returncode:
            print(f"not measured: {name}", file=sys.stderr)
        found: Mapping[str, Any] = json.loads(out.read_text("utf-8")) if out.exists() else {}
        return found


def rows() -> Iterator[tuple[str, str, str]]:
    """Yield what was measured, the figure, and the target."""
    seconds = figures("first_minute", "--again", "1").get("cpu_seconds", {})
    for name, (first, again) in seconds.items():
        known = next((FIRST[each] for each in FIRST if name.startswith(each)), None)
        target = f"{known[0]} / {known[1]}" if known else ""
        yield f"{name}: first / again, CPU s", f"{first} / {again}", target
    kinds = ",".join(TIMES_BARE_READ)
    for row in figures("whole_path", "--lines", "20000", "--only", kinds).get("files", ()):
        target = f"at most {TIMES_BARE_READ[row['kind']]}"
        yield f"screen, 20,000 lines, {row['kind']}: times a bare read", str(row["ratio"]), target
    law = figures("law", "--molecules", "1000", "--products", "1000")
    if law:
        ratio = str(law["ratio_to_plain"])
        yield "law, 1,000 structures: times as fast as a plain loop", ratio, str(STRUCTURES)
        answers = f"{law['catalogue']['answers_per_cpu_second']:,}"
        yield "law, a catalogue: answers a CPU second", answers, f"{ANSWERS:,}"


def main() -> None:
    """Print the table."""
    for what, figure, target in rows():
        print(f"{what:64} {figure:>15}  {target}", flush=True)


if __name__ == "__main__":
    main()
