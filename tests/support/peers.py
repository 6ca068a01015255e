"""Nodes that are peers, each with its own database and keys."""

import hashlib
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import structs
from sqlalchemy import select
from tests.support.databases import Prepared

from tidewaiter.base.errors import OutputError
from tidewaiter.exchange.protocol.documents import Document, SignedDocument
from tidewaiter.exchange.protocol.keyring import About, found
from tidewaiter.exchange.protocol.relations import Relation
from tidewaiter.node.identity import keep_ring
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import open_database
from tidewaiter.store.peers.channel import MESSAGE, Words
from tidewaiter.store.peers.directory import add_documents, add_peer, documents, set_relation
from tidewaiter.store.peers.outbox import Message, write_message
from tidewaiter.transport.context import Desk
from tidewaiter.transport.message_kinds import body_of
from tidewaiter.transport.receiving import receive
from tidewaiter.transport.sending import Post, Round, send_round

MADE = "2026-11-25T00:00:00+00:00"


class Party:
    """A node of a test."""

    def __init__(
        self, desk: Desk, chain: list[SignedDocument], root: bytes, next_root: bytes = b""
    ) -> None:
        self.desk = desk
        self.chain = chain
        self.root = root
        self.next_root = next_root

    @property
    def name(self) -> str:
        """Return its name."""
        return self.desk.node

    @property
    def ring(self) -> Path:
        """Return the file of its keys."""
        path = self.desk._path
        assert path is not None
        return path

    def documents(self) -> list[SignedDocument]:
        """Return its documents, as they are now."""
        with self.desk.database.work() as work:
            return documents(work, self.name)

    def meet(self, other: "Party", standing: str = "active") -> None:
        """Add another node as a peer, with an active relation."""
        with self.desk.database.work(self.desk.stamp()) as work:
            add_peer(work, other.chain)
            relation = Relation(standing=standing, confirmed="compared")  # type: ignore[arg-type]
            set_relation(work, other.name, relation)

    def say(self, other: "Party", text: str, **more: object) -> str:
        """Write a message."""
        message = structs.replace(Message(kind=MESSAGE, body=body_of(Words(text=text))), **more)
        with self.desk.database.work(self.desk.stamp()) as work:
            return write_message(work, self.desk.ring.lock, other.name, message)

    def send(self, other: "Party", post: Post | None = None) -> Round:
        """Send what is due to another node, over a line that loses nothing."""
        return send_round(self.desk, other.name, post or line_to(other))

    def taken(self) -> list[tuple[str, int, str]]:
        """Return the received messages: peer, number, state."""
        i = tables.incoming.c
        with self.desk.database.work() as work:
            found = select(i.peer, i.seq, i.state).order_by(i.peer, i.seq)
            return [tuple(row) for row in work.connection.execute(found).all()]

    def states(self) -> dict[str, int]:
        """Count what was written, by state."""
        o = tables.outgoing.c
        with self.desk.database.work() as work:
            states = list(work.connection.execute(select(o.state)).scalars())
        return {state: states.count(state) for state in sorted(set(states))}


def line_to(other: Party) -> Post:
    """Return a line that hands everything over as it is."""

    def post(_peer: Document, lines: Sequence[str]) -> list[str]:
        return receive(other.desk, lines)

    return post


def cut(_peer: Document, _lines: Sequence[str]) -> list[str]:
    """Be a line that is cut."""
    raise OutputError.from_words("it cannot be reached")


def found_party(
    name: str, folder: Path, url: str = "", endpoints: tuple[str, ...] = ("http://127.0.0.1:1",)
) -> Party:
    """Found a node: its database is open, its keys in a file."""
    seed = random.Random(hashlib.sha256(name.encode()).digest())
    about = About(
        node=f"tidewaiter/{name}",
        name=name.title(),
        country="",
        role="authority",
        endpoints=endpoints,
    )
    made = found(about, seed.randbytes, MADE)
    ring = folder / f"{name}.ring"
    keep_ring(ring, made.ring)
    database = open_database(url or folder / f"{name}.db")
    clock = lambda: datetime(2026, 11, 25, 12, tzinfo=UTC)  # noqa: E731
    desk = Desk(database, made.ring, path=ring, clock=clock)
    with database.work(desk.stamp()) as work:
        add_documents(work, [made.document])
    return Party(desk, [made.document], made.root, made.next_root)


@pytest.fixture
def party(dialect: str, tmp_path: Path, prepared: Prepared) -> Iterator[Callable[..., Party]]:
    """Found a node with a database of each kind: ``party("aland")``."""
    with ExitStack() as stack:

        def make(name: str, **more: tuple[str, ...]) -> Party:
            url = ""
            if dialect == "sqlite":
                prepared.copy(tmp_path / f"{name}.db")
            else:
                url = stack.enter_context(prepared.lend())
            made = found_party(name, tmp_path, url, **more)
            stack.callback(made.desk.database.close)
            return made

        yield make


@pytest.fixture
def pair(party: Callable[..., Party]) -> tuple[Party, Party]:
    """Found two nodes that are in an active relation."""
    one, other = party("aland"), party("bergen")
    one.meet(other)
    other.meet(one)
    return one, other
