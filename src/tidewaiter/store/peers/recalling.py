"""What was said by which messages, what was recalled of it, and what a node keeps or passed on."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, UniqueConstraint

from tidewaiter.store.tables.columns import METADATA, TEXT, WHOLE

# By which messages this node said something: one to each peer that was told.
said_in = Table(
    "said_in",
    METADATA,
    Column("said", WHOLE, ForeignKey("said.number"), primary_key=True, autoincrement=False),
    Column("message", TEXT, ForeignKey("outgoing.id"), primary_key=True),
    Index("said_in_message", "message"),
    sqlite_strict=True,
)

# Messages that their source has recalled, from peers or from this node.
recalled = Table(
    "recalled",
    METADATA,
    Column("number", WHOLE, primary_key=True),
    Column("source", TEXT, nullable=False),  # node that sent the message and recalls it
    Column("item", TEXT, nullable=False),  # id of the message
    Column("peer", TEXT, nullable=False),  # node that has it
    Column("kind", TEXT, nullable=False),  # of the message
    Column("recall", TEXT, nullable=False),  # its id at the source
    Column("message", TEXT, nullable=False),  # that asks it back; "": none, as it had not left
    Column("reason", TEXT, nullable=False),  # code
    Column("outcome", TEXT, nullable=False),  # "": none yet
    Column("asked", TEXT, nullable=False),
    Column("changed", TEXT, nullable=False),
    UniqueConstraint("item", "source"),
    Index("recalled_recall", "source", "recall"),
    sqlite_strict=True,
)

# What this node does with a message that came: keeps it under a legal hold, has passed it on.
custody = Table(
    "custody",
    METADATA,
    Column("peer", TEXT, ForeignKey("peer.node"), primary_key=True),
    Column("item", TEXT, primary_key=True),
    Column("written", LargeBinary, nullable=False),  # JSON, encrypted with the node's own key
    Column("changed", TEXT, nullable=False),
    sqlite_strict=True,
)
