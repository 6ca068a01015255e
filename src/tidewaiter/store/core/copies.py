"""Copies of a database while it is in use."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tidewaiter.base.files import writing
from tidewaiter.store.database import open_database


def copy_database(place: Path, to: Path) -> None:
    """Copy an SQLite database as it stands at one moment; others go on reading and writing.

    Args:
        place: Its file.
        to: A new file.

    Raises:
        OutputError: The copy cannot be written.
        StoreError: It is none of ours.
    """
    open_database(place).close()  # it is one of ours, and up to date
    with (
        writing(str(to)),
        closing(sqlite3.connect(place)) as one,
        closing(sqlite3.connect(to)) as two,
    ):
        one.backup(two)
