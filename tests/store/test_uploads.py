"""Uploads in the database: their states, what may change them, and who screens them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec import structs
from tests.support.raising import raises

from tidewaiter.base.errors import ConflictError, MissingError
from tidewaiter.store.audit import audit_entries, verify_audit
from tidewaiter.store.core.database import Database, Stamp
from tidewaiter.store.uploads import (
    MOST,
    Arrived,
    Lease,
    Options,
    Reached,
    Upload,
    add_upload,
    cancel_upload,
    copy_upload,
    drop_old_uploads,
    drop_upload,
    end_upload,
    fail_upload,
    is_waiting,
    last_like,
    queue_upload,
    renew_lease,
    running_uploads,
    set_options,
    take_upload,
    twins,
    unheld,
    upload_of,
    uploads,
)
from tidewaiter.trade.readers.columns.mapping import Question
from tidewaiter.trade.readers.inspection import Inspection
from tidewaiter.trade.types import ReadOptions

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
CLEAR = Inspection(form="csv", signature="1" * 32)
ASKED = structs.replace(CLEAR, questions=(Question(field="goods", columns=("A", "B")),))
ONE, TWO = Lease(worker="here 1 one"), Lease(worker="here 2 two")


def _at(seconds: float = 0, who: str = "reyes") -> Stamp:
    return Stamp(who=who, at=NOON + timedelta(seconds=seconds))


@pytest.fixture
def add(database: Database) -> Callable[..., Upload]:
    """Add an upload, queued unless another state is asked for."""

    def made(letter: str = "a", *, queue: bool = True, **options: object) -> Upload:
        with database.work(_at()) as work:
            arrived = Arrived(name=f"{letter}.csv", sha256=letter * 64, size=12)
            upload = add_upload(work, arrived, Options())
            wanted = Options(reading=ReadOptions(**options))  # type: ignore[arg-type]
            upload = set_options(work, upload, wanted, CLEAR)
            return queue_upload(work, upload, NOON.date()) if queue else upload

    return made


def _take(database: Database, lease: Lease, seconds: float = 0) -> Upload | None:
    with database.work(_at(seconds)) as work:
        return take_upload(work, lease)


def test_an_upload_comes_back_as_it_was_kept(database: Database) -> None:
    """Name, bytes, who and when; it waits for what must be asked."""
    with database.work(_at()) as work:
        upload = add_upload(work, Arrived(name="x\0.csv", sha256="a" * 64, size=12), Options())
        asked = set_options(work, upload, Options(), ASKED)
    assert (upload.name, upload.who, upload.state) == ("x\ufffd.csv", "reyes", "received")
    assert (asked.state, asked.inspection) == ("received", ASKED)
    with database.work() as work:
        assert upload_of(work, upload.id) == asked
        assert uploads(work) == [asked]
        with raises("store/no-upload", MissingError, number=99):
            upload_of(work, 99)


def test_what_is_not_clear_is_not_screened(database: Database, add: Callable[..., Upload]) -> None:
    """A question must be answered first; then the day of the law is fixed."""
    upload = add(queue=False)
    with database.work(_at()) as work:
        asked = set_options(work, upload, Options(), ASKED)
        with raises("store/reading-not-clear"):
            queue_upload(work, asked, date(2026, 1, 1))
        clear = set_options(work, asked, Options(), CLEAR)
        queued = queue_upload(work, clear, date(2026, 1, 1))
    assert (clear.state, queued.state) == ("mapped", "queued")
    assert queued.options.day == date(2026, 1, 1)


def test_two_officers_do_not_overwrite_each_other(
    database: Database, add: Callable[..., Upload]
) -> None:
    """The officer with the outdated view is refused, and nothing is changed."""
    seen = add(queue=False)
    with database.work(_at()) as work:
        queue_upload(work, seen, NOON.date())
    with (
        database.work(_at()) as work,
        raises("store/upload-changed-since-you-looked", ConflictError, state="queued"),
    ):
        set_options(work, seen, Options(street=True), CLEAR)
    with database.work() as work:
        assert not upload_of(work, seen.id).options.street


def test_two_workers_never_have_one_upload(database: Database, add: Callable[..., Upload]) -> None:
    """The one that waited longest comes first; the next worker gets the next one, or none."""
    first, second = add("a"), add("b")
    taken = [_take(database, lease) for lease in (ONE, TWO, TWO)]
    assert [each and each.id for each in taken] == [first.id, second.id, None]
    with database.work() as work:
        assert not is_waiting(work, NOON)
        assert [each.id for each in running_uploads(work, "here")] == [first.id, second.id]
        assert running_uploads(work, "her") == []


def test_a_lease_that_is_not_renewed_is_taken_over(
    database: Database, add: Callable[..., Upload]
) -> None:
    """After expiry another process continues, and the first learns that it lost the upload."""
    upload = add()
    _take(database, ONE)
    with database.work(_at(50)) as work:
        assert renew_lease(work, upload.id, ONE, Reached(row=7)) == "go on"
    assert _take(database, TWO, 100) is None
    taken = _take(database, TWO, 111)
    assert taken is not None
    assert (taken.worker, taken.progress) == (TWO.worker, Reached(row=7))
    with database.work(_at(112)) as work:
        assert renew_lease(work, upload.id, ONE) == "lost"
        assert not end_upload(work, upload.id, ONE, "done")
        assert not fail_upload(work, upload.id, ONE, "x")
        assert end_upload(work, upload.id, TWO, "done", reached=Reached(row=9))
        assert upload_of(work, upload.id).state == "done"


def test_a_process_that_is_known_to_be_gone_is_not_waited_for(
    database: Database, add: Callable[..., Upload]
) -> None:
    """The work of a killed process is taken over at once."""
    upload = add()
    _take(database, ONE)
    with database.work(_at(1)) as work:
        assert is_waiting(work, NOON, gone=[upload.id])
        taken = take_upload(work, TWO, gone=[upload.id])
    assert taken is not None
    assert taken.tries == 2


def test_a_file_that_kills_its_worker_is_given_up(
    database: Database, add: Callable[..., Upload]
) -> None:
    """Begun twice without getting anywhere it has failed, says so, and the next one is screened."""
    upload, other = add("a"), add("b")
    for round_ in range(MOST):
        taken = _take(database, ONE, 100 * round_)
        assert taken is not None
        assert taken.id == upload.id
    following = _take(database, ONE, 100 * MOST)
    assert following is not None
    assert following.id == other.id
    with database.work() as work:
        failed = upload_of(work, upload.id)
    assert failed.state == "failed"
    assert failed.error is not None
    assert "ended twice" in failed.error
    with database.work(_at(500)) as work:
        assert queue_upload(work, failed, NOON.date()).tries == 0


def test_getting_further_counts_the_tries_anew(
    database: Database, add: Callable[..., Upload]
) -> None:
    """A large file may be interrupted as often as it likes while it gets on."""
    upload = add()
    for round_ in range(3 * MOST):
        taken = _take(database, ONE, 100 * round_)
        assert taken is not None
        assert taken.tries == 1
        with database.work(_at(100 * round_)) as work:
            renew_lease(work, upload.id, ONE, Reached(row=round_ + 1))


def test_cancelling_reaches_the_worker(database: Database, add: Callable[..., Upload]) -> None:
    """One that waits is cancelled at once; one that runs, when its worker hears of it."""
    waiting, running = add("b", queue=False), add("a")
    taken = _take(database, ONE)
    assert taken is not None
    with database.work(_at()) as work:
        assert cancel_upload(work, waiting).state == "cancelled"
        told = cancel_upload(work, taken)
        assert (told.state, told.stop) == ("running", True)
        assert renew_lease(work, running.id, ONE) == "stop"
        end_upload(work, running.id, ONE, "cancelled")
        now = upload_of(work, running.id)
        assert (now.state, now.stop) == ("cancelled", True)
        assert not queue_upload(work, now, NOON.date()).stop


def test_a_cancelled_one_is_not_taken_over(database: Database, add: Callable[..., Upload]) -> None:
    """Where the worker ended before it heard, the upload is cancelled all the same."""
    add()
    taken = _take(database, ONE)
    assert taken is not None
    with database.work(_at()) as work:
        cancel_upload(work, taken)
    assert _take(database, TWO, 100) is None
    with database.work() as work:
        assert upload_of(work, taken.id).state == "cancelled"


def test_bytes_go_when_the_last_upload_lets_them_go(
    database: Database, add: Callable[..., Upload]
) -> None:
    """The same bytes may be held twice; who waits keeps them."""
    first, second = add("a", queue=False), add("a", queue=False)
    with database.work(_at()) as work:
        dropped = drop_upload(work, first)
        assert (dropped.held, dropped.state) == (False, "cancelled")
        assert unheld(work, ["a" * 64]) == []
        queued = queue_upload(work, second, NOON.date())
        with pytest.raises(ConflictError):
            drop_upload(work, queued)
        with raises("store/file-no-longer-kept"):
            copy_upload(work, dropped)
        cancelled = cancel_upload(work, queued)
        assert drop_old_uploads(work, NOON) == []
        (old,) = drop_old_uploads(work, NOON + timedelta(seconds=1))
        assert old.id == cancelled.id
        assert unheld(work, ["a" * 64, "b" * 64]) == ["a" * 64, "b" * 64]


def test_files_of_the_same_bytes_and_of_the_same_columns_are_found(
    database: Database, add: Callable[..., Upload]
) -> None:
    """Earlier uploads are shown, screened or not, and the mapping used is reused."""
    first = add("a", queue=False)
    before = add("a", decimal=",")
    seen = add("a", queue=False)
    with database.work() as work:
        found = [each.id for each in twins(work, seen.sha256, but=seen.id)]
        assert found == [before.id, first.id]
        like = last_like(work, seen)
        assert like is not None
        assert like.options.reading.decimal == ","
        assert last_like(work, structs.replace(seen, signature="2" * 32)) is None
        assert last_like(work, structs.replace(seen, signature=None)) is None


def test_the_audit_names_no_file(database: Database, add: Callable[..., Upload]) -> None:
    """Each change has its entry, by numbers and hashes; a name is a stranger's text."""
    upload = add()
    _take(database, ONE)
    with database.work(_at()) as work:
        end_upload(work, upload.id, ONE, "done")
    with database.work() as work:
        entries = audit_entries(work)
        assert verify_audit(work).broken is None
    assert [each.action for each in entries] == [
        "upload received",
        "upload mapped",
        "upload queued",
        "upload begun",
        "upload done",
    ]
    assert not any("a.csv" in each.details for each in entries)
