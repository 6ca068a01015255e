"""A screening with a database: settings, history and register of it, and where results are kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

import click

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import hash_file
from tidewaiter.bulk.cross_line import Marks, marks_of
from tidewaiter.bulk.screening import Settings, workers_for
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.screening.run import OneFile, earlier_alerts, lines_of, watch
from tidewaiter.node.context import database_at, end_overdue, screen_file
from tidewaiter.node.file_screening import FileJob, RegisterAsked
from tidewaiter.node.identity import own_stamp
from tidewaiter.node.rescreen.cross_line import keep_marks
from tidewaiter.node.rescreen.database_inputs import before_of, register_desk, switched
from tidewaiter.store.core.database import Database, open_database
from tidewaiter.store.suppression.index import count_suppressed


class Stored(NamedTuple):
    """A finished screening."""

    settings: Settings  # with the rule settings of the database
    marks: Marks  # what other lines show
    new: int  # alerts that were new in the database


def screen_stored(job: OneFile, place: str | None) -> Stored:
    """Screen a file with the database, the register and the history that it names.

    Args:
        job: The file.
        place: Database for lines and alerts; None: none.

    Raises:
        InputError: The database has no register.
    """
    with database_at(place) as database, suppression_reported(database):
        settings = switched(job.settings, database)
        marks, new = screen_one(job._replace(settings=settings), database)
    return Stored(settings, marks, new)


def screen_one(job: OneFile, database: Database | None) -> tuple[Marks, int]:
    """Screen a file and add what other lines show about its alerts; a database stores both.

    Returns:
        What the other lines show, and how many alerts were new in the database.

    Raises:
        InputError: The database has no register.
    """
    path, options, settings, journal = job.path, job.options, job.settings, job.journal
    register = _register(job, database)
    workers = workers_for(path, job.workers)
    file = FileJob(path=path, options=options, settings=settings, journal=journal, workers=workers)
    new, screening = watch(screen_file(file, database, register=register), path)
    earlier = earlier_alerts(job.history, options, settings, workers=job.workers)
    files = partial(lines_of, job.history, options) if job.history else None
    allowed = register.allowed if register else ()
    at_hand = {settings.sha256, *map(hash_file, job.history if database else ())}
    before = before_of(database, at_hand, files, allowed)
    lines = partial(lines_of, (path,), options, unread=True)
    marks = marks_of(journal, settings, earlier, lines, before)
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
        raise InputError("cli/no-register", register=job.register, at="--register")
    return register


def report_expired(database: Database | None) -> None:
    """End the suppression rules that have expired, and report them; None: no database."""
    for changed in end_overdue(database) if database is not None else ():
        click.echo(
            f"suppression rule {changed.suppression.number} has expired: "
            f"{how_many(changed.alerts, 'alert')} reopened",
            err=True,
        )


@contextmanager
def suppression_reported(database: Database | None) -> Iterator[None]:
    """Report expired rules before a screening, and the number of suppressed alerts after it.

    Args:
        database: The database; None: there is none.
    """
    report_expired(database)
    yield
    if database is None:
        return
    with database.work() as work:
        count = count_suppressed(work)
    if count:  # nothing is hidden in silence
        click.echo(
            (
                f"{how_many(count, 'alert')} in the database suppressed: "
                "tidewaiter alerts list --status suppressed shows them"
            ),
            err=True,
        )
