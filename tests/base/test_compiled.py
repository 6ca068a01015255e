"""Machine code is kept in our own cache, and runs where nothing can be written."""

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType
from typing import Any

import pytest

from tidewaiter.base import compiled
from tidewaiter.identify import engine
from tidewaiter.parties import matching

SRC = Path(__file__).parents[2] / "src"
_RUN = """
import sys
from pathlib import Path
import numpy as np
from tidewaiter.base import compiled
from tidewaiter.identify.engine.hashing import mix_all
if len(sys.argv) > 1:
    compiled.writable = lambda folder: Path(sys.argv[1])
print(mix_all(np.array([3], np.uint64))[0])
print(mix_all.machine.stats.cache_path)
print(sum(mix_all.machine.stats.cache_hits.values()))
"""


def _run(cache: Path, *arguments: str) -> tuple[int, Path, int]:
    """Run a compiled function in a separate process.

    Returns:
        Its result, the path of its cached code, and whether the code was read from there.
    """
    away = {"NUMBA_CACHE_DIR", "TIDEWAITER_CACHE"}
    mine = {name: value for name, value in os.environ.items() if name not in away}
    done = subprocess.run(
        [sys.executable, "-c", _RUN, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={**mine, "TIDEWAITER_CACHE": str(cache), "PYTHONPATH": str(SRC)},
    )
    answer, place, hits = done.stdout.split()
    return int(answer), Path(place), int(hits)


def test_code_is_kept_in_our_cache(tmp_path: Path) -> None:
    """The second process reads what the first one compiled, in a folder of this version."""
    first, place, hits = _run(tmp_path)
    assert (place.parent, hits) == (tmp_path / "code", 0)
    assert place.name.startswith("identify.engine.hashing.mix_all-")
    assert list(place.glob("*.nbc"))
    assert _run(tmp_path) == (first, place, 1)


def test_code_of_a_cache_that_cannot_be_written_is_read_elsewhere(tmp_path: Path) -> None:
    """Code that a machine's keeper put there is used, though Numba reads only where it writes."""
    first, place, _ = _run(tmp_path / "kept")
    (tmp_path / "own").mkdir()
    there = tmp_path / "own" / place.name
    assert _run(tmp_path / "kept", str(tmp_path / "own")) == (first, there, 1)


def test_a_cache_that_cannot_be_made_stops_nothing(tmp_path: Path) -> None:
    """The code is kept for the process alone, which removes it in the end."""
    (tmp_path / "file").write_text("no folder")
    first, place, hits = _run(tmp_path / "file" / "cache")
    assert hits == 0
    assert not place.is_relative_to(tmp_path / "file")
    assert not place.exists()
    assert first == _run(tmp_path / "other")[0]


def _marked(package: ModuleType) -> Iterator[Any]:
    for module in walk_packages(package.__path__, f"{package.__name__}."):
        yield from vars(import_module(module.name)).values()


@pytest.mark.parametrize("package", [engine, matching], ids=lambda package: package.__name__)
def test_every_compiled_function_has_a_place_of_its_own(package: ModuleType) -> None:
    """They use only values with detectable changes, and no two share a name."""
    found = {id(each): each for each in _marked(package) if isinstance(each, compiled._Marked)}
    folders = {each.folder for each in found.values()}
    assert len(folders) == len(found) > 50


_LOW = """
from typing import NamedTuple
import numpy as np
from tidewaiter.base.compiled import compiled, inlined

STEP = 3

class Pair(NamedTuple):
    left: int
    right: int

@inlined
def step(number: int) -> int:
    return number + STEP

@compiled
def other(number: int) -> int:
    return number
"""
_HIGH = """
from low import Pair, step
from tidewaiter.base.compiled import compiled

@compiled
def twice(number: int, pair: Pair) -> int:
    '''Step twice.'''
    return step(step(number)) + pair.left

@compiled
def alone(number: int) -> int:
    return number - 1
"""


def _folders(low: str, high: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Run two modules, the second of which calls the first; name the folders of their code."""
    modules = {}
    for name, source in (("low", low), ("high", high)):
        modules[name] = ModuleType(name)
        monkeypatch.setitem(sys.modules, name, modules[name])
        exec(source, modules[name].__dict__)  # noqa: S102
    of = [*vars(modules["low"]).values(), *vars(modules["high"]).values()]
    return {each.name: each.folder for each in of if isinstance(each, compiled._Marked)}


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ("STEP = 3", "STEP = 4", {"low.step", "high.twice"}),
        ("number + STEP", "number - STEP", {"low.step", "high.twice"}),
        ("@inlined", "@compiled", {"low.step", "high.twice"}),
        ("left: int\n    right: int", "right: int\n    left: int", {"high.twice"}),
        ("step(step(number))", "step(number)", {"high.twice"}),
        ("number - 1", "number - 2", {"high.alone"}),
        ("return number\n", "return -number\n", {"low.other"}),
        ("Step twice.", "Step two times.", set()),
        ("\nSTEP", "\n\n# A comment.\nSTEP", set()),
    ],
)
def test_an_edit_touches_the_code_of_what_depends_on_it(
    before: str, after: str, changed: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of a caller in another file, and of nothing else."""
    assert before in _LOW + _HIGH
    first = _folders(_LOW, _HIGH, monkeypatch)
    low, high = _LOW.replace(before, after), _HIGH.replace(before, after)
    second = _folders(low, high, monkeypatch)
    assert {name for name in second if second[name] != first.get(name)} == changed


def test_what_cannot_be_described_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A global with undetectable changes is an error, rather than stale code."""
    with pytest.raises(TypeError):
        _folders(_LOW.replace("STEP = 3", "STEP = [3]"), _HIGH, monkeypatch)


_EDITED = """
import sys
sys.path.insert(0, sys.argv[1])
from high import alone, twice
from low import Pair
print(twice(1, Pair(0, 0)), alone(1), sum(alone.machine.stats.cache_hits.values()))
"""


def test_a_function_changed_in_another_file_is_compiled_anew(tmp_path: Path) -> None:
    """Its caller gives the new answer, others read their code from the cache; old versions go."""
    environment = {**os.environ, "TIDEWAITER_CACHE": str(tmp_path), "PYTHONPATH": str(SRC)}
    answers = []
    for step in range(3, 9):
        (tmp_path / "low.py").write_text(_LOW.replace("STEP = 3", f"STEP = {step}"))
        (tmp_path / "high.py").write_text(_HIGH)
        done = subprocess.run(
            [sys.executable, "-B", "-c", _EDITED, str(tmp_path)],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
        )
        answers.append(done.stdout.split())
    assert answers == [[str(1 + 2 * step), "0", str(int(step > 3))] for step in range(3, 9)]
    assert len(list((tmp_path / "code").glob("high.twice-*"))) == 4
    assert len(list((tmp_path / "code").glob("high.alone-*"))) == 1


_COUNTED = """
import sys
import numpy as np
from tidewaiter.identify.engine.hashing import mix_all, units_hash
mix_all(np.array([3], np.uint64))
units_hash(np.array([3, 4], np.uint32))
for function in (mix_all, units_hash):
    (code,) = function.machine.inspect_llvm().values()
    print("NRT_incref" in code or "NRT_Allocate" in code or "NRT_MemInfo" in code)
"""


def test_an_uncounted_function_counts_nothing(tmp_path: Path) -> None:
    """Where Numba no longer takes the option, searching would be half as fast, unseen."""
    done = subprocess.run(
        [sys.executable, "-c", _COUNTED],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TIDEWAITER_CACHE": str(tmp_path), "PYTHONPATH": str(SRC)},
    )
    assert done.stdout.split() == ["True", "False"]


_TOGETHER = """
import sys
import numpy as np
from tidewaiter.identify.engine.hashing import mix_all
machine = mix_all.machine
print("ready", flush=True)
sys.stdin.readline()
mix_all(np.array([3], np.uint64))
print(sum(machine.stats.cache_misses.values()))
"""


def test_of_processes_that_start_together_one_compiles(tmp_path: Path) -> None:
    """The others wait for what it makes: each would spend a core and a gigabyte on the same."""
    mine = {**os.environ, "TIDEWAITER_CACHE": str(tmp_path), "PYTHONPATH": str(SRC)}
    started = [
        subprocess.Popen(
            [sys.executable, "-c", _TOGETHER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=mine,
        )
        for _ in range(3)
    ]
    for each in started:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in started:
        assert each.stdin is not None
        each.stdin.write("\n")
        each.stdin.flush()
    compiled_by = [int(each.communicate(timeout=120)[0]) for each in started]
    assert sorted(compiled_by) == [0, 0, 1]


def test_a_process_that_was_killed_while_it_compiled_holds_nobody_up(tmp_path: Path) -> None:
    """The system drops its lock; the file that it leaves behind is none."""
    _, place, _ = _run(tmp_path)
    (place.parent / "compiling.lock").write_text("process 1 on a machine that is gone")
    for kept in place.rglob("*.nb?"):
        kept.unlink()
    _, again, hits = _run(tmp_path)
    assert (again, hits) == (place, 0)
    assert not (place.parent / "compiling.lock").exists()
