"""Workbooks in Excel's binary formats (.xls, .xlsb).

The library (calamine, in Rust) holds a whole sheet in memory, empty cells included: two cells in
opposite corners would take gigabytes. So it runs in a process of its own with limited memory and
time, and writes each sheet to a file.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
from pyarrow import ipc

from tidewaiter.base.errors import InputError
from tidewaiter.base.sheets import conversion
from tidewaiter.base.sheets.conversion import NAMES, SECONDS
from tidewaiter.base.sheets.xml import damaged
from tidewaiter.trade.readers.grids import Grid, open_grids
from tidewaiter.trade.readers.heads import Row
from tidewaiter.trade.readers.held_folder import HeldFolder
from tidewaiter.trade.readers.table import Sheet
from tidewaiter.trade.types import ReadOptions

LARGEST = 256 << 20
"""Maximum size of a workbook, in bytes."""


def open_legacy(file: BinaryIO, name: str, options: ReadOptions) -> tuple[Sheet, ...]:
    """Open the sheets of a binary workbook.

    Args:
        file: Seekable.
        name: Name of the file, for errors.
        options: User settings.

    Raises:
        InputError: Damaged, encrypted, or too large.
    """
    held = HeldFolder()
    error = InputError("base/spreadsheet-too-large", size=LARGEST >> 20, at=name)
    held.copy(file, "workbook", LARGEST, error)
    place = held.path
    done = subprocess.run(  # noqa: S603 - this program itself
        [sys.executable, "-m", conversion.__name__, str(place)],
        capture_output=True,
        timeout=4 * SECONDS,
        check=False,
    )
    if done.returncode or not (place / NAMES).exists():
        raise damaged(name)
    titles: list[str] = json.loads((place / NAMES).read_text(encoding="utf-8"))
    grids = [
        Grid(title=title, rows=partial(_rows, held, place / str(at)), pointed=True)
        for at, title in enumerate(titles)
    ]
    return open_grids(grids, name, options)


def _rows(held: HeldFolder, path: Path) -> Iterator[Row]:
    del held  # the folder exists as long as its sheets can be read
    with pa.memory_map(str(path)) as file:
        opened = ipc.open_file(file)
        for at in range(opened.num_record_batches):
            columns = [column.to_pylist() for column in opened.get_batch(at).columns]
            yield from (row for row in zip(*columns, strict=True) if any(row))
