"""Upload job: step-by-step screening, with progress in the database."""

import os
import secrets
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from typing import Literal, NamedTuple, TypeVar

import pyarrow as pa
from msgspec import structs

from tidewaiter.base.background import Repeated
from tidewaiter.base.errors import InputError, OutputError, StoreError, TidewaiterError
from tidewaiter.base.files import alone
from tidewaiter.base.records import Record
from tidewaiter.bulk.cross_line import marks_of
from tidewaiter.bulk.journal import open_scripts, read_journal
from tidewaiter.bulk.sandbox import broke_off
from tidewaiter.bulk.screening import Settings, workers_for
from tidewaiter.node.context import end_overdue, screen_file
from tidewaiter.node.file_screening import FileJob, Progress
from tidewaiter.node.rescreen.cross_line import keep_marks
from tidewaiter.node.rescreen.database_inputs import before_of, register_desk
from tidewaiter.node.uploads.settings import Desk, settings_of
from tidewaiter.store.alerts.storage import alerts_of, ids_of_source
from tidewaiter.store.core.batched import slices
from tidewaiter.store.core.database import Database, Stamp
from tidewaiter.store.screening.runs import screening_of
from tidewaiter.store.uploads import (
    Lease,
    Orders,
    Reached,
    Upload,
    end_upload,
    fail_upload,
    renew_lease,
    retry_upload,
)
from tidewaiter.trade.history.allowances import Allowed
from tidewaiter.trade.history.reasons import is_selected
from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.types import Alert

T = TypeVar("T")


class Screened(NamedTuple):
    """An upload with lines and alerts stored."""

    desk: Desk
    database: Database
    upload: Upload
    settings: Settings  # screening settings
    screening: int
    allowed: tuple[Allowed, ...] = ()  # by the register


def mark_upload(job: Screened, stamp: Callable[[], Stamp], go_on: Callable[[], None]) -> None:
    """Analyse other lines, and store the findings for an upload's alerts.

    Args:
        job: The upload.
        stamp: Acting user and time.
        go_on: Called repeatedly; raises to stop the work.
    """

    def heard(some: Iterable[T]) -> Iterator[T]:
        for each in some:
            go_on()
            yield each

    def lines() -> Iterator[pa.RecordBatch]:
        return heard(lines_of(job.desk, job.upload))

    before = before_of(job.database, {job.upload.sha256}, allowed=job.allowed)
    if before is not None:
        held, parties = before.held, before.parties
        before = before._replace(
            held=lambda wanted: heard(held(wanted)), parties=lambda: heard(parties())
        )
    journal = job.desk.spool.journal(job.upload.id)
    marks = marks_of(journal, job.settings, lines=lines, before=before)
    for _ in heard(keep_marks(job.database, job.screening, journal, marks, stamp)):
        pass


def lines_of(desk: Desk, upload: Upload) -> Iterator[pa.RecordBatch]:
    """Read the lines of an upload again."""
    name, reading = upload.name, upload.options.reading
    with desk.spool.place(upload.sha256).open("rb") as file:
        for part in reader_for(name, unread=True)(file, name, reading):
            if isinstance(part, pa.RecordBatch):
                yield part


def stored_alerts(
    desk: Desk, database: Database, upload: Upload, screening: int | None
) -> Iterator[Alert]:
    """Read an upload's alerts as stored, those selected by history rules last.

    Args:
        desk: Upload settings.
        database: The database.
        upload: A screened upload.
        screening: Its screening; None: not started, and no rule selected any.
    """
    journal = desk.spool.journal(upload.id)
    found = dict.fromkeys(e.id for e in read_journal(journal) if isinstance(e, Alert))
    for some in slices(list(found)):
        with database.work() as work:
            read = alerts_of(work, some)
        yield from read
    with database.work() as work:
        kept = screening and screening_of(work, screening)
        others = ids_of_source(work, kept.source_id) if kept else []
    for some in slices([name for name in others if name not in found]):
        with database.work() as work:
            read = alerts_of(work, some)
        yield from (alert for alert in read if is_selected(alert))


_OFTEN = 1.0  # seconds between progress updates
_BEATS = 6  # renewals per lease duration


class Bench(Record, frozen=True, kw_only=True):
    """Context of a worker: settings, database and name."""

    desk: Desk
    database: Database
    lease: Lease
    leaving: threading.Event  # set: stop after the next step


def new_lease(seconds: float = 60.0) -> Lease:
    """Return a lease under a unique name of this process."""
    name = f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(4)}"
    return Lease(worker=name, seconds=seconds)


def screen_upload(bench: Bench, upload: Upload) -> None:
    """Screen a leased upload; the outcome is in the database.

    Args:
        bench: Context of the worker.
        upload: Leased; resumes at its checkpoint.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(alone(bench.desk.spool.journal(upload.id), f"upload {upload.id}"))
        except OutputError:  # its previous process is still in its last step
            _give_back(bench, upload)
            return
        beat = stack.enter_context(_beating(bench, upload))
        try:
            _screen(bench, upload, beat)
        except StoreError:
            _give_back(bench, upload)
        except TidewaiterError as error:
            _fail(bench, upload, error)
        except Exception as error:  # noqa: BLE001 - one file must not block others
            _fail(bench, upload, broke_off(error))


def _screen(bench: Bench, upload: Upload, beat: "_Beat") -> None:
    settings = settings_of(bench.desk, upload, bench.database)
    end_overdue(bench.database)
    path, journal = bench.desk.spool.place(upload.sha256), bench.desk.spool.journal(upload.id)
    if not path.is_file():
        raise InputError("node/file-no-longer-kept")
    register = register_desk(bench.database, settings)
    file = FileJob(
        path=path,
        options=upload.options.reading,
        settings=settings,
        journal=journal,
        workers=workers_for(path, bench.desk.workers),
    )
    steps = screen_file(file, bench.database, who=upload.who, register=register)
    tally: Tally | None = None
    reached, screening = Reached(), None
    try:
        with closing(steps):  # type: ignore[type-var]
            for progress in steps:
                if tally is None:  # results from before an interruption are in the journal
                    tally = Tally()
                    tally.add(e for e in read_journal(journal) if isinstance(e, Alert))
                else:
                    tally.add(progress.step.screened.alerts)
                scripts = open_scripts(settings, progress.done)
                reached = structs.replace(tally.reached(progress), scripts=scripts)
                screening = progress.screening
                _go_on(bench, beat, reached, screening)
        if screening is not None:
            reached = structs.replace(reached, beside=True)
            allowed = register.allowed if register else ()
            job = Screened(bench.desk, bench.database, upload, settings, screening, allowed)
            _mark(bench, beat, job, reached)
            reached = _counted(bench, upload, reached, screening)
    except _Left as left:
        if left.state is not None:
            _end(bench, upload, left.state, structs.replace(reached, beside=False), screening)
        return
    _end(bench, upload, "done", reached, screening)


class _Left(Exception):  # noqa: N818 - no error
    """The work stops: cancelled, waiting, or taken over by another process."""

    def __init__(self, state: Literal["cancelled", "queued"] | None) -> None:
        super().__init__()
        self.state = state


def _go_on(bench: Bench, beat: "_Beat", reached: Reached, screening: int | None) -> None:
    """Report progress; stop if asked to."""
    orders = beat.tell(reached, screening)
    if orders == "lost":
        raise _Left(None)
    if orders == "stop" or bench.leaving.is_set():
        raise _Left("cancelled" if orders == "stop" else "queued")


def _mark(bench: Bench, beat: "_Beat", job: Screened, reached: Reached) -> None:
    """Store the findings from other lines."""

    def go_on() -> None:
        _go_on(bench, beat, reached, job.screening)

    def said() -> Stamp:
        return structs.replace(stamp(), who=job.upload.who)

    mark_upload(job, said, go_on)


def _counted(bench: Bench, upload: Upload, reached: Reached, screening: int) -> Reached:
    """Count the alerts after findings from other lines."""
    tally = Tally()
    tally.add(stored_alerts(bench.desk, bench.database, upload, screening))
    return structs.replace(reached, beside=False, **tally.counts())


class Tally:
    """Counts alerts by severity, for all readers and for cleared ones."""

    def __init__(self) -> None:
        self._all: Counter[str] = Counter()
        self._open: Counter[str] = Counter()

    def add(self, alerts: Iterable[Alert]) -> None:
        """Count alerts."""
        for alert in alerts:
            self._all[alert.severity] += 1
            self._open[alert.severity] += not alert.restricted

    def counts(self) -> dict[str, dict[str, int]]:
        """Return the counts for `Reached`."""
        return {"alerts": dict(self._all), "open_alerts": dict(+self._open)}

    def reached(self, progress: Progress) -> Reached:
        """Return the progress of a screening."""
        done = progress.done
        return Reached(
            read=progress.read,
            row=done.row,
            lines=done.lines,
            alerts=dict(self._all),
            open_alerts=dict(+self._open),
            refused_rows=done.refused_rows,
            refused_fields=done.refused_fields,
            seconds=done.seconds,
        )


class _Beat:
    """Renews an upload's lease, and receives instructions."""

    def __init__(self, bench: Bench, upload: Upload) -> None:
        self._bench, self._number = bench, upload.id
        self._orders: Orders = "go on"
        self._told = 0.0

    def tell(self, reached: Reached, screening: int | None) -> Orders:
        """Report progress, at most once a second; return the instruction."""
        now = time.monotonic()
        if now - self._told >= _OFTEN:
            self._told = now
            self.renew(reached, screening)
        return self._orders

    def renew(self, reached: Reached | None = None, screening: int | None = None) -> None:
        """Renew the lease, and read the instruction."""
        with self._bench.database.work(stamp()) as work:
            lease, number = self._bench.lease, self._number
            self._orders = renew_lease(work, number, lease, reached, screening)


@contextmanager
def _beating(bench: Bench, upload: Upload) -> Iterator[_Beat]:
    beat = _Beat(bench, upload)
    pause = bench.lease.seconds / _BEATS
    with Repeated(f"lease of upload {upload.id}", beat.renew, pause, delay=pause):
        yield beat


def stamp() -> Stamp:
    """Return a stamp for automatic work, now."""
    return Stamp(who="screening", at=datetime.now(UTC))


def _end(
    bench: Bench,
    upload: Upload,
    state: Literal["done", "cancelled", "queued"],
    reached: Reached,
    screening: int | None,
) -> None:
    with bench.database.work(stamp()) as work:
        end_upload(work, upload.id, bench.lease, state, screening=screening, reached=reached)


def _give_back(bench: Bench, upload: Upload) -> None:
    with bench.database.work(stamp()) as work:
        retry_upload(work, upload.id, bench.lease)


def _fail(bench: Bench, upload: Upload, error: TidewaiterError) -> None:
    told = f"{error.at}: {error.message}" if error.at else error.message
    with bench.database.work(stamp()) as work:
        fail_upload(work, upload.id, bench.lease, told, error.hint)
