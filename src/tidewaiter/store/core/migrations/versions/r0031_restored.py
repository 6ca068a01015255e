"""Documents that a root has replaced, and what a node that was restored has forgotten.

What a thief wrote with stolen keys is evidence, and is no part of the chain of documents. And a
node that was restored from a copy has to know, after a restart too, what it still has to ask for.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table and the column; of no peer anything is known to be missing."""
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
