"""Machine code is kept in our own cache, and runs where nothing can be written."""

import os
import subprocess
import sys
from pathlib import Path

from tidewaiter.base import compiled

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
import numba
print(numba.config.CACHE_DIR)
print(sum(mix_all.machine.stats.cache_hits.values()))
"""


def _run(cache: Path, *arguments: str) -> tuple[int, Path, int]:
    """Run a compiled function in a process of its own.

    Returns:
        Its answer, where its code is kept, and whether it was read from there.
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
    assert (place.parent, hits) == (tmp_path, 0)
    assert place.name.startswith("code-")
    assert list(place.rglob("hashing.mix_all-*.nbc"))
    assert _run(tmp_path) == (first, place, 1)


def test_code_of_a_cache_that_cannot_be_written_is_read_elsewhere(tmp_path: Path) -> None:
    """Code that a machine's keeper put there is used, though Numba reads only where it writes."""
    first, _, _ = _run(tmp_path / "kept")
    assert _run(tmp_path / "kept", str(tmp_path / "own")) == (first, tmp_path / "own", 1)


def test_a_cache_that_cannot_be_made_stops_nothing(tmp_path: Path) -> None:
    """The code is kept for the process alone, which removes it in the end."""
    (tmp_path / "file").write_text("no folder")
    first, place, hits = _run(tmp_path / "file" / "cache")
    assert hits == 0
    assert not place.is_relative_to(tmp_path / "file")
    assert not place.exists()
    assert first == _run(tmp_path / "other")[0]


def test_the_code_is_kept_for_the_sources_that_use_it() -> None:
    """Each module that marks a function lies in a folder whose sources make the key."""
    package = SRC / "tidewaiter"
    users = {
        path.parent.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if "from tidewaiter.base.compiled import" in path.read_text()
    }
    assert users <= set(compiled.USERS)


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
    (place / "compiling.lock").write_text("process 1 on a machine that is gone")
    for kept in place.rglob("*.nb?"):
        kept.unlink()
    _, again, hits = _run(tmp_path)
    assert (again, hits) == (place, 0)
    assert not (place / "compiling.lock").exists()
