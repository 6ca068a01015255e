"""Suppression rules, their history, and the alerts they suppress."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables; no existing alert is suppressed."""
    op.create_table(
        "suppression",
        sa.Column("id", WHOLE, primary_key=True),
        *(
            sa.Column(name, TEXT, nullable=False)
            for name in ("scope", "reason", "words", "owner", "expires")
        ),
        sa.Column("strong", WHOLE, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("since", TEXT),
        sa.Column("last", WHOLE),
        sqlite_strict=True,
    )
    op.create_index("suppression_state", "suppression", ["state", "expires"])
    rule = "suppression.id"
    op.create_table(
        "suppression_step",
        sa.Column("id", WHOLE, primary_key=True),
        sa.Column("suppression", WHOLE, sa.ForeignKey(rule), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("step", "words", "by", "at")),
        sqlite_strict=True,
    )
    op.create_index("suppression_step_suppression", "suppression_step", ["suppression", "id"])
    op.create_table(
        "alert_suppressed",
        sa.Column("alert", TEXT, sa.ForeignKey("alert.id"), primary_key=True),
        sa.Column("suppression", WHOLE, sa.ForeignKey(rule), primary_key=True),
        sa.Column("at", TEXT, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("alert_suppressed_suppression", "alert_suppressed", ["suppression", "at"])
