"""JSON and XML from outside: limited in size, without entities, and refused with their place."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

import msgspec
from lxml import etree
from tools.law_watch.records import WatchError

from tidewaiter.base.untrusted_xml import make_parser

T = TypeVar("T")

MOST_BYTES = 32 << 20
_PLACE = re.compile(r"\(byte (\d+)\)|at `([^`]+)`")
_CUT = "truncated"
_AGAIN = (
    "fetch it again; if that does not help, the format of the source has changed: see its reader"
)


def parse_json(raw: bytes, name: str, kind: type[T]) -> T:
    """Decode JSON into a record.

    Raises:
        WatchError: Cut, no JSON, or without a field that is needed; with the place.
    """
    _check_size(raw, name)
    try:
        return msgspec.json.decode(raw, type=kind)
    except UnicodeDecodeError as error:
        raise WatchError("not UTF-8", at=f"{name}, byte {error.start}", hint=_AGAIN) from error
    except msgspec.MsgspecError as error:
        text = str(error)
        found = _PLACE.search(text)
        if found is None:
            place = f"byte {len(raw)}" if _CUT in text else "the whole answer"
        else:
            place = f"byte {found[1]}" if found[1] else found[2]
        raise WatchError(text, at=f"{name}, {place}", hint=_AGAIN) from error


def parse_xml(raw: bytes, name: str, root: str) -> Any:
    """Parse XML without entities, document type and network.

    Args:
        raw: The answer.
        name: Its name.
        root: Local name of the element that it must have.

    Raises:
        WatchError: Cut, no XML, another document, or with a document type; with the line.
    """
    _check_size(raw, name)
    # What declares entities is refused before it is parsed, as expanding them is how a small file
    # fills the memory; in an encoding where the bytes differ, the parser leaves them as they are.
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise _with_type(name, raw[: raw.index(b"<!")].count(b"\n") + 1)
    try:
        found = etree.fromstring(raw, make_parser())
    except etree.XMLSyntaxError as error:
        raise WatchError(error.msg, at=f"{name}, line {error.lineno}", hint=_AGAIN) from error
    if found.getroottree().docinfo.doctype:
        raise _with_type(name, 1)
    if local(found) != root:
        text = f'begins with the element "{local(found)}" instead of "{root}"'
        raise WatchError(text, at=f"{name}, line {found.sourceline}", hint=_AGAIN)
    return found


def _with_type(name: str, line: int) -> WatchError:
    return WatchError(
        "it has a document type, which no source of law sends",
        at=f"{name}, line {line}",
        hint="do not use this answer; look at the address that it came from",
    )


def parse_day(text: str | None, at: str) -> date | None:
    """Parse an ISO 8601 date, or the date of a time; None or empty: not told.

    Raises:
        WatchError: Not a date.
    """
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise WatchError(f'"{text}" is not a date', at=at, hint=_AGAIN) from error


def local(element: Any) -> str:
    """Return the name of an element without its namespace; empty for what is no element."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def attributes(element: Any) -> Mapping[str, str]:
    """Return attributes by name without namespace."""
    return {etree.QName(name).localname: text for name, text in element.attrib.items()}


def words(text: str) -> str:
    """Return text with single spaces."""
    return " ".join(text.split())


def _check_size(raw: bytes, name: str) -> None:
    if len(raw) > MOST_BYTES:
        text = f"it has {len(raw) >> 20} MiB, more than {MOST_BYTES >> 20}"
        raise WatchError(text, at=name, hint="ask for less, such as a later `since`")
    if not raw.strip():
        raise WatchError("it is empty", at=f"{name}, byte 0", hint=_AGAIN)
