"""Documents superseded by a root key, and what a restored node has lost.

Documents made with stolen keys are evidence, but not part of the document chain. A node restored
from backup must still know after a restart what to request from its peers.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table and the column; nothing is known to be missing."""
    op.create_table(
        "replaced_document",
        sa.Column("number", WHOLE, primary_key=True),
        sa.Column("node", TEXT, nullable=False),
        sa.Column("written", TEXT, nullable=False),
        sa.Column("kept", TEXT, nullable=False),
        sa.Column("replaced", TEXT, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("replaced_document_node", "replaced_document", ["node", "number"])
    op.add_column("peer", sa.Column("owed", WHOLE, nullable=False, server_default="0"))
