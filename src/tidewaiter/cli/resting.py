"""What a screening tells of suppression rules: which have ended, and how many alerts rest."""

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


def count_at_rest(database: Database | None) -> int:
    """Count the alerts that rest in a database; None: there is none."""
    if database is None:
        return 0
    with database.work() as work:
        return count_resting(work)


def tell_at_rest(count: int) -> None:
    """Say how many alerts rest, where any do: nothing is hidden in silence."""
    if count:
        click.echo(
            f"{count:,} alerts of the database rest by suppression rules: "
            "tidewaiter alerts list --status suppressed shows them",
            err=True,
        )
