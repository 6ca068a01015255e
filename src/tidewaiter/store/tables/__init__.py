"""The tables as the newest revision leaves them; `docs/reference/database.md` explains them.

Days are ISO 8601 text and moments ISO 8601 text in UTC on both databases, so that they sort,
compare and hash alike. A `payload` is the whole record as JSON; the other columns of such
a table are there to filter and to sort by.
"""

from tidewaiter.store.tables.accounts import (
    account,
    identity,
    invitation,
    passkey,
    session,
    token,
)
from tidewaiter.store.tables.audited import audit, audit_node
from tidewaiter.store.tables.cases import (
    blob,
    blob_part,
    case_alert,
    case_file,
    case_member,
    case_step,
    case_task,
    casefile,
)
from tidewaiter.store.tables.coalition import (
    pledge_said,
    pledge_said_to,
    relation_move,
    roster,
    roster_version,
)
from tidewaiter.store.tables.columns import METADATA, VERSION_TABLE
from tidewaiter.store.tables.drafting import notice_draft
from tidewaiter.store.tables.exchanging import (
    contradiction,
    incoming,
    node_document,
    notice,
    notice_event,
    outgoing,
    peer,
    replaced_document,
    said,
    said_to,
    working_group,
    working_group_member,
)
from tidewaiter.store.tables.feeding import feed, feed_item, feed_source
from tidewaiter.store.tables.flowing import alert_flow, route, route_ends
from tidewaiter.store.tables.found import (
    alert,
    alert_note,
    alert_party,
    alert_substance,
    alert_term,
    alert_version,
    decision,
    reason,
    saved_filter,
)
from tidewaiter.store.tables.private import private_offer, private_part, private_question
from tidewaiter.store.tables.read import line, party, party_line, refusal, screening, source
from tidewaiter.store.tables.recalling import custody, recalled, said_in
from tidewaiter.store.tables.register import (
    register_cancellation,
    register_entry,
    register_keeper,
    register_movement,
    register_promise,
)
from tidewaiter.store.tables.resolved import (
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
from tidewaiter.store.tables.results import result, result_withdrawn
from tidewaiter.store.tables.suppressing import alert_suppressed, suppression, suppression_step
from tidewaiter.store.tables.switched import rule_second, rule_setting
from tidewaiter.store.tables.tallied import tally
from tidewaiter.store.tables.uploads import upload
from tidewaiter.store.tables.webhooks import delivery, webhook
from tidewaiter.store.tables.witnessing import witness

__all__ = [
    "METADATA",
    "VERSION_TABLE",
    "account",
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
