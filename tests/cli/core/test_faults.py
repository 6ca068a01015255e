"""Faults of ours end in a status of their own, wherever they come up."""

import errno
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.ports import free_port
from tests.support.raising import message_of

from tidewaiter.bulk.spark.session import java_home
from tidewaiter.cli.core.options import FAULT, REPORT, report_fault

_SCREENING = """
import os
from tidewaiter.bulk import screening as run
from tidewaiter.trade import screening

def broken(*_):
    if {workers!r} == "end":
        os._exit(9)
    raise {error}

run._SMALL = 0 if {workers!r} else run._SMALL
if {workers!r} == "start":
    run._screener = broken
screening.Screener.screen = broken
"""
_SERVING = """
from tidewaiter.base.errors import InputError
from tidewaiter.web.law import desk

def broken(*_):
    raise {error}

desk.desk_of = broken
"""
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def patched(here: Path) -> Run:
    """Run the command with something changed in whatever process does its work."""

    def run(patch: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        (here / "sitecustomize.py").write_text(patch, encoding="utf-8")
        path = os.pathsep.join([str(here), *filter(None, sys.path)])
        return subprocess.run(
            [sys.executable, "-m", "tidewaiter", *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=here,
            timeout=170,
            env=os.environ | {"PYTHONPATH": path} | more,
        )

    return run


@pytest.fixture
def broken(patched: Run, manifest: Path) -> Run:
    """Screen where screening has a fault."""

    def run(
        *more: str, error: str = 'KeyError("goods")', workers: str = "", **settings: str
    ) -> subprocess.CompletedProcess[str]:
        patch = _SCREENING.format(error=error, workers=workers)
        return patched(patch, "screen", str(manifest), *more, **settings)

    return run


def test_a_fault_is_told_apart_from_rows_that_cannot_be_read(broken: Run, here: Path) -> None:
    """It has a distinct exit status, and one line says who is at fault and where the trace is."""
    (here / "traces").mkdir()
    done = broken(TMPDIR=str(here / "traces"))
    assert done.returncode == FAULT == os.EX_SOFTWARE
    told = done.stderr.splitlines()[-1]
    assert told.startswith("fault: KeyError: 'goods': this is an error in Tidewaiter")
    assert told.endswith(REPORT)
    assert "Traceback" not in done.stderr
    (trace,) = (here / "traces").glob("tidewaiter-fault-*.txt")
    assert str(trace) in told
    assert stat.S_IMODE(trace.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR
    assert re.search(r"^KeyError: ", trace.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(
    ("error", "status"), [("EOFError()", FAULT), ("MemoryError()", 2)], ids=["early end", "memory"]
)
def test_errors_that_click_takes_for_a_stop_are_faults_and_no_memory_is_none(
    broken: Run, error: str, status: int
) -> None:
    """Click ends with the status of refused rows where a file ends early."""
    done = broken(error=error)
    assert (done.returncode, "fault: " in done.stderr) == (status, status == FAULT)


@pytest.mark.parametrize(("broken_at", "status"), [("task", FAULT), ("start", FAULT), ("end", 2)])
def test_a_fault_in_a_worker_is_one_of_the_command(
    broken: Run, broken_at: str, status: int
) -> None:
    """Also before the first batch; a worker killed by the system is not our fault."""
    done = broken("--workers", "2", workers=broken_at)
    assert done.returncode == status
    said = done.stderr.splitlines()
    assert ("fault: KeyError" in said[-1]) == (status == FAULT), said
    if status != FAULT:
        assert f"error: {message_of('bulk/worker-process-ended')}" in said


def test_a_fault_on_a_cluster_is_one_of_the_command(broken: Run) -> None:
    """It comes up on another machine, and ends as it ends here."""
    if not os.environ.get("TIDEWAITER_SOAK"):
        pytest.skip("Spark takes a minute to start: see make soak")
    pytest.importorskip("pyspark")
    if java_home() is None and not os.environ.get("JAVA_HOME"):
        pytest.skip("there is no Java")
    done = broken("--engine", "spark", "--master", "local[1]", "--out", "parts")
    assert done.returncode == FAULT
    assert "this is an error in Tidewaiter" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("kind", ["fault", "error"])
def test_a_server_that_cannot_start_says_so_like_any_command(patched: Run, kind: str) -> None:
    """So is its exit status, for our faults and for user errors."""
    error = {"fault": "KeyError('goods')", "error": "InputError.from_words('no', hint='yes')"}[kind]
    patch = _SERVING.format(error=error)
    done = patched(patch, "serve", "--db", "c.db", "--port", f"{free_port()}")
    last = done.stderr.splitlines()[-2:]
    assert (done.returncode, "Traceback" in done.stderr) == (FAULT if kind == "fault" else 2, False)
    if kind == "fault":
        assert last[1].startswith("fault: KeyError: 'goods'")
    else:
        assert last == ["error: no", "hint: yes"]


def test_the_trace_is_printed_where_no_file_can_be_made(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is not lost."""

    def full(**_: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", full)
    report_fault(KeyError("goods"))
    *trace, told = capsys.readouterr().err.splitlines()
    assert trace[-1] == "KeyError: 'goods'"
    assert "the traceback above" in told
