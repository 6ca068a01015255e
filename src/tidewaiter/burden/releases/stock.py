"""The releases of a folder in memory: read once, and again when a file came or went."""

import os
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.records import Record
from tidewaiter.burden.facts import indicators, places
from tidewaiter.burden.types import Note, Release
from tidewaiter.releases.folder import load_releases
from tidewaiter.releases.shelf import Shelf

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
