"""The audit log as a Merkle tree, whose entries can be proved without disclosing the others.

The previous hash chain is verified a last time, and the result is recorded in the first new entry.
A database with a broken chain remains usable: missing entries are shown as missing.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FIRST = "0" * 64
PAGE = 1000
SALT = 16
FILLED = 1000  # maximum consecutive missing entries; entries after a wider gap are misplaced
_NOTHING = {"who": "", "details": "{}"}

Row = dict[str, Any]


def upgrade() -> None:
    """Move the entries to a table with salts, and build the tree."""
    connection = op.get_bind()
    op.rename_table("audit", "audit_chain")
    op.create_table(
        "audit",
        sa.Column("number", WHOLE, primary_key=True, autoincrement=False),
        *(sa.Column(name, TEXT, nullable=False) for name in _COLUMNS),
        sqlite_strict=True,
    )
    op.create_table(
        "audit_node",
        *(sa.Column(n, WHOLE, primary_key=True, autoincrement=False) for n in ("level", "place")),
        sa.Column("entry", WHOLE, nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("audit_node_entry", "audit_node", ["entry"])
    _move(connection)
    op.drop_table("audit_chain")
    _forbid_changes(connection)


_COLUMNS = ("at", "who", "action", "details", "salt")


def _move(connection: sa.Connection) -> None:
    """Give each entry a salt and its index in the tree."""
    chain = sa.Table("audit_chain", sa.MetaData(), autoload_with=connection)
    tree = _Tree(connection)
    previous, broken, last = FIRST, 0, None
    astray: list[Row] = []
    for last in _entries(connection, chain):
        if not broken and last["previous"] == previous and _digest(last) == last["digest"]:
            previous = last["digest"]
        else:
            broken = broken or max(1, last["number"])
        if tree.size < last["number"] <= tree.size + FILLED:
            while tree.size < last["number"] - 1:
                tree.add({"at": last["at"], "who": "", "action": "entry missing", "details": "{}"})
            tree.add(last)
        else:
            astray.append(last)
    for row in astray:
        tree.add(row | {"action": f"out of order, {row['number']}: {row['action']}"})
    if last is not None:
        told = {"head": previous} | ({"broken": broken} if broken else {})
        details = json.dumps(told, separators=(",", ":"), sort_keys=True)
        row = {"at": last["at"], "who": "tidewaiter", "action": "tree begun", "details": details}
        tree.add(row)


def _entries(connection: sa.Connection, chain: sa.Table) -> Iterator[Row]:
    after = -(2**62)
    while True:
        wanted = sa.select(chain).where(chain.c.number > after).order_by(chain.c.number)
        page = [dict(row) for row in connection.execute(wanted.limit(PAGE)).mappings()]
        yield from page
        if not page:
            return
        after = page[-1]["number"]


class _Tree:
    """The new tables during construction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        metadata = sa.MetaData()
        self._audit = sa.Table("audit", metadata, autoload_with=connection)
        self._node = sa.Table("audit_node", metadata, autoload_with=connection)
        self._kept: dict[int, bytes] = {}  # level -> last node there without a sibling
        self.size = 0

    def add(self, row: Row) -> None:
        """Add an entry, and the nodes that it completes."""
        level, place = 0, self.size
        self.size += 1
        entry = {name: row[name] for name in ("at", "who", "action", "details")}
        entry |= {"number": self.size, "salt": secrets.token_hex(SALT)}
        self._connection.execute(self._audit.insert(), entry)
        found = hashlib.sha256(b"\0" + _written(entry)).digest()
        while True:
            spot = {"level": level, "place": place, "entry": self.size, "hash": found.hex()}
            self._connection.execute(self._node.insert(), spot)
            if place % 2 == 0:
                self._kept[level] = found
                return
            found = hashlib.sha256(b"\1" + self._kept[level] + found).digest()
            level, place = level + 1, place // 2


def _written(entry: Row) -> bytes:
    return json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _digest(row: Row) -> str:
    body = {name: row[name] for name in row if name != "digest"}
    return hashlib.sha256(_written(body)).hexdigest()


def _forbid_changes(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        for table in ("audit", "audit_node"):
            for change in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                    "BEGIN SELECT RAISE(ABORT, 'the audit only grows'); END"
                )
        return
    for table in ("audit", "audit_node"):
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()"
        )
