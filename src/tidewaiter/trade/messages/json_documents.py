"""Texts taken out of decoded JSON: what a format uses leaves the object, what stays is kept.

An object is used up: each text that is taken is taken once. What is left is written as JSON again,
and becomes texts with their paths, like "shipper.address.city" and "HSCodes[0]", where somebody
looks: of a screening's lines that are the alerts.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from tidewaiter.consignments.messages.jsontexts import text_of
from tidewaiter.consignments.messages.types import Found, Left

Node = dict[str, Any]
"""An object of JSON; numbers with a point or an exponent are texts."""

_ENCODE = msgspec.json.Encoder().encode
_UNPACK = msgspec.json.Decoder(tuple[str, msgspec.Raw]).decode
_DECODE = msgspec.json.Decoder(dict[str, Any]).decode
_LONGEST = 2_000  # letters of a path with others below it


def take(node: Node, *keys: str) -> str | None:
    """Take the first of these texts that is there."""
    for key in keys:
        value = node.pop(key, None)
        if value is None:
            continue
        text = value if type(value) is str else _single(value)
        if text:
            return text
        node[key] = value
    return None


def peek(node: Node, key: str) -> str | None:
    """Return a text without taking it."""
    return _single(node.get(key))


def take_all(node: Node, *keys: str) -> list[str]:
    """Take every text that stands under these keys, those in lists too."""
    found: list[str] = []
    for key in keys:
        value = node.pop(key, None)
        if value is None:
            continue
        if type(value) is list:
            if rest := _take_list(value, found):
                node[key] = rest
        elif text := value if type(value) is str else _single(value):
            found.append(text)
        else:
            node[key] = value
    return found


def _take_list(values: list[Any], found: list[str]) -> list[Any]:
    """Take every text of a list, and of lists in it; return what stays, each in its place."""
    stays: list[Any] = []
    for each in values:
        if text := _single(each):
            found.append(text)
        stays.append(None if text else _take_list(each, found) if type(each) is list else each)
    return stays if any(stay is not None and stay != [] for stay in stays) else []


def joined(node: Node, *keys: str, mark: str = ", ") -> str | None:
    """Take all texts that stand under these keys, as one."""
    return mark.join(take_all(node, *keys)) or None


def inner(node: Node, *keys: str) -> Node:
    """Return an object inside of others; an empty one where none stands there."""
    for key in keys:
        value = node.get(key)
        if type(value) is not dict:
            return {}
        node = value
    return node


def take_nodes(node: Node, key: str) -> list[Node]:
    """Take the objects of a list; what else stands there stays."""
    value = node.get(key)
    if type(value) is not list:
        return []
    nodes = [each for each in value if type(each) is dict]
    if len(nodes) == len(value):
        del node[key]
    else:
        node[key] = [None if type(each) is dict else each for each in value]
    return nodes


def unwrap(node: Node, *keys: str) -> tuple[Node, tuple[Left, ...]]:
    """Take an object out of the one that brings it, and return what else stands there.

    Args:
        node: What may bring it; else it is the object itself.
        keys: Under one of these.
    """
    for key in keys:
        if found := inner(node, key):
            del node[key]
            return found, left_of(node)
    return node, ()


def first_of(node: Node, key: str) -> Node:
    """Return the object with which a list begins; an empty one where none stands there."""
    value = node.get(key)
    return value[0] if type(value) is list and value and type(value[0]) is dict else {}


def nodes_of(value: Any) -> list[Node]:
    """Return an object, or the objects of a list."""
    if type(value) is dict:
        return [value]
    if type(value) is not list:
        return []
    return [each for each in value if type(each) is dict]


def left_of(node: Node, path: str = "") -> tuple[Left, ...]:
    """Return what was not taken of an object.

    Args:
        node: The object.
        path: Where it stands in its document.
    """
    if not node:
        return ()
    return ((path, _ENCODE(node)),)


def kept_of(line: Found) -> list[tuple[str, str]]:
    """Return the path and text of all of a line that has no field."""
    return [*line.kept, *texts_of(line.left)]


def pack(left: Left) -> bytes:
    """Put what is left of an object together with its path."""
    path, raw = left
    return _ENCODE((path, msgspec.Raw(raw)))


def unpack(packed: Iterable[bytes]) -> list[tuple[str, str]]:
    """Return the path and text of all that `pack` put together."""
    return texts_of((path, bytes(raw)) for path, raw in map(_UNPACK, packed))


def texts_of(left: Iterable[Left]) -> list[tuple[str, str]]:
    """Return the path and text of all that is left of some objects."""
    found: list[tuple[str, str]] = []
    for path, raw in left:
        count = len(found)
        try:
            _gather(_DECODE(raw), f"{path}." if path else "", found)
        except RecursionError:  # nested too deep to be told apart
            found[count:] = [(path, raw.decode())]
    return found


def _single(value: Any) -> str | None:
    kind = type(value)
    if kind is str:
        return value or None
    return None if kind is dict or kind is list else text_of(value)


def _gather(node: Node, before: str, found: list[tuple[str, str]]) -> None:
    """Add the texts of an object, with their paths."""
    for key, value in node.items():
        kind = type(value)
        if kind is str:
            if value:
                found.append((before + key, value))
        elif kind is dict:
            _gather(value, f"{_short(before + key)}.", found)
        elif kind is list:
            _gather_list(value, _short(before + key), found)
        elif text := text_of(value):
            found.append((before + key, text))


def _short(path: str) -> str:
    """Return a path that others stand below: not so long that all of them take much memory."""
    return path if len(path) <= _LONGEST else f"{path[:_LONGEST]}…"


def _gather_list(values: list[Any], path: str, found: list[tuple[str, str]]) -> None:
    for place, value in enumerate(values):
        kind = type(value)
        if kind is dict:
            _gather(value, f"{path}[{place}].", found)
        elif kind is list:
            _gather_list(value, f"{path}[{place}]", found)
        elif text := text_of(value):
            found.append((f"{path}[{place}]", text))
