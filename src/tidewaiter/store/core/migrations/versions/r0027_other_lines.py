"""Versions of alerts before and after evidence from other lines."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table; stored alerts contain their own line's evidence until they are marked."""
    op.create_table(
        "alert_version",
        sa.Column("alert", TEXT, sa.ForeignKey("alert.id"), primary_key=True),
        sa.Column("number", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("step", WHOLE),
        *(sa.Column(name, TEXT, nullable=False) for name in ("at", "digest", "payload")),
        sqlite_strict=True,
    )
