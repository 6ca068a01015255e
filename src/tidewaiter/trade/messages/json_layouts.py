"""JSON formats whose layouts are data, in the same form as those of XML.

A key is an element, a list is a repeated one, and the document itself is the element "$". Keys
have no namespaces: "cargo:goodsDescription" and "https://…#goodsDescription" are the same. An
object with a text of its own ({"_": "12", "unitCode": "KGM"}, as UBL is written in JSON) is an
element with attributes. A new format is a file in data/messages/json.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any, BinaryIO

from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.base.resources import data, read_toml, toml_files
from tidewaiter.trade.messages.json_documents import Document, reader
from tidewaiter.trade.messages.json_text import text_of
from tidewaiter.trade.messages.texts import plain
from tidewaiter.trade.messages.types import Format, Found
from tidewaiter.trade.messages.xml.assembly import (
    Assembly,
    Got,
    Leaf,
    put,
    put_attributes,
    put_group,
    put_whole,
)
from tidewaiter.trade.messages.xml.finishing import finished
from tidewaiter.trade.messages.xml.layouts import Layout, Map, Part, Spot, load_layout
from tidewaiter.trade.types import DAYS, TEXTS, Refusal

DOCUMENT = "$"
"""Name of the document in a layout, or of each of a list of them."""

ALSO_JSON = ("ubl",)
"""Formats of XML that are written as JSON, too, with the same names."""

_OWN = frozenset(("_", "#text", "$t", "_text", "@value"))
_EPOCH = re.compile(r"1[0-9]{9}(?:[0-9]{3})?")
_ZONED = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T\S+ GMT")
_KEY = re.compile(rb'"([^"\\]{1,200})"[ \t\r\n]*:')
_PREFIX = re.compile(r"https?:.*[/#]|(?:[A-Za-z][\w-]{0,30}:)+(?=\w)|[@#]")
_LINK = re.compile(r"https?://\S*#(\S+)")
_MARKUP = re.compile(r"<[A-Za-z/!][^<>]*>|&#?\w+;")


class KeyLayout(Layout, frozen=True, kw_only=True):
    """A format of JSON."""

    least: int = 1  # so many of the known names must be there
    # Key of a line, or of a head, that is a document of its own -> element that it is.
    alone: Mapping[str, str] = {}
    texts: Mapping[str, Mapping[str, str]] = {}  # field -> text in lower case -> our text


def local_of(key: str) -> str:
    """Return a key without its namespace, as in JSON-LD."""
    found = _PREFIX.match(key)
    return key[found.end() :] or key if found else key


class _Walk:
    """Walk through one document."""

    def __init__(self, layout: KeyLayout, places: Map, assembly: Assembly) -> None:
        self._names = {part for name in layout.line.elements for part in name.lower().split("/")}
        self._places = places
        self._assembly = assembly
        self._leaves: list[Leaf] = []  # of the open parties, stops and groups
        self._in_line = False

    def run(self, document: Mapping[str, Any]) -> None:
        """Add the lines of a document; one without any is a line itself.

        Raises:
            InputError: It is nested too deeply.
        """
        spot = self._places.enter(self._places.outside, DOCUMENT, in_line=False)
        got = self._assembly.open_head(spot.constants)
        before = self._assembly.row
        self._inside(spot, got, document)
        if self._assembly.row == before:
            self._assembly.add_line(Got())
        self._assembly.close_head()

    def _value(self, spot: Spot, got: Got, value: Any) -> None:
        if spot.mode == "without":
            return
        if type(value) is list:
            for each in value:
                self._value(spot, got, each)
        elif type(value) is dict:
            self._object(spot, got, value)
        elif spot.role:
            self._object(spot, got, {"_": value})
        elif text := text_of(value):
            self._text(spot, got, text.strip())

    def _object(self, spot: Spot, got: Got, node: Mapping[str, Any]) -> None:
        if spot.role == "line" and not self._is_wrapper(node):
            self._in_line, line = True, Got()
            self._inside(spot, line, node)
            self._in_line = False
            self._assembly.add_line(line)
        elif spot.role == "head":
            self._inside(spot, self._assembly.open_head(spot.constants), node)
            self._assembly.close_head()
        elif spot.role and spot.role != "line":
            mark = len(self._leaves)
            self._inside(spot, got, node)
            if found := self._leaves[mark:]:
                del self._leaves[mark:]
                if spot.group is None:
                    put_whole(got, spot, found, self._places)
                else:
                    put_group(got, found, spot.group)
        else:
            self._inside(spot, got, node)

    def _inside(self, spot: Spot, got: Got, node: Mapping[str, Any]) -> None:
        """Read the text, the attributes and the values of an object."""
        values: Iterable[tuple[str, Any]] = node.items()
        if not _OWN.isdisjoint(node):
            values = self._own_text(spot, got, node)
        known, in_line = spot.known, self._in_line
        for key, value in values:
            kid = known.get(key) or self._places.enter(spot, key, in_line=in_line)
            if type(value) is str and not kid.role and kid.mode != "without":
                self._text(kid, got, value.strip())
            elif value is not None:
                self._value(kid, got, value)

    def _own_text(self, spot: Spot, got: Got, node: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
        """Read the text of an object itself, and its attributes; return what remains."""
        own = next(key for key in node if key in _OWN)
        if text := text_of(node[own]):
            self._text(spot, got, text.strip())
        plain_ones = [(k, text_of(v)) for k, v in node.items() if k != own and _is_plain(v)]
        named = [(local_of(key), text) for key, text in plain_ones if text]
        put_attributes(got, spot, self._places.attributes(spot, named), self._leaves)
        return [(key, value) for key, value in node.items() if not _is_plain(value)]

    def _is_wrapper(self, node: Mapping[str, Any]) -> bool:
        """Return whether an object has nothing but lines: {"lineItems": {"edges": [...]}}."""
        lines = not self._names.isdisjoint(local_of(key).lower() for key in node)
        return lines and not any(map(_is_plain, node.values()))

    def _text(self, spot: Spot, got: Got, text: str) -> None:
        if not text:
            return
        if spot.field and spot.field not in TEXTS and (link := _LINK.fullmatch(text)):
            text = link[1]  # to a list of codes
        if spot.mode:
            self._leaves.append((spot, text))
        elif not spot.field:
            got.kept.append((spot.path, text))
        else:
            put(got, spot, text)


def _is_plain(value: Any) -> bool:
    return type(value) is not dict and type(value) is not list


def _read_document(layout: KeyLayout, places: Map, document: Document) -> Iterator[Found | Refusal]:
    """Read the lines of a document; its number is their row."""
    assembly = Assembly()
    assembly.row = document.row - 1
    try:
        value = document.value
        alone = next((name for key, name in layout.alone.items() if key in value), None)
        _Walk(layout, places, assembly).run({alone: value} if alone else value)
    except InputError as error:
        yield Refusal.of(error, row=document.row, screened=False)
        return
    for item in assembly.out:
        if isinstance(item, Found):
            yield _finished(layout, item, document.row)
        else:
            yield structs.replace(item, row=document.row)


def _finished(layout: KeyLayout, line: Found, row: int) -> Found:
    """Convert markup to text, and what the format writes in words of its own."""
    fields = {"seq": str(line.row - row + 1), **line.fields}
    for field in TEXTS:
        if field in fields:
            fields[field] = _unmarked(fields[field])
    for field in fields.keys() & set(DAYS):
        fields[field] = _day(fields[field])
    for field, ours in layout.texts.items():
        if field in fields:
            fields[field] = ours.get(fields[field].lower(), fields[field])
    kept = tuple((_dotted(path), _unmarked(text)) for path, text in line.kept)
    return finished(structs.replace(line, row=row, fields=fields, kept=kept), layout)


def _dotted(path: str) -> str:
    return path.strip("/").replace("/", ".").removeprefix(f"{DOCUMENT}.")


def _unmarked(text: str) -> str:
    return (plain(text) if _MARKUP.search(text) else None) or text


def _day(text: str) -> str:
    """Return the day of a time stamp: seconds or milliseconds since 1970, or with a named zone."""
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC).date().isoformat()
    zoned = _ZONED.match(text)
    return zoned[1] if zoned else text


@lru_cache(maxsize=16)
def _keys_of(head: bytes) -> frozenset[str]:
    """Return the keys in the first bytes of a file; none: it is no JSON."""
    if head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] not in {b"{", b"["}:
        return frozenset()
    return frozenset(local_of(key.decode("utf-8", "replace")) for key in _KEY.findall(head))


def _fits(layout: KeyLayout, head: bytes, suffix: str) -> bool:
    """Detect a format by the first keys, regardless of the suffix."""
    del suffix
    keys, known = _keys_of(head), layout.known
    beside = not known.beside or not keys.isdisjoint(known.beside)
    told = len(keys.intersection(known.names)) >= layout.least
    return told and beside and keys.isdisjoint(known.but)


def _read(layout: KeyLayout, file: BinaryIO, name: str) -> Iterator[Found | Refusal]:
    lines = partial(_read_document, layout, Map(layout, {}, local_of))
    return reader(lines)(file, name)


def _complete(layout: KeyLayout) -> KeyLayout:
    """Return a layout with the document as a head, so that none of its texts is outside."""
    if any(DOCUMENT in head.elements for head in layout.heads):
        return layout
    return structs.replace(layout, heads=(Part(elements=(DOCUMENT,)), *layout.heads))


def _format(name: str, layout: KeyLayout) -> Format:
    layout = _complete(layout)
    return Format(
        name=name,
        title=layout.title,
        fits=partial(_fits, layout),
        read=partial(_read, layout),
        source=layout.source,
        confirmed=layout.confirmed,
    )


def json_formats() -> tuple[Format, ...]:
    """Return the JSON formats whose layouts are data, by name."""
    own = [
        _format(file.name.removesuffix(".toml"), read_toml(file, KeyLayout))
        for file in toml_files(data("messages", "json"))
    ]
    return (*own, *(_format(f"{name}-json", _of_xml(name)) for name in ALSO_JSON))


def _of_xml(name: str) -> KeyLayout:
    layout = load_layout(name)
    title = layout.title.replace("(XML)", "(JSON)")
    return KeyLayout(**{**structs.asdict(layout), "title": title})
