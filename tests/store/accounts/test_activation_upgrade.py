"""A database from before activations: links that others have seen open nothing any more."""

from alembic import command
from sqlalchemy import select, text

from tidewaiter.store.accounts.credentials import ask_activation, open_account
from tidewaiter.store.accounts.sessions import opened_by
from tidewaiter.store.accounts.users import NewAccount, account_of, add_account
from tidewaiter.store.core import revisions, tables
from tidewaiter.store.core.database import Stamp, open_database
from tidewaiter.store.core.migrations.versions.r0030_activations import (
    down_revision,
    revision,
)

BEFORE = ("DROP TABLE activation", "ALTER TABLE invitation DROP COLUMN opened")


def test_links_that_are_open_end_with_the_upgrade(blank: str, stamp: Stamp) -> None:
    """Accounts are unchanged; a newly opened one accepts a pending password."""
    with open_database(blank) as database, database.work(stamp) as work:
        made = add_account(work, NewAccount(name="reyes", role="analyst"))
        open_account(work, made.id, None)
        assert list(opened_by(work, stamp.at)) == [made.id]
        for statement in BEFORE:
            work.connection.execute(text(statement))
        older = text("UPDATE tidewaiter_revision SET version_num = :version")
        work.connection.execute(older, {"version": down_revision})
        command.upgrade(revisions._config(work.connection), revision)
        assert opened_by(work, stamp.at) == {}
        assert account_of(work, made.id) == made
        open_account(work, made.id, None)
        ask_activation(work, "reyes", "a hash")
        waiting = work.connection.execute(select(tables.activation.c.account)).scalars().all()
        assert list(waiting) == [made.id]
