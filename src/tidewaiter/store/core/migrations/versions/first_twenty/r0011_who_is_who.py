"""Entity resolution: results, decisions of people, and the parties that alerts name.

The page of a party needs all of this at once, which files of entities cannot serve.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PAGE = 2_000  # alerts per page


def upgrade() -> None:
    """Create the tables; stored alerts get their parties, and the other tables await a run."""
    op.create_index("party_line_line", "party_line", ["line"])
    _create_runs()
    _create_entities()
    _create_things()
    _create_ties()
    _create_trade()
    _create_judgements()
    _fill(op.get_bind())


def _key(name: str, kind: Any = WHOLE, *to: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, *to, nullable=False, autoincrement=False)


def _whole(*names: str, default: str | None = None) -> list[sa.Column[Any]]:
    return [sa.Column(name, WHOLE, nullable=False, server_default=default) for name in names]


def _text(*names: str, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, TEXT, nullable=nullable) for name in names]


def _rowless(name: str, *columns: Any) -> None:
    op.create_table(name, *columns, sqlite_strict=True, sqlite_with_rowid=False)


def _create_runs() -> None:
    op.create_table(
        "resolution",
        sa.Column("id", WHOLE, primary_key=True),
        *_text("state", "started"),
        *_text("finished", nullable=True),
        *_whole("party", "line"),
        *_whole("compared", default="0"),
        sqlite_strict=True,
    )
    op.create_index("resolution_state", "resolution", ["state"])


def _create_entities() -> None:
    op.create_table(
        "entity",
        sa.Column("id", WHOLE, primary_key=True),
        *_text("key"),
        sa.UniqueConstraint("key", name="entity_once"),
        sqlite_strict=True,
    )
    _rowless(
        "entity_profile",
        _key("run"),
        _key("entity", WHOLE, sa.ForeignKey("entity.id")),
        *_text("name", "country"),
        *_whole("waiting"),
        *_whole("lines", "consignments", "receivers", "senders", "ties", default="0"),
        *_text("first", "last", nullable=True),
        *_text("signs"),
        sa.PrimaryKeyConstraint("entity", "run"),
    )
    op.create_index("entity_profile_lines", "entity_profile", ["lines", "run", "entity"])
    _rowless(
        "entity_party",
        _key("run"),
        _key("party", WHOLE, sa.ForeignKey("party.id")),
        *_whole("entity"),
        *_text("member", "how"),
        *_whole("lines", default="0"),
        *_text("first", "last", nullable=True),
        sa.PrimaryKeyConstraint("party", "run"),
    )
    op.create_index("entity_party_entity", "entity_party", ["entity", "run", "lines", "party"])
    op.create_index("entity_party_member", "entity_party", ["member", "run"])


def _create_things() -> None:
    _rowless(
        "entity_word",
        _key("run"),
        _key("word", TEXT),
        _key("entity"),
        sa.PrimaryKeyConstraint("word", "run", "entity"),
    )
    _rowless(
        "thing",
        _key("run"),
        _key("kind", TEXT),
        _key("value", TEXT),
        *_text("label"),
        *_whole("entities", default="0"),
        sa.PrimaryKeyConstraint("kind", "value", "run"),
    )
    _rowless(
        "entity_thing",
        _key("run"),
        _key("entity"),
        _key("kind", TEXT),
        _key("value", TEXT),
        sa.PrimaryKeyConstraint("entity", "run", "kind", "value"),
    )
    op.create_index("entity_thing_value", "entity_thing", ["kind", "value", "run", "entity"])


def _create_ties() -> None:
    op.create_table(
        "entity_link",
        _key("run"),
        _key("a", TEXT),
        _key("b", TEXT),
        *_whole("one", "other", "points"),
        *_text("outcome", "payload"),
        sa.PrimaryKeyConstraint("a", "b", "run"),
        sqlite_strict=True,
    )
    op.create_index("entity_link_one", "entity_link", ["one", "run", "points"])
    op.create_index("entity_link_other", "entity_link", ["other", "run", "points"])
    op.create_table(
        "entity_owned",
        _key("run"),
        _key("entity"),
        _key("owner"),
        _key("list", TEXT),
        *_whole("restricted"),
        *_text("payload"),
        sa.PrimaryKeyConstraint("entity", "owner", "list", "run"),
        sqlite_strict=True,
    )
    op.create_index("entity_owned_owner", "entity_owned", ["owner", "run"])


def _create_trade() -> None:
    _rowless(
        "entity_consignment",
        _key("run"),
        _key("source"),
        _key("consignment", TEXT),
        _key("entity"),
        *_whole("sides", "lines"),
        *_text("day"),
        sa.PrimaryKeyConstraint("source", "consignment", "run", "entity"),
    )
    op.create_index(
        "entity_consignment_day", "entity_consignment", ["entity", "run", "day", "sides"]
    )
    _rowless(
        "trade",
        _key("run"),
        _key("sender"),
        _key("receiver"),
        *_whole("consignments"),
        *_text("first", "last", nullable=True),
        sa.PrimaryKeyConstraint("sender", "receiver", "run"),
    )
    _rowless(
        "trade_consignment",
        _key("run"),
        _key("source"),
        _key("consignment", TEXT),
        _key("sender"),
        _key("receiver"),
        sa.PrimaryKeyConstraint("source", "consignment", "run", "sender", "receiver"),
    )
    op.create_index("trade_sender", "trade", ["sender", "run", "consignments", "receiver"])
    op.create_index("trade_receiver", "trade", ["receiver", "run", "consignments", "sender"])


def _create_judgements() -> None:
    op.create_table(
        "entity_change",
        sa.Column("id", WHOLE, primary_key=True),
        *_whole("run"),
        sa.Column("entity", WHOLE, sa.ForeignKey("entity.id"), nullable=False),
        *_text("change"),
        sa.Column("other", WHOLE, sa.ForeignKey("entity.id"), nullable=False),
        *_text("at"),
        sqlite_strict=True,
    )
    op.create_index("entity_change_entity", "entity_change", ["entity"])
    op.create_index("entity_change_other", "entity_change", ["other"])
    op.create_table(
        "party_judgement",
        sa.Column("id", WHOLE, primary_key=True),
        *_text("a", "b", "verdict", "why", "by", "at"),
        sqlite_strict=True,
    )
    op.create_index("party_judgement_pair", "party_judgement", ["a", "b", "id"])
    op.create_index("party_judgement_b", "party_judgement", ["b"])
    _rowless(
        "party_alert",
        _key("party", WHOLE, sa.ForeignKey("party.id")),
        _key("alert", TEXT, sa.ForeignKey("alert.id")),
        *_whole("restricted"),
        sa.PrimaryKeyConstraint("party", "alert"),
    )


def _fill(connection: sa.Connection) -> None:
    """Write the parties that the lines of stored alerts name, one page of alerts at a time."""
    # JSON escapes quotes within texts, so no goods text can match this.
    restricted = """CASE WHEN a.payload LIKE '%"restricted"\\:true%' THEN 1 ELSE 0 END"""
    fill = sa.text(
        "INSERT INTO party_alert (party, alert, restricted) "  # noqa: S608 - ours
        f"SELECT DISTINCT k.party, a.id, {restricted} FROM alert a "
        "JOIN line l ON l.source = a.source AND l.row = a.row JOIN party_line k ON k.line = l.id "
        "WHERE a.id > :after AND a.id <= :last"
    )
    page = sa.text("SELECT id FROM alert WHERE id > :after ORDER BY id LIMIT :rows")
    after = ""
    while ids := connection.execute(page, {"after": after, "rows": PAGE}).scalars().all():
        connection.execute(fill, {"after": after, "last": ids[-1]})
        after = ids[-1]
