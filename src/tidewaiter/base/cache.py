"""The user's cache: what can be made again from the data files, kept to start fast."""

import atexit
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from importlib.resources.abc import Traversable
from pathlib import Path

from platformdirs import user_cache_path

_KEPT = 4  # versions of one thing


def cache_folder() -> Path:
    """Return the folder: TIDEWAITER_CACHE, or else the system's place for caches."""
    named = os.environ.get("TIDEWAITER_CACHE")
    return Path(named) if named else user_cache_path("tidewaiter")


def digest(files: Iterable[Traversable | Path], *more: str) -> str:
    """Hash the names and contents of files, and what else decides the result."""
    total = hashlib.sha256()
    for text in more:
        total.update(text.encode() + b"\0")
    for file in files:
        total.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()[:32]


def cached(kind: str, key: str, make: Callable[[Path], None]) -> Path:
    """Return the folder that `make` fills, made anew where it is not in the cache.

    Args:
        kind: What it is: the folder is called "kind-key".
        key: The digest of all that it is made from.
        make: Fills a folder; the folder is moved into place whole, or not at all.
    """
    folder = cache_folder()
    place = folder / f"{kind}-{key}"
    if place.is_dir():
        return place
    folder = writable(folder)
    place = folder / f"{kind}-{key}"
    work = Path(tempfile.mkdtemp(prefix=f".{kind}-", dir=folder))
    try:
        make(work)
        try:
            work.rename(place)
        except OSError:
            if not place.is_dir():  # another process was faster
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
    drop_old(folder, kind)
    return place


def writable(folder: Path) -> Path:
    """Return the folder, made; where that fails, one of this process alone."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        own = Path(tempfile.mkdtemp(prefix="tidewaiter-"))
        atexit.register(shutil.rmtree, own, ignore_errors=True)
        return own


def drop_old(folder: Path, kind: str) -> None:
    """Keep the newest versions of one thing."""
    found = sorted(folder.glob(f"{kind}-*"), key=lambda place: -place.stat().st_mtime)
    for place in found[_KEPT:]:
        shutil.rmtree(place, ignore_errors=True)
