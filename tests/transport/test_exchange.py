"""Two nodes exchange messages: each once, in order, receipted, whatever the line does."""

import random
from collections.abc import Sequence

import pytest
from tests.support.peers import Party, cut
from tests.support.raising import message_of

from tidewaiter.base.errors import OutputError
from tidewaiter.exchange.protocol.documents import Document
from tidewaiter.exchange.protocol.receipts import read_receipt
from tidewaiter.store.audit import verify_audit
from tidewaiter.store.peers.directory import peer_of
from tidewaiter.store.peers.outbox import to_send
from tidewaiter.transport.receiving import receive

Pair = tuple[Party, Party]


def test_what_is_written_comes_once_and_is_receipted(pair: Pair) -> None:
    """In the order of writing, with a receipt for each at the sender."""
    one, other = pair
    for number in range(100):
        one.say(other, f"message {number}")
    assert one.states() == {"waiting": 100}
    rounds = [one.send(other) for _ in range(3)]
    assert [each.sent for each in rounds] == [64, 36, 0]
    assert one.states() == {"processed": 100}
    assert other.taken() == [(one.name, number, "processed") for number in range(1, 101)]
    for each in pair:
        with each.desk.database.work() as work:
            assert verify_audit(work).broken is None


def test_a_lost_answer_changes_nothing(pair: Pair) -> None:
    """A repeated message is not accepted twice, and its receipt is identical."""
    one, other = pair
    one.say(other, "once")
    given: list[list[str]] = []

    def loses(_peer: Document, lines: Sequence[str]) -> list[str]:
        given.append(receive(other.desk, lines))
        raise OutputError.from_words("the answer was lost")

    assert one.send(other, loses).trouble == "the answer was lost"
    assert one.states() == {"sealed": 1}
    assert one.send(other, loses).trouble
    assert given[0] == given[1]
    one.send(other)
    assert one.states() == {"processed": 1}
    assert len(other.taken()) == 1


def test_a_cut_line_holds_nothing_up_but_itself(pair: Pair) -> None:
    """What waits is sent when the line is there again, and the wait grows."""
    one, other = pair
    one.say(other, "later")
    dues = []
    for _ in range(4):
        one.send(other, cut)
        with one.desk.database.work() as work:
            known = peer_of(work, other.name)
        dues.append((known.tries, known.due))
    assert [tries for tries, _ in dues] == [1, 2, 3, 4]
    assert dues == sorted(dues)
    one.send(other)
    assert one.states() == {"processed": 1}


class Wild:
    """A line that drops, doubles, delays, cuts short, damages and shuffles."""

    def __init__(self, to: Party, chance: random.Random) -> None:
        self._to, self._chance = to, chance
        self._late: list[list[str]] = []

    def __call__(self, _peer: Document, lines: Sequence[str]) -> list[str]:
        """Do something with a request."""
        sent, what = list(lines), self._chance.random()
        if what < 0.3 and self._late:
            receive(self._to.desk, self._late.pop())  # an old request comes late
        if what < 0.3:
            self._late.append(sent)
            raise OutputError.from_words("dropped, or delayed")
        if what < 0.5:
            sent = [self._damaged(each) for each in sent]
        if what < 0.6:
            self._chance.shuffle(sent)
            receive(self._to.desk, sent)
            raise OutputError.from_words("the answer was lost")
        receipts = receive(self._to.desk, sent)
        return receipts[: len(receipts) // 2] if what < 0.7 else receipts

    def _damaged(self, line: str) -> str:
        if self._chance.random() < 0.7:
            return line
        place = self._chance.randrange(len(line))
        return line[:place] + self._chance.choice("Ax-_.9") + line[place + 1 :]


@pytest.mark.parametrize("seed", range(8))
def test_a_line_that_does_what_it_wants(pair: Pair, seed: int) -> None:
    """Nothing is lost, nothing comes twice, and the order stays."""
    one, other = pair
    chance = random.Random(seed)
    there, back = Wild(other, chance), Wild(one, chance)
    for number in range(60):
        one.say(other, f"a {number}")
        if number % 3 == 0:
            other.say(one, f"b {number}")
        one.send(other, there)
        other.send(one, back)
    for _ in range(9):
        one.send(other)
        other.send(one)
    assert (one.states(), other.states()) == ({"processed": 60}, {"processed": 20})
    assert [seq for _, seq, _ in other.taken()] == list(range(1, 61))
    assert [seq for _, seq, _ in one.taken()] == list(range(1, 21))


def test_a_damaged_line_brings_nothing_else_again(pair: Pair) -> None:
    """The receiver cannot identify the sender of a damaged line, so only that line is resent."""
    one, other = pair
    for number in range(5):
        one.say(other, f"{number}")
    one.send(other)
    one.say(other, "damaged on its way")
    damaged = one.send(other, lambda _, lines: receive(other.desk, [lines[0].replace(".", "", 1)]))
    assert damaged.trouble == message_of("transport/receipt-for-something-else")
    assert one.send(other).sent == 1
    assert one.states() == {"processed": 6}


def test_what_comes_too_early_waits(pair: Pair) -> None:
    """It is rejected with the receiver's state, and sent again later."""
    one, other = pair
    for number in range(3):
        one.say(other, f"{number}")
    one.send(other, cut)
    with one.desk.database.work() as work:
        first, second, third = to_send(work, peer_of(work, other.name), rows=9)
    early = read_receipt(receive(other.desk, [third.line])[0]).receipt
    assert (early.state, early.code, early.have) == ("turned-away", "early", 0)
    together = receive(other.desk, [third.line, first.line, second.line])
    told = [read_receipt(text).receipt for text in together]
    assert [(each.state, each.have) for each in told] == [("processed", 3)] * 3
    assert [each.id for each in told] == [third.id, first.id, second.id]


def test_while_a_line_is_down_no_more_than_one_request_is_sealed(pair: Pair) -> None:
    """All else can still be held back or discarded: what is sealed may have come."""
    one, other = pair
    for number in range(150):
        one.say(other, f"{number}")
        one.send(other, cut)
    assert one.states() == {"sealed": 1, "waiting": 149}
    one.send(other)
    assert one.states() == {"processed": 1, "waiting": 149}
    one.send(other, cut)
    assert one.states() == {"processed": 1, "sealed": 64, "waiting": 85}
