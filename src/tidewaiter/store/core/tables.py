"""All tables; those of subjects without a tables module are defined here.

Days are ISO 8601 text and moments ISO 8601 text in UTC on both databases, so that they sort,
compare and hash alike. A `payload` is the whole record as JSON; the other columns of such a
table serve filters and sorting.
"""

from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint

from tidewaiter.store.accounts.tables import (
    account,
    activation,
    identity,
    invitation,
    passkey,
    session,
    token,
)
from tidewaiter.store.alerts.tables import (
    alert,
    alert_flow,
    alert_note,
    alert_party,
    alert_substance,
    alert_term,
    alert_version,
    decision,
    decision_batch,
    decision_proposal,
    delivery,
    reason,
    result,
    result_withdrawn,
    route,
    route_ends,
    saved_filter,
    tally,
    webhook,
)
from tidewaiter.store.cases.tables import (
    blob,
    blob_part,
    case_alert,
    case_file,
    case_member,
    case_step,
    case_task,
    casefile,
)
from tidewaiter.store.core.columns import METADATA, TEXT, VERSION_TABLE, WHOLE
from tidewaiter.store.network.tables import (
    entity,
    entity_change,
    entity_consignment,
    entity_link,
    entity_owned,
    entity_party,
    entity_profile,
    entity_thing,
    entity_word,
    party_alert,
    party_judgement,
    resolution,
    thing,
    trade,
    trade_consignment,
)
from tidewaiter.store.peers.tables import (
    contradiction,
    custody,
    feed,
    feed_item,
    feed_source,
    incoming,
    node_document,
    notice,
    notice_draft,
    notice_event,
    outgoing,
    peer,
    pledge_said,
    pledge_said_to,
    private_offer,
    private_part,
    private_question,
    recalled,
    relation_move,
    replaced_document,
    roster,
    roster_version,
    said,
    said_in,
    said_to,
    witness,
    working_group,
    working_group_member,
)
from tidewaiter.store.screening.tables import (
    line,
    party,
    party_line,
    refusal,
    screening,
    source,
)

job = Table(
    "job",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("kind", TEXT, nullable=False),
    Column("subject", TEXT, nullable=False),  # what it works on, like the slug of a list; "": all
    Column("options", TEXT, nullable=False),  # JSON
    Column("who", TEXT, nullable=False),
    Column("made", TEXT, nullable=False),
    Column("state", TEXT, nullable=False),
    Column("started", TEXT),
    Column("finished", TEXT),
    Column("done", WHOLE, nullable=False),
    Column("total", WHOLE, nullable=False),  # 0: not known
    Column("stop", WHOLE, nullable=False),
    Column("restricted", WHOLE, nullable=False),
    Column("result", TEXT),  # path of a page
    Column("fault", TEXT),  # JSON: code, place and values of the error
    Column("worker", TEXT),
    Column("until", TEXT),
    Index("job_state", "state", "id"),
    sqlite_strict=True,
)

job_line = Table(
    "job_line",
    METADATA,
    Column("job", WHOLE, ForeignKey("job.id"), primary_key=True, autoincrement=False),
    Column("number", WHOLE, primary_key=True, autoincrement=False),  # from 1
    Column("at", TEXT, nullable=False),
    Column("code", TEXT, nullable=False),
    Column("parameters", TEXT, nullable=False),  # JSON
    sqlite_strict=True,
)

# An entry is hashed with its salt, so that its hash reveals nothing.
audit = Table(
    "audit",
    METADATA,
    Column("number", WHOLE, primary_key=True, autoincrement=False),  # from 1, without gaps
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


suppression = Table(
    "suppression",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("scope", TEXT, nullable=False),  # JSON
    Column("reason", TEXT, nullable=False),
    Column("words", TEXT, nullable=False),
    Column("owner", TEXT, nullable=False),
    Column("expires", TEXT, nullable=False),
    Column("strong", WHOLE, nullable=False),  # 0, 1
    Column("state", TEXT, nullable=False),
    Column("since", TEXT),  # null: never approved
    Column("last", WHOLE),  # id of its last step
    Column("goes_on", WHOLE),  # alert number to continue at; null: done
    Index("suppression_state", "state", "expires"),
    sqlite_strict=True,
)

suppression_step = Table(
    "suppression_step",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("suppression", WHOLE, ForeignKey("suppression.id"), nullable=False),
    Column("step", TEXT, nullable=False),
    Column("words", TEXT, nullable=False),
    Column("by", TEXT, nullable=False),
    Column("at", TEXT, nullable=False),
    Index("suppression_step_suppression", "suppression", "id"),
    sqlite_strict=True,
)

alert_suppressed = Table(
    "alert_suppressed",
    METADATA,
    Column("alert", TEXT, ForeignKey("alert.id"), primary_key=True),
    Column("suppression", WHOLE, ForeignKey("suppression.id"), primary_key=True),
    Column("at", TEXT, nullable=False),
    Index("alert_suppressed_suppression", "suppression", "at"),
    sqlite_strict=True,
)


rule_setting = Table(
    "rule_setting",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("rule", TEXT, nullable=False),
    Column("points", WHOLE),  # maximum; null: as in the rules file
    Column("since", TEXT, nullable=False),
    Column("why", TEXT, nullable=False),
    Column("by", TEXT, nullable=False),
    Column("at", TEXT, nullable=False),
    Column("strong", WHOLE, nullable=False),  # 0, 1: a second person must confirm
    Index("rule_setting_rule", "rule", "id"),
    sqlite_strict=True,
)

rule_second = Table(
    "rule_second",
    METADATA,
    Column("setting", WHOLE, ForeignKey("rule_setting.id"), primary_key=True, autoincrement=False),
    Column("by", TEXT, nullable=False),
    Column("at", TEXT, nullable=False),
    sqlite_strict=True,
)


upload = Table(
    "upload",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("name", TEXT, nullable=False),  # as given, without folders
    Column("sha256", TEXT, nullable=False),
    Column("size", WHOLE, nullable=False),  # bytes
    Column("who", TEXT, nullable=False),
    Column("received", TEXT, nullable=False),
    Column("state", TEXT, nullable=False),
    Column("version", WHOLE, nullable=False),  # number of changes by its owner
    Column("options", TEXT, nullable=False),  # JSON: options for reading and screening
    Column("inspection", TEXT),  # JSON: preview of its first rows
    Column("signature", TEXT),  # of its header
    Column("screening", WHOLE, ForeignKey("screening.id")),
    Column("progress", TEXT),  # JSON
    Column("tries", WHOLE, nullable=False),  # attempts since the last progress
    Column("worker", TEXT),  # worker that screens it
    Column("until", TEXT),  # end of the worker's lease
    Column("stop", WHOLE, nullable=False),  # 1: cancel after the next step
    Column("finished", TEXT),
    Column("error", TEXT),
    Column("hint", TEXT),
    Column("held", WHOLE, nullable=False),  # 1: its content is stored
    Index("upload_state", "state", "id"),
    Index("upload_sha256", "sha256", "id"),
    Index("upload_signature", "signature", "id"),
    sqlite_strict=True,
)


# The register's authority: one row, once it has entries.
register_keeper = Table(
    "register_keeper",
    METADATA,
    Column("country", TEXT, primary_key=True),
    Column("since", TEXT, nullable=False),
    sqlite_strict=True,
)

register_entry = Table(
    "register_entry",
    METADATA,
    Column("number", WHOLE, primary_key=True),
    Column("kind", TEXT, nullable=False),  # operator, standing, grant, requirement
    Column("id", TEXT, nullable=False),
    Column("version", WHOLE, nullable=False),
    Column("decided", TEXT, nullable=False),
    Column("operator", TEXT, nullable=False),  # id; "": none
    Column("payload", TEXT, nullable=False),  # JSON; an operator's can be erased
    Column("who", TEXT, nullable=False),
    Column("at", TEXT, nullable=False),
    UniqueConstraint("kind", "id", "version"),
    Index("register_entry_operator", "operator"),
    sqlite_strict=True,
)

# The ledger only grows; cancellations are rows of their own.
register_movement = Table(
    "register_movement",
    METADATA,
    Column("number", WHOLE, primary_key=True),
    Column("id", TEXT, nullable=False, unique=True),
    Column("on", TEXT, nullable=False),
    Column("notice", WHOLE, ForeignKey("notice.number")),  # its origin; null: a person
    Column("payload", TEXT, nullable=False),  # JSON
    Column("reason", TEXT, nullable=False),
    Column("who", TEXT, nullable=False),
    Column("at", TEXT, nullable=False),
    sqlite_strict=True,
)

register_cancellation = Table(
    "register_cancellation",
    METADATA,
    Column("movement", WHOLE, ForeignKey("register_movement.number"), primary_key=True),
    Column("on", TEXT, nullable=False),
    Column("source", TEXT, nullable=False),
    Column("reason", TEXT, nullable=False),
    Column("who", TEXT, nullable=False),
    Column("at", TEXT, nullable=False),
    sqlite_strict=True,
)

# Shipments still allowed under an accepted notice; rebuilt when the notice changes.
register_promise = Table(
    "register_promise",
    METADATA,
    Column("notice", WHOLE, ForeignKey("notice.number"), primary_key=True, autoincrement=False),
    Column("place", WHOLE, primary_key=True, autoincrement=False),  # position within the notice
    Column("payload", TEXT, nullable=False),  # JSON
    sqlite_strict=True,
)

__all__ = [
    "METADATA",
    "VERSION_TABLE",
    "account",
    "activation",
    "alert",
    "alert_flow",
    "alert_note",
    "alert_party",
    "alert_substance",
    "alert_suppressed",
    "alert_term",
    "alert_version",
    "audit",
    "audit_node",
    "blob",
    "blob_part",
    "case_alert",
    "case_file",
    "case_member",
    "case_step",
    "case_task",
    "casefile",
    "contradiction",
    "custody",
    "decision",
    "decision_batch",
    "decision_proposal",
    "delivery",
    "entity",
    "entity_change",
    "entity_consignment",
    "entity_link",
    "entity_owned",
    "entity_party",
    "entity_profile",
    "entity_thing",
    "entity_word",
    "feed",
    "feed_item",
    "feed_source",
    "identity",
    "incoming",
    "invitation",
    "line",
    "node_document",
    "notice",
    "notice_draft",
    "notice_event",
    "outgoing",
    "party",
    "party_alert",
    "party_judgement",
    "party_line",
    "passkey",
    "peer",
    "pledge_said",
    "pledge_said_to",
    "private_offer",
    "private_part",
    "private_question",
    "reason",
    "recalled",
    "refusal",
    "register_cancellation",
    "register_entry",
    "register_keeper",
    "register_movement",
    "register_promise",
    "relation_move",
    "replaced_document",
    "resolution",
    "result",
    "result_withdrawn",
    "roster",
    "roster_version",
    "route",
    "route_ends",
    "rule_second",
    "rule_setting",
    "said",
    "said_in",
    "said_to",
    "saved_filter",
    "screening",
    "session",
    "source",
    "suppression",
    "suppression_step",
    "tally",
    "thing",
    "token",
    "trade",
    "trade_consignment",
    "upload",
    "webhook",
    "witness",
    "working_group",
    "working_group_member",
]
