"""What came of alerts in the world: results of inspections and laboratories."""

from sqlalchemy import Column, ForeignKey, Index, Table

from tidewaiter.store.tables.columns import METADATA, TEXT, WHOLE

result = Table(
    "result",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("alert", TEXT, ForeignKey("alert.id"), nullable=False),
    Column("kind", TEXT, nullable=False),  # inspection, laboratory
    Column("outcome", TEXT, nullable=False),
    Column("replaces", WHOLE, ForeignKey("result.id")),  # the one that it corrects
    Column("by", TEXT, nullable=False),
    Column("at", TEXT, nullable=False),
    Column("payload", TEXT, nullable=False),
    Index("result_alert", "alert", "id"),
    sqlite_strict=True,
)

result_withdrawn = Table(
    "result_withdrawn",
    METADATA,
    Column("result", WHOLE, ForeignKey("result.id"), primary_key=True, autoincrement=False),
    Column("reason", TEXT, nullable=False),
    Column("note", TEXT, nullable=False),
    Column("by", TEXT, nullable=False),
    Column("at", TEXT, nullable=False),
    sqlite_strict=True,
)
