"""XML schema (XSD) of a record, generated from its field declarations."""

from collections.abc import Iterator

from tidewaiter.base.records import Record
from tidewaiter.exchange.fields import Field, Kind, Shape, fields_of, records_of, tag_of
from tidewaiter.exchange.protocol.strict_json import LARGEST

_TYPES: dict[Kind, str] = {
    "text": "xs:string",
    "number": "n:number",
    "flag": "xs:boolean",
    "day": "n:day",
    "time": "n:time",
}
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!-- Made by Tidewaiter from the records of its messages. -->
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:n="{namespace}"
    targetNamespace="{namespace}" elementFormDefault="qualified">
  <xs:element name="{root}" type="n:{record}"/>
  <xs:simpleType name="number">
    <xs:restriction base="xs:long">
      <xs:minInclusive value="-{largest}"/>
      <xs:maxInclusive value="{largest}"/>
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


def schema_of(record: type[Record], namespace: str, root: str) -> str:
    """Generate the schema of a record and its nested records.

    Args:
        record: Each of its fields is an element.
        namespace: XML namespace.
        root: Name of the root element.
    """
    head = _HEAD.format(namespace=namespace, root=root, record=record.__name__, largest=LARGEST)
    types = (line for each in records_of(record) for line in _complex(each))
    return "\n".join((*head.splitlines(), *types, "</xs:schema>", ""))


def _complex(record: type[Record]) -> Iterator[str]:
    fields = fields_of(record)
    if not fields:
        yield f'  <xs:complexType name="{record.__name__}"/>'
        return
    yield f'  <xs:complexType name="{record.__name__}">'
    yield "    <xs:sequence>"
    for field in fields:
        yield from _element(field)
    yield "    </xs:sequence>"
    yield "  </xs:complexType>"


def _element(field: Field) -> Iterator[str]:
    shape = field.shape
    least = "" if field.required else ' minOccurs="0"'
    most = ' maxOccurs="unbounded"' if shape.many else ""
    head = f'      <xs:element name="{field.name}"{least}{most}'
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
