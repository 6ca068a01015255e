"""One process at a time: on a journal, and on the outputs that are made of it."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.raising import raises

from tidewaiter.base.errors import OutputError
from tidewaiter.base.files import alone

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")

WriteSample = Callable[[Path, int], Path]
HOLD = """
import sys, time
from pathlib import Path
from tidewaiter.base.files import alone
with alone(Path(sys.argv[1]), "x"):
    print("held", flush=True)
    sys.stdin.read()
"""
LIMIT = 30.0  # seconds
SCREEN = (sys.executable, "-m", "tidewaiter", "screen", "--day", "2026-11-25")


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Name a journal."""
    return tmp_path / "a.jsonl.journal"


@pytest.fixture
def holder(journal: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a process that holds the journal until its standard input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(journal)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_process_is_refused_by_name(holder: subprocess.Popen[str], journal: Path) -> None:
    """The error names the process that holds the lock and the file that both would write."""
    with (
        raises("base/another-is-at-work", OutputError, at="a") as caught,
        alone(journal, "a"),
    ):
        pass
    assert f"process {holder.pid} on" in str(caught.value.values["who"])


def test_a_killed_process_leaves_no_lock(holder: subprocess.Popen[str], journal: Path) -> None:
    """The lock goes with the process, whatever file stays."""
    holder.kill()
    holder.wait()
    assert list(journal.parent.glob("*.lock"))
    with alone(journal, "a"):
        pass
    assert list(journal.parent.iterdir()) == []


def test_a_lock_is_free_when_its_work_ends(holder: subprocess.Popen[str], journal: Path) -> None:
    """The next one gets it, and no file stays."""
    holder.communicate()
    for _ in range(2):
        with alone(journal, "a"):
            assert list(journal.parent.glob("*.lock"))
    assert list(journal.parent.iterdir()) == []


def test_an_error_frees_the_lock(journal: Path) -> None:
    """Whatever ends the work ends the lock."""
    with pytest.raises(ZeroDivisionError), alone(journal, "a"):
        raise ZeroDivisionError
    with alone(journal, "a"):
        pass


def test_a_file_that_its_holder_removed_locks_nothing(
    journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opened before the holder removed it and locked after, it is let go for the new one."""
    path = journal.with_name(f"{journal.name}.lock")
    opened = os.open

    def late(*arguments: object, **options: object) -> int:
        monkeypatch.setattr(os, "open", opened)
        handle = opened(*arguments, **options)  # type: ignore[arg-type]
        path.unlink()
        return handle

    monkeypatch.setattr(os, "open", late)
    with alone(journal, "a"), pytest.raises(OutputError), alone(journal, "b"):
        pass


def test_no_link_is_followed(journal: Path, tmp_path: Path) -> None:
    """A planted link does not cause a file to be overwritten."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    journal.with_name(f"{journal.name}.lock").symlink_to(victim)
    with pytest.raises(OutputError), alone(journal, "a"):
        pass
    assert victim.read_text() == "precious"


def test_the_same_command_twice_at_once(tmp_path: Path, write_sample: WriteSample) -> None:
    """One of them is refused at once and names the other, which finishes as if alone."""
    path = write_sample(tmp_path / "manifest.csv", 40)
    command = [*SCREEN, str(path), "--out", str(tmp_path / "a.jsonl"), "--workers", "1"]
    both = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    talk = {process.pid: process.communicate(timeout=120)[1] for process in both}
    assert sorted(process.returncode for process in both) == [1, 2], talk
    winner, loser = sorted(both, key=lambda process: process.returncode or 0)
    assert f"process {winner.pid} on " in talk[loser.pid]
    assert "hint: " in talk[loser.pid]
    assert not any("Traceback" in text for text in talk.values())
    alone_ = [*SCREEN, str(path), "--out", str(tmp_path / "b.jsonl"), "--workers", "1"]
    subprocess.run(alone_, capture_output=True, check=False)
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()
    left = {each.name for each in tmp_path.iterdir()}
    assert left == {"manifest.csv", "a.jsonl", "b.jsonl", "refused.csv"}


def test_workers_end_with_a_parent_that_is_killed(
    tmp_path: Path, write_sample: WriteSample
) -> None:
    """Killed alone, a parent leaves no process that waits for work for ever."""
    path = write_sample(tmp_path / "manifest.csv", 220)
    command = [*SCREEN, str(path), "--out", str(tmp_path / "a.jsonl"), "--workers", "2"]
    journal = tmp_path / "a.jsonl.journal"
    reading, writing = os.pipe()  # it ends when the last process that has it ends
    with subprocess.Popen(command, stdout=writing, stderr=writing) as process:
        os.close(writing)
        while not (journal.exists() and b'\n{"done":' in journal.read_bytes()):
            assert process.poll() is None, "it ended before it could be killed"
        process.send_signal(signal.SIGKILL)
    while select.select([reading], [], [], LIMIT)[0]:
        if not os.read(reading, 65_536):
            break
    else:
        pytest.fail("a worker waits for work that will never come")
    os.close(reading)
