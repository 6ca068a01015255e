"""FollowTheMoney: entities in as sightings, entities out, and back again."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.base.phrases import read_phrase
from tidewaiter.parties.readers.ftm import (
    KINDS,
    NAMES,
    NUMBERS,
    TIES,
    properties_of,
    schemata,
)
from tidewaiter.parties.resolution import Collector, Entity, Sighting, Written, resolve
from tidewaiter.parties.resolution.ftm import FtmFile, Unread, common_schema, ftm_entities

SAMPLE = Path(__file__).parents[2] / "data" / "parties" / "entities.ftm.json"
WRITTEN = st.builds(
    Written,
    name=st.sampled_from(("Ornek Kimya AS", "ORNEK KIMYA A.S.", "Ornek Boya", "Muster GmbH", "")),
    address=st.sampled_from(("", "Liman Road 5, Izmir", "5 Liman Rd, Izmir, TEL +90 232 441 0000")),
    country=st.sampled_from(("", "TR", "DE")),
    id_scheme=st.sampled_from(("", "tax", "LEI")),
    id=st.sampled_from(("", "40817263", "5493001KJTIIGC8Y1R12")),
)


def read(lines: Iterable[object]) -> tuple[FtmFile, list[Sighting], list[Unread]]:
    """Read entities."""
    file = FtmFile()
    found = list(file.read([msgspec.json.encode(line) for line in lines]))
    sightings = [each for each in found if isinstance(each, Sighting)]
    return file, sightings, [each for each in found if isinstance(each, Unread)]


def party(key: str, schema: str = "Company", **properties: list[str]) -> Mapping[str, object]:
    """Make an entity."""
    return {"id": key, "schema": schema, "properties": properties}


def out(sightings: Iterable[Sighting], sources: FtmFile | None = None) -> list[dict[str, Any]]:
    """Resolve sightings and return the output, as read back from a file."""
    collector = Collector()
    collector.add_file("made", "0")(sightings)
    found = resolve(collector.members())
    written = ftm_entities(found.entities, found.reads, sources or FtmFile())
    return [msgspec.json.decode(msgspec.json.encode(each)) for each in written]


def said(entity: Mapping[str, Any]) -> dict[str, set[str]]:
    """Return the properties; which name comes first depends on how often each was seen."""
    held = {name: set(values) for name, values in entity["properties"].items()}
    held["name"] = held.get("name", set()) | held.pop("alias", set())
    return held


def parts(entities: Iterable[Mapping[str, Any]]) -> set[frozenset[str]]:
    """Return which members are together."""
    held = [msgspec.convert(each["tidewaiter"], Entity, dec_hook=read_phrase) for each in entities]
    return {frozenset(member.id for member in entity.members) for entity in held}


def test_each_name_address_and_number_is_seen_with_its_id() -> None:
    """Addresses in other entities are looked up; weak aliases link no parties."""
    lines = [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()]
    file, sightings, unread = read(lines)
    ivan = [each for each in sightings if each.refs == ("NK-a",)]
    assert {each.written.name for each in ivan} >= {"Ivan Primerov", "Ivan Staryi"}
    assert "Vanya" not in {each.written.name for each in sightings}
    assert {each.written.address for each in ivan} == {"1 Primer Street, Primersk"}
    assert ("INN", "7700000000") in {(s.written.id_scheme, s.written.id) for s in ivan}
    assert {each.kind for each in ivan} == {"person"}
    assert {each.written.country for each in ivan} == {"RU"}
    assert set(file.parts) >= {"own-1", "sanc-1", "pass-1"}
    assert all(each.line and each.error.code for each in unread)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"{", "parties/line-not-json"),
        (b'["not", "an", "entity"]', "parties/line-not-an-entity"),
        (b'{"id": "1", "schema": "Dragon", "properties": {}}', "parties/schema-not-a-party"),
        (b'{"id": "1", "properties": {}}', "parties/line-not-an-entity"),
        (b"\xff\xfe", "parties/line-not-json"),
        (b"[" * 5000, "parties/line-not-json"),
    ],
)
def test_a_line_that_is_no_entity_is_told_and_the_rest_is_read(line: bytes, code: str) -> None:
    """Nothing is dropped in silence."""
    good = msgspec.json.encode(party("NK-1", name=["Ornek Kimya"]))
    found = list(FtmFile().read([line, b"\n", good]))
    (unread,) = (each for each in found if isinstance(each, Unread))
    assert unread.line == 1
    assert unread.error.code == code
    assert [each.refs for each in found if isinstance(each, Sighting)] == [("NK-1",)]


def test_what_a_source_calls_one_party_is_one_entity() -> None:
    """Two names without a word in common are joined by the id, and the link says so."""
    file, sightings, _ = read([party("NK-1", name=["Ornek Kimya"], alias=["Voorbeeld Handel"])])
    collector = Collector()
    collector.add_file("made", "0")(sightings)
    found = resolve(collector.members())
    assert len(found.entities) == 1
    (link,) = found.links
    assert {reason.rule for reason in link.reasons} >= {"ref", "name-differs"}
    assert link.points == sum(reason.points for reason in link.reasons)
    assert len(file.parties) == 1


def test_two_sources_of_one_common_name_stay_two() -> None:
    """The same name and country do not link parties if the name is common."""
    people = [party(key, "Person", name=["Wang Wei"], country=["cn"]) for key in ("NK-1", "NK-2")]
    _, sightings, _ = read(people)
    assert len(out(sightings)) == 2


def test_sources_are_merged_and_keep_what_we_do_not_read() -> None:
    """Topics, dates and websites of sources go on; referents name them."""
    lines = [
        party("NK-1", name=["Ornek Kimya AS"], country=["tr"], topics=["debarment"]),
        party(
            "NK-2",
            "LegalEntity",
            name=["ORNEK KIMYA A.S."],
            country=["tr"],
            incorporationDate=["1999"],
            taxNumber=["40 817 263"],
            website=["https://a.example"],
        ),
        party("own", "Ownership", owner=["NK-9"], asset=["NK-2"], percentage=["60"]),
        party("loop", "UnknownLink", subject=["NK-1"], object=["NK-2"]),
    ]
    file, sightings, _ = read(lines)
    first, *links = out(sightings, file)
    assert first["schema"] == "Company"
    assert {"NK-1", "NK-2"} <= set(first["referents"])
    held = first["properties"]
    assert held["topics"] == ["debarment"]
    assert held["incorporationDate"] == ["1999"]
    assert held["taxNumber"] == ["40 817 263"]
    assert held["website"] == ["https://a.example"]
    assert held["country"] == ["tr"]
    assert set(held["name"] + held["alias"]) == {"Ornek Kimya AS", "ORNEK KIMYA A.S."}
    assert [each["id"] for each in links] == ["own"]  # both ends of the loop are one entity
    assert links[0]["properties"]["asset"] == [first["id"]]
    assert links[0]["properties"]["owner"] == ["NK-9"]


def test_nested_parties_and_their_links_are_taken() -> None:
    """A file that nests the owner inside the link, and the link inside the firm, says the same."""
    owner = party("NK-2", "Person", name=["Ayse Ornekoglu"])
    link = {"id": "own", "schema": "Ownership", "properties": {"owner": [owner]}}
    firm = {
        "id": "NK-1",
        "schema": "Company",
        "properties": {"name": ["Ornek Kimya AS"], "ownershipAsset": [link]},
    }
    file, sightings, unread = read([firm])
    assert not unread
    assert {each.refs for each in sightings} == {("NK-1",), ("NK-2",)}
    *parties, own = out(sightings, file)
    ids = {each["caption"]: each["id"] for each in parties}
    assert own["properties"]["asset"] == [ids["Ornek Kimya AS"]]
    assert own["properties"]["owner"] == [ids["Ayse Ornekoglu"]]
    assert not any("own" in str(each["properties"]) for each in parties)


def test_lines_of_one_id_are_put_together() -> None:
    """Even where their schemata do not go together."""
    file, sightings, _ = read([party("x", "Vessel", name=["A"]), party("x", "Person", name=["B"])])
    assert {each.written.name for each in sightings} == {"A", "B"}
    (entity,) = out(sightings, file)
    assert entity["schema"] == "LegalEntity"


def test_nobody_gets_a_topic_that_no_source_gave() -> None:
    """A party of a consignment is not called listed."""
    (entity,) = out([Sighting(written=Written(name="Ornek Kimya", id_scheme="IMO", id="9074729"))])
    assert "topics" not in entity["properties"]
    assert entity["schema"] == "LegalEntity"
    assert entity["properties"]["notes"] == ["imoNumber: 9074729"]  # not of that schema
    (ship,) = out([Sighting(written=Written(name="Ornek", id_scheme="IMO", id="1"), kind="vessel")])
    assert ship["schema"] == "Vessel"
    assert ship["properties"]["imoNumber"] == ["1"]


@given(st.lists(WRITTEN, max_size=10))
@settings(deadline=None)
def test_out_and_in_again_gives_the_same_entities(parties: list[Written]) -> None:
    """The same members are together, under the same ids, with the same properties."""
    first = out(Sighting(written=each, row=row) for row, each in enumerate(parties, 1))
    file, sightings, unread = read(first)
    again = out(sightings, file)
    assert not unread
    assert parts(again) == parts(first)
    assert [each["id"] for each in again] == [each["id"] for each in first]
    assert [said(each) for each in again] == [said(each) for each in first]
    assert [each["schema"] for each in again] == [each["schema"] for each in first]


@given(st.lists(WRITTEN, max_size=8))
@settings(deadline=None)
def test_every_property_is_of_its_schema(parties: list[Written]) -> None:
    """The output conforms to the schemata of FollowTheMoney."""
    for each in out(Sighting(written=written) for written in parties):
        assert set(each["properties"]) <= properties_of(each["schema"])


def test_the_most_exact_schema_that_goes_with_all() -> None:
    """A company and a legal entity are a company; of a ship and a person nothing more is known."""
    assert common_schema(["LegalEntity", "Company"]) == "Company"
    assert common_schema(["Person", "Company"]) == "LegalEntity"
    assert common_schema(["Vessel", "Person"]) == "LegalEntity"


def test_the_names_that_we_use_are_in_the_facts() -> None:
    """Each schema and property that the code names is one of FollowTheMoney."""
    assert set(KINDS) | set(TIES) <= set(schemata().schema)
    every = {name for schema in KINDS for name in properties_of(schema)}
    assert set(NAMES) <= every
    assert set(NUMBERS) - {"publicKey"} <= every  # that of a wallet, which is not a party
    for schema, (one, _, other) in TIES.items():
        assert {one, other} == set(schemata().schema[schema].ends)


def test_the_facts_are_those_of_the_library() -> None:
    """Schemata, properties and ends are those that followthemoney itself has."""
    library = pytest.importorskip("followthemoney", reason="followthemoney is not installed")
    for name in schemata().schema:
        schema = library.model.get(name)
        own = {key for key, each in schema.properties.items() if not each.stub}
        assert properties_of(name) <= set(schema.properties), name
        assert own <= properties_of(name), name
        if schema.edge:
            assert schemata().schema[name].ends == (schema.edge_source, schema.edge_target)


def test_the_library_takes_what_is_written() -> None:
    """The library finds each schema, property and country that we write."""
    library = pytest.importorskip("followthemoney", reason="followthemoney is not installed")
    lines = [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()]
    file, sightings, _ = read(lines)
    for each in out(sightings, file):
        proxy = library.EntityProxy.from_dict(each, cleaned=True)
        held = proxy.to_dict()["properties"]
        assert {name: set(values) for name, values in held.items()} == {
            name: set(values) for name, values in each["properties"].items()
        }
        countries = each["properties"].get("country", [])
        assert [library.registry.country.clean(each) for each in countries] == countries
