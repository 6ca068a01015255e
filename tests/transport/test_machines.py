"""State-machine test: two and three nodes act at random, and agree with a simple model.

For each pair, the model knows the relation of each side, the messages written, and their outcome;
for each node, the number of key changes. It knows nothing of envelopes and chains.
"""

import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import func, select
from tests.support.key_changes import held, regain, telling, turn
from tests.support.peers import cut, found_party, line_to
from tests.transport.vouching import vouched

from tidewaiter.base.errors import ConflictError, InputError, OutputError
from tidewaiter.exchange.protocol.documents import Document, fingerprint, write_chain
from tidewaiter.exchange.protocol.envelopes import Envelope, assemble
from tidewaiter.exchange.protocol.relations import CONTROL, MOVES, Standing
from tidewaiter.store.audit import verify_audit
from tidewaiter.store.core import tables
from tidewaiter.store.peers.directory import add_peer, peer_of
from tidewaiter.store.peers.key_recovery import take_up
from tidewaiter.transport.peers import RelationChange, hear_documents, relate
from tidewaiter.transport.receiving import receive
from tidewaiter.transport.sending import send_round

NAMES = ("aland", "bergen", "cork")
STANDINGS = st.sampled_from(["invited", "active", "frozen", "ended"])
SOAK = int(os.environ.get("TIDEWAITER_SOAK", "0"))  # examples


class Way(msgspec.Struct):
    """What one node does with another, and has written to it."""

    standing: Standing = "none"
    waiting: int = 0  # written, and free to go
    held: int = 0
    discarded: int = 0
    confirmed: bool = False
    written: int = 0


class Nodes(RuleBasedStateMachine):
    """Nodes that know each other's documents."""

    count = 2

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        names = NAMES[: self.count]
        self.party = {name: found_party(name, Path(self.folder.name)) for name in names}
        pairs = [(one, other) for one in names for other in names if one != other]
        self.ways = {pair: Way() for pair in pairs}
        self.kinds: dict[tuple[str, str], set[str]] = {pair: set() for pair in pairs}
        for one, other in pairs:
            desk = self.party[one].desk
            with desk.database.work(desk.stamp()) as work:
                add_peer(work, self.party[other].chain)

    def teardown(self) -> None:
        """Everything settles once all are in touch and willing; then nothing is missing."""
        try:
            self.settle()
        finally:
            for each in self.party.values():
                each.desk.database.close()
            self.folder.cleanup()

    def pair(self, number: int) -> tuple[str, str]:
        """Choose a pair."""
        return list(self.ways)[number % len(self.ways)]

    @rule(
        number=st.integers(0, 5),
        to=STANDINGS,
        compared=st.booleans(),
        held_=st.sampled_from(["", "release", "discard"]),
    )
    def move(self, number: int, to: Standing, compared: bool, held_: str) -> None:  # noqa: FBT001
        """Change a relation; it becomes what may follow, and nothing else."""
        one, other = self.pair(number)
        way, desk = self.ways[one, other], self.party[one].desk
        words = self.words(other) if compared else ""
        may = to in MOVES[way.standing]
        known = compared or (way.confirmed and way.standing != "frozen")
        settled = not way.held or held_ or to != "active"
        try:
            relate(
                desk,
                self.party[other].name,
                RelationChange(to=to, compared=words, held=held_),
                desk.stamp(),
            )
        except ConflictError:
            assert not may
            return
        except InputError:
            assert to == "active"
            assert not (known and settled)
            return
        assert may
        assert to != "active" or (known and settled)
        way.standing = to
        way.confirmed = to != "ended" and (way.confirmed or compared)
        if to in {"frozen", "ended"}:
            way.held, way.waiting = way.held + way.waiting, 0
        if to == "active" and held_ == "release":
            way.held, way.waiting = 0, way.waiting + way.held
        if to == "active" and held_ == "discard":
            way.held, way.discarded = 0, way.discarded + way.held

    def words(self, other: str) -> str:
        """Return the fingerprint of a peer, as it reads it out."""
        return fingerprint(self.party[other].documents()[-1].read())

    @rule(number=st.integers(0, 5))
    def write(self, number: int) -> None:
        """Write a message; it is held back unless the relation is active."""
        one, other = self.pair(number)
        way = self.ways[one, other]
        self.party[one].say(self.party[other], f"{one} to {other}")
        way.written += 1
        if way.standing == "active":
            way.waiting += 1
        else:
            way.held += 1

    @rule(number=st.integers(0, 5), how=st.sampled_from(["right", "cut", "lost", "twice"]))
    def send(self, number: int, how: str) -> None:
        """Send what is due; nothing is sent or accepted without an active relation."""
        one, other = self.pair(number)
        sender, taker = self.party[one], self.party[other]
        way, back = self.ways[one, other], self.ways[other, one]

        def post(to: Document, lines: Sequence[str]) -> list[str]:
            kinds = {assemble(*line.split(" ")).header.kind for line in lines}
            assert way.standing == "active" or (kinds <= CONTROL and way.standing != "ended")
            if how == "cut":
                return cut(to, lines)
            before = len(held(taker))
            receipts = receive(taker.desk, lines)
            if how == "twice":
                assert receive(taker.desk, lines)
            came = {each.header.kind for each in held(taker)[before:] if self.is_from(each, one)}
            assert back.standing == "active" or came <= CONTROL
            assert back.standing not in {"none", "ended"} or not came
            if how == "lost":
                raise OutputError.from_words("the answer was lost")
            return receipts

        tell = telling(taker)
        send_round(sender.desk, taker.name, post, tell if how != "cut" else None)
        self.learn()
        with sender.desk.database.work() as work:
            o = tables.outgoing.c
            wanted = select(func.count()).where(
                o.peer == taker.name, o.state == "waiting", o.kind.not_in(CONTROL)
            )
            way.waiting = int(work.connection.execute(wanted).scalar_one())

    @staticmethod
    def is_from(envelope: Envelope, name: str) -> bool:
        """Say whether an envelope is of a node."""
        return envelope.header.sender == f"tidewaiter/{name}"

    @rule(number=st.integers(0, 2), revoke=st.booleans())
    def rotate(self, number: int, revoke: bool) -> None:  # noqa: FBT001
        """Change keys."""
        turn(self.party[NAMES[number % self.count]], revoke=revoke)
        self.count_sealed()

    @precondition(lambda self: self.count == 2 or SOAK > 0)
    @rule(number=st.integers(0, 2))
    def recover(self, number: int) -> None:
        """Lose the keys and recover them by the root."""
        regain(self.party[NAMES[number % self.count]])

    @rule(number=st.integers(0, 5), whole=st.booleans())
    def hear(self, number: int, whole: bool) -> None:  # noqa: FBT001
        """Hear of a peer's documents, by the line or by a file."""
        one, other = self.pair(number)
        chain, desk = self.party[other].documents(), self.party[one].desk
        if whole:
            with desk.database.work(desk.stamp()) as work:
                take_up(work, chain, own=desk.node)
        else:
            with suppress(InputError):  # too far behind for the newest alone
                hear_documents(desk, write_chain(chain[-4:]))
        self.learn()

    def learn(self) -> None:
        """A peer that was recovered is frozen until it is confirmed, with no rule for it."""
        for (one, other), way in self.ways.items():
            desk = self.party[one].desk
            with desk.database.work() as work:
                relation = peer_of(work, self.party[other].name).relation
            if not relation.confirmed and way.confirmed:
                assert relation.standing == ("frozen" if way.standing == "active" else way.standing)
                if way.standing == "active":
                    way.held, way.waiting = way.held + self.unsealed(one, other), 0
                way.standing, way.confirmed = relation.standing, False

    def unsealed(self, one: str, other: str) -> int:
        """Count what waits in the model, as it is held at that moment."""
        return self.states(one, other).get("held", 0) - self.ways[one, other].held

    def count_sealed(self) -> None:
        """What waited was sealed with the keys of before."""
        for (one, other), way in self.ways.items():
            way.waiting = self.states(one, other).get("waiting", 0)

    def states(self, one: str, other: str) -> Counter[str]:
        """Count messages from people by state."""
        o = tables.outgoing.c
        with self.party[one].desk.database.work() as work:
            wanted = select(o.state).where(o.peer == self.party[other].name, o.kind.not_in(CONTROL))
            return Counter(work.connection.execute(wanted).scalars())

    @invariant()
    def model_and_nodes_agree(self) -> None:
        """Every message is somewhere, and relations are what they were made."""
        for (one, other), way in self.ways.items():
            with self.party[one].desk.database.work() as work:
                relation = peer_of(work, self.party[other].name).relation
            assert relation.standing == way.standing
            assert bool(relation.confirmed) == way.confirmed
            states = self.states(one, other)
            assert states.total() == way.written
            assert states.get("discarded", 0) == way.discarded
            if way.standing != "active":
                assert states.get("waiting", 0) == 0
            assert states.get("held", 0) >= way.held
            way.held = states.get("held", 0)  # withdrawn messages are held too

    def settle(self) -> None:
        """Bring all in touch; then every message has come once, or was discarded."""
        for (one, other), way in self.ways.items():
            self.hear_all(one, other)
            while way.standing != "active":
                step: Standing = "invited" if way.standing in {"none", "ended"} else "active"
                desk, peer = self.party[one].desk, self.party[other].name
                words = self.words(other)
                relate(
                    desk,
                    peer,
                    RelationChange(to=step, compared=words, held="release"),
                    desk.stamp(),
                )
                way.standing = step
        for _ in range(12):
            for one, other in self.ways:
                sender, taker = self.party[one], self.party[other]
                send_round(sender.desk, taker.name, line_to(taker), telling(taker))
        for (one, other), way in self.ways.items():
            states = self.states(one, other)
            assert states == +Counter(
                processed=way.written - way.discarded, discarded=way.discarded
            ), states
            self.check_taken(other, one, way.written - way.discarded)
        for each in self.party.values():
            with each.desk.database.work() as work:
                assert verify_audit(work).broken is None

    def hear_all(self, one: str, other: str) -> None:
        """Fetch all documents of a peer."""
        desk = self.party[one].desk
        with desk.database.work(desk.stamp()) as work:
            take_up(work, self.party[other].documents(), own=desk.node)
        self.learn()

    def check_taken(self, taker: str, sender: str, count: int) -> None:
        """Received messages are complete, in order, unique, and each can be proved."""
        party, peer = self.party[taker], self.party[sender].name
        came = [each for each in held(party) if self.is_from(each, sender)]
        assert [each.header.seq for each in came] == list(range(1, len(came) + 1))
        assert [each.header.kind for each in came].count("message") == count
        assert all(later.header.prev == before.digest for before, later in pairwise(came))
        with party.desk.database.work() as work:
            known = peer_of(work, peer)
            for each in came:
                told = vouched(work, peer, each.header.seq)
                name = each.signed.kid.partition("#")[2]
                assert told == "holds" or each.header.seq >= known.untrusted.get(name, 0)
                assert told != "broken"


class Three(Nodes):
    """Three nodes."""

    count = 3


_SETTINGS = settings(
    max_examples=SOAK or 12,
    stateful_step_count=50 if SOAK else 30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestTwoNodes = Nodes.TestCase
TestTwoNodes.settings = _SETTINGS
TestThreeNodes = Three.TestCase
TestThreeNodes.settings = _SETTINGS
