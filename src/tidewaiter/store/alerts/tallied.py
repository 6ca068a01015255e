"""What is counted: sums over all alerts, kept up to date by each change."""

from sqlalchemy import Column, Table

from tidewaiter.store.tables.columns import METADATA, TEXT, WHOLE

tally = Table(
    "tally",
    METADATA,
    Column("subject", TEXT, primary_key=True),  # alert, rule, substance, list, lines; "": state
    Column("what", TEXT, primary_key=True),
    Column("day", TEXT, primary_key=True),  # or month; "": of now
    Column("key", TEXT, primary_key=True),
    Column("restricted", WHOLE, primary_key=True, autoincrement=False),  # 0, 1
    Column("amount", WHOLE, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
