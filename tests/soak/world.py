"""The world of a run: its nodes with their keys and databases, and what all processes share."""

import mmap
import random
import shutil
import socket
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import text

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.documents import Document, SignedDocument
from tidewaiter.exchange.protocol.keyring import About, found, rotated
from tidewaiter.exchange.protocol.relations import Relation
from tidewaiter.exchange.protocol.strict_json import read_json
from tidewaiter.node.identity import keep_ring, own_ring
from tidewaiter.store.core.database import Database, Stamp, Work, open_database
from tidewaiter.store.peers.directory import add_documents, add_peer, set_relation
from tidewaiter.transport.context import Desk
from tidewaiter.transport.message_kinds import KINDS, Kind, Received

MADE = "2026-11-25T00:00:00+00:00"
SKEW = (-2, 2, 0)  # days by which clocks are wrong, node after node
FRAUD = b"f" * 32  # the key of an unknown node

# No column is unique: repeated effects are counted.
_TABLES = (
    "CREATE TABLE business (number INTEGER PRIMARY KEY, peer TEXT, content TEXT, days INTEGER)",
    "CREATE TABLE business_message (number INTEGER, message TEXT)",
    "CREATE TABLE effect (peer TEXT, message TEXT, content TEXT, standing TEXT)",
)


class Plan(Record, frozen=True, kw_only=True):
    """What is run."""

    exchanges: int
    kills: int
    nodes: int
    seed: int
    fault: str = ""  # one of `faults.FAULTS`; "": none
    postgresql: bool = False  # in place of SQLite
    settle: float = 60.0  # seconds in which all must be done once the faults have ended


class Place(Record, frozen=True, kw_only=True):
    """A node of the run."""

    index: int
    node: str
    db: str
    ring: Path
    port: int  # at which it listens
    public: int  # at which its proxy listens
    revoked: bytes  # a key that it has revoked, and that was stolen
    retired: bytes  # its key of before
    document: Document

    def kid(self, secret_of: str) -> str:
        """Return the name of a key of its document by its state."""
        keys = (key for key in self.document.keys if key.use == "sign" and key.state == secret_of)
        return f"{self.node}#{next(keys).name}"


class Effect(Record, frozen=True, kw_only=True):
    """The content of a message of the run."""

    content: str


def act(work: Work, received: Received) -> None:
    """Apply a message of the run: one row, with the relation state at that time."""
    told = read_json(received.body, Effect, "effect")
    if not told.content:
        raise InputError.from_words("nothing to do")
    row = text(
        "INSERT INTO effect SELECT :peer, :message, :content, standing FROM peer WHERE node = :peer"
    )
    work.connection.execute(
        row, {"peer": received.peer, "message": received.header.id, "content": told.content}
    )


def desk_at(place: Place, *, skewed: bool = True) -> Desk:
    """Open a node of the run; its clock is wrong by days."""
    ring = own_ring(place.ring)
    if ring is None:
        raise ValueError(f"{place.node} has no keys")
    wrong = timedelta(days=SKEW[place.index % len(SKEW)] if skewed else 0)
    kinds = {**KINDS, "effect": Kind(schema=1, act=act)}
    return Desk(
        open_database(place.db),
        ring,
        path=place.ring,
        kinds=kinds,
        clock=lambda: datetime.now(UTC) + wrong,
    )


class World:
    """All nodes, which know each other."""

    def __init__(self, plan: Plan, folder: Path, empty: Path, urls: Sequence[str] = ()) -> None:
        """Make it.

        Args:
            plan: What is run.
            folder: An empty one.
            empty: An empty database, to be copied: each revision takes its time.
            urls: Of empty databases of PostgreSQL, one for each node, in place of copies.
        """
        self.plan = plan
        self.folder = folder
        self.board = Board(plan.nodes)
        chance = random.Random(plan.seed)
        ports = _free_ports(2 * plan.nodes)
        made = [self._found(index, ports, chance, urls) for index in range(plan.nodes)]
        self.places = [place for place, _ in made]
        for place, chain in made:
            if not urls:
                shutil.copy(empty, place.db)
            with open_database(place.db) as database:
                _introduce(database, chain, [c for p, c in made if p.node != place.node])

    def _found(
        self, index: int, ports: list[int], chance: random.Random, urls: Sequence[str]
    ) -> tuple[Place, list[SignedDocument]]:
        node, public = f"soak/n{index}", ports[2 * index + 1]
        about = About(
            node=node,
            name=f"Node {index}",
            country="",
            role="authority",
            endpoints=(f"http://127.0.0.1:{public}",),
        )
        first = found(about, chance.randbytes, MADE)
        lost = first.ring.newest("sign")
        ring, second = rotated(first.ring, first.document, chance.randbytes, MADE)
        old = ring.newest("sign")
        ring, third = rotated(ring, second, chance.randbytes, MADE, revoked=[lost.name])
        keep_ring(self.folder / f"{index}.ring", ring)
        place = Place(
            index=index,
            node=node,
            db=urls[index] if urls else str(self.folder / f"{index}.db"),
            ring=self.folder / f"{index}.ring",
            port=ports[2 * index],
            public=public,
            revoked=lost.held,
            retired=old.held,
            document=third.read(),
        )
        return place, [first.document, second, third]

    def quota(self, index: int) -> int:
        """Return how many messages a node writes in all."""
        each, rest = divmod(self.plan.exchanges, self.plan.nodes)
        return each + (index < rest)


def _introduce(
    database: Database, chain: list[SignedDocument], others: list[list[SignedDocument]]
) -> None:
    with database.work(Stamp(who="soak", at=datetime.now(UTC))) as work:
        add_documents(work, chain)
        for other in others:
            known = add_peer(work, other)
            set_relation(work, known.node, Relation(standing="active", confirmed="compared"))
        for statement in _TABLES:
            work.connection.exec_driver_sql(statement)


def _free_ports(count: int) -> list[int]:
    """Return ports of this machine at which nothing listens."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def put(where: object, /, **values: object) -> None:
    """Put something else in the place of functions or constants of a module or a class."""
    for name, value in values.items():
        setattr(where, name, value)


NODE_CELLS = ("allowed", "written", "open", "lives")
DONE_BY_LINE = (
    "requests",
    "dropped",
    "delayed",
    "duplicated",
    "shuffled",
    "replayed",
    "misrouted",
    "cut short",
    "damaged",
    "answers lost",
    "forged",
    "receipts forged",
    "partitioned",
)


class Board:
    """Numbers that all processes of a run see, and that a killed one leaves behind."""

    def __init__(self, nodes: int) -> None:
        self._nodes = nodes
        self._cells = nodes * (len(NODE_CELLS) + len(DONE_BY_LINE)) + 1
        self._numbers: Any = memoryview(mmap.mmap(-1, 8 * self._cells)).cast("q")
        self.wild = True

    @property
    def wild(self) -> bool:
        """Say whether faults are on."""
        return bool(self._numbers[self._cells - 1])

    @wild.setter
    def wild(self, on: bool) -> None:
        self._numbers[self._cells - 1] = int(on)

    def get(self, index: int, cell: str) -> int:
        """Return a number of a node."""
        return int(self._numbers[index * len(NODE_CELLS) + NODE_CELLS.index(cell)])

    def put(self, index: int, cell: str, value: int) -> None:
        """Write a number of a node."""
        self._numbers[index * len(NODE_CELLS) + NODE_CELLS.index(cell)] = value

    def count(self, index: int, what: str) -> None:
        """Count something that the proxy of a node did."""
        self._numbers[self._of_line(index, what)] += 1

    def counted(self) -> dict[str, int]:
        """Return what all proxies did."""
        return {
            what: sum(int(self._numbers[self._of_line(i, what)]) for i in range(self._nodes))
            for what in DONE_BY_LINE
        }

    def _of_line(self, index: int, what: str) -> int:
        start = self._nodes * len(NODE_CELLS)
        return start + index * len(DONE_BY_LINE) + DONE_BY_LINE.index(what)


def written(effect: Effect) -> bytes:
    """Write the content of a message of the run."""
    return msgspec.json.encode(effect)
