"""State: what tells that files and folders have changed, without reading them."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

_TOLD = (".toml", ".json", ".jsonl")  # of own lists, versions of lists, judgements, thresholds


def state_of(places: Iterable[Path]) -> str:
    """Hash the names, sizes and times of files, and of those that stand in folders.

    Args:
        places: Files, and folders of lists; what is not there counts as such.

    Returns:
        32 hexadecimal digits; the same as long as nothing is added, written or removed.
    """
    total = hashlib.sha256()
    for place in places:
        total.update(f"{place}\n".encode("utf-8", "surrogateescape"))
        for path in sorted(_files(place)):
            with suppress(FileNotFoundError):  # removed in the meantime
                said = path.stat()
                told = f"{path} {said.st_size} {said.st_mtime_ns} {said.st_ino}\n"
                total.update(told.encode("utf-8", "surrogateescape"))
    return total.hexdigest()[:32]


def _files(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
    for suffix in _TOLD:
        yield from (path for path in place.rglob(f"*{suffix}") if path.is_file())
