"""NumPy arrays on disk, one file each, mapped into memory and shared by processes."""

from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import numpy as np

T = TypeVar("T", bound=tuple[Any, ...])


def save_arrays(folder: Path, name: str, arrays: tuple[Any, ...]) -> None:
    """Save a named tuple of integer arrays, possibly nested."""
    for field, value in arrays._asdict().items():  # type: ignore[attr-defined]
        if isinstance(value, tuple):
            save_arrays(folder, f"{name}.{field}", value)
        else:
            np.save(folder / f"{name}.{field}.npy", value, allow_pickle=False)


def load_arrays(folder: Path, name: str, kind: type[T]) -> T:
    """Load arrays written by `save_arrays`, memory-mapped copy-on-write."""
    values: dict[str, Any] = {}
    for field, hint in get_type_hints(kind).items():
        if isinstance(hint, type) and issubclass(hint, tuple):
            values[field] = load_arrays(folder, f"{name}.{field}", hint)
        else:
            array = np.load(folder / f"{name}.{field}.npy", mmap_mode="c", allow_pickle=False)
            values[field] = int(array) if hint is int else np.asarray(array)
    return kind(**values)
