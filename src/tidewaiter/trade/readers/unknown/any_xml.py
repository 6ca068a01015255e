"""XML of unknown layout: each repeated group that describes goods is a line."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, BinaryIO

from lxml import etree

from tidewaiter.base.errors import InputError
from tidewaiter.base.untrusted_xml import make_parser
from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.messages.xml.decoding import names_of, pieces
from tidewaiter.trade.readers.unknown.trees import TEXT, Reading, choose_lines, unfolded
from tidewaiter.trade.readers.unknown.whole import MOST, too_long
from tidewaiter.trade.types import Refusal

_UNITS = {"unitcode": "unit", "unit": "unit", "currencyid": "currency", "currency": "currency"}


def fits(head: bytes, suffix: str) -> bool:
    """Return whether a file begins like XML."""
    del suffix
    return bool(names_of(head))


def read(file: BinaryIO, name: str) -> Iterator[Found | Refusal]:
    """Read a document.

    Raises:
        InputError: It is no XML, too long, or declares entities.
    """
    root, damage = _parsed(file, name)
    document = {_local(root.tag): _node(root)}
    reading = Reading()
    for row, line in enumerate(unfolded(document, choose_lines(document)), 1):
        yield reading.found(line, row)
    if damage:
        yield Refusal.of(damage, row=0, screened=False)


def _parsed(file: BinaryIO, name: str) -> tuple[etree._Element, InputError | None]:
    parser = make_parser(recover=True, encoding="utf-8")
    size, broken = 0, None
    for piece in pieces(file):
        size += len(piece.data)
        if size > MOST:
            raise too_long(name)
        parser.feed(piece.data)
        broken = broken or piece.broken
    root = parser.close() if size else None
    if root is None:
        raise InputError("trade/xml-without-elements", at=name)
    inside = root.getroottree().docinfo.internalDTD
    if inside is not None and next(inside.iterentities(), None) is not None:
        raise InputError("trade/xml-document-type", at=name)
    if broken:
        return root, broken
    worst = next(iter(parser.feed_error_log.filter_from_errors()), None)
    if worst is None:
        return root, None
    where = f"line {worst.line}, column {worst.column}"
    return root, InputError("trade/xml-damaged", said=worst.message, at=where)


@lru_cache(maxsize=1 << 12)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _node(element: etree._Element) -> dict[str, Any]:
    """Convert an element: its attributes, its text, and its elements; repeated ones as a list."""
    node: dict[str, Any] = {_local(key): text for key, text in element.attrib.items()}
    children: dict[str, Any] = {}
    several: set[str] = set()
    own = [element.text]
    for child in element:
        own.append(child.tail)
        tag = child.tag
        if not isinstance(tag, str) or (value := _value(child)) is None:
            continue
        key = _local(tag)
        if key in several:
            children[key].append(value)
        elif key in children:
            several.add(key)
            children[key] = [children[key], value]
        else:
            children[key] = value
    if text := " ".join(plain for part in own if part and (plain := part.strip())):
        node[TEXT] = text
    for key in several:
        children[key] = _all_objects(children[key])
    for key, value in children.items():
        node[key] = value if key not in node else _all_objects([node[key], *_listed(value)])
    return node


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _value(element: etree._Element) -> Any:
    """Return the text of an element, its amount with the unit, or its object; None: empty."""
    if len(element):
        return _node(element) or None
    text = (element.text or "").strip()
    if not element.attrib:
        return text or None
    units = {_UNITS.get(_local(key).lower(), ""): unit for key, unit in element.attrib.items()}
    if text and len(units) == len(element.attrib) == 1 and "" not in units:
        return {"value": text, **units}
    return _node(element) or None


def _all_objects(values: list[Any]) -> list[Any]:
    """Make texts among objects objects, too."""
    if any(isinstance(value, dict) for value in values):
        return [value if isinstance(value, dict) else {TEXT: value} for value in values]
    return values
