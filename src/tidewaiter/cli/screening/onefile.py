"""One file screened on this machine: its lines, then what other lines say of its alerts."""

import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import click

from tidewaiter.base.errors import InputError
from tidewaiter.bulk.marks import Marks, marks_of
from tidewaiter.bulk.run import Settings, workers_for
from tidewaiter.cli.earlier import earlier_alerts, lines_of
from tidewaiter.cli.options import STOPPED
from tidewaiter.cli.progress import watched
from tidewaiter.consignments.types import ReadOptions
from tidewaiter.identity import own_stamp
from tidewaiter.node import Progress, hash_file, screen_file
from tidewaiter.rescreen.before import before_of
from tidewaiter.rescreen.keeping import keep_marks
from tidewaiter.rescreen.registered import RegisterAsked, register_desk
from tidewaiter.store.database import Database, open_database


class OneFile(NamedTuple):
    """A file, and what it is screened by."""

    path: Path
    options: ReadOptions
    settings: Settings
    journal: Path  # keeps what is found
    history: tuple[Path, ...]  # earlier files
    workers: int  # processes at most
    register: str | None  # the database whose register is asked; None: the one that keeps all


def screen_one(job: OneFile, database: Database | None) -> tuple[Marks, int]:
    """Screen a file, and hear what other lines say of its alerts; a database keeps both.

    Returns:
        What they say, and how many alerts were new to the database.

    Raises:
        InputError: The database whose register is to be asked has none.
    """
    path, options, settings, journal = job.path, job.options, job.settings, job.journal
    register = _register(job, database)
    workers = workers_for(path, job.workers)
    steps = screen_file(
        path, options, settings, journal, workers=workers, database=database, register=register
    )
    new, screening = _watch(steps, path)
    earlier = earlier_alerts(job.history, options, settings, workers=job.workers)
    files = partial(lines_of, job.history, options) if job.history else None
    allowed = register.allowed if register else ()
    at_hand = {settings.sha256, *map(hash_file, job.history if database else ())}
    before = before_of(database, at_hand, files, allowed)
    lines = partial(lines_of, (path,), options, unread=True)
    marks = marks_of(journal, settings, earlier, lines, before, workers=workers)
    if database is not None and screening is not None:
        kept = keep_marks(database, screening, journal, marks, own_stamp)
        new += sum(each.selected for each in kept)
    return marks, new


def _register(job: OneFile, database: Database | None) -> RegisterAsked | None:
    if job.register is None:
        return register_desk(database, job.settings)
    with open_database(job.register) as named:
        register = register_desk(named, job.settings)
    if register is None:
        hint = "tidewaiter register add FILE --country MX --db " + job.register
        raise InputError("this database holds no register", at="--register", hint=hint)
    return register


def _watch(steps: Iterable[Progress], path: Path) -> tuple[int, int | None]:
    """Go through a screening; return how many alerts were new to the database, and its id there."""
    row, new, screening = 0, 0, None
    try:
        for progress in watched(steps, path):
            row = progress.done.row
            new += len(progress.new or ())
            screening = progress.screening
    except KeyboardInterrupt:
        after = f" after row {row}" if row else ""
        click.echo(f"stopped{after}; the same command goes on there", err=True)
        sys.exit(STOPPED)
    return new, screening
