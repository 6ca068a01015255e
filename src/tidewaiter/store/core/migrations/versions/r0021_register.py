"""The register: operators, licences, permits, requirements, and its ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, empty."""
    op.create_table(
        "register_keeper",
        sa.Column("country", TEXT, primary_key=True),
        sa.Column("since", TEXT, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "register_entry",
        sa.Column("number", WHOLE, primary_key=True),
        *_texts("kind", "id", "decided", "operator", "payload", "who", "at"),
        sa.Column("version", WHOLE, nullable=False),
        sa.UniqueConstraint("kind", "id", "version"),
        sqlite_strict=True,
    )
    op.create_index("register_entry_operator", "register_entry", ["operator"])
    op.create_table(
        "register_movement",
        sa.Column("number", WHOLE, primary_key=True),
        sa.Column("id", TEXT, nullable=False, unique=True),
        *_texts("on", "payload", "reason", "who", "at"),
        sa.Column("notice", WHOLE, sa.ForeignKey("notice.number")),
        sqlite_strict=True,
    )
    op.create_table(
        "register_cancellation",
        sa.Column("movement", WHOLE, sa.ForeignKey("register_movement.number"), primary_key=True),
        *_texts("on", "source", "reason", "who", "at"),
        sqlite_strict=True,
    )
    op.create_table(
        "register_promise",
        sa.Column(
            "notice", WHOLE, sa.ForeignKey("notice.number"), primary_key=True, autoincrement=False
        ),
        sa.Column("place", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("payload", TEXT, nullable=False),
        sqlite_strict=True,
    )


def _texts(*names: str) -> tuple["sa.Column[str]", ...]:
    return tuple(sa.Column(name, TEXT, nullable=False) for name in names)
