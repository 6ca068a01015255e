"""Drafts: what somebody writes and has not sent."""

from sqlalchemy import Column, Index, LargeBinary, Table

from tidewaiter.store.tables.columns import METADATA, TEXT, WHOLE

notice_draft = Table(
    "notice_draft",
    METADATA,
    Column("number", WHOLE, primary_key=True),
    Column("account", TEXT, nullable=False),  # of whoever writes it: nobody else reads it
    Column("changed", TEXT, nullable=False),
    Column("version", WHOLE, nullable=False),  # from 1, one more with each change
    Column("written", LargeBinary, nullable=False),  # JSON, encrypted with the node's own key
    Index("notice_draft_account", "account", "number"),
    sqlite_strict=True,
)
