"""Recalls: a recalled message is destroyed, kept under a legal hold, or was never sent."""

from collections.abc import Sequence
from datetime import date

import msgspec
from sqlalchemy import LargeBinary, Text, select, update
from tests.support.exchange import changed
from tests.support.exchange import incident as made_incident
from tests.support.notices import DAY, NOTICE
from tests.support.peers import Party
from tests.support.raising import raises
from tests.transport.recalling import known_to, recall_it, recalls_of, tell, written_of
from tests.transport.vouching import vouched

from tidewaiter.base.errors import ConflictError, MissingError
from tidewaiter.exchange.notices.types import NoObjection, Sent
from tidewaiter.exchange.protocol.documents import Document
from tidewaiter.exchange.protocol.markings import Marking
from tidewaiter.exchange.recalls import Recall
from tidewaiter.exchange.requests.types import Asked as Question
from tidewaiter.exchange.requests.types import Request
from tidewaiter.law.registry import load_registry
from tidewaiter.store.audit import verify_audit
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import METADATA
from tidewaiter.store.feeds import make_feed
from tidewaiter.store.notices.events import do_to_notice, send_notice
from tidewaiter.store.notices.lookup import find_notice, notices
from tidewaiter.store.peers.directory import move_relation
from tidewaiter.store.peers.outbox import Message, discard, hold_back, release, write_message
from tidewaiter.store.recalls.issued import items
from tidewaiter.store.requests import ask, find_request
from tidewaiter.transport.feeds import make_ready
from tidewaiter.transport.receiving import receive

Pair = tuple[Party, Party]


def _everything(party: Party) -> bytes:
    """Return all texts and bytes in all tables, concatenated."""
    found = []
    with party.desk.database.work() as work:
        for table in METADATA.sorted_tables:
            columns = [c for c in table.columns if isinstance(c.type, Text | LargeBinary)]
            for row in work.connection.execute(select(*columns)) if columns else ():
                found += [each.encode() if isinstance(each, str) else each for each in row if each]
    return b"\n".join(bytes(each) for each in found)


def _holds(party: Party, peer: Party) -> None:
    """Check that the log and each message from a peer still prove what they did."""
    with party.desk.database.work() as work:
        assert verify_audit(work).broken is None
        for node, seq, _ in party.taken():
            assert (node, vouched(work, peer.name, seq)) == (peer.name, "holds")


def test_what_is_recalled_is_gone_and_the_chain_still_verifies(pair: Pair) -> None:
    """No table of the recipient contains a copy, nor a feed; both sides see the outcome."""
    one, other = pair
    request = Request(
        id="r-1",
        asker=one.name,
        asked=other.name,
        kind="information",
        day=date(2026, 11, 20),
        purpose="control",
        facts="Drums.",
        instrument="un-1988-12",
        items=(Question(number=1, text="Who?"),),
        marking=made_incident().marking,
    )
    with one.desk.database.work(one.desk.stamp()) as work:
        ask(work, one.desk.ring.lock, one.name, request)
    asked = _last(one)
    public = Marking(tlp="clear", pap="clear")
    sent = {asked, tell(one, other, marking=public), one.say(other, "Call me.")}
    one.send(other)
    copies = [copy for item in sent for copy in written_of(other, item)]
    assert len(copies) == 5
    copies += _feed(other)
    assert all(copy in _everything(other) for copy in copies)
    for item in sent:
        assert recall_it(one, item) == [item]
    one.send(other)
    held = _everything(other)
    assert not [copy for copy in copies if copy in held]
    assert {each.standing for each in recalls_of(other)} == {"destroyed"}
    assert {each.standing for each in recalls_of(one)} == {"asked"}
    other.send(one)
    assert {each.standing for each in recalls_of(one)} == {"destroyed"}
    assert one.states() == {"processed": 3, "recalled": 3}
    for each, peer in ((one, other), (other, one)):
        _holds(each, peer)
    assert known_to(other, one).now() is None
    assert known_to(one, one).now() is not None
    with other.desk.database.work() as work:
        assert find_request(work, other.desk.ring.lock, one.name, "r-1").request is None
    with raises("store/recalled-or-never-left", ConflictError):
        recall_it(one, asked)
    again = Recall(id="again", item=asked, digest=_digest(other, asked), reason="court", basis="x")
    _smuggle(one, other, again)
    assert other.taken()[-1][2] == "processed"
    assert {each.standing for each in recalls_of(other)} == {"destroyed"}


def _feed(party: Party) -> list[bytes]:
    """Make a feed ready; return the encrypted items that lie in it."""
    with party.desk.database.work(party.desk.stamp()) as work:
        made = make_feed(work, "For the public", "public", "control")
    make_ready(party.desk, made.collection.id, load_registry())
    with party.desk.database.work() as work:
        found = list(work.connection.execute(select(tables.feed_item.c.written)).scalars())
    assert found
    return [bytes(each) for each in found]


def _last(party: Party) -> str:
    with party.desk.database.work() as work:
        return items(work)[0].id


def test_a_recall_in_one_request_with_its_message_destroys_that_too(pair: Pair) -> None:
    """So it is where a node was restored from a copy, and all is sent to it again at once."""
    one, other = pair
    item, lines = one.say(other, "hello"), list[str]()

    def keep(_document: Document, batch: Sequence[str]) -> list[str]:
        lines.extend(batch)
        return ["none"] * len(batch)

    one.send(other, keep)
    recall_it(one, item)
    with one.desk.database.work(
        one.desk.stamp()
    ) as work:  # as though the first one had its receipt
        work.connection.execute(
            update(tables.outgoing)
            .values(state="processed")
            .where(tables.outgoing.c.state == "sealed")
        )
        work.connection.execute(update(tables.peer).values(told=1))
    one.send(other, keep)
    assert len(lines) == 2
    receive(other.desk, lines)
    assert other.taken() == [(one.name, 1, "recalled"), (one.name, 2, "processed")]
    assert written_of(other, item) == []


def test_a_notice_stands_on_both_sides_as_though_a_recalled_word_was_never_said(
    pair: Pair,
) -> None:
    """A consent that is recalled is none; a notice that is recalled is shown as that."""
    one, other = pair
    with one.desk.database.work(one.desk.stamp()) as work:
        send_notice(work, one.desk.ring.lock, one.name, other.name, Sent(notice=NOTICE))
    one.send(other)
    with other.desk.database.work(other.desk.stamp()) as work:
        do_to_notice(work, other.desk.ring.lock, 1, NoObjection(decided_by="Licensing"))
    other.send(one)
    yes = _last(other)
    recall_it(other, yes)
    other.send(one)
    one.send(other)
    for each in pair:
        with each.desk.database.work() as work:
            assert not find_notice(work, each.desk.ring.lock, 1, DAY).state.approved
            assert [row.state for row in notices(work, DAY)] == ["sent"]
    with other.desk.database.work(other.desk.stamp()) as work:
        again = do_to_notice(work, other.desk.ring.lock, 1, NoObjection(decided_by="Customs"))
    assert again.state.approved
    other.send(one)
    recall_it(one, _last(one))
    one.send(other)
    other.send(one)
    for each in pair:
        with each.desk.database.work() as work:
            assert [row.state for row in notices(work, DAY)] == ["recalled"]


def test_what_has_not_left_goes_without_a_word(pair: Pair) -> None:
    """And what had left before a freeze is asked back once that is over, unless it is discarded."""
    one, other = pair
    left = one.say(other, "first")
    one.send(other)
    _move(one, other, "frozen")
    held = one.say(other, "second")
    assert recall_it(one, held) == [held]
    assert recall_it(one, left) == [left]
    assert [each.standing for each in recalls_of(one)] == ["waiting", "never-left"]
    with raises("store/recalled-or-never-left", ConflictError):
        recall_it(one, left)
    _move(one, other, "active", keep=False)
    assert recalls_of(one)[0].standing == "not-asked"
    assert recall_it(one, left) == [left]
    one.send(other)
    other.send(one)
    assert [each.standing for each in recalls_of(one)] == ["destroyed", "never-left"]
    assert other.taken() == [(one.name, 1, "recalled"), (one.name, 2, "processed")]


def _move(party: Party, other: Party, to: str, *, keep: bool = True) -> None:
    with party.desk.database.work(party.desk.stamp()) as work:
        move_relation(work, other.name, to, fingerprint="compared")  # type: ignore[arg-type]
        if to == "frozen":
            hold_back(work, other.name)
        elif keep:
            release(work, other.name)
        else:
            discard(work, other.name)


def test_nobody_recalls_what_another_sent(pair: Pair) -> None:
    """Neither locally nor by a message; nor can a recall be recalled."""
    one, other = pair
    item = one.say(other, "hello")
    one.send(other)
    with raises("store/only-sender-recalls"):
        recall_it(other, item)
    with raises("store/no-message", MissingError):
        recall_it(one, "nothing")
    back = other.say(one, "yes")
    other.send(one)
    recall_it(other, back)
    forged = Recall(id="k", item=back, digest="0" * 64, reason="error")
    for body in (forged, changed(forged, item=item, digest=_digest(other, item))):
        _smuggle(other, one, body)
    i = tables.incoming.c
    with one.desk.database.work() as work:
        wanted = select(i.kind, i.state).order_by(i.seq)
        states = [tuple(row) for row in work.connection.execute(wanted).all()]
    assert states == [
        ("message", "recalled"),
        ("recall", "processed"),
        *[("recall", "refused")] * 2,
    ]
    assert written_of(other, item)
    with other.desk.database.work() as work:
        o = tables.outgoing.c
        word = work.connection.execute(select(o.id).where(o.kind == "recall")).scalars().first()
    assert word is not None
    with raises("store/not-recalled", kind="recall"):
        recall_it(other, word)


def _digest(party: Party, item: str) -> str:
    i = tables.incoming.c
    with party.desk.database.work() as work:
        return str(work.connection.execute(select(i.digest).where(i.id == item)).scalar_one())


def _smuggle(sender: Party, to: Party, body: Recall) -> None:
    message = Message(kind="recall", body=msgspec.json.encode(body))
    with sender.desk.database.work(sender.desk.stamp()) as work:
        write_message(work, sender.desk.ring.lock, to.name, message)
    sender.send(to)
