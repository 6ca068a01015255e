"""A node that was restored from an old copy learns from its peers what it has forgotten."""

import shutil
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from litestar.testing import TestClient
from sqlalchemy import delete, select, update
from tests.courier.conftest import Party, cut

from tidewaiter.base.errors import InputError, OutputError
from tidewaiter.courier.app import make_app
from tidewaiter.courier.asking import answer, catch_up
from tidewaiter.courier.line import HELD
from tidewaiter.courier.receiving import receive
from tidewaiter.courier.rounds import Rounds
from tidewaiter.store import tables
from tidewaiter.store.audit import verify_audit
from tidewaiter.store.outgoing import count_outgoing
from tidewaiter.store.peers import peer_of

Pair = tuple[Party, Party]


class Copies:
    """Copies of the databases of nodes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(self, party: Party) -> None:
        """Copy the database of a node while it is in use."""
        live = sqlite3.connect(self._place(party))
        copy = sqlite3.connect(self._place(party).with_suffix(".copy"))
        live.backup(copy)
        live.close()
        copy.close()

    def restore(self, party: Party) -> None:
        """Put the copy in the place of the database."""
        party.desk.database.close()
        for ending in ("-wal", "-shm"):
            Path(f"{self._place(party)}{ending}").unlink(missing_ok=True)
        shutil.copy(self._place(party).with_suffix(".copy"), self._place(party))

    def _place(self, party: Party) -> Path:
        return self._folder / f"{party.name.partition('/')[2]}.db"


ON_SQLITE = pytest.mark.parametrize("party", ["sqlite"], indirect=True)
"""A copy of a database of PostgreSQL is made by its own tools."""


@pytest.fixture
def copies(tmp_path: Path) -> Copies:
    """Make copies of databases, and restore them."""
    return Copies(tmp_path)


def asking(other: Party) -> Callable[[tuple[str, ...], str], list[str]]:
    """Return a line that hands a question over."""
    return lambda _endpoints, text: answer(other.desk, text)


def contradictions(party: Party) -> int:
    """Count what a node was told that contradicts something."""
    with party.desk.database.work() as work:
        return len(list(work.connection.execute(select(tables.contradiction.c.id))))


def both_agree(one: Party, other: Party) -> bool:
    """Say whether both sides have the same messages from one to the other, all receipted."""
    o, i = tables.outgoing.c, tables.incoming.c
    with one.desk.database.work() as work:
        sent = work.connection.execute(
            select(o.seq, o.id, o.digest, o.receipt).where(o.peer == other.name).order_by(o.seq)
        ).all()
    with other.desk.database.work() as work:
        came = work.connection.execute(
            select(i.seq, i.id, i.digest, i.receipt).where(i.peer == one.name).order_by(i.seq)
        ).all()
    return list(map(tuple, sent)) == list(map(tuple, came))


@ON_SQLITE
def test_a_receiver_restored_from_yesterday_gets_everything_again(
    pair: Pair, copies: Copies
) -> None:
    """What it says it has goes down, and all after it comes again."""
    one, other = pair
    for number in range(5):
        one.say(other, f"before {number}")
    one.send(other)
    copies.make(other)
    for number in range(100):
        one.say(other, f"after {number}")
    while one.send(other).more:
        pass
    copies.restore(other)
    assert len(other.taken()) == 5
    one.say(other, "one more")
    for _ in range(6):
        one.send(other)
    assert [seq for _, seq, _ in other.taken()] == list(range(1, 107))
    assert one.states() == {"processed": 106}
    assert contradictions(other) == 0


@ON_SQLITE
def test_a_restored_receiver_that_is_asked_gets_everything_again(
    pair: Pair, copies: Copies
) -> None:
    """Without a new message, too: it has less than it once said, and that is sent."""
    one, other = pair
    copies.make(other)
    for number in range(3):
        one.say(other, f"{number}")
    one.send(other)
    copies.restore(other)
    assert one.send(other).sent == 0
    assert catch_up(one.desk, other.name, asking(other)) == 0
    assert one.send(other).sent == 3
    assert [seq for _, seq, _ in other.taken()] == [1, 2, 3]


@ON_SQLITE
def test_a_restored_sender_gives_no_number_twice(pair: Pair, copies: Copies) -> None:
    """It regains what it had sent, and goes on after it; nobody takes it for a liar."""
    one, other = pair
    one.say(other, "sent before the copy")
    one.send(other)
    waiting = one.say(other, "written before the copy, sent after it")
    copies.make(one)
    lost = [one.say(other, f"after the copy {number}") for number in range(70)]
    while one.send(other).more:
        pass
    copies.restore(one)
    assert catch_up(one.desk, other.name, asking(other)) == 71
    assert catch_up(one.desk, other.name, asking(other)) == 0
    new = one.say(other, "after all that")
    one.send(other)
    assert both_agree(one, other)
    assert one.states() == {"processed": 73}
    assert len(other.taken()) == 73
    o = tables.outgoing.c
    with one.desk.database.work() as work:
        seqs = dict(map(tuple, work.connection.execute(select(o.id, o.seq))))
        assert verify_audit(work).broken is None
    assert (seqs[waiting], seqs[lost[0]], seqs[lost[69]], seqs[new]) == (2, 3, 72, 73)
    assert contradictions(other) == 0


@ON_SQLITE
def test_a_restored_sender_that_did_not_ask_is_told(pair: Pair, copies: Copies) -> None:
    """What it sealed in the place of another is turned away, and gets a place of its own."""
    one, other = pair
    copies.make(one)
    one.say(other, "forgotten")
    one.send(other)
    copies.restore(one)
    one.say(other, "first after that")
    one.say(other, "second after that")
    assert one.send(other).ask
    assert catch_up(one.desk, other.name, asking(other)) == 1
    assert one.states() == {"processed": 1, "waiting": 2}
    one.send(other)
    assert both_agree(one, other)
    assert len(other.taken()) == 3


def test_what_is_on_its_way_stays_as_it_is(pair: Pair) -> None:
    """A node that forgot nothing learns of receipts alone, and seals nothing anew."""
    one, other = pair
    for number in range(4):
        one.say(other, f"{number}")

    one.send(other, cut)
    assert catch_up(one.desk, other.name, asking(other)) == 0
    assert one.states() == {"sealed": 4}
    one.send(other)
    one.say(other, "4")

    def loses(_endpoints: tuple[str, ...], lines: Sequence[str]) -> list[str]:
        receive(other.desk, lines)
        raise OutputError("the answer was lost")

    one.send(other, loses)
    assert one.states() == {"processed": 4, "sealed": 1}
    assert catch_up(one.desk, other.name, asking(other)) == 0
    assert one.states() == {"processed": 5}


@ON_SQLITE
def test_only_what_this_node_signed_is_believed(pair: Pair, copies: Copies) -> None:
    """Another's answer, an old one, one with a gap, and one of other messages are refused."""
    one, other = pair
    copies.make(one)
    for number in range(3):
        one.say(other, f"{number}")
        other.say(one, f"{number}")
    one.send(other)
    other.send(one)
    copies.restore(one)
    old = answer(other.desk, _kept_question(one, other))

    def answers(change: Callable[[list[str]], list[str]]) -> Callable[..., list[str]]:
        return lambda _endpoints, text: change(answer(other.desk, text))

    theirs = _shown(other)
    for change in (
        lambda _: old,
        lambda lines: [lines[0], *lines[2:]],
        lambda lines: [lines[0], theirs],
        lambda lines: [lines[0], lines[1].rpartition(" ")[0]],
        lambda lines: [lines[0], f"{lines[1].rpartition(' ')[0]} {lines[2].rpartition(' ')[2]}"],
        lambda lines: lines[1:],
        lambda _: [],
    ):
        with pytest.raises(InputError):
            catch_up(one.desk, other.name, answers(change))
    with one.desk.database.work() as work:
        assert count_outgoing(work, other.name) == {}
        assert peer_of(work, other.name).sealed == 0


def _kept_question(one: Party, other: Party) -> str:
    asked: list[str] = []

    def keeps(_endpoints: tuple[str, ...], text: str) -> list[str]:
        asked.append(text)
        raise OutputError("cut")

    with pytest.raises(OutputError):
        catch_up(one.desk, other.name, keeps)
    return asked[0]


def _shown(party: Party) -> str:
    """Return a message of another node, in the place of one's own."""
    o = tables.outgoing.c
    with party.desk.database.work() as work:
        row = work.connection.execute(select(o.signed, o.box, o.receipt).limit(1)).one()
    return f"{row.signed} {row.box} {row.receipt}"


def test_nobody_else_is_told(pair: Pair, party: Callable[..., Party]) -> None:
    """A question that another node signed, or that is for another node, is not answered."""
    one, other = pair
    third = party("corfu")
    one.meet(third)
    question = _kept_question(one, other)
    with pytest.raises(InputError):
        answer(third.desk, question)  # it knows nobody
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

    def silent(_endpoints: tuple[str, ...], text: str) -> list[str]:
        asked.append(text)
        raise OutputError("it does not answer")

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
    """A peer is answered; whoever is none, or asks anything else, is not."""
    one, other = pair
    one.say(other, "hello")
    one.send(other)
    question = _kept_question(one, other)
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
    """One message is not there any more, one waits again, and one is sealed anew."""
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
