"""Owners and those in control, in an alert: the way, the points, and what the law makes of it."""

from collections.abc import Callable
from datetime import date

import pytest
from msgspec import structs

from tidewaiter.base.phrases import english
from tidewaiter.parties.types import Action, ListedParty, ListVersion, PartyName, Tie
from tidewaiter.trade.alerts import open_match
from tidewaiter.trade.party_finder import finder_of
from tidewaiter.trade.party_matches import (
    PartyOnPaper,
    link_phrase,
    link_points,
    link_reasons,
    reasons_of_parties,
)
from tidewaiter.trade.rules.alert_rules import AlertRules
from tidewaiter.trade.types import PartyMatch

DAY = date(2026, 11, 25)
VERSION = ListVersion(
    slug="watch",
    name="Watch list",
    authority="Us",
    sha256="a" * 64,
    read=DAY,
    notice="Not for commercial use.",
)
Find = Callable[..., tuple[PartyMatch, ...]]


def entry(
    key: str, name: str, *ties: Tie, action: Action = "watched", confidential: bool = False
) -> ListedParty:
    """Make an entry."""
    return ListedParty(
        id=key,
        kind="organisation",
        names=(PartyName(text=name),),
        ties=ties,
        action=action,
        listed=date(2026, 1, 5),
        confidential=confidential,
    )


def tie(kind: str, party: str, share: str = "") -> Tie:
    """Make a tie."""
    return Tie(kind=kind, party=party, share=share)


OWNER = entry("2", "Musterfabrik Holding", action="blocked")


@pytest.fixture
def find(rules: AlertRules) -> Find:
    """Look one firm up in a list of entries."""
    asked = PartyOnPaper("HARBOURINE QUAYSIDE CHEMICALS LIMITED", None, None, None, None)

    def found(*entries: ListedParty) -> tuple[PartyMatch, ...]:
        finder = finder_of([(VERSION, entries)], 0.6, None, rules.party.linked.steps)
        return finder.find([asked])[0]

    return found


def test_an_owner_that_is_blocked_is_a_reason(find: Find, rules: AlertRules) -> None:
    """The path, the list, the day and the shares are given, with the legal tests of them."""
    firm = entry("1", "Harbourine Quayside Chemicals Ltd", tie("owned-by", "2", "60 %"))
    matches = find(firm, OWNER)
    party, linked = reasons_of_parties(matches, rules)
    assert (party.points, linked.points) == (30, rules.party.linked.met)
    assert linked.source == "watch@aaaaaaaaaaaa"
    for said in (
        "is owned by Musterfabrik Holding (60 %), which is on Watch list: assets blocked",
        "since 2026-01-05",
        "total 60 %",
        "as stated by the sources",
        "guidance of 13 August 2014",
        "Best Practices",
    ):
        assert said in english(linked.says)
    assert matches[0].notice == "Not for commercial use."
    assert (matches[0].sharing, matches[0].entries) == (1, 2)


@pytest.mark.parametrize(
    ("ties", "points"),
    [
        ((tie("owned-by", "2", "60 %"),), 60),
        ((tie("owned-by", "2"),), 30),
        ((tie("owned-by", "2", "20 %"),), 15),
        ((tie("controlled-by", "2"),), 60),
        ((tie("owns", "2"),), 10),
        ((tie("formerly-operated-by", "2"),), 0),
        ((tie("director-of", "2"),), 0),
        ((tie("owned-by", "9"),), 0),
        ((), 0),
    ],
    ids=str,
)
def test_what_a_tie_weighs(
    ties: tuple[Tie, ...], points: int, find: Find, rules: AlertRules
) -> None:
    """Owners and control count; those that are owned count less, and what is over not at all."""
    matches = find(entry("1", "Harbourine Quayside Chemicals Ltd", *ties), OWNER)
    assert sum(each.points for each in link_reasons(matches, rules)) == points


def test_a_blocked_party_weighs_no_more_for_its_owner(find: Find, rules: AlertRules) -> None:
    """The tie is shown; the party is blocked itself."""
    firm = entry("1", "Harbourine Quayside Chemicals Ltd", tie("owned-by", "2"), action="blocked")
    (match,) = find(firm, OWNER)
    assert match.links
    assert [link_points(match, link, rules) for link in match.links] == [0]


def test_of_several_ties_one_counts(find: Find, rules: AlertRules) -> None:
    """Two blocked owners are given, the law once, and points are added once."""
    firm = entry(
        "1", "Harbourine Quayside Chemicals Ltd", tie("owned-by", "2"), tie("owned-by", "3")
    )
    other = entry("3", "Beispiel Kontor", action="blocked")
    made = list(link_reasons(find(firm, OWNER, other), rules))
    assert sorted(each.points for each in made) == [0, 30]
    assert ["OFAC" in english(each.says) for each in made] == [True, False]


def test_a_tie_that_leads_nowhere_is_shown(find: Find) -> None:
    """The list names an owner that it does not hold."""
    (match,) = find(entry("1", "Harbourine Quayside Chemicals Ltd", tie("owned-by", "Nobody BV")))
    told = [english(link_phrase(link)) for link in match.links]
    assert told == ["owned by Nobody BV, which is not an entry on the list"]


def test_a_restricted_owner_is_a_reason_of_its_own(find: Find, rules: AlertRules) -> None:
    """What an open entry is tied to for the authority only is apart, and goes with it."""
    firm = entry("1", "Harbourine Quayside Chemicals Ltd", tie("owned-by", "2", "60 %"))
    owner = entry("2", "Verdeckte Holding", action="blocked", confidential=True)
    (match,) = find(firm, owner)
    made = list(reasons_of_parties([match], rules))
    assert [(each.rule, each.points) for each in made] == [("party", 30), ("restricted", 30)]
    assert match.blocked_share == ""
    (alone,) = find(structs.replace(firm, ties=()))
    shown = open_match(match)
    assert shown is not None
    assert shown.links == alone.links == ()
    assert list(reasons_of_parties([shown], rules)) == made[:1]


def test_restricted_entries_change_nothing_that_is_open(find: Find) -> None:
    """The probability of an open match is identical to the last digit, with any other entries."""
    firm = entry("1", "Harbourine Quayside Chemicals Ltd")
    others = [
        entry(f"s{n}", f"Harbourine Quayside {word} Ltd", confidential=True)
        for n, word in enumerate(("Chemicals", "Chemical", "Trading", "Pharma"))
    ]
    without = find(firm)
    mixed = find(firm, *others)
    assert tuple(each for each in mixed if not each.confidential) == without
    assert any(each.confidential for each in mixed)
