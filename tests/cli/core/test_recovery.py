"""A node is founded, changes its keys and recovers them, by the command line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tidewaiter.cli.core.main import main

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command as one of several nodes: ``run("aland", "node", "status")``."""

    def run_(who: str, *words: str, fails: bool = False) -> Result:
        monkeypatch.setenv("TIDEWAITER_KEY", str(tmp_path / f"{who}.key"))
        command = [*words, "--db", str(tmp_path / f"{who}.db")]
        done = CliRunner().invoke(main, command)
        assert (done.exit_code != 0) == fails, done.output
        return done

    return run_


def founded(run: Run, folder: Path, who: str) -> list[Path]:
    """Found a node; return the files of its root keys."""
    roots = folder / f"{who}-roots"
    run(who, "node", "init", "--name", who.title(), "--roots", str(roots))
    return sorted(roots.iterdir())


def words(run: Run, who: str) -> str:
    """Return the words of a node."""
    return run(who, "node", "document").stdout.splitlines()[-1]


def test_a_node_recovers_and_its_peer_confirms_it_anew(run: Run, tmp_path: Path) -> None:
    """By a file, where it is not reached; the relation is frozen meanwhile."""
    roots = founded(run, tmp_path, "aland")
    founded(run, tmp_path, "bergen")
    file = str(tmp_path / "aland.json")
    run("aland", "node", "document", "--out", file)
    node = run("bergen", "peers", "add", file).stdout.split("\t")[0]
    run("bergen", "peers", "confirm", node, words(run, "aland"))
    run("aland", "node", "rotate")
    run("aland", "node", "rotate", "--revoke", "--since", "2026-01-01T00:00:00")
    done = run("aland", "node", "recover", "--root", str(roots[0]))
    assert "document 4" in done.stdout
    run("aland", "node", "document", "--out", file)
    assert "frozen" in run("bergen", "peers", "add", file).stdout
    run("bergen", "peers", "confirm", node, words(run, "aland"))
    assert "active" in run("bergen", "peers", "list").stdout


def test_the_second_root_takes_the_place_of_the_first(run: Run, tmp_path: Path) -> None:
    """A third is written for the time after; the first is none any more."""
    first, second = founded(run, tmp_path, "aland")
    before = words(run, "aland")
    wants = run("aland", "node", "recover", "--root", str(second), fails=True)
    assert "--roots" in wants.output
    later = tmp_path / "later"
    run("aland", "node", "recover", "--root", str(second), "--roots", str(later))
    assert words(run, "aland") != before
    assert len(list(later.iterdir())) == 1
    refused = run("aland", "node", "recover", "--root", str(first), fails=True)
    assert "not a root key" in refused.output


def test_no_node_is_its_own_peer(run: Run, tmp_path: Path) -> None:
    """Its own file is refused, and so is one that is none."""
    founded(run, tmp_path, "aland")
    file = tmp_path / "aland.json"
    run("aland", "node", "document", "--out", str(file))
    assert "of this node" in run("aland", "peers", "add", str(file), fails=True).output
    file.write_text("[[[")
    assert "invalid node documents" in run("aland", "peers", "add", str(file), fails=True).output
