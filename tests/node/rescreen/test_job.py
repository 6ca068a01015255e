"""Re-screening by itself: what is due, that it runs once, and that nothing is told twice."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from msgspec import structs
from tests.node.rescreen.conftest import LATER, LOOSE, NOW, THEN, Case, alerts_of

from tidewaiter.base.errors import OutputError
from tidewaiter.base.files import alone
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.decisions import Judgement, add_judgement, version_of
from tidewaiter.node.rescreen import job
from tidewaiter.node.rescreen.job import (
    ListWatch,
    Stopped,
    due_settings,
    rescreen,
    rescreen_if_due,
)
from tidewaiter.node.uploads.settings import Desk
from tidewaiter.node.uploads.storage import Spool
from tidewaiter.node.uploads.workers import crew
from tidewaiter.store.core.database import Stamp

_LAST = date(2031, 12, 15)


def _stamp() -> Stamp:
    return Stamp(who="screening", at=datetime(2031, 12, 8, tzinfo=UTC))


@pytest.fixture
def uploads(case: Case, url: str, tmp_path: Path) -> Desk:
    """Return the settings of a server with these lists."""
    spool = Spool(folder=tmp_path / "spool", limit=1_000_000)
    spool.make()
    return Desk(database=url, spool=spool, lists=case.lists)


def _run(case: Case, desk: Desk, day: date) -> object:
    return rescreen_if_due(case.past, desk, day, _stamp, threading.Event())


def test_a_changed_list_is_due_once(case: Case, uploads: Desk) -> None:
    """The new entry raises one alert; a second run finds nothing to do and adds nothing."""
    assert _run(case, uploads, THEN) is None
    case.keep(case.entries[:LOOSE], NOW)
    before = alerts_of(case.past)
    done = _run(case, uploads, NOW)
    assert done is not None
    assert (done.lines, done.alerts, done.notes) == (1, 1, 0)  # type: ignore[attr-defined]
    after = alerts_of(case.past)
    assert len(after) == len(before) + 1
    assert _run(case, uploads, NOW) is None
    assert _run(case, uploads, LATER) is None
    assert alerts_of(case.past) == after


def test_a_judgement_and_a_day_are_due_too(case: Case, uploads: Desk) -> None:
    """A party judged to be another one, and an entry that is in force from a day on."""
    later = structs.replace(case.entries[0], listed=LATER)
    case.keep([later, *case.entries[1:LOOSE]], NOW)
    assert _run(case, uploads, NOW) is None  # not in force yet
    done = _run(case, uploads, LATER)
    assert done is not None
    assert done.alerts == 1  # type: ignore[attr-defined]
    entry = case.entries[1]
    archive = Archive(case.lists)
    kept = archive.at("board", LATER)
    assert kept is not None
    told = Judgement(
        name=entry.names[0].text,
        list="board",
        entry=entry.id,
        verdict="other",
        why="another person",
        by="officer",
        day=LATER,
        version=version_of(entry),
    )
    add_judgement(case.lists, told)
    assert due_settings(uploads, case.past, _LAST) is not None
    _run(case, uploads, _LAST)
    assert due_settings(uploads, case.past, _LAST) is None


def test_a_server_that_ends_keeps_nothing_and_starts_again(case: Case, uploads: Desk) -> None:
    """Alerts and notes are kept all or none: the next run finds the same."""
    case.keep(case.entries[:LOOSE], NOW)
    settings = due_settings(uploads, case.past, NOW)
    assert settings is not None
    leaving = threading.Event()
    leaving.set()
    before = alerts_of(case.past)
    with pytest.raises(Stopped):
        rescreen(case.past, settings, _stamp, leaving)
    assert alerts_of(case.past) == before
    done = _run(case, uploads, NOW)
    assert done is not None
    assert done.alerts == 1  # type: ignore[attr-defined]


def test_a_second_process_leaves_it_to_the_first(case: Case, uploads: Desk) -> None:
    """It ends without a result, and without an error."""
    case.keep(case.entries[:LOOSE], NOW)
    with alone(uploads.spool.folder / job.LOCK, ""):
        assert _run(case, uploads, NOW) is None
    assert _run(case, uploads, NOW) is not None


def test_a_failure_is_not_taken_for_nothing_due(
    case: Case, uploads: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process ends with the error, so that the server tries again."""
    case.keep(case.entries[:LOOSE], NOW)

    def fail(*_: object) -> None:
        raise OutputError("base/no-space-on-disk", at="alerts")

    monkeypatch.setattr(job, "rescreen", fail)
    with pytest.raises(OutputError):
        _run(case, uploads, NOW)


def test_the_folder_is_watched(case: Case, uploads: Desk) -> None:
    """The first look is a change; then another version or another day is one."""
    days = [NOW]
    watch = ListWatch(uploads, lambda: days[0], pause=0.0)
    assert watch.has_changed()
    watch.take_up()
    assert not watch.has_changed()
    case.keep(case.entries[:LOOSE], NOW)
    assert watch.has_changed()
    watch.take_up()
    days[0] = LATER
    assert watch.has_changed()
    watch.take_up()
    watch.forget()
    assert watch.has_changed()
    assert not ListWatch(structs.replace(uploads, lists=None), lambda: NOW, pause=0).has_changed()


def test_the_server_screens_past_lines_again_by_itself(case: Case, uploads: Desk) -> None:
    """A version added while it serves gives the alert, from a process beside it."""
    today = date.today()  # noqa: DTZ011 - as the server does
    name = case.entries[0].names[0].text
    path = case.desk.manifest(case.lists.parent / "today.csv", [(name, "")])
    case.desk.screen(case.past, case.lists, path, today)
    case.desk.keep(case.lists, [structs.replace(case.entries[0], id="x")], today, "new")
    before = len(alerts_of(case.past))
    with crew(case.past, uploads):
        _wait(lambda: len(alerts_of(case.past)) > before)
    assert len(alerts_of(case.past)) > before


def _wait(done: Callable[[], bool], seconds: float = 90.0) -> None:
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        time.sleep(0.3)
