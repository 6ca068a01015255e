"""Pre-export notifications, and the acts of both sides on each."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, empty."""
    op.create_table(
        "notice",
        sa.Column("number", WHOLE, primary_key=True),
        *(
            sa.Column(name, TEXT, nullable=False)
            for name in ("owner", "reference", "side", "state", "waits_for", "changed")
        ),
        sa.Column("peer", TEXT, sa.ForeignKey("peer.node"), nullable=False),
        sa.Column("reply_by", TEXT),
        sa.Column("version", WHOLE, nullable=False),
        sa.UniqueConstraint("owner", "reference"),
        sqlite_strict=True,
    )
    op.create_index("notice_due", "notice", ["state", "reply_by"])
    op.create_index("notice_peer", "notice", ["peer", "number"])
    op.create_table(
        "notice_event",
        sa.Column("number", WHOLE, primary_key=True),
        sa.Column("notice", WHOLE, sa.ForeignKey("notice.number"), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("id", "by", "message", "came")),
        sa.Column("seq", WHOLE, nullable=False),
        sa.Column("written", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("notice", "id"),
        sqlite_strict=True,
    )
