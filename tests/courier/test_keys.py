"""Keys change, are revoked and recovered; nothing is lost by it, and nothing old comes back."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.courier.conftest import Party, cut, line_to

from tidewaiter.base.errors import InputError, MissingError, OutputError
from tidewaiter.courier.asking import answer, catch_up
from tidewaiter.courier.desk import Desk
from tidewaiter.courier.hearing import hear_documents
from tidewaiter.courier.keys import change, recover, rotate
from tidewaiter.courier.nodes import relate
from tidewaiter.courier.receiving import receive
from tidewaiter.courier.sending import Tell, send_round
from tidewaiter.exchange.documents import write_chain
from tidewaiter.exchange.envelopes import Envelope, assemble
from tidewaiter.exchange.fingerprints import fingerprint
from tidewaiter.exchange.founding import About
from tidewaiter.exchange.receipts import read_receipt
from tidewaiter.identity import own_ring
from tidewaiter.store import tables
from tidewaiter.store.evidence import vouched
from tidewaiter.store.outgoing import to_send
from tidewaiter.store.peers import peer_of

Pair = tuple[Party, Party]


def sealed(one: Party, other: Party) -> list[str]:
    """Return the lines that are on their way."""
    with one.desk.database.work() as work:
        return [each.line for each in to_send(work, peer_of(work, other.name), rows=99)]


def standing(one: Party, other: Party) -> str:
    """Return what one does with the other."""
    with one.desk.database.work() as work:
        return peer_of(work, other.name).relation.standing


def telling(to: Party) -> Tell:
    """Return a line by which documents come."""

    def tell(_endpoints: tuple[str, ...], documents: bytes) -> None:
        try:
            hear_documents(to.desk, documents)
        except (InputError, MissingError) as error:
            raise OutputError("it answered 400") from error

    return tell


def turn(party: Party, *, revoke: bool = False, since: str = "") -> None:
    """Give a node new keys."""
    rotate(party.desk, party.ring, party.desk.stamp(), revoke=revoke, since=since)


def regain(party: Party, root: bytes = b"", roots: Path | None = None) -> None:
    """Recover a node; its process starts again."""
    secret = root or party.root
    recover(party.desk.database, party.ring, secret, party.desk.stamp(), roots=roots)
    party.desk = Desk(party.desk.database, party.desk.ring, path=party.ring, clock=party.desk.clock)
    with party.desk.database.work() as work:
        party.desk.refresh(work)


def confirm(one: Party, other: Party, held: str = "release") -> None:
    """Compare words anew, with a node as it is now."""
    found = fingerprint(other.documents()[-1].read())
    relate(one.desk, other.name, "active", one.desk.stamp(), compared=found, held=held)


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
    """A box for the new key is not refused for good by a process that has the old ones."""
    one, other = pair
    beside = Desk(other.desk.database, other.desk.ring, path=other.ring, clock=other.desk.clock)
    turn(other)
    other.send(one)
    one.say(other, "for the new key")
    given = send_round(one.desk, other.name, lambda _to, lines: receive(beside, lines))
    assert given.receipts == 1
    assert one.states() == {"processed": 1}


def test_what_a_peer_has_is_believed_after_it_changed_keys(pair: Pair) -> None:
    """It signs its old receipts anew, whether a message comes twice or it is asked for it."""
    one, other = pair
    one.say(other, "came")
    line: list[str] = []

    def lost(_endpoints: tuple[str, ...], lines: Sequence[str]) -> list[str]:
        line[:] = lines
        receive(other.desk, lines)
        raise OutputError("the answer was lost")

    one.send(other, lost)
    turn(other, revoke=True)
    other.send(one)
    kid = other.desk.ring.signer().kid
    assert read_receipt(receive(other.desk, line)[0]).signed.kid == kid
    assert catch_up(one.desk, other.name, lambda _to, text: answer(other.desk, text)) == 0
    assert one.states() == {"processed": 1}


def test_two_that_change_keys_at_once_take_turns(pair: Pair) -> None:
    """The file of keys has those that the documents name, whoever was first."""
    one, other = pair
    beside = Desk(one.desk.database, one.desk.ring, path=one.ring, clock=one.desk.clock)
    turn(one)
    rotate(beside, one.ring, beside.stamp())
    one.say(other, "after both")
    assert [one.send(other).sent for _ in range(3)] == [2, 1, 0]
    assert one.states() == {"processed": 3}


def test_a_document_that_comes_first_leaves_nothing_behind(pair: Pair) -> None:
    """What was sealed under a key that the peer knows as old is sealed anew, once."""
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

    def half(_endpoints: tuple[str, ...], lines: Sequence[str]) -> list[str]:
        receive(other.desk, lines[:1])
        raise OutputError("the answer was lost")

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
        ("processed", ""), ("turned-away", "old-key"),
    ]  # fmt: skip


@pytest.mark.parametrize("way", ["told", "carried"])
def test_a_root_recovers_a_node_and_people_confirm_it(pair: Pair, way: str) -> None:
    """Nothing but control passes before; all that was written comes after."""
    one, other = pair
    one.say(other, "before")
    one.send(other)
    one.say(other, "on its way")
    one.send(other, cut)
    other.say(one, "the other way")
    regain(one)
    one.say(other, "after")
    if way == "carried":
        hear_documents(other.desk, write_chain(one.documents()))
    one.send(other)  # an unknown key: nobody has told of it
    send_round(one.desk, other.name, line_to(other), telling(other))
    assert standing(other, one) == "frozen"
    for _ in range(4):
        one.send(other)
    came = 1 if way == "carried" else 2  # under the old key, before anybody told of the new
    assert [each.header.kind for each in held(other)].count("message") == came
    with pytest.raises(InputError, match="compared"):
        relate(other.desk, one.name, "active", other.desk.stamp(), held="release")
    confirm(other, one)
    for _ in range(6):
        one.send(other)
        other.send(one)
    assert set(one.states()) == {"processed"}
    assert set(other.states()) == {"processed"}
    kinds = [each.header.kind for each in held(other)]
    assert kinds.count("message") == 3


def held(party: Party) -> list[Envelope]:
    """Return the envelopes that came, in order."""
    i = tables.incoming.c
    with party.desk.database.work() as work:
        rows = work.connection.execute(select(i.signed, i.box).order_by(i.seq)).all()
    return [assemble(row.signed, row.box) for row in rows]


def test_a_thief_who_has_the_keys_is_shut_out(pair: Pair) -> None:
    """What the stolen keys sign is turned away, and what they signed since is not trusted."""
    one, other = pair
    one.say(other, "true")
    one.send(other)
    one.say(other, "perhaps by the thief")
    one.send(other)
    stolen = one.desk.ring
    recover(one.desk.database, one.ring, one.root, one.desk.stamp())
    one.desk = Desk(one.desk.database, stolen, path=one.ring, clock=one.desk.clock)
    hear_documents(other.desk, write_chain(one.documents()))
    with other.desk.database.work() as work:  # until the owner says since when
        assert [vouched(work, one.name, number) for number in (1, 2)] == ["untrusted"] * 2
    confirm(other, one)
    for _ in range(3):
        one.send(other)
    with other.desk.database.work() as work:
        assert [vouched(work, one.name, number) for number in (1, 2, 3)] == ["holds"] * 3


def test_old_evidence_verifies_with_retired_keys(pair: Pair) -> None:
    """However often keys have changed since; what was revoked holds up to where it was."""
    one, other = pair
    for number in range(6):
        one.say(other, f"{number}")
        one.send(other)
        turn(one, revoke=number == 3)
        one.send(other)
    with other.desk.database.work() as work:
        count = len(other.taken())
        assert count == 12
        assert {vouched(work, one.name, number) for number in range(1, count + 1)} == {"holds"}


def test_messages_since_a_moment_are_not_trusted(pair: Pair) -> None:
    """A key is revoked from before: what came since stands, and is marked."""
    one, other = pair
    one.say(other, "true")
    one.send(other)
    since = "2026-11-25T11:00:00.000000+00:00"
    turn(one, revoke=True, since=since)
    one.send(other)
    with other.desk.database.work() as work:
        assert [vouched(work, one.name, number) for number in (1, 2)] == ["untrusted"] * 2


def test_the_announced_root_takes_the_place_of_the_first(pair: Pair, tmp_path: Path) -> None:
    """With other words; a root to come is written for the next time."""
    one, other = pair
    with pytest.raises(InputError, match="no folder"):
        regain(one, one.next_root)
    regain(one, one.next_root, tmp_path)
    before = fingerprint(one.chain[0].read())
    hear_documents(other.desk, write_chain(one.documents()))
    assert standing(other, one) == "frozen"
    with pytest.raises(InputError, match="not the one"):
        relate(other.desk, one.name, "active", other.desk.stamp(), compared=before)
    confirm(other, one)
    one.say(other, "under the new root")
    for _ in range(3):
        one.send(other)
    assert set(one.states()) == {"processed"}
    with pytest.raises(InputError, match="no root key"):
        regain(one, one.root)


def test_a_node_that_lost_its_keys_goes_on(pair: Pair) -> None:
    """What was written and not sent is lost with them, and counted; the order goes on."""
    one, other = pair
    one.say(other, "came")
    one.send(other)
    one.say(other, "sealed")
    one.send(other, cut)
    one.say(other, "waits")
    one.ring.unlink()
    made = recover(one.desk.database, one.ring, one.root, one.desk.stamp())
    assert made.lost == 1
    found = own_ring(one.ring)
    assert found is not None
    one.desk = Desk(one.desk.database, found, path=one.ring, clock=one.desk.clock)
    hear_documents(other.desk, write_chain(one.documents()))
    confirm(other, one)
    one.say(other, "again")
    for _ in range(4):
        one.send(other)
    assert one.states() == {"discarded": 2, "processed": 3}
    assert [state for _, _, state in other.taken()] == ["processed"] * 3


def test_a_node_says_something_else_of_itself(pair: Pair) -> None:
    """Under the keys that it has: nobody has to compare anything."""
    one, other = pair
    about = About(node=one.name, name="New", country="NO", role="observer")
    change(one.desk, about, one.desk.stamp())
    one.send(other)
    assert standing(other, one) == "active"
    with other.desk.database.work() as work:
        assert peer_of(work, one.name).name == "New"


def test_documents_of_strangers_are_not_kept(party: Callable[..., Party], pair: Pair) -> None:
    """Whoever it is, nothing is written for who is no peer."""
    _, other = pair
    stranger = party("cork")
    for held_ in (write_chain(stranger.documents()), b"[]", b"x", b"[[]]"):
        with pytest.raises((InputError, MissingError)):
            hear_documents(other.desk, held_)
