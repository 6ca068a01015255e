"""What months and event cards are made from, as the options of commands name it."""

import csv
import hashlib
import io
from pathlib import Path

import click
import pyarrow.compute as pc

from tidewaiter.base.errors import InputError
from tidewaiter.burden.months import parse_month
from tidewaiter.burden.readers import read_release
from tidewaiter.burden.types import Release
from tidewaiter.releases.folder import load_releases
from tidewaiter.releases.material import SeriesShelf
from tidewaiter.releases.shelf import estimating_among

FILE: click.Path = click.Path(exists=True, dir_okay=False, path_type=Path)


def releases_of(file: Path | None, folder: Path) -> tuple[Release, ...]:
    """Return the releases to choose from: one file's, or those of an archive.

    Raises:
        InputError: There are none, or the file cannot be read.
    """
    if file:
        content = file.read_bytes()
        reading = read_release(content, file.name)
        sha256 = hashlib.sha256(content).hexdigest()
        return (Release(sha256=sha256, name=file.name, reading=reading),)
    found = load_releases(folder).releases
    if not found:
        raise InputError(
            "no release is kept there", at=str(folder), hint="name a file, or burden add it"
        )
    return found


def shelf_of(file: Path | None, folder: Path) -> SeriesShelf:
    """Return the releases to choose from, as what months are recovered from."""
    found = releases_of(file, folder)
    return SeriesShelf(found, estimating_among(found))


def read_base(file: Path, place: str, indicator: str) -> dict[int, float]:
    """Read months of a release that tells months, or of a CSV file of two columns.

    Raises:
        InputError: It has none of this place and indicator.
    """
    content = file.read_bytes()
    try:
        figures = read_release(content, file.name).figures
    except InputError:
        return _plain_months(content, file.name)
    found = figures.filter(
        (pc.field("place") == place) & (pc.field("indicator") == indicator)
        & (pc.field("months") == 1) & (pc.field("part") == "") & pc.field("value").is_valid()
    )  # fmt: skip
    if not len(found):
        raise InputError(
            f"it has no months of {indicator} in {place}", at=file.name,
            hint="give an export by month, or a CSV file with the columns month and value",
        )  # fmt: skip
    return dict(zip(found["last"].to_pylist(), found["value"].to_pylist(), strict=True))


def _plain_months(content: bytes, name: str) -> dict[int, float]:
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig", "replace")))
    next(rows, None)
    found = {}
    for number, cells in enumerate(rows, 2):
        try:
            found[parse_month(cells[0])] = float(cells[1])
        except (InputError, ValueError, IndexError):
            raise InputError(
                f'"{",".join(cells)}" is no month and count', at=f"{name}, line {number}",
                hint="write lines like 2014-02,426 below a line of titles",
            ) from None  # fmt: skip
    return found
