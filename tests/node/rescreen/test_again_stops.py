"""Screening again, stopped or killed: nothing is kept, or all, once."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.node.rescreen.conftest import LOOSE, NOW, THEN, Case, Desk, alerts_of

from tidewaiter.parties.types import ListedParty
from tidewaiter.store.core.database import open_database


def test_a_stop_before_the_end_keeps_nothing(case: Case) -> None:
    """Neither alerts nor notes nor the memory of it stay, so that it can be repeated."""
    case.keep([case.entries[0], *case.entries[2:LOOSE]], NOW)
    before = alerts_of(case.past)
    with pytest.raises(OSError, match="full"):
        case.again(NOW, error=OSError("the disk is full"))
    assert alerts_of(case.past) == before
    _, new, noted, _ = case.again(NOW)
    assert (len(new), len(noted)) == (1, 1)
    assert len(alerts_of(case.past)) == len(before) + 1


_KILLED = """
import os, signal, sys
from datetime import date
from pathlib import Path
from tidewaiter.bulk.screening import Settings
from tidewaiter.node.rescreen import again
from tidewaiter.store.core.database import open_database

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

setattr(again, sys.argv[3], die)
settings = Settings(day=date(2031, 12, 8), file="", sha256="", lists=Path(sys.argv[2]))
with open_database(sys.argv[1]) as database, again.screen_again(database, settings) as made:
    for _ in made.batches():
        pass
    list(made.noted())
"""


@pytest.mark.parametrize("step", ["screen_batch", "add_notes", "add_alerts", "finish_screening"])
def test_killed_anywhere_it_loses_and_doubles_nothing(
    step: str, desk: Desk, lists: Path, entries: list[ListedParty], tmp_path: Path
) -> None:
    """Killed in the middle of its work or of keeping it, the same call finds the same."""
    path = desk.manifest(tmp_path / "past.csv", [(e.names[0].text, "") for e in entries[:LOOSE]])
    place = tmp_path / "killed.db"
    with open_database(place) as database:
        desk.screen(database, lists, path, THEN)
        before = alerts_of(database)
    desk.keep(lists, [entries[0], *entries[2:LOOSE]], NOW, "board")
    command = [sys.executable, "-c", _KILLED, str(place), str(lists), step]
    killed = subprocess.run(command, env=dict(os.environ), check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with open_database(place) as database:
        assert alerts_of(database) == before
        _, new, noted, _ = desk.again(database, lists, NOW)
        assert ([alert.row for alert in new], len(noted)) == ([1], 1)
        assert len(alerts_of(database)) == len(before) + 1
