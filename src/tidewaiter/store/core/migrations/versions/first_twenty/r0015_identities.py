"""Who someone is to an authority's own provider, for signing in by it."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table; nobody has signed in by a provider yet."""
    op.create_table(
        "identity",
        sa.Column("issuer", TEXT, primary_key=True),
        sa.Column("subject", TEXT, primary_key=True),
        sa.Column("account", WHOLE, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("made", TEXT, nullable=False),
        sa.UniqueConstraint("issuer", "account", name="identity_once"),
        sqlite_strict=True,
    )
