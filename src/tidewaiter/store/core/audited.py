"""What was done: the entries of the audit, and the tree over them."""

from sqlalchemy import Column, Index, Table

from tidewaiter.store.tables.columns import METADATA, TEXT, WHOLE

# An entry is hashed with its salt, so that who sees a hash cannot guess what stands behind it.
audit = Table(
    "audit",
    METADATA,
    Column("number", WHOLE, primary_key=True, autoincrement=False),  # from 1, without a gap
    Column("at", TEXT, nullable=False),
    Column("who", TEXT, nullable=False),
    Column("action", TEXT, nullable=False),
    Column("details", TEXT, nullable=False),  # JSON
    Column("salt", TEXT, nullable=False),
    Index("audit_action", "action", "number"),
    sqlite_strict=True,
)

audit_node = Table(
    "audit_node",
    METADATA,
    Column("level", WHOLE, primary_key=True, autoincrement=False),  # 0: the entries' own hashes
    Column("place", WHOLE, primary_key=True, autoincrement=False),
    Column("entry", WHOLE, nullable=False),  # number of the entry that completed it
    Column("hash", TEXT, nullable=False),
    Index("audit_node_entry", "entry"),
    sqlite_strict=True,
)
