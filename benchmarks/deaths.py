"""A year of death records, coded and counted: processor time and memory.

``python -m benchmarks.deaths --lines 3400000`` makes a year in the layout of 2022 in a temporary
folder (fixed seed, lines of 490 bytes and a line end), runs ``tidewaiter burden code`` on it plain
and as .zip, and ``tidewaiter burden leading``, checks every count against those that were kept
while the records were made, and writes ``docs/benchmarks/deaths.json``.
"""

import argparse
import csv
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from benchmarks.deaths_made import Made, made_years
from benchmarks.evaluation import ROOT

OUT = ROOT / "docs" / "benchmarks" / "deaths.json"
LINES = 3_400_000
COMMAND = (sys.executable, "-m", "tidewaiter", "burden")
CPU_SECONDS, MEGABYTES = 30, 1000  # what is wanted


def main() -> None:
    """Measure, check, print and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--lines", type=int, default=LINES)
    lines: int = options.parse_args().lines
    with tempfile.TemporaryDirectory() as folder:
        made, path = Made(), Path(folder) / "VS22MORT.dat"
        with path.open("wb") as file:
            for piece in made_years(lines, made):
                file.write(piece)
        packed = path.with_suffix(".zip")
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(path, path.name)
        code = coded(path, made)
        found = {
            "lines": lines,
            "file_megabytes": round(path.stat().st_size / 1e6),
            "code": code,
            "code_zip": coded(packed, made),
            "leading": ranked(path, made),
        }
    OUT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=2))
    assert code["cpu_seconds"] < CPU_SECONDS
    assert code["peak_megabytes"] < MEGABYTES


def coded(path: Path, made: Made) -> dict[str, float]:
    """Code and count a file by month, sex and age; each indicator has the count that was made."""
    said, measured = run("code", str(path), "--by", "month", "--by", "sex", "--by", "age")
    sums: dict[tuple[str, str], int] = {}
    for row in csv.DictReader(io.StringIO(said)):
        key = row["indicator"], row["basis"]
        sums[key] = sums.get(key, 0) + int(row["deaths"])
    assert all(sums[key] == deaths for key, deaths in made.counts.items())
    return measured


def ranked(path: Path, made: Made) -> dict[str, float]:
    """Rank the causes; the carved-out deaths are those generated."""
    said, measured = run("leading", str(path), "--carve", "T40.4", "--json")
    taken = sum(each["deaths"] for each in json.loads(said)["taken"])
    assert taken == made.counts["T40.4", "residence"]
    return measured


def run(*arguments: str) -> tuple[str, dict[str, float]]:
    """Run a command in a separate process; return its output and its resource usage."""
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen((*COMMAND, *arguments), stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        out.seek(0)
        return out.read().decode(), _measured(usage)


def _measured(usage: resource.struct_rusage) -> dict[str, float]:
    return {
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_megabytes": round(usage.ru_maxrss * 1024 / 1e6),
    }


if __name__ == "__main__":
    main()
