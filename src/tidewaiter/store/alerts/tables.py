"""Tables of alerts: notes, decisions, flows, results, tallies and webhooks."""

from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Table,
    UniqueConstraint,
)

from tidewaiter.store.core.columns import METADATA, TEXT, WHOLE

alert = Table(
    "alert",
    METADATA,
    Column("id", TEXT, primary_key=True),
    Column("source", WHOLE, nullable=False),
    Column("row", WHOLE, nullable=False),
    Column("screening", WHOLE, ForeignKey("screening.id"), nullable=False),  # first to find it
    Column("consignment", TEXT, nullable=False),
    Column("seq", WHOLE, nullable=False),
    Column("severity", TEXT, nullable=False),
    Column("score", WHOLE, nullable=False),
    Column("rank", WHOLE, nullable=False),
    Column("due", TEXT),
    Column("day", TEXT, nullable=False),
    Column("title", TEXT, nullable=False),  # in English, for SQL users
    Column("payload", TEXT, nullable=False),
    Column("status", TEXT, nullable=False, server_default="open"),
    Column("assignee", TEXT),  # who it is assigned to
    Column("decided", WHOLE),  # id of the last step of its history
    Column("stored", TEXT, nullable=False, server_default=""),  # when it was stored
    Column("number", WHOLE),  # from 0, in the order of storing: its position in alert_term
    Column("restricted", WHOLE, nullable=False, server_default="0"),  # 0, 1
    ForeignKeyConstraint(["source", "row"], ["line.source", "line.row"], name="alert_line"),
    Index("alert_number", "number", unique=True),
    Index("alert_row", "source", "row"),
    Index("alert_consignment", "consignment", "number"),
    sqlite_strict=True,
)

# Terms for filtering, counting and sorting the queue; see inverted_index.py.
alert_term = Table(
    "alert_term",
    METADATA,
    Column("term", TEXT, primary_key=True),  # kind and value, like "substance:acetone"
    Column("block", WHOLE, primary_key=True, autoincrement=False),  # number of the alert // 65,536
    Column("bits", LargeBinary, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,  # clusters the rows of a kind: half the read cost
)

saved_filter = Table(
    "saved_filter",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("owner", WHOLE, ForeignKey("account.id"), nullable=False),
    Column("name", TEXT, nullable=False),
    Column("filter", TEXT, nullable=False),  # JSON
    Column("sort", TEXT, nullable=False),
    Column("shared", WHOLE, nullable=False),  # 0, 1
    UniqueConstraint("owner", "name", name="saved_filter_once"),
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
    Column("code", TEXT, nullable=False),  # phrase code: data/rules/phrases.toml
    Column("parameters", TEXT, nullable=False),  # JSON: the phrase's parameters
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
    Column("name", TEXT, nullable=False),  # of the party, as in the documents
    Column("role", TEXT),  # of the party; "": not given; null: not recorded at that time
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
    Column("rule", TEXT, nullable=False),  # party-removed, ...; or of a finding, with no list
    Column("day", TEXT, nullable=False),
    Column("code", TEXT, nullable=False),
    Column("parameters", TEXT, nullable=False),
    Column("source", TEXT, nullable=False),
    UniqueConstraint("alert", "list", "entry", "rule", "source", name="alert_note_once"),
    Index("alert_note_rule", "rule", "alert"),
    sqlite_strict=True,
)

# Versions of an alert before and after findings from other lines; see versions.py.
alert_version = Table(
    "alert_version",
    METADATA,
    Column("alert", TEXT, ForeignKey("alert.id"), primary_key=True),
    Column("number", WHOLE, primary_key=True, autoincrement=False),  # 0: from its own line
    Column("step", WHOLE),  # last step of its history at that time; null: none
    Column("at", TEXT, nullable=False),
    Column("digest", TEXT, nullable=False),  # SHA-256 of the payload, or of `original` if present
    Column("payload", TEXT, nullable=False),  # JSON: severity, score, rank, reasons, law
    Column("original", TEXT),  # payload in the format before phrases, whose digest the log contains
    sqlite_strict=True,
)

decision = Table(
    "decision",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("alert", TEXT, ForeignKey("alert.id"), nullable=False),
    Column("verdict", TEXT),  # null: undoes the current decision
    Column("reason", TEXT, nullable=False),
    Column("note", TEXT, nullable=False),
    Column("by", TEXT, nullable=False),
    Column("at", TEXT, nullable=False),
    Column("batch", WHOLE, ForeignKey("decision_batch.id")),  # null: individual
    Index("decision_alert", "alert", "id"),
    Index("decision_batch_of", "batch", "id"),
    sqlite_strict=True,
)

# Bulk decisions; see bulk_decisions.py.
decision_batch = Table(
    "decision_batch",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("verdict", TEXT, nullable=False),
    Column("reason", TEXT, nullable=False),
    Column("note", TEXT, nullable=False),
    Column("by", TEXT, nullable=False),
    Column("at", TEXT, nullable=False),
    Column("left", WHOLE, nullable=False),  # alerts decided by someone else meanwhile
    Column("undone_by", TEXT),  # null: not undone
    Column("undone_at", TEXT),
    sqlite_strict=True,
)

# Proposals of a bulk decision that need a second officer; see bulk_decisions.py.
decision_proposal = Table(
    "decision_proposal",
    METADATA,
    Column("batch", WHOLE, ForeignKey("decision_batch.id"), primary_key=True),
    Column("alert", TEXT, ForeignKey("alert.id"), primary_key=True),
    Column("state", TEXT, nullable=False),  # waiting, confirmed, rejected, withdrawn, overtaken
    Column("settled_by", TEXT),
    Column("settled_at", TEXT),
    Index("decision_proposal_alert", "alert", "state"),
    Index("decision_proposal_state", "state", "batch"),
    sqlite_strict=True,
)


route = Table(
    "route",
    METADATA,
    Column("id", WHOLE, primary_key=True, autoincrement=False),  # from 0, without gaps
    Column("origin", TEXT, nullable=False),  # ISO 3166-1 alpha-2; "": unknown
    Column("via", TEXT, nullable=False),  # "NL SG"
    Column("destination", TEXT, nullable=False),
    UniqueConstraint("origin", "via", "destination", name="route_once"),
    sqlite_strict=True,
)

route_ends = Table(
    "route_ends",
    METADATA,
    Column("block", WHOLE, primary_key=True, autoincrement=False),  # id of the route // 4,096
    Column("ends", LargeBinary, nullable=False),  # 4 bytes each: the direct route between its ends
    sqlite_strict=True,
)

alert_flow = Table(
    "alert_flow",
    METADATA,
    Column("block", WHOLE, primary_key=True, autoincrement=False),  # number of the alert // 4,096
    Column("route", LargeBinary, nullable=False),  # 4 bytes per alert of the block
    Column("month", LargeBinary, nullable=False),  # 4 bytes: months since year 0; 0: no day
    Column("net_mg", LargeBinary, nullable=False),  # 8 bytes each; -1: unknown
    Column("again", LargeBinary, nullable=False),  # 16 bytes for each but its line's first
    sqlite_strict=True,
)


result = Table(
    "result",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("alert", TEXT, ForeignKey("alert.id"), nullable=False),
    Column("kind", TEXT, nullable=False),  # inspection, laboratory
    Column("outcome", TEXT, nullable=False),
    Column("replaces", WHOLE, ForeignKey("result.id")),  # the one it corrects
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


tally = Table(
    "tally",
    METADATA,
    Column("subject", TEXT, primary_key=True),  # alert, rule, substance, list, lines; "": state
    Column("what", TEXT, primary_key=True),
    Column("day", TEXT, primary_key=True),  # or month; "": current state
    Column("key", TEXT, primary_key=True),
    Column("restricted", WHOLE, primary_key=True, autoincrement=False),  # 0, 1
    Column("amount", WHOLE, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)


webhook = Table(
    "webhook",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("name", TEXT, nullable=False),
    Column("url", TEXT, nullable=False),
    Column("secret", TEXT, nullable=False),  # signs each message
    Column("severities", TEXT, nullable=False),  # JSON list
    Column("cleared", WHOLE, nullable=False),  # 0, 1: receives restricted alerts
    Column("active", WHOLE, nullable=False),  # 0, 1
    Column("made", TEXT, nullable=False),
    sqlite_strict=True,
)

delivery = Table(
    "delivery",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("webhook", WHOLE, ForeignKey("webhook.id"), nullable=False),
    Column("alerts", TEXT, nullable=False),  # JSON list of ids
    Column("made", TEXT, nullable=False),
    Column("tries", WHOLE, nullable=False),
    Column("due", TEXT),  # next attempt; null: delivered or given up
    Column("state", TEXT, nullable=False),  # waiting, told (delivered), given up
    Column("answer", TEXT, nullable=False),  # to the last attempt
    Index("delivery_due", "due"),
    Index("delivery_webhook", "webhook", "id"),
    sqlite_strict=True,
)
