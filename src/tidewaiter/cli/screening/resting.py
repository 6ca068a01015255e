"""What a screening tells of suppression rules: which have ended, and how many alerts rest."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from tidewaiter.node import end_overdue
from tidewaiter.store.database import Database
from tidewaiter.store.hiding import count_resting


def tell_ended(database: Database | None) -> None:
    """End the rules whose time is over, and say so; None: there is no database."""
    for changed in end_overdue(database) if database is not None else ():
        click.echo(
            f"suppression rule {changed.suppression.number} has expired: "
            f"{changed.alerts:,} alerts are open again",
            err=True,
        )


@contextmanager
def resting_told(database: Database | None) -> Iterator[None]:
    """Say before a screening which rules have ended, and after it how many alerts rest.

    Args:
        database: What is screened into; None: there is none.
    """
    tell_ended(database)
    yield
    if database is None:
        return
    with database.work() as work:
        count = count_resting(work)
    if count:  # nothing is hidden in silence
        click.echo(
            f"{count:,} alerts of the database rest by suppression rules: "
            "tidewaiter alerts list --status suppressed shows them",
            err=True,
        )
