"""Webhooks and their pending messages."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, empty."""
    op.create_table(
        "webhook",
        sa.Column("id", WHOLE, primary_key=True),
        *(
            sa.Column(name, TEXT, nullable=False)
            for name in ("name", "url", "secret", "severities")
        ),
        *(sa.Column(name, WHOLE, nullable=False) for name in ("cleared", "active")),
        sa.Column("made", TEXT, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "delivery",
        sa.Column("id", WHOLE, primary_key=True),
        sa.Column("webhook", WHOLE, sa.ForeignKey("webhook.id"), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("alerts", "made")),
        sa.Column("tries", WHOLE, nullable=False),
        sa.Column("due", TEXT),
        *(sa.Column(name, TEXT, nullable=False) for name in ("state", "answer")),
        sqlite_strict=True,
    )
    op.create_index("delivery_due", "delivery", ["due"])
    op.create_index("delivery_webhook", "delivery", ["webhook", "id"])
