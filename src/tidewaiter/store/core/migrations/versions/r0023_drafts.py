"""Drafts of notifications, deadlines of the next act, and who acted on this side.

The deadline of a decided notification is in its encrypted events, which a migration cannot read;
it is filled in by the next event.
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
