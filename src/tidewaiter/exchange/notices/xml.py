"""Notices as XML: writing, reading and schema.

All are generated from the records, so that no field can be missing from one of them.

Input is untrusted: no document type, no entities, no attributes, no network, UTF-8 only, and a few
megabytes at most. Output is validated against the same schema.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec
from lxml import etree

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.untrusted_xml import make_parser
from tidewaiter.exchange.fields import Field, Shape, fields_of, tag_of
from tidewaiter.exchange.notices.checks import forbidden_in, texts_of
from tidewaiter.exchange.notices.types import Event, Notice
from tidewaiter.exchange.notices.xsd import schema_of


class NoticeFile(Record, frozen=True, kw_only=True):
    """A notice and, if sent along, its events."""

    notice: Notice
    events: tuple[Event, ...] = ()


NAMESPACE = "urn:tidewaiter:notice:1"
"""XML namespace. Another number is another schema."""

ROOT = "pre-export-notification"
"""Name of the root element."""

MOST_BYTES = 4 << 20
"""Maximum bytes of an input file."""

_DOCTYPE = "<!DOCTYPE"


def write_xml(file: NoticeFile) -> bytes:
    """Write a notice and its events as XML, in UTF-8.

    Raises:
        InputError: A text contains characters forbidden in XML, or a number exceeds 2^53.
    """
    for path, text in texts_of(file):
        if sign := forbidden_in(text):
            raise InputError("exchange/odd-character", sign=sign, at=path)
    root = etree.Element(_name(ROOT), nsmap={None: NAMESPACE})
    _fill(root, file)
    _validate(root, "notice")
    etree.indent(root)
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return written


def read_xml(raw: bytes, name: str) -> NoticeFile:
    """Parse a notice and its events from XML.

    Args:
        raw: Content of the file.
        name: Name in errors.

    Raises:
        InputError: Too large, not XML, forbidden constructs, or not valid against the schema.
    """
    root = _parsed(raw, name)
    if root.tag != _name(ROOT):
        raise InputError("exchange/not-a-notice", tag=root.tag, at=name)
    for element in root.iter():
        if element.attrib:
            at = f"{name}, line {element.sourceline}"
            raise InputError("exchange/xml-attributes", at=at)
    _validate(root, name)
    try:
        return msgspec.convert(_record(root, NoticeFile), NoticeFile)
    except msgspec.ValidationError as error:
        raise InputError("exchange/xml-breaks-schema", text=error, at=name) from error


def _parsed(raw: bytes, name: str) -> Any:
    """Parse untrusted bytes."""
    if len(raw) > MOST_BYTES:
        raise InputError("exchange/notice-too-large", count=len(raw), at=name)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("exchange/not-utf-8", at=name) from error
    if _DOCTYPE in text:
        raise InputError("exchange/xml-document-type", at=name)
    try:
        return etree.fromstring(text.encode(), make_parser(encoding="utf-8"))
    except etree.XMLSyntaxError as error:
        at = f"{name}, line {error.lineno}"
        raise InputError("exchange/not-xml", msg=error.msg, at=at) from error


@cache
def schema() -> str:
    """Return the XSD of the files."""
    return schema_of(NoticeFile, NAMESPACE, ROOT)


def _validate(root: Any, name: str) -> None:
    """Validate a tree; the schema imports no other, so nothing is fetched."""
    checker = etree.XMLSchema(etree.fromstring(schema().encode()))
    if not checker.validate(root):
        first = checker.error_log[0]
        text = first.message.replace(f"{{{NAMESPACE}}}", "")
        at, more = f"{name}, line {first.line}", len(checker.error_log) - 1
        if more:
            raise InputError("exchange/xml-breaks-schema-often", text=text, more=more, at=at)
        raise InputError("exchange/xml-breaks-schema", text=text, at=at)


def _name(local: str) -> str:
    return f"{{{NAMESPACE}}}{local}"


def _fill(element: Any, record: Record) -> None:
    """Add a child element for each field that differs from its default."""
    for field in fields_of(type(record)):
        value = getattr(record, field.name)
        if field.required or value != field.default:
            many = value if isinstance(value, tuple) else (value,)
            for each in many:
                _add(etree.SubElement(element, _name(field.name)), each, field.shape)


def _add(element: Any, value: object, shape: Shape) -> None:
    if shape.kind == "one of" and isinstance(value, Record):
        _fill(etree.SubElement(element, _name(tag_of(type(value)))), value)
    elif isinstance(value, Record):
        _fill(element, value)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    else:
        element.text = str(msgspec.to_builtins(value))


def _record(element: Any, record: type[Record]) -> dict[str, object]:
    """Convert an element to the input of record decoding."""
    fields = {field.name: field for field in fields_of(record)}
    found: dict[str, object] = {}
    for name, child in _children(element):
        field = fields[name]
        value = _value(child, field)
        if field.shape.many:
            many = found.setdefault(name, [])
            if isinstance(many, list):
                many.append(value)
        else:
            found[name] = value
    return found


def _children(element: Any) -> Iterator[tuple[str, Any]]:
    for child in element:
        yield etree.QName(child).localname, child


def _value(element: Any, field: Field) -> object:
    shape, text = field.shape, element.text or ""
    if shape.record is not None:
        return _record(element, shape.record)
    if shape.kind == "one of":
        ((tag, child),) = _children(element)
        kind = next(each for each in shape.kinds if tag_of(each) == tag)
        return {"type": tag, **_record(child, kind)}
    if shape.kind == "number":
        return int(text)
    if shape.kind == "flag":
        return text.strip() in {"true", "1"}
    return text if shape.kind in {"text", "choice"} else text.strip()
