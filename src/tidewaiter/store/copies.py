"""Copies of a database while it is in use."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import writing
from tidewaiter.store.database import database_file, open_database


def copy_database(url_or_path: str, to: Path) -> None:
    """Copy a database as it stands at one moment; others go on reading and writing.

    Args:
        url_or_path: An SQLite database.
        to: A new file.

    Raises:
        InputError: It is on a server, which has tools of its own.
        OutputError: The copy cannot be written.
        StoreError: It is none of ours.
    """
    place = database_file(url_or_path)
    if place is None:
        hint = "copy it with pg_dump, and the file of keys beside it"
        raise InputError("a database of PostgreSQL is copied by its own tools", hint=hint)
    open_database(url_or_path).close()  # it is one of ours, and up to date
    with (
        writing(str(to)),
        closing(sqlite3.connect(place)) as one,
        closing(sqlite3.connect(to)) as two,
    ):
        one.backup(two)
