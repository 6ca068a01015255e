"""The US screening list, CSV and JSON, with the Entity List among its sources."""

import csv
import io
import json

from tests.parties.readers.made_names import Maker

from tidewaiter.base.archives import ListFile
from tidewaiter.lists.definitions import load_definitions
from tidewaiter.lists.reading import read_list
from tidewaiter.parties.readers import find_format, list_readers
from tidewaiter.parties.readers.entries import EntryRefusal
from tidewaiter.parties.types import ListedParty

ENTRIES = 300
SOURCES = (
    "Entity List (EL) - Bureau of Industry and Security",
    "Military End User (MEU) List - Bureau of Industry and Security",
    "Unverified List (UVL) - Bureau of Industry and Security",
    "Nonproliferation Sanctions (ISN) - State Department",
)
TITLES = [
    "_id",
    "source",
    "entity_number",
    "type",
    "programs",
    "name",
    "title",
    "addresses",
    "federal_register_notice",
    "start_date",
    "end_date",
    "standard_order",
    "license_requirement",
    "license_policy",
    "call_sign",
    "vessel_type",
    "gross_tonnage",
    "gross_registered_tonnage",
    "vessel_flag",
    "vessel_owner",
    "remarks",
    "source_list_url",
    "alt_names",
    "citizenships",
    "dates_of_birth",
    "nationalities",
    "places_of_birth",
    "source_information_url",
    "ids",
]
Entry = dict[str, object]


def made_entries() -> list[Entry]:
    """Make entries as JSON has them."""
    maker = Maker(27)
    entries: list[Entry] = []
    for number in range(1, ENTRIES + 1):
        own: Entry = {"id": f"x{number}", "source": maker.pick(*SOURCES), "type": None}
        own |= {"name": maker.with_form(), "programs": [], "title": None}
        own["alt_names"] = [maker.firm() for _ in range(maker.count(0, 4))]
        own["addresses"] = [
            {"address": f"{maker.word()} Road 1", "city": maker.word(), "country": "CN"}
            for _ in range(maker.count(0, 2))
        ]
        own |= {"federal_register_notice": f"{number} FR 4412", "start_date": str(maker.day())}
        own |= {"license_requirement": "For all items", "license_policy": "Presumption of denial"}
        own |= {"source_list_url": "http://bis.example", "remarks": None, "ids": []}
        own["source_information_url"] = "http://bis.example/more"
        entries.append(own)
    return entries


def read(content: bytes) -> tuple[list[ListedParty], list[EntryRefusal]]:
    """Read a file."""
    held = ListFile(name="csl", content=content)
    assert find_format([held]) == "csl"
    items = list(list_readers()["csl"]([held]))
    parties = [item for item in items if isinstance(item, ListedParty)]
    return parties, [item for item in items if isinstance(item, EntryRefusal)]


def check(party: ListedParty, own: Entry) -> None:
    """Compare an entry with its source."""
    assert (party.id, party.programmes[0]) == (own["id"], own["source"])
    assert [each.text for each in party.names] == [own["name"], *own["alt_names"]]  # type: ignore[misc]
    assert str(party.listed) == own["start_date"]
    assert party.basis == own["federal_register_notice"]
    assert party.note == "For all items; Presumption of denial"
    assert party.source == own["source_information_url"]
    assert [each.country for each in party.addresses] == ["CN"] * len(own["addresses"])  # type: ignore[arg-type]


def test_each_field_of_the_json_is_that_of_another_parser() -> None:
    """300 entries, read by the json module."""
    content = json.dumps({"total": ENTRIES, "results": made_entries()}).encode()
    parties, refusals = read(content)
    entries = json.loads(content)["results"]
    assert (len(parties), refusals) == (len(entries), [])
    for party, own in zip(parties, entries, strict=True):
        check(party, own)
        assert [each.city for each in party.addresses] == [
            each["city"] for each in own["addresses"]
        ]


def test_each_field_of_the_table_is_that_of_another_parser() -> None:
    """The same entries as CSV, whose lists are parted by semicolons, read by the csv module."""
    text = io.StringIO()
    table = csv.DictWriter(text, TITLES, restval="", extrasaction="ignore")
    table.writeheader()
    for own in made_entries():
        places = [", ".join(each.values()) for each in own["addresses"]]  # type: ignore[attr-defined]
        flat = {key: "" if value in (None, []) else value for key, value in own.items()}
        flat |= {"_id": own["id"], "alt_names": "; ".join(own["alt_names"])}  # type: ignore[arg-type]
        table.writerow(flat | {"addresses": "; ".join(places)})
    content = text.getvalue().encode()
    parties, refusals = read(content)
    rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    assert (len(parties), refusals) == (len(rows), [])
    for party, row in zip(parties, rows, strict=True):
        entry: Entry = {**row, "id": row["_id"]}
        entry["alt_names"] = [*filter(None, row["alt_names"].split("; "))]
        entry["addresses"] = [*filter(None, row["addresses"].split("; "))]
        check(party, entry)


def test_the_source_decides_what_a_match_means() -> None:
    """Trade with a party of the Entity List needs a licence; the Unverified List only warns."""
    content = json.dumps({"results": made_entries()}).encode()
    found = read_list([ListFile(name="csl.json", content=content)], load_definitions())
    actions = {party.programmes[0][:6]: party.action for party in found.parties}
    assert actions == {
        "Entity": "restricted",
        "Milita": "restricted",
        "Unveri": "watched",
        "Nonpro": "restricted",
    }


def test_successors_are_no_name_and_unknown_fields_are_counted() -> None:
    """The words "and any successor, sub-unit, or subsidiary thereof" name nobody."""
    own = made_entries()[0] | {"alt_names": [], "colour": "red"}
    own["name"] = "Obraz Trading; and any successor, sub-unit, or subsidiary thereof"
    (party,), (refusal,) = read(json.dumps([own]).encode())
    assert [each.text for each in party.names] == ["Obraz Trading"]
    assert "successor" in party.note
    assert (refusal.code, refusal.value) == ("parties/column-not-read", "colour")
