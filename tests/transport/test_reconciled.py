"""A node that was put back from an old copy has again what it had, but what was recalled."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.key_changes import telling, turn
from tests.support.notices import DAY, NOTICE
from tests.support.peers import Party
from tests.transport.housing import houses, until
from tests.transport.recalling import known_to, recall_it, recalls_of, tell
from tests.transport.restoring import Copies, Pair, asking, contradictions
from tests.transport.vouching import vouched

from tidewaiter.base.errors import ConflictError, InputError
from tidewaiter.exchange.notices.types import NoObjection, Sent
from tidewaiter.exchange.protocol.documents import Document, write_chain
from tidewaiter.exchange.protocol.receipts import Ask, Held, own_receipts, read_signed
from tidewaiter.store.audit import find_entries, verify_audit
from tidewaiter.store.notices.events import do_to_notice, send_notice
from tidewaiter.store.notices.lookup import find_notice
from tidewaiter.store.peers.channel import conversation
from tidewaiter.store.peers.directory import peer_of
from tidewaiter.store.peers.reconcile import (
    check_complete,
    go_on_without,
    mark_restored,
    missing,
)
from tidewaiter.transport.peers import standings
from tidewaiter.transport.reconciliation import answer, catch_up, differs

ON_SQLITE = pytest.mark.parametrize("dialect", ["sqlite"])
"""A copy of a database of PostgreSQL is made by its own tools."""

LINE = "SENT BY MISTAKE"


@pytest.fixture
def copies(tmp_path: Path) -> Copies:
    """Make copies of databases, and restore them."""
    return Copies(tmp_path)


def texts(party: Party, of: Party) -> list[str | None]:
    """Return what a peer wrote to the people here, as it can be read."""
    ring = party.desk.ring
    with party.desk.database.work() as work:
        talk = conversation(work, of.name, ring.lock, ring.openers())
    return [each.text for each in talk if not each.ours]


def forgotten(party: Party) -> list[tuple[str, int | None]]:
    """Return the peers with messages that a node has lost, and their number."""
    with party.desk.database.work() as work:
        return [(each.node, each.messages) for each in missing(work)]


def is_open(party: Party) -> bool:
    """Return whether a node shows content from peers."""
    with party.desk.database.work() as work:
        try:
            check_complete(work)
        except ConflictError:
            return False
    return True


def mark(party: Party) -> None:
    """Say that a node was put back, as `tidewaiter node restore` does."""
    with party.desk.database.work(party.desk.stamp()) as work:
        mark_restored(work)


@pytest.mark.parametrize("marked", [True, False])
def test_a_restored_node_gets_back_what_it_had_by_itself(tmp_path: Path, *, marked: bool) -> None:
    """Over HTTP, in an idle pair: recalled content is destroyed, other content is recovered."""
    copies = Copies(tmp_path)
    with houses(tmp_path, "aland", "bergen") as (near, far):
        one, other = near.party, far.party
        near.open()
        far.open()
        secret = one.say(other, LINE)
        until(lambda: texts(other, one) == [LINE])
        until(lambda: set(one.states()) == {"processed"})
        far.close()
        copies.make(other)
        far.open()
        recall_it(one, secret)
        one.say(other, "since the copy")
        other.say(one, "answer since the copy")
        until(lambda: {each.standing for each in recalls_of(one)} == {"destroyed"})
        until(lambda: set(one.states()) == {"processed", "recalled"})
        until(lambda: set(other.states()) == {"processed"})
        far.close()
        copies.restore(other)
        assert texts(other, one) == [LINE]  # so the copy contains it
        if marked:
            mark(other)
            assert not is_open(other)
        far.open()
        until(lambda: texts(other, one) == [None, "since the copy"])
        until(lambda: is_open(other) and set(other.states()) == {"processed"})
        until(lambda: set(one.states()) == {"processed", "recalled"})
        assert {each.standing for each in recalls_of(one)} == {"destroyed"}
        assert contradictions(other) == contradictions(one) == 0
        assert both_agree_in_order(one, other)
        assert both_agree_in_order(other, one)


@ON_SQLITE
def test_nothing_is_shown_before_the_peers_were_asked(pair: Pair, copies: Copies) -> None:
    """Nor while something is missing; status says how much, on both sides."""
    one, other = pair
    one.say(other, LINE)
    one.send(other)
    copies.make(other)
    for number in range(70):
        one.say(other, f"{number}")
    while one.send(other).more:
        pass
    copies.restore(other)
    mark(other)
    assert (forgotten(other), is_open(other)) == ([(one.name, None)], False)
    catch_up(other.desk, one.name, asking(one))
    assert (forgotten(other), is_open(other)) == ([(one.name, 70)], False)
    assert one.desk.doubted == {other.name}
    catch_up(one.desk, other.name, asking(other))
    with one.desk.database.work() as work:
        assert standings(work)[0].again == 70
    one.send(other)
    assert forgotten(other) == [(one.name, 6)]
    one.send(other)
    assert (forgotten(other), is_open(other)) == ([], True)
    with one.desk.database.work() as work:
        assert standings(work)[0].again == 0


@ON_SQLITE
def test_a_copy_that_nobody_told_of_is_found_at_the_first_contact(
    pair: Pair, copies: Copies
) -> None:
    """The peer shows receipts of the node itself; one that lost nothing is never closed."""
    one, other = pair
    one.say(other, "before")
    one.send(other)
    catch_up(other.desk, one.name, asking(one))
    assert is_open(other)
    copies.make(other)
    one.say(other, "after")
    one.send(other)
    copies.restore(other)
    catch_up(other.desk, one.name, asking(one))
    assert (forgotten(other), is_open(other)) == ([(one.name, 1)], False)


def test_what_a_peer_says_alone_closes_nothing(pair: Pair, party: Callable[..., Party]) -> None:
    """Only what this node itself has signed, with a key that it has not revoked, is believed."""
    one, other = pair
    third = party("cork")
    third.meet(one)
    one.meet(third)
    one.say(other, "hello")
    one.send(other)
    third.say(one, "hello")
    third.send(one)
    asked = list[str]()

    def keeps(_to: Document, text: str) -> list[str]:
        asked.append(text)
        return answer(one.desk, text)

    catch_up(other.desk, one.name, keeps)
    told = read_signed(answer(one.desk, asked[0])[0], Held, one.chain[0].read(), other.name)
    own, of_third = other.chain[0].read(), third.chain[0].read()
    assert [each.receipt.have for each in own_receipts([told.receipt], own, one.name)] == [1]
    assert own_receipts([told.receipt], own, third.name) == []
    assert own_receipts([told.receipt], of_third, one.name) == []
    assert own_receipts(["", "a.b.c", asked[0], told.receipt[:-4] + "AAAA"], own, one.name) == []
    turn(other, revoke=True)
    assert own_receipts([told.receipt], other.documents()[-1].read(), one.name) == []


@ON_SQLITE
def test_a_node_goes_on_without_a_peer_that_is_away_for_good(pair: Pair, copies: Copies) -> None:
    """A person states it, and it is logged; a peer known to be complete needs no statement."""
    one, other = pair
    copies.make(other)
    copies.restore(other)
    mark(other)
    with other.desk.database.work(other.desk.stamp()) as work:
        assert go_on_without(work, one.name).owed == 0
    assert is_open(other)
    with other.desk.database.work(other.desk.stamp()) as work, pytest.raises(ConflictError):
        go_on_without(work, one.name)


@ON_SQLITE
@pytest.mark.parametrize("revoke", [False, True])
def test_what_came_before_a_peer_changed_keys_comes_again(
    pair: Pair, copies: Copies, *, revoke: bool
) -> None:
    """The old key speaks no more, but for what this node itself has receipted before."""
    one, other = pair
    one.say(other, "before the copy")
    one.send(other)
    copies.make(other)
    one.say(other, "under the old key")
    one.send(other)
    turn(one, revoke=revoke)
    one.say(other, "under the new key")
    while one.send(other).more:
        pass
    copies.restore(other)
    mark(other)
    for _ in range(8):
        for each, peer in ((one, other), (other, one)):
            try:
                catch_up(each.desk, peer.name, asking(peer))
            except InputError:  # the other one does not know the key yet
                telling(peer)(peer.documents()[-1].read(), write_chain(each.documents()))
        one.send(other)
    assert texts(other, one) == ["before the copy", "under the old key", "under the new key"]
    assert is_open(other)
    assert set(one.states()) == {"processed"}
    assert both_agree_in_order(one, other)
    with other.desk.database.work() as work:
        assert {vouched(work, one.name, seq) for seq in (1, 2, 3, 4)} == {"holds"}


def both_agree_in_order(one: Party, other: Party) -> bool:
    """Say whether all that one has sealed is at the other, in order."""
    with one.desk.database.work() as work:
        sealed = peer_of(work, other.name).sealed
    return [seq for _, seq, _ in other.taken()] == list(range(1, sealed + 1))


@ON_SQLITE
def test_what_the_node_itself_said_since_the_copy_is_there_again(
    pair: Pair, copies: Copies
) -> None:
    """Its messages, its incident, its recall, and its reply to a notice received after the copy."""
    one, other = pair
    mistake = other.say(one, "by mistake")
    other.send(one)
    copies.make(other)
    with one.desk.database.work(one.desk.stamp()) as work:
        send_notice(work, one.desk.ring.lock, one.name, other.name, Sent(notice=NOTICE))
    one.send(other)
    with other.desk.database.work(other.desk.stamp()) as work:
        do_to_notice(work, other.desk.ring.lock, 1, NoObjection(decided_by="Licensing"))
    other.say(one, "said since the copy")
    tell(other, one)
    recall_it(other, mistake)
    while other.send(one).more:
        pass
    one.send(other)
    copies.restore(other)
    mark(other)
    for _ in range(3):
        for each, peer in ((other, one), (one, other)):
            catch_up(each.desk, peer.name, asking(peer))
            each.send(peer)
    assert is_open(other)
    ring = other.desk.ring
    with other.desk.database.work() as work:
        talk = conversation(work, one.name, ring.lock, ring.openers())
        assert [(each.text, each.code) for each in talk if each.ours] == [
            ("by mistake", ""),
            ("said since the copy", ""),
        ]
        state = find_notice(work, ring.lock, 1, DAY).state
        assert (state.approved, state.name) == (True, "no objection")
    assert known_to(other, other).now() == known_to(one, other).now()
    assert [each.standing for each in recalls_of(other)] == ["destroyed"]
    assert set(other.states()) == {"processed", "recalled"}
    assert both_agree_in_order(other, one)
    assert both_agree_in_order(one, other)
    with other.desk.database.work() as work:
        assert verify_audit(work).broken is None


@ON_SQLITE
def test_content_that_is_not_what_was_signed_is_not_taken_back(pair: Pair, copies: Copies) -> None:
    """A peer cannot put other words into the mouth of the node; the message itself is known."""
    one, other = pair
    copies.make(one)
    for text in ("first", "second"):
        one.say(other, text)
    one.send(other)
    copies.restore(one)

    def swapped(_to: object, text: str) -> list[str]:
        told, first, second, *contents = answer(other.desk, text)
        return [told, first, second, *contents[::-1]]

    assert catch_up(one.desk, other.name, swapped) == 2
    with one.desk.database.work() as work:
        ring = one.desk.ring
        talk = conversation(work, other.name, ring.lock, ring.openers())
    assert [(each.text, each.state) for each in talk] == [(None, "processed")] * 2


@ON_SQLITE
def test_old_content_is_not_given_back(pair: Pair, copies: Copies) -> None:
    """A thief of a node's keys can ask like the node, so old content is not sent."""
    one, other = pair
    copies.make(one)
    one.say(other, "long ago")
    one.send(other)
    copies.restore(one)
    true = other.desk.clock
    other.desk.clock = lambda: true() + timedelta(days=15)
    assert catch_up(one.desk, other.name, asking(other)) == 1
    with one.desk.database.work() as work:
        ring = one.desk.ring
        assert [each.text for each in conversation(work, other.name, ring.lock, [])] == [None]
    with other.desk.database.work() as work:
        assert find_entries(work, action="contents given back") == []
    copies.restore(one)
    other.desk.clock = true
    catch_up(one.desk, other.name, asking(other))
    with other.desk.database.work() as work:
        assert len(find_entries(work, action="contents given back")) == 1


def test_who_has_less_or_more_is_asked_back_and_who_has_the_same_is_not(pair: Pair) -> None:
    """So two nodes never go on asking each other; a version that says nothing is not asked."""
    one, other = pair
    for _ in range(3):
        one.say(other, "hello")
    one.send(other)
    with one.desk.database.work() as work:
        known = peer_of(work, other.name)
    ask = {"sender": other.name, "to": one.name, "after": 0, "nonce": "0"}
    assert [differs(Ask(**ask, have=have), known) for have in (-1, 0, 2, 3, 4)] == [  # type: ignore[arg-type]
        False,
        True,
        True,
        False,
        True,
    ]
    for _ in range(3):
        catch_up(other.desk, one.name, asking(one))
        catch_up(one.desk, other.name, asking(other))
    assert (one.desk.doubted, other.desk.doubted) == (set(), set())
