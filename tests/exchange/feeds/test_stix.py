"""STIX bundles, read by the stix2 library with our extensions registered."""

import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
import stix2
from stix2.properties import ListProperty, Property, StringProperty
from stix2validator import ValidationOptions, validate_string
from tests.exchange.feeds.samples import AUTHOR, REGISTRY, edge, known
from tests.support.exchange import AMBER, changed, incident, party

from tidewaiter.exchange.feeds.stix import TLP_EXTENSION, TLP_IDS, stix_bundle
from tidewaiter.exchange.feeds.stix_extensions import (
    INCIDENT_EXTENSION,
    NAMESPACE,
    PARTY_EXTENSION,
    SUBSTANCE_EXTENSION,
    SUBSTANCE_TYPE,
    IncidentFacts,
    PartyFacts,
    SubstanceFacts,
    microseconds,
    milliseconds,
)
from tidewaiter.exchange.incidents.state import Known
from tidewaiter.exchange.incidents.types import Place, Sighting
from tidewaiter.exchange.protocol.markings import Marking, Tlp

GREEN = Marking(tlp="green", pap="amber", reshare=True)


def _register() -> None:
    """Tell the library of our extensions, as a user of it would."""
    for name, kind in ((INCIDENT_EXTENSION, IncidentFacts), (PARTY_EXTENSION, PartyFacts)):
        fields = [(field, Property()) for field in kind.__struct_fields__]
        extension = [each for each in fields if each[0] != "extension_type"]
        made = type("Facts", (), {"extension_type": "property-extension"})
        stix2.v21.CustomExtension(name, extension)(made)
    lists = {"cas", "hs_codes", "un_numbers"}
    properties = [
        (field, ListProperty(StringProperty) if field in lists else StringProperty())
        for field in SubstanceFacts.__struct_fields__
    ]
    stix2.v21.CustomObservable(SUBSTANCE_TYPE, properties, ["slug"], SUBSTANCE_EXTENSION)(
        type("Substance", (), {})
    )
    stix2.v21.CustomExtension(TLP_EXTENSION, [("tlp_2_0", StringProperty(required=True))])(
        type("Tlp2", (), {"extension_type": "property-extension"})
    )


_register()


def _bundle(found: Known | None = None) -> Any:
    body = stix_bundle(found or known(), AUTHOR, edge(), REGISTRY, node="north")
    assert body is not None
    return stix2.parse(body, allow_custom=False)


def _those(bundle: Any, kind: str) -> list[Any]:
    return [each for each in bundle.objects if each["type"] == kind]


def _refs(value: Any) -> Iterator[str]:
    for key, each in value.items():
        if key.endswith("_ref"):
            yield each
        elif key.endswith("_refs"):
            yield from each


def test_the_library_reads_it_and_allows_nothing_custom() -> None:
    """Each object is one that the library knows, by the standard or by our extensions."""
    bundle = _bundle()
    assert all(not isinstance(each, dict) for each in bundle.objects)
    (told,) = _those(bundle, "incident")
    facts = told["extensions"][INCIDENT_EXTENSION]
    assert (told["name"], facts["kind"], facts["day"]) == (
        "Drums with another label",
        "seizure",
        "2026-11-03",
    )
    assert facts["lines"][0]["found"]["volume_ul"] == 760_000_000


def test_every_reference_leads_to_an_object_of_the_bundle() -> None:
    """References resolve within the bundle, and no object is duplicated."""
    bundle = _bundle()
    ids = [each["id"] for each in bundle.objects]
    assert len(set(ids)) == len(ids)
    assert {ref for each in bundle.objects for ref in _refs(each)} <= set(ids)


def test_a_party_is_alleged() -> None:
    """Its role is on the relationship, as alleged; the bundle has no word of guilt."""
    bundle = _bundle()
    (tie,) = [each for each in _those(bundle, "relationship") if "extensions" in each]
    facts = tie["extensions"][PARTY_EXTENSION]
    assert (facts["standing"], facts["role"], tie["description"]) == (
        "alleged",
        "consignee",
        "alleged consignee",
    )
    named = {each["id"]: each["name"] for each in _those(bundle, "identity")}
    assert named[tie["source_ref"]] == "Alpha Trading"
    assert b"guilt" not in (stix_bundle(known(), AUTHOR, edge(), REGISTRY, node="north") or b"")


def test_a_party_in_two_roles_is_told_in_both() -> None:
    """Each role has its own marking, so they are separate objects, and no id is duplicated."""
    both = (party(), party(role="importer", marking=changed(AMBER, pap="red")), party())
    bundle = _bundle(known(incident(parties=both)))
    ids = [each["id"] for each in bundle.objects]
    assert len(set(ids)) == len(ids)
    told = {each["description"] for each in _those(bundle, "relationship")}
    assert {"alleged consignee", "alleged importer"} <= told


def test_a_party_of_another_node_keeps_its_reference_there() -> None:
    """Which other node knows a party, and under which id, is not told; nor a name that is not."""
    other = party("p-5", "", node="south")
    body = stix_bundle(known(incident(parties=(other,))), AUTHOR, edge(), REGISTRY, node="north")
    assert body is not None
    assert b"p-5" not in body
    assert b"south" not in body
    assert b"alleged consignee, not named" in body


def test_substances_are_told_as_the_registry_knows_them() -> None:
    """Each once, with CAS and InChIKey, under the id that the library makes of its slug."""
    found = {each["slug"]: each for each in _those(_bundle(), SUBSTANCE_TYPE)}
    assert set(found) == {"piperidine", "tablet-press"}
    assert found["piperidine"]["cas"] == ["110-89-4"]
    made = type(found["piperidine"])(slug="piperidine", name="x", kind="precursor")
    assert made["id"] == found["piperidine"]["id"]


def test_versions_keep_the_id_and_move_the_time() -> None:
    """The first version makes the object, the last one changes it."""
    second = incident(version=2, status="closed", changed="Done.", title="Closed")
    (one,), (two,) = (
        _those(_bundle(), "incident"),
        _those(_bundle(known(incident(), second)), "incident"),
    )
    assert (one["id"], one["created"]) == (two["id"], two["created"])
    assert two["modified"] > one["modified"] == one["created"]
    assert two["extensions"][INCIDENT_EXTENSION]["status"] == "closed"


def test_the_same_incident_gives_the_same_bytes() -> None:
    """All ids are UUIDs of version 5 of our own ids."""
    one, two = (stix_bundle(known(), AUTHOR, edge(), REGISTRY, node="north") for _ in range(2))
    assert one == two
    assert one is not None
    for each in msgspec.json.decode(one)["objects"]:
        number = uuid.UUID(each["id"].split("--")[1])
        assert number.version == 5 or each["id"] in TLP_IDS.values()
    assert str(NAMESPACE) == "bf10fe57-2d8a-5e74-8247-0d8c65a92790"


@pytest.mark.parametrize("tlp", ["clear", "green", "amber", "amber+strict"])
def test_a_label_is_that_of_tlp_2(tlp: Tlp) -> None:
    """The marking definitions are those of the OASIS common objects."""
    marking = Marking(tlp=tlp, pap="red")
    bundle = _bundle(known(incident(marking=marking, parties=(party(marking=marking),))))
    (told,) = _those(bundle, "incident")
    definitions = {each["id"]: each for each in _those(bundle, "marking-definition")}
    first, second = (definitions[ref] for ref in told["object_marking_refs"])
    assert first["extensions"][TLP_EXTENSION]["tlp_2_0"] == tlp
    assert first["name"] == f"TLP:{tlp.upper()}"
    assert second["definition"]["statement"].startswith("PAP:RED: ")
    assert set(TLP_IDS) == set(get_args(Tlp))


def test_a_stricter_party_bears_its_own_marking() -> None:
    """The party, its relationship and its country have the party's marking."""
    bundle = _bundle(known(incident(marking=GREEN, parties=(party(marking=AMBER),))))
    told = {
        each["id"]: each["object_marking_refs"][0]
        for each in bundle.objects
        if "object_marking_refs" in each
    }
    (root,) = _those(bundle, "incident")
    assert told[root["id"]] == TLP_IDS["green"]
    amber = {each.split("--")[0] for each, ref in told.items() if ref == TLP_IDS["amber"]}
    assert amber == {"identity", "relationship", "location"}


def test_a_sighting_is_a_sighting() -> None:
    """It is of the incident, on its day, at its place; who saw it is not told."""
    seen = Sighting(
        id="s-1",
        incident="inc-7",
        owner="north",
        day=date(2026, 10, 1),
        what="The same drums",
        place=Place(country="BE", name="Antwerp"),
        marking=changed(GREEN, purposes=()),
    )
    bundle = _bundle(known(incident(), others=((seen, "south"),)))
    (told,) = _those(bundle, "sighting")
    (root,) = _those(bundle, "incident")
    assert told["sighting_of_ref"] == root["id"]
    assert told["first_seen"].date() == date(2026, 10, 1)
    body = stix_bundle(
        known(incident(), others=((seen, "south"),)), AUTHOR, edge(), REGISTRY, node="north"
    )
    assert b"south" not in (body or b"")


def test_each_extension_is_defined() -> None:
    """The definitions are in the bundle."""
    defined = {each["id"] for each in _those(_bundle(), "extension-definition")}
    assert defined == {INCIDENT_EXTENSION, PARTY_EXTENSION, SUBSTANCE_EXTENSION}


def test_moments_are_written_as_each_standard_asks() -> None:
    """Milliseconds for STIX and microseconds for TAXII, in UTC; another zone is turned."""
    assert milliseconds("2026-11-26T10:00:00+01:00") == "2026-11-26T09:00:00.000Z"
    assert microseconds("2026-11-26T10:00:00.5Z") == "2026-11-26T10:00:00.500000Z"


def test_every_extension_is_documented() -> None:
    """The page tells the id and the record of each extension, and each marking definition."""
    page = (Path(__file__).parents[3] / "docs" / "reference" / "stix-misp.md").read_text("utf-8")
    for kind, extension in (
        (IncidentFacts, INCIDENT_EXTENSION),
        (PartyFacts, PARTY_EXTENSION),
        (SubstanceFacts, SUBSTANCE_EXTENSION),
    ):
        assert extension in page
        assert f"<!-- begin record {kind.__module__}.{kind.__name__} -->\n" in page
    assert all(f"| TLP:{tlp.upper()} | `{number}` |" in page for tlp, number in TLP_IDS.items())
    assert str(NAMESPACE) in page


@pytest.mark.parametrize("found", [known(), known(changed(incident(), parties=(), settled=()))])
def test_the_validator_of_the_standard_finds_no_error(found: Known) -> None:
    """It has warnings: our ids are derived from names, so a repeat is not a second object."""
    body = stix_bundle(found, AUTHOR, edge(), REGISTRY, node="north")
    assert body is not None
    said = validate_string(body.decode(), ValidationOptions(version="2.1"))
    assert [str(each) for each in said.errors] == []
    assert said.is_valid


def test_the_validator_would_find_a_short_name_of_a_property() -> None:
    """As ours once had: the check above can fail."""
    body = stix_bundle(known(), AUTHOR, edge(), REGISTRY, node="north")
    assert body is not None
    short = body.decode().replace('"hs_codes"', '"hs"')
    assert short != body.decode()
    assert not validate_string(short, ValidationOptions(version="2.1")).is_valid
