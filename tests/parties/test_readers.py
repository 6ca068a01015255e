"""Each layout of a list is recognised and read: names, numbers, days, ties, and what is refused."""

from collections.abc import Callable

import pytest

from tidewaiter.base.archives import ListFile
from tidewaiter.parties.readers import find_format
from tidewaiter.parties.readers.entries import EntryRefusal, ListHeader
from tidewaiter.parties.types import Address, Identifier, ListedParty, Tie

FORMATS = {
    "au-dfat.csv": "au-csv",
    "ca-sema.xml": "ca-xml",
    "csl.csv": "csl",
    "csl.json": "csl",
    "entities.ftm.json": "ftm-json",
    "eu-fsf-1-0.csv": "eu-csv-1-0",
    "eu-fsf.csv": "eu-csv",
    "eu-fsf.xml": "eu-xml",
    "ofac-advanced.xml": "ofac-advanced-xml",
    "ofac-legacy.xml": "ofac-xml",
    "ch-seco.xml": "seco-xml",
    "own.csv": "own-csv",
    "own.jsonl": "own-json",
    "targets.simple.csv": "opensanctions-csv",
    "uk-ofsi.csv": "uk-ofsi-csv",
    "uk-sanctions-list.csv": "uk-csv",
    "adb-sanctions.json": "adb-json",
    "afdb-debarred.csv": "afdb-csv",
    "ebrd-ineligible.json": "ebrd-json",
    "jp-mof.csv": "jp-mof-csv",
    "ua-nsdc.json": "ua-nsdc-json",
    "ua-sfms.xml": "sfms-xml",
    "wb-debarred.csv": "wb-csv",
    "wb-debarred.json": "wb-json",
}

Read = tuple[ListHeader, list[ListedParty], list[EntryRefusal]]
ReadFile = Callable[[str], Read]


def names_of(party: ListedParty) -> list[tuple[str, str]]:
    """List the names of an entry with their kinds."""
    return [(name.text, name.kind) for name in party.names]


@pytest.mark.parametrize(("name", "form"), FORMATS.items())
def test_a_layout_is_recognised(made_up: Callable[[str], ListFile], name: str, form: str) -> None:
    """What is in a file tells its format, whatever the file is called."""
    content = made_up(name).content
    assert find_format([ListFile(name="list", content=content)]) == form


@pytest.mark.parametrize("name", FORMATS)
def test_each_entry_has_an_id_of_its_own_and_one_primary_name(
    read_made_up: ReadFile, name: str
) -> None:
    """Whatever the layout, an entry is whole: an id, and the primary name first."""
    _, parties, _ = read_made_up(name)
    assert parties
    assert len({party.id for party in parties}) == len(parties)
    for party in parties:
        assert [each.kind for each in party.names].count("primary") == 1
        assert party.names[0].kind == "primary"


def test_the_eu_list_is_read_from_xml(read_made_up: ReadFile) -> None:
    """A person with names in two scripts, and an organisation with an address and an e-mail."""
    header, (person, firm), refusals = read_made_up("eu-fsf.xml")
    assert str(header.dated) == "2026-11-20"
    assert names_of(person) == [
        ("Ivan Primerov", "primary"),
        ("Иван Примеров", "native"),
        ("Vanya", "weak alias"),
    ]
    assert person.names[1].language == "ru"
    assert person.births == ("1960-07-04", "1958", "1959", "1960")
    assert person.births_about
    assert person.identifiers == (Identifier(scheme="passport", value="1234567", country="RU"),)
    assert (str(person.listed), person.basis) == ("2014-03-21", "284/2014 (OJ L86)")
    assert person.countries == ("RU",)
    assert firm.kind == "organisation"
    assert firm.addresses[0].postcode == "100001"
    assert firm.identifiers == (Identifier(scheme="email", value="office@primer.example"),)
    assert [(each.place, each.code) for each in refusals] == [
        ("entry EU.1.33", "parties/entry-unnamed")
    ]


def test_the_eu_list_as_csv_has_the_entries_of_its_xml(read_made_up: ReadFile) -> None:
    """Both exports name the same entries, with the same names, days and numbers."""
    _, tabled, _ = read_made_up("eu-fsf.csv")
    _, marked, _ = read_made_up("eu-fsf.xml")
    for one, other in zip(tabled, marked, strict=True):
        strong = [name for name in other.names if name.kind != "weak alias"]
        assert (one.id, list(one.names), one.listed) == (other.id, strong, other.listed)
        assert one.addresses == other.addresses
        assert set(one.identifiers) <= set(other.identifiers)


def test_advanced_xml_is_put_together(read_made_up: ReadFile) -> None:
    """Values, places and papers are found by their numbers; ties and measures come to the entry."""
    header, (person, firm), refusals = read_made_up("ofac-advanced.xml")
    assert str(header.dated) == "2026-11-20"
    assert names_of(person) == [
        ("NEMUNEH, Reza", "primary"),
        ("رضا نمونه", "native"),
        ("REZVAN", "weak alias"),
    ]
    assert (person.births, person.births_about) == (("1962",), True)
    assert person.addresses == (Address(text="Nemunabad, Iran", city="Nemunabad", country="IR"),)
    assert Identifier(scheme="passport", value="A1234567", country="IR") in person.identifiers
    wallet = Identifier(scheme="wallet", value="12aNemunehExampleWalletAddress1")
    assert wallet in person.identifiers
    assert "XBT" in person.note
    assert (str(person.listed), person.programmes) == ("2019-09-13", ("SDGT",))
    assert person.basis == "Executive Order 13224"
    assert (firm.kind, firm.ties) == ("organisation", (Tie(kind="controlled-by", party="201"),))
    assert [(each.place, each.value) for each in refusals] == [("tie 2", "999")]


def test_legacy_xml_is_read(read_made_up: ReadFile) -> None:
    """A person with a tax number and a vessel with its IMO number, flag and owner."""
    header, (person, vessel), refusals = read_made_up("ofac-legacy.xml")
    assert (str(header.dated), header.entries) == ("2026-11-20", 2)
    assert names_of(person)[1:] == [("EL QUIMICO", "weak alias"), ("EJEMPLO, Juan", "former")]
    assert person.identifiers == (Identifier(scheme="RFC", value="EEPJ700331ABC", country="MX"),)
    assert person.ties == (Tie(kind="linked-to", party="EJEMPLO QUIMICA, S.A."),)
    assert (person.births, person.births_about) == (("1970",), True)
    assert Identifier(scheme="IMO", value="9074729") in vessel.identifiers
    assert vessel.countries == ("PA",)
    assert vessel.ties == (Tie(kind="owned-by", party="Ejemplo Shipping"),)
    assert refusals == []


def test_the_uk_list_is_put_together_from_its_rows(read_made_up: ReadFile) -> None:
    """Rows of one entry add their names; a day that is none is reported, and the entry kept."""
    header, (person, ship, firm), refusals = read_made_up("uk-sanctions-list.csv")
    assert str(header.dated) == "2026-11-20"
    assert names_of(person) == [
        ("Ahmad Ali MITHAL", "primary"),
        ("أحمد مثال", "native"),
        ("Ahmed MATHAL", "weak alias"),
    ]
    assert (person.births, person.countries) == (("1975",), ("SY", "LB"))
    assert (ship.kind, ship.identifiers[0].scheme) == ("vessel", "IMO")
    assert ship.ties == (Tie(kind="operated-by", party="Example Shipping"),)
    assert firm.ties == (Tie(kind="owned-by", party="Example Holding"),)
    assert [(each.value, each.kept) for each in refusals] == [("31/31/2025", True)]
    assert firm.listed is None


def test_the_older_uk_list_is_read(read_made_up: ReadFile) -> None:
    """ConList.csv has its day in a row before the titles, and 00/00 for what is not known."""
    header, (person,), _ = read_made_up("uk-ofsi.csv")
    assert str(header.dated) == "2025-11-20"
    assert (person.births, str(person.listed)) == (("1975",), "2020-02-01")
    assert names_of(person)[1] == ("Ahmed MATHAL", "weak alias")


def test_rows_with_a_letter_belong_to_the_entry_without(read_made_up: ReadFile) -> None:
    """In Australia's list 8001a and 8001b are further names of 8001."""
    _, (person,), _ = read_made_up("au-dfat.csv")
    assert [kind for _, kind in names_of(person)] == ["primary", "native", "weak alias"]
    assert person.births == ("1957-05-05", "1958")


def test_canadas_flat_xml_is_read(read_made_up: ReadFile) -> None:
    """Its records have no number of their own, and say by what they hold what they are."""
    _, parties, _ = read_made_up("ca-sema.xml")
    assert [party.kind for party in parties] == ["person", "organisation", "vessel"]
    assert [name.text for name in parties[0].names] == ["Ivan Prykladau", "Vanya", "Prikladov"]
    assert parties[2].identifiers == (Identifier(scheme="IMO", value="9074729"),)


def test_the_us_screening_list_is_read_from_csv_and_json(read_made_up: ReadFile) -> None:
    """Its first programme is the source list of an entry; numbers share one cell."""
    _, (denied, firm, lab), _ = read_made_up("csl.csv")
    assert (str(denied.listed), str(denied.delisted)) == ("2017-10-16", "2020-10-13")
    assert [address.country for address in firm.addresses] == ["CO", "CO"]
    assert firm.identifiers[0] == Identifier(scheme="tax", value="811038291-3", country="CO")
    assert firm.id == "SDN 301"
    assert lab.note == "Presumption of denial."
    _, (other, person), _ = read_made_up("csl.json")
    assert other.addresses[0].city == "Pune"
    assert person.identifiers == (Identifier(scheme="passport", value="P99", country="CO"),)
    assert person.births_about


def test_what_belongs_to_a_party_of_followthemoney_comes_to_it(read_made_up: ReadFile) -> None:
    """Owners, sanctions, passports and addresses are entities of their own; bystanders are none."""
    _, (person, firm), refusals = read_made_up("entities.ftm.json")
    assert [kind for _, kind in names_of(person)] == ["primary", "alias", "weak alias", "former"]
    assert [address.text for address in person.addresses] == ["1 Primer Street, Primersk"]
    assert Identifier(scheme="passport", value="1234567", country="RU") in person.identifiers
    assert (str(person.listed), person.programmes) == ("2014-03-21", ("EU-UKR",))
    assert firm.ties == (Tie(kind="owned-by", party="NK-a", share="75 %"),)
    assert [each.code for each in refusals] == [
        "parties/line-not-an-entity",
        "parties/entity-twice",
    ]


def test_an_own_list_says_how_charges_ended(read_made_up: ReadFile) -> None:
    """Charged is not convicted: outcome, days and source come through; wrong words are refused."""
    _, (firm, person, third), refusals = read_made_up("own.csv")
    assert (firm.action, firm.outcome, firm.confidential) == ("indicted", "pending", True)
    assert firm.ties == (Tie(kind="owned-by", party="A-2", share="60 %"),)
    assert (person.outcome, str(person.outcome_day)) == ("acquitted", "2026-09-01")
    assert str(person.delisted) == "2026-09-02"
    assert third.listed is None
    assert [(each.value, each.kept) for each in refusals] == [
        ("A-3", False),
        ("32 January 2026", True),
    ]


def test_an_own_list_says_whose_it_is(read_made_up: ReadFile) -> None:
    """The first line of JSON Lines names the list; an entry with a strange key is refused."""
    header, parties, refusals = read_made_up("own.jsonl")
    assert (header.slug, header.confidential) == ("narcotics-board", True)
    assert [party.id for party in parties] == ["B-1", "B-2"]
    assert [(each.place, each.value) for each in refusals] == [("line 4", "B-3")]
