"""The EU's list in its three exports: the same entries, field by field as another parser reads."""

import csv
import io
from collections import defaultdict
from xml.sax.saxutils import quoteattr

import msgspec
import pytest
from lxml import etree
from tests.parties.readers.made_names import Maker

from tidewaiter.base.archives import ListFile
from tidewaiter.parties.readers import find_format, list_readers
from tidewaiter.parties.readers.entries import EntryRefusal
from tidewaiter.parties.types import ListedParty

ENTRIES = 300
Row = dict[str, str]

# The header of 1.1: first the columns of each group, then those that each group has at its end.
GROUPS = {
    "NameAlias": "LastName FirstName MiddleName WholeName NameLanguage Gender Title Function",
    "Address": "City Street PoBox ZipCode Region Place AsAtListingTime ContactInfo "
    "CountryIso2Code CountryDescription",
    "BirthDate": "BirthDate Day Month Year YearRangeFrom YearRangeTo Circa CalendarType ZipCode "
    "Region Place City CountryIso2Code CountryDescription",
    "Identification": "Number Diplomatic KnownExpired KnownFalse ReportedLost RevokedByIssuer "
    "IssuedBy IssuedDate ValidFrom ValidTo LatinNumber NameOnDocument TypeCode TypeDescription "
    "Region CountryIso2Code CountryDescription",
    "Citizenship": "Region CountryIso2Code CountryDescription",
}
REGULATION = (
    "Type OrganisationType PublicationDate EntryIntoForceDate NumberTitle Programme PublicationUrl"
)
ENTITY = (
    "fileGenerationDate Entity_LogicalId Entity_EU_ReferenceNumber Entity_UnitedNationId "
    "Entity_DesignationDate Entity_DesignationDetails Entity_Remark Entity_SubjectType "
    "Entity_SubjectType_ClassificationCode"
)


def header() -> list[str]:
    """Return the 118 columns of export 1.1."""
    titles = ENTITY.split() + [f"Entity_Regulation_{part}" for part in REGULATION.split()]
    for group, parts in GROUPS.items():
        titles += [f"{group}_{part}" for part in parts.split()]
        titles += [f"{group}_{part}" for part in ("LogicalId", "RegulationLanguage", "Remark")]
        titles += [f"{group}_Regulation_{part}" for part in REGULATION.split()]
    return titles


def made_details(maker: Maker, *, person: bool) -> list[Row]:
    """Make the rows of an entry: names, an address, births, a paper, a nationality."""
    name = maker.full_name() if person else maker.with_form()
    rows: list[Row] = [{"NameAlias_WholeName": name, "NameAlias_NameLanguage": "EN"}]
    if person and maker.often(0.5):
        rows[0]["NameAlias_Gender"] = maker.pick("M", "F")
    if maker.often(0.5):
        rows.append({"NameAlias_WholeName": maker.cyrillic(), "NameAlias_NameLanguage": "RU"})
    if maker.often(0.4):
        name = maker.full_name() if person else maker.firm()
        rows.append({"NameAlias_WholeName": name, "NameAlias_Remark": "Low quality alias"})
    if maker.often(0.6):
        place = {"Street": f"{maker.word()} 1", "City": maker.word(), "ZipCode": maker.number(6)}
        place |= {"CountryIso2Code": "RU", "CountryDescription": "RUSSIAN FEDERATION"}
        rows.append({f"Address_{part}": text for part, text in place.items()})
    if person and maker.often(0.8):
        day = maker.day()
        birth = {"BirthDate": day.isoformat(), "Day": str(day.day), "Month": str(day.month)}
        birth |= {"Year": str(day.year), "CalendarType": "GREGORIAN", "City": maker.word()}
        rows.append({f"BirthDate_{part}": text for part, text in birth.items()})
    if maker.often(0.5):
        paper = {"Number": maker.number(), "CountryIso2Code": "RU", "KnownFalse": "false"}
        paper |= {"KnownExpired": maker.pick("true", "false"), "IssuedBy": maker.pick("", "Office")}
        paper["TypeCode"] = "passport" if person else "regnumber"
        paper["TypeDescription"] = "National passport" if person else "Registration Number"
        rows.append({f"Identification_{part}": text for part, text in paper.items()})
    if person and maker.often(0.5):
        rows.append({"Citizenship_CountryIso2Code": "BY"})
    return rows


def made_rows(seed: int = 27) -> list[Row]:
    """Make the rows of 300 entries."""
    maker = Maker(seed)
    rows: list[Row] = []
    for number in range(1, ENTRIES + 1):
        person = maker.often(0.7)
        own = {"fileGenerationDate": "20/11/2026", "Entity_LogicalId": str(number)}
        own |= {"Entity_EU_ReferenceNumber": f"EU.{number}.7", "Entity_Remark": f"Remark {number}"}
        own |= {"Entity_SubjectType": "P" if person else "E"}
        own |= {"Entity_SubjectType_ClassificationCode": "person" if person else "enterprise"}
        own |= {"Entity_Regulation_EntryIntoForceDate": maker.day().isoformat()}
        own |= {"Entity_Regulation_NumberTitle": f"{number}/2014 (OJ L86)"}
        own |= {"Entity_Regulation_Programme": maker.pick("UKR", "BLR")}
        rows += [own | row for row in made_details(maker, person=person)]
    return rows


def written(rows: list[Row], titles: list[str]) -> bytes:
    """Write rows as the Commission does: semicolons, a byte order mark, CR LF."""
    text = io.StringIO()
    table = csv.DictWriter(text, titles, restval="", delimiter=";", lineterminator="\r\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def read(content: bytes) -> tuple[str, list[ListedParty], list[EntryRefusal]]:
    """Read a file by its content."""
    held = ListFile(name="eu", content=content)
    form = find_format([held])
    items = list(list_readers()[form]([held]))
    parties = [item for item in items if isinstance(item, ListedParty)]
    return form, parties, [item for item in items if isinstance(item, EntryRefusal)]


def by_entry(content: bytes, key: str) -> dict[str, list[Row]]:
    """Parse a file with the csv module, by entry."""
    found = defaultdict(list)
    text = content.decode("utf-8-sig")
    for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=";"):
        found[row[key]].append(row)
    return found


def test_the_header_is_that_of_2026() -> None:
    """It has 118 columns."""
    assert (len(header()), len(set(header()))) == (118, 118)


def test_each_field_of_export_1_1_is_that_of_another_parser() -> None:
    """Names, addresses, births, papers and nationalities of 300 entries; rows need not adjoin."""
    rows = made_rows()
    rows.append({**rows[0], "NameAlias_WholeName": "Zuletzt Nachgetragen"})
    form, parties, refusals = read(content := written(rows, header()))
    assert (form, refusals) == ("eu-csv", [])
    entries = by_entry(content, "Entity_EU_ReferenceNumber")
    assert [party.id for party in parties] == list(entries)
    assert len(parties) == ENTRIES
    for party in parties:
        own = entries[party.id]
        assert [each.text for each in party.names] == [
            row["NameAlias_WholeName"] for row in own if row["NameAlias_WholeName"]
        ]
        weak = {row["NameAlias_WholeName"] for row in own if row["NameAlias_Remark"]}
        assert {each.text for each in party.names if each.kind == "weak alias"} == weak
        births = {row["BirthDate_BirthDate"] for row in own} - {""}
        assert set(party.births) == births
        papers = {row["Identification_Number"] for row in own} - {""}
        assert {each.value for each in party.identifiers} == papers
        places = {(row["Address_City"], row["Address_ZipCode"]) for row in own} - {("", "")}
        assert {(each.city, each.postcode) for each in party.addresses} == places
        assert set(party.countries) == {row["Citizenship_CountryIso2Code"] for row in own} - {""}
        assert party.kind == ("person" if own[0]["Entity_SubjectType"] == "P" else "organisation")
        assert str(party.listed) == own[0]["Entity_Regulation_EntryIntoForceDate"]
        assert party.programmes == (own[0]["Entity_Regulation_Programme"],)
        assert own[0]["Entity_Remark"] in party.note


OLD = {
    "Date_file": "fileGenerationDate",
    "Entity_logical_id": "Entity_LogicalId",
    "EU_ref_num": "Entity_EU_ReferenceNumber",
    "Leba_numtitle": "Entity_Regulation_NumberTitle",
    "Leba_publication_date": "Entity_Regulation_EntryIntoForceDate",
    "Programme": "Entity_Regulation_Programme",
    "Entity_remark": "Entity_Remark",
    "Subject_type": "Entity_SubjectType",
    "Naal_wholename": "NameAlias_WholeName",
    "Naal_language": "NameAlias_NameLanguage",
    "Addr_street": "Address_Street",
    "Addr_zipcode": "Address_ZipCode",
    "Addr_city": "Address_City",
    "Addr_country": "Address_CountryIso2Code",
    "Birt_date": "BirthDate_BirthDate",
    "Birt_plcae": "BirthDate_City",
    "Iden_number": "Identification_Number",
    "Iden_country": "Identification_CountryIso2Code",
    "Citi_country": "Citizenship_CountryIso2Code",
}


def test_export_1_0_has_the_entries_of_export_1_1() -> None:
    """The same rows under the older titles; papers have their type in brackets."""
    rows = made_rows()
    for row in rows:
        if "Identification_Number" in row:
            row["Identification_Number"] += f" ({row['Identification_TypeCode']}-Anything)"
    old = [{title: row.get(column, "") for title, column in OLD.items()} for row in rows]
    form, parties, refusals = read(written(old, list(OLD)))
    assert (form, refusals) == ("eu-csv-1-0", [])
    _, others, _ = read(written(made_rows(), header()))
    assert len(parties) == len(others) == ENTRIES
    for one, other in zip(parties, others, strict=True):
        assert [(each.text, each.language) for each in one.names] == [
            (each.text, each.language) for each in other.names
        ]
        assert [each.kind for each in one.names if each.kind == "native"] == [
            each.kind for each in other.names if each.kind == "native"
        ]
        assert (one.births, one.birthplaces) == (other.births, other.birthplaces)
        assert (one.identifiers, one.countries) == (other.identifiers, other.countries)
        assert (one.kind, one.listed, one.programmes) == (
            other.kind,
            other.listed,
            other.programmes,
        )
        assert [(each.city, each.postcode, each.country) for each in one.addresses] == [
            (each.city, each.postcode, each.country) for each in other.addresses
        ]
        assert (one.basis, other.id in one.note) == (other.basis, True)


def attributes(row: Row, group: str) -> str:
    """Write the columns of a group as attributes of XML: "WholeName" is wholeName."""
    names = {"NameAlias_NameLanguage": "nameLanguage", "BirthDate_BirthDate": "birthdate"}
    names |= {"Identification_TypeCode": "identificationTypeCode"}
    names |= {"Identification_TypeDescription": "identificationTypeDescription"}
    names |= {"BirthDate_Day": "dayOfMonth", "BirthDate_Month": "monthOfYear"}
    parts = []
    for title, text in row.items():
        if title.startswith(f"{group}_") and not title.endswith("Remark"):
            plain = title.removeprefix(f"{group}_")
            name = names.get(title, plain[0].lower() + plain[1:])
            parts.append(f"{name}={quoteattr(text)}")
    return " ".join(parts)


def as_xml(rows: list[Row]) -> bytes:
    """Write the entries as export 1.1 in XML."""
    tags = {"NameAlias": "nameAlias", "Address": "address", "BirthDate": "birthdate"}
    tags |= {"Identification": "identification", "Citizenship": "citizenship"}
    entries: dict[str, list[str]] = defaultdict(list)
    heads: dict[str, str] = {}
    for row in rows:
        key = row["Entity_EU_ReferenceNumber"]
        heads[key] = (
            f'<subjectType code="{row["Entity_SubjectType_ClassificationCode"]}"/>'
            f"<remark>{row['Entity_Remark']}</remark>"
            f'<regulation programme="{row["Entity_Regulation_Programme"]}" '
            f'numberTitle="{row["Entity_Regulation_NumberTitle"]}" '
            f'entryIntoForceDate="{row["Entity_Regulation_EntryIntoForceDate"]}"/>'
        )
        for group, tag in tags.items():
            if held := attributes(row, group):
                weak = "<remark>Low quality alias</remark>" if f"{group}_Remark" in row else ""
                entries[key].append(f"<{tag} {held}>{weak}</{tag}>")
    body = "".join(
        f'<sanctionEntity euReferenceNumber="{key}">{heads[key]}{"".join(parts)}</sanctionEntity>'
        for key, parts in entries.items()
    )
    name = "http://eu.europa.ec/fpi/fsd/export"
    return f'<export xmlns="{name}" generationDate="2026-11-20">{body}</export>'.encode()


def test_the_xml_has_the_entries_of_the_table() -> None:
    """Both exports of 300 entries are the same records, and the names are those that lxml reads."""
    rows = made_rows()
    _, tabled, _ = read(written(rows, header()))
    form, marked, refusals = read(content := as_xml(rows))
    assert (form, refusals) == ("eu-xml", [])
    for one, other in zip(marked, tabled, strict=True):
        assert set(one.note.split("; ")) == set(other.note.split("; "))
        assert msgspec.structs.replace(one, note="") == msgspec.structs.replace(other, note="")
    found = etree.fromstring(content).findall("{*}sanctionEntity")
    for party, entity in zip(marked, found, strict=True):
        names = [each.get("wholeName") for each in entity.findall("{*}nameAlias")]
        assert [each.text for each in party.names] == names


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"Identification_Number": "A1", "Identification_KnownFalse": "true"}, "A1: false"),
        ({"Identification_Number": "A1", "Identification_ValidTo": "2030-01-01"}, "valid to: 2030"),
        ({"Address_ContactInfo": "EMAIL[a@b.example]"}, "contact: EMAIL[a@b.example]"),
        ({"NameAlias_Gender": "M"}, "gender: M"),
        ({"Entity_UnitedNationId": "QDi.1"}, "United Nations id: QDi.1"),
        ({"BirthDate_Remark": "in the winter"}, "in the winter"),
    ],
)
def test_what_has_no_field_is_in_the_note(cells: Row, said: str) -> None:
    """Of 118 columns none is dropped, but those about the regulation of one name or address."""
    row = made_rows()[0] | cells
    _, (party,), refusals = read(written([row], header()))
    assert said in party.note
    assert refusals == []


def test_another_calendar_and_an_unknown_column_are_reported() -> None:
    """A year of the Hijri calendar is no year of ours; it stays in the note."""
    row = made_rows()[0] | {"BirthDate_Year": "1349", "BirthDate_CalendarType": "HIJRI"}
    row |= {"BirthDate_BirthDate": "", "BirthDate_Day": "", "BirthDate_Month": "", "Colour": "red"}
    _, (party,), refusals = read(written([row], [*header(), "Colour"]))
    assert "1349 (HIJRI)" in party.note
    assert {each.code for each in refusals} == {"parties/not-a-date", "parties/column-not-read"}
