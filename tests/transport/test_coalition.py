"""The coalition between nodes: who may say what, and what is kept of the past."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from msgspec import structs
from msgspec.json import encode
from tests.support.exchange import incident
from tests.support.key_changes import turn
from tests.support.peers import Party
from tests.support.raising import raises, says

from tidewaiter.exchange.coalition.commitments import (
    Commitment,
    Evidence,
    Indicator,
    Pledged,
    Pledges,
    Report,
    Withdrawal,
)
from tidewaiter.exchange.coalition.member_lists import (
    Listed,
    Roster,
    SignedRoster,
    sign_roster,
)
from tidewaiter.exchange.coalition.members import Move
from tidewaiter.exchange.protocol.documents import Signer
from tidewaiter.exchange.protocol.relations import Relation, Scope
from tidewaiter.store.coalition.meeting_packs import read_board, read_pledges, usual_period
from tidewaiter.store.coalition.member_lists import KeptRoster, rosters, take_roster
from tidewaiter.store.coalition.participation import Reader
from tidewaiter.store.coalition.pledges import say_pledge, send_pledge
from tidewaiter.store.core import tables
from tidewaiter.store.core.migrations.versions import r0022_coalition
from tidewaiter.store.incidents import send_incident
from tidewaiter.store.peers.directory import moves, set_relation, set_scope
from tidewaiter.store.recalls.issued import Why, items, recall
from tidewaiter.transport.coalition import send_roster
from tidewaiter.transport.peers import RelationChange, relate

Pair = tuple[Party, Party]
DAY = date(2026, 11, 25)  # of the clocks of the nodes

by_rules_alone = pytest.mark.parametrize("dialect", ["sqlite"])
"""Of tests in which one kind of database says as much as two."""


def _later(party: Party, day: date) -> None:
    party.desk.clock = lambda: datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _promise(owner: Party, **more: Any) -> Commitment:
    told: dict[str, Any] = {
        "id": "replies",
        "owner": owner.name,
        "who": "Licensing",
        "what": "Answer in time",
        "indicator": Indicator(name="share", unit="%"),
        "direction": "at least",
        "target": 90,
        "made": DAY,
        "due": DAY + timedelta(days=10),
        **more,
    }
    return Commitment(**told)


def _number(owner: Party, by: Party, value: int, name: str = "r1") -> Report:
    return Report(
        id=name,
        commitment="replies",
        owner=owner.name,
        by=by.name,
        day=DAY,
        of=DAY,
        value=value,
        evidence=(Evidence(title="Count", sha256="0" * 64),),
    )


def _withdrawal(owner: Party) -> Withdrawal:
    return Withdrawal(id="w1", commitment="replies", owner=owner.name, day=DAY, reason="No time")


def _moves(party: Party) -> list[Move]:
    with party.desk.database.work() as work:
        return list(moves(work))


def _say(party: Party, said: Pledged, *to: Party) -> tuple[str, ...]:
    with party.desk.database.work(party.desk.stamp()) as work:
        names = [each.name for each in to]
        return say_pledge(work, party.desk.ring.lock, party.name, said, names)


def _pledges(party: Party, day: date) -> Pledges:
    with party.desk.database.work() as work:
        return read_pledges(Reader(work=work, safe=party.desk.ring.lock, node=party.name), day)


def _stands(party: Party, day: date = DAY) -> list[str]:
    return [each.standing.name for each in _pledges(party, day).commitments]


def _rosters(party: Party) -> list[KeptRoster]:
    with party.desk.database.work() as work:
        return rosters(work, party.desk.ring.lock)


def _take(party: Party, *chain: SignedRoster) -> None:
    with party.desk.database.work(party.desk.stamp()) as work:
        take_roster(work, party.desk.ring.lock, chain)


def _tell(party: Party, other: Party) -> None:
    with party.desk.database.work(party.desk.stamp()) as work:
        send_roster(work, party.desk.ring.lock, "g2", other.name)
    party.send(other)


def _signed(version: int, before: SignedRoster | None, *by: Party) -> SignedRoster:
    names = tuple(each.name for each in by)
    listed = Listed(node=by[0].name, name="A", country="", state="joined", since=DAY)
    roster = Roster(
        id="g2",
        name="Group",
        version=version,
        previous=before.digest() if before else "",
        day=DAY,
        needed=len(by),
        endorsers=names,
        members=(listed,),
    )
    return sign_roster(roster, _signers(*by))


def _signers(*by: Party) -> list[Signer]:
    return [each.desk.ring.signer() for each in by]


def _with_name(signed: SignedRoster, name: str) -> Roster:
    return structs.replace(signed.read(), name=name)


def _large(number: int, before: SignedRoster) -> Roster:
    roster = structs.replace(before.read(), version=number, previous=before.digest())
    return structs.replace(roster, name="x" * 40_000)


@by_rules_alone
def test_nobody_speaks_for_another(pair: Pair) -> None:
    """Neither can commit in the other's name, nor report its numbers, locally or by message."""
    one, other = pair
    for said in (_promise(other), _number(one, other, 95)):
        with raises("store/promise-of-another"):
            _say(one, said)
    _say(one, _promise(one), other)
    one.send(other)
    spoken: tuple[Pledged, ...] = (_promise(one, target=1), _withdrawal(one), _number(one, one, 99))
    for kind, what in zip(
        ("commitment", "commitment-withdrawal", "commitment-report"), spoken, strict=True
    ):
        other.say(one, "", kind=kind, body=encode(what))
    other.send(one)
    assert [state for _, _, state in one.taken()] == ["refused"] * 3
    assert _stands(one) == _stands(other) == ["open"]
    assert _pledges(one, DAY).commitments[0].standing.commitment.target == 90


@by_rules_alone
def test_a_promise_that_is_broken_is_not_undone(pair: Pair) -> None:
    """Neither by a new version nor by taking it back after the last day, whatever either bears."""
    one, other = pair
    _say(one, _promise(one), other)
    _say(one, _number(one, one, 70))
    one.send(other)
    late = DAY + timedelta(days=11)
    for each in pair:
        _later(each, late)
    _say(one, _promise(one, target=60))
    _say(one, _withdrawal(one))
    one.send(other)
    for each in pair:
        assert _stands(each, late) == ["missed"]
        assert [e.late for e in _pledges(each, late).commitments[0].versions] == [False, True]


@by_rules_alone
def test_numbers_come_from_those_who_measure_in_any_order(pair: Pair) -> None:
    """A number may precede the commitment; another under its id is refused, a repeat ignored.

    Later recipients of a commitment also get what its owner reported.
    """
    one, other = pair
    promise = _promise(one, measured_by=(other.name,))
    _say(other, _number(one, other, 95))
    other.send(one)
    assert _pledges(one, DAY).commitments == ()
    _say(one, promise)
    assert _stands(one) == ["met"]
    with raises("store/said-otherwise-before"):
        _say(other, _number(one, other, 99))
    assert _say(other, _number(one, other, 95)) == ()
    with one.desk.database.work(one.desk.stamp()) as work:
        send_pledge(work, one.desk.ring.lock, one.name, promise, [other.name])
    one.send(other)
    assert _stands(other) == ["met"]


@by_rules_alone
def test_a_roster_is_told_kept_and_checked_again(pair: Pair) -> None:
    """It counts where people take it up; other texts and gaps are refused.

    A key that was revoked since has signed nothing.
    """
    one, other = pair
    first = _signed(1, None, one, other)
    second = _signed(2, first, one, other)
    with raises("store/roster-version-too-early"):
        _take(one, second)
    _take(one, first, second)
    _tell(one, other)
    assert [(e.heeded, len(e.versions), e.senders) for e in _rosters(other)] == [
        (False, 2, (one.name,))
    ]
    with raises("exchange/another-version-of-that-number"):
        _take(other, sign_roster(_with_name(first, "Other"), _signers(one, other)))
    _take(other, first, second)
    assert [each.heeded for each in _rosters(other)] == [True]
    turn(one, revoke=True)
    one.send(other)
    (kept,) = _rosters(other)
    assert kept.versions == ()
    assert says(kept.problem, "exchange/too-few-endorsers")


@by_rules_alone
def test_a_long_chain_goes_in_several_messages(pair: Pair) -> None:
    """They keep their order, so that each follows from the previous ones."""
    one, other = pair
    chain = [_signed(1, None, one)]
    for number in range(2, 8):
        chain.append(sign_roster(_large(number, chain[-1]), _signers(one)))
    _take(one, *chain)
    _tell(one, other)
    assert len(other.taken()) > 1
    assert [len(each.versions) for each in _rosters(other)] == [7]


def test_moves_of_both_sides_are_kept_with_their_reason(pair: Pair) -> None:
    """A change of scope is none; and an older database has the last of each as its first."""
    one, other = pair
    for party, day in ((one, 1), (other, 2)):
        _later(party, DAY + timedelta(days=day))
    with one.desk.database.work(one.desk.stamp()) as work:
        set_scope(work, other.name, Scope(tlp="amber"))
    relate(
        one.desk, other.name, RelationChange(to="frozen", reason="order of 3 May"), one.desk.stamp()
    )
    one.send(other)
    assert [(e.by, e.to, e.reason) for e in _moves(one)] == [
        ("own", "active", ""),
        ("own", "frozen", "order of 3 May"),
    ]
    assert [(e.by, e.to, e.day) for e in _moves(other)][1:] == [
        ("peer", "frozen", DAY + timedelta(days=2))
    ]
    with one.desk.database.work(one.desk.stamp()) as work:
        for table in (
            tables.relation_move,
            tables.roster_version,
            tables.roster,
            tables.pledge_said,
            tables.pledge_said_to,
        ):
            table.drop(work.connection)
        with Operations.context(MigrationContext.configure(work.connection)):
            r0022_coalition.upgrade()
        set_relation(work, other.name, Relation(standing="ended"))
    assert [(e.by, e.to, e.reason) for e in _moves(one)] == [
        ("own", "frozen", "order of 3 May"),
        ("own", "ended", ""),
    ]


def test_what_was_told_of_incidents_stands_on_both_boards(pair: Pair) -> None:
    """Once each, on the day of its first version, in the direction of the report."""
    one, other = pair
    told = incident(owner=one.name, parties=(), settled=())
    for each in (
        told,
        incident(
            owner=one.name, parties=(), settled=(), version=2, status="updated", changed="more"
        ),
    ):
        with one.desk.database.work(one.desk.stamp()) as work:
            send_incident(work, one.desk.ring.lock, one.name, each, [other.name])
    one.send(other)
    for party in pair:
        with party.desk.database.work() as work:
            reader = Reader(work=work, safe=party.desk.ring.lock, node=party.name)
            board = read_board(reader, usual_period(DAY), DAY)
        assert [each.now.incidents for each in board.pairs] == [1]


def test_what_is_recalled_is_gone(pair: Pair) -> None:
    """A commitment and a member list sent by mistake are deleted by all peers."""
    one, other = pair
    _say(one, _promise(one), other)
    _take(one, _signed(1, None, one))
    _tell(one, other)
    assert len(_rosters(other)) == len(_stands(other)) == 1
    with one.desk.database.work(one.desk.stamp()) as work:
        for item in items(work):
            recall(work, one.desk.ring.lock, one.name, item.id, Why(reason="error", note="No"))
    one.send(other)
    assert _rosters(other) == []
    assert _stands(other) == []
    assert len(_stands(one)) == 1
