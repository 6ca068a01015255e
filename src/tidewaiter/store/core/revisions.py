"""Schema revisions: which one a database has, and the upgrade to the newest."""

from collections.abc import Callable
from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from tidewaiter.base.errors import StoreError
from tidewaiter.store.core.columns import VERSION_TABLE


def is_current(connection: Connection, at: str) -> bool:
    """Say whether a database has the newest revision.

    Args:
        connection: Open, and in a transaction.
        at: The database, for errors.

    Raises:
        StoreError: The database holds other things, or is of a newer version.
    """
    known, newest = _known(_config)
    current = _revision(connection, at)
    if current is not None and current not in known:
        raise StoreError("store/database-of-newer-version", current=current, at=at)
    return current == newest


def upgrade(connection: Connection, at: str) -> None:
    """Bring a database to the newest revision, in the transaction that is open.

    Args:
        connection: Open, and in a transaction that no other writer shares.
        at: The database, for errors.

    Raises:
        StoreError: The database holds other things, or is of a newer version.
    """
    if not is_current(connection, at):  # another process may have been faster
        command.upgrade(_config(connection), "head")


@cache
def _known(config: Callable[[], Config]) -> tuple[frozenset[str], str | None]:
    """Return the revisions that this version knows, and the newest; reading them takes its time."""
    script = ScriptDirectory.from_config(config())
    return frozenset(step.revision for step in script.walk_revisions()), script.get_current_head()


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "tidewaiter.store.core:migrations")
    config.set_main_option("recursive_version_locations", "true")
    return config


def _revision(connection: Connection, at: str) -> str | None:
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    tables = inspect(connection).get_table_names()
    if tables and VERSION_TABLE not in tables:
        raise StoreError("store/tables-of-another-program", tables=min(tables), at=at)
    return context.get_current_revision()
