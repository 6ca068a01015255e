"""The context of a node: its database, keys, clock and message kinds, and its message log.

That a message was turned away is worth an entry each; but who sent it is not proved, and whoever
knows the name of a peer can send any number in that name.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from msgspec import structs

from tidewaiter.accounts.passwords import Limiter
from tidewaiter.base.errors import InputError
from tidewaiter.exchange.protocol.keyring import Ring
from tidewaiter.exchange.protocol.message_validation import Peer
from tidewaiter.exchange.protocol.receipts import SignedReceipt
from tidewaiter.node.identity import own_ring
from tidewaiter.store.audit import Details
from tidewaiter.store.core.database import Database, Stamp, Work
from tidewaiter.store.peers.directory import Known, documents, judged_by, newest_number
from tidewaiter.transport.message_kinds import KINDS, Kind

TAKEN = "message taken"
TURNED_AWAY = "message turned away"
UNLISTED = "more messages turned away than are listed"
MOST = 1_000  # entries about what was turned away, in the name of one peer
_SECONDS = 3600.0

Entry = tuple[str, Details]


class Noting:
    """Keeps or drops entries of the log; for one thread."""

    def __init__(self, most: int = MOST, seconds: float = _SECONDS) -> None:
        self._limiter = Limiter(most, seconds)
        self._over: set[str] = set()

    def kept(self, entry: Entry | None, now: float) -> Entry | None:
        """Return what is to be written of an entry: itself, that there are more, or nothing.

        Args:
            entry: About a message, with its peer; None: there is none.
            now: The moment in seconds.
        """
        if entry is None or entry[0] != TURNED_AWAY:
            return entry
        peer = str(entry[1]["peer"])
        if not self._limiter.waits(peer, now):
            self._over.discard(peer)
            return entry
        if peer in self._over:
            return None
        self._over.add(peer)
        return UNLISTED, {"peer": peer}


_QUESTIONS = 1_000  # that are remembered


def _now() -> datetime:
    return datetime.now(UTC)


class Desk:
    """What sending and taking messages needs."""

    def __init__(
        self,
        database: Database,
        ring: Ring,
        *,
        path: Path | None = None,
        clock: Callable[[], datetime] = _now,
        kinds: Mapping[str, Kind] = KINDS,
        noting: Noting | None = None,
    ) -> None:
        """Gather it.

        Args:
            database: Of this node.
            ring: Its keys.
            path: The file of its keys, where they may change while this is in use.
            clock: Tells the moment, with its time zone.
            kinds: The kinds of message that are known.
            noting: How much the log holds of what is turned away.
        """
        self.database = database
        self.ring = ring
        self.clock = clock
        self.kinds = kinds
        self.noting = noting or Noting()
        self.doubted: set[str] = set()  # peers that are to be asked anew what they have
        self._questions: OrderedDict[str, None] = OrderedDict()
        self._vouched: dict[str, frozenset[str]] = {}
        self._path = path
        self._document = 0  # number of the document whose keys are in the ring

    @property
    def node(self) -> str:
        """Return the name of this node."""
        return self.ring.node

    def stamp(self) -> Stamp:
        """Say that the node does something by itself, now."""
        return Stamp(who="node", at=self.clock())

    def is_new(self, question: str) -> bool:
        """Say whether a question was not asked before; of the last ones it is remembered."""
        if question in self._questions:
            return False
        self._questions[question] = None
        while len(self._questions) > _QUESTIONS:
            self._questions.popitem(last=False)
        return True

    def vouch(self, node: str, receipts: Iterable[SignedReceipt]) -> None:
        """Remember of which messages this node took them before it was restored from a copy.

        Args:
            node: The peer that sent them.
            receipts: Of this node itself, checked; none: it has forgotten nothing of this peer.
        """
        self._vouched[node] = frozenset(each.receipt.digest for each in receipts)

    def judge_by(self, work: Work, known: Known) -> Peer:
        """Return what a peer's messages are judged by, those among them that were forgotten."""
        vouched = self._vouched.get(known.node, frozenset())
        return structs.replace(judged_by(work, known), vouched=vouched)

    def refresh(self, work: Work) -> bool:
        """Take up the keys that the newest document names; return whether they are others now.

        Raises:
            InputError: The file of keys has none of them, or the database is another node's.
        """
        number = newest_number(work, self.node)
        if number and number == self._document:
            return False
        chain = documents(work, self.node)
        active = chain[-1].read().active("sign") if chain else None
        self._document = number
        if active is not None and self.ring.signs_as(active.name):
            return False
        self._document = 0  # until the keys are there
        ring = own_ring(self._path) if self._path else self.ring
        pairs = ring.pairs if ring else ()
        signing = [each for each in pairs if each.use == "sign" and active]
        named = [each for each in signing if active and each.name == active.name]
        if ring is None or not named:
            raise InputError("transport/node-without-its-key")
        opening = [each for each in pairs if each.use == "open"]
        self.ring = structs.replace(ring, pairs=(*opening, *named))
        self._document = number
        return True


def desk_of(database: Database, path: Path) -> Desk:
    """Return the desk of this node.

    Args:
        database: Of this node.
        path: The file of its keys.

    Raises:
        InputError: It is no node yet, or the database is not its own.
    """
    held = own_ring(path)
    if held is None:
        raise InputError("transport/not-a-node-yet")
    desk = Desk(database, held, path=path)
    with database.work() as work:
        desk.refresh(work)
    return desk
