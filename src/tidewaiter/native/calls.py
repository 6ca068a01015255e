"""Calls of C functions: declared in Python by a signature, checked, and made without the GIL.

A function marked `native` has annotations and a docstring in Python, and its body in C. It takes
numbers, NumPy arrays, and named tuples of these, nested as needed. Their layout in C is in
`records.h`, which `python -m tools.native_headers` writes from the same annotations; so C that does
not fit the signature does not compile, and an array of another type raises an error here instead of
reading foreign memory.
"""

import ctypes
import functools
from collections.abc import Callable
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np

from tidewaiter.native.layout import Array, Layout, Scalar, layouts_of
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
    words = _words(of, name)

    def pass_on(value: Any) -> Any:
        flat = words(value)
        return (ctypes.c_int64 * len(flat))(*flat)

    return pass_on


def _words(of: Layout, name: str) -> Callable[[Any], tuple[int, ...]]:
    """Return what lays a value out as words of eight bytes."""
    if isinstance(of, Scalar):
        return _double if of.name == "double" else lambda value: (int(value),)
    if isinstance(of, Array):
        return functools.partial(_array, of, name)
    parts = tuple(_words(each, f"{name}.{field}") for field, each in of.fields)

    def lay_out(value: Any) -> tuple[int, ...]:
        return tuple(
            chain.from_iterable([part(each) for part, each in zip(parts, value, strict=True)])
        )

    return lay_out


def _array(of: Array, name: str, value: Any) -> tuple[int, ...]:
    if value.dtype != of.dtype or not value.flags.c_contiguous or value.ndim not in {1, 2}:
        msg = f"{name}: expected a contiguous array of {of.dtype}, not {value.dtype}, {value.shape}"
        raise TypeError(msg)
    shape = value.shape
    return value.__array_interface__["data"][0], shape[0], shape[1] if len(shape) > 1 else 1


def _double(value: float) -> tuple[int, ...]:
    return (int(np.float64(value).view(np.int64)),)
