"""What was found: alerts, what they rest on, and what is decided of them."""

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Index, Table, UniqueConstraint

from tidewaiter.store.tables.columns import METADATA, TEXT, WHOLE

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
    Column("stored", TEXT, nullable=False, server_default=""),  # when it came in
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
