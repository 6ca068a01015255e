"""Firms that listed parties own, in past lines: changes of owners on other lists are followed."""

from datetime import date

from msgspec import structs
from tests.node.rescreen.conftest import LATER, LOOSE, NOW, Case, alerts_of

from tidewaiter.base.phrases import english
from tidewaiter.parties.types import Action, ListedParty, PartyName, Tie

_LAST = date(2031, 12, 15)


def _party(key: str, name: str, *ties: Tie, action: Action = "unlisted") -> ListedParty:
    return ListedParty(
        id=key, kind="organisation", names=(PartyName(text=name),), ties=ties, action=action
    )


def _owner(case: Case, place: int, share: str, until: str = "") -> Tie:
    return Tie(kind="owned-by", party=case.entries[place].names[0].text, share=share, until=until)


def test_an_owner_that_is_listed_later_is_followed_to_the_firm(case: Case) -> None:
    """The firm raises one alert, a second owner one note on it, and nothing is told twice."""
    firm = _party(
        "m",
        "Muster GmbH",
        _owner(case, LOOSE, "10-20 %"),
        _owner(case, 0, "40 %"),
        _owner(case, 7, ""),
    )
    case.desk.keep(case.lists, [firm], NOW, "register")
    made, new, noted, _ = case.again(NOW)
    assert made.plan.why == ""
    assert [(a.parties[0].list, a.parties[0].entry) for a in new] == [("register", "m")]
    assert noted == []
    linked = next(reason for reason in new[0].reasons if reason.rule == "linked")
    assert "undecided" in english(linked.says)
    before = alerts_of(case.past)
    case.keep(case.entries[:LOOSE], LATER)  # the other owner is listed, on another list
    made, _, noted, _ = case.again(LATER)
    assert len(alerts_of(case.past)) == len(before) + 1  # that of the owner itself
    (note,) = [alert.reasons[-1] for alert in noted if alert.id == new[0].id]
    assert note.rule == "party-changed"
    told = english(note.says)
    assert "United States 10 %, open" in told
    assert "United States 50 %, owned" in told
    assert ("register", "m") in made.plan.difference.concerned
    again, new, noted, _ = case.again(_LAST)
    assert (again.plan.why, new, noted) == ("", [], [])


def test_a_link_that_ends_between_two_days_is_noticed(case: Case) -> None:
    """No list has changed, but the share is over: the alert of the firm gets a note."""
    firm = _party("m", "Muster GmbH", _owner(case, LOOSE, "60 %", until=LATER.isoformat()))
    case.desk.keep(case.lists, [firm], NOW, "register")
    _, new, _, _ = case.again(NOW)
    assert [alert.parties[0].entry for alert in new] == ["m"]
    made, new, noted, _ = case.again(LATER)
    assert (made.plan.why, new) == ("", [])
    (note,) = [alert.reasons[-1] for alert in noted]
    assert "owned -> none" in english(note.says)


def test_a_firm_whose_owner_is_no_longer_listed_raises_nothing(case: Case) -> None:
    """A firm without a listed owner is not looked for, and its old alert stays with a note."""
    firm = _party("m", "Muster GmbH", _owner(case, 1, "60 %"))
    case.desk.keep(case.lists, [firm], NOW, "register")
    _, new, _, _ = case.again(NOW)
    assert [alert.parties[0].entry for alert in new] == ["m"]
    rest = [structs.replace(each) for each in case.entries[2:LOOSE]]
    case.keep(rest, LATER)
    _, again, noted, _ = case.again(LATER)
    assert again == []
    rules = {alert.parties[0].entry: alert.reasons[-1].rule for alert in noted}
    assert rules["m"] == "party-changed"
    assert new[0].id in alerts_of(case.past)
