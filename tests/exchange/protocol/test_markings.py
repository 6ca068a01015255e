"""Who may be given a marked item, for what, and what may be done with it."""

from typing import get_args

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.support.raising import raises

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.protocol.markings import (
    REACHES,
    Action,
    Limit,
    Marking,
    Pap,
    Purpose,
    Reach,
    Recipient,
    Tlp,
    load_marking_rules,
    strictest,
    why_not_do,
    why_not_reshare,
    why_not_send,
)

TLPS: tuple[Tlp, ...] = get_args(Tlp)
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
MARKINGS = st.builds(
    Marking,
    tlp=st.sampled_from(TLPS),
    pap=st.sampled_from(get_args(Pap)),
    purposes=st.lists(st.sampled_from(PURPOSES), unique=True, max_size=3).map(tuple),
    group=st.sampled_from(["", "g1", "g2"]),
    epoch=st.integers(0, 3),
    reshare=st.booleans(),
)
RECIPIENTS = st.builds(
    Recipient,
    name=st.just("north"),
    reach=st.sampled_from(REACHES),
    needs=st.booleans(),
    groups=st.dictionaries(st.sampled_from(["g1", "g2"]), st.integers(0, 3)),
    cleared=st.booleans(),
)


def _to(reach: Reach, *, needs: bool = True) -> Recipient:
    return Recipient(name="north", reach=reach, needs=needs)


def _limits(tlp: Tlp, reach: Reach, *, needs: bool = True, reshare: bool = True) -> set[Limit]:
    marking = Marking(tlp=tlp, reshare=reshare)
    denials = why_not_reshare(marking, _to(reach, needs=needs), "control")
    return {each.limit for each in denials}


@pytest.mark.parametrize(
    ("tlp", "widest"),
    [
        ("red", "person"),
        ("amber+strict", "organisation"),
        ("amber", "client"),
        ("green", "community"),
        ("clear", "public"),
    ],
)
def test_a_label_reaches_as_far_as_its_definition(tlp: Tlp, widest: Reach) -> None:
    """TLP 2.0: people; the organisation; its clients too; the community; anyone."""
    reached = [reach for reach in REACHES if not _limits(tlp, reach)]
    assert reached == list(REACHES[: REACHES.index(widest) + 1])


def test_amber_goes_by_need_to_know() -> None:
    """TLP 2.0: within the organisation, and to clients, by need to know; green is not so."""
    assert _limits("amber", "organisation", needs=False) == {"need"}
    assert _limits("amber", "client", needs=False) == {"need"}
    assert _limits("amber+strict", "organisation", needs=False) == {"need"}
    assert _limits("green", "organisation", needs=False) == set()


def test_only_the_source_lets_other_nodes_have_it() -> None:
    """To other nodes it takes the mark; within one's organisation, and clear, it does not."""
    assert _limits("green", "community", reshare=False) == {"reshare"}
    assert _limits("amber", "client", reshare=False) == {"reshare"}
    assert _limits("amber", "organisation", reshare=False) == set()
    assert _limits("clear", "public", reshare=False) == set()


def test_the_source_gives_it_to_whom_it_names() -> None:
    """A label binds the recipient: the source may name any node, and the public only for clear."""
    red = Marking(tlp="red")
    assert why_not_send(red, _to("community"), "control") == ()
    assert [each.limit for each in why_not_send(red, _to("public"), "control")] == ["tlp"]
    assert [each.limit for each in why_not_send(red, _to("client"), "control")] == ["tlp"]
    assert why_not_send(Marking(tlp="clear"), _to("public"), "control") == ()


def test_a_group_is_its_list() -> None:
    """Nodes not on the list, or on an older one, get nothing; an empty list has no recipients."""
    marking = Marking(tlp="green", group="g", epoch=3, reshare=True)
    for groups, allowed in (({}, False), ({"g": 2}, False), ({"g": 3}, True), ({"h": 9}, False)):
        to = Recipient(name="north", reach="community", groups=groups)
        assert (why_not_send(marking, to, "control") == ()) == allowed
        assert (why_not_reshare(marking, to, "control") == ()) == allowed


def test_a_purpose_that_is_not_named_is_not_allowed() -> None:
    """Where purposes are named, it is for these; where none is, for any."""
    marking = Marking(tlp="clear", purposes=("control", "warning"))
    assert why_not_send(marking, _to("public"), "warning") == ()
    (denial,) = why_not_send(marking, _to("public"), "prosecution")
    assert denial.code == "exchange/not-for-purpose"
    assert denial.values == {"purposes": "Control of goods and of licences, Early warning"}


def test_what_may_be_done() -> None:
    """PAP: nothing that can be noticed, then third parties, then measures, then anything."""
    actions: tuple[Action, ...] = get_args(Action)
    paps: tuple[Pap, ...] = ("red", "amber", "green", "clear")
    for place, pap in enumerate(paps):
        allowed = [each for each in actions if not why_not_do(Marking(tlp="red", pap=pap), each)]
        assert allowed == list(actions[: place + 1])


def test_what_is_not_said_allows_the_least() -> None:
    """A bare label forbids onward sharing, and any effect that others could notice."""
    bare = Marking(tlp="green")
    assert why_not_reshare(bare, _to("community"), "control")
    assert why_not_do(bare, "third-party")


def test_two_items_together_are_marked_by_the_stricter_in_each_respect() -> None:
    """Label, actions, purposes, group and passing on are each taken by themselves."""
    one = Marking(tlp="green", pap="red", purposes=("control", "warning"), group="g", epoch=2)
    other = Marking(tlp="amber", pap="clear", purposes=("warning",), epoch=1, reshare=True)
    assert strictest([one, other]) == Marking(
        tlp="amber", pap="red", purposes=("warning",), group="g", epoch=2, reshare=False
    )


@given(one=MARKINGS, other=MARKINGS, to=RECIPIENTS, purpose=st.sampled_from(PURPOSES))
def test_the_strictest_allows_what_both_allow(
    one: Marking, other: Marking, to: Recipient, purpose: Purpose
) -> None:
    """What may be done with two items together may be done with each of them."""
    try:
        both = strictest([one, other])
    except InputError:
        return
    for asked in (why_not_send, why_not_reshare):
        if not asked(both, to, purpose):
            assert not asked(one, to, purpose)
            assert not asked(other, to, purpose)
    for action in get_args(Action):
        if not why_not_do(both, action):
            assert not why_not_do(one, action)
            assert not why_not_do(other, action)


@given(one=MARKINGS, other=MARKINGS)
def test_the_order_does_not_matter(one: Marking, other: Marking) -> None:
    """Two markings together are the same in both orders, and one with itself is itself."""
    assert strictest([one, one]) == one
    try:
        both = strictest([one, other])
    except InputError:
        with raises("exchange/markings-exclude-each-other"):
            strictest([other, one])
        return
    again = strictest([other, one])
    assert set(both.purposes) == set(again.purposes)
    assert (both.tlp, both.pap, both.group, both.epoch, both.reshare) == (
        again.tlp,
        again.pap,
        again.group,
        again.epoch,
        again.reshare,
    )


@given(marking=MARKINGS, to=RECIPIENTS, purpose=st.sampled_from(PURPOSES))
def test_whoever_is_further_away_gets_no_more(
    marking: Marking, to: Recipient, purpose: Purpose
) -> None:
    """What may be passed on to someone may be passed on to those nearer, if they need to know."""
    assume(not why_not_reshare(marking, to, purpose))
    for reach in REACHES[: REACHES.index(to.reach)]:
        if reach in {"client", "community"} and not marking.reshare and marking.tlp != "clear":
            continue
        nearer = Recipient(name="near", reach=reach, needs=True, groups=to.groups)
        assert why_not_reshare(marking, nearer, purpose) == ()


def test_every_label_has_its_words() -> None:
    """The labels are written as the standard writes them: capitals, no space."""
    rules = load_marking_rules()
    assert [rules.tlp[each].label for each in TLPS] == [f"TLP:{each.upper()}" for each in TLPS]
