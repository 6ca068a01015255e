"""Webhooks: who is told of new alerts, and what is still to be told."""

from sqlalchemy import Column, ForeignKey, Index, Table

from tidewaiter.store.tables.columns import METADATA, TEXT, WHOLE

webhook = Table(
    "webhook",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("name", TEXT, nullable=False),
    Column("url", TEXT, nullable=False),
    Column("secret", TEXT, nullable=False),  # with which each message is signed
    Column("severities", TEXT, nullable=False),  # JSON list
    Column("cleared", WHOLE, nullable=False),  # 0, 1: told of what is for the authority only
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
    Column("due", TEXT),  # when it is tried next; null: it is told, or given up
    Column("state", TEXT, nullable=False),  # waiting, told, given up
    Column("answer", TEXT, nullable=False),  # of the last try
    Index("delivery_due", "due"),
    Index("delivery_webhook", "webhook", "id"),
    sqlite_strict=True,
)
