"""Schema revisions: the current one of a database, and the upgrade to the newest."""

import os
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from tidewaiter.base.errors import StoreError
from tidewaiter.store.core.columns import VERSION_TABLE

FOLDERS = (Path(__file__).parent / "migrations" / "versions",)
"""Where the revisions are, in files named by their numbers: r0033_views.py."""


def is_current(connection: Connection, at: str) -> bool:
    """Return whether a database has the newest revision.

    Args:
        connection: Open, and in a transaction.
        at: The database, for errors.

    Raises:
        StoreError: The database holds other tables, or has a newer version.
    """
    known = _known(FOLDERS)
    current = _revision(connection, at)
    if current is not None and current not in known:
        raise StoreError("store/database-of-newer-version", current=current, at=at)
    return current == max(known)


def upgrade(connection: Connection, at: str) -> None:
    """Upgrade a database to the newest revision, in the open transaction.

    Args:
        connection: Open, and in a transaction that excludes other writers.
        at: The database, for errors.

    Raises:
        StoreError: The database holds other tables, or has a newer version.
    """
    if is_current(connection, at):  # another process has done it
        return
    # Imported here: Alembic takes as long to load as all the rest of a short command.
    from alembic import command  # noqa: PLC0415

    command.upgrade(_config(connection), "head")


def _config(connection: Connection | None = None) -> Any:
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "tidewaiter.store.core:migrations")
    places = os.pathsep.join(map(str, FOLDERS)).replace("%", "%%")  # it interpolates
    config.set_main_option("version_locations", places)
    config.set_main_option("recursive_version_locations", "true")
    for name in ("path_separator", "version_path_separator"):  # of Alembic 1.16, and before
        config.set_main_option(name, "os")
    return config


@cache
def _known(folders: tuple[Path, ...]) -> frozenset[str]:
    """Return the revisions that there are; Alembic would run each file to learn its number."""
    files = (file for folder in folders for file in folder.rglob("r[0-9]*.py"))
    return frozenset(file.stem[1:].partition("_")[0] for file in files)


def _revision(connection: Connection, at: str) -> str | None:
    """Return the revision of a database; None: it is empty."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if VERSION_TABLE not in tables:
        raise StoreError("store/tables-of-another-program", tables=min(tables), at=at)
    current: str | None = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608
    return current
