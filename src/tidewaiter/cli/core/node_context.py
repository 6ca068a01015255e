"""Opens the context of this node for a command: its database, its keys and its clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import click

from tidewaiter.cli.core.options import Day
from tidewaiter.node.identity import own_stamp, ring_file
from tidewaiter.store.core.database import open_database
from tidewaiter.store.peers.reconcile import check_complete
from tidewaiter.transport.context import Desk, desk_of


@contextmanager
def desk_at(db: str, *, restored: bool = False) -> Iterator[Desk]:
    """Open the context of this node, and close its database at the end.

    Args:
        db: The database.
        restored: Whether to continue while messages are missing because the node was restored from
            an older state; messages from peers are then neither shown nor used.

    Raises:
        ConflictError: Messages are missing.
        InputError: This installation is not a node, or the database belongs to another node.
        StoreError: The database cannot be opened.
    """
    with open_database(db) as database:
        desk = desk_of(database, ring_file())
        if not restored:
            with database.work() as work:
                check_complete(work)
        yield desk


def today() -> date:
    """Return the date of this machine."""
    return own_stamp().at.date()


day_option = click.option(
    "--day", type=Day(), default=today, help="Show the state as of this date (default: today)."
)
"""The option of commands whose answer depends on the date."""
