"""The desk of a node: its database, its keys, its clock, and the kinds of message it knows."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.courier.kinds import KINDS, Kind
from tidewaiter.courier.noting import Noting
from tidewaiter.exchange.judging import Peer
from tidewaiter.exchange.receipts import SignedReceipt
from tidewaiter.exchange.rings import Ring
from tidewaiter.identity import own_ring
from tidewaiter.store.database import Database, Stamp, Work
from tidewaiter.store.documents import documents, newest_number
from tidewaiter.store.peers import Known, judged_by

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
            hint = "name the database and the file of keys that belong together"
            raise InputError("this node has not the key that its document names", hint=hint)
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
        hint = "make it one: tidewaiter node init --help"
        raise InputError("this installation is no node of the exchange yet", hint=hint)
    desk = Desk(database, held, path=path)
    with database.work() as work:
        desk.refresh(work)
    return desk
