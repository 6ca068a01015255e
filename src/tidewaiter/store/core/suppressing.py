"""Suppression rules, the steps of their lives, and which alerts rest by them."""

from sqlalchemy import Column, ForeignKey, Index, Table

from tidewaiter.store.tables.columns import METADATA, TEXT, WHOLE

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
    Column("last", WHOLE),  # id of the last of its steps
    Column("goes_on", WHOLE),  # number of the alert at which it goes on; null: it is through
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
