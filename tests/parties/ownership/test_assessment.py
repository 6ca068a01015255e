"""The legal tests of ownership, on firms that are owned by listed parties and not listed."""

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.base.phrases import english
from tidewaiter.parties.ownership.assessment import owned
from tidewaiter.parties.ownership.graph import Ownership
from tidewaiter.parties.ownership.phrases import holding_phrase
from tidewaiter.parties.ownership.phrases import test_phrases as phrases_of
from tidewaiter.parties.ownership.rules import OwnershipRule, ownership_rules, rules_on
from tidewaiter.parties.types import Action, Identifier, ListedParty, ListVersion, PartyName, Tie

DAY = date(2026, 11, 25)
_US, _EU, _UK = "United States", "European Union", "United Kingdom"
Held = Mapping[str, str]  # owner -> share, with "controls" for control


def version(slug: str) -> ListVersion:
    """Make a version of a list."""
    return ListVersion(slug=slug, name=slug, authority="", sha256="0", read=DAY, dated=DAY)


def listed(key: str, name: str = "") -> ListedParty:
    """Make a blocked entry."""
    return party(key, name=name, action="blocked")


def party(
    key: str,
    *ties: Tie,
    name: str = "",
    action: Action = "unlisted",
    numbers: tuple[Identifier, ...] = (),
    secret: bool = False,
) -> ListedParty:
    """Make a party of ownership data."""
    return ListedParty(
        id=key,
        kind="organisation",
        names=(PartyName(text=name or f"Firm {key} Works"),),
        ties=ties,
        action=action,
        identifiers=numbers,
        confidential=secret,
    )


def firm(key: str, owners: Held) -> ListedParty:
    """Make a firm with owners."""
    ties = [
        Tie(kind="controlled-by", party=owner)
        if share == "controls"
        else Tie(kind="owned-by", party=owner, share=share)
        for owner, share in owners.items()
    ]
    return party(key, *ties)


def results(
    firms: Mapping[str, Held], *, on: str = "ofac-sdn", key: str = "C", day: date = DAY
) -> dict[str, tuple[str, str, str]]:
    """Return the result of each law for one of some firms; X and Y are blocked on a list."""
    blocked = [listed("x", "Xantor Holding"), listed("y", "Yelvor Holding")]
    names = {"X": f"{on} x", "Y": f"{on} y"}
    data = [
        firm(each, {names.get(owner, owner): share for owner, share in owners.items()})
        for each, owners in firms.items()
    ]
    ties = Ownership([(version(on), blocked), (version("register"), data)], day=day)
    told = owned(ties, "register", next(each for each in data if each.id == key), day)
    return {test.law: (test.result, test.share, test.most) for test in told.tests} if told else {}


@pytest.mark.parametrize(
    ("firms", "result"),
    [
        ({"A": {"X": "50 %"}, "C": {"A": "50 %"}}, ("owned", "50 %", "50 %")),
        (
            {"A": {"X": "50 %"}, "B": {"X": "50 %"}, "C": {"A": "25 %", "B": "25 %"}},
            ("owned", "50 %", "50 %"),
        ),
        ({"A": {"X": "50 %"}, "C": {"X": "10 %", "A": "40 %"}}, ("owned", "50 %", "50 %")),
        ({"A": {"X": "49 %"}, "C": {"X": "10 %", "A": "40 %"}}, ("below", "10 %", "10 %")),
        ({"C": {"X": "25 %", "Y": "25 %"}}, ("owned", "50 %", "50 %")),
        ({"C": {"X": "25 %", "Y": "24.9 %"}}, ("below", "49.9 %", "49.9 %")),
        ({"C": {"X": ""}}, ("open", "0 %", "100 %")),
        ({"C": {"X": "", "Z": "60 %"}}, ("below", "0 %", "40 %")),
        ({"C": {"X": "25-50 %"}}, ("open", "25 %", "50 %")),
        ({"C": {"X": "10 %", "Y": "controls"}}, ("below", "10 %", "10 %")),
    ],
    ids=str,
)
def test_the_rule_of_the_united_states(
    firms: Mapping[str, Held], result: tuple[str, str, str]
) -> None:
    """Examples of OFAC's FAQ 401, sums over several owners, unknown shares, and control (398)."""
    assert results(firms) == {_US: result}


@pytest.mark.parametrize(
    ("owners", "day", "result"),
    [
        ({"X": "50 %"}, date(2024, 7, 3), "owned"),
        ({"X": "50 %"}, date(2024, 7, 2), "below"),
        ({"X": "50.1 %"}, date(2024, 7, 2), "owned"),
        ({"X": "more than 50 %"}, date(2024, 7, 2), "owned"),
        ({"X": "30 %", "Y": "25 %"}, DAY, "owned"),
        ({"X": "controls"}, DAY, "controlled"),
        ({"X": "20 %", "Y": "controls"}, DAY, "controlled"),
    ],
    ids=str,
)
def test_the_rule_of_the_union_on_its_day(owners: Held, day: date, result: str) -> None:
    """The test of the day counts: more than half until 3 July 2024, half from then on."""
    assert results({"C": owners}, on="eu-fsf", day=day)[_EU][0] == result


@pytest.mark.parametrize(
    ("owners", "result"),
    [
        ({"X": "50 %"}, "below"),
        ({"X": "51 %"}, "owned"),
        ({"X": "30 %", "Y": "30 %"}, "below"),
        ({"X": "controls"}, "controlled"),
        ({"X": "more than 50 %"}, "owned"),
    ],
    ids=str,
)
def test_the_rule_of_the_united_kingdom(owners: Held, result: str) -> None:
    """More than half by one person; the holdings of several are not added."""
    assert results({"C": owners}, on="uk-ofsi")[_UK][0] == result


def test_a_list_of_no_law_counts_under_each_and_one_of_another_law_under_none() -> None:
    """Your own list is tested under all laws; that of Australia, whose test is unread, is not."""
    laws = {rule.law for rule in rules_on(DAY)}
    assert set(results({"C": {"X": "60 %"}}, on="own")) == laws
    assert results({"C": {"X": "60 %"}}, on="au-dfat") == {}


def test_a_firm_is_brought_together_with_its_entry_on_another_list() -> None:
    """By a number or by the only bearer of a name; another legal form is another firm."""
    lei = (Identifier(scheme="LEI", value="213800KUD8LAJWSQ9D15"),)
    blocked = [
        party("1", name="Exampel Holding Limited", action="blocked"),
        party("2", name="Old Name", action="blocked", numbers=lei),
    ]
    data = [
        party("a", name="EXAMPEL Holding Ltd."),
        party("b", name="New Name", numbers=lei),
        party("c", name="Exampel Holding GmbH"),
        firm("C", {"a": "30 %", "b": "30 %", "c": "40 %"}),
    ]
    ties = Ownership([(version("ofac-sdn"), blocked), (version("register"), data)])
    told = owned(ties, "register", data[-1])
    assert told is not None
    assert [(h.share, h.joined, [e.entry for e in h.holders]) for h in told.holdings] == [
        ("30 %", "name", ["1"]),
        ("30 %", "identifier", ["2"]),
    ]
    assert [(t.result, t.share) for t in told.tests] == [("owned", "60 %")]
    assert told.unstated == ""


def test_two_bearers_of_a_name_are_not_brought_together() -> None:
    """Where a list has the name twice, nobody knows which one the owner is."""
    blocked = [listed("1", "Exampel Holding"), listed("2", "Exampel Holding")]
    data = [party("a", name="Exampel Holding"), firm("C", {"a": "60 %"})]
    ties = Ownership([(version("ofac-sdn"), blocked), (version("register"), data)])
    assert owned(ties, "register", data[-1]) is None


def test_sources_that_disagree_leave_it_open() -> None:
    """One register says 30 %, another 60 %: the share lies between."""
    blocked = [listed("1", "Exampel Holding")]
    one = [firm("C", {"ofac-sdn 1": "30 %"})]
    other = [firm("C", {"ofac-sdn 1": "60 %"})]
    lists = [(version("ofac-sdn"), blocked), (version("r1"), one), (version("r2"), other)]
    told = owned(Ownership(lists), "r1", one[0])
    assert told is not None
    assert [(t.result, t.share, t.most) for t in told.tests] == [("open", "30 %", "60 %")]


def test_what_has_ended_or_not_begun_does_not_count() -> None:
    """Each statement has its period; an ended one is shown as former."""
    blocked = [listed("1", "Exampel Holding")]
    periods = (("2015", "2021-06"), ("2030-01-01", ""), ("2022", ""))
    told = []
    for since, until in periods:
        tie = Tie(kind="owned-by", party="ofac-sdn 1", share="60 %", since=since, until=until)
        data = [party("C", tie)]
        ties = Ownership([(version("ofac-sdn"), blocked), (version("r"), data)], day=DAY)
        told.append(owned(ties, "r", data[0], DAY))
    former, future, now = told
    assert former is not None
    assert ([h.former for h in former.holdings], former.tests) == ([True], ())
    assert future is None
    assert now is not None
    assert [t.result for t in now.tests] == ["owned"]


def test_restricted_owners_are_absent_for_others() -> None:
    """Without clearance neither the owner nor its share is there."""
    blocked = [party("1", name="Exampel Holding", action="blocked", secret=True)]
    data = [firm("C", {"ofac-sdn 1": "60 %"})]
    lists = [(version("ofac-sdn"), blocked), (version("r"), data)]
    assert owned(Ownership(lists, restricted=False), "r", data[0]) is None
    assert owned(Ownership(lists), "r", data[0]) is not None


def test_sentences_have_source_share_day_and_how_sure_it_is() -> None:
    """Through whom, which share, since when, from which source; and that it is a name only."""
    blocked = [listed("7", "Zelentas Group")]
    tie = Tie(kind="owned-by", party="z", share="60 %", since="2020-05", source="Register")
    data = [party("z", name="ZELENTAS GROUP"), party("C", tie, name="Tonders Works")]
    ties = Ownership([(version("ofac-sdn"), blocked), (version("register"), data)])
    told = owned(ties, "register", data[1])
    assert told is not None
    assert english(holding_phrase(told.holdings[0])) == (
        "Zelentas Group owns 60 % of Tonders Works (listed as ofac-sdn 7: assets blocked; "
        "identified by its name only; since 2020-05; register of 2026-11-25; Register)"
    )
    first, rest, note = map(english, phrases_of(told))
    assert first.startswith("United States: listed parties own 60 %, which meets the test")
    assert "FAQ 398, 399 and 401" in first
    assert rest == "The owners of 40 % are not stated."
    assert "as stated" in note


@pytest.mark.parametrize("rule", ownership_rules().rules, ids=lambda rule: rule.law)
def test_each_rule_has_its_source(rule: OwnershipRule) -> None:
    """A test of law has its text, its source and an address, and its periods do not overlap."""
    assert rule.url.startswith("https://")
    assert rule.mark in {"read", "second-hand", "unverified"}
    assert str(rule.least.normalize()) in rule.text.replace("50 %", "5E+1")
    same = [each for each in ownership_rules().rules if each.law == rule.law]
    assert sum(each.until is None for each in same) == 1


@given(
    st.lists(
        st.tuples(
            st.sampled_from("ABCDX"),
            st.sampled_from("ABCD"),
            st.sampled_from(["", "10 %", "25-60 %", "50 %", "99 %", "controls"]),
        ),
        max_size=12,
    )
)
def test_bounds_hold_in_any_graph(edges: list[tuple[str, str, str]]) -> None:
    """Circles included, a total lies between its bounds, and the result fits them."""
    firms: dict[str, dict[str, str]] = {each: {} for each in "ABCD"}
    for owner, each, share in edges:
        firms[each][owner] = share
    for law, (result, low, high) in results(firms, on="own").items():
        least, most = (float(each.removesuffix(" %")) for each in (low, high))
        assert 0 <= least <= most <= 100, law
        if result == "owned":
            assert least >= 50
        if result == "below":
            assert least <= 50
