"""Peers' statements about their logs; before this revision, only the latest is known."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table; new receipts fill it."""
    op.create_table(
        "witness",
        sa.Column("number", WHOLE, primary_key=True),
        sa.Column("peer", TEXT, sa.ForeignKey("peer.node"), nullable=False),
        *(sa.Column(name, WHOLE, nullable=False) for name in ("size", "have")),
        *(sa.Column(name, TEXT, nullable=False) for name in ("root", "receipt", "wrong", "came")),
        sqlite_strict=True,
    )
    op.create_index("witness_size", "witness", ["peer", "size"])
    op.create_index("witness_peer", "witness", ["peer", "number"])
