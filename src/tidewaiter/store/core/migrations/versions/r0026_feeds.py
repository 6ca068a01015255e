"""Incident data prepared for TAXII clients."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, empty."""
    op.create_table(
        "feed",
        sa.Column("id", TEXT, primary_key=True),
        *(sa.Column(name, TEXT, nullable=False) for name in ("title", "reach", "purpose", "made")),
        sa.Column("seq", WHOLE, nullable=False),
        sa.Column("added", TEXT),
        sqlite_strict=True,
    )
    op.create_table(
        "feed_item",
        sa.Column("feed", TEXT, sa.ForeignKey("feed.id"), primary_key=True),
        sa.Column("seq", WHOLE, primary_key=True, autoincrement=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("added", "owner", "subject")),
        sa.Column("written", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("feed", "added"),
        sqlite_strict=True,
    )
    op.create_table(
        "feed_source",
        sa.Column("feed", TEXT, sa.ForeignKey("feed.id"), primary_key=True),
        *(sa.Column(name, TEXT, primary_key=True) for name in ("owner", "subject")),
        *(sa.Column(name, WHOLE, nullable=False) for name in ("last", "size")),
        sqlite_strict=True,
    )
