"""Messages of statements, recalls, legal holds and onward sharing.

The owner of an incident reported it to several peers in one transaction, hence at one time.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_FILL = """
INSERT INTO said_in (said, message)
SELECT said.number, other.id FROM said
JOIN outgoing AS one ON one.id = said.message AND one.peer <> said.sender
JOIN outgoing AS other ON other.id = one.id
    OR (one.kind = 'incident' AND other.kind = one.kind AND other.made = one.made)
"""


def upgrade() -> None:
    """Create the tables, and link earlier statements to their messages; nothing is recalled yet."""
    op.create_table(
        "said_in",
        sa.Column(
            "said", WHOLE, sa.ForeignKey("said.number"), primary_key=True, autoincrement=False
        ),
        sa.Column("message", TEXT, sa.ForeignKey("outgoing.id"), primary_key=True),
        sqlite_strict=True,
    )
    op.create_index("said_in_message", "said_in", ["message"])
    op.execute(_FILL)
    names = (
        "source",
        "item",
        "peer",
        "kind",
        "recall",
        "message",
        "reason",
        "outcome",
        "asked",
        "changed",
    )
    op.create_table(
        "recalled",
        sa.Column("number", WHOLE, primary_key=True),
        *(sa.Column(name, TEXT, nullable=False) for name in names),
        sa.UniqueConstraint("item", "source"),
        sqlite_strict=True,
    )
    op.create_index("recalled_recall", "recalled", ["source", "recall"])
    op.create_table(
        "custody",
        sa.Column("peer", TEXT, sa.ForeignKey("peer.node"), primary_key=True),
        sa.Column("item", TEXT, primary_key=True),
        sa.Column("written", sa.LargeBinary, nullable=False),
        sa.Column("changed", TEXT, nullable=False),
        sqlite_strict=True,
    )
