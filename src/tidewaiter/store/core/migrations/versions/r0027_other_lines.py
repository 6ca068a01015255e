"""What alerts said before and after other lines were heard."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table; alerts that are stored say what their lines said, until they are marked."""
    op.create_table(
        "alert_version",
        sa.Column("alert", TEXT, sa.ForeignKey("alert.id"), primary_key=True),
        sa.Column("number", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("step", WHOLE),
        *(sa.Column(name, TEXT, nullable=False) for name in ("at", "digest", "payload")),
        sqlite_strict=True,
    )
