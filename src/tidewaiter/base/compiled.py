"""The one place that meets Numba: mark a function of numbers and arrays to be compiled.

The scan reads every byte of every line, a hundred bytes in some two microseconds, and the
matching of parties aligns two names in a few. Array expressions of NumPy or Polars make a
pass over memory for each step and an object for each match; a compiled loop makes one pass
and none.

The machine code is kept in the user's cache, in a folder for each version of this package's
sources: Numba itself looks at one source file alone, and would take old code of a function
that another file of ours changed. Where the cache cannot be written, it is kept for this process
alone.

Loading Numba and the code takes half a second, as long as a person waits gladly; so both are
loaded at the first call, and the few lines of a question at the terminal are read by the
same functions as plain Python, some thousand times slower, without them.

A call between compiled functions passes each array as seven numbers, and each array of a
tuple apart; so what runs once a letter is inlined and takes single arrays, and tuples are
for what runs once a line or once a hit.

Numba counts who holds each array, at every step that names one and for each array of a tuple:
in a search with dozens of arrays at hand that is most of what it does. A function that makes
no array and returns none needs no count; such a one is `uncounted`.

Processes that start together would each compile the same functions, a core and a gigabyte of memory
each; so one compiles, and the others wait and load what it has made.
"""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from pathlib import Path
from types import FunctionType
from typing import Any, TypeVar, cast

from tidewaiter.base.cache import cache_folder, digest, writable
from tidewaiter.base.files import in_turn

F = TypeVar("F", bound=Callable[..., Any])

USERS = ("identify/engine", "parties/matching", "parties/matching/kernels")
"""Folders whose modules mark functions: the code is kept for one state of these sources."""


class _Marked:
    """A function in two versions, each of which calls the same version of the others."""

    def __init__(self, function: FunctionType, **options: Any) -> None:
        self._function = function
        self._options = options
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__

    def __call__(self, *values: object) -> object:
        """Run the compiled version."""
        return self.machine(*values)

    @cached_property
    def machine(self) -> Callable[..., Any]:
        """The compiled version; it runs without the GIL."""
        function = _bound(self._function, "machine")
        made = _numba().njit(nogil=True, **self._options)(function)
        if self._options.get("cache"):
            made.compile = _in_turn(made.compile)
        return cast("Callable[..., Any]", made)

    @cached_property
    def plain(self) -> Callable[..., Any]:
        """The version that Python runs itself."""
        return _bound(self._function, "plain")


def compiled(function: F) -> F:
    """Compile a function at its first call."""
    # An uncounted caller, which is what has it compiled, would pass its own choice on.
    return cast("F", _Marked(cast("FunctionType", function), cache=True, _nrt=True))


def uncounted(function: F) -> F:
    """Compile a function that makes no array and returns none."""
    return cast("F", _Marked(cast("FunctionType", function), cache=True, _nrt=False))


def inlined(function: F) -> F:
    """Write a small function out in each compiled caller: for what runs once a letter."""
    return cast("F", _Marked(cast("FunctionType", function), inline="always"))


def interpreted(function: F) -> F:
    """Return the version of a compiled function that needs no Numba, for a few lines."""
    return cast("F", cast("_Marked", function).plain)


def is_compiled(name: str) -> bool:
    """Tell whether a function's machine code is in the cache ("scan._scan_blocks")."""
    return any(_code_folder().rglob(f"{name}-*.nbc"))


def _in_turn(compile_: Callable[..., Any]) -> Callable[..., Any]:
    """Let a dispatcher of Numba load or compile while no other process does.

    It looks into the cache first, so whoever had to wait finds there what it waited for.
    """

    def compile_in_turn(signature: Any) -> Any:
        with _TURN.taken():
            return compile_(signature)

    return compile_in_turn


class _Turn:
    """The right to compile, of one process at a time; a compilation may begin another one."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._depth = 0

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for it, and keep it meanwhile."""
        with self._lock:
            if self._depth:
                yield
                return
            self._depth += 1
            try:
                with in_turn(_kept_in() / "compiling"):
                    yield
            finally:
                self._depth -= 1


_TURN = _Turn()


def _bound(function: FunctionType, version: str) -> FunctionType:
    """Return a function that calls one version of each marked function it names."""
    names = {
        name: getattr(value, version) if isinstance(value, _Marked) else value
        for name, value in function.__globals__.items()
        if name in function.__code__.co_names or name.startswith("__")
    }
    return FunctionType(function.__code__, names, function.__name__, function.__defaults__)


@cache
def _code_folder() -> Path:
    package = Path(__file__).parents[1]
    users = (source for user in USERS for source in sorted((package / user).glob("*.py")))
    return cache_folder() / f"code-{digest((Path(__file__), *users))}"


@cache
def _numba() -> Any:
    """Load Numba, here and not above: it takes as long as all the rest of a short answer."""
    import numba  # noqa: PLC0415

    numba.config.CACHE_DIR = str(_kept_in())  # type: ignore[attr-defined]
    return numba


@cache
def _kept_in() -> Path:
    """Return the folder that machine code is read from and written to."""
    kept = _code_folder()
    folder = writable(kept)
    if folder != kept and kept.is_dir():
        shutil.copytree(kept, folder, dirs_exist_ok=True)  # Numba reads only where it can write
    return folder
