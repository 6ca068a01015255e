"""The one place that meets Numba: mark a function of numbers and arrays to be compiled.

The scan reads every byte of every line, a hundred bytes in some two microseconds, and the
matching of parties aligns two names in a few. Array expressions of NumPy or Polars make a
pass over memory for each step and an object for each match; a compiled loop makes one pass
and none.

The machine code is kept in the user's cache, in a folder for each version of each function. A
version is what the function and all that it calls are made of (bytecode, constants, layouts of
records), so an edit compiles anew what depends on it and nothing else. Numba itself looks at one
source file alone, and would run old code of a function whose callee another file of ours changed.
Where the cache cannot be written, the code is kept for this process alone.

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
    """A function in two versions, each of which calls the same version of the others."""

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
        if self._options.get("inline") != "always":  # one that is inlined has no code of its own
            function.__dict__["version"] = self.folder
            made._cache = _code_cache()(function)  # noqa: SLF001  # what `cache=True` does
            made.compile = _in_turn(made, self)
        return cast("Callable[..., Any]", made)

    @cached_property
    def plain(self) -> Callable[..., Any]:
        """The version that Python runs itself."""
        return _bound(self._function, "plain")

    @cached_property
    def name(self) -> str:
        """The module, without the package, and the function."""
        return f"{self._function.__module__.removeprefix('tidewaiter.')}.{self.__name__}"

    @cached_property
    def folder(self) -> str:
        """The name, and a digest of all that the code is made from, here and in what it calls."""
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
        """List the marked functions that it names."""
        return [value for value in self._globals().values() if isinstance(value, _Marked)]

    @cached_property
    def content(self) -> str:
        """The function itself, without its line numbers and docstring."""
        function = self._function
        code = function.__code__
        constants = [_describe(each) for each in code.co_consts if each != function.__doc__]
        used = {name: _describe(value) for name, value in self._globals().items()}
        kinds = [_describe_kind(kind) for kind in function.__annotations__.values()]
        parts = (self.name, self._options, code.co_code, code.co_names, code.co_varnames)
        return repr((*parts, constants, function.__defaults__, used, kinds))


def compiled(function: F) -> F:
    """Compile a function at its first call."""
    # An uncounted caller, which is what has it compiled, would pass its own choice on.
    return cast("F", _Marked(cast("FunctionType", function), _nrt=True))


def uncounted(function: F) -> F:
    """Compile a function that makes no array and returns none."""
    return cast("F", _Marked(cast("FunctionType", function), _nrt=False))


def inlined(function: F) -> F:
    """Write a small function out in each compiled caller: for what runs once a letter."""
    return cast("F", _Marked(cast("FunctionType", function), inline="always"))


def interpreted(function: F) -> F:
    """Return the version of a compiled function that needs no Numba, for a few lines."""
    return cast("F", cast("_Marked", function).plain)


def is_compiled(function: Callable[..., Any]) -> bool:
    """Tell whether the machine code of a marked function is in the cache."""
    marked = cast("_Marked", function)
    return any((_code_folder() / marked.folder).glob("*.nbc"))


def _describe(value: object) -> str:
    """Describe what a function finds under a global name, as far as its code depends on it.

    Raises:
        TypeError: Numba may take such a value for a constant, and nothing tells when it changes.
    """
    if isinstance(value, _Marked):
        return value.name  # its content is taken in by whoever asks for the version
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
    """Describe a type; of a record also its fields, in whose order the code finds them."""
    parts = [_describe_kind(part) for part in get_args(kind)]
    if isinstance(kind, type) and issubclass(kind, tuple):
        parts += [f"{name}: {_describe_kind(of)}" for name, of in kind.__annotations__.items()]
    return f"{kind!r} {parts}"


def _in_turn(made: Any, marked: _Marked) -> Callable[..., Any]:
    """Let a dispatcher of Numba load or compile while no other process does.

    It looks into the cache first, so whoever had to wait finds there what it waited for. Old
    versions go when a new one was made.
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


def _code_folder() -> Path:
    return cache_folder() / "code"


@cache
def _numba() -> Any:
    """Load Numba, here and not above: it takes as long as all the rest of a short answer."""
    import numba  # noqa: PLC0415

    return numba


class _Place:
    """Where Numba keeps the code of one function; its own cache calls this a locator."""

    def __init__(self, function: Callable[..., Any], path: str) -> None:
        self._py_file = path  # named in Numba's warnings
        self._folder = _kept_in() / function.__dict__["version"]
        kept = _code_folder() / self._folder.name
        if kept != self._folder and kept.is_dir():  # read only: Numba may have to add to it
            shutil.copytree(kept, self._folder, dirs_exist_ok=True)

    @classmethod
    def from_function(cls, function: Callable[..., Any], path: str) -> "_Place":
        """Return the place of a function, whose version it bears."""
        return cls(function, path)

    def ensure_cache_path(self) -> None:
        """Make the folder."""
        self._folder.mkdir(exist_ok=True)

    def get_cache_path(self) -> str:
        """Return the folder."""
        return str(self._folder)

    def get_source_stamp(self) -> str:
        """Return what changes with the code: nothing, as each version has its folder."""
        return ""

    def get_disambiguator(self) -> str:
        """Tell functions of one name in one folder apart: there are none."""
        return ""


@cache
def _code_cache() -> Any:
    """Return the class of Numba's caches, made to look in our places."""
    from numba.core.caching import CompileResultCacheImpl, FunctionCache  # noqa: PLC0415

    class Kept(CompileResultCacheImpl):  # type: ignore[misc]
        _locator_classes = (_Place,)

    class CodeCache(FunctionCache):  # type: ignore[misc]
        _impl_class = Kept

    return CodeCache


@cache
def _kept_in() -> Path:
    """Return the folder that machine code is read from and written to."""
    return writable(_code_folder())
