"""Releases from a folder: an archive of ours, or the files as they were published."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from platformdirs import user_data_path

from tidewaiter.base.errors import InputError, TidewaiterError
from tidewaiter.base.records import Record
from tidewaiter.burden.readers.formats import read_release
from tidewaiter.burden.releases.archive import ReleaseArchive, release_files
from tidewaiter.burden.types import Note, Release


class Loaded(Record, frozen=True, kw_only=True):
    """What a folder held."""

    releases: tuple[Release, ...]  # by source and month, the earliest first
    skipped: tuple[Note, ...]  # files that are no release, or could not be read


def releases_folder() -> Path:
    """Return the folder: TIDEWAITER_RELEASES, or else the system's place for a user's data."""
    named = os.environ.get("TIDEWAITER_RELEASES")
    return Path(named) if named else user_data_path("tidewaiter") / "releases"


def load_releases(folder: Path, source: str = "") -> Loaded:
    """Load the releases of a folder.

    Args:
        folder: An archive, or any folder of files as they were published.
        source: The one that is wanted; "": all.

    Returns:
        The releases, and a note for each file that is none. A folder that is not there is empty.

    Raises:
        StoreError: A word of the archive cannot be read.
    """
    if (folder / "releases").is_dir():
        return _from_archive(folder, source)
    return read_releases([folder], source) if folder.is_dir() else Loaded(releases=(), skipped=())


def _from_archive(folder: Path, source: str) -> Loaded:
    archive = ReleaseArchive(folder)
    releases, skipped = [], []
    for kept in archive.kept():
        if source in {"", kept.source}:
            try:
                releases.append(archive.load(kept))
            except TidewaiterError as error:
                skipped.append(_skipped(kept.name, error))
    return Loaded(releases=tuple(releases), skipped=tuple(skipped))


def read_releases(paths: Sequence[Path], source: str = "") -> Loaded:
    """Read releases from files as they were published, and from folders of them.

    Args:
        paths: Files and folders.
        source: The one that is wanted; "": all.

    Returns:
        The releases, each once, and a note for each file that is none.
    """
    found: dict[str, Release] = {}
    skipped = []
    for file in release_files(paths):
        if isinstance(file, InputError):
            skipped.append(_skipped(file.at, file))
            continue
        try:
            reading = read_release(file.content, file.name)
        except InputError as error:
            skipped.append(_skipped(file.name, error))
            continue
        if source in {"", reading.source}:
            sha256 = hashlib.sha256(file.content).hexdigest()
            found.setdefault(sha256, Release(sha256=sha256, name=file.name, reading=reading))
    ordered = sorted(
        found.values(),
        key=lambda each: (each.reading.source, each.reading.released or 0, each.name),
    )
    return Loaded(releases=tuple(ordered), skipped=tuple(skipped))


def _skipped(name: str, error: TidewaiterError) -> Note:
    return Note(place=name, value="", problem=error.message, hint=error.hint, kept=False)
