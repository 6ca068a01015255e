"""The coalition: what relations were, rosters, and what was promised."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table

from tidewaiter.store.tables.columns import METADATA, TEXT, WHOLE

# Each change of a relation, of this node's own or of the peer's as it told it.
relation_move = Table(
    "relation_move",
    METADATA,
    Column("number", WHOLE, primary_key=True),  # in the order of happening
    Column("peer", TEXT, ForeignKey("peer.node"), nullable=False),
    Column("by", TEXT, nullable=False),  # own, peer
    Column("standing", TEXT, nullable=False),  # what it became
    Column("at", TEXT, nullable=False),
    Column("reason", TEXT, nullable=False),
    Index("relation_move_peer", "peer", "by", "number"),
    sqlite_strict=True,
)

roster = Table(
    "roster",
    METADATA,
    Column("id", TEXT, primary_key=True),
    Column("heeded", WHOLE, nullable=False),  # 1: people here have taken it up; 0: it was told
    Column("changed", TEXT, nullable=False),
    sqlite_strict=True,
)

roster_version = Table(
    "roster_version",
    METADATA,
    Column("roster", TEXT, ForeignKey("roster.id"), primary_key=True),
    Column("version", WHOLE, primary_key=True, autoincrement=False),  # from 1
    Column("sender", TEXT, nullable=False),  # node that told it; "": taken up here from a file
    Column("message", TEXT, nullable=False),  # that brought it; "": none
    Column("written", LargeBinary, nullable=False),  # JSON, encrypted with the node's own key
    Column("came", TEXT, nullable=False),
    sqlite_strict=True,
)

# What was said of commitments and initiatives; how they stand is told when it is read.
pledge_said = Table(
    "pledge_said",
    METADATA,
    Column("number", WHOLE, primary_key=True),  # in the order of arrival
    Column("kind", TEXT, nullable=False),  # of message
    Column("owner", TEXT, nullable=False),  # node that promises
    Column("subject", TEXT, nullable=False),  # id of the commitment or the initiative there
    Column("sender", TEXT, nullable=False),
    Column("message", TEXT, nullable=False),  # that brought it; "": it was said here
    Column("id", TEXT, nullable=False),  # of a report or a withdrawal; else ""
    Column("digest", TEXT, nullable=False),  # SHA-256 of what was said: told again, it is kept once
    Column("written", LargeBinary, nullable=False),  # JSON, encrypted with the node's own key
    Column("came", TEXT, nullable=False),
    Index("pledge_said_subject", "owner", "subject", "number"),
    sqlite_strict=True,
)

# To whom this node has told a commitment: they are told what follows.
pledge_said_to = Table(
    "pledge_said_to",
    METADATA,
    Column("owner", TEXT, primary_key=True),
    Column("subject", TEXT, primary_key=True),
    Column("peer", TEXT, ForeignKey("peer.node"), primary_key=True),
    sqlite_strict=True,
)
