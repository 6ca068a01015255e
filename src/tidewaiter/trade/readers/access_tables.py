"""Databases of Microsoft Access (.mdb, .accdb): each table, as mdbtools exports it.

No query, form or macro is run. The program works on a copy, in a process of its own.
"""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

from tidewaiter.base.documents import access
from tidewaiter.base.documents.access import DATABASE, LARGEST, NAMES, SECONDS, can_export
from tidewaiter.base.errors import InputError
from tidewaiter.trade.readers.grids import Grid, open_grids
from tidewaiter.trade.readers.heads import Row
from tidewaiter.trade.readers.held_folder import HeldFolder
from tidewaiter.trade.readers.table import Sheet
from tidewaiter.trade.types import ReadOptions

_BEGINS = (b"\0\1\0\0Standard Jet DB", b"\0\1\0\0Standard ACE DB")
_LONGEST = 64 << 20  # letters of a cell


def is_access(head: bytes) -> bool:
    """Return whether a file begins like a database of Access."""
    return head.startswith(_BEGINS)


def open_access(file: BinaryIO, name: str, options: ReadOptions) -> tuple[Sheet, ...]:
    """Open the tables of a database.

    Args:
        file: Seekable; it is copied, as the program opens a path.
        name: Name of the file, for errors.
        options: User settings.

    Raises:
        InputError: Damaged, encrypted, too large, or mdbtools is not installed.
    """
    if not can_export():
        raise InputError("trade/access-without-mdbtools", at=name)
    held = HeldFolder()
    error = InputError("trade/unpacked-too-large", largest=LARGEST >> 20, at=name)
    held.copy(file, DATABASE, LARGEST, error)
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(  # noqa: S603 - this program itself
            [sys.executable, "-m", access.__name__, str(held.path)],
            capture_output=True,
            timeout=4 * SECONDS,
            check=False,
        )
    if not (held.path / NAMES).exists():
        raise InputError("trade/database-damaged", at=name)
    titles: list[str] = json.loads((held.path / NAMES).read_text(encoding="utf-8"))
    grids = [
        Grid(title=title, rows=partial(_rows, held, held.path / str(at)), pointed=True)
        for at, title in enumerate(titles)
    ]
    return open_grids(grids, name, options)


def _rows(held: HeldFolder, path: Path) -> Iterator[Row]:
    del held  # the folder exists as long as its tables can be read
    csv.field_size_limit(_LONGEST)
    with path.open(encoding="utf-8", errors="replace", newline="") as lines:
        yield from (row for row in csv.reader(line.replace("\0", "") for line in lines) if any(row))
