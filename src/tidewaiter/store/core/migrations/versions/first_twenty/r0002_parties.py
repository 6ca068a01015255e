"""Parties of lines, list entries that alerts are based on, alert notes, and screening settings.

After a list change, past parties are looked up once each, however many lines name them, which the
line payloads cannot serve. Later changes to an entry are notes on the alert, which is unchanged.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PAGE = 20_000  # lines or alerts per page
KEY_LENGTH = 200


def upgrade() -> None:
    """Create the tables, and fill them from the stored lines and alerts."""
    op.add_column("screening", sa.Column("basis", TEXT))
    _create_parties()
    _create_alert_parties()
    _create_notes()
    connection = op.get_bind()
    _fill_parties(connection)
    _fill_alert_parties(connection)


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT, nullable=nullable) for name in names]


def _to(name: str, target: str, kind: Any = WHOLE, *, primary_key: bool = False) -> sa.Column[Any]:
    key = sa.ForeignKey(target)
    return sa.Column(name, kind, key, nullable=False, primary_key=primary_key, autoincrement=False)


def _create_parties() -> None:
    op.create_table(
        "party",
        sa.Column("id", WHOLE, primary_key=True),
        *_text("digest", "name"),
        *_text("country", nullable=True),
        *_text("payload"),
        sa.UniqueConstraint("digest", name="party_once"),
        sqlite_strict=True,
    )
    op.create_table(
        "party_line",
        _to("party", "party.id", primary_key=True),
        _to("line", "line.id", primary_key=True),
        sa.Column("role", TEXT, primary_key=True),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _create_alert_parties() -> None:
    op.create_table(
        "alert_party",
        _to("alert", "alert.id", TEXT, primary_key=True),
        sa.Column("number", WHOLE, primary_key=True, autoincrement=False),
        *_text("list", "entry", "name"),
        sqlite_strict=True,
    )
    op.create_index("alert_party_entry", "alert_party", ["list", "entry"])


def _create_notes() -> None:
    op.create_table(
        "alert_note",
        sa.Column("id", WHOLE, primary_key=True),
        _to("alert", "alert.id", TEXT),
        *_text("list", "entry", "rule", "day", "text", "source"),
        sa.UniqueConstraint("alert", "list", "entry", "rule", "source", name="alert_note_once"),
        sqlite_strict=True,
    )
    op.create_index("alert_note_rule", "alert_note", ["rule", "alert"])


def _fill_parties(connection: sa.Connection) -> None:
    """Write the parties of all lines from their payloads, without duplicates."""
    party = sa.table("party", *map(sa.column, ("id", "digest", "name", "country", "payload")))
    link = sa.table("party_line", *map(sa.column, ("party", "line", "role")))
    known: dict[str, int] = {}
    for page in _pages(connection, "line"):
        new: list[dict[str, Any]] = []
        links: dict[tuple[int, Any, str], None] = {}
        for line, payload in page:
            for told in msgspec.json.decode(payload).get("parties") or ():
                if not told or not told.get("name"):
                    continue
                role = (told.pop("role", None) or "").replace("\0", "\ufffd")
                said = {field: told[field] for field in sorted(told) if told[field] is not None}
                text = msgspec.json.encode(said).decode()
                digest = hashlib.sha256(text.encode()).hexdigest()[:32]
                if digest not in known:
                    known[digest] = len(known) + 1
                    country = said["country"].replace("\0", "\ufffd") if "country" in said else None
                    name = said["name"][:KEY_LENGTH].replace("\0", "\ufffd")
                    new.append(
                        {
                            "id": known[digest],
                            "digest": digest,
                            "name": name,
                            "country": country,
                            "payload": text,
                        }
                    )
                links[known[digest], line, role] = None
        if new:
            connection.execute(sa.insert(party), new)
        if links:
            names = ("party", "line", "role")
            rows = [dict(zip(names, row, strict=True)) for row in links]
            connection.execute(sa.insert(link), rows)
    if known and connection.dialect.name == "postgresql":  # ids were assigned explicitly
        connection.execute(
            sa.text("SELECT setval(pg_get_serial_sequence('party', 'id'), :last)"),
            {"last": len(known)},
        )


def _fill_alert_parties(connection: sa.Connection) -> None:
    """Write which entries the alerts are based on."""
    columns = ("alert", "number", "list", "entry", "name")
    table = sa.table("alert_party", *map(sa.column, columns))
    for page in _pages(connection, "alert"):
        rows = []
        for alert, payload in page:
            for number, match in enumerate(msgspec.json.decode(payload).get("parties") or (), 1):
                said = (
                    str(match[name]).replace("\0", "\ufffd") for name in ("list", "entry", "name")
                )
                rows.append(dict(zip(columns, (alert, number, *said), strict=True)))
        if rows:
            connection.execute(sa.insert(table), rows)


def _pages(connection: sa.Connection, name: str) -> Iterator[list[tuple[Any, str]]]:
    """Read the ids and payloads of a table in pages."""
    c = sa.table(name, sa.column("id"), sa.column("payload")).c
    query = sa.select(c.id, c.payload).order_by(c.id).limit(PAGE)
    page = [(row[0], row[1]) for row in connection.execute(query)]
    while page:
        yield page
        after = query.where(c.id > page[-1][0])
        page = [(row[0], row[1]) for row in connection.execute(after)]
