"""Passkeys, for signing in without a password."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table, empty."""
    op.create_table(
        "passkey",
        sa.Column("id", WHOLE, primary_key=True),
        sa.Column("account", WHOLE, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("credential", TEXT, nullable=False),
        sa.Column("public", TEXT, nullable=False),
        sa.Column("count", WHOLE, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("made", TEXT, nullable=False),
        sa.Column("used", TEXT),
        sa.UniqueConstraint("credential", name="passkey_once"),
        sqlite_strict=True,
    )
    op.create_index("passkey_account", "passkey", ["account"])
