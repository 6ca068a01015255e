"""Processes killed while a file comes in and while it is screened: nothing is lost or doubled."""

import hashlib
import random
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec import structs
from tests.found import alerts

from tidewaiter.node.uploads.jobs import stamp
from tidewaiter.node.uploads.settings import Desk
from tidewaiter.store.audit import verify_audit
from tidewaiter.store.core.database import Database, open_database
from tidewaiter.store.screening.lines import refusals
from tidewaiter.store.screening.runs import Screening, screenings
from tidewaiter.store.uploads import (
    Arrived,
    Reached,
    Upload,
    add_upload,
    queue_upload,
    set_options,
    uploads,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

SCRIPT = Path(__file__).with_name("killed.py")
KILLS = 3


class Kept(NamedTuple):
    """Content of a database after a screening."""

    alerts: list[tuple[int, str]]
    refusals: list[tuple[int, str]]
    counts: tuple[int, ...]
    reached: Reached | None


def _run(number: int, how: str, desk: Desk, *more: str) -> tuple[int, int]:
    """Run the script; return how it ended, and how many calls it made."""
    command = [sys.executable, str(SCRIPT), str(number), how, desk.database, str(desk.spool.folder)]
    done = subprocess.run(
        [*command, *more], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    found = re.search(r"(\d+) calls", done.stderr)
    return done.returncode, int(found[1]) if found else 0


def _kept(database: Database) -> Kept:
    with database.work() as work:
        assert verify_audit(work).broken is None
        (screening,) = screenings(work)
        (upload,) = (each for each in uploads(work) if each.state == "done")
        reached = upload.progress
        assert upload.screening == screening.id
        return Kept(
            sorted((each.row, each.id) for each in alerts(work, rows=10_000)),
            sorted((each.refusal.row, each.refusal.problem) for each in refusals(work, rows=1000)),
            _counts(screening),
            structs.replace(reached, seconds=0) if reached else None,
        )


def _counts(screening: Screening) -> tuple[int, ...]:
    found = screening
    return found.rows_done, found.lines, found.alerts, found.refusals, found.new_lines


def test_a_screening_that_is_killed_ends_as_undisturbed(
    queued: Callable[..., Upload], desk: Desk, database: Database, tmp_path: Path
) -> None:
    """Killed anywhere, again and again, the next worker goes on at the checkpoint."""
    whole = structs.replace(desk, database=str(tmp_path / "whole.db"))
    upload = queued()
    with open_database(whole.database) as other:
        _copy(upload, other)
    _, calls = _run(0, "work", whole)
    with open_database(whole.database) as other:
        want = _kept(other)
    assert len(want.alerts) > 70
    desk.spool.journal(upload.id).unlink()
    chance, killed = random.Random(desk.database[:6]), 0
    for _ in range(KILLS):
        code, _ = _run(chance.randrange(1, calls // 3), "work", desk)
        killed += code == -signal.SIGKILL
        _try_again(database)
    assert killed >= KILLS - 1
    for _ in range(2):  # the first may find that its process had ended twice
        assert _run(0, "work", desk)[0] == 0
        _try_again(database)
    assert _kept(database) == want
    assert sorted(path.suffix for path in desk.spool.folder.iterdir()) == ["", ".journal"]


def _try_again(database: Database) -> None:
    """Do what an officer does who reads that a process ended twice without a word."""
    with database.work(stamp()) as work:
        (upload,) = uploads(work)
        if upload.state == "failed":
            assert upload.error is not None
            assert "ended twice" in upload.error
            assert upload.options.day is not None
            queue_upload(work, upload, upload.options.day)


def _copy(upload: Upload, other: Database) -> None:
    """Put the same upload, queued, into another database."""
    assert upload.inspection is not None
    assert upload.options.day is not None
    with other.work(structs.replace(stamp(), who=upload.who)) as work:
        arrived = Arrived(name=upload.name, sha256=upload.sha256, size=upload.size)
        added = add_upload(work, arrived, upload.options)
        told = set_options(work, added, upload.options, upload.inspection)
        queue_upload(work, told, upload.options.day)


def test_an_upload_that_is_killed_is_whole_or_not_there(
    desk: Desk, database: Database, tmp_path: Path, sample: bytes
) -> None:
    """An upload in the database has all its bytes; sent again, it is there once more."""
    file = tmp_path / "manifest.csv"
    file.write_bytes(sample)
    _, calls = _run(0, "send", desk, str(file))
    chance, killed = random.Random(7), 0
    for number in sorted(chance.sample(range(1, calls), KILLS)):
        code, _ = _run(number, "send", desk, str(file))
        killed += code == -signal.SIGKILL
        whole = [path for path in desk.spool.folder.iterdir() if not path.name.startswith(".")]
        for path in whole:
            assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name
        with database.work() as work:
            found = uploads(work)
            assert verify_audit(work).broken is None
        assert {each.sha256 for each in found} <= {path.name for path in whole}
        assert all(each.state in {"received", "mapped"} for each in found)
        assert all(each.size == len(sample) for each in found)
    assert killed >= KILLS - 1
    with database.work() as work:
        before = len(uploads(work))
    assert _run(0, "send", desk, str(file))[0] == 0
    with database.work() as work:
        assert len(uploads(work)) == before + 1
    assert 1 <= before <= KILLS + 1
