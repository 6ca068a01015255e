"""Calls of C functions: declared in Python by a signature, checked, and made without the GIL.

A function marked `native` has annotations and a docstring in Python, and its body in C. It takes
numbers, NumPy arrays, and named tuples of these, nested as needed. Their layout in C is in
`records.h`, which `python -m tools.native_headers` writes from the same annotations; so C that does
not fit the signature does not compile, and an array of another type raises an error here instead of
reading foreign memory.
"""

import ctypes
import functools
from collections.abc import Callable, Iterator, Sequence
from functools import cache, cached_property
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np

from tidewaiter.native.layout import Array, Layout, Scalar, Struct, layouts_of
from tidewaiter.native.library import LIBRARY, is_current

F = TypeVar("F", bound=Callable[..., Any])

_RETURNS = {
    "void": None,
    "bool": ctypes.c_bool,
    "int64_t": ctypes.c_int64,
    "double": ctypes.c_double,
}
_MARKED: list["Native"] = []


class Native:
    """A function whose body is in C."""

    def __init__(self, function: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)
        self.function = function

    def __call__(self, *values: object) -> Any:
        """Run it; the caller keeps the arrays alive."""
        run, parameters = self._ready
        return run(*[each(value) for each, value in zip(parameters, values, strict=True)])

    @cached_property
    def name(self) -> str:
        """Its name in C."""
        return name_in_c(self.function)

    @cached_property
    def _ready(self) -> tuple[Callable[..., Any], list[Callable[[Any], Any]]]:
        parameters, returns = layouts_of(self.function)
        run = getattr(_library(), self.name)
        run.restype = _RETURNS[returns.name if returns else "void"]
        return run, [_passing(each, name) for name, each in parameters.items()]


def native(function: F) -> F:
    """Mark a function whose body is in C; without return value, or with a number."""
    made = Native(function)
    _MARKED.append(made)
    return cast("F", made)


def marked() -> tuple[Native, ...]:
    """Return the marked functions of all modules imported so far."""
    return tuple(_MARKED)


def name_in_c(function: Callable[..., Any]) -> str:
    """Return the name of a function in C: its module and its name."""
    return f"{function.__module__.rpartition('.')[2]}_{function.__name__.lstrip('_')}"


@cache
def _library() -> ctypes.CDLL:
    """Load the library.

    Raises:
        ImportError: It is missing, or was built from other files.
    """
    if not is_current():
        msg = "the C functions are missing or old; run: python -m tidewaiter.native.library"
        raise ImportError(msg)
    return ctypes.CDLL(str(Path(__file__).parent / LIBRARY))


def _passing(of: Layout, name: str) -> Callable[[Any], Any]:
    """Return what converts a value for C.

    The converter raises TypeError if an array has another type of items, or is not contiguous.
    """
    if isinstance(of, Scalar):
        return (
            ctypes.c_double
            if of.name == "double"
            else ctypes.c_int64
            if of.name == "int64_t"
            else ctypes.c_bool
        )
    pack = functools.partial(_pack, _words(of, name))
    return _Kept(pack) if isinstance(of, Struct) else pack


def _pack(words: Callable[[Any], Sequence[int]], value: Any) -> ctypes.Array[ctypes.c_int64]:
    flat = words(value)
    return (ctypes.c_int64 * len(flat))(*flat)


class _Kept:
    """What a named tuple is for C; that of the last one is kept, for many calls take the same.

    A named tuple never changes, and its arrays stay where they are as long as it refers to them.
    """

    def __init__(self, pack: Callable[[Any], ctypes.Array[ctypes.c_int64]]) -> None:
        self._pack = pack
        self._last: tuple[object, ctypes.Array[ctypes.c_int64]] | None = None

    def __call__(self, value: Any) -> ctypes.Array[ctypes.c_int64]:
        last = self._last  # once: other threads may replace it
        if last is None or last[0] is not value:
            self._last = last = (value, self._pack(value))
        return last[1]


def _words(of: Array | Struct, name: str) -> Callable[[Any], Sequence[int]]:
    """Return what lays a value out as words of eight bytes."""
    if isinstance(of, Array):
        return functools.partial(_array, of, name)
    leaves = tuple(_leaves(of, name))
    several = len(leaves) > 1
    parts_of = attrgetter(*(path.removeprefix(f"{name}.") for path, _ in leaves))

    def lay_out(value: Any) -> list[int]:
        found: list[int] = []
        parts = parts_of(value) if several else (parts_of(value),)
        for (path, leaf), part in zip(leaves, parts, strict=True):
            found += _array(leaf, path, part) if isinstance(leaf, Array) else _word(leaf, part)
        return found

    return lay_out


def _leaves(of: Layout, path: str) -> Iterator[tuple[str, Array | Scalar]]:
    """Yield the arrays and numbers of a layout, with their paths."""
    if isinstance(of, Struct):
        for field, each in of.fields:
            yield from _leaves(each, f"{path}.{field}")
    else:
        yield path, of


def _array(of: Array, name: str, value: Any) -> tuple[int, int, int]:
    dtype, shape = value.dtype, value.shape
    same = dtype is of.dtype or dtype == of.dtype  # the first is quicker, and nearly always so
    if not same or not value.flags.c_contiguous or len(shape) not in {1, 2}:
        msg = f"{name}: expected a contiguous array of {of.dtype}, not {dtype}, {shape}"
        raise TypeError(msg)
    return _address(value), shape[0], shape[1] if len(shape) > 1 else 1


def _address(value: Any) -> int:
    """Return where an array begins; its buffer tells in a quarter of the time of its interface."""
    try:
        return ctypes.addressof(ctypes.c_char.from_buffer(value))
    except (TypeError, ValueError):  # it is read-only, or empty
        return int(value.__array_interface__["data"][0])


def _word(of: Scalar, value: float) -> tuple[int]:
    return (int(np.float64(value).view(np.int64) if of.name == "double" else value),)
