"""The one place that meets Numba: mark a function to be compiled.

The scan reads every byte of every line, a hundred bytes in some two microseconds. Array
expressions of NumPy or Polars make a pass over memory for each step and an object for
each match; a compiled loop makes one pass and none.

The machine code is kept in the user's cache, in a folder for each version of this package's
sources: Numba itself looks at one source file alone, and would take old code of a function
that another file of ours changed.

A call between compiled functions passes each array as seven numbers, and each array of a
tuple apart; so what runs once a letter is inlined and takes single arrays, and tuples are
for what runs once a line or once a hit.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

from tidewaiter.base.cache import cache_folder, digest

_CODE = cache_folder() / f"code-{digest(sorted(Path(__file__).parent.glob('*.py')))}"
numba.config.CACHE_DIR = str(_CODE)  # type: ignore[attr-defined]

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile a function of numbers and arrays at its first call; it runs without the GIL."""
    return cast("F", numba.njit(cache=True, nogil=True)(function))


def inlined(function: F) -> F:
    """Write a small function out in each compiled caller: for what runs once a letter."""
    return cast("F", numba.njit(inline="always", nogil=True)(function))


def is_compiled() -> bool:
    """Tell whether this version's machine code is in the cache; making it takes a minute."""
    return any(_CODE.rglob("*.nbc"))
