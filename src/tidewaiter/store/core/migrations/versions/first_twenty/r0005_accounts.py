"""Accounts for the web pages, their sessions, invitations and tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, empty."""
    op.create_table(
        "account",
        sa.Column("id", WHOLE, primary_key=True),
        *(sa.Column(name, TEXT, nullable=False) for name in ("name", "shown", "role")),
        *(sa.Column(name, WHOLE, nullable=False) for name in ("cleared", "active")),
        sa.Column("password", TEXT),
        sa.Column("wrong", WHOLE, nullable=False),
        sa.Column("rests", TEXT),
        sa.Column("language", TEXT),
        sa.Column("made", TEXT, nullable=False),
        sa.UniqueConstraint("name", name="account_once"),
        sqlite_strict=True,
    )
    _secrets("session", "begun", "seen", "ends", "agent")
    _secrets("invitation", "made", "ends")
    op.create_table(
        "token",
        sa.Column("id", WHOLE, primary_key=True),
        sa.Column("digest", TEXT, nullable=False),
        _account(),
        *(sa.Column(name, TEXT, nullable=False) for name in ("name", "rights", "made", "ends")),
        sa.Column("used", TEXT),
        sa.UniqueConstraint("digest", name="token_once"),
        sqlite_strict=True,
    )
    op.create_index("token_account", "token", ["account"])


def _secrets(table: str, *texts: str) -> None:
    op.create_table(
        table,
        sa.Column("digest", TEXT, primary_key=True),
        _account(),
        *(sa.Column(name, TEXT, nullable=False) for name in texts),
        sqlite_strict=True,
    )
    op.create_index(f"{table}_account", table, ["account"])


def _account() -> "sa.Column[int]":
    return sa.Column("account", WHOLE, sa.ForeignKey("account.id"), nullable=False)
