"""The test programme of the exchange, small: it finds nothing, and each planted fault.

`make soak` runs it large.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.soak.faults import FAULTS

ROOT = Path(__file__).resolve().parent.parent.parent
_SMALL = ("--exchanges", "45", "--kills", "4", "--nodes", "3")


def programme(module: str, *options: str, out: Path) -> tuple[int, Any, str]:
    """Run a program; return its exit status, output and errors.

    It forks, so it runs in a separate process with one thread.
    """
    command = [sys.executable, "-m", f"tests.soak.{module}", *options, "--write", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    told = done.stdout + done.stderr
    return done.returncode, json.loads(out.read_text()) if out.exists() else None, told


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Run the programme with each fault, one after another; return violations by fault."""
    out = tmp_path_factory.mktemp("faults") / "faults.json"
    code, results, told = programme("exchange", *_SMALL, "--settle", "4", "--faults", out=out)
    assert results is not None, told
    return {"": code} | {each["plan"]["fault"]: each["violations"] for each in results}


def test_nothing_is_lost_doubled_or_wrong(tmp_path: Path) -> None:
    """Nodes are killed, connections are unreliable, and every message is acted on once."""
    code, results, told = programme("exchange", *_SMALL, out=tmp_path / "green.json")
    assert code == 0, told
    assert results[0]["violations"] == {}
    assert sum(results[0]["kills"].values()) >= 4
    assert sum(results[0]["line"].values()) > results[0]["line"]["requests"]


@pytest.mark.parametrize("fault", FAULTS)
def test_each_planted_fault_is_seen(seen: dict[str, Any], fault: str) -> None:
    """The programme goes red, and not only because it takes too long."""
    assert seen[fault].keys() - {"never settled"}, seen[fault]


def test_the_programme_says_that_all_were_seen(seen: dict[str, Any]) -> None:
    """It ends with 0 then, and there are a dozen of them at least."""
    assert seen[""] == 0
    assert len(FAULTS) >= 12


compiled = pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")


@compiled
def test_lost_power_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    """With `synchronous = FULL`, as the store has it."""
    code, result, told = programme("power", "--crashes", "30", out=tmp_path / "power.json")
    assert code == 0, told
    assert (result["lost"], result["unreadable"], result["log_holds"]) == (0, 0, True)
    assert result["acknowledged"] > 20


@compiled
def test_lost_power_is_seen_where_nothing_is_synced(tmp_path: Path) -> None:
    """The control: with `synchronous = NORMAL`, acknowledged data are lost."""
    options = ("--crashes", "30", "--synchronous", "NORMAL")
    code, result, told = programme("power", *options, out=tmp_path / "power.json")
    assert result is not None, told
    assert (code, result["lost"] > 0) == (1, True)
