"""Numba integration: decorators that compile functions of numbers and arrays.

The scan reads every byte of every line, a hundred bytes in about two microseconds, and party
matching aligns two names in a few. NumPy or Polars expressions need a pass over memory for each
step and an object for each match; a compiled loop needs one pass and no objects.

The machine code is stored in the user's cache, in one folder per version of each function. The
version is a digest of the function and all that it calls (bytecode, constants, record layouts), so
an edit recompiles only what depends on it. Numba itself checks one source file only, and would run
stale code when a callee in another file changes. If the cache is not writable, the code is kept in
this process only.

Loading Numba and the code takes half a second, noticeable in an interactive command; so both are
loaded at the first call, and short inputs at the terminal run the same functions as plain Python,
about a thousand times slower per line, without Numba.

A call between compiled functions passes each array as seven numbers, and each array of a tuple
separately; so code that runs once per letter is inlined and takes single arrays, and tuples are for
code that runs once per line or per hit.

Numba counts references to each array, at every step that names one and for each array of a tuple:
in a search over dozens of arrays this dominates the running time. A function that neither creates
nor returns an array needs no counting; such a function is marked `uncounted`.

Processes that start together would all compile the same functions, each using a core and a gigabyte
of memory; so one compiles, and the others wait and load the result.
"""

import hashlib
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, TypeVar, cast, get_args

import numpy as np

from tidewaiter.base.cache import cache_folder, drop_old, writable
from tidewaiter.base.files import in_turn

F = TypeVar("F", bound=Callable[..., Any])


class _Marked:
    """A function in two versions, compiled and plain; each calls the same version of others."""

    def __init__(self, function: FunctionType, **options: Any) -> None:
        self._function = function
        self._options = {"nogil": True, **options}
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__

    def __call__(self, *values: object) -> object:
        """Run the compiled version."""
        return self.machine(*values)

    @cached_property
    def machine(self) -> Callable[..., Any]:
        """The compiled version; it runs without the GIL."""
        function = _bound(self._function, "machine")
        made = _numba().njit(**self._options)(function)
        if self._options.get("inline") != "always":  # inlined functions have no machine code
            function.__dict__["version"] = self.folder
            made._cache = _code_cache()(function)  # noqa: SLF001  # what `cache=True` does
            made.compile = _in_turn(made, self)
        return cast("Callable[..., Any]", made)

    @cached_property
    def plain(self) -> Callable[..., Any]:
        """The version that Python interprets."""
        return _bound(self._function, "plain")

    @cached_property
    def name(self) -> str:
        """Module name without the package, and function name."""
        return f"{self._function.__module__.removeprefix('tidewaiter.')}.{self.__name__}"

    @cached_property
    def folder(self) -> str:
        """Name plus a digest of all code it depends on, including callees."""
        reached, new = {self.name: self}, [self]
        while new:
            new = [each for one in new for each in one.calls() if each.name not in reached]
            reached.update({each.name: each for each in new})
        total = hashlib.sha256(np.__version__.encode())
        for _, each in sorted(reached.items()):
            total.update(each.content.encode() + b"\0")
        return f"{self.name}-{total.hexdigest()[:32]}"

    def _globals(self) -> dict[str, object]:
        names = set(self._function.__code__.co_names) & self._function.__globals__.keys()
        return {name: self._function.__globals__[name] for name in sorted(names)}

    def calls(self) -> list["_Marked"]:
        """List the marked functions that it calls."""
        return [value for value in self._globals().values() if isinstance(value, _Marked)]

    @cached_property
    def content(self) -> str:
        """The function's code, without line numbers and docstring."""
        function = self._function
        code = function.__code__
        constants = [_describe(each) for each in code.co_consts if each != function.__doc__]
        used = {name: _describe(value) for name, value in self._globals().items()}
        kinds = [_describe_kind(kind) for kind in function.__annotations__.values()]
        parts = (self.name, self._options, code.co_code, code.co_names, code.co_varnames)
        return repr((*parts, constants, function.__defaults__, used, kinds))


def compiled(function: F) -> F:
    """Compile a function at its first call."""
    # When an uncounted caller triggers the compilation, Numba would pass its options on.
    return cast("F", _Marked(cast("FunctionType", function), _nrt=True))


def uncounted(function: F) -> F:
    """Compile a function that neither creates nor returns an array."""
    return cast("F", _Marked(cast("FunctionType", function), _nrt=False))


def inlined(function: F) -> F:
    """Inline a small function into each compiled caller: for code that runs once per letter."""
    return cast("F", _Marked(cast("FunctionType", function), inline="always"))


def interpreted(function: F) -> F:
    """Return the plain Python version of a compiled function, for short inputs without Numba."""
    return cast("F", cast("_Marked", function).plain)


def is_compiled(function: Callable[..., Any]) -> bool:
    """Return whether the machine code of a marked function is in the cache."""
    marked = cast("_Marked", function)
    return any((_code_folder() / marked.folder).glob("*.nbc"))


def _describe(value: object) -> str:
    """Describe the value of a global name, as far as the compiled code depends on it.

    Raises:
        TypeError: Numba might treat the value as a constant, and changes would go unnoticed.
    """
    if isinstance(value, _Marked):
        return value.name  # its content is part of the caller's version already
    if isinstance(value, ModuleType):
        return value.__name__
    if isinstance(value, type):
        return _describe_kind(value)
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape} {value.tobytes().hex()}"
    if value is None or isinstance(value, (bool, int, float, str, np.generic, tuple)):
        return f"{type(value).__name__} {value!r}"
    msg = f"a compiled function uses {value!r}; base.compiled cannot tell when that changes"
    raise TypeError(msg)


def _describe_kind(kind: Any) -> str:
    """Describe a type; for a record, include its fields in their storage order."""
    parts = [_describe_kind(part) for part in get_args(kind)]
    if isinstance(kind, type) and issubclass(kind, tuple):
        parts += [f"{name}: {_describe_kind(of)}" for name, of in kind.__annotations__.items()]
    return f"{kind!r} {parts}"


def _in_turn(made: Any, marked: _Marked) -> Callable[..., Any]:
    """Let a Numba dispatcher load or compile under a lock shared by all processes.

    It checks the cache first, so a process that waited finds the result there. Old versions are
    deleted after a new one is compiled.
    """
    compile_ = made.compile

    def compile_in_turn(signature: Any) -> Any:
        with _TURN.taken():
            misses = sum(made.stats.cache_misses.values())
            code = compile_(signature)
            if sum(made.stats.cache_misses.values()) > misses:
                drop_old(_kept_in(), marked.name)
            return code

    return compile_in_turn


class _Turn:
    """Inter-process compile lock; re-entrant, because a compilation can start another."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._depth = 0

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Acquire the lock for the duration of the block."""
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
    """Return a function that calls the given version of every marked function it names."""
    names = {
        name: getattr(value, version) if isinstance(value, _Marked) else value
        for name, value in function.__globals__.items()
        if name in function.__code__.co_names or name.startswith("__")
    }
    return FunctionType(function.__code__, names, function.__name__, function.__defaults__)


def _code_folder() -> Path:
    return cache_folder() / "code"


@cache
def _numba() -> Any:
    """Import Numba lazily: it takes as long as all the rest of a short answer."""
    import numba  # noqa: PLC0415

    return numba


class _Place:
    """Cache location of one function; Numba calls this a locator."""

    def __init__(self, function: Callable[..., Any], path: str) -> None:
        self._py_file = path  # for Numba's warnings
        self._folder = _kept_in() / function.__dict__["version"]
        kept = _code_folder() / self._folder.name
        if kept != self._folder and kept.is_dir():  # read-only: Numba may have to write to it
            shutil.copytree(kept, self._folder, dirs_exist_ok=True)

    @classmethod
    def from_function(cls, function: Callable[..., Any], path: str) -> "_Place":
        """Return the location of a function; the path contains its version."""
        return cls(function, path)

    def ensure_cache_path(self) -> None:
        """Create the folder."""
        self._folder.mkdir(exist_ok=True)

    def get_cache_path(self) -> str:
        """Return the folder."""
        return str(self._folder)

    def get_source_stamp(self) -> str:
        """Return a constant stamp, because each version has its own folder."""
        return ""

    def get_disambiguator(self) -> str:
        """Return an empty suffix: no two functions in a folder have the same name."""
        return ""


@cache
def _code_cache() -> Any:
    """Return Numba's cache class, configured with our locator."""
    from numba.core.caching import CompileResultCacheImpl, FunctionCache  # noqa: PLC0415

    class Kept(CompileResultCacheImpl):
        _locator_classes: list[type[object]] = [_Place]  # noqa: RUF012 - as its base has it

    class CodeCache(FunctionCache):
        _impl_class = Kept

    return CodeCache


@cache
def _kept_in() -> Path:
    """Return the folder for reading and writing machine code."""
    return writable(_code_folder())
