"""A firm that no list names, in an alert: owned by listed parties, and found for that alone."""

from datetime import date

from msgspec import structs

from tidewaiter.base.phrases import english
from tidewaiter.parties.types import Action, ListedParty, ListVersion, PartyName, Tie
from tidewaiter.trade.party_finder import finder_of
from tidewaiter.trade.party_matches import PartyOnPaper, reasons_of_parties
from tidewaiter.trade.rules.alert_rules import AlertRules

DAY = date(2026, 11, 25)
_ASKED = PartyOnPaper("QORVEX ZANTIMO CHEMICALS LIMITED", None, None, None, None)


def _version(slug: str) -> ListVersion:
    return ListVersion(slug=slug, name=f"List {slug}", authority="", sha256="a" * 64, read=DAY)


def _party(key: str, name: str, *ties: Tie, action: Action = "unlisted") -> ListedParty:
    return ListedParty(
        id=key, kind="organisation", names=(PartyName(text=name),), ties=ties, action=action
    )


OWNER = _party("7", "Zelentas Holding", action="blocked")


def _find(*data: ListedParty, rules: AlertRules, secret: bool = False) -> tuple:  # type: ignore[type-arg]
    owner = structs.replace(OWNER, confidential=secret)
    lists = [(_version("ofac-sdn"), [owner]), (_version("register"), data)]
    finder = finder_of(lists, 0.6, None, rules.party.linked.steps, day=DAY)
    return finder.find([_ASKED])[0]


def test_a_firm_owned_by_a_listed_party_of_another_list_is_found(rules: AlertRules) -> None:
    """The reason names the owner's list, says that the firm is not listed, and tests the shares."""
    tie = Tie(kind="owned-by", party="ZELENTAS HOLDING", share="60 %")
    matches = _find(_party("f", "Qorvex Zantimo Chemicals Ltd", tie), rules=rules)
    party, linked = reasons_of_parties(matches, rules)
    assert (party.points, linked.points) == (0, rules.party.linked.met)
    assert "not listed itself" in english(party.says)
    assert "which is on List ofac-sdn: assets blocked" in english(linked.says)
    assert "United States: listed parties own 60 %" in english(linked.says)
    assert matches[0].links[0].list == "ofac-sdn"


def test_a_firm_without_listed_owners_is_not_looked_for(rules: AlertRules) -> None:
    """A register of ordinary firms adds no match."""
    tie = Tie(kind="owned-by", party="Mira Harmless", share="100 %")
    firms = (_party("f", "Qorvex Zantimo Chemicals Ltd", tie), _party("m", "Mira Harmless"))
    assert _find(*firms, rules=rules) == ()


def test_a_firm_with_a_restricted_owner_is_restricted(rules: AlertRules) -> None:
    """That the firm is found at all would tell of the owner."""
    tie = Tie(kind="owned-by", party="Zelentas Holding", share="60 %")
    (match,) = _find(_party("f", "Qorvex Zantimo Chemicals Ltd", tie), rules=rules, secret=True)
    assert match.confidential


def test_a_far_owner_is_shown_with_the_whole_path(rules: AlertRules) -> None:
    """Five firms between: the path is followed as far as it leads to somebody."""
    owned = [
        _party(f"f{n}", f"Vantor {n} Works", Tie(kind="owned-by", party=f"f{n - 1}", share="80 %"))
        for n in range(1, 6)
    ]
    first = Tie(kind="owned-by", party="ofac-sdn 7", share="80 %")
    last = _party(
        "q", "Qorvex Zantimo Chemicals Ltd", Tie(kind="owned-by", party="f5", share="80 %")
    )
    (match,) = _find(_party("f0", "Vantor 0 Works", first), *owned, last, rules=rules)
    assert [len(link.steps) for link in match.links] == [7]
    assert [(t.result, t.share) for t in match.owned.tests] == [("owned", "80 %")]


def test_own_rules_without_the_new_action_give_no_points(rules: AlertRules) -> None:
    """An older copy of the rules does not know firms that are not listed."""
    actions = {key: points for key, points in rules.party.actions.items() if key != "unlisted"}
    older = structs.replace(rules, party=structs.replace(rules.party, actions=actions))
    tie = Tie(kind="owned-by", party="Zelentas Holding")
    (match,) = _find(_party("f", "Qorvex Zantimo Chemicals Ltd", tie), rules=older)
    assert older.party_points(match) == 0
