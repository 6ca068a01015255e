"""What an installation takes: disk of the packages, memory of an idle server, database per line.

``python -m benchmarks.footprint`` builds a wheel of this checkout and installs it in a new virtual
environment (it needs a package index), with and without bytecode; starts `tidewaiter serve` there
with an empty database and adds up the memory of its processes (PSS: a page that several share is
divided among them); and screens lines without a substance into a database, with three parties each
and the network of these parties.
"""

import argparse
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from socket import create_server

import psutil
from benchmarks.whole_path import count_network

from benchmarks import scale_made
from tidewaiter.parties.types import ListedParty, PartyName

ROOT = Path(__file__).parents[1]
DAY = "2026-11-25"
_BLOCK = 512  # bytes in which a file system counts
_NEVER = 1 << 60  # one line in so many is a hit
_SECONDS = 60.0  # for the start of a server on a busy machine
_MB = 1 << 20


def installed(folder: Path, *options: str) -> Path:
    """Install this checkout in a new virtual environment; return it."""
    wheels = folder / "wheels"
    pip = ["-m", "pip", "--quiet", "--disable-pip-version-check"]
    if not wheels.exists():
        build = [*pip, "wheel", "--no-deps", "--wheel-dir", str(wheels), str(ROOT)]
        subprocess.run([sys.executable, *build], check=True)
    place = folder / "-".join(["venv", *options])
    subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    command = [str(place / "bin" / "python"), *pip, "install", *options]
    subprocess.run([*command, *map(str, wheels.glob("*.whl"))], check=True)
    return place


def disk(place: Path) -> dict[str, float]:
    """Return the MB of each package of an environment, largest first, and of all."""
    (packages,) = place.glob("lib/python*/site-packages")
    sizes = {each.name: _disk(each) / _MB for each in packages.iterdir()}
    largest = dict(sorted(sizes.items(), key=lambda pair: -pair[1])[:12])
    return {"all": sum(sizes.values())} | largest


def _disk(place: Path) -> int:
    files = [place, *place.rglob("*")] if place.is_dir() else [place]
    return sum(file.lstat().st_blocks * _BLOCK for file in files)


def idle(place: Path, folder: Path) -> list[float]:
    """Return the PSS of each process of an idle server, in MB."""
    with create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    command = [str(place / "bin" / "tidewaiter"), "serve", "--db", "idle.db", "--port", port]
    with (folder / "serve.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, stderr=log, start_new_session=True)
    try:
        time.sleep(_SECONDS)
        process = psutil.Process(server.pid)
        family = [process, *process.children(recursive=True)]
        return [each.memory_full_info().pss / _MB for each in family]
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()


def stored(place: Path, folder: Path, lines: int) -> dict[str, float]:
    """Return the bytes a line of a database, in all and of each table and index."""
    manifest, database = folder / "lines.csv", folder / "lines.db"
    names = (PartyName(text="ORDINARY TRADING LTD", kind="primary"),)
    trader = ListedParty(id="1", kind="organisation", names=names)
    scale_made.HITS = scale_made.NAMED = _NEVER
    scale_made.write_manifest(manifest, [trader], lines)
    command = [str(place / "bin" / "tidewaiter"), "screen", str(manifest), "--day", DAY]
    command += ["--workers", "1", "--db", str(database), "--out", str(folder / "alerts.jsonl")]
    subprocess.run(command, check=False, cwd=folder, stdout=subprocess.DEVNULL)
    beside = [each.name for each in folder.iterdir() if each.name.startswith("lines.db-")]
    assert not beside, beside  # the journal is gone
    count_network(database)  # as a worker of serve does later
    with closing(sqlite3.connect(database)) as connection:
        count, alerts = connection.execute(
            "SELECT (SELECT count(*) FROM line), (SELECT count(*) FROM alert)"
        ).fetchone()
        assert count >= lines > 100 * alerts
        return {"all": database.stat().st_size / count} | dict(_tables(connection, count))


def _tables(connection: sqlite3.Connection, lines: int) -> Iterator[tuple[str, float]]:
    """Yield the bytes a line of the largest tables and indexes, where SQLite can tell."""
    query = "SELECT name, sum(pgsize) FROM dbstat GROUP BY 1 ORDER BY 2 DESC LIMIT 12"
    try:
        yield from ((name, size / lines) for name, size in connection.execute(query))
    except sqlite3.OperationalError:  # built without dbstat
        return


def main() -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=100_000)
    lines = parser.parse_args().lines
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        os.environ["TIDEWAITER_CACHE"] = str(folder / "cache")
        place = installed(folder)
        found = {
            "disk, MB": disk(place),
            "disk without bytecode, MB": disk(installed(folder, "--no-compile"))["all"],
            "idle server, MB a process": idle(place, folder),
            "database, bytes a line": stored(place, folder, lines),
        }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
