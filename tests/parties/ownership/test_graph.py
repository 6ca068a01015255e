"""Ties of ownership and control: the way is found and shown, and circles and gaps do no harm."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.base.phrases import english
from tidewaiter.parties.ownership.graph import Chain, Ownership
from tidewaiter.parties.ownership.rules import cautions
from tidewaiter.parties.ownership.shares import (
    UNKNOWN,
    Bounds,
    bounds_of,
    percent_in_words,
    percent_of,
)
from tidewaiter.parties.types import Action, ListedParty, ListVersion, PartyName, Tie

LIST = ListVersion(slug="", name="", authority="", sha256="", read=date.min)


def party(
    key: str, *ties: Tie, action: Action = "other", confidential: bool = False
) -> ListedParty:
    """Make an entry."""
    names = (PartyName(text=f"Firm {key}"),)
    return ListedParty(
        id=key,
        kind="organisation",
        names=names,
        ties=ties,
        action=action,
        confidential=confidential,
    )


def tie(kind: str, other: str, share: str = "", note: str = "") -> Tie:
    """Make a tie."""
    return Tie(kind=kind, party=other, share=share, note=note)


class OneList(Ownership):
    """The links of one list."""

    def __init__(self, parties: Sequence[ListedParty], *, restricted: bool = True) -> None:
        super().__init__([(LIST, parties)], restricted=restricted)


def ways(chains: tuple[Chain, ...]) -> list[tuple[bool, list[str]]]:
    """Write chains as words."""
    return [(chain.up, [english(step.says) for step in chain.steps]) for chain in chains]


def test_a_way_of_two_steps_to_a_blocked_owner() -> None:
    """Each step is given with its share, and the last is the blocked entry."""
    start = party("1", tie("owned-by", "2", "60 %"))
    listed = [start, party("2", tie("controlled-by", "3")), party("3", action="blocked")]
    (chain,) = OneList(listed).chains("", start, 3)
    assert ways((chain,)) == [(True, ["owned by Firm 2 (60 %)", "controlled by Firm 3"])]
    assert chain.end == listed[2]
    assert OneList(listed).chains("", start, 1) == ()


def test_a_tie_is_followed_whichever_side_tells_it() -> None:
    """What owns another is its owner, and the other is owned by it."""
    owner, owned = party("1", tie("owns", "2", "51 %"), action="blocked"), party("2")
    ties = OneList([owner, owned])
    assert ways(ties.chains("", owned, 3)) == [(True, ["owned by Firm 1 (51 %)"])]
    assert ties.blocked_share("", owned) == 51
    firm = party("3", tie("owns", "4"))
    ties = OneList([firm, party("4", action="blocked")])
    assert ways(ties.chains("", firm, 3)) == [(False, ["an owner of Firm 4"])]


def test_shares_add_up_and_pass_through_firms_owned_to_half() -> None:
    """25 % and 25 % are 50 %; a firm owned to 50 % passes its share on, one of 49 % does not."""
    middle = party("m", tie("owned-by", "a", "25 %"), tie("owned-by", "b", "25 %"))
    low = party("l", tie("owned-by", "a", "49 %"))
    end = party("e", tie("owned-by", "m", "30 %"), tie("owned-by", "l", "40 %"))
    blocked = [party("a", action="blocked"), party("b", action="blocked")]
    ties = OneList([middle, low, end, *blocked])
    assert ties.blocked_share("", middle) == 50
    assert ties.blocked_share("", low) == 49
    assert ties.blocked_share("", end) == 30
    assert ties.blocked_share("", blocked[0]) is None


def test_what_is_over_is_told_and_adds_nothing() -> None:
    """A former owner is on the way, called so, and its share does not count."""
    firm = party("1", tie("owned-by", "2", "80 %", "former"), tie("formerly-operated-by", "2"))
    ties = OneList([firm, party("2", action="blocked")])
    (chain,) = ties.chains("", firm, 3)
    assert (chain.former, ties.blocked_share("", firm)) == (True, None)
    assert english(chain.steps[0].says) == "formerly owned by Firm 2 (80 %)"


def test_a_tie_that_leads_nowhere_is_told() -> None:
    """The list names a party that it does not hold: the way ends there."""
    firm = party("1", tie("owned-by", "Nobody Ltd", "70 %"))
    (chain,) = OneList([firm]).chains("", firm, 3)
    assert (chain.end, chain.steps[0].named) == (None, "Nobody Ltd")


def test_a_name_leads_to_its_entry_where_one_bears_it() -> None:
    """A list without ids in its ties names the owner; of two entries of a name, none is taken."""
    firm = party("1", tie("owned-by", "FIRM 2"))
    twice = party("x", action="blocked")
    one = OneList([firm, party("2", action="blocked")])
    assert one.chains("", firm, 3)[0].end is not None
    both = OneList(
        [
            firm,
            party("2"),
            ListedParty(id="y", kind="unknown", names=(PartyName(text="Firm 2"),)),
            twice,
        ]
    )
    assert both.chains("", firm, 3)[0].end is None


@pytest.mark.parametrize("said", ["2", "Firm 2"])
def test_ties_to_restricted_entries_can_be_left_out(said: str) -> None:
    """Neither the way nor a share nor the id itself shows an entry for the authority only."""
    firm = party("1", tie("owned-by", said, "60 %"))
    listed = [firm, party("2", action="blocked", confidential=True)]
    assert OneList(listed).chains("", firm, 3)[0].confidential
    hidden = OneList(listed, restricted=False)
    assert hidden.chains("", firm, 3) == ()
    assert hidden.blocked_share("", firm) is None


@given(
    st.lists(
        st.tuples(
            *[st.integers(0, 7)] * 2,
            st.sampled_from(["owned-by", "owns"]),
            st.sampled_from(["", "10 %", "50 %", "99 %"]),
        ),
        max_size=40,
    )
)
def test_any_graph_has_an_end(edges: list[tuple[int, int, str, str]]) -> None:
    """Circles, ties to itself and doubles: ways end, are short, and shares stay within 100 %."""
    ties: dict[int, list[Tie]] = {}
    for one, other, kind, share in edges:
        ties.setdefault(one, []).append(tie(kind, str(other), share))
    listed = [
        party(str(key), *ties.get(key, ()), action="blocked" if key % 3 == 0 else "other")
        for key in range(8)
    ]
    found = OneList(listed)
    for each in listed:
        for chain in found.chains("", each, 3):
            assert 1 <= len(chain.steps) <= 3
            assert chain.end is not None
            assert chain.end.action == "blocked"
        added = found.blocked_share("", each)
        assert added is None or 0 < added <= 100


def test_a_long_row_of_owners_is_no_recursion() -> None:
    """Ten thousand firms that own each other to 60 %: the last is owned by blocked ones."""
    listed = [party(str(n), tie("owned-by", str(n - 1), "60 %")) for n in range(1, 10_000)]
    ties = OneList([party("0", action="blocked"), *listed])
    assert ties.blocked_share("", listed[-1]) == 60


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("60 %", 60),
        ("33,3%", Decimal("33.3")),
        ("about 50 percent", None),
        ("25-50 %", None),
        ("", None),
        ("100 shares", None),
        ("120 %", None),
        ("50", None),
    ],
)
def test_shares_are_read_as_written(text: str, share: Decimal | None) -> None:
    """A range, a count or a guess is not a share that can be added up."""
    assert percent_of(text) == share
    assert percent_in_words(percent_of(text)) == (f"{share} %" if share else "")


def test_cautions_name_the_law_and_how_it_is_known() -> None:
    """Each sentence has its source, and what was not read there says so."""
    _, us, *others = cautions()
    assert "13 August 2014" in english(us)
    assert us.code == "caution/law"  # its source was read
    assert [each.parameters["law"] for each in others] == [
        "European Union",
        "United Kingdom",
        "Canada",
    ]
    assert {each.parameters["mark"] for each in others} == {"second-hand"}


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("60 %", Bounds(Decimal(60), Decimal(60))),
        ("25-50 %", Bounds(Decimal(25), Decimal(50))),
        ("between 25 % and 50 %", Bounds(Decimal(25), Decimal(50))),
        ("more than 75 %", Bounds(Decimal(75), Decimal(100), over=True)),
        ("more than 25 % but less than 50 %", Bounds(Decimal(25), Decimal(50), over=True)),
        ("at least 50 percent", Bounds(Decimal(50), Decimal(100))),
        ("50% or more", Bounds(Decimal(50), Decimal(100))),
        ("up to 10 %", Bounds(Decimal(0), Decimal(10))),
        ("1,000 shares", UNKNOWN),
        ("80-20 %", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_a_range_has_bounds(text: str, bounds: Bounds) -> None:
    """Registers state bands of shares; what is no share is unknown, from 0 to 100."""
    assert bounds_of(text) == bounds
