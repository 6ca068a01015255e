"""`tidewaiter audit`: what was done, checked and proved."""

import os
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from tests.support.raising import message_of, says

Call = Callable[..., Result]


@pytest.fixture
def db(here: Path, screen: Call, manifest: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Screen a file into a database with a separate key."""
    monkeypatch.setenv("TIDEWAITER_KEY", str(here / "keys" / "node.key"))
    done = screen(str(manifest), "--db", "cases.db", "--out", "alerts.jsonl")
    assert done.exit_code == 0, done.output
    return "cases.db"


@pytest.fixture
def size(call: Call, db: str) -> int:
    """Count the entries."""
    return len(call("audit", "show", "--db", db).stdout.splitlines())


def _change(db: str, what: str) -> None:
    """Change an entry as someone with all rights would."""
    with sqlite3.connect(db) as connection:
        connection.execute("DROP TRIGGER audit_no_update")
        connection.execute("DROP TRIGGER audit_no_delete")
        connection.execute("DROP TRIGGER audit_node_no_delete")
        connection.execute(what)
    connection.close()


def test_entries_are_shown(call: Call, db: str) -> None:
    """Number, time, user, action and details are on one line each."""
    lines = call("audit", "show", "--db", db).stdout.splitlines()
    assert len(lines) >= 3
    assert [line.split("\t")[0] for line in lines] == [str(n + 1) for n in range(len(lines))]
    assert lines[1].split("\t")[3] == "batch added"
    only = call("audit", "show", "--db", db, "--action", "batch added").stdout.splitlines()
    assert only == [lines[1]]
    assert call("audit", "show", "--db", db, "--after", "2").stdout.splitlines() == lines[2:]


def test_an_audit_that_holds(call: Call, db: str, size: int) -> None:
    """It says how many entries hold."""
    done = call("audit", "verify", "--db", db)
    assert (done.exit_code, done.stdout.startswith(f"{size} entries verified, root ")) == (0, True)


def test_a_changed_entry_is_named(call: Call, db: str) -> None:
    """The exit status tells a script, the words tell an officer."""
    _change(db, "UPDATE audit SET who = 'nobody' WHERE number = 2")
    done = call("audit", "verify", "--db", db)
    assert done.exit_code == 1
    assert "entry 2 or its hash was changed" in done.stderr


def test_a_cut_end_shows_against_a_checkpoint(call: Call, db: str, here: Path, size: int) -> None:
    """Alone, what is left holds."""
    assert call("audit", "checkpoint", "--db", db, "--out", "now.note").exit_code == 0
    told = call("audit", "verify", "--db", db, "--checkpoint", "now.note")
    assert (told.exit_code, f"and the checkpoint of {size}" in told.stdout) == (0, True)
    _change(db, "DELETE FROM audit WHERE number = (SELECT max(number) FROM audit)")
    with sqlite3.connect(db) as connection:
        connection.execute("DELETE FROM audit_node WHERE entry = ?", (size,))
    connection.close()
    assert call("audit", "verify", "--db", db).exit_code == 0
    cut = call("audit", "verify", "--db", db, "--checkpoint", "now.note")
    assert (cut.exit_code, "cut off or rewritten" in cut.stderr) == (1, True)
    note = here / "now.note"
    note.write_text(note.read_text().replace(f"\n{size}\n", f"\n{size - 1}\n"))
    forged = call("audit", "verify", "--db", db, "--checkpoint", "now.note")
    assert (forged.exit_code, "signature" in forged.stderr) == (2, True)


def test_an_entry_is_proved_elsewhere(
    call: Call, db: str, here: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The public key verifies the file, and no other key does."""
    mine = call("audit", "key").stdout.strip()
    assert call("audit", "prove", "2", "--db", db, "--out", "2.tlog-proof").exit_code == 0
    (here / db).unlink()
    monkeypatch.setenv("TIDEWAITER_KEY", str(here / "elsewhere.key"))
    theirs = call("audit", "key").stdout.strip()
    assert theirs != mine
    done = call("audit", "check", "2.tlog-proof", "--key", theirs, "--key", mine)
    assert done.exit_code == 0, done.output
    assert '"action":"batch added"' in done.stdout
    said = rf"entry 2 of {size} in the log of tidewaiter/[0-9a-f]{{16}}"
    assert re.search(said, done.stderr)
    assert call("audit", "check", "2.tlog-proof").exit_code == 2


def test_an_entry_that_is_not_there(call: Call, db: str, size: int) -> None:
    """The numbers end where the audit does."""
    done = call("audit", "prove", str(size + 1), "--db", db)
    assert done.exit_code == 2
    message = message_of("cli/no-audit-entry", number=size + 1, size=size)
    assert message in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_the_key_is_for_its_owner_alone(call: Call, db: str, here: Path) -> None:
    """It is made so, and one that others may read is refused."""
    assert "a key was created" in call("audit", "key").stderr
    assert "a key was created" not in call("audit", "key").stderr
    key = here / "keys" / "node.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in key.parent.iterdir()] == ["node.key"]
    key.chmod(0o640)
    done = call("audit", "checkpoint", "--db", db)
    assert (done.exit_code, says(done.stderr, "node/key-readable-by-others")) == (2, True)


@pytest.mark.parametrize(
    "held", [b"", b"not a key\n", b"\xff\xfe", b"PRIVATE+KEY+a+00000000+AA==\n"]
)
def test_a_damaged_key_is_refused_and_stays(call: Call, db: str, here: Path, held: bytes) -> None:
    """No other takes its place unasked: what was signed would not be its own."""
    key = here / "keys" / "node.key"
    key.parent.mkdir()
    key.write_bytes(held)
    key.chmod(0o600)
    done = call("audit", "checkpoint", "--db", db)
    assert (done.exit_code, says(done.stderr, "node/file-without-key")) == (2, True)
    assert key.read_bytes() == held


def test_a_file_that_is_no_proof(call: Call, here: Path) -> None:
    """Binary data, and texts that are not proofs, are reported."""
    for held in (b"\xff\x00", b"hello\n"):
        (here / "x").write_bytes(held)
        done = call("audit", "check", "x")
        assert (done.exit_code, "hint" in done.stderr) == (2, True)
