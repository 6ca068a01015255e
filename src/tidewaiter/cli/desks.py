"""The desk of this node, for a command."""

from collections.abc import Iterator
from contextlib import contextmanager

from tidewaiter.courier.desk import Desk, desk_of
from tidewaiter.identity import ring_file
from tidewaiter.store.database import open_database


@contextmanager
def desk_at(db: str) -> Iterator[Desk]:
    """Open the desk of this node, and close its database at the end.

    Raises:
        InputError: This installation is no node, or the database is another's.
        StoreError: The database cannot be opened.
    """
    with open_database(db) as database:
        yield desk_of(database, ring_file())
