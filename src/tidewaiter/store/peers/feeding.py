"""What lies ready for programs outside that read incidents over TAXII."""

from sqlalchemy import Column, ForeignKey, LargeBinary, Table, UniqueConstraint

from tidewaiter.store.tables.columns import METADATA, TEXT, WHOLE

feed = Table(
    "feed",
    METADATA,
    Column("id", TEXT, primary_key=True),  # a UUID of version 4
    Column("title", TEXT, nullable=False),
    Column("reach", TEXT, nullable=False),  # how far from here its readers are
    Column("purpose", TEXT, nullable=False),
    Column("made", TEXT, nullable=False),
    # The last number and moment that were ever given: none is used again.
    Column("seq", WHOLE, nullable=False),
    Column("added", TEXT),
    sqlite_strict=True,
)

feed_item = Table(
    "feed_item",
    METADATA,
    Column("feed", TEXT, ForeignKey("feed.id"), primary_key=True),
    Column("seq", WHOLE, primary_key=True, autoincrement=False),
    Column("added", TEXT, nullable=False),
    Column("owner", TEXT, nullable=False),  # of the incident that it was made of
    Column("subject", TEXT, nullable=False),
    Column("written", LargeBinary, nullable=False),  # JSON, encrypted with the node's own key
    UniqueConstraint("feed", "added"),
    sqlite_strict=True,
)

# What was known of an incident when its items were made: other figures, and they are made anew.
feed_source = Table(
    "feed_source",
    METADATA,
    Column("feed", TEXT, ForeignKey("feed.id"), primary_key=True),
    Column("owner", TEXT, primary_key=True),
    Column("subject", TEXT, primary_key=True),
    Column("last", WHOLE, nullable=False),  # number of what was said of it last
    Column("size", WHOLE, nullable=False),  # bytes of all that was said and is still there
    sqlite_strict=True,
)
