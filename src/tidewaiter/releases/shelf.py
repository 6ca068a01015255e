"""The releases of a folder in memory: read once, and again when a file came or went."""

import os
from pathlib import Path

import pyarrow as pa

from tidewaiter.base.records import Record
from tidewaiter.burden.types import Note, Release
from tidewaiter.releases.folder import load_releases

State = tuple[tuple[str, int, int], ...]
"""Of each file of a folder: its path, its size, and when it was written, in nanoseconds."""
_MOST = 20_000  # files of which the state is told


class Stock(Record, frozen=True, kw_only=True):
    """What a folder holds."""

    releases: tuple[Release, ...]
    skipped: tuple[Note, ...]


class Shelf:
    """Releases that are kept in memory for as long as the folder stays as it is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._state: State | None = None
        self._stock = Stock(releases=(), skipped=())
        self._estimates: dict[str, pa.Table | None] = {}

    def stock(self) -> Stock:
        """Return the releases; a folder that is not there has none."""
        state = folder_state(self.folder)
        if state != self._state:
            loaded = load_releases(self.folder)
            self._stock = Stock(releases=loaded.releases, skipped=loaded.skipped)
            self._estimates = {}
            self._state = state
        return self._stock

    def estimates(self, release: Release) -> pa.Table | None:
        """Return the ESTIMATES of a release; None: its source is not estimated."""
        if release.sha256 not in self._estimates:
            self._estimates[release.sha256] = None
        return self._estimates[release.sha256]


def folder_state(folder: Path) -> State:
    """Return what tells a folder from itself at another time."""
    top = folder / "releases" if (folder / "releases").is_dir() else folder
    found: list[tuple[str, int, int]] = []
    for place, _, names in os.walk(top):
        for name in names:
            path = Path(place) / name
            if len(found) < _MOST and not name.startswith("."):
                told = path.stat()
                found.append((str(path), told.st_size, told.st_mtime_ns))
    return tuple(sorted(found))
