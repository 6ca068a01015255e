"""Rosters: k of n sign, a version follows the one before it, and a false one is refused."""

from collections.abc import Sequence
from typing import Any

import pytest
from tests.exchange.coalition.samples import MONDAY, days
from tests.support.notices import changed
from tests.support.raising import raises

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.coalition.member_lists import (
    Group,
    Listed,
    Roster,
    SignedRoster,
    check_rosters,
    joined_signatures,
    sign_roster,
    take_rosters,
)
from tidewaiter.exchange.protocol.documents import root_signer
from tidewaiter.exchange.protocol.signing import public_of

SECRETS = {name: bytes([number]) * 32 for number, name in enumerate("abcd", 1)}
KEYS = {name: [public_of("sign", secret)] for name, secret in SECRETS.items()}
LISTED = Listed(node="a", name="Authority A", country="XA", state="joined", since=MONDAY)
FIRST = Roster(
    id="r",
    name="Roster",
    version=1,
    previous="",
    day=MONDAY,
    needed=2,
    endorsers=("a", "b", "c"),
    members=(LISTED,),
    groups=(Group(id="g", name="Precursors", members=("a",), since=MONDAY),),
)


def _signed(roster: Roster, by: str) -> SignedRoster:
    return sign_roster(roster, [root_signer(name, SECRETS[name]) for name in by])


def _next(before: SignedRoster, by: str, **changes: Any) -> SignedRoster:
    last = before.read()
    made = {"version": last.version + 1, "previous": before.digest(), "day": days(7)} | changes
    return _signed(changed(last, **made), by)


def test_two_of_three_are_enough() -> None:
    """Whichever two, and however their signatures were put together."""
    for by in ("ab", "bc", "abc"):
        assert check_rosters([_signed(FIRST, by)], KEYS)[-1].signers == tuple(by)
    apart = joined_signatures(_signed(FIRST, "a"), _signed(FIRST, "c"))
    assert check_rosters([apart], KEYS)[-1].roster == FIRST
    with raises("exchange/signatures-of-two-texts"):
        joined_signatures(apart, _signed(changed(FIRST, name="Other"), "b"))


@pytest.mark.parametrize("by", ["a", "aa", "ad", "d"])
def test_one_of_three_is_not(by: str) -> None:
    """A node that signs twice counts once, and a non-endorser does not count."""
    with raises("exchange/too-few-endorsers"):
        check_rosters([_signed(FIRST, by)], KEYS)


def test_unknown_and_false_keys_count_for_nothing() -> None:
    """Neither an unknown key nor a signature in another's name counts."""
    with raises("exchange/too-few-endorsers"):
        check_rosters([_signed(FIRST, "ab")], {"a": KEYS["a"]})
    renamed = sign_roster(FIRST, [root_signer("a", SECRETS["a"]), root_signer("d", SECRETS["b"])])
    with raises("exchange/too-few-endorsers"):
        check_rosters([renamed], KEYS)
    forged = sign_roster(FIRST, [root_signer("a", SECRETS["a"]), root_signer("b", SECRETS["d"])])
    with raises("exchange/too-few-endorsers"):
        check_rosters([forged], KEYS)


def test_the_endorsers_of_a_version_sign_the_next() -> None:
    """New ones cannot vote themselves in."""
    first = _signed(FIRST, "ab")
    fair = _next(first, "bc", endorsers=("b", "c", "d"))
    assert check_rosters([first, fair], KEYS)[-1].roster.version == 2
    later = _next(fair, "cd")
    assert check_rosters([first, fair, later], KEYS)[-1].signers == ("c", "d")
    with raises("exchange/too-few-endorsers"):
        check_rosters([first, _next(first, "cd", endorsers=("c", "d"))], KEYS)
    with raises("exchange/too-few-endorsers"):
        check_rosters([first, fair, _next(fair, "ab")], KEYS)


def test_a_version_must_follow() -> None:
    """With the next number, of the same roster, and from that very text."""
    first = _signed(FIRST, "ab")
    chains: list[Sequence[SignedRoster]] = [
        [],
        [_next(first, "ab")],
        [first, first],
        [first, _next(first, "ab", version=3)],
        [first, _next(first, "ab", previous="0" * 64)],
        [first, _next(first, "ab", id="s")],
    ]
    for chain in chains:
        with pytest.raises(InputError):
            check_rosters(chain, KEYS)


def test_two_versions_of_one_number_are_noticed() -> None:
    """Longer or shorter lists that agree are accepted; another version of a number is refused."""
    first = _signed(FIRST, "ab")
    one, other = _next(first, "ab"), _next(first, "ab", name="Other")
    assert take_rosters([first], [first, one], KEYS)
    assert not take_rosters([first, one], [first], KEYS)
    with raises("exchange/another-version-of-that-number"):
        take_rosters([first, one], [first, other], KEYS)


@pytest.mark.parametrize(
    "changes",
    [
        {"needed": 0},
        {"needed": 4},
        {"endorsers": ("a", "a", "b")},
        {"members": (LISTED, LISTED)},
        {"groups": (Group(id="g", name="G", members=("z",), since=MONDAY),)},
        {"groups": (Group(id="g", name="G", parent="h", since=MONDAY),)},
        {"groups": (Group(id="g", name="G", parent="g", since=MONDAY),)},
        {"groups": (Group(id="g", name="G", since=MONDAY),) * 2},
    ],
)
def test_a_roster_that_contradicts_itself_is_none(changes: dict[str, Any]) -> None:
    """It is neither signed nor read."""
    with pytest.raises(InputError):
        _signed(changed(FIRST, **changes), "ab")


def test_a_sub_group_is_a_part_of_a_group() -> None:
    """As deep as they like, as long as it ends."""
    groups = (
        Group(id="1", name="Supply", since=MONDAY),
        Group(id="1.1", name="Precursors", parent="1", since=MONDAY),
        Group(id="1.1.1", name="Equipment", parent="1.1", since=MONDAY),
    )
    signed = _signed(changed(FIRST, groups=groups), "ab")
    assert check_rosters([signed], KEYS)[-1].roster.groups == groups
