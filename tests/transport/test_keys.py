"""Keys change, are revoked and recovered; nothing is lost by it, and nothing old comes back."""

from collections.abc import Sequence

import pytest
from tests.support.key_changes import Pair, sealed, turn
from tests.support.peers import cut

from tidewaiter.base.errors import OutputError
from tidewaiter.exchange.protocol.documents import Document, write_chain
from tidewaiter.exchange.protocol.receipts import read_receipt
from tidewaiter.transport.context import Desk
from tidewaiter.transport.key_rotation import rotate
from tidewaiter.transport.peers import hear_documents
from tidewaiter.transport.receiving import receive
from tidewaiter.transport.reconciliation import answer, catch_up
from tidewaiter.transport.sending import send_round


@pytest.mark.parametrize("revoke", [False, True])
def test_keys_change_while_messages_are_on_their_way(pair: Pair, *, revoke: bool) -> None:
    """What was written before comes under the old key, what comes after under the new."""
    one, other = pair
    for number in range(5):
        one.say(other, f"{number}")
        other.say(one, f"{number}")
        if number == 2:
            one.send(other, cut)
        if number in {1, 3}:
            turn(one, revoke=revoke)
            turn(other)
    for _ in range(6):
        one.send(other)
        other.send(one)
    assert one.states() == {"processed": 7}
    assert other.states() == {"processed": 7}
    assert other.documents()[-1].read().number == 3


def test_a_process_that_serves_takes_up_keys_that_another_made(pair: Pair) -> None:
    """A box for the new key is not permanently refused by a process with the old ones."""
    one, other = pair
    beside = Desk(other.desk.database, other.desk.ring, path=other.ring, clock=other.desk.clock)
    turn(other)
    other.send(one)
    one.say(other, "for the new key")
    given = send_round(one.desk, other.name, lambda _to, lines: receive(beside, lines))
    assert given.receipts == 1
    assert one.states() == {"processed": 1}


def test_what_a_peer_has_is_believed_after_it_changed_keys(pair: Pair) -> None:
    """It signs its old receipts again, for a repeated message and for a query."""
    one, other = pair
    one.say(other, "came")
    line: list[str] = []

    def lost(_peer: Document, lines: Sequence[str]) -> list[str]:
        line[:] = lines
        receive(other.desk, lines)
        raise OutputError.from_words("the answer was lost")

    one.send(other, lost)
    turn(other, revoke=True)
    other.send(one)
    kid = other.desk.ring.signer().kid
    assert read_receipt(receive(other.desk, line)[0]).signed.kid == kid
    assert catch_up(one.desk, other.name, lambda _to, text: answer(other.desk, text)) == 0
    assert one.states() == {"processed": 1}


def test_two_that_change_keys_at_once_take_turns(pair: Pair) -> None:
    """The key file has the keys that the documents name, in any order."""
    one, other = pair
    beside = Desk(one.desk.database, one.desk.ring, path=one.ring, clock=one.desk.clock)
    turn(one)
    rotate(beside, one.ring, beside.stamp())
    one.say(other, "after both")
    assert [one.send(other).sent for _ in range(3)] == [2, 1, 0]
    assert one.states() == {"processed": 3}


def test_a_document_that_comes_first_leaves_nothing_behind(pair: Pair) -> None:
    """Messages sealed under a key that the peer knows as old are sealed again, once."""
    one, other = pair
    for number in range(70):
        one.say(other, f"{number}")
    one.send(other, cut)
    turn(one)
    before = sealed(one, other)
    hear_documents(other.desk, write_chain(one.documents()))
    one.send(other)
    for _ in range(3):
        one.send(other)
    assert one.states() == {"processed": 71}
    assert [seq for _, seq, _ in other.taken()] == list(range(1, 72))
    codes = {read_receipt(text).receipt.code for text in receive(other.desk, before[:64])}
    assert codes == {"old-key"}  # whenever they come


def test_what_has_come_is_not_sealed_anew(pair: Pair) -> None:
    """The answer was lost, then the keys changed: the receipt is for what was sent first."""
    one, other = pair
    one.say(other, "came")
    one.say(other, "did not")

    def half(_peer: Document, lines: Sequence[str]) -> list[str]:
        receive(other.desk, lines[:1])
        raise OutputError.from_words("the answer was lost")

    one.send(other, half)
    first, second = sealed(one, other)
    turn(one)
    hear_documents(other.desk, write_chain(one.documents()))
    for _ in range(4):
        one.send(other)
    assert one.states() == {"processed": 3}
    assert len(other.taken()) == 3
    told = [read_receipt(text).receipt for text in receive(other.desk, [first, second])]
    assert [(each.state, each.code) for each in told] == [
        ("processed", ""),
        ("turned-away", "old-key"),
    ]
