"""The initial schema: sources, screenings, lines, alerts, refusals, audit.

Lines and alerts are JSON records, with columns for the fields that pages filter by; substances and
reasons of an alert have tables, because JSON in one column cannot be filtered efficiently.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, and prevent changes to audit entries."""
    _create_sources()
    _create_lines()
    _create_alerts()
    _create_details()
    _create_audit()


def _key() -> sa.Column[int]:
    return sa.Column("id", WHOLE, primary_key=True)


def _whole(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, WHOLE, nullable=False) for name in names]


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT, nullable=nullable) for name in names]


def _to(name: str, target: str, *, primary_key: bool = False) -> sa.Column[Any]:
    kind: sa.types.TypeEngine[Any] = TEXT if target == "alert.id" else WHOLE
    key = sa.ForeignKey(target)
    return sa.Column(name, kind, key, nullable=False, primary_key=primary_key)


def _create_sources() -> None:
    op.create_table(
        "source",
        _key(),
        *_text("sha256", "mapping", "reading", "name"),
        *_whole("size"),
        *_text("first_seen"),
        sa.UniqueConstraint("sha256", "reading", name="source_once"),
        sqlite_strict=True,
    )
    op.create_table(
        "screening",
        _key(),
        _to("source", "source.id"),
        *_text("day", "registry", "rules", "state"),
        *_whole("rows_done", "lines", "alerts", "refusals", "new_lines", "new_alerts"),
        *_text("started"),
        *_text("finished", nullable=True),
        sa.UniqueConstraint("source", "day", "registry", "rules", name="screening_once"),
        sqlite_strict=True,
    )


def _create_lines() -> None:
    op.create_table(
        "line",
        _key(),
        _to("source", "source.id"),
        *_whole("row"),
        *_text("consignment"),
        *_whole("seq"),
        *_text("goods", "hs", "cas", "un", "origin", "arrival", nullable=True),
        *_text("payload"),
        sa.UniqueConstraint("source", "row", name="line_once"),
        sqlite_strict=True,
    )
    op.create_index("line_consignment", "line", ["consignment"])


def _create_alerts() -> None:
    op.create_table(
        "alert",
        sa.Column("id", TEXT, primary_key=True),
        *_whole("source", "row"),
        _to("screening", "screening.id"),
        *_text("consignment"),
        *_whole("seq"),
        *_text("severity"),
        *_whole("score", "rank"),
        *_text("due", nullable=True),
        *_text("day", "title", "payload"),
        sa.ForeignKeyConstraint(["source", "row"], ["line.source", "line.row"], name="alert_line"),
        sqlite_strict=True,
    )
    op.create_index("alert_rank", "alert", ["rank", "id"])
    op.create_index("alert_severity", "alert", ["severity", "rank", "id"])
    op.create_index("alert_row", "alert", ["source", "row"])
    op.create_index("alert_consignment", "alert", ["consignment"])
    op.create_index("alert_due", "alert", ["due"])


def _create_details() -> None:
    op.create_table(
        "alert_substance",
        _to("alert", "alert.id", primary_key=True),
        sa.Column("substance", TEXT, primary_key=True),
        sqlite_strict=True,
    )
    op.create_index("alert_substance_substance", "alert_substance", ["substance", "alert"])
    op.create_table(
        "reason",
        _to("alert", "alert.id", primary_key=True),
        sa.Column("number", WHOLE, primary_key=True, autoincrement=False),
        *_text("rule"),
        *_whole("points"),
        *_text("text", "source"),
        *_text("evidence", nullable=True),
        sqlite_strict=True,
    )
    op.create_index("reason_rule", "reason", ["rule", "alert"])
    op.create_table(
        "refusal",
        _key(),
        _to("source", "source.id"),
        *_whole("row"),
        *_text("column"),
        *_whole("screened"),
        *_text("digest", "payload"),
        sa.UniqueConstraint("source", "digest", name="refusal_once"),
        sqlite_strict=True,
    )


def _create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("number", WHOLE, primary_key=True, autoincrement=False),
        *_text("at", "who", "action", "details", "previous", "digest"),
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit only grows'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit only grows'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()"
    )
