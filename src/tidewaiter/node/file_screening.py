"""Screening of one file, step by step, with a journal; a database may take up each step."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import msgspec
import pyarrow as pa

from tidewaiter.base.records import Record
from tidewaiter.bulk.journal import Done, Journal, read_journal
from tidewaiter.bulk.screening import Settings, Step, nothing_at, run
from tidewaiter.node.rescreen.basis import Basis, basis_of
from tidewaiter.trade.history.allowances import Allowed
from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.types import Alert, ReadOptions, Refusal


class RegisterAsked(Protocol):
    """Checks alerts against a register, in file order."""

    digest: str  # of the register's content
    allowed: tuple[Allowed, ...]  # amounts allowed by permits, notices and requirements

    def told(self, alert: Alert, /) -> Alert:
        """Return the alert with the register's result for its goods."""


class Progress(Record, frozen=True, kw_only=True):
    """Progress of a screening, after each step."""

    done: Done
    read: int  # bytes of the file
    size: int
    step: Step
    new: tuple[str, ...] | None  # ids of alerts new to the database; None: no database
    screening: int | None = None  # its id in the database


class FileJob(Record, frozen=True, kw_only=True):
    """A file to screen."""

    path: Path  # its name is in `settings`
    options: ReadOptions
    settings: Settings
    journal: Path  # journal of the steps, until the outputs are written
    workers: int = 1  # processes


class Into(Protocol):
    """What takes up the steps of a screening: a database."""

    @property
    def screening(self) -> int:
        """Return the id of the screening."""

    def add(self, step: Step) -> tuple[str, ...]:
        """Store a step; return the ids of new alerts."""

    def finish(self) -> None:
        """Complete the screening."""


Begin = Callable[[FileJob, Basis, Journal], Into]
"""Starts or resumes a screening that is stored."""


def screen_steps(
    job: FileJob, begin: Begin | None = None, register: RegisterAsked | None = None
) -> Iterator[Progress]:
    """Screen a file; resumable after an interruption.

    Args:
        job: The file.
        begin: Starts what takes up the steps; None: they are stored nowhere.
        register: Register to check alerts against; None: none.

    Yields:
        Progress after each step; once if nothing is left to do.
    """
    settings, size = job.settings, job.path.stat().st_size
    if register is not None:
        settings = msgspec.structs.replace(settings, register=register.digest)
        job = msgspec.structs.replace(job, settings=settings)
    reading = msgspec.json.encode(job.options).decode()
    basis = basis_of(settings)
    with (
        job.path.open("rb") as file,
        Journal(job.journal, settings, basis.digest, reading) as kept,
    ):
        read = reader_for(settings.file, unread=True)(file, settings.file, job.options)
        into = begin(job, basis, kept) if begin else None
        number = into.screening if into else None
        begun, steps = time.monotonic(), 0
        for step in _registered(read, settings, register, kept, job.workers):
            new = into.add(step) if into else None
            now = time.monotonic()
            done = kept.add(step, now - begun)
            begun, steps = now, steps + 1
            place = size if file.closed else file.tell()
            yield Progress(done=done, read=place, size=size, step=step, new=new, screening=number)
        if into:
            into.finish()
        if not steps:
            none = nothing_at(kept.done.row)
            yield Progress(
                done=kept.done, read=size, size=size, step=none, new=(), screening=number
            )


def _registered(
    read: Iterator[pa.RecordBatch | Refusal],
    settings: Settings,
    register: RegisterAsked | None,
    kept: Journal,
    workers: int,
) -> Iterator[Step]:
    """Yield the remaining steps, with the register's results on their alerts."""
    done = kept.done
    steps = run(read, settings, workers=workers, after=done.row, remarks=done.remarks)
    if register is None:
        yield from steps
        return
    if kept.done.row:  # earlier answers reduce what is left
        for entry in read_journal(kept.path):
            if isinstance(entry, Alert):
                register.told(entry)
    for step in steps:
        alerts = tuple(map(register.told, step.screened.alerts))
        screened = msgspec.structs.replace(step.screened, alerts=alerts)
        yield msgspec.structs.replace(step, screened=screened)
