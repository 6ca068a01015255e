"""The lists of the United Kingdom: each field of 300 entries is that of another parse."""

import csv
import io
from collections import defaultdict

import pytest
from tests.parties.readers.made_names import Maker

from tidewaiter.base.archives import ListFile
from tidewaiter.parties.readers import find_format, list_readers
from tidewaiter.parties.readers.entries import EntryRefusal
from tidewaiter.parties.types import ListedParty

ENTRIES = 300
Row = dict[str, str]

# The 58 titles of the file of 2026-10-08.
CURRENT = (
    "Last Updated|Unique ID|OFSI Group ID|UN Reference Number|Name 6|Name 1|Name 2|Name 3|Name 4|"
    "Name 5|Name type|Alias strength|Title|Name non-latin script|Non-latin script type|"
    "Non-latin script language|Regime Name|Designation Type|Designation source|Sanctions Imposed|"
    "Other Information|UK Statement of Reasons|Address Line 1|Address Line 2|Address Line 3|"
    "Address Line 4|Address Line 5|Address Line 6|Address Postal Code|Address Country|Phone number|"
    "Website|Email address|Date Designated|D.O.B|Nationality(/ies)|National Identifier number|"
    "National Identifier additional information|Passport number|Passport additional information|"
    "Position|Gender|Town of birth|Country of birth|Type of entity|Subsidiaries|Parent company|"
    "Business registration number (s)|IMO number|Current owner/operator (s)|"
    "Previous owner/operator (s)|Current believed flag of ship|Previous flags|Type of ship|"
    "Tonnage of ship|Length of ship|Year Built|Hull identification number (HIN)"
)
# Titles of ConList.csv, layout of 2022, by those of the current file.
EARLIER = {
    "Name 6": "Name 6",
    **{f"Name {number}": f"Name {number}" for number in range(1, 6)},
    "Title": "Title",
    "Name Non-Latin Script": "Name non-latin script",
    "DOB": "D.O.B",
    "Town of Birth": "Town of birth",
    "Nationality": "Nationality(/ies)",
    "Passport Number": "Passport number",
    "National Identification Number": "National Identifier number",
    "Position": "Position",
    "Address 1": "Address Line 1",
    "Address 6": "Address Line 6",
    "Post/Zip Code": "Address Postal Code",
    "Country": "Address Country",
    "Other Information": "Other Information",
    "Group Type": "Designation Type",
    "Alias Type": "Name type",
    "Alias Quality": "Alias strength",
    "Regime": "Regime Name",
    "Listed On": "Date Designated",
    "Group ID": "Unique ID",
}


def made_rows(seed: int = 27) -> list[Row]:
    """Make rows: one for each name, the first also with what else is known."""
    maker = Maker(seed)
    rows = []
    for number in range(1, ENTRIES + 1):
        kind = maker.pick("Individual", "Individual", "Entity", "Ship")
        own = dict.fromkeys(CURRENT.split("|"), "") | {"Unique ID": f"RUS{number:04}"}
        own |= {"Designation Type": kind, "Regime Name": maker.pick("Regime A", "Regime B")}
        own |= {
            "Date Designated": f"{maker.day():%d/%m/%Y}",
            "Other Information": f"About {number}",
        }
        first = dict(own)
        if kind == "Individual":
            first["D.O.B"] = maker.pick(
                f"dd/mm/{maker.count(1940, 1990)}", f"{maker.day():%d/%m/%Y}"
            )
            first |= {"Nationality(/ies)": "Iran", "Town of birth": maker.word()}
            first |= {"Passport number": f"P{maker.number()}", "Title": "Dr"}
        if maker.often(0.5):
            first |= {"Address Line 1": f"{maker.word()} 1", "Address Line 6": maker.word()}
            first |= {"Address Postal Code": maker.number(5), "Address Country": "Iran"}
        for at in range(maker.count(1, 4)):
            row = dict(own if at else first)
            if kind == "Individual":
                row["Name 1"], row["Name 6"] = maker.person()
            else:
                row["Name 6"] = maker.firm()
            row["Name type"] = maker.pick("AKA", "Primary name variation") if at else "Primary name"
            row["Alias strength"] = maker.pick("", "Low") if at else ""
            row["Name non-latin script"] = maker.cyrillic() if maker.often(0.2) else ""
            rows.append(row)
    return rows


def written(rows: list[Row], first: str) -> bytes:
    """Write rows below the row with the day of the list."""
    text = io.StringIO()
    text.write(f"{first}\n")
    table = csv.DictWriter(text, list(rows[0]))
    table.writeheader()
    table.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def current() -> bytes:
    """Write the UK Sanctions List."""
    rows = made_rows()
    for row in rows:
        row["Alias strength"] = row["Alias strength"].replace("Low", "Low quality")
    return written(rows, "Report Date: 08-Oct-2026")


def earlier() -> bytes:
    """Write ConList.csv."""
    rows = []
    for row in made_rows():
        kept = {title: row[column] for title, column in EARLIER.items()}
        kept["DOB"] = kept["DOB"].replace("dd/mm", "00/00")
        rows.append(kept)
    return written(rows, "Last Updated,08/10/2025")


@pytest.mark.parametrize(("form", "content"), [("uk-csv", current()), ("uk-ofsi-csv", earlier())])
def test_each_field_is_that_of_another_parser(form: str, content: bytes) -> None:
    """Names and their kinds, births, places, papers, addresses and days, read by the csv module."""
    held = ListFile(name="list.csv", content=content)
    assert find_format([held]) == form
    items = list(list_readers()[form]([held]))
    parties = [item for item in items if isinstance(item, ListedParty)]
    assert [item for item in items if isinstance(item, EntryRefusal)] == []
    entries: dict[str, list[Row]] = defaultdict(list)
    lines = content.decode("utf-8-sig").partition("\n")[2]
    plain = {new: old for old, new in EARLIER.items()} if form == "uk-ofsi-csv" else {}
    for row in csv.DictReader(io.StringIO(lines, newline="")):
        own = {title: row.get(plain.get(title, title), "") for title in CURRENT.split("|")}
        entries[own["Unique ID"]].append(own)
    assert [party.id for party in parties] == list(entries)
    assert len(parties) == ENTRIES
    kinds = {"Individual": "person", "Entity": "organisation", "Ship": "vessel"}
    for party in parties:
        rows = entries[party.id]
        first = rows[0]
        assert party.kind == kinds[first["Designation Type"]]
        names = [f"{row['Name 1']} {row['Name 6']}".strip() for row in rows]
        native = [row["Name non-latin script"] for row in rows if row["Name non-latin script"]]
        assert {each.text for each in party.names} == {*names, *native}
        assert party.names[0].text == names[0]
        weak = {name for name, row in zip(names, rows, strict=True) if row["Alias strength"]}
        assert {each.text for each in party.names if each.kind == "weak alias"} == weak
        assert [each.text for each in party.names if each.kind == "native"] == native
        born = first["D.O.B"].replace("dd/mm/", "").replace("00/00/", "")
        assert party.births == (("-".join(reversed(born.split("/"))),) if born else ())
        assert party.countries == (("IR",) if first["Nationality(/ies)"] else ())
        places = (first["Town of birth"],) if first["Town of birth"] else ()
        assert party.birthplaces == places
        papers = [first["Passport number"]] if first["Passport number"] else []
        assert [each.value for each in party.identifiers if each.scheme == "passport"] == papers
        address = first["Address Line 6"], first["Address Postal Code"]
        expected = [address] if any(address) else []
        assert [(each.city, each.postcode) for each in party.addresses] == expected
        assert f"{party.listed:%d/%m/%Y}" == first["Date Designated"]
        assert party.programmes == (first["Regime Name"],)
        assert first["Other Information"] in party.note
        assert ("Dr" in party.note) == bool(first["Title"])
