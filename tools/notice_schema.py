"""The schema of notices in XML, written from the records."""

from collections.abc import Iterator

from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.xml import (
    NAMESPACE,
    ROOT,
    Kind,
    NoticeFile,
    Shape,
    Slot,
    records_of,
    slots_of,
    tag_of,
)
from tidewaiter.exchange.protocol.strict_json import LARGEST

_TYPES: dict[Kind, str] = {
    "text": "xs:string",
    "number": "n:number",
    "flag": "xs:boolean",
    "day": "n:day",
    "time": "n:time",
}
_HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- Made by tools/notice_pages.py from the records of tidewaiter.exchange.notices. -->
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:n="{NAMESPACE}"
    targetNamespace="{NAMESPACE}" elementFormDefault="qualified">
  <xs:element name="{ROOT}" type="n:{NoticeFile.__name__}"/>
  <xs:simpleType name="number">
    <xs:restriction base="xs:long">
      <xs:minInclusive value="{-LARGEST}"/>
      <xs:maxInclusive value="{LARGEST}"/>
    </xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="day">
    <xs:restriction base="xs:date">
      <xs:pattern value="[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}"/>
    </xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="time">
    <xs:restriction base="xs:dateTime">
      <xs:pattern value=".*(Z|[+\\-][0-9]{{2}}:[0-9]{{2}})"/>
    </xs:restriction>
  </xs:simpleType>"""


def schema_lines() -> Iterator[str]:
    """Write the schema, line by line."""
    yield from _HEAD.splitlines()
    for record in records_of(NoticeFile):
        yield from _complex(record)
    yield "</xs:schema>"


def _complex(record: type[Record]) -> Iterator[str]:
    slots = slots_of(record)
    if not slots:
        yield f'  <xs:complexType name="{record.__name__}"/>'
        return
    yield f'  <xs:complexType name="{record.__name__}">'
    yield "    <xs:sequence>"
    for slot in slots:
        yield from _element(slot)
    yield "    </xs:sequence>"
    yield "  </xs:complexType>"


def _element(slot: Slot) -> Iterator[str]:
    shape = slot.shape
    least = "" if slot.required else ' minOccurs="0"'
    most = ' maxOccurs="unbounded"' if shape.many else ""
    head = f'      <xs:element name="{slot.name}"{least}{most}'
    if shape.kind in _TYPES:
        yield f'{head} type="{_TYPES[shape.kind]}"/>'
    elif shape.record is not None:
        yield f'{head} type="n:{shape.record.__name__}"/>'
    else:
        yield f"{head}>"
        yield from (f"        {line}" for line in _inner(shape))
        yield "      </xs:element>"


def _inner(shape: Shape) -> Iterator[str]:
    if shape.kind == "choice":
        yield "<xs:simpleType>"
        yield '  <xs:restriction base="xs:string">'
        yield from (f'    <xs:enumeration value="{word}"/>' for word in shape.words)
        yield "  </xs:restriction>"
        yield "</xs:simpleType>"
        return
    yield "<xs:complexType>"
    yield "  <xs:choice>"
    for kind in shape.kinds:
        yield f'    <xs:element name="{tag_of(kind)}" type="n:{kind.__name__}"/>'
    yield "  </xs:choice>"
    yield "</xs:complexType>"
