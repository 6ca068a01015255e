"""Members: the node's own view decides, silence is derived, rosters advise."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from tests.exchange.coalition.samples import MONDAY, days

from tidewaiter.exchange.coalition.member_lists import Endorsed, Group, Listed, Roster
from tidewaiter.exchange.coalition.members import (
    Facts,
    Member,
    Move,
    Pending,
    Sign,
    State,
    freezes_of,
    groups_on,
    history,
    members_on,
)
from tidewaiter.exchange.protocol.relations import Standing


def _own(to: Standing, day: int, reason: str = "") -> Move:
    return Move(node="b", by="own", to=to, day=days(day), reason=reason)


def _peer(to: Standing, day: int) -> Move:
    return Move(node="b", by="peer", to=to, day=days(day))


JOINED = (_own("invited", 0), _own("active", 2), _peer("active", 3))
moves = st.lists(
    st.builds(
        Move,
        node=st.just("b"),
        by=st.sampled_from(["own", "peer"]),
        to=st.sampled_from(["invited", "active", "frozen", "ended"]),
        day=st.integers(0, 60).map(days),
    ),
    max_size=8,
).map(tuple)


def _member(facts: Facts, day: int) -> Member:
    (found,) = members_on(facts, days(day))
    return found


def _state(facts: Facts, day: int) -> State | None:
    return _member(facts, day).state


def _roster(version: int, day: int, *listed: Listed) -> Endorsed:
    roster = Roster(
        id="r",
        name="Roster",
        version=version,
        previous="",
        day=days(day),
        needed=1,
        endorsers=("a",),
        members=listed,
        groups=(Group(id="g", name="Precursors", since=days(5), until=days(50)),),
    )
    return Endorsed(roster=roster, signers=("a",))


def test_it_takes_both_to_have_joined() -> None:
    """Invited until the peer, too, says that it is active; frozen and left by either."""
    facts = Facts(moves=(*JOINED, _peer("frozen", 10), _peer("active", 12), _own("ended", 20)))
    told = [_state(facts, day) for day in (0, 2, 3, 10, 12, 20, 300)]
    assert told == ["invited", "invited", "joined", "frozen", "joined", "left", "left"]
    assert members_on(facts, days(-1)) == ()


def test_who_left_can_be_invited_again() -> None:
    """By either side, no matter which one ended it."""
    for end in (_own("ended", 5), _peer("ended", 5)):
        facts = Facts(moves=(*JOINED, end, _own("invited", 9)))
        assert _state(facts, 8) == "left"
        assert _state(facts, 9) == "invited"


def test_an_invitation_that_nobody_follows_ends_in_silence() -> None:
    """Nothing declares it: it is so from the 31st day without a sign."""
    facts = Facts(moves=JOINED[:2])
    assert _state(facts, 30) == "invited"
    told = _member(facts, 31)
    assert (told.state, told.declared) == ("silent", "invited")
    assert told.silence is not None
    assert (told.silence.since, told.silence.waiting) == (MONDAY, ("invitation",))


def test_who_owes_no_answer_is_not_silent() -> None:
    """A member without pending requests may be quiet for years."""
    assert _state(Facts(moves=JOINED), 3_000) == "joined"


def test_silence_begins_when_something_waits_and_ends_with_a_sign() -> None:
    """Days before the question do not count, nor those before the last sign."""
    waits = (Pending(node="b", what="notice A-1", since=days(100), until=days(180)),)
    facts = Facts(moves=JOINED, pending=waits)
    assert [_state(facts, day) for day in (130, 131, 180)] == ["joined", "silent", "joined"]
    heard = Facts(moves=JOINED, pending=waits, signs=(Sign(node="b", day=days(140)),))
    assert [_state(heard, day) for day in (139, 140, 170, 171)] == [
        "silent",
        "joined",
        "joined",
        "silent",
    ]


def test_frozen_days_are_no_silence() -> None:
    """While the channel is frozen, no member is silent, and those days do not count later."""
    waits = (Pending(node="b", what="notice A-1", since=days(10)),)
    still = (*JOINED, _own("frozen", 20), _own("active", 120))
    facts = Facts(moves=still, pending=waits)
    assert [_state(facts, day) for day in (119, 120, 139, 142)] == [
        "frozen",
        "joined",
        "joined",
        "silent",
    ]


def test_a_roster_advises_and_its_statements_are_kept() -> None:
    """It changes no state; its statement is kept with version and day, and so is the dispute."""
    listed = Listed(node="b", name="Authority B", country="XB", state="left", since=days(1))
    other = Listed(node="c", name="Authority C", country="XC", state="joined", since=days(1))
    facts = Facts(moves=JOINED, rosters=(_roster(1, 4), _roster(2, 9, listed, other)))
    before, (b, c) = _member(facts, 8), members_on(facts, days(9))
    assert not before.disputed
    assert (b.state, b.disputed, b.name) == ("joined", True, "Authority B")
    assert (c.state, c.declared, c.disputed) == (None, None, True)
    assert [(each.source, each.day, each.told) for each in b.statements][-1] == (
        "roster",
        days(9),
        "r, version 2",
    )
    assert groups_on(facts.rosters, days(9))["r"][0].name == "Precursors"
    assert groups_on(facts.rosters, days(50)) == {"r": ()}


@given(moves, st.integers(0, 90))
def test_frozen_is_what_a_freeze_says(told: tuple[Move, ...], day: int) -> None:
    """A channel that holds a freeze is of a member that is frozen, or of one that left."""
    held = any(each.holds(days(day)) for each in freezes_of(told, "a"))
    states = [member.state for member in members_on(Facts(moves=told), days(day))]
    if "frozen" in states:
        assert held
    if held:
        assert states[0] in {"frozen", "left"}


@given(moves, st.integers(0, 90))
def test_a_day_is_not_changed_by_what_came_later(told: tuple[Move, ...], day: int) -> None:
    """Yesterday's view stays what it was."""
    known = tuple(each for each in told if each.day <= days(day))
    assert members_on(Facts(moves=told), days(day)) == members_on(Facts(moves=known), days(day))
    spans = history(told, "b")
    assert all(one.day <= other.day for one, other in pairwise(spans))
    assert all(one.state != other.state for one, other in pairwise(spans))
