"""Result types of message formats: lines with raw fields, and unmapped data."""

from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

from tidewaiter.base.records import Record
from tidewaiter.trade.types import Refusal

Left = tuple[str, bytes]
"""Path of an object in its document, and its unmapped data as JSON."""


class Found(Record, frozen=True, kw_only=True):
    """A line of a document."""

    row: int  # line number in the file, from 1
    fields: Mapping[str, str]  # field of data/aliases ("goods", "hs", "net", "net.unit") -> text
    parties: tuple[Mapping[str, str | None], ...] = ()  # keys as in types.PARTY
    route: tuple[Mapping[str, str | None], ...] = ()  # keys as in types.STOP
    kept: tuple[tuple[str, str], ...] = ()  # unmapped data: path in the document, and text
    left: tuple[Left, ...] = ()  # unmapped JSON, not expanded to texts yet
    pointed: frozenset[str] = frozenset()  # fields with a decimal point by the format's rules


Read = Callable[[BinaryIO, str], Iterator[Found | Refusal]]
"""Reads a document as a stream. Raises InputError if it is unreadable as a whole."""


class Format(Record, frozen=True, kw_only=True):
    """A format."""

    name: str  # "wco-xml"
    title: str  # "WCO Data Model declaration (XML)"
    fits: Callable[[bytes, str], bool]  # detector: first 4,096 bytes, and the suffix
    read: Read
    source: str  # publication of the format
    confirmed: bool = True  # based on a published document or schema; else lines are unconfirmed
