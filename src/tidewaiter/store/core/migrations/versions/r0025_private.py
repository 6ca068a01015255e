"""Private questions: offers to answer, their filters, and the questions asked."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables; no peer is permitted to ask yet."""
    op.create_table(
        "private_offer",
        sa.Column("number", WHOLE, primary_key=True),
        sa.Column("peer", TEXT, sa.ForeignKey("peer.node"), nullable=False),
        *_texts("side", "offer", "state", "until", "made"),
        *_wholes("slots", "budget"),
        sa.Column("written", sa.LargeBinary),
        sa.UniqueConstraint("side", "peer", "offer"),
        sqlite_strict=True,
    )
    op.create_index("private_offer_state", "private_offer", ["side", "peer", "state"])
    op.create_table(
        "private_part",
        sa.Column(
            "offer",
            WHOLE,
            sa.ForeignKey("private_offer.number"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("part", WHOLE, primary_key=True, autoincrement=False),
        *_texts("message"),
        sa.Column("bits", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "private_question",
        sa.Column("number", WHOLE, primary_key=True),
        sa.Column("peer", TEXT, sa.ForeignKey("peer.node"), nullable=False),
        *_texts("side", "offer", "message", "day", "at", "purpose", "state", "code", "answered"),
        *_texts("answer"),
        *_wholes("slots"),
        sa.Column("written", sa.LargeBinary),
        sa.UniqueConstraint("side", "peer", "message"),
        sqlite_strict=True,
    )
    op.create_index("private_question_day", "private_question", ["side", "peer", "day"])


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT, nullable=False) for name in names]


def _wholes(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, WHOLE, nullable=False) for name in names]
