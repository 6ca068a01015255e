"""Export of the tables of an Access database, run as a program with limited memory and time.

The database is read by mdbtools, which must be installed beside us: the libraries in Python read a
part of the format, and are not kept.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

if sys.platform == "linux":
    import resource

MEGABYTES = 1_024
"""Memory for the export of a table."""

SECONDS = 120
"""Processor time for the export of a table."""

LARGEST = 4 << 30
"""Maximum size of an exported table, in bytes."""

MOST = 500
"""Maximum tables that are exported."""

DATABASE = "database"
"""Name of the file that is exported."""

NAMES = "tables.json"
"""File with the names of all tables; each table is in a file named by its index."""

_TOOLS = ("mdb-tables", "mdb-export")


def can_export() -> bool:
    """Return whether mdbtools is installed."""
    return all(map(shutil.which, _TOOLS))


def export(place: Path) -> None:
    """Write each table of a database as CSV.

    Args:
        place: Folder with the database.

    Raises:
        CalledProcessError: The database is damaged.
    """
    lister, exporter = (str(shutil.which(tool)) for tool in _TOOLS)
    database = str(place / DATABASE)
    done = subprocess.run(  # noqa: S603
        [lister, "-1", "-t", "table", database], capture_output=True, check=True
    )
    titles = done.stdout.decode("utf-8", "replace").splitlines()
    for at, title in enumerate(titles[:MOST]):
        with (place / str(at)).open("wb") as out:
            options = ["-b", "strip", "-D", "%Y-%m-%d", "-T", "%Y-%m-%d %H:%M:%S"]
            subprocess.run(  # noqa: S603
                [exporter, *options, database, title], stdout=out, check=True
            )
    (place / NAMES).write_text(json.dumps(titles), encoding="utf-8")


if __name__ == "__main__":
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES << 20, MEGABYTES << 20))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, LARGEST))
    export(Path(sys.argv[1]))
