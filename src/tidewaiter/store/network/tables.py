"""Tables of entity resolution: runs, entities, their parties and edges, and judgements.

Results of a resolution carry its number in `run`, so that a new run is written beside the current
one and replaces it at once. An `entity` keeps its number from run to run. No key starts with
`run`: it has few distinct values, and SQLite would overrate its selectivity.
"""

from sqlalchemy import Column, ForeignKey, Index, PrimaryKeyConstraint, Table, UniqueConstraint

from tidewaiter.store.core.columns import METADATA, TEXT, WHOLE


def _run() -> Column[int]:
    return Column("run", WHOLE, nullable=False, autoincrement=False)


def _whole(name: str) -> Column[int]:
    return Column(name, WHOLE, nullable=False, server_default="0")


resolution = Table(
    "resolution",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("state", TEXT, nullable=False),  # building, current, past
    Column("started", TEXT, nullable=False),
    Column("finished", TEXT),
    Column("party", WHOLE, nullable=False),  # last party compared; later ones wait
    Column("line", WHOLE, nullable=False),  # last line counted
    _whole("compared"),  # pairs
    Index("resolution_state", "state"),
    sqlite_strict=True,
)

entity = Table(
    "entity",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("key", TEXT, nullable=False),  # "e-" and 16 digits
    UniqueConstraint("key", name="entity_once"),
    sqlite_strict=True,
)

entity_profile = Table(
    "entity_profile",
    METADATA,
    _run(),
    Column("entity", WHOLE, ForeignKey("entity.id"), nullable=False, autoincrement=False),
    Column("name", TEXT, nullable=False),
    Column("country", TEXT, nullable=False),
    Column("waiting", WHOLE, nullable=False),  # 1: joined by exact name, until the next run
    *(_whole(name) for name in ("lines", "consignments", "receivers", "senders", "ties")),
    Column("first", TEXT),
    Column("last", TEXT),
    Column("signs", TEXT, nullable=False),  # JSON
    PrimaryKeyConstraint("entity", "run"),
    Index("entity_profile_lines", "lines", "run", "entity"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

entity_party = Table(
    "entity_party",
    METADATA,
    _run(),
    Column("party", WHOLE, ForeignKey("party.id"), nullable=False, autoincrement=False),
    Column("entity", WHOLE, nullable=False),
    Column("member", TEXT, nullable=False),  # "p-" and 16 digits
    Column("how", TEXT, nullable=False),  # compared, written, named, new
    _whole("lines"),
    Column("first", TEXT),
    Column("last", TEXT),
    PrimaryKeyConstraint("party", "run"),
    Index("entity_party_entity", "entity", "run", "lines", "party"),
    Index("entity_party_member", "member", "run"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

entity_word = Table(
    "entity_word",
    METADATA,
    _run(),
    Column("word", TEXT, nullable=False),
    Column("entity", WHOLE, nullable=False, autoincrement=False),
    PrimaryKeyConstraint("word", "run", "entity"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

thing = Table(
    "thing",
    METADATA,
    _run(),
    Column("kind", TEXT, nullable=False),  # phone, email, address, identifier
    Column("value", TEXT, nullable=False),  # normalised
    Column("label", TEXT, nullable=False),  # display form
    _whole("entities"),
    PrimaryKeyConstraint("kind", "value", "run"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

entity_thing = Table(
    "entity_thing",
    METADATA,
    _run(),
    Column("entity", WHOLE, nullable=False, autoincrement=False),
    Column("kind", TEXT, nullable=False),
    Column("value", TEXT, nullable=False),
    PrimaryKeyConstraint("entity", "run", "kind", "value"),
    Index("entity_thing_value", "kind", "value", "run", "entity"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

entity_link = Table(
    "entity_link",
    METADATA,
    _run(),
    Column("a", TEXT, nullable=False),  # compared members
    Column("b", TEXT, nullable=False),
    Column("one", WHOLE, nullable=False),  # their entities; equal if joined
    Column("other", WHOLE, nullable=False),
    Column("points", WHOLE, nullable=False),
    Column("outcome", TEXT, nullable=False),
    Column("payload", TEXT, nullable=False),
    PrimaryKeyConstraint("a", "b", "run"),
    Index("entity_link_one", "one", "run", "points"),
    Index("entity_link_other", "other", "run", "points"),
    sqlite_strict=True,
)

entity_owned = Table(
    "entity_owned",
    METADATA,
    _run(),
    Column("entity", WHOLE, nullable=False, autoincrement=False),
    Column("owner", WHOLE, nullable=False, autoincrement=False),
    Column("list", TEXT, nullable=False),
    Column("restricted", WHOLE, nullable=False),  # 1: cleared readers only
    Column("payload", TEXT, nullable=False),
    PrimaryKeyConstraint("entity", "owner", "list", "run"),
    Index("entity_owned_owner", "owner", "run"),
    sqlite_strict=True,
)

entity_consignment = Table(
    "entity_consignment",
    METADATA,
    _run(),
    Column("source", WHOLE, nullable=False, autoincrement=False),
    Column("consignment", TEXT, nullable=False),
    Column("entity", WHOLE, nullable=False, autoincrement=False),
    Column("sides", WHOLE, nullable=False),  # bit sum; 1: sends, 2: receives, 4: other
    Column("lines", WHOLE, nullable=False),
    Column("day", TEXT, nullable=False),  # "": no date
    PrimaryKeyConstraint("source", "consignment", "run", "entity"),
    Index("entity_consignment_day", "entity", "run", "day", "sides"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

trade = Table(
    "trade",
    METADATA,
    _run(),
    Column("sender", WHOLE, nullable=False, autoincrement=False),
    Column("receiver", WHOLE, nullable=False, autoincrement=False),
    Column("consignments", WHOLE, nullable=False),
    Column("first", TEXT),
    Column("last", TEXT),
    PrimaryKeyConstraint("sender", "receiver", "run"),
    Index("trade_sender", "sender", "run", "consignments", "receiver"),
    Index("trade_receiver", "receiver", "run", "consignments", "sender"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

trade_consignment = Table(
    "trade_consignment",
    METADATA,
    _run(),
    Column("source", WHOLE, nullable=False, autoincrement=False),
    Column("consignment", TEXT, nullable=False),
    Column("sender", WHOLE, nullable=False, autoincrement=False),
    Column("receiver", WHOLE, nullable=False, autoincrement=False),
    PrimaryKeyConstraint("source", "consignment", "run", "sender", "receiver"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

entity_change = Table(
    "entity_change",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("run", WHOLE, nullable=False),
    Column("entity", WHOLE, ForeignKey("entity.id"), nullable=False),
    Column("change", TEXT, nullable=False),  # merged, split
    Column("other", WHOLE, ForeignKey("entity.id"), nullable=False),
    Column("at", TEXT, nullable=False),
    Index("entity_change_entity", "entity"),
    Index("entity_change_other", "other"),
    sqlite_strict=True,
)

party_judgement = Table(
    "party_judgement",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("a", TEXT, nullable=False),  # members, in sort order
    Column("b", TEXT, nullable=False),
    Column("verdict", TEXT, nullable=False),  # same, not same, undecided
    Column("why", TEXT, nullable=False),
    Column("by", TEXT, nullable=False),
    Column("at", TEXT, nullable=False),
    Index("party_judgement_pair", "a", "b", "id"),
    Index("party_judgement_b", "b"),
    sqlite_strict=True,
)

party_alert = Table(
    "party_alert",
    METADATA,
    Column("party", WHOLE, ForeignKey("party.id"), primary_key=True, autoincrement=False),
    Column("alert", TEXT, ForeignKey("alert.id"), primary_key=True),
    Column("restricted", WHOLE, nullable=False),  # 1: cleared readers only
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
