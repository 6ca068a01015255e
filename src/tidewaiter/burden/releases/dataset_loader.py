"""Datasets loaded from a folder of releases and kept in memory: base months, nowcast, series."""

import csv
import hashlib
import io
import os
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.burden.events.declarations import base_months
from tidewaiter.burden.indicators import indicators, places
from tidewaiter.burden.monthly import Months, recovered_months
from tidewaiter.burden.nowcast import nowcast
from tidewaiter.burden.readers.formats import read_release
from tidewaiter.burden.releases.folder import load_releases
from tidewaiter.burden.types import Note, Release, parse_month

_ENOUGH = 36  # figures: a card needs two years before an event and one after
_NOWCAST = "cdc-vsrr"  # the source whose open windows can be estimated


class Series(Record, frozen=True, kw_only=True):
    """Months, and the release that they come from."""

    months: Months
    release: Release


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
        raise InputError("burden/no-release-kept", at=str(folder))
    return found


def figures_in(release: Release, place: str, indicator: str) -> int:
    """Count the months and windows of twelve that a release has of a place and an indicator."""
    wanted = (
        (pc.field("place") == place)
        & (pc.field("indicator") == indicator)
        & (pc.field("part") == "")
        & pc.field("months").isin([1, 12])
    )
    return len(release.reading.figures.filter(wanted))


class Shelf:
    """Releases to choose from; each is estimated once."""

    def __init__(self, releases: tuple[Release, ...]) -> None:
        self.releases = releases
        self._held: dict[str, pa.Table | None] = {}

    def newest(self, place: str, indicator: str) -> Release:
        """Return the release that came out last of those that hold three years of a series.

        Raises:
            InputError: None holds any of it.
        """
        held = {
            number: count
            for number, each in enumerate(self.releases)
            if (count := figures_in(each, place, indicator))
        }
        if not held:
            raise InputError("burden/no-release-with-figures", indicator=indicator, place=place)
        long = [number for number, count in held.items() if count >= _ENOUGH] or list(held)
        return self.releases[max(long, key=lambda at: self.releases[at].reading.released or 0)]

    def series(self, place: str, indicator: str, base: Path | None = None) -> Series:
        """Recover the months of a series.

        Raises:
            InputError: No release has it, or months cannot be recovered.
        """
        release = self.newest(place, indicator)
        counts = read_base(base, place, indicator) if base else _shipped(place, indicator)
        months = recovered_months(
            release.reading.figures, place, indicator, counts, self.estimates(release)
        )
        return Series(months=months, release=release)

    def estimates(self, release: Release) -> pa.Table | None:
        """Return the ESTIMATES of a release; None: its source is not estimated."""
        if release.sha256 not in self._held:
            known = release.reading.source == _NOWCAST
            earlier = [
                each.reading for each in self.releases if each.reading.source == _NOWCAST
            ]  # those that came out later are left out there
            self._held[release.sha256] = nowcast(release.reading, earlier) if known else None
        return self._held[release.sha256]


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
        (pc.field("place") == place)
        & (pc.field("indicator") == indicator)
        & (pc.field("months") == 1)
        & (pc.field("part") == "")
        & pc.field("value").is_valid()
    )
    if not len(found):
        raise InputError("burden/no-months", indicator=indicator, place=place, at=file.name)
    return dict(zip(found["last"].to_pylist(), found["value"].to_pylist(), strict=True))


def read_dose(file: Path, drug: str) -> dict[int, float]:
    """Read pounds by month: of a release that tells them in parts, their sum; or of a CSV file.

    Raises:
        InputError: It has none of this drug.
    """
    content = file.read_bytes()
    try:
        figures = read_release(content, file.name).figures
    except InputError:
        return _plain_months(content, file.name)
    found: dict[int, float] = {}
    for row in figures.filter(
        (pc.field("measure") == "pounds")
        & (pc.field("months") == 1)
        & (pc.field("indicator") == drug)
        & pc.field("value").is_valid()
    ).to_pylist():
        found[row["last"]] = found.get(row["last"], 0.0) + row["value"]
    if not found:
        raise InputError("burden/no-pounds-by-month", drug=drug, at=file.name)
    return found


def _plain_months(content: bytes, name: str) -> dict[int, float]:
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig", "replace")))
    next(rows, None)
    found = {}
    for number, cells in enumerate(rows, 2):
        try:
            found[parse_month(cells[0])] = float(cells[1])
        except (InputError, ValueError, IndexError):
            raise InputError(
                "burden/not-a-month-and-count", cells=",".join(cells), at=f"{name}, line {number}"
            ) from None
    return found


def _shipped(place: str, indicator: str) -> dict[int, float]:
    for each in base_months():
        if (each.place, each.indicator) == (place, indicator):
            first = parse_month(each.first)
            return {first + at: float(count) for at, count in enumerate(each.counts)}
    return {}


State = tuple[tuple[str, int, int], ...]
"""Of each file of a folder: its path, its size, and when it was written, in nanoseconds."""
_PLACES = 500
_MOST = 20_000  # files of which the state is told


class Choices(Record, frozen=True, kw_only=True):
    """Of what there are figures."""

    places: tuple[str, ...]  # those that have a name first; at most 500
    indicators: tuple[str, ...]
    labels: tuple[str, ...]  # of releases, the newest first
    sources: tuple[str, ...]


class Stock(Record, frozen=True, kw_only=True):
    """What a folder holds."""

    releases: tuple[Release, ...]
    skipped: tuple[Note, ...]
    choices: Choices


class ReleaseShelf:
    """Releases that are kept in memory for as long as the folder stays as it is."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder  # None: there is none
        self._state: State | None = None
        self._stock = Stock(releases=(), skipped=(), choices=choices_of(()))
        self._series = Shelf(())

    def stock(self) -> Stock:
        """Return the releases; a folder that is not there has none."""
        state = folder_state(self.folder)
        if self.folder is not None and state != self._state:
            loaded = load_releases(self.folder)
            self._stock = Stock(
                releases=loaded.releases,
                skipped=loaded.skipped,
                choices=choices_of(loaded.releases),
            )
            self._series = Shelf(loaded.releases)
            self._state = state
        return self._stock

    def series(self) -> Shelf:
        """Return the releases as what months are recovered from; each is estimated once."""
        self.stock()
        return self._series

    def estimates(self, release: Release) -> pa.Table | None:
        """Return the ESTIMATES of a release; None: its source is not estimated."""
        return self.series().estimates(release)


def folder_state(folder: Path | None) -> State:
    """Return what tells a folder from itself at another time."""
    if folder is None:
        return ()
    top = folder / "releases" if (folder / "releases").is_dir() else folder
    found: list[tuple[str, int, int]] = []
    for place, _, names in os.walk(top):
        for name in names:
            path = Path(place) / name
            if len(found) < _MOST and not name.startswith("."):
                told = path.stat()
                found.append((str(path), told.st_size, told.st_mtime_ns))
    return tuple(sorted(found))


def choices_of(releases: Sequence[Release]) -> Choices:
    """Return of what releases have figures that are told of no part alone."""
    found = [
        each.reading.figures.filter(pc.equal(each.reading.figures["part"], "")) for each in releases
    ]
    there = {code for table in found for code in _unique(table, "place")}
    named = [code for code in places() if code in there]
    others = sorted(there - set(named), key=lambda code: (len(code), code))
    keys = {key for table in found for key in _unique(table, "indicator")}
    known = [key for key in indicators() if key in keys]
    return Choices(
        places=tuple([*named, *others][:_PLACES]),
        indicators=(*known, *sorted(keys - set(known))),
        labels=tuple(dict.fromkeys(each.label for each in reversed(releases))),
        sources=tuple(dict.fromkeys(each.reading.source for each in releases)),
    )


def _unique(table: pa.Table, column: str) -> list[str]:
    found: list[str] = table[column].unique().to_pylist()
    return found
