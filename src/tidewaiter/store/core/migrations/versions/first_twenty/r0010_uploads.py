"""Uploaded files, and further user settings for reading a file.

A source was identified by its bytes and columns only, so the same file with another decimal mark
or sheet was taken for the same source, and its rows for known ones.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table; existing sources have no further settings."""
    op.create_table(
        "upload",
        sa.Column("id", WHOLE, primary_key=True),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("size", WHOLE, nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("who", "received", "state")),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("options", TEXT, nullable=False),
        sa.Column("inspection", TEXT),
        sa.Column("signature", TEXT),
        sa.Column("screening", WHOLE, sa.ForeignKey("screening.id")),
        sa.Column("progress", TEXT),
        sa.Column("tries", WHOLE, nullable=False),
        sa.Column("worker", TEXT),
        sa.Column("until", TEXT),
        sa.Column("stop", WHOLE, nullable=False),
        *(sa.Column(name, TEXT) for name in ("finished", "error", "hint")),
        sa.Column("held", WHOLE, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("upload_state", "upload", ["state", "id"])
    op.create_index("upload_sha256", "upload", ["sha256", "id"])
    op.create_index("upload_signature", "upload", ["signature", "id"])
    op.add_column("source", sa.Column("said", TEXT))
