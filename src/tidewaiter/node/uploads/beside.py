"""What other lines say of the alerts of an upload, kept in the database before it is done."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeVar

import pyarrow as pa

from tidewaiter.bulk.journal import read_journal
from tidewaiter.bulk.marks import marks_of
from tidewaiter.bulk.run import Settings
from tidewaiter.consignments.past.allowed import Allowed
from tidewaiter.consignments.past.selecting import is_selected
from tidewaiter.consignments.readers import reader_for
from tidewaiter.consignments.types import Alert
from tidewaiter.rescreen.before import before_of
from tidewaiter.rescreen.keeping import keep_marks
from tidewaiter.store.alerts import alerts_of, ids_of_source
from tidewaiter.store.database import Database, Stamp
from tidewaiter.store.screenings import screening_of
from tidewaiter.store.slices import slices
from tidewaiter.store.uploads import Upload
from tidewaiter.uploads.desk import Desk

T = TypeVar("T")


class Screened(NamedTuple):
    """An upload whose lines and alerts are stored."""

    desk: Desk
    database: Database
    upload: Upload
    settings: Settings  # what it was screened by
    screening: int
    allowed: tuple[Allowed, ...] = ()  # by the register


def mark_upload(job: Screened, stamp: Callable[[], Stamp], go_on: Callable[[], None]) -> None:
    """Look through other lines, and keep what they say of the alerts of an upload.

    Args:
        job: The upload.
        stamp: Says who keeps it, and when.
        go_on: Called again and again; raises where the work is to be left.
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
    """Read the alerts of an upload as the database has them, those that rules select last.

    Args:
        desk: Of the installation.
        database: Of the desk.
        upload: Which is screened.
        screening: Its own; None: it did not begin, and no rule selected any.
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
