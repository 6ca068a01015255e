"""Resolving the parties of a database, for `tidewaiter parties resolve --db`."""

import click

from tidewaiter.cli.progress import stages
from tidewaiter.identity import own_stamp
from tidewaiter.network.resolving import resolve_database
from tidewaiter.store.database import open_database


def resolve_stored(place: str) -> None:
    """Resolve the parties of a database, and say what was found.

    Args:
        place: Path or URL of the database.
    """
    with open_database(place) as database, stages() as bar:
        found = resolve_database(database, own_stamp, bar.tell)
    said = (
        f"{found.parties:,} stored parties are {found.entities:,} entities",
        f"{found.compared:,} pairs compared",
        f"merged: {found.merged:,}; split: {found.split:,}",
    )
    for text in said:
        click.echo(text, err=True)
