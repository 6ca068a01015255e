"""An upload screened: as the command line does, step by step, and again after any stop."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs
from tests.found import alerts
from tests.support.raising import says

from tidewaiter.bulk.journal import read_journal
from tidewaiter.node.file_screening import Progress
from tidewaiter.node.uploads import jobs
from tidewaiter.node.uploads.jobs import Bench, mark_upload, screen_upload, stamp
from tidewaiter.node.uploads.jobs import Screened as Marked
from tidewaiter.node.uploads.settings import Desk
from tidewaiter.node.uploads.workers import killed_uploads, tidy, work_once
from tidewaiter.report.uploads import Findings
from tidewaiter.store.alerts.filters import AlertFilter
from tidewaiter.store.audit import audit_entries, verify_audit
from tidewaiter.store.core.database import Database, Stamp
from tidewaiter.store.screening.runs import screenings
from tidewaiter.store.uploads import (
    Lease,
    Reached,
    Upload,
    cancel_upload,
    renew_lease,
    take_upload,
    upload_of,
)
from tidewaiter.trade.types import Alert

Queued = Callable[..., Upload]
Screened = Callable[[Upload], Upload]


def _stored(database: Database) -> list[tuple[int, str]]:
    with database.work() as work:
        assert verify_audit(work).broken is None
        return sorted((each.row, each.id) for each in alerts(work, rows=10_000))


def test_an_upload_is_screened_as_a_file_is(
    queued: Queued, screened: Screened, database: Database, desk: Desk, sample: bytes
) -> None:
    """The database has the content of the journal; the upload has its counts and screening."""
    upload = screened(queued())
    assert (upload.state, upload.error) == ("done", None)
    found = [
        each for each in read_journal(desk.spool.journal(upload.id)) if isinstance(each, Alert)
    ]
    assert _stored(database) == sorted((each.row, each.id) for each in found)
    assert upload.progress is not None
    assert sum(upload.progress.alerts.values()) == len(found) > 70
    assert upload.progress.open_alerts == upload.progress.alerts
    assert (upload.progress.row, upload.progress.refused_rows) == (431, 1)
    assert upload.progress.read == upload.size == len(sample)
    with database.work() as work:
        (screening,) = screenings(work)
        whos = {each.who for each in audit_entries(work) if each.action == "batch added"}
    assert screening.id == upload.screening
    assert (screening.state, screening.source.name) == ("done", "manifest.csv")
    assert whos == {"reyes"}
    assert {each.file for each in found} == {"manifest.csv"}


@pytest.mark.parametrize("steps", [1, 4, 8])
def test_a_process_that_is_told_to_leave_goes_after_its_step(
    steps: int, queued: Queued, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The upload waits again, and the next process goes on after the last row that is done."""
    upload, done = queued(), 0
    real = jobs.Tally.reached

    def leave(self: jobs.Tally, progress: Progress) -> Reached:
        nonlocal done
        done += 1
        if done == steps:
            bench.leaving.set()
        return real(self, progress)

    monkeypatch.setattr(jobs.Tally, "reached", leave)
    assert work_once(bench)
    with bench.database.work() as work:
        left = upload_of(work, upload.id)
    assert (left.state, left.tries) == ("queued", 0)
    assert left.progress is not None
    assert left.progress.row in range(50 * steps, 50 * steps + 3)
    monkeypatch.undo()
    following = structs.replace(bench, leaving=threading.Event(), lease=Lease(worker="here 2 two"))
    while work_once(following):  # the upload, and then the parties that its lines name
        pass
    with bench.database.work() as work:
        whole = upload_of(work, upload.id)
    assert whole.state == "done"
    found = _stored(bench.database)
    assert whole.progress is not None
    assert sum(whole.progress.alerts.values()) == len(found) > 70


def test_a_screening_is_cancelled_between_two_steps(
    queued: Queued, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found until then stays; queued again, it goes on there."""
    upload = queued()
    monkeypatch.setattr(jobs, "_OFTEN", 0.0)
    real = jobs.Tally.add
    calls = 0

    def cancel(self: jobs.Tally, found: list[Alert]) -> None:
        nonlocal calls
        calls += 1
        real(self, found)
        if calls == 3:
            with bench.database.work(stamp()) as work:
                cancel_upload(work, upload_of(work, upload.id))

    monkeypatch.setattr(jobs.Tally, "add", cancel)
    work_once(bench)
    with bench.database.work() as work:
        stopped = upload_of(work, upload.id)
    assert stopped.state == "cancelled"
    assert stopped.progress is not None
    assert 150 <= stopped.progress.row < 160
    assert 0 < len(_stored(bench.database)) < 70


def test_a_file_that_cannot_be_read_fails_and_says_why(
    queued: Queued, screened: Screened, desk: Desk
) -> None:
    """The error and its hint are the reader's; the next upload is screened."""
    first, second = queued(), queued(b"goods\nacetone\n", "other.csv")
    desk.spool.place(first.sha256).write_bytes(b"\0" * 100)
    failed = screened(first)
    assert failed.state == "failed"
    assert failed.error is not None
    assert "manifest.csv" in failed.error
    assert failed.hint
    assert screened(second).state == "done"


def test_a_mistake_of_ours_fails_one_upload_only(
    queued: Queued, screened: Screened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The upload says what broke off, and the next one is screened."""
    first, second = queued(), queued(b"goods\nacetone\n", "other.csv")

    def broken(*_: object) -> None:
        raise ZeroDivisionError("0 / 0")

    with monkeypatch.context() as patch:
        patch.setattr(jobs, "settings_of", broken)
        failed = screened(first)
    assert failed.error is not None
    assert says(failed.error, "bulk/broke-off")
    assert screened(second).state == "done"


def test_an_upload_whose_process_was_killed_is_found(queued: Queued, bench: Bench) -> None:
    """Its journal is not locked, so this machine need not wait for the lease to end."""
    upload = queued()
    with bench.database.work(stamp()) as work:
        take_upload(work, Lease(worker="here 7 killed"))
    assert killed_uploads(bench) == []  # it may be about to take hold of it
    late = Stamp(who="server", at=stamp().at - timedelta(seconds=6))
    with bench.database.work(late) as work:
        renew_lease(work, upload.id, Lease(worker="here 7 killed"))
    assert killed_uploads(bench) == [upload.id]
    assert work_once(bench)
    with bench.database.work() as work:
        assert upload_of(work, upload.id).state == "done"


def test_one_that_lost_its_lease_leaves_the_upload_to_the_other(
    queued: Queued, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stops at once and changes nothing of what the other says."""
    upload = queued()
    monkeypatch.setattr(jobs, "_OFTEN", 0.0)
    with bench.database.work(stamp()) as work:
        taken = take_upload(work, bench.lease)
        assert taken is not None
        take_upload(work, Lease(worker="there 1 other"), gone=[upload.id])
    screen_upload(bench, taken)
    with bench.database.work() as work:
        now = upload_of(work, upload.id)
    assert (now.state, now.worker) == ("running", "there 1 other")


def test_old_bytes_are_dropped(
    queued: Queued, screened: Screened, bench: Bench, desk: Desk
) -> None:
    """After its days a file and its journal go; the upload and its counts stay."""
    upload = screened(queued())
    tidy(bench)
    assert desk.spool.place(upload.sha256).exists()
    tidy(structs.replace(bench, desk=structs.replace(desk, days=-1)))
    assert list(desk.spool.folder.iterdir()) == []
    with bench.database.work() as work:
        kept = upload_of(work, upload.id)
    assert (kept.state, kept.held, kept.progress) == ("done", False, upload.progress)


def test_a_step_without_lines_counts_nothing(
    queued: Queued, screened: Screened, database: Database
) -> None:
    """A file of a header alone is done, and has its screening."""
    upload = screened(queued(b"goods,cas\n", "empty.csv"))
    assert upload.state == "done"
    assert upload.screening is not None
    assert upload.progress is not None
    assert upload.progress.alerts == {}
    assert _stored(database) == []


def test_another_decimal_mark_is_another_source(
    queued: Queued, screened: Screened, database: Database
) -> None:
    """Read again with another mark, the rows are not taken for those that were stored before."""
    content = b"goods;net (kg)\nacetic anhydride;1.500\nacetic anhydride;2.500\n"
    screened(queued(content, decimal=","))
    screened(queued(content, decimal="."))
    with database.work() as work:
        found = screenings(work)
    assert [each.source.said for each in found] == [{"decimal": "."}, {"decimal": ","}]
    assert [each.new_lines for each in found] == [2, 2]


def test_other_lines_are_heard_before_an_upload_is_done(
    queued: Queued, screened: Screened, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their evidence is in the database and in the files, even after an interruption."""
    head = "consignment,goods,net kg,exporter,importer,origin country,departure\n"
    old = "".join(
        f"{n},cotton shirts,9,Old {n},Shop {n},DE,2026-0{1 + n % 8}-10\n" for n in range(120)
    )
    screened(queued((head + old).encode(), "old.csv"))
    row = "1,acetic anhydride,50,Hafen AG,Muster Inc,DE,2026-11-20\n"
    new = queued((head + row).encode(), "new.csv")

    def leave(job: Marked, *given: Callable[..., Any]) -> None:
        bench.leaving.set()
        mark_upload(job, *given)

    monkeypatch.setattr(jobs, "mark_upload", leave)
    left = screened(new)
    assert (left.state, left.progress and left.progress.beside) == ("queued", False)
    monkeypatch.undo()
    bench.leaving.clear()
    done = screened(new)
    assert done.state == "done"
    with bench.database.work() as work:
        (alert,) = alerts(work, AlertFilter(rule=("trader-new",)))
    assert [each.rule for each in alert.reasons].count("trader-new") == 2
    assert done.progress is not None
    assert done.progress.alerts == {alert.severity: 1}
    assert list(Findings(bench.desk, done, bench.database, cleared=True).alerts()) == [alert]
