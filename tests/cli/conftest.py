"""The command line in this process and in a separate process."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from tests.cli.nodes import Node

from tidewaiter.cli.core.main import main

DAY = ("--day", "2026-11-25")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TIDEWAITER_OWN", raising=False)
    return tmp_path


@pytest.fixture
def call(here: Path) -> Callable[..., Result]:
    """Call the command with arguments, and text on standard input."""
    assert here.is_dir()

    def run(*arguments: str, stdin: str | bytes = "") -> Result:
        result = CliRunner().invoke(main, arguments, input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def screen(call: Callable[..., Result]) -> Callable[..., Result]:
    """Call `tidewaiter screen` with the law of one day."""
    return lambda *arguments: call("screen", *DAY, *arguments)


@pytest.fixture
def manifest(here: Path) -> Path:
    """Write three lines: two alerts and ordinary goods."""
    path = here / "manifest.csv"
    path.write_text(
        "goods,hs,consignee\n"
        "acetic anhydride,29152400,A\n"
        "steel bolts,731815,B\n"
        "=cmd|' /C calc'!A0 ephedrine,29394100,=1+1\n"
    )
    return path


@pytest.fixture
def process(here: Path) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Run the command in a separate process; its standard output is a pipe."""

    def run(*arguments: str | bytes, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "tidewaiter", *arguments],
            input=stdin,
            capture_output=True,
            check=False,
            cwd=here,
            timeout=120,
        )

    return run


@pytest.fixture(scope="session")
def objects() -> Callable[[str], list[dict[str, Any]]]:
    """Read JSON lines."""
    return lambda text: [json.loads(line) for line in text.split("\n") if line]


@pytest.fixture(scope="session")
def commands() -> dict[str, click.Command]:
    """List the commands by name, the whole one as ""."""
    context = click.Context(main)
    found = {name: main.get_command(context, name) for name in main.list_commands(context)}
    return {"": main, **{name: command for name, command in found.items() if command}}


@pytest.fixture
def met(
    call: Callable[..., Result], here: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Node, Node]:
    """Let two nodes take each other up, with words that were compared."""
    one, other = (Node(call, here, name, monkeypatch) for name in ("aland", "bergen"))
    for each, peer, name in ((one, other, "bergen"), (other, one, "aland")):
        assert peer.words not in each.run("peers", "add", f"{name}.json").output
        each.run("peers", "confirm", peer.node, peer.words)
    one.bring(other)
    other.bring(one)
    return one, other
