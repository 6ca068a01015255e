"""Abandoned journals in the cache are eventually deleted."""

import os
import time
from pathlib import Path

import pytest

from tidewaiter.base.files import alone
from tidewaiter.bulk.journal import drop_abandoned

NOW = 1_800_000_000.0


def _put(folder: Path, name: str, age: float) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("{}")
    os.utime(path, (NOW - age, NOW - age))
    return path


def test_only_old_journals_and_locks_are_removed(tmp_path: Path) -> None:
    """Recently written journals are kept, and so are other files."""
    folder = tmp_path / "journals"
    for name in ("a.journal", "b.journal", "b.journal.lock", "c.journal.lock", "notes.txt"):
        _put(folder, name, 50)
    for name in ("d.journal", "d.journal.lock"):
        _put(folder, name, 5)
    assert drop_abandoned(folder, NOW - 10) == 2
    left = {path.name for path in folder.iterdir()}
    assert left == {"notes.txt", "d.journal", "d.journal.lock"}


def test_a_new_journal_with_an_old_lock_stays(tmp_path: Path) -> None:
    """A lock that a killed process left says nothing of the journal."""
    _put(tmp_path, "a.journal", 5)
    _put(tmp_path, "a.journal.lock", 50)
    assert drop_abandoned(tmp_path, NOW - 10) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"a.journal"}


def test_a_journal_at_work_stays(tmp_path: Path) -> None:
    """However long ago its last step was."""
    journal = _put(tmp_path, "a.journal", 50)
    with alone(journal, "a"):
        assert drop_abandoned(tmp_path, NOW - 10) == 0
    assert journal.exists()
    assert drop_abandoned(tmp_path, NOW - 10) == 1


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    """A first screening finds no journals."""
    assert drop_abandoned(tmp_path / "none", time.time()) == 0


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="links of POSIX")
def test_a_link_is_removed_and_not_followed(tmp_path: Path) -> None:
    """What it leads to stays."""
    victim = _put(tmp_path, "victim.txt", 50)
    link = tmp_path / "a.journal"
    link.symlink_to(victim)
    os.utime(link, (NOW - 50, NOW - 50), follow_symlinks=False)
    assert drop_abandoned(tmp_path, NOW - 10) == 1
    assert victim.exists()
