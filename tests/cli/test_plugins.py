"""`tidewaiter plugins`, and the example packages at work: commands as processes of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from tests.plugged import EXAMPLES, install_examples, plug_in

from tidewaiter.base.plugins import EXPORTERS, READERS
from tidewaiter.report.alerts.exporters import Exporter
from tidewaiter.trade.types import FileFormat

Run = Callable[..., "subprocess.CompletedProcess[str]"]
PMAN = "BL1/1|Acetic anhydride, 20 drums|291524|NLHAR|MXVER|4000 kg\nnothing like it\n"


@pytest.fixture
def run(here: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run the command in an empty folder with example packages installed."""

    def call(names: tuple[str, ...], *arguments: str) -> "subprocess.CompletedProcess[str]":
        path = install_examples(tmp_path_factory.mktemp("site"), *names)
        return subprocess.run(
            [sys.executable, "-m", "tidewaiter", *arguments],
            cwd=here,
            env={**os.environ, "PYTHONPATH": path, "TIDEWAITER_LISTS": str(here / "lists")},
            capture_output=True,
            text=True,
            check=False,
        )

    return call


def test_each_example_is_listed_and_used(run: Run) -> None:
    """One for each place, with its package and version."""
    done = run((), "plugins", "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(found) == len(list(EXAMPLES.iterdir())) == 6
    assert {each["group"].partition(".")[2] for each in found} == {
        "readers",
        "lists",
        "law",
        "rules",
        "exporters",
        "channels",
    }
    assert all((each["version"], each["problem"]) == ("1.0", "") for each in found)


def test_a_format_a_rule_and_an_exporter_work_together(run: Run, here: Path) -> None:
    """A file that only a plug-in reads becomes alerts with a plug-in's reason and in its format."""
    (here / "m.pman").write_text(PMAN)
    names = ("format", "rule", "exporter")
    done = run(names, "screen", "m.pman", "--day", "2026-11-25", "--out", "a.md")
    assert done.returncode == 1, done.stderr  # a row could not be read
    assert (here / "a.md").read_text().splitlines()[2:] == [
        "| high | 75 | BL1 | Acetic anhydride (UN Convention of 1988, Tables I and II, Table I) |"
    ]
    assert "nothing like it" in (here / "refused.csv").read_text(encoding="utf-8-sig")


def test_a_list_is_recognised_by_its_plug_in(run: Run, here: Path) -> None:
    """Without naming its format."""
    (here / "board.txt").write_text("BOARD LIST 2026-11-01\nB-1; Quayside Trading Ltd; NL\n")
    done = run(("list",), "lists", "add", "board.txt")
    assert done.returncode == 0, done.stderr
    assert "board: added, 1 entry" in done.stdout
    assert "format board-list" in done.stdout


def test_an_instrument_of_a_plug_in_is_law(run: Run) -> None:
    """It answers beside ours."""
    done = run(("law",), "law", "acetone", "--in", "XX", "--day", "2026-11-25", "--json")
    assert '"harbour-watch"' in done.stdout, done.stderr


def test_what_is_not_used_says_why(
    call: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ours has the name, or it fails; the exit status tells."""
    form = FileFormat(title="x", read=lambda *_: iter(()))
    plug_in(monkeypatch, READERS, {"pman": form, "csv": form, "bad": RuntimeError("broken")})
    done = call("plugins", "--json")
    told = {each["name"]: each["problem"] for each in json.loads(done.stdout)}
    assert done.exit_code == 1
    assert told["pman"] == ""
    assert "Tidewaiter" in told["csv"]
    assert "RuntimeError: broken" in told["bad"]


@pytest.mark.parametrize("when", ["open", "add", "close"])
def test_an_exporter_that_fails_keeps_no_other_file_back(
    call: Callable[..., Result], here: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Wherever it does. What could not be read is written, and its own file is not there."""

    class _Breaks:
        def __init__(self, file: object) -> None:
            self._at("open", file)

        def add(self, alerts: object) -> None:
            self._at("add", alerts)

        def close(self) -> None:
            self._at("close", None)

        @staticmethod
        def _at(step: str, what: object) -> None:
            if step == when:
                raise ZeroDivisionError(what)

    made = Exporter(title="x", media_type="text/plain", open=_Breaks)
    plug_in(monkeypatch, EXPORTERS, {"brk": made})
    (here / "m.csv").write_text("goods,net\nacetic anhydride,5 kgz\n")
    done = call("screen", "m.csv", "--day", "2026-11-25", "--out", "a.brk")
    assert done.exit_code == 2
    assert 'plug-in "brk" of guest 1.0 failed' in done.stderr
    assert not (here / "a.brk").exists()
    assert "5 kgz" in (here / "refused.csv").read_text(encoding="utf-8-sig")
