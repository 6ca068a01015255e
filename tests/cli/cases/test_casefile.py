"""`tidewaiter cases` and `tidewaiter verify`: a case is listed, shown, exported and verified."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import Result
from tests.support.raising import says

from tidewaiter.casework.cases.permissions import Asked
from tidewaiter.casework.cases.state import Viewer
from tidewaiter.casework.cases.steps import (
    AlertAdded,
    AnyContent,
    Confirmed,
    Note,
    Retained,
    Task,
)
from tidewaiter.store.cases.casefile import case_steps, open_case, take_step
from tidewaiter.store.core.database import Stamp, open_database

Call = Callable[..., Result]
ANNA = Viewer(name="anna", rights=frozenset({"see", "case"}), cleared=True)
STAMP = Stamp(who="anna", at=datetime(2026, 3, 1, 12, tzinfo=UTC))
DB = ("--db", "cases.db")


@pytest.fixture
def case(here: Path, screen: Call, manifest: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a case of two alerts, with a note that would move a cursor."""
    monkeypatch.setenv("TIDEWAITER_KEY", str(here / "node.key"))
    done = screen(str(manifest), *DB, "--out", "alerts.jsonl")
    assert done.exit_code == 0, done.output
    lines = (here / "alerts.jsonl").read_text(encoding="utf-8").splitlines()
    with open_database("cases.db") as database, database.work(STAMP) as work:
        number = open_case(work, ANNA, "Drums").number
        contents: list[AnyContent] = [AlertAdded(alert=json.loads(line)["id"]) for line in lines]
        task = Task(who="anna", what="Call", due=date(2026, 3, 2))
        for content in [*contents, Note(text="broken\x1b[2J seal"), task]:
            take_step(work, ANNA, number, Asked(content=content))
        ends: list[AnyContent] = [Retained(until=date(2026, 3, 3), basis="a rule")]
        for last in [*ends, Confirmed(why="so it was")]:
            seen = case_steps(work, ANNA, number)[-1].id
            take_step(work, ANNA, number, Asked(content=last, seen=seen))
        secret = Asked(content=Note(text="for the authority"), restricted=True)
        take_step(work, ANNA, number, secret)
    return here


def test_cases_are_listed_and_shown(call: Call, case: Path) -> None:
    """With what waits, what is over, and the trail; text of strangers moves no cursor."""
    assert case.is_dir()
    listed = call("cases", "list", *DB, "--over")
    assert (
        listed.stdout
        == "1\tclosed-confirmed\tanna\tDrums\t2 alerts; 1 task, first due 2026-03-02 overdue\n"
    )
    assert "1 case" in listed.stderr
    assert call("cases", "list", *DB, "--status", "open").stdout == ""
    assert json.loads(call("cases", "list", *DB, "--json").stdout)["alerts"] == 2
    shown = call("cases", "show", "1", *DB).stdout
    for words in ("Closed: confirmed", "retain until 2026-03-03", "anna added a note", "⟦U+001B⟧"):
        assert words in shown
    assert "\x1b" not in shown
    record = json.loads(call("cases", "show", "1", *DB, "--json").stdout)
    assert len(record["case"]["alerts"]) == 2
    for command in (("show", "2"), ("export", "2", "--out", "a.zip")):
        absent = call("cases", *command, *DB)
        assert (absent.exit_code, says(absent.stderr, "cli/no-case")) == (2, True)


def test_a_case_is_given_out_and_checked(call: Call, case: Path) -> None:
    """With the key, anyone can; a changed byte, another key and another file are distinguished."""
    done = call("cases", "export", "1", *DB, "--out", "case.zip")
    assert done.exit_code == 0, done.output
    bundle = case / "case.zip"
    key = call("audit", "key").stdout.strip()
    assert key in done.stderr
    assert b"for the authority" not in bundle.read_bytes()
    checked = call("verify", "case.zip", "--key", key)
    assert (checked.exit_code, "verified" in checked.stdout) == (0, True)
    assert call("verify", "case.zip").exit_code == 0  # this installation's own
    told = json.loads(call("verify", "case.zip", "--key", key, "--json").stdout)
    assert [part["holds"] for part in told["parts"]] == [True] * 5
    (case / "node.key").rename(case / "away.key")
    unknown = call("verify", "case.zip")
    assert (unknown.exit_code, "did not name" in unknown.stdout) == (1, True)
    assert not (case / "node.key").exists()
    body = bytearray(bundle.read_bytes())
    body[len(body) // 2] ^= 1
    bundle.write_bytes(body)
    broken = call("verify", "case.zip", "--key", key)
    assert (broken.exit_code, "BROKEN" in broken.stdout) == (1, True)
    assert call("verify", "manifest.csv", "--key", key).exit_code == 2


def test_what_is_restricted_is_given_out_where_it_is_said(call: Call, case: Path) -> None:
    """And only there."""
    done = call("cases", "export", "1", *DB, "--out", "case.zip", "--restricted")
    assert done.exit_code == 0, done.output
    assert b"for the authority" in (case / "case.zip").read_bytes()
    assert call("verify", "case.zip").exit_code == 0
