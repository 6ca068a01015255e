"""Decisions of officers on alerts, and the resulting status of each alert."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table; existing alerts are open and unassigned."""
    op.create_table(
        "decision",
        sa.Column("id", WHOLE, primary_key=True),
        sa.Column("alert", TEXT, sa.ForeignKey("alert.id"), nullable=False),
        sa.Column("verdict", TEXT),
        *(sa.Column(name, TEXT, nullable=False) for name in ("reason", "note", "by", "at")),
        sqlite_strict=True,
    )
    op.create_index("decision_alert", "decision", ["alert", "id"])
    op.add_column("alert", sa.Column("status", TEXT, nullable=False, server_default="open"))
    op.add_column("alert", sa.Column("assignee", TEXT))
    op.add_column("alert", sa.Column("decided", WHOLE))
    op.create_index("alert_status", "alert", ["status", "rank", "id"])
    op.create_index("alert_assignee", "alert", ["assignee", "status", "rank", "id"])
