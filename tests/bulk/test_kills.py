"""Processes that are killed at any moment, while outputs are written too, and full disks."""

import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.found import alerts

from tidewaiter.base.cache import cache_folder
from tidewaiter.store.audit import verify_audit
from tidewaiter.store.core.database import open_database

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

WriteSample = Callable[[Path, int], Path]
KILLED = Path(__file__).with_name("killed.py")
KILLS = int(os.environ.get("TIDEWAITER_SOAK", "2"))  # of each format
FORMATS = ["jsonl", "csv", "parquet", "database"]
SIZES = {"jsonl": (0, 100_000), "csv": (1_000,), "parquet": (100_000,), "database": (0, 400_000)}
FULL = [(kind, size) for kind, sizes in SIZES.items() for size in sizes]
TIME = re.compile(rb"[\d.,]+ ?(?:ms|s|seconds|min)\b")  # how long it took


def _arguments(manifest: Path, folder: Path, kind: str) -> list[str]:
    out = folder / f"alerts.{'jsonl' if kind == 'database' else kind}"
    told = ["screen", str(manifest), "--day", "2026-11-25", "--out", str(out)]
    kept = ["--db", str(folder / "cases.db")] if kind == "database" else []
    return [*told, "--report", str(folder / "report.html"), *kept]


def _run(number: int, arguments: list[str]) -> tuple[int, str]:
    command = [sys.executable, str(KILLED), str(number), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    return done.returncode, done.stderr


def _outputs(folder: Path) -> dict[str, bytes]:
    """Read what stands under a final name, without how long it took."""
    names = [path for path in folder.glob("[!.]*") if path.suffix in SUFFIXES]
    return {path.name: TIME.sub(b"", path.read_bytes()) for path in names}


SUFFIXES = {".jsonl", ".csv", ".parquet", ".html"}


def _stored(folder: Path) -> list[tuple[int, str]]:
    """Read what the database contains, if it exists."""
    if not (folder / "cases.db").exists():
        return []
    with open_database(folder / "cases.db") as database, database.work() as work:
        assert verify_audit(work).broken is None
        return sorted((alert.row, alert.id) for alert in alerts(work, rows=10_000))


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory, write_sample: WriteSample) -> Path:
    """Write the sample: 431 rows, one of them refused."""
    return write_sample(tmp_path_factory.mktemp("kills") / "manifest.csv", 1)


def _linked(source: str, target: str) -> None:
    try:
        Path(target).hardlink_to(source)
    except OSError:  # of another disk, or one without links
        shutil.copy2(source, target)


@pytest.fixture(scope="module", autouse=True)
def _own_cache(manifest: Path) -> Iterator[None]:
    """Compile what a screening needs, in a cache that no other version on this machine prunes.

    To compile while each call is watched, or while no file may be large, is not what is tested,
    and takes minutes on a machine under load.
    """
    own = manifest.with_name("cache")
    with suppress(OSError):  # none there yet, or another process drops a version just now
        shutil.copytree(cache_folder(), own, copy_function=_linked, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIDEWAITER_CACHE", str(own))
        command = [sys.executable, "-m", "tidewaiter", "screen", str(manifest)]
        subprocess.run(command, capture_output=True, check=False, cwd=manifest.parent)
        yield


@pytest.mark.parametrize("kind", FORMATS)
def test_a_killed_screening_is_finished_by_the_same_command(
    kind: str, manifest: Path, tmp_path: Path
) -> None:
    """Killed anywhere, again and again, it ends as undisturbed; no half file has a final name."""
    whole = tmp_path / "whole"
    code, talk = _run(0, _arguments(manifest, whole, kind))
    found = re.search(r"(\d+) calls", talk)
    assert code == 1 and found is not None, talk  # noqa: PT018
    want = _outputs(whole)
    assert len(want) == 3
    chance = random.Random(kind)
    kills, folder, rounds = 0, tmp_path / "0", 0
    while kills < KILLS or folder.exists():
        number = chance.randint(1, int(found[1])) if kills < KILLS else 0
        code, talk = _run(number, _arguments(manifest, folder, kind))
        got = _outputs(folder)
        assert got == {name: want[name] for name in got}, number
        if code == -signal.SIGKILL:
            kills += 1
            continue
        assert code == 1, talk
        assert _outputs(folder) == want
        assert _stored(folder) == _stored(whole)
        assert sorted(each.name for each in folder.iterdir()) == sorted(
            each.name for each in whole.iterdir()
        )
        rounds += 1
        folder = tmp_path / str(rounds)
    assert kills >= KILLS  # a machine short of memory may kill it too


def _small(size: int) -> Callable[[], None]:
    """Let no file of the next process be larger: a full disk that needs no rights."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@pytest.mark.parametrize(("kind", "size"), FULL)
def test_a_full_disk_is_told_and_overcome(
    kind: str, size: int, manifest: Path, tmp_path: Path
) -> None:
    """Wherever writing fails, the error says so, and the same command finishes later."""
    arguments = _arguments(manifest, tmp_path, kind)
    command = [sys.executable, "-m", "tidewaiter", *arguments]
    full = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=_small(size),
    )
    assert full.returncode == 2, full.stderr
    assert "Traceback" not in full.stderr
    assert f"error: {tmp_path}" in full.stderr
    assert "hint: " in full.stderr
    assert not list(tmp_path.glob(".*.part.*"))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert len(_outputs(tmp_path)) == 3
    assert "82 alerts" in done.stdout


def test_a_full_standard_output_is_told(manifest: Path) -> None:
    """Alerts that a full disk does not take are an error, and never a success."""
    command = [sys.executable, "-m", "tidewaiter", "screen", str(manifest), "--day", "2026-11-25"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            cwd=manifest.parent,
        )
    assert done.returncode == 2
    assert "standard output: No space left" in done.stderr
    assert "Traceback" not in done.stderr
