"""What peers said of their logs, so that nobody can make theirs anew unseen."""

from sqlalchemy import Column, ForeignKey, Index, Table

from tidewaiter.store.tables.columns import METADATA, TEXT, WHOLE

witness = Table(
    "witness",
    METADATA,
    Column("number", WHOLE, primary_key=True),  # in the order of arrival
    Column("peer", TEXT, ForeignKey("peer.node"), nullable=False),
    Column("size", WHOLE, nullable=False),  # entries of its log
    Column("root", TEXT, nullable=False),  # over them
    Column("have", WHOLE, nullable=False),  # messages of this node that it had then
    Column("receipt", TEXT, nullable=False),  # that says so, signed
    Column("wrong", TEXT, nullable=False),  # "": it fits; two-roots, shorter
    Column("came", TEXT, nullable=False),
    Index("witness_size", "peer", "size"),
    Index("witness_peer", "peer", "number"),
    sqlite_strict=True,
)
