"""Releases from a folder: an archive, or published files."""

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
    """Content of a folder."""

    releases: tuple[Release, ...]  # by source and month, earliest first
    skipped: tuple[Note, ...]  # files that are unreadable or not releases


def releases_folder() -> Path:
    """Return the folder: TIDEWAITER_RELEASES, or the user data folder."""
    named = os.environ.get("TIDEWAITER_RELEASES")
    return Path(named) if named else user_data_path("tidewaiter") / "releases"


def load_releases(folder: Path, source: str = "") -> Loaded:
    """Load the releases of a folder.

    Args:
        folder: An archive, or any folder of published files.
        source: Only this source; "": all.

    Returns:
        The releases, and a note per file that is none. A missing folder is empty.

    Raises:
        StoreError: Unreadable archive metadata.
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
    """Read releases from published files and folders.

    Args:
        paths: Files and folders.
        source: Only this source; "": all.

    Returns:
        The distinct releases, and a note per file that is none.
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
    return Note.of(error, place=name)
