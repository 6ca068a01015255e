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


P = ParamSpec("P")
R = TypeVar("R")

_EACH = 64  # letters that a text counts for beside its own: what it takes in memory, and more


def remember(most: int, letters: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Remember the last answers, as `lru_cache` does, but those to long questions.

    Such a one is answered anew each time, so that no file fills the memory with what it asks.

    Args:
        most: Answers that are remembered.
        letters: Of all texts of a question together, each with 64 more.

    Returns:
        What makes a function remember; its arguments are texts, tuples of such, or what hashes.
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
