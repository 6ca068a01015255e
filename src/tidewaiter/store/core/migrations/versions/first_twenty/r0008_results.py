"""Inspection results, arrival times and counts of alerts, and rules with reduced weight.

Older alerts get the start time of their screening. They are not counted here, because that can
take long; the overview page says how to count them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables; a database without alerts is marked as counted."""
    _create_results()
    _create_tally()
    _create_rules()
    op.add_column("alert", sa.Column("stored", TEXT, nullable=False, server_default=""))
    op.execute(
        "UPDATE alert SET stored = "
        "(SELECT started FROM screening WHERE screening.id = alert.screening)"
    )
    op.execute(
        "INSERT INTO tally (subject, what, day, key, restricted, amount) "
        "SELECT '', 'counted', '', '', 0, 1 WHERE NOT EXISTS (SELECT 1 FROM line)"
    )


def _create_results() -> None:
    op.create_table(
        "result",
        sa.Column("id", WHOLE, primary_key=True),
        sa.Column("alert", TEXT, sa.ForeignKey("alert.id"), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("kind", "outcome")),
        sa.Column("replaces", WHOLE, sa.ForeignKey("result.id")),
        *(sa.Column(name, TEXT, nullable=False) for name in ("by", "at", "payload")),
        sqlite_strict=True,
    )
    op.create_index("result_alert", "result", ["alert", "id"])
    op.create_table(
        "result_withdrawn",
        sa.Column(
            "result", WHOLE, sa.ForeignKey("result.id"), primary_key=True, autoincrement=False
        ),
        *(sa.Column(name, TEXT, nullable=False) for name in ("reason", "note", "by", "at")),
        sqlite_strict=True,
    )


def _create_tally() -> None:
    op.create_table(
        "tally",
        *(sa.Column(name, TEXT, primary_key=True) for name in ("subject", "what", "day", "key")),
        sa.Column("restricted", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("amount", WHOLE, nullable=False),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _create_rules() -> None:
    op.create_table(
        "rule_setting",
        sa.Column("id", WHOLE, primary_key=True),
        sa.Column("rule", TEXT, nullable=False),
        sa.Column("points", WHOLE),
        *(sa.Column(name, TEXT, nullable=False) for name in ("since", "why", "by", "at")),
        sa.Column("strong", WHOLE, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("rule_setting_rule", "rule_setting", ["rule", "id"])
    op.create_table(
        "rule_second",
        sa.Column(
            "setting",
            WHOLE,
            sa.ForeignKey("rule_setting.id"),
            primary_key=True,
            autoincrement=False,
        ),
        *(sa.Column(name, TEXT, nullable=False) for name in ("by", "at")),
        sqlite_strict=True,
    )
