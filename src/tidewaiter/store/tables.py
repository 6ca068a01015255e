"""The tables as the newest revision leaves them; `docs/reference/database.md` explains them.

Days are ISO 8601 text and moments ISO 8601 text in UTC on both databases, so that they sort,
compare and hash alike. A `payload` is the whole record as JSON; the other columns of such
a table are there to filter and to sort by.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

VERSION_TABLE = "tidewaiter_revision"

# Without "C", PostgreSQL would sort by the server's language and SQLite by code point.
TEXT = Text().with_variant(Text(collation="C"), "postgresql")
WHOLE = BigInteger().with_variant(Integer(), "sqlite")

METADATA = MetaData()

source = Table(
    "source",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("sha256", TEXT, nullable=False),
    Column("mapping", TEXT, nullable=False),  # JSON: field -> column, as the user gave it
    Column("reading", TEXT, nullable=False),  # SHA-256 of the mapping
    Column("name", TEXT, nullable=False),
    Column("size", WHOLE, nullable=False),  # bytes
    Column("first_seen", TEXT, nullable=False),
    UniqueConstraint("sha256", "reading", name="source_once"),
    sqlite_strict=True,
)

screening = Table(
    "screening",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("source", WHOLE, ForeignKey("source.id"), nullable=False),
    Column("day", TEXT, nullable=False),
    Column("registry", TEXT, nullable=False),
    Column("rules", TEXT, nullable=False),
    Column("state", TEXT, nullable=False),  # running, done
    Column("rows_done", WHOLE, nullable=False),
    Column("lines", WHOLE, nullable=False),
    Column("alerts", WHOLE, nullable=False),
    Column("refusals", WHOLE, nullable=False),
    Column("new_lines", WHOLE, nullable=False),
    Column("new_alerts", WHOLE, nullable=False),
    Column("started", TEXT, nullable=False),
    Column("finished", TEXT),
    Column("basis", TEXT),  # JSON of what the digest is of; null: by a version that kept none
    UniqueConstraint("source", "day", "registry", "rules", name="screening_once"),
    sqlite_strict=True,
)

line = Table(
    "line",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("source", WHOLE, ForeignKey("source.id"), nullable=False),
    Column("row", WHOLE, nullable=False),
    Column("consignment", TEXT, nullable=False),
    Column("seq", WHOLE, nullable=False),
    Column("goods", TEXT),
    Column("hs", TEXT),
    Column("cas", TEXT),  # JSON list
    Column("un", TEXT),
    Column("origin", TEXT),
    Column("arrival", TEXT),
    Column("payload", TEXT, nullable=False),
    UniqueConstraint("source", "row", name="line_once"),
    Index("line_consignment", "consignment"),
    sqlite_strict=True,
)

party = Table(
    "party",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("digest", TEXT, nullable=False),  # of the payload
    Column("name", TEXT, nullable=False),
    Column("country", TEXT),
    Column("payload", TEXT, nullable=False),
    UniqueConstraint("digest", name="party_once"),
    sqlite_strict=True,
)

party_line = Table(
    "party_line",
    METADATA,
    Column("party", WHOLE, ForeignKey("party.id"), primary_key=True, autoincrement=False),
    Column("line", WHOLE, ForeignKey("line.id"), primary_key=True, autoincrement=False),
    Column("role", TEXT, primary_key=True),  # "": none is said
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

alert = Table(
    "alert",
    METADATA,
    Column("id", TEXT, primary_key=True),
    Column("source", WHOLE, nullable=False),
    Column("row", WHOLE, nullable=False),
    Column("screening", WHOLE, ForeignKey("screening.id"), nullable=False),  # the first
    Column("consignment", TEXT, nullable=False),
    Column("seq", WHOLE, nullable=False),
    Column("severity", TEXT, nullable=False),
    Column("score", WHOLE, nullable=False),
    Column("rank", WHOLE, nullable=False),
    Column("due", TEXT),
    Column("day", TEXT, nullable=False),
    Column("title", TEXT, nullable=False),
    Column("payload", TEXT, nullable=False),
    Column("status", TEXT, nullable=False, server_default="open"),
    Column("assignee", TEXT),  # who is to look at it
    Column("decided", WHOLE),  # id of the last step of its trail
    ForeignKeyConstraint(["source", "row"], ["line.source", "line.row"], name="alert_line"),
    Index("alert_rank", "rank", "id"),
    Index("alert_severity", "severity", "rank", "id"),
    Index("alert_status", "status", "rank", "id"),
    Index("alert_assignee", "assignee", "status", "rank", "id"),
    Index("alert_row", "source", "row"),
    Index("alert_consignment", "consignment"),
    Index("alert_due", "due"),
    sqlite_strict=True,
)

alert_substance = Table(
    "alert_substance",
    METADATA,
    Column("alert", TEXT, ForeignKey("alert.id"), primary_key=True),
    Column("substance", TEXT, primary_key=True),
    Index("alert_substance_substance", "substance", "alert"),
    sqlite_strict=True,
)

reason = Table(
    "reason",
    METADATA,
    Column("alert", TEXT, ForeignKey("alert.id"), primary_key=True),
    Column("number", WHOLE, primary_key=True, autoincrement=False),  # from 1, as in the alert
    Column("rule", TEXT, nullable=False),
    Column("points", WHOLE, nullable=False),
    Column("text", TEXT, nullable=False),
    Column("source", TEXT, nullable=False),
    Column("evidence", TEXT),  # JSON
    Index("reason_rule", "rule", "alert"),
    sqlite_strict=True,
)

alert_party = Table(
    "alert_party",
    METADATA,
    Column("alert", TEXT, ForeignKey("alert.id"), primary_key=True),
    Column("number", WHOLE, primary_key=True, autoincrement=False),  # from 1, as in the alert
    Column("list", TEXT, nullable=False),
    Column("entry", TEXT, nullable=False),
    Column("name", TEXT, nullable=False),  # of the party, as the papers write it
    Index("alert_party_entry", "list", "entry"),
    sqlite_strict=True,
)

alert_note = Table(
    "alert_note",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("alert", TEXT, ForeignKey("alert.id"), nullable=False),
    Column("list", TEXT, nullable=False),
    Column("entry", TEXT, nullable=False),
    Column("rule", TEXT, nullable=False),  # party-removed, party-changed, party-again
    Column("day", TEXT, nullable=False),
    Column("text", TEXT, nullable=False),
    Column("source", TEXT, nullable=False),
    UniqueConstraint("alert", "list", "entry", "rule", "source", name="alert_note_once"),
    Index("alert_note_rule", "rule", "alert"),
    sqlite_strict=True,
)

decision = Table(
    "decision",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("alert", TEXT, ForeignKey("alert.id"), nullable=False),
    Column("verdict", TEXT),  # null: takes back the decision that stood
    Column("reason", TEXT, nullable=False),
    Column("note", TEXT, nullable=False),
    Column("by", TEXT, nullable=False),
    Column("at", TEXT, nullable=False),
    Index("decision_alert", "alert", "id"),
    sqlite_strict=True,
)

refusal = Table(
    "refusal",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("source", WHOLE, ForeignKey("source.id"), nullable=False),
    Column("row", WHOLE, nullable=False),
    Column("column", TEXT, nullable=False),
    Column("screened", WHOLE, nullable=False),  # 0, 1
    Column("digest", TEXT, nullable=False),  # SHA-256 of the payload
    Column("payload", TEXT, nullable=False),
    UniqueConstraint("source", "digest", name="refusal_once"),
    sqlite_strict=True,
)

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
