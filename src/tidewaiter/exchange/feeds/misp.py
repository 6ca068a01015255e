"""MISP: an incident as one event with objects, and the object templates of Tidewaiter.

Nothing in it is meant for automatic blocking, so `to_ids` is false everywhere. The distribution
follows the label: what may not go beyond the organisation stays in it.

Source: MISP core format, as MISP 2.4 writes it.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Literal

import msgspec

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data
from tidewaiter.exchange.feeds.release import Edge, Released, released
from tidewaiter.exchange.feeds.stix import Author
from tidewaiter.exchange.feeds.stix_extensions import Json, midnight, named, seconds
from tidewaiter.exchange.incidents.state import Known
from tidewaiter.exchange.incidents.types import AllegedParty, Goods, Incident, Line, Status
from tidewaiter.exchange.protocol.markings import Marking, Tlp
from tidewaiter.law.registry import Registry

Name = Literal["trade-incident", "trade-goods", "alleged-party", "watched-substance"]


class Relation(Record, frozen=True, kw_only=True, rename="kebab"):
    """One attribute of a template."""

    description: str
    misp_attribute: Literal["text", "counter", "datetime", "boolean"]
    ui_priority: float = msgspec.field(name="ui-priority")
    disable_correlation: bool = msgspec.field(name="disable_correlation", default=False)
    multiple: bool = False
    values_list: tuple[str, ...] = msgspec.field(name="values_list", default=())


class Template(Record, frozen=True, kw_only=True, rename="kebab"):
    """An object template."""

    name: Name
    uuid: str
    version: int
    description: str
    meta_category: str
    required: tuple[str, ...]
    attributes: Mapping[str, Relation]


@cache
def load_template(name: Name) -> Template:
    """Load a template.

    Raises:
        RegistryError: The file is malformed.
    """
    file = data("exchange", "misp", name, "definition.json")
    try:
        return msgspec.json.decode(file.read_bytes(), type=Template)
    except msgspec.MsgspecError as error:
        at = f"{name}/definition.json"
        raise RegistryError("base/file-not-its-record", error=error, at=at) from error


_DISTRIBUTION: Mapping[Tlp, str] = {
    "red": "0",
    "amber+strict": "0",
    "amber": "0",
    "green": "1",
    "clear": "3",
}
"""0: this organisation alone; 1: this community; 3: all."""
_ANALYSIS: Mapping[Status, str] = {"open": "0", "updated": "1", "closed": "2"}
_UNDEFINED = "4"  # threat level
_INHERITED = "5"  # distribution: that of the object

Value = str | int | bool | date | None
Values = Mapping[str, Value | tuple[str, ...]]


def misp_event(
    known: Known, author: Author, edge: Edge, registry: Registry, *, node: str
) -> bytes | None:
    """Write an incident as a MISP event; None: nothing of it may leave by the edge.

    The same incident, edge and registry give the same bytes.

    Args:
        known: The incident, with at least one version.
        author: Its owner.
        edge: Who reads it, and what for.
        registry: Substances.
        node: Id of this node.
    """
    out = released(known, edge, node)
    if out is None:
        return None
    incident = out.incident
    objects = list({each["uuid"]: each for each in _objects(out, registry)}.values())
    root, *others = objects
    root["ObjectReference"] = [_reference(root, each) for each in others]
    event = {
        "uuid": named("misp-event", incident.owner, incident.id),
        "info": incident.title,
        "date": incident.day.isoformat(),
        "timestamp": seconds(out.last),
        "published": False,
        "analysis": _ANALYSIS[incident.status],
        "threat_level_id": _UNDEFINED,
        "distribution": _DISTRIBUTION[incident.marking.tlp],
        "Orgc": {"uuid": named("node", author.id), "name": author.name},
        "Tag": _tags(incident.marking),
        "Object": objects,
        "Attribute": [],
    }
    return msgspec.json.format(msgspec.json.encode({"Event": event}), indent=2) + b"\n"


def _objects(out: Released, registry: Registry) -> Iterator[Json]:
    incident = out.incident
    make = _Maker(incident, seconds(out.last))
    yield make.object("trade-incident", _head(incident), incident.marking)
    for place, line in enumerate(incident.lines):
        for state, goods in (("declared", line.declared), ("found", line.found)):
            if goods is not None:
                told = _goods(line, state, goods)
                yield make.object("trade-goods", told, incident.marking, str(place), state)
    for number, each in enumerate(incident.equipment, 1):
        told = {
            "state": "found",
            "text": each.text,
            "substance": each.substance,
            "pieces": each.pieces,
            "maker": each.maker,
            "serial": each.serial,
        }
        yield make.object("trade-goods", told, incident.marking, "equipment", str(number))
    for substance in registry.substances:
        if substance.slug in _slugs(incident):
            told = {
                "slug": substance.slug,
                "name": substance.name,
                "kind": substance.kind,
                "cas": substance.cas,
                "inchikey": substance.inchikey,
                "formula": substance.formula,
                "hs": substance.hs,
                "un": substance.un,
            }
            yield make.object("watched-substance", told, incident.marking, substance.slug)
    for party in incident.parties:
        told = _party(party, incident.owner)
        key = (party.node, party.ref, party.role)
        yield make.object("alleged-party", told, party.marking, *key)


class _Maker:
    """Makes the objects of one event."""

    def __init__(self, incident: Incident, at: str) -> None:
        """Take what they have in common."""
        self._key = (incident.owner, incident.id)
        self._at = at

    def object(self, name: Name, told: Values, marking: Marking, *key: str) -> Json:
        """Return an object by its template, without what is empty."""
        template = load_template(name)
        attributes = [
            self._attribute(relation, template.attributes[relation], value, (name, *key, str(n)))
            for relation, values in told.items()
            for n, value in enumerate(values if isinstance(values, tuple) else (values,))
            if value not in (None, "")
        ]
        tags = [{"name": _tlp(marking)}]
        return {
            "uuid": named("misp-object", *self._key, name, *key),
            "name": name,
            "meta-category": template.meta_category,
            "description": template.description,
            "template_uuid": template.uuid,
            "template_version": str(template.version),
            "timestamp": self._at,
            "distribution": _DISTRIBUTION[marking.tlp],
            "Attribute": [{**each, "Tag": tags} for each in attributes],
        }

    def _attribute(self, name: str, relation: Relation, value: Value, key: tuple[str, ...]) -> Json:
        return {
            "uuid": named("misp-attribute", *self._key, *key, name),
            "object_relation": name,
            "type": relation.misp_attribute,
            "category": "Other",
            "value": _written(value),
            "to_ids": False,
            "disable_correlation": relation.disable_correlation,
            "distribution": _INHERITED,
            "timestamp": self._at,
        }


def _head(incident: Incident) -> Values:
    concealment, label, moved = incident.concealment, incident.label, incident.transport
    place = " ".join(part for part in (incident.place.name, incident.place.locode) if part)
    hidden = f"{concealment.how} {concealment.where}".strip() if concealment else ""
    return {
        "reference": incident.id,
        "version": incident.version,
        "status": incident.status,
        "kind": incident.kind,
        "day": incident.day,
        "law-day": incident.law_day,
        "country": incident.place.country,
        "place": place,
        "stage": incident.stage,
        "account": incident.account,
        "concealment": hidden,
        "label": label.text if label else "",
        "domestic-label": label.domestic if label else None,
        "route": tuple(
            " ".join(part for part in (stop.function, stop.country, stop.name) if part)
            for stop in incident.route
        ),
        "mode": moved.mode,
        "container": moved.container,
        "bill": moved.bill,
        "vehicle": moved.vehicle,
        "packaging": tuple(
            f"{each.packages or ''} {each.text} {each.marks}".strip() for each in incident.packaging
        ),
        "red-flag": incident.flags,
        "notification": incident.notifications,
        "question": tuple(each.text for each in incident.questions),
    }


def _goods(line: Line, state: str, goods: Goods) -> Values:
    method = line.identified.method if line.identified and state == "found" else None
    return {
        "state": state,
        "line": line.number,
        "text": goods.text,
        "substance": goods.substance,
        "cas": goods.cas,
        "hs": goods.hs,
        "net-mg": goods.net_mg,
        "volume-ul": goods.volume_ul,
        "pieces": goods.pieces,
        "content-ppm": goods.content_ppm,
        "method": method,
    }


def _party(party: AllegedParty, owner: str) -> Values:
    return {
        "role": party.role,
        "standing": "alleged",
        "kind": party.kind,
        "name": party.name,
        "country": party.country,
        "basis": party.basis,
        "reference": party.ref if party.node == owner else "",
    }


def _slugs(incident: Incident) -> set[str]:
    goods = [each for line in incident.lines for each in (line.declared, line.found) if each]
    found = {each.substance for each in goods} | {each.substance for each in incident.equipment}
    return found - {""}


def _reference(source: Json, target: Json) -> Json:
    return {
        "uuid": named("misp-reference", source["uuid"], target["uuid"]),
        "object_uuid": source["uuid"],
        "referenced_uuid": target["uuid"],
        "relationship_type": "related-to",
        "timestamp": source["timestamp"],
    }


def _tags(marking: Marking) -> list[Json]:
    return [
        {"name": _tlp(marking)},
        {"name": f"PAP:{marking.pap.upper()}"},
        *({"name": f'tidewaiter:purpose="{each}"'} for each in marking.purposes),
        *([{"name": 'tidewaiter:group="members"'}] if marking.group else []),
        *([{"name": 'tidewaiter:reshare="yes"'}] if marking.reshare else []),
    ]


def _tlp(marking: Marking) -> str:
    return f"tlp:{marking.tlp}"


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return midnight(value) if isinstance(value, date) else str(value)
