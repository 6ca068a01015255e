"""Cases: steps, access and files."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, empty."""
    _casefile()
    _step()
    _gathered()
    _bytes()


def _casefile() -> None:
    op.create_table(
        "casefile",
        sa.Column("number", WHOLE, primary_key=True),
        sa.Column("title", TEXT),
        sa.Column("folded", TEXT),
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("proposed", TEXT),
        sa.Column("until", TEXT),
        sa.Column("held", WHOLE, nullable=False),
        sa.Column("opened", TEXT, nullable=False),
        sa.Column("changed", WHOLE, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("casefile_changed", "casefile", ["changed"])
    op.create_index("casefile_status", "casefile", ["status", "changed"])
    op.create_table(
        "case_member",
        _case(key=True),
        sa.Column("user", TEXT, primary_key=True),
        sqlite_strict=True,
    )
    op.create_index("case_member_user", "case_member", ["user", "case"])


def _step() -> None:
    op.create_table(
        "case_step",
        sa.Column("id", WHOLE, primary_key=True),
        _case(),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("about", WHOLE, sa.ForeignKey("case_step.id")),
        sa.Column("restricted", WHOLE, nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("by", "at", "written", "salt")),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("entry", WHOLE, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("case_step_case", "case_step", ["case", "id"])


def _gathered() -> None:
    op.create_table(
        "case_alert",
        _case(key=True),
        sa.Column("alert", TEXT, sa.ForeignKey("alert.id"), primary_key=True),
        sa.Column("step", WHOLE, sa.ForeignKey("case_step.id"), nullable=False),
        sqlite_strict=True,
    )
    op.create_index("case_alert_alert", "case_alert", ["alert", "case"])
    op.create_table(
        "case_task",
        _step_key(),
        _case(),
        sa.Column("who", TEXT, nullable=False),
        sa.Column("due", TEXT),
        sa.Column("restricted", WHOLE, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("case_task_case", "case_task", ["case"])
    op.create_index("case_task_who", "case_task", ["who", "due"])


def _bytes() -> None:
    op.create_table(
        "blob",
        sa.Column("sha256", TEXT, primary_key=True),
        sa.Column("size", WHOLE, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "blob_part",
        sa.Column("sha256", TEXT, sa.ForeignKey("blob.sha256"), primary_key=True),
        sa.Column("number", WHOLE, primary_key=True, autoincrement=False),
        sa.Column("bytes", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "case_file",
        _step_key(),
        sa.Column("sha256", TEXT, sa.ForeignKey("blob.sha256"), nullable=False),
        sqlite_strict=True,
    )
    op.create_index("case_file_sha256", "case_file", ["sha256"])


def _case(*, key: bool = False) -> sa.Column[int]:
    number = sa.ForeignKey("casefile.number")
    return sa.Column("case", WHOLE, number, primary_key=key, nullable=False, autoincrement=not key)


def _step_key() -> sa.Column[int]:
    return sa.Column(
        "step", WHOLE, sa.ForeignKey("case_step.id"), primary_key=True, autoincrement=False
    )
