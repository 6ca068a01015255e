"""Relation states by day, member lists and commitments.

Of the past, only the current state of each relation and its start are known: they become its first
change.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, and write the first changes."""
    _moves()
    _rosters()
    op.create_table(
        "pledge_said",
        sa.Column("number", WHOLE, primary_key=True),
        *(
            sa.Column(name, TEXT, nullable=False)
            for name in ("kind", "owner", "subject", "sender", "message", "id", "digest")
        ),
        sa.Column("written", sa.LargeBinary, nullable=False),
        sa.Column("came", TEXT, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("pledge_said_subject", "pledge_said", ["owner", "subject", "number"])
    op.create_table(
        "pledge_said_to",
        *(sa.Column(name, TEXT, primary_key=True) for name in ("owner", "subject")),
        sa.Column("peer", TEXT, sa.ForeignKey("peer.node"), primary_key=True),
        sqlite_strict=True,
    )


def _moves() -> None:
    op.create_table(
        "relation_move",
        sa.Column("number", WHOLE, primary_key=True),
        sa.Column("peer", TEXT, sa.ForeignKey("peer.node"), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("by", "standing", "at", "reason")),
        sqlite_strict=True,
    )
    op.create_index("relation_move_peer", "relation_move", ["peer", "by", "number"])
    named = ("node", "relation", "standing", "since", "theirs", "theirs_since")
    peer = sa.table("peer", *(sa.column(name) for name in named))
    found = op.get_bind().execute(sa.select(peer).order_by(peer.c.node)).all()
    own = [
        (each.since, each.node, "own", each.standing, json.loads(each.relation).get("reason", ""))
        for each in found
    ]
    told = [(each.theirs_since, each.node, "peer", each.theirs, "") for each in found]
    moves = sorted(each for each in (*own, *told) if each[3] != "none")
    keys = ("at", "peer", "by", "standing", "reason")
    rows = [
        {"number": number, **dict(zip(keys, each, strict=True))}
        for number, each in enumerate(moves, 1)
    ]
    move = sa.table("relation_move", *(sa.column(name) for name in ("number", *keys)))
    if rows:
        op.bulk_insert(move, rows)
    if rows and op.get_bind().dialect.name == "postgresql":
        op.execute(
            "SELECT setval(pg_get_serial_sequence('relation_move', 'number'), max(number))"
            " FROM relation_move"
        )


def _rosters() -> None:
    op.create_table(
        "roster",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("heeded", WHOLE, nullable=False),
        sa.Column("changed", TEXT, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "roster_version",
        sa.Column("roster", TEXT, sa.ForeignKey("roster.id"), primary_key=True),
        sa.Column("version", WHOLE, primary_key=True, autoincrement=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("sender", "message")),
        sa.Column("written", sa.LargeBinary, nullable=False),
        sa.Column("came", TEXT, nullable=False),
        sqlite_strict=True,
    )
