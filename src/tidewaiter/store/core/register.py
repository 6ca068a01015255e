"""The register of an authority: operators, papers, requirements, and what moved under them."""

from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint

from tidewaiter.store.tables.columns import METADATA, TEXT, WHOLE

# Whose register it is: one row, from the first entries on.
register_keeper = Table(
    "register_keeper",
    METADATA,
    Column("country", TEXT, primary_key=True),
    Column("since", TEXT, nullable=False),
    sqlite_strict=True,
)

register_entry = Table(
    "register_entry",
    METADATA,
    Column("number", WHOLE, primary_key=True),
    Column("kind", TEXT, nullable=False),  # operator, standing, grant, requirement
    Column("id", TEXT, nullable=False),
    Column("version", WHOLE, nullable=False),
    Column("decided", TEXT, nullable=False),
    Column("operator", TEXT, nullable=False),  # id; "": of none
    Column("payload", TEXT, nullable=False),  # JSON; that of an operator can be erased
    Column("who", TEXT, nullable=False),
    Column("at", TEXT, nullable=False),
    UniqueConstraint("kind", "id", "version"),
    Index("register_entry_operator", "operator"),
    sqlite_strict=True,
)

# The ledger only grows: what did not take place is cancelled by a row of its own.
register_movement = Table(
    "register_movement",
    METADATA,
    Column("number", WHOLE, primary_key=True),
    Column("id", TEXT, nullable=False, unique=True),
    Column("on", TEXT, nullable=False),
    Column("notice", WHOLE, ForeignKey("notice.number")),  # that told of it; null: a person did
    Column("payload", TEXT, nullable=False),  # JSON
    Column("reason", TEXT, nullable=False),
    Column("who", TEXT, nullable=False),
    Column("at", TEXT, nullable=False),
    sqlite_strict=True,
)

register_cancellation = Table(
    "register_cancellation",
    METADATA,
    Column("movement", WHOLE, ForeignKey("register_movement.number"), primary_key=True),
    Column("on", TEXT, nullable=False),
    Column("source", TEXT, nullable=False),
    Column("reason", TEXT, nullable=False),
    Column("who", TEXT, nullable=False),
    Column("at", TEXT, nullable=False),
    sqlite_strict=True,
)

# What may still go under a notice that nobody objects to; made anew whenever the notice changes.
register_promise = Table(
    "register_promise",
    METADATA,
    Column("notice", WHOLE, ForeignKey("notice.number"), primary_key=True, autoincrement=False),
    Column("place", WHOLE, primary_key=True, autoincrement=False),  # among those of the notice
    Column("payload", TEXT, nullable=False),  # JSON
    sqlite_strict=True,
)
