"""Real processes that are stopped in the middle."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")

WriteSample = Callable[[Path, int], Path]
COMMAND = (sys.executable, "-m", "tidewaiter", "screen", "--day", "2026-11-25")
LIMIT = 180.0  # seconds; a busy machine takes long to start


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory, write_sample: WriteSample) -> Path:
    """Write a file of 56,030 rows: four batches."""
    return write_sample(tmp_path_factory.mktemp("long") / "long.csv", 130)


def _command(path: Path, folder: Path, workers: int) -> list[str]:
    out = ["--out", str(folder / "alerts.jsonl"), "--workers", str(workers)]
    return [*COMMAND, str(path), *out]


def _output(folder: Path, name: str) -> list[str]:
    return (folder / name).read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def undisturbed(long: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Screen the file without a stop."""
    folder = tmp_path_factory.mktemp("undisturbed")
    done = subprocess.run(_command(long, folder, 1), capture_output=True, check=False)
    assert done.returncode == 1, done.stderr
    return folder


def _stop(
    path: Path, folder: Path, workers: int, number: signal.Signals, *, again: float | None = None
) -> tuple[int, str]:
    """Start a screening and send a signal to all its processes once a step is done.

    Where `again` is given, the signal is sent once more after so many seconds.
    """
    journal = folder / "alerts.jsonl.journal"
    with subprocess.Popen(
        _command(path, folder, workers),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        end = time.monotonic() + LIMIT
        while not (journal.exists() and b'\n{"done":' in journal.read_bytes()):
            assert process.poll() is None, "it ended before it could be stopped"
            assert time.monotonic() < end, "no step was done"
            time.sleep(0.005)
        os.killpg(process.pid, number)
        if again is not None:
            time.sleep(again)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)
        _, talk = process.communicate(timeout=LIMIT)
    return process.returncode, talk


@pytest.fixture(scope="module", params=[1, 2], ids=["one-process", "two-processes"])
def taken_up(
    request: pytest.FixtureRequest, long: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Kill a screening after its first step, and start the same command again."""
    folder = tmp_path_factory.mktemp("killed")
    code, _ = _stop(long, folder, request.param, signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert not (folder / "alerts.jsonl").exists()
    again = subprocess.run(_command(long, folder, 1), capture_output=True, check=False)
    assert again.returncode == 1, again.stderr
    return folder


def test_a_killed_screening_gives_the_alerts_of_an_undisturbed_one(
    taken_up: Path, undisturbed: Path
) -> None:
    """The file of alerts is the same to the byte, and no journal is left."""
    assert _output(taken_up, "alerts.jsonl") == _output(undisturbed, "alerts.jsonl")
    assert not list(taken_up.glob("*.journal"))


def test_a_killed_screening_gives_the_refusals_of_an_undisturbed_one(
    taken_up: Path, undisturbed: Path
) -> None:
    """Each unreadable row is reported once."""
    got, want = _output(taken_up, "refused.csv"), _output(undisturbed, "refused.csv")
    assert sorted(got) == sorted(want)


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_says_how_to_go_on(
    workers: int, long: Path, tmp_path: Path, undisturbed: Path
) -> None:
    """It exits 130 without a traceback, and the same command finishes the work."""
    code, talk = _stop(long, tmp_path, workers, signal.SIGINT)
    assert code == 130, talk
    assert "run the same command again to resume" in talk
    assert "Traceback" not in talk
    again = subprocess.run(_command(long, tmp_path, 1), capture_output=True, check=False)
    assert again.returncode == 1
    assert _output(tmp_path, "alerts.jsonl") == _output(undisturbed, "alerts.jsonl")


@pytest.mark.parametrize(("pause", "workers"), [(0.0, 1), (0.1, 2)])
def test_ctrl_c_twice_ends_at_once(
    pause: float, workers: int, long: Path, tmp_path: Path, undisturbed: Path
) -> None:
    """The second one waits for nothing, leaves no traceback, and loses nothing."""
    code, talk = _stop(long, tmp_path, workers, signal.SIGINT, again=pause)
    assert code in {130, -signal.SIGINT}
    assert "Traceback" not in talk
    again = subprocess.run(_command(long, tmp_path, 1), capture_output=True, check=False)
    assert again.returncode == 1
    assert _output(tmp_path, "alerts.jsonl") == _output(undisturbed, "alerts.jsonl")
