"""Caches: folders in the user's cache directory, and a bounded LRU cache in memory."""

import atexit
import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from functools import cache, lru_cache, wraps
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import ParamSpec, TypeVar

import msgspec
from platformdirs import user_cache_path

from tidewaiter.base.files import in_turn

PREBUILT = Path(__file__).parents[1] / "prebuilt"
"""Items that the installation made, as in the cache; see `identify.prebuilding`."""

_KEPT = 4  # versions kept of each item
_LONG = 3600  # seconds after which nothing is being made any more
_SIZES = "sizes.json"
_FOR_ALL = 0o755  # an installation and a shared cache are read by other users
_LOG = logging.getLogger("tidewaiter.cache")


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


def cached(kind: str, key: str, make: Callable[[Path], None], *, grows: bool = False) -> Path:
    """Return a cached folder; call `make` to fill it on a cache miss.

    Processes that miss the same item at once make it once: the others wait. An item with a file
    that is missing or cut short is made again.

    Args:
        kind: Kind of the item: the folder is called "kind-key".
        key: Digest of all inputs.
        make: Fills a folder, which is then moved into place atomically.
        grows: Its files change later, so that their sizes say nothing.
    """
    name = f"{kind}-{key}"
    is_there = Path.is_dir if grows else _is_whole
    for folder in (PREBUILT, cache_folder()):
        if is_there(folder / name):
            return folder / name
    folder = writable(cache_folder())
    place = folder / name
    with in_turn(place):
        if not is_there(place):
            shutil.rmtree(place, ignore_errors=True)
            _make_whole(place, make)
    drop_old(folder, kind)
    return place


def _make_whole(place: Path, make: Callable[[Path], None]) -> None:
    """Fill a folder beside its place, and move it there."""
    kind = place.name.partition("-")[0]
    work = Path(tempfile.mkdtemp(prefix=f".{kind}-", dir=place.parent))
    try:
        make(work)
        (work / _SIZES).write_bytes(msgspec.json.encode(_sizes(work)))
        work.chmod(_FOR_ALL)
        try:
            work.rename(place)
        except OSError:
            if not place.is_dir():  # else another process was faster, where locks have no effect
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _is_whole(place: Path) -> bool:
    """Return whether a folder holds what was put there: a full disk or a crash cuts files short."""
    try:
        known = msgspec.json.decode((place / _SIZES).read_bytes(), type=dict[str, int])
        return known == _sizes(place)
    except (OSError, ValueError):
        return False


def _sizes(place: Path) -> dict[str, int]:
    """Return the size of each file in a folder in bytes, by its path."""
    files = (Path(folder, name) for folder, _, names in os.walk(place) for name in names)
    return {
        str(file.relative_to(place)): file.stat().st_size for file in files if file.name != _SIZES
    }


@cache
def writable(folder: Path) -> Path:
    """Create a folder; if that fails, say so and return a temporary one for this process."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        _LOG.warning(
            "the cache folder %s is not writable (%s): what is compiled lasts for this run only; "
            "set TIDEWAITER_CACHE to a folder that you may write to",
            folder,
            error.strerror,
        )
        own = Path(tempfile.mkdtemp(prefix="tidewaiter-"))
        atexit.register(shutil.rmtree, own, ignore_errors=True)
        return own


def drop_old(folder: Path, kind: str) -> None:
    """Delete all but the newest versions of an item, and what killed processes left."""
    found = sorted(folder.glob(f"{kind}-*"), key=lambda place: -place.stat().st_mtime)
    found = [place for place in found if place.is_dir()]
    newest = max((place.stat().st_mtime for place in found), default=0)
    left = [place for place in folder.glob(f".{kind}-*") if place.stat().st_mtime < newest - _LONG]
    for place in (*found[_KEPT:], *left):
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
