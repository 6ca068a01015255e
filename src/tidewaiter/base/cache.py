"""Caches: folders in the user's cache directory, and a bounded LRU cache in memory."""

import atexit
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from functools import lru_cache, wraps
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import ParamSpec, TypeVar

from platformdirs import user_cache_path

_KEPT = 4  # versions kept of each item


def cache_folder() -> Path:
    """Return the cache folder: TIDEWAITER_CACHE, or else the system's cache directory."""
    named = os.environ.get("TIDEWAITER_CACHE")
    return Path(named) if named else user_cache_path("tidewaiter")


def digest(files: Iterable[Traversable | Path], *more: str) -> str:
    """Hash the names and contents of files, and other inputs that determine the result."""
    total = hashlib.sha256()
    for text in more:
        total.update(text.encode() + b"\0")
    for file in files:
        total.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()[:32]


def cached(kind: str, key: str, make: Callable[[Path], None]) -> Path:
    """Return a cached folder; call `make` to fill it on a cache miss.

    Args:
        kind: Kind of the item: the folder is called "kind-key".
        key: Digest of all inputs.
        make: Fills a folder, which is then moved into place atomically.
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
            if not place.is_dir():  # otherwise another process was faster
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
    drop_old(folder, kind)
    return place


def writable(folder: Path) -> Path:
    """Create a folder; if that fails, return a temporary one for this process."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        own = Path(tempfile.mkdtemp(prefix="tidewaiter-"))
        atexit.register(shutil.rmtree, own, ignore_errors=True)
        return own


def drop_old(folder: Path, kind: str) -> None:
    """Delete all but the newest versions of an item."""
    found = sorted(folder.glob(f"{kind}-*"), key=lambda place: -place.stat().st_mtime)
    for place in found[_KEPT:]:
        shutil.rmtree(place, ignore_errors=True)


P = ParamSpec("P")
R = TypeVar("R")

_EACH = 64  # characters added per text: approximate overhead of an entry in memory


def remember(most: int, letters: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Cache recent results, like `lru_cache`, but skip calls with long arguments.

    Long arguments are recomputed each time, so that no input file can fill the memory.

    Args:
        most: Maximum number of entries.
        letters: Maximum characters of all text arguments of a call, plus 64 for each.

    Returns:
        A decorator; arguments must be texts, tuples of texts, or hashable values.
    """

    def made(function: Callable[P, R]) -> Callable[P, R]:
        kept = lru_cache(maxsize=most)(function)

        @wraps(function)
        def asked(*args: P.args, **named: P.kwargs) -> R:
            if _letters((args, *named.values())) > letters:
                return function(*args, **named)
            return kept(*args, **named)  # type: ignore[arg-type]

        return asked

    return made


def _letters(question: object) -> int:
    if isinstance(question, str):
        return len(question) + _EACH
    if isinstance(question, tuple):
        return sum(map(_letters, question))
    return 0
