"""Signed files (.p7m): the document inside, as electronic invoices of Italy are sent.

The signature is not checked: whoever signed it, the words are screened.

Source: RFC 5652, sections 3 and 5; ITU-T X.690, section 8 (BER).
"""

import base64
import binascii
import re
from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from pathlib import PurePath
from typing import BinaryIO, NamedTuple

from tidewaiter.base.errors import InputError
from tidewaiter.trade.readers.parts.types import Part, Room
from tidewaiter.trade.readers.unknown.whole import whole_of

_SIGNED = bytes.fromhex("06092a864886f70d010702")  # the identifier of signed data
_BEGINS = 32  # bytes in which it stands
_ARMOUR = re.compile(rb"\s*(?:-----BEGIN (?:PKCS7|CMS)-----\s*)?(MI[A-Za-z0-9+/=\s]+)")
_OCTETS, _SEQUENCE, _CHOSEN = 0x04, 0x30, 0xA0  # tags; 0xA0: the part numbered 0
_NESTED = 0x20  # bit of a tag: parts follow
_OPEN = 0x80  # a length: the end is marked; more: the length has as many bytes
_DEEPEST = 12
_MOST = 1 << 20  # parts of a value; programs write the content in pieces of 1,000 bytes or more
_FEW = 10  # parts of the values around the content


class _Item(NamedTuple):
    """A value: its tag, where its content begins and ends, and where the next one begins."""

    tag: int
    start: int
    end: int
    next: int


def fits(head: bytes, suffix: str) -> bool:
    """Return whether a file begins like signed data."""
    del suffix
    if found := _ARMOUR.match(head):
        packed = b"".join(found[1].split())[: 4 * _BEGINS]
        try:
            head = base64.b64decode(packed[: len(packed) // 4 * 4])
        except binascii.Error:  # text that begins with "MI"
            return False
    return head[:1] == bytes([_SEQUENCE]) and _SIGNED in head[:_BEGINS]


def split(file: BinaryIO, name: str, room: Room) -> Iterator[Part]:
    """Yield the document that was signed.

    Raises:
        InputError: It is damaged, without a document, or too long.
    """
    data = whole_of(file, name)
    try:
        content = _content(_plain(data))
    except (IndexError, ValueError, binascii.Error) as error:
        raise InputError("trade/signed-file-damaged", at=name) from error
    if not content:
        raise InputError("trade/signed-file-empty", at=name)
    leaf = PurePath(name).name
    inner = leaf[: -len(".p7m")] if leaf.casefold().endswith(".p7m") else leaf
    yield Part(name=inner, file=room.hold(BytesIO(content), name))


def _plain(data: bytes) -> bytes:
    found = _ARMOUR.match(data)
    return base64.b64decode(b"".join(found[1].split())) if found else data


def _content(data: bytes) -> bytes:
    """Return the signed content: that of the third part of the signed data."""
    signed = _listed(data, _item(data, 0))[1]  # after the identifier
    (inside,) = _listed(data, signed)
    parts = _listed(data, inside)  # version, algorithms, content
    described = parts[[part.tag for part in parts].index(_SEQUENCE)]
    content = bytearray()
    for part in _listed(data, described):
        if part.tag == _CHOSEN:
            for octets in _octets(data, part, 0):
                content += data[octets.start : octets.end]
    return bytes(content)


def _octets(data: bytes, item: _Item, depth: int) -> Iterator[_Item]:
    """Yield the pieces of a text of bytes."""
    if depth > _DEEPEST:
        raise ValueError
    for part in _parts(data, item):
        if part.tag & _NESTED:
            yield from _octets(data, part, depth + 1)
        elif part.tag == _OCTETS:
            yield part


def _listed(data: bytes, item: _Item) -> list[_Item]:
    """Return the few parts of a value."""
    return list(islice(_parts(data, item), _FEW))


def _parts(data: bytes, item: _Item) -> Iterator[_Item]:
    at = item.start
    for _ in range(_MOST):
        if at >= item.end:
            return
        part = _item(data, at)
        yield part
        at = part.next
    raise ValueError


def _item(data: bytes, at: int, depth: int = 0) -> _Item:
    """Return the value at a position.

    Raises:
        IndexError: It is cut.
        ValueError: It is nested too deeply, or has too many parts.
    """
    tag, size, start = data[at], data[at + 1], at + 2
    if size == _OPEN:
        if depth > _DEEPEST:
            raise ValueError
        end = start
        for _ in range(_MOST):
            if data[end : end + 2] == b"\0\0":
                return _Item(tag, start, end, end + 2)
            end = _item(data, end, depth + 1).next
        raise ValueError
    if size > _OPEN:
        count = size - _OPEN
        size = int.from_bytes(data[start : start + count], "big")
        start += count
    if start + size > len(data):
        raise IndexError
    return _Item(tag, start, start + size, start + size)
