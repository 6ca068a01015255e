"""Jobs: long work that people start on the pages, with progress and log."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, empty."""
    op.create_table(
        "job",
        sa.Column("id", WHOLE, primary_key=True),
        *(sa.Column(name, TEXT, nullable=False) for name in ("kind", "subject", "options", "who")),
        *(sa.Column(name, TEXT, nullable=False) for name in ("made", "state")),
        *(sa.Column(name, TEXT) for name in ("started", "finished")),
        *(sa.Column(name, WHOLE, nullable=False) for name in ("done", "total", "stop")),
        sa.Column("restricted", WHOLE, nullable=False),
        *(sa.Column(name, TEXT) for name in ("result", "fault", "worker", "until")),
        sqlite_strict=True,
    )
    op.create_index("job_state", "job", ["state", "id"])
    op.create_table(
        "job_line",
        sa.Column("job", WHOLE, sa.ForeignKey("job.id"), primary_key=True, autoincrement=False),
        sa.Column("number", WHOLE, primary_key=True, autoincrement=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("at", "code", "parameters")),
        sqlite_strict=True,
    )
