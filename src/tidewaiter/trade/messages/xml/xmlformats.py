"""The XML formats: how each is known, and how it is read."""

from collections.abc import Iterator
from functools import lru_cache, partial
from typing import BinaryIO

from tidewaiter.consignments.messages.layouts import Layout, load_layout
from tidewaiter.consignments.messages.types import Format, Found
from tidewaiter.consignments.messages.xmlbytes import names_of
from tidewaiter.consignments.messages.xmlstream import read_xml
from tidewaiter.consignments.types import Refusal

NAMES = ("wco-xml", "asycuda-xml", "ens-cc315a", "xfwb", "xfzb", "xfhl", "ics2-xml")


def xml_formats() -> tuple[Format, ...]:
    """List the XML formats, in the order in which they are asked."""
    return tuple(_format(name) for name in NAMES)


_layout = lru_cache(maxsize=None)(load_layout)


def _format(name: str) -> Format:
    layout = _layout(name)
    return Format(
        name=name,
        title=layout.title,
        fits=partial(_fits, layout),
        read=partial(_read, layout),
        source=layout.source,
        confirmed=layout.confirmed,
    )


def _fits(layout: Layout, head: bytes, suffix: str) -> bool:
    """Tell a format by the names of the first elements, whatever the suffix is."""
    del suffix
    names = frozenset(names_of(head))
    beside = layout.known.beside
    return not names.isdisjoint(layout.known.names) and (not beside or not names.isdisjoint(beside))


def _read(layout: Layout, file: BinaryIO, name: str) -> Iterator[Found | Refusal]:
    return read_xml(layout, _foreign(layout), file, name)


def _foreign(layout: Layout) -> dict[str, str]:
    """Map the names of the documents of other formats, in small letters, to their titles."""
    others = (other for other in map(_layout, NAMES) if other is not layout)
    return {name.lower(): other.title for other in others for name in other.known.names}
