"""Working groups, and incident statements of nodes."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, empty."""
    _groups()
    op.create_table(
        "said",
        sa.Column("number", WHOLE, primary_key=True),
        *(
            sa.Column(name, TEXT, nullable=False)
            for name in ("kind", "owner", "subject", "sender", "message", "at", "came")
        ),
        sa.Column("written", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("sender", "message"),
        sqlite_strict=True,
    )
    op.create_index("said_subject", "said", ["owner", "subject", "number"])
    op.create_index("said_kind", "said", ["kind", "number"])
    op.create_table(
        "said_to",
        *(sa.Column(name, TEXT, primary_key=True) for name in ("owner", "subject")),
        sa.Column("peer", TEXT, sa.ForeignKey("peer.node"), primary_key=True),
        sqlite_strict=True,
    )


def _groups() -> None:
    op.create_table(
        "working_group",
        sa.Column("id", TEXT, primary_key=True),
        *(sa.Column(name, TEXT, nullable=False) for name in ("name", "made")),
        sa.Column("epoch", WHOLE, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "working_group_member",
        sa.Column("group", TEXT, sa.ForeignKey("working_group.id"), primary_key=True),
        sa.Column("peer", TEXT, sa.ForeignKey("peer.node"), primary_key=True),
        sa.Column("since", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("until", WHOLE),
        sqlite_strict=True,
    )
