"""Faults that are planted into a node on purpose, each to be seen by the programme.

A fault is put into the process of each node of a run; the code itself stays as it is.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from msgspec import structs
from sqlalchemy import insert
from tests.soak.world import Place, put

from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol import message_validation as judging
from tidewaiter.exchange.protocol.documents import NodeKey
from tidewaiter.exchange.protocol.envelopes import Envelope
from tidewaiter.exchange.protocol.message_validation import Before, Peer, Taken
from tidewaiter.exchange.protocol.receipts import give, read_receipt
from tidewaiter.exchange.protocol.relations import Relation
from tidewaiter.store.audit import moment
from tidewaiter.store.core.database import Stamp, Work
from tidewaiter.store.peers import directory as peers
from tidewaiter.store.peers import inbox as incoming
from tidewaiter.store.peers import outbox as outgoing
from tidewaiter.transport import (
    receiving,
    sending,
)
from tidewaiter.transport import (
    receiving as opening,
)
from tidewaiter.transport import (
    receiving as taking,
)
from tidewaiter.transport import (
    sending as sealing,
)
from tidewaiter.transport import (
    server as taker,
)
from tidewaiter.transport.context import Desk
from tidewaiter.transport.message_kinds import Received

Fault = Callable[[Desk, Place], None]


def no_duplicate_check(_desk: Desk, _place: Place) -> None:
    """A repeated message is accepted again."""
    inner = judging.place

    def place(envelope: Envelope, peer: Peer, _before: Before) -> Any:
        again = envelope.header.seq <= peer.have
        return None if again else inner(envelope, peer, Before())

    put(taking, accepted_before=lambda *_: Before())
    put(taking, place=place)
    put(incoming, insert=lambda table: insert(table).prefix_with("OR REPLACE"))


def receipt_before_commit(_desk: Desk, _place: Place) -> None:
    """Receipts are sent before their content is on disk."""

    def take(self: taker.Taker, jobs: Sequence[taker.Job]) -> None:
        late = _Late(self._desk)
        try:
            receipts = receiving.receive_all(late, [lines for lines, _ in jobs])  # type: ignore[arg-type]
        except Exception as error:  # noqa: BLE001 - as the taker does
            for _, done in jobs:
                done.set_exception(error)
            return
        for (_, done), given in zip(jobs, receipts, strict=True):
            done.set_result(given)
        time.sleep(0.2)
        late.settle()

    put(taker.Taker, _take=take)


class _Late:
    """A desk that commits written work only when it is settled."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.database = self
        self._open: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._desk, name)

    @contextmanager
    def work(self, stamp: Stamp | None = None) -> Any:
        cm = self._desk.database.work(stamp)
        work = cm.__enter__()
        self._open.append(cm)
        yield work

    def settle(self) -> None:
        for cm in reversed(self._open):
            cm.__exit__(None, None, None)


def audience_unchecked(_desk: Desk, _place: Place) -> None:
    """A message for another node is accepted."""
    inner = judging.authenticate
    _authenticate(lambda envelope, _own, peer: inner(envelope, envelope.header.to, peer))


def signature_unchecked(_desk: Desk, _place: Place) -> None:
    """Any signature is accepted."""
    put(judging, is_signed_by=lambda _signed, _public: True)


def old_key_accepted(_desk: Desk, _place: Place) -> None:
    """A key that was given up still signs."""
    _keys({"retired"})


def revoked_key_accepted(_desk: Desk, _place: Place) -> None:
    """A key that was revoked still signs."""
    _keys({"revoked"})


def frozen_accepted(_desk: Desk, _place: Place) -> None:
    """A message from a frozen peer is accepted."""
    inner = judging.place

    def place(envelope: Envelope, peer: Peer, before: Before) -> Any:
        active = Relation(standing="active", confirmed=peer.relation.confirmed)
        return inner(envelope, structs.replace(peer, relation=active), before)

    put(taking, place=place)


def expired_accepted(_desk: Desk, _place: Place) -> None:
    """What has expired is acted on."""
    put(judging, SKEW=10**9)


def clock_trusted(_desk: Desk, _place: Place) -> None:
    """Messages expire by the clock, as if it were right."""
    put(judging, SKEW=0)


def chain_unchecked(_desk: Desk, _place: Place) -> None:
    """What does not follow from the message before it is taken."""
    inner = judging.place

    def place(envelope: Envelope, peer: Peer, before: Before) -> Any:
        return inner(envelope, structs.replace(peer, head=envelope.header.prev), before)

    put(taking, place=place)


def receipt_unchecked(_desk: Desk, _place: Place) -> None:
    """A receipt of anybody is believed."""
    put(sending, is_signed_by=lambda _signed, _public: True)


def receipts_anew(desk: Desk, _place: Place) -> None:
    """A message that comes again gets another receipt than before."""
    inner = incoming.accepted_before

    def anew(taken: Taken) -> Taken:
        signer, told = desk.ring.signer(), read_receipt(taken.receipt).receipt
        told = structs.replace(told, at=moment(desk.clock()))
        return structs.replace(taken, receipt=give(told, kid=signer.kid, secret=signer.secret))

    def accepted_before(work: Work, node: str, envelopes: Sequence[Envelope]) -> Before:
        before = inner(work, node, envelopes)
        return Before(
            by_id={name: anew(each) for name, each in before.by_id.items()},
            by_seq={number: anew(each) for number, each in before.by_seq.items()},
        )

    put(taking, accepted_before=accepted_before)


def effect_apart(desk: Desk, _place: Place) -> None:
    """The effect of a message is applied after the transaction that accepts it."""
    kind, waiting = desk.kinds["effect"], list[Received]()
    late = structs.replace(kind, act=lambda _work, received: waiting.append(received))
    desk.kinds = {**desk.kinds, "effect": late}
    inner = receiving.receive_all

    def receive_all(desk_: Desk, requests: Sequence[Sequence[str]]) -> list[list[str]]:
        receipts = inner(desk_, requests)
        between()
        with desk_.database.work(desk_.stamp()) as work:
            while waiting:
                kind.act(work, waiting.pop(0))
        return receipts

    put(taker, receive_all=receive_all)


def between() -> None:
    """Be a moment at which a node can be killed."""


def outbox_apart(_desk: Desk, _place: Place) -> None:
    """A row of business and its message are two transactions: the writer knows this name."""


def leaf_altered(desk: Desk, place: Place) -> None:
    """The content of the log is altered."""

    def alter() -> None:
        time.sleep(0.5)
        with desk.database.work(desk.stamp()) as work:
            work.connection.exec_driver_sql("DROP TRIGGER IF EXISTS audit_no_update")
            work.connection.exec_driver_sql("UPDATE audit SET who = 'nobody' WHERE number = 2")

    if place.index == 1:
        threading.Thread(target=alter, daemon=True).start()


def number_forgotten(_desk: Desk, _place: Place) -> None:
    """Which number was sealed last is kept in memory alone."""
    known: dict[str, tuple[int, str]] = {}
    keep, peer_of = outgoing.keep_sealed, peers.peer_of

    def keep_sealed(work: Work, node: str, sealed: Any) -> None:
        keep(work, node, sealed)
        sql = "UPDATE peer SET sealed = 0, sealed_head = '' WHERE node = ?"
        work.connection.exec_driver_sql(sql, (node,))
        known[node] = (sealed[-1][1].header.seq, sealed[-1][1].digest)

    def remembered(work: Work, node: str) -> Any:
        seq, head = known.get(node, (0, ""))
        return structs.replace(peer_of(work, node), sealed=seq, sealed_head=head)

    put(sealing, keep_sealed=keep_sealed, peer_of=remembered)
    put(sending, peer_of=remembered)


def _authenticate(function: Any) -> None:
    put(opening, authenticate=function)


def _keys(states: set[str]) -> None:
    inner = judging._key_of

    def key_of(envelope: Envelope, peer: Peer) -> Any:
        key = peer.document.key(envelope.signed.kid.partition("#")[2])
        return key if isinstance(key, NodeKey) and key.state in states else inner(envelope, peer)

    put(judging, _key_of=key_of)


class Planted(Record, frozen=True, kw_only=True):
    """A fault, and what a short run does more often so that it shows there."""

    plant: Fault
    rates: Mapping[str, float] = {}  # of what a line does
    points: tuple[str, ...] = ()  # at which nodes are killed; none: all
    kills: int = 1  # times as many


_FORGER = {"forged": 0.9}
_AGAIN = {"answers lost": 0.3, "replayed": 0.3}

FAULTS: Mapping[str, Planted] = {
    "no-duplicate-check": Planted(plant=no_duplicate_check, rates=_AGAIN),
    "receipt-before-commit": Planted(
        plant=receipt_before_commit, points=("after the receipts left",), kills=3
    ),
    "audience-unchecked": Planted(plant=audience_unchecked, rates={"misrouted": 0.8}),
    "signature-unchecked": Planted(plant=signature_unchecked, rates=_FORGER),
    "old-key-accepted": Planted(plant=old_key_accepted, rates=_FORGER),
    "revoked-key-accepted": Planted(plant=revoked_key_accepted, rates=_FORGER),
    "frozen-accepted": Planted(plant=frozen_accepted),
    "expired-accepted": Planted(plant=expired_accepted),
    "clock-trusted": Planted(plant=clock_trusted),
    "chain-unchecked": Planted(plant=chain_unchecked),
    "receipt-unchecked": Planted(plant=receipt_unchecked, rates={"receipts forged": 0.4}),
    "receipts-anew": Planted(plant=receipts_anew, rates=_AGAIN),
    "effect-apart": Planted(plant=effect_apart, points=("before the effects",)),
    "outbox-apart": Planted(plant=outbox_apart, points=("between business and message",)),
    "leaf-altered": Planted(plant=leaf_altered),
    "number-forgotten": Planted(plant=number_forgotten),
}
