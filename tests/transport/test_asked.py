"""A node queries its peers for what they have of it, and only they answer."""

from collections.abc import Callable, Sequence

import pytest
from litestar.testing import TestClient
from sqlalchemy import delete, select, update
from tests.support.peers import Party, cut
from tests.transport.restoring import Pair, asking, both_agree, kept_question

from tidewaiter.base.errors import InputError, OutputError
from tidewaiter.exchange.protocol.documents import Document
from tidewaiter.store.core import tables
from tidewaiter.store.peers.directory import peer_of
from tidewaiter.transport.delivery_rounds import Rounds
from tidewaiter.transport.http_client import HELD
from tidewaiter.transport.receiving import receive
from tidewaiter.transport.reconciliation import answer, catch_up
from tidewaiter.transport.server import make_app


def test_what_is_on_its_way_stays_as_it_is(pair: Pair) -> None:
    """A node that lost nothing only learns of receipts, and seals nothing again."""
    one, other = pair
    for number in range(4):
        one.say(other, f"{number}")

    one.send(other, cut)
    assert catch_up(one.desk, other.name, asking(other)) == 0
    assert one.states() == {"sealed": 4}
    one.send(other)
    one.say(other, "4")

    def loses(_peer: Document, lines: Sequence[str]) -> list[str]:
        receive(other.desk, lines)
        raise OutputError.from_words("the answer was lost")

    one.send(other, loses)
    assert one.states() == {"processed": 4, "sealed": 1}
    assert catch_up(one.desk, other.name, asking(other)) == 0
    assert one.states() == {"processed": 5}


def test_nobody_else_is_told(pair: Pair, party: Callable[..., Party]) -> None:
    """A question that another node signed, or that is for another node, is not answered."""
    one, other = pair
    third = party("corfu")
    one.meet(third)
    question = kept_question(one, other)
    with pytest.raises(InputError):
        answer(third.desk, question)  # it has no peers
    third.meet(one)
    with pytest.raises(InputError):
        answer(third.desk, question)  # it was for another
    with pytest.raises(InputError):
        answer(other.desk, question[:-8] + "AAAAAAAA")


def test_nothing_is_sealed_before_the_peer_was_asked(pair: Pair) -> None:
    """While it does not answer, what is written waits without a number."""
    one, other = pair
    one.say(other, "patience")
    asked: list[str] = []

    def silent(_peer: Document, text: str) -> list[str]:
        asked.append(text)
        raise OutputError.from_words("it does not answer")

    rounds = Rounds(one.desk, lambda _to, _lines: [], silent)
    while not asked:
        pass
    rounds.close()
    with one.desk.database.work() as work:
        known = peer_of(work, other.name)
    assert one.states() == {"waiting": 1}
    assert known.trouble == "it does not answer"
    assert known.sealed == 0


def test_it_is_asked_over_http(pair: Pair) -> None:
    """A peer gets an answer; non-peers and other questions do not."""
    one, other = pair
    one.say(other, "hello")
    one.send(other)
    question = kept_question(one, other)
    with TestClient(make_app(other.desk), raise_server_exceptions=False) as client:
        answered = client.post(HELD, content=question)
        assert answered.status_code == 200
        assert len(answered.text.splitlines()) == 1  # one has the receipt of all
        for text in ("", "a.b.c", question[:-8] + "AAAAAAAA", "x" * 10_000):
            assert client.post(HELD, content=text).status_code == 403
        assert client.post(HELD, content="x" * 2_000_000).status_code == 413


def test_what_was_forgotten_is_regained_in_both_kinds_of_database(
    party: Callable[..., Party],
) -> None:
    """One message is lost, one is queued again, and one is sealed again."""
    one, other = party("aland"), party("bergen")
    one.meet(other)
    other.meet(one)
    for number in range(3):
        one.say(other, f"{number}")
    one.send(other)
    o, p = tables.outgoing.c, tables.peer.c
    with one.desk.database.work(one.desk.stamp()) as work:
        run = work.connection.execute
        first = run(select(o.digest).where(o.seq == 1)).scalar_one()
        gone = dict.fromkeys(("seq", "digest", "signed", "box", "receipt"))
        run(update(tables.outgoing).where(o.seq == 2).values(state="waiting", **gone))
        run(delete(tables.outgoing).where(o.seq == 3))
        back = {"sealed": 1, "sealed_head": first, "told": 1}
        run(update(tables.peer).where(p.node == other.name).values(**back))
    one.say(other, "3")
    assert one.send(other).ask
    assert catch_up(one.desk, other.name, asking(other)) == 2
    one.send(other)
    assert one.states() == {"processed": 4}
    assert both_agree(one, other)
