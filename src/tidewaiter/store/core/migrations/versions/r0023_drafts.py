"""Drafts of notices; by when the next act on a notice is due, and who did what on this side.

What is due on a notice that was decided stands in its events, which no migration can open: it is
there from the next event on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_DECIDED = ("no objection", "objection", "not for us", "withdrawn", "draft")


def upgrade() -> None:
    """Add the columns and the table."""
    op.add_column("notice_event", sa.Column("who", TEXT))
    op.add_column("notice", sa.Column("due", TEXT))
    notice = sa.table("notice", sa.column("due"), sa.column("reply_by"), sa.column("state"))
    waits = notice.c.state.not_in(_DECIDED)
    op.execute(notice.update().where(waits).values(due=notice.c.reply_by))
    op.create_index("notice_next", "notice", ["side", "due", "number"])
    op.create_table(
        "notice_draft",
        sa.Column("number", WHOLE, primary_key=True),
        *(sa.Column(name, TEXT, nullable=False) for name in ("account", "changed")),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("written", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("notice_draft_account", "notice_draft", ["account", "number"])
