"""Identifiers of a party of a consignment: its number, and those in its name and address."""

from tidewaiter.trade.party_finder import identifiers_of
from tidewaiter.trade.party_matches import PartyOnPaper


def _found(name: str, address: str | None = None, **more: str) -> set[tuple[str, str]]:
    party = PartyOnPaper(name, address, more.get("country"), more.get("id_scheme"), more.get("id"))
    return {(each.scheme, each.value) for each in identifiers_of(party)}


def test_contacts_are_found_wherever_they_stand() -> None:
    """A telephone by the country, e-mails, the own domain and none of free mail."""
    address = "12 Keji Road, Shenzhen, TEL: 0755-2671 2345, sales@qorvex.com, q@163.com"
    assert _found("Qorvex Ltd", address, country="China", id_scheme="USCC", id="X") == {
        ("USCC", "X"),
        ("phone", "+8675526712345"),
        ("email", "sales@qorvex.com"),
        ("email", "q@163.com"),
        ("website", "qorvex.com"),
    }


def test_the_number_of_a_ship_in_her_name() -> None:
    """Papers write it behind the name."""
    assert _found("MV ZARIVANTO (IMO 9187629)") == {("IMO", "9187629")}
    assert _found("Qorvex Ltd", "PO Box 9187629, Dubai") == set()
