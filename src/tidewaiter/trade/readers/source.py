"""File content: first bytes, decompression, and decoding to UTF-8."""

import codecs
import re
import unicodedata
from collections.abc import Iterator
from typing import BinaryIO, cast

from charset_normalizer import from_bytes

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.trade.readers.columns.detection import TITLE_ROWS, count_known
from tidewaiter.trade.readers.compression import (
    FAULTS,
    LONGEST_MAGIC,
    is_damage,
    unpacker_of,
)
from tidewaiter.trade.types import Refusal

HEAD = 1 << 16
"""Bytes of a file for detection."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Encodings of trade files; if two decode a sample equally well, the first is used.
_CODECS = (
    "cp1252",
    "cp1251",
    "cp1250",
    "gb18030",
    "cp932",
    "euc_jp",
    "big5",
    "euc_kr",
    "cp1256",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp874",
    "koi8_r",
    "cp866",
    "cp850",
    "cp852",
)
# Other encodings rarely look like UTF-8: it is UTF-8 if most letters are valid.
_MOSTLY = 4
_SCRIPTS = 6  # scripts in a file of one language, with names in another
_SHIFTS = (b"\x1b$B", b"\x1b$@")  # shift to Japanese, in ISO 2022
_CELL = re.compile(r"[^,;|\t\r\n\"]+")

_BINARY = {
    b"PAR1": "a Parquet file",
    b"PK\x03\x04": "a zip archive or a spreadsheet",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet (.xls) or Office file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x7fELF": "a program",
    b"MZ": "a program",
    b"SQLite format 3": "a database",
    b"7z\xbc\xaf": "a 7-zip archive",
}


class Encoding(Record, frozen=True, kw_only=True):
    """Encoding of a text file."""

    codec: str
    doubt: str = ""  # another codec that matches equally well; "": none


def binary_kind(head: bytes) -> str | None:
    """Identify a binary file; None: it may be text."""
    for magic, kind in _BINARY.items():
        if head.startswith(magic) and (magic != b"MZ" or b"\0" in head[:64]):
            return kind
    return None


class Source:
    """A stream with look-ahead; `is_cut` tells that damaged data ended it early."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._head = b""
        self._damage: Exception | None = None
        self.is_cut = False

    def peek(self, size: int = HEAD) -> bytes:
        """Return the first `size` bytes, or all if there are fewer, without consuming them."""
        while len(self._head) < size and self._damage is None:
            try:
                piece = self._file.read(size - len(self._head))
            except (*FAULTS, OSError) as error:
                if not (self._head and is_damage(error)):
                    raise
                self._damage = error  # after what is sound
                break
            if not piece:
                break
            self._head += piece
        return self._head[:size]

    def read(self, size: int = -1) -> bytes:
        """Read at most `size` bytes; empty: the end. Without a size, read all."""
        if size < 0:
            head, self._head = self._head, b""
            return head + self._file.read()
        if self._head:
            head, self._head = self._head[:size], self._head[size:]
            return head + self._more(size - len(head))  # a reader may look at its first bytes
        if self._damage is not None:
            raise self._damage
        return self._file.read(size)

    def _more(self, size: int) -> bytes:
        """Read on behind the first bytes; damage is raised by the next read."""
        if not size or self._damage is not None:
            return b""
        try:
            return self._file.read(size)
        except (*FAULTS, OSError) as error:
            if not is_damage(error):
                raise
            self._damage = error
            return b""

    def seekable(self) -> bool:
        """Return False: the stream is forward-only."""
        return False

    @property
    def closed(self) -> bool:
        """Return False; Arrow asks."""
        return False

    def close(self) -> None:
        """Do nothing: the caller closes the file."""


def open_source(file: BinaryIO) -> Source:
    """Open a stream; a compressed one is unpacked."""
    plain = file if isinstance(file, Source) else Source(file)
    unpack = unpacker_of(plain.peek(LONGEST_MAGIC))
    return plain if unpack is None else Source(unpack(cast("BinaryIO", plain)))


def peek(source: Source, name: str) -> bytes:
    """Return the first bytes of a file without consuming them.

    Raises:
        InputError: The file is empty, or its compressed data is damaged at the start.
    """
    try:
        head = source.peek()
    except (*FAULTS, OSError) as error:
        if not is_damage(error):
            raise
        raise _broken(name) from error
    if not head:
        raise InputError("trade/file-empty", at=name)
    return head


def chunks(source: Source, name: str, size: int, *, partly: bool = False) -> Iterator[bytes]:
    """Read a file in chunks of at most `size` bytes.

    Args:
        source: The file.
        name: Its name, for errors.
        size: In bytes.
        partly: Damage ends the file where something was read before; the caller then reports it
            by `cut_of`.

    Raises:
        InputError: Its compressed data is damaged or truncated.
    """
    given = False
    while True:
        try:
            piece = source.read(size)
        except (*FAULTS, OSError) as error:
            if not is_damage(error):
                raise
            if not (partly and given):
                raise _broken(name) from error
            source.is_cut = True
            return
        if not piece:
            return
        given = True
        yield piece


def cut_of(source: Source) -> tuple[Refusal, ...]:
    """Return the problem of a file that was read up to its damage; empty: it was read whole."""
    if not source.is_cut:
        return ()
    return (Refusal.of(InputError("trade/compressed-data-cut"), row=0, screened=False),)


def _broken(name: str) -> InputError:
    return InputError("trade/gzip-damaged", at=name)


def find_encoding(head: bytes, name: str, asked: str | None) -> Encoding:
    """Determine the encoding of a text: as requested, by byte order mark, UTF-8, or detection.

    Raises:
        InputError: It is binary, the requested encoding is unknown or clearly wrong, or none
            matches.
    """
    kind = binary_kind(head)
    if kind:
        raise InputError("trade/not-text-but", kind=kind, at=name)
    marked = next((codec for bom, codec in _BOMS if head.startswith(bom)), None)
    if asked:
        return Encoding(codec=_asked(asked, marked, head, name))
    codec = marked or _wide(head)
    if codec is None and any(shift in head for shift in _SHIFTS):
        codec = "iso2022_jp"
    if codec:
        return Encoding(codec=codec)
    if _is_binary(head):
        raise InputError("trade/not-text", at=name)
    return Encoding(codec="utf-8") if _is_utf8(head) else _guess(head, name)


def _asked(asked: str, marked: str | None, head: bytes, name: str) -> str:
    try:
        codec = codecs.lookup(asked).name
    except LookupError:
        raise InputError("trade/asked-encoding-not-known", asked=asked, at=name) from None
    sure = marked or ("utf-8" if _is_utf8(head) and not head.isascii() else None)
    if sure and codec.split("-")[:2] != sure.split("-")[:2] and codec != "utf-8-sig":
        raise InputError("trade/encoding-is-another", sure=sure, asked=asked, at=name)
    return marked or codec


def _is_utf8(head: bytes) -> bool:
    """Return whether a text is UTF-8; a few invalid bytes are reported later, row by row."""
    text = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(head)
    bad = sum("\ud800" <= c <= "\udfff" for c in text)
    good = sum(c > "\x7f" for c in text) - bad
    return bad == 0 or good > _MOSTLY * bad


def _wide(head: bytes) -> str | None:
    """Detect UTF-16 without a byte order mark: every second byte of ASCII is 0."""
    even, odd = head[0:4096:2], head[1:4096:2]
    if len(odd) > 1 and odd.count(0) > 0.6 * len(odd) and even.count(0) < 0.05 * len(even):
        return "utf-16-le"
    if len(odd) > 1 and even.count(0) > 0.6 * len(even) and odd.count(0) < 0.05 * len(odd):
        return "utf-16-be"
    if b"\0" not in head[:4096]:
        return None
    # In other scripts only line ends and delimiters contain zeros.
    return next((codec for codec in ("utf-16-le", "utf-16-be") if _reads(head, codec)), None)


def _reads(head: bytes, codec: str) -> bool:
    """Return whether bytes decode to lines of letters in an encoding."""
    text = head[:4096].decode(codec, "replace").rstrip("\ufffd")
    strange = sum(c not in "\t\r\n" and unicodedata.category(c)[0] == "C" for c in text)
    lines = [line for line in text.splitlines() if line]
    scripts = {unicodedata.name(c, "?").split()[0] for line in lines for c in line if c.isalpha()}
    return len(lines) > 1 and not strange and len(scripts) <= _SCRIPTS


def _is_binary(head: bytes) -> bool:
    control = sum(head.count(bytes([c])) for c in range(32) if c not in b"\t\n\v\f\r\x1a\x1f\x01")
    return control > 0.1 * len(head)


def _guess(head: bytes, name: str) -> Encoding:
    cut = head[: head.rfind(b"\n") + 1] or head
    lines = [line for line in cut.splitlines() if not line.isascii()]
    telling = b"\n".join(lines[:200])[:8192]
    names = _by_headers(cut) or _by_letters(telling)
    names.sort(key=lambda codec: (_oddities(telling, codec), _CODECS.index(codec)))
    if not names:
        raise InputError("trade/encoding-not-found", at=name)
    read = telling.decode(names[0], "replace")
    least = _oddities(telling, names[0])
    even = [codec for codec in names[1:] if _oddities(telling, codec) <= least]
    doubts = [codec for codec in even if telling.decode(codec, "replace") != read]
    return Encoding(codec=names[0], doubt=doubts[0] if doubts else "")


def _by_letters(telling: bytes) -> list[str]:
    """Return the encodings that decode some lines to text."""
    found = from_bytes(telling, cp_isolation=list(_CODECS))
    best = min((match.chaos for match in found), default=1.0)
    near = {codec for m in found if m.chaos <= best + 0.1 for codec in m.could_be_from_charset}
    return [codec for codec in near if codec in _CODECS]


def _by_headers(head: bytes) -> list[str]:
    """Return the encodings with the most known column names; empty: none has any."""
    known = {codec: _headers(head, codec) for codec in _CODECS}
    most = max(known.values())
    return [codec for codec, count in known.items() if count == most > 0]


def _headers(raw: bytes, codec: str) -> int:
    """Count the non-ASCII cells of the first lines that are known column names."""
    lines = raw[:8192].decode(codec, "ignore").splitlines()[:TITLE_ROWS]
    cells = {cell.strip() for line in lines for cell in _CELL.findall(line)}
    return sum(count_known([cell]) for cell in cells if not cell.isascii())


def _oddities(raw: bytes, codec: str) -> int:
    """Count words that mix scripts or contain symbols, and invalid characters."""
    text = raw.decode(codec, "replace")
    words = re.findall(r"[^\W\d_]+", text)
    mixed = sum(len({unicodedata.name(c, "?").split()[0] for c in word}) > 1 for word in words)
    inside = len(re.findall(r"(?<=[a-z])[^\w\s'’.,:;/&()+\-](?=[a-z])", text))
    inside += len(re.findall(r"[£¥¢§¤©®±µ¶¹¼½¾](?=[^\W\d_])", text))
    case = len(re.findall(r"(?<=[a-zß-ÿа-я])[A-ZÀ-ÞŸŠŽŒА-Я]", text))
    return mixed + inside + case + sum(c == "\ufffd" or "\x7f" <= c < "\xa0" for c in text)


def to_utf8(pieces: Iterator[bytes], encoding: Encoding, name: str) -> Iterator[bytes]:
    """Convert a text to UTF-8; undecodable bytes remain as invalid bytes.

    Raises:
        InputError: The decoder cannot resynchronise.
    """
    if encoding.codec in ("utf-8", "utf-8-sig", "ascii"):
        first = next(pieces, b"").removeprefix(codecs.BOM_UTF8)
        yield first
        yield from pieces
        return
    decoder = codecs.getincrementaldecoder(encoding.codec)("surrogateescape")
    done = 0
    try:
        for piece in pieces:
            yield decoder.decode(piece).encode("utf-8", "surrogateescape")
            done += len(piece)
        yield decoder.decode(b"", final=True).encode("utf-8", "surrogateescape")
    except UnicodeError as error:
        raise InputError(
            "trade/not-in-the-encoding", codec=encoding.codec, at=f"{name}, after byte {done}"
        ) from error
