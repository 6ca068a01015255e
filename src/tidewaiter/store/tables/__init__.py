"""The tables as the newest revision leaves them; `docs/reference/database.md` explains them.

Days are ISO 8601 text and moments ISO 8601 text in UTC on both databases, so that they sort,
compare and hash alike. A `payload` is the whole record as JSON; the other columns of such
a table are there to filter and to sort by.
"""

from tidewaiter.store.tables.accounts import account, invitation, passkey, session, token
from tidewaiter.store.tables.audited import audit, audit_node
from tidewaiter.store.tables.columns import METADATA, VERSION_TABLE
from tidewaiter.store.tables.found import (
    alert,
    alert_note,
    alert_party,
    alert_substance,
    decision,
    reason,
)
from tidewaiter.store.tables.read import line, party, party_line, refusal, screening, source
from tidewaiter.store.tables.uploads import upload
from tidewaiter.store.tables.webhooks import delivery, webhook

__all__ = [
    "METADATA",
    "VERSION_TABLE",
    "account",
    "alert",
    "alert_note",
    "alert_party",
    "alert_substance",
    "audit",
    "audit_node",
    "decision",
    "delivery",
    "invitation",
    "line",
    "party",
    "party_line",
    "passkey",
    "reason",
    "refusal",
    "screening",
    "session",
    "source",
    "token",
    "upload",
    "webhook",
]
