"""MISP events, read by the PyMISP library with our templates."""

import uuid
from importlib.resources import as_file
from pathlib import Path
from typing import Any, get_args

import msgspec
import pymisp
import pytest
from pymisp import MISPEvent, MISPObject
from tests.exchange.feeds.samples import AUTHOR, REGISTRY, edge, known
from tests.support.exchange import AMBER, incident, party

from tidewaiter.base.resources import data
from tidewaiter.exchange.feeds.misp import Name, load_template, misp_event
from tidewaiter.exchange.feeds.stix_extensions import named
from tidewaiter.exchange.incidents.state import Known
from tidewaiter.exchange.incidents.types import Kind, Method, Mode, PartyKind, Stage, Status
from tidewaiter.exchange.protocol.markings import Marking, Tlp

GREEN = Marking(tlp="green", pap="amber", purposes=("control",), reshare=True)
NAMES: tuple[Name, ...] = get_args(Name)
KNOWN_TO_PYMISP = Path(pymisp.__file__).parent / "data"


def _written(found: Known | None = None) -> bytes:
    body = misp_event(found or known(), AUTHOR, edge(), REGISTRY, node="north")
    assert body is not None
    return body


def _event(found: Known | None = None) -> MISPEvent:
    event = MISPEvent()
    event.load(_written(found))
    return event


def _values(made: MISPObject) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in made.attributes:
        found.setdefault(each.object_relation, []).append(str(each.value))
    return found


def test_the_library_reads_it() -> None:
    """The event has its objects, its day, its owner, and nothing is meant for blocking."""
    event = _event()
    assert (event.info, str(event.date)) == ("Drums with another label", "2026-11-03")
    assert event.Orgc.name == "Customs of Northland"
    assert [each.name for each in event.objects] == [
        "trade-incident",
        "trade-goods",
        "trade-goods",
        "trade-goods",
        "watched-substance",
        "watched-substance",
        "alleged-party",
    ]
    told = _values(event.objects[0])
    assert told["kind"] == ["seizure"]
    assert told["red-flag"] == ["C1", "D1"]
    assert not any(each.to_ids for made in event.objects for each in made.attributes)


def test_each_object_holds_by_its_template() -> None:
    """PyMISP checks each against our template, strictly: relations, types, what is required."""
    with as_file(data("exchange", "misp")) as folder:
        for told in _event().objects:
            strict = MISPObject(told.name, strict=True, misp_objects_path_custom=folder)
            for each in told.attributes:
                made = strict.add_attribute(each.object_relation, value=each.value)
                assert made is not None
                assert (made.type, made.category) == (each.type, each.category)
            strict.to_json(strict=True)
            assert strict.template_uuid == told.template_uuid
            assert int(strict.template_version) == int(told.template_version)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_uses_types_that_misp_has(name: Name) -> None:
    """Each type is one that goes under the category Other, and each is described."""
    template = load_template(name)
    known_types = msgspec.json.decode((KNOWN_TO_PYMISP / "describeTypes.json").read_bytes())
    other = known_types["result"]["category_type_mappings"]["Other"]
    schema = msgspec.json.decode(
        (KNOWN_TO_PYMISP / "misp-objects" / "schema_objects.json").read_bytes()
    )
    assert template.meta_category in schema["properties"]["meta-category"]["enum"]
    assert template.uuid == named("misp", name)
    for relation in template.attributes.values():
        assert relation.misp_attribute in other
        assert relation.description.endswith(".")
    assert set(template.required) <= set(template.attributes)


@pytest.mark.parametrize(
    ("name", "relation", "words"),
    [
        ("trade-incident", "kind", Kind),
        ("trade-incident", "status", Status),
        ("trade-incident", "stage", Stage),
        ("trade-incident", "mode", Mode),
        ("trade-goods", "method", Method),
        ("alleged-party", "kind", PartyKind),
    ],
)
def test_a_template_has_our_words(name: Name, relation: str, words: Any) -> None:
    """The values that a template offers are those that an incident can have."""
    assert load_template(name).attributes[relation].values_list == get_args(words)


@pytest.mark.parametrize(
    ("tlp", "distribution"), [("amber+strict", 0), ("amber", 0), ("green", 1), ("clear", 3)]
)
def test_the_distribution_follows_the_label(tlp: Tlp, distribution: int) -> None:
    """What is amber stays in the organisation, green in the community."""
    marking = Marking(tlp=tlp, pap="amber", purposes=("control",))
    event = _event(known(incident(marking=marking, parties=(party(marking=marking),))))
    assert int(event.distribution) == distribution
    tags = [each.name for each in event.tags]
    assert tags == [f"tlp:{tlp}", "PAP:AMBER", 'tidewaiter:purpose="control"']


def test_a_stricter_party_bears_its_own_label() -> None:
    """Its object stays in the organisation, though the event may go further."""
    event = _event(known(incident(marking=GREEN, parties=(party(marking=AMBER),))))
    made = event.objects[-1]
    assert (int(event.distribution), int(made.distribution)) == (1, 0)
    assert all([tag.name for tag in each.tags] == ["tlp:amber"] for each in made.attributes)


def test_a_party_is_alleged() -> None:
    """Its status is given, and is never anything else."""
    told = _values(_event().objects[-1])
    assert told["standing"] == ["alleged"]
    assert told["name"] == ["Alpha Trading"]
    assert load_template("alleged-party").attributes["standing"].values_list == ("alleged",)


def test_all_objects_hang_on_the_incident() -> None:
    """The first object refers to each other one."""
    root, *others = _event().objects
    assert [each.referenced_uuid for each in root.ObjectReference] == [o.uuid for o in others]


def test_the_same_incident_gives_the_same_bytes() -> None:
    """All ids are UUIDs of version 5 of our own ids, and no two are alike."""
    one = _written()
    assert one == _written()
    event = msgspec.json.decode(one)["Event"]
    ids = [made["uuid"] for made in event["Object"]]
    ids += [each["uuid"] for made in event["Object"] for each in made["Attribute"]]
    assert len(set(ids)) == len(ids)
    assert {uuid.UUID(each).version for each in (event["uuid"], *ids)} == {5}


def test_every_relation_of_a_template_is_documented() -> None:
    """The page tells each template, its UUID, and each of its relations with its words."""
    page = (Path(__file__).parents[3] / "docs" / "reference" / "stix-misp.md").read_text("utf-8")
    for name in NAMES:
        template = load_template(name)
        part = page.partition(f"### {name}\n")[2].partition("\n#")[0]
        assert template.uuid in part
        for relation, rule in template.attributes.items():
            assert f"| `{relation}` | `{rule.misp_attribute}` | {rule.description}" in part
            assert all(f"`{word}`" in part for word in rule.values_list)
