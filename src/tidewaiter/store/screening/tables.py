"""Tables of screening: files, runs, lines, parties, and rows that could not be read."""

from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint

from tidewaiter.store.core.columns import METADATA, TEXT, WHOLE
from tidewaiter.trade.types import ALWAYS, FILTERED

source = Table(
    "source",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("sha256", TEXT, nullable=False),
    Column("mapping", TEXT, nullable=False),  # JSON: field -> column, as set by the user
    Column("reading", TEXT, nullable=False),  # SHA-256 of the mapping
    Column("name", TEXT, nullable=False),
    Column("size", WHOLE, nullable=False),  # bytes
    Column("first_seen", TEXT, nullable=False),
    Column("said", TEXT),  # JSON of other reading options set by the user; null: none
    UniqueConstraint("sha256", "reading", name="source_once"),
    sqlite_strict=True,
)

screening = Table(
    "screening",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("source", WHOLE, ForeignKey("source.id"), nullable=False),
    Column("day", TEXT, nullable=False),
    Column("registry", TEXT, nullable=False),
    Column("rules", TEXT, nullable=False),
    Column("state", TEXT, nullable=False),  # running, done
    Column("rows_done", WHOLE, nullable=False),
    Column("lines", WHOLE, nullable=False),
    Column("alerts", WHOLE, nullable=False),
    Column("refusals", WHOLE, nullable=False),
    Column("new_lines", WHOLE, nullable=False),
    Column("new_alerts", WHOLE, nullable=False),
    Column("started", TEXT, nullable=False),
    Column("finished", TEXT),
    Column("basis", TEXT),  # JSON that the digest is computed from; null: older version
    UniqueConstraint("source", "day", "registry", "rules", name="screening_once"),
    sqlite_strict=True,
)

line = Table(
    "line",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("source", WHOLE, ForeignKey("source.id"), nullable=False),
    *(
        Column(name, WHOLE if name in {"row", "seq"} else TEXT, nullable=name not in ALWAYS)
        for name in FILTERED  # a list is JSON
    ),
    Column("payload", TEXT, nullable=False),
    UniqueConstraint("source", "row", name="line_once"),
    Index("line_consignment", "consignment"),
    sqlite_strict=True,
)

party = Table(
    "party",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("digest", TEXT, nullable=False),  # of the payload
    Column("name", TEXT, nullable=False),
    Column("country", TEXT),
    Column("payload", TEXT, nullable=False),
    UniqueConstraint("digest", name="party_once"),
    sqlite_strict=True,
)

party_line = Table(
    "party_line",
    METADATA,
    Column("party", WHOLE, ForeignKey("party.id"), primary_key=True, autoincrement=False),
    Column("line", WHOLE, ForeignKey("line.id"), primary_key=True, autoincrement=False),
    Column("role", TEXT, primary_key=True),  # "": not given
    Index("party_line_line", "line"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

refusal = Table(
    "refusal",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("source", WHOLE, ForeignKey("source.id"), nullable=False),
    Column("row", WHOLE, nullable=False),
    Column("column", TEXT, nullable=False),
    Column("screened", WHOLE, nullable=False),  # 0, 1
    Column("digest", TEXT, nullable=False),  # SHA-256 of the payload
    Column("payload", TEXT, nullable=False),
    UniqueConstraint("source", "digest", name="refusal_once"),
    sqlite_strict=True,
)
