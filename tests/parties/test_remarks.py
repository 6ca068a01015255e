"""The remarks of OFAC's lists, part by part."""

import pytest

from tidewaiter.parties.identifiers.schemes import identifier
from tidewaiter.parties.readers.entries import Draft
from tidewaiter.parties.readers.ofac_csv import read_remarks
from tidewaiter.parties.types import Identifier, ListedParty, PartyKind, Tie


def read(text: str, kind: PartyKind = "person") -> ListedParty:
    """Read remarks into an entry."""
    draft = Draft("1", kind, file="sdn.csv", place="row 1")
    draft.name("EXAMPLE")
    read_remarks(text, draft)
    (party,) = (item for item in draft.finish() if isinstance(item, ListedParty))
    return party


@pytest.mark.parametrize(
    ("remark", "scheme", "value", "country"),
    [
        ("Passport A1234567 (Iran)", "passport", "A1234567", "IR"),
        ("Passport A1234567 (Iran) expires 27 Mar 2020", "passport", "A1234567", "IR"),
        ("alt. Passport D9004878 issued 20 Jul 2015", "passport", "D9004878", ""),
        ("Tax ID No. 7707083893 (Russia)", "INN", "7707083893", "RU"),
        ("Tax ID No. 10216/2 (Jordan)", "tax", "10216/2", "JO"),
        ("R.F.C. LAVC691030123 (Mexico)", "RFC", "LAVC691030123", "MX"),
        ("NIT # 800149060-5 (Colombia)", "tax", "800149060-5", "CO"),
        ("Cedula No. 16588924 (Colombia)", "national-id", "16588924", "CO"),
        ("National ID No. 0-123 (Korea, North)", "national-id", "0-123", "KP"),
        ("Legal Entity Number 253400WSS48YWMBUA688", "LEI", "253400WSS48YWMBUA688", ""),
        ("Vessel Registration Identification IMO 9074729", "IMO", "9074729", ""),
        ("MMSI 572469210", "MMSI", "572469210", ""),
        ("Email Address info@example.com", "email", "info@example.com", ""),
        ("Website www.example.com", "website", "www.example.com", ""),
        ("Phone Number 989123456789", "phone", "989123456789", ""),
        ("Digital Currency Address - XBT 1AjZ", "wallet", "1AjZ", ""),
        ("alt. Digital Currency Address - ETH 0x8f", "wallet", "0x8f", ""),
        ("Unified Social Credit Code (USCC) 91350100X (China)", "USCC", "91350100X", "CN"),
    ],
)
def test_a_number_is_known_by_what_it_is_called(
    remark: str, scheme: str, value: str, country: str
) -> None:
    """The type of a number chooses its scheme, the country in brackets its authority."""
    party = read(f"DOB 1970; {remark}.", "vessel" if scheme == "IMO" else "person")
    assert party.identifiers == (Identifier(scheme=scheme, value=value, country=country),)


def test_the_rest_of_a_person_is_read() -> None:
    """Births, places, countries, weak and former names, links; the remainder is the note."""
    party = read(
        "DOB circa 1970; alt. DOB 03 Apr 1971; POB Tehran, Iran; nationality Iran; "
        "alt. nationality Iraq; Gender Male; (Linked To: EXAMPLE CO.); a.k.a. 'ABU X'; "
        "f.k.a. 'OLD NAME'; Member of the board."
    )
    assert (party.births, party.births_about) == (("1970", "1971-04-03"), True)
    assert party.birthplaces == ("Tehran, Iran",)
    assert party.countries == ("IR", "IQ")
    assert party.ties == (Tie(kind="linked-to", party="EXAMPLE CO."),)
    assert [(n.text, n.kind) for n in party.names[1:]] == [
        ("ABU X", "weak alias"),
        ("OLD NAME", "former"),
    ]
    assert party.note == "Gender Male; Member of the board"


def test_a_birth_that_cannot_be_read_stays_in_the_note() -> None:
    """Nothing is dropped: the text is refused with its place, and kept as it was written."""
    draft = Draft("1", "person", file="sdn.csv", place="row 1")
    draft.name("EXAMPLE")
    read_remarks("DOB 40 Jan 1970", draft)
    party, refusal = draft.finish()
    assert isinstance(party, ListedParty)
    assert party.note == "born: 40 Jan 1970"
    assert (refusal.kept, refusal.place) == (True, "row 1, birth date")  # type: ignore[union-attr]


def test_an_imo_number_of_a_company_is_none_of_a_ship() -> None:
    """The two are counted apart, so a company's never matches a vessel."""
    ship = identifier("Vessel Registration Identification", "IMO 9074729", party="vessel")
    firm = identifier("Identification Number", "IMO 5466371", party="organisation")
    assert ship == Identifier(scheme="IMO", value="9074729")
    assert firm == Identifier(scheme="IMO-company", value="5466371")
