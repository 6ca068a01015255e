"""The commands `tidewaiter parties resolve --db` and `tidewaiter parties judge --db`."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tidewaiter.base.resources import data
from tidewaiter.cli.core.main import main
from tidewaiter.node.identity import own_stamp
from tidewaiter.node.network.resolution import take_up
from tidewaiter.store.core.database import open_database
from tidewaiter.store.network.entities import largest_entities, written_parties
from tidewaiter.store.network.resolutions import current_run

DB = "cases.db"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a database in which the sample manifest was screened."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIDEWAITER_LISTS", str(tmp_path / "lists"))
    Path("manifest.csv").write_bytes(data("samples", "manifest.csv").read_bytes())
    done = CliRunner().invoke(main, ["screen", "manifest.csv", "--db", DB, "--out", "a.jsonl"])
    assert done.exit_code in {0, 1}, done.output
    return tmp_path


def run(*words: str) -> Result:
    """Run a command of parties."""
    return CliRunner().invoke(main, ["parties", *words])


@pytest.mark.usefixtures("folder")
def test_a_screened_database_is_resolved_and_judged() -> None:
    """Parties that were taken up are compared by a resolve, which heeds judgements."""
    with open_database(DB) as database:
        take_up(database, own_stamp)
    with open_database(DB) as database, database.work() as work:
        before = current_run(work)
        assert before is not None
        found = largest_entities(work, before.id, rows=2)
        assert all(each.waiting and each.consignments for each in found)
        one, other = (written_parties(work, before.id, e.entity)[0].member for e in found)
    assert run("judge", one, other, "--same", "--why", "one licence", "--db", DB).exit_code == 0
    done = run("resolve", "--db", DB)
    assert done.exit_code == 0, done.output
    assert "resolve to 65 entities" in done.output
    assert run("judge", one, other, "--undecided", "--why", "an error", "--db", DB).exit_code == 0
    assert "resolve to 66 entities" in run("resolve", "--db", DB).output
    with open_database(DB) as database, database.work() as work:
        now = current_run(work)
        assert now is not None
        assert {each.entity for each in found} <= {
            each.entity for each in largest_entities(work, now.id)
        }


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "words",
    [
        ("resolve", "manifest.csv", "--db", DB),
        ("resolve", "--db", DB, "--out", "e.jsonl"),
        ("resolve", "manifest.csv"),
        (
            "judge",
            "p-0123456789abcdef",
            "p-fedcba9876543210",
            "--same",
            "--why",
            "x",
            "--who",
            "me",
            "--db",
            DB,
        ),
    ],
)
def test_what_does_not_go_together_is_refused(words: tuple[str, ...]) -> None:
    """A database has its own lines, judgements and clock; files need a place to write to."""
    assert run(*words).exit_code == 2
