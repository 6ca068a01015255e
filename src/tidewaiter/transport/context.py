"""Node context: database, keys, clock, message kinds and log.

Temporary rejections are logged individually, up to a limit: senders are unverified, and anyone who
knows a peer's name can send any number in that name.
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
MOST = 1_000  # logged rejections in the name of one peer
_SECONDS = 3600.0

Entry = tuple[str, Details]


class Noting:
    """Limits log entries; for one thread."""

    def __init__(self, most: int = MOST, seconds: float = _SECONDS) -> None:
        self._limiter = Limiter(most, seconds)
        self._over: set[str] = set()

    def kept(self, entry: Entry | None, now: float) -> Entry | None:
        """Return the entry to write: the given one, a summary, or none.

        Args:
            entry: About a message, with its peer; None: none.
            now: Current time in seconds.
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


_QUESTIONS = 1_000  # nonces remembered


def _now() -> datetime:
    return datetime.now(UTC)


class Desk:
    """Everything needed to send and receive messages."""

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
        """Initialise the context.

        Args:
            database: Of this node.
            ring: Its keys.
            path: Key ring file, if it may change while this is in use.
            clock: Returns the current time, with time zone.
            kinds: The kinds of message that are known.
            noting: Limit of logged rejections.
        """
        self.database = database
        self.ring = ring
        self.clock = clock
        self.kinds = kinds
        self.noting = noting or Noting()
        self.doubted: set[str] = set()  # peers to be queried again
        self._questions: OrderedDict[str, None] = OrderedDict()
        self._vouched: dict[str, frozenset[str]] = {}
        self._path = path
        self._document = 0  # number of the document whose keys are loaded

    @property
    def node(self) -> str:
        """Return the name of this node."""
        return self.ring.node

    def stamp(self) -> Stamp:
        """Return a stamp for an automatic action, now."""
        return Stamp(who="node", at=self.clock())

    def is_new(self, question: str) -> bool:
        """Return whether a nonce is new; recent ones are remembered."""
        if question in self._questions:
            return False
        self._questions[question] = None
        while len(self._questions) > _QUESTIONS:
            self._questions.popitem(last=False)
        return True

    def vouch(self, node: str, receipts: Iterable[SignedReceipt]) -> None:
        """Remember messages receipted before a restore from backup.

        Args:
            node: The sending peer.
            receipts: This node's own, verified; empty: nothing lost from this peer.
        """
        self._vouched[node] = frozenset(each.receipt.digest for each in receipts)

    def judge_by(self, work: Work, known: Known) -> Peer:
        """Return the data for validating a peer's messages, including lost ones."""
        vouched = self._vouched.get(known.node, frozenset())
        return structs.replace(judged_by(work, known), vouched=vouched)

    def refresh(self, work: Work) -> bool:
        """Load the keys named by the newest document; return whether they changed.

        Raises:
            InputError: The key file lacks them, or the database belongs to another node.
        """
        number = newest_number(work, self.node)
        if number and number == self._document:
            return False
        chain = documents(work, self.node)
        active = chain[-1].read().active("sign") if chain else None
        self._document = number
        if active is not None and self.ring.signs_as(active.name):
            return False
        self._document = 0  # until the keys are available
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
    """Return the context of this node.

    Args:
        database: Of this node.
        path: Key ring file.

    Raises:
        InputError: Not a node yet, or the database belongs to another node.
    """
    held = own_ring(path)
    if held is None:
        raise InputError("transport/not-a-node-yet")
    desk = Desk(database, held, path=path)
    with database.work() as work:
        desk.refresh(work)
    return desk
