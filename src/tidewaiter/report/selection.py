"""Inspection lists: a CSV file for officers to fill in, and a JSON record of its settings."""

import csv
import io
import os
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import cast, get_args

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import replacing
from tidewaiter.base.safe_text import neutralise, restore
from tidewaiter.casework.selection.types import Arm, Chosen, Selection
from tidewaiter.casework.selection.yields import INSPECTED, Listed
from tidewaiter.report.alerts.exports import CsvTable

COLUMNS = (
    "lane",
    "arm",
    "why",
    "consignment",
    "seq",
    "file",
    "row",
    "score",
    "chance",
    "alert",
    "draw",
    "key",
    "outcome",
    "day",
    "by",
    "note",
)
"""Columns of the list; inspectors fill in the last four."""

_NEEDED = ("arm", "draw", "key", "alert", "outcome", "day")
_FOR_ONE = 0o600


class Row(Listed, frozen=True, kw_only=True):
    """A line of a list that was read back."""

    draw: str


def write_list(path: Path, chosen: Iterable[Chosen], told: Selection) -> None:
    """Write a list, and next to it a .json file with its settings.

    Both files are private to the user: an inspection known in advance surprises nobody.
    """
    with replacing(path, str(os.getpid()), mode=_FOR_ONE) as part, part.open("wb") as file:
        table = CsvTable(file, COLUMNS)
        table.rows(_cells(each) for each in chosen)
    with replacing(record_of(path), str(os.getpid()), mode=_FOR_ONE) as part:
        part.write_bytes(msgspec.json.format(msgspec.json.encode(told)) + b"\n")


def record_of(path: Path) -> Path:
    """Return the path of the settings record of a list."""
    return path.with_suffix(".json")


def read_list(path: Path) -> Iterator[Row]:
    """Read a list, filled in or not; lines not selected for inspection are skipped.

    Raises:
        InputError: The file is not such a list, or a filled-in cell cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("report/list-not-utf-8", at=str(path)) from error
    rows = csv.DictReader(io.StringIO(text, newline=""))
    missing = [name for name in _NEEDED if name not in (rows.fieldnames or ())]
    if missing:
        raise InputError("report/no-column", missing=missing[0], at=str(path))
    for number, cells in enumerate(rows, start=1):
        if cells["arm"]:
            yield _row({name: restore(cells[name] or "") for name in _NEEDED}, path, number)


def _row(cells: dict[str, str], path: Path, number: int) -> Row:
    outcome, place = cells["outcome"].strip(), f"{path}, row {number}"
    if cells["arm"] not in get_args(Arm):
        raise InputError("report/not-an-arm", arm=cells["arm"], at=place)
    if outcome and outcome not in INSPECTED:
        raise InputError(
            "report/not-an-outcome", outcome=outcome, inspected=", ".join(INSPECTED), at=place
        )
    day = cells["day"].strip()
    try:
        when = date.fromisoformat(day) if day else None
    except ValueError as error:
        raise InputError("report/not-a-day", day=day, at=place) from error
    return Row(
        key=cells["key"],
        arm=cast("Arm", cells["arm"]),
        alert=cells["alert"],
        outcome=outcome,
        day=when,
        draw=cells["draw"],
    )


def _cells(each: Chosen) -> list[str]:
    line = each.candidate
    chance = "" if line.chance is None else f"{line.chance:.3f}"
    told = (
        each.lane,
        each.arm or "",
        each.why,
        line.consignment,
        str(line.seq),
        line.file,
        str(line.row),
        str(line.score),
        chance,
        line.alert,
        each.draw,
        line.key,
    )
    return [*map(neutralise, told), "", "", "", ""]
