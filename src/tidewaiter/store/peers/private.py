"""Private questions: who may ask whom, the filters that came, and what was asked."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, UniqueConstraint

from tidewaiter.store.tables.columns import METADATA, TEXT, WHOLE

private_offer = Table(
    "private_offer",
    METADATA,
    Column("number", WHOLE, primary_key=True),
    Column("side", TEXT, nullable=False),  # of this node: holder, asker
    Column("peer", TEXT, ForeignKey("peer.node"), nullable=False),  # the other side
    Column("offer", TEXT, nullable=False),  # the holder's id of it
    Column("state", TEXT, nullable=False),  # open, replaced, ended
    Column("slots", WHOLE, nullable=False),  # in the filter, with those that fill it up
    Column("budget", WHOLE, nullable=False),  # keys in a day
    Column("until", TEXT, nullable=False),  # the last day
    Column("made", TEXT, nullable=False),
    # JSON, encrypted with the node's own key: the holder's secret is in it; null: destroyed.
    Column("written", LargeBinary),
    UniqueConstraint("side", "peer", "offer"),
    Index("private_offer_state", "side", "peer", "state"),
    sqlite_strict=True,
)

private_part = Table(
    "private_part",
    METADATA,
    Column(
        "offer", WHOLE, ForeignKey("private_offer.number"), primary_key=True, autoincrement=False
    ),
    Column("part", WHOLE, primary_key=True, autoincrement=False),  # from 1
    Column("message", TEXT, nullable=False),  # that brought it
    Column("bits", LargeBinary, nullable=False),  # encrypted with the node's own key
    sqlite_strict=True,
)

private_question = Table(
    "private_question",
    METADATA,
    Column("number", WHOLE, primary_key=True),
    Column("side", TEXT, nullable=False),  # of this node: holder, asker
    Column("peer", TEXT, ForeignKey("peer.node"), nullable=False),  # the other side
    Column("offer", TEXT, nullable=False),
    Column("message", TEXT, nullable=False),  # that asked
    Column("day", TEXT, nullable=False),  # of this node's clock, UTC
    Column("at", TEXT, nullable=False),  # when it was asked here, or came
    Column("slots", WHOLE, nullable=False),  # with those that fill it up
    Column("purpose", TEXT, nullable=False),
    Column("state", TEXT, nullable=False),  # asked, answered, refused, recalled
    Column("code", TEXT, nullable=False),  # why it was refused
    Column("answered", TEXT, nullable=False),  # when; "": not yet
    Column("answer", TEXT, nullable=False),  # message that answered; "": not yet, or this node's
    # JSON, encrypted with the node's own key: what was asked and what came of it; null: the
    # holder's, who does not know.
    Column("written", LargeBinary),
    UniqueConstraint("side", "peer", "message"),
    Index("private_question_day", "side", "peer", "day"),
    sqlite_strict=True,
)
