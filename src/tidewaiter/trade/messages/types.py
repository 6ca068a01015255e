"""What a message format returns: lines with their fields as written, and what it left unused."""

from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

from tidewaiter.base.records import Record
from tidewaiter.trade.types import Refusal

Left = tuple[str, bytes]
"""Path of an object in its document, and as JSON what of it has no field."""


class Found(Record, frozen=True, kw_only=True):
    """One line of a document."""

    row: int  # number of the line in the file, from 1
    fields: Mapping[str, str]  # names of data/aliases ("goods", "hs", "net", "net.unit") -> text
    parties: tuple[Mapping[str, str | None], ...] = ()  # keys as in types.PARTY
    route: tuple[Mapping[str, str | None], ...] = ()  # keys as in types.STOP
    kept: tuple[tuple[str, str], ...] = ()  # path in the document, and text: what has no field
    left: tuple[Left, ...] = ()  # the same of JSON, not written as texts yet
    pointed: frozenset[str] = frozenset()  # fields whose numbers have a point by the format's rules


Read = Callable[[BinaryIO, str], Iterator[Found | Refusal]]
"""Reads a document as a stream. Raises InputError where it cannot be read as a whole."""


class Format(Record, frozen=True, kw_only=True):
    """One format."""

    name: str  # "wco-xml"
    title: str  # "WCO Data Model declaration (XML)"
    fits: Callable[[bytes, str], bool]  # by the first 4,096 bytes, and the suffix
    read: Read
    source: str  # where its layout is published
    confirmed: bool = True  # a published document or schema was read; else it is asked for
