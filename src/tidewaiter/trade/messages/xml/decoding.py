"""The bytes of XML documents: decoded, cleaned of invalid characters, and recognised."""

import codecs
import re
import zlib
from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record

SIZE = 1 << 16
"""Bytes that are read at once."""

OPENS = b"<?xml "
"""What a document begins with, where it says what it is."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_STRANGE = ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined")
_CONTROLS = bytes(c for c in range(32) if c not in b"\t\n\r")
_WITHOUT = bytes.maketrans(_CONTROLS, b" " * len(_CONTROLS))
_NO_SIGN = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")  # U+FFFE and U+FFFF, which XML does not have
_UNKNOWN = "\ufffd".encode()
_BESIDE = re.compile(r"<\?.*?\?>|<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)
_NAME = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)")


class Piece(Record, frozen=True, kw_only=True):
    """Some bytes of a document, in UTF-8."""

    data: bytes
    strange: int = 0  # characters that were left out or could not be decoded
    broken: InputError | None = None  # why the file ends here


def codec_of(head: bytes) -> str:
    """Tell the encoding of a document by its first bytes.

    Raises:
        InputError: It declares one that is not known.
    """
    marked = next((codec for bom, codec in _BOMS if head.startswith(bom)), None)
    if marked:
        return marked
    start = head.lstrip()[:4] or head[:4]
    if start[:2] == b"<\0":
        return "utf-16-le"
    if head[:2] == b"\0<":
        return "utf-16-be"
    declared = _DECLARED.search(head[:400])
    if not declared:
        return "utf-8"
    if declared[1].lower().startswith((b"utf-16", b"utf-32", b"ucs-2")):
        return "utf-8"  # what can be read as far as this line is not of two bytes, whatever it says
    try:
        found = codecs.lookup(declared[1].decode())
        b" ".decode(found.name)  # what is no encoding of texts says so
    except (LookupError, ValueError):
        found = None
    if found is None or found.name in _STRANGE:
        raise InputError("trade/declared-encoding-not-known", declared=declared[1].decode())
    return found.name


@lru_cache(maxsize=16)
def names_of(head: bytes) -> tuple[str, ...]:
    """List the local names of the first elements, the root first; empty: it is not XML.

    Args:
        head: The first bytes of a file.
    """
    try:
        codec = codec_of(head)
    except InputError:
        codec = "latin-1"
    text = head.decode(codec, "ignore").lstrip("\ufeff \t\r\n")
    if not text.startswith("<"):
        return ()
    plain = _BESIDE.sub(" ", text)
    cut = re.search(r"<(?:!--|\?)", plain)
    return tuple(_NAME.findall(plain[: cut.start()] if cut else plain))


def pieces(file: BinaryIO) -> Iterator[Piece]:
    """Read a file in pieces of UTF-8 that hold only what XML may hold.

    Raises:
        InputError: Its encoding is not known.
    """
    head = file.read(SIZE)
    codec = codec_of(head)
    plain = codec == "utf-8"
    decoder = codecs.getincrementaldecoder(codec)("replace")
    data, pending = head, False
    while True:
        if plain and not pending and data.isascii():
            text = data
        else:
            text = decoder.decode(data, not data).encode("utf-8", "replace")
            pending = bool(decoder.getstate()[0])
        if text:
            yield _clean(text)
        if not data:
            return
        try:
            data = file.read(SIZE)
        except (EOFError, OSError, zlib.error) as error:
            yield Piece(data=b"", broken=InputError("trade/packed-file-damaged", error=error))
            return


def _clean(text: bytes) -> Piece:
    clean, strange = text.translate(_WITHOUT), 0
    if clean != text:
        strange = sum(text.count(bytes([control])) for control in _CONTROLS)
    if b"\xef\xbf" in clean:
        for sign in _NO_SIGN:
            strange += clean.count(sign)
            clean = clean.replace(sign, b"")
        strange += clean.count(_UNKNOWN)
    return Piece(data=clean, strange=strange)
