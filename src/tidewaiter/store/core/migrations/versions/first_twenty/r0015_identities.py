"""Identities at an authority's own identity provider, for single sign-on."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table, empty."""
    op.create_table(
        "identity",
        sa.Column("issuer", TEXT, primary_key=True),
        sa.Column("subject", TEXT, primary_key=True),
        sa.Column("account", WHOLE, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("made", TEXT, nullable=False),
        sa.UniqueConstraint("issuer", "account", name="identity_once"),
        sqlite_strict=True,
    )
