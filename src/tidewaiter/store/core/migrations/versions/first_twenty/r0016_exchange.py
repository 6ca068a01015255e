"""Peers, their documents, and the messages between them and this node."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = ("kind", "thread", "parent", "marking", "state", "code")  # columns common to all messages
NUMBERS = ("schema", "iat", "exp")


def upgrade() -> None:
    """Create the tables, empty."""
    _peers()
    _outgoing()
    _incoming()


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT, nullable=False) for name in names]


def _wholes(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, WHOLE, nullable=False) for name in names]


def _peer_of_it(*, key: bool = False) -> sa.Column[str]:
    return sa.Column("peer", TEXT, sa.ForeignKey("peer.node"), nullable=False, primary_key=key)


def _peers() -> None:
    op.create_table(
        "node_document",
        sa.Column("node", TEXT, primary_key=True),
        sa.Column("number", WHOLE, primary_key=True, autoincrement=False),
        *_texts("written", "kept"),
        sqlite_strict=True,
    )
    op.create_table(
        "peer",
        sa.Column("node", TEXT, primary_key=True),
        *_texts(
            "name",
            "country",
            "role",
            "relation",
            "standing",
            "since",
            "theirs",
            "theirs_since",
            "untrusted",
            "head",
            "sealed_head",
            "log_root",
            "heard",
            "due",
            "trouble",
        ),
        *_wholes("document", "have", "sealed", "told", "log_size", "tries"),
        sqlite_strict=True,
    )


def _outgoing() -> None:
    op.create_table(
        "outgoing",
        sa.Column("number", WHOLE, primary_key=True),
        sa.Column("id", TEXT, nullable=False, unique=True),
        _peer_of_it(),
        *_texts(*WORDS, "made", "changed"),
        *_wholes(*NUMBERS),
        sa.Column("body", sa.LargeBinary),
        sa.Column("seq", WHOLE),
        *(sa.Column(name, TEXT) for name in ("digest", "signed", "box", "receipt")),
        sa.UniqueConstraint("peer", "seq"),
        sqlite_strict=True,
    )
    op.create_index("outgoing_state", "outgoing", ["peer", "state", "number"])
    op.create_index("outgoing_thread", "outgoing", ["thread", "number"])


def _incoming() -> None:
    op.create_table(
        "incoming",
        _peer_of_it(key=True),
        sa.Column("id", TEXT, primary_key=True),
        *_texts("digest", *WORDS, "signed", "receipt", "came"),
        *_wholes("seq", *NUMBERS),
        sa.Column("box", TEXT),
        sa.UniqueConstraint("peer", "seq"),
        sqlite_strict=True,
    )
    op.create_index("incoming_thread", "incoming", ["thread"])
    op.create_index("incoming_kind", "incoming", ["kind", "came"])
    op.create_table(
        "contradiction",
        sa.Column("id", WHOLE, primary_key=True),
        _peer_of_it(),
        *_texts("message", "digest", "signed", "came"),
        *_wholes("seq"),
        sa.UniqueConstraint("peer", "digest"),
        sqlite_strict=True,
    )
