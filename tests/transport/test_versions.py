"""Two versions side by side: content unknown to the older is kept or refused, without harm."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from msgspec import structs
from sqlalchemy import select
from tests.support.peers import Party
from tests.support.raising import raises, says

from tidewaiter.exchange.protocol.documents import (
    SignedDocument,
    check_chain,
    sign_document,
)
from tidewaiter.exchange.protocol.envelopes import TYPE, Envelope, close
from tidewaiter.exchange.protocol.receipts import TYPE as RECEIPT
from tidewaiter.exchange.protocol.receipts import Receipt, give
from tidewaiter.exchange.protocol.signing import sign, take_apart, unwrapped, wrapped
from tidewaiter.store.core import tables
from tidewaiter.store.peers.channel import MESSAGE
from tidewaiter.store.peers.directory import add_document, documents, peer_of
from tidewaiter.store.peers.key_recovery import take_news
from tidewaiter.transport import receiving as taking
from tidewaiter.transport import sending as sealing
from tidewaiter.transport.context import Desk
from tidewaiter.transport.key_rotation import announce_kinds
from tidewaiter.transport.message_kinds import KINDS, Kind, schemas

LATER = {
    **KINDS,
    MESSAGE: Kind(schema=2, act=lambda _w, _r: None),
    "forecast": Kind(schema=1, act=lambda _w, _r: None),
}
MORE = {"colour": "unknown in version 1", "shade": [1, {"of": None}]}

Pair = tuple[Party, Party]


def _with_more(payload: bytes) -> bytes:
    return json.dumps({**json.loads(payload), **MORE}).encode()


def _tell_more(party: Party, **more: Any) -> None:
    """Let a node write a document of a later version: with members that are not known yet."""
    ring = party.desk.ring
    last = party.documents()[-1]
    plain = structs.replace(
        last.read(), number=len(party.documents()) + 1, previous=last.digest(), **more
    )
    payload = _with_more(unwrapped(sign_document(plain, [ring.signer()]).payload))
    kid, secret = ring.signer().kid, ring.signer().secret
    head, _, told = sign(payload, typ="tw-node+jws", kid=kid, secret=secret).split(".")
    signed = SignedDocument(payload=wrapped(payload), signatures=((head, told),))
    with party.desk.database.work(party.desk.stamp()) as work:
        add_document(work, signed)


def _learn(one: Party, other: Party) -> None:
    """Let a node learn of the newest document of another."""
    with one.desk.database.work(one.desk.stamp()) as work:
        take_news(work, other.name, [other.documents()[-1]], {})


@pytest.fixture
def versions(party: Callable[..., Party], monkeypatch: pytest.MonkeyPatch) -> Pair:
    """Found a node of today and one of a later version, which says more in all that it signs."""
    today, later = party("today"), party("later")
    for each, other in ((today, later), (later, today)):
        each.meet(other)
    desk = later.desk
    later.desk = Desk(desk.database, desk.ring, path=later.ring, clock=desk.clock, kinds=LATER)

    def close_later(draft: Any, place: Any, **more: Any) -> Envelope:
        made = close(draft, place, **more)
        if place.sender != later.name:
            return made
        text = sign(
            _with_more(made.signed.payload), typ=TYPE, kid=more["kid"], secret=more["secret"]
        )
        return structs.replace(made, signed=take_apart(text))

    def give_later(receipt: Receipt, *, kid: str, secret: bytes) -> str:
        if receipt.sender != later.name:
            return give(receipt, kid=kid, secret=secret)
        return sign(_with_more(msgspec.json.encode(receipt)), typ=RECEIPT, kid=kid, secret=secret)

    monkeypatch.setattr(sealing, "close", close_later)
    monkeypatch.setattr(taking, "give", give_later)
    return today, later


def _all(one: Party, other: Party) -> None:
    while one.send(other).more:
        pass


def test_a_thousand_messages_pass_between_two_versions(versions: Pair) -> None:
    """All are acted on, and unknown content is kept as signed."""
    today, later = versions
    for number in range(500):
        today.say(later, f"{number}")
        later.say(today, f"{number}")
    _all(today, later)
    _all(later, today)
    assert (today.states(), later.states()) == ({"processed": 500}, {"processed": 500})
    i, o = tables.incoming.c, tables.outgoing.c
    with today.desk.database.work() as work:
        came = list(work.connection.execute(select(i.signed)).scalars())
        receipts = list(work.connection.execute(select(o.receipt)).scalars())
    for text in (*came, *receipts):
        assert json.loads(take_apart(text).payload).items() >= MORE.items()


def test_a_document_of_a_later_version_is_kept_as_it_is(versions: Pair) -> None:
    """The older reads what it knows of it, and hands it on whole."""
    today, later = versions
    _tell_more(later, versions=(1, 2))
    _learn(today, later)
    with today.desk.database.work() as work:
        chain = documents(work, later.name)
    assert check_chain(chain).versions == (1, 2)
    assert json.loads(unwrapped(chain[-1].payload)).items() >= MORE.items()
    later.say(today, "still understood")
    _all(later, today)
    assert later.states() == {"processed": 1}


def test_what_the_older_does_not_know_is_not_written_to_it(versions: Pair) -> None:
    """It has said which kinds it takes; when it takes more, it says so, and they are written."""
    today, later = versions
    assert announce_kinds(today.desk)
    assert not announce_kinds(today.desk)
    _all(today, later)
    for more in ({"kind": "forecast"}, {"schema": 2}):
        with raises("store/kind-not-known-to-peer"):
            later.say(today, "x", **more)
    desk = today.desk
    today.desk = Desk(desk.database, desk.ring, path=today.ring, clock=desk.clock, kinds=LATER)
    assert announce_kinds(today.desk)
    _all(today, later)
    assert today.documents()[-1].read().kinds == schemas(LATER)
    later.say(today, "x", kind="forecast")
    _all(later, today)
    assert later.states() == {"processed": 1}


def test_what_is_written_all_the_same_is_refused_and_blocks_nothing(
    versions: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each gets its code; the next one passes."""
    today, later = versions
    later.say(today, "x", kind="forecast")
    later.say(today, "x", schema=2)
    later.say(today, "known")
    closing: Callable[..., Envelope] = vars(sealing)["close"]

    def demands(draft: Any, place: Any, **more: Any) -> Envelope:
        crit = ("colour",) if place.seq == 3 else ()
        return closing(structs.replace(draft, crit=crit), place, **more)

    monkeypatch.setattr(sealing, "close", demands)
    later.say(today, "known too")
    _all(later, today)
    o = tables.outgoing.c
    with later.desk.database.work() as work:
        found = work.connection.execute(select(o.state, o.code).order_by(o.seq)).all()
    assert [tuple(each) for each in found] == [
        ("refused", "unknown-kind"),
        ("refused", "unknown-version"),
        ("refused", "unknown-critical"),
        ("processed", ""),
    ]


def test_without_a_version_in_common_nothing_is_sealed(versions: Pair) -> None:
    """It is said why, and what was written can still be discarded."""
    today, later = versions
    _tell_more(later, versions=(2,))
    _learn(today, later)
    today.say(later, "x")
    assert says(today.send(later).trouble, "transport/no-common-protocol")
    assert today.states() == {"waiting": 1}
    with today.desk.database.work() as work:
        assert says(peer_of(work, later.name).trouble, "transport/no-common-protocol")
