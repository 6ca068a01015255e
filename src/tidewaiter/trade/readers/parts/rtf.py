r"""Rich Text Format (.rtf): its paragraphs and tables as a page.

Groups are tracked on a list, not by recursion; pictures and objects are skipped, and no field is
followed. Sources: Rich Text Format Specification 1.9.1; [MS-OXRTFCP] for the compressed form.
"""

import codecs
import re
import struct
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, NamedTuple

from tidewaiter.base.errors import InputError
from tidewaiter.trade.readers.parts.markup import Page
from tidewaiter.trade.readers.parts.types import Part, Room
from tidewaiter.trade.readers.unknown.whole import MOST, whole_of

_TOKEN = re.compile(
    rb"\\([A-Za-z]{1,32})(-?\d{1,10})?[ ]?|\\'([0-9A-Fa-f]{2})|\\(.)|([{}])|[\r\n\0]+"
    rb"|([^\\{}\r\n\0]+)",
    re.DOTALL,
)
_SKIPPED = frozenset(
    (
        *("fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "objdata", "filetbl"),
        *("themedata", "colorschememapping", "datastore", "fldinst", "listtable", "rsidtbl"),
        *("listoverridetable", "generator", "latentstyles", "xmlnstbl", "pgdsctbl", "mmathPr"),
    )
)
_SHOWN = frozenset(("shptxt", "result", "fldrslt", "footnote", "annotation", "nonshppict"))
_ENDS = frozenset(("par", "sect", "page", "line", "column"))
_CHARACTERS = {
    "tab": " ",
    "emdash": "\u2014",
    "endash": "\u2013",
    "lquote": "\u2018",
    "rquote": "\u2019",
    "ldblquote": "\u201c",
    "rdblquote": "\u201d",
    "bullet": "\u2022",
}
# Character sets of fonts, as the specification numbers them.
_CHARSETS = {
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    134: "gb18030",
    136: "big5",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
}
_CODEPAGES = {65001: "utf-8", 20127: "ascii", 936: "gb18030", 10000: "mac_roman", 28591: "latin-1"}


def codec_of(codepage: int | None) -> str | None:
    """Return the encoding of a code page; None: not known."""
    if codepage is None:
        return None
    name = _CODEPAGES.get(codepage) or f"cp{codepage}"
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


def fits(head: bytes, suffix: str) -> bool:
    """Return whether a file begins like Rich Text Format."""
    del suffix
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{\\rtf")


def split(file: BinaryIO, name: str, room: Room) -> Iterator[Part]:
    """Yield the text of a document as a page.

    Raises:
        InputError: It is too long.
    """
    page = Page(name)
    _Reader(page).read(whole_of(file, name))
    if not page.is_empty:
        yield Part(name="text", file=room.hold(BytesIO(page.data()), name), form="html")


class _State(NamedTuple):
    """What holds in a group."""

    skipped: bool = False
    ignored: int = 1  # characters after a Unicode one that stand for it in older programs
    font: int | None = None


class _Reader:
    """Reads tokens; cells are collected until their row ends."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._state = _State()
        self._outer: list[_State] = []
        self._codec = "cp1252"
        self._fonts: dict[int, str] = {}
        self._in_fonts = 0  # depth of the font table
        self._raw = bytearray()
        self._text: list[str] = []
        self._cells: list[str] = []
        self._in_row = False
        self._in_table = False
        self._ignore = 0
        self._starred = False

    def read(self, data: bytes) -> None:
        """Read a document."""
        place = 0
        while place < len(data):
            found = _TOKEN.match(data, place)
            if found is None:  # a last backslash
                break
            place = found.end()
            word, number, byte, symbol, brace, text = found.groups()
            if word is not None:
                value = int(number) if number else None
                if word == b"bin":
                    place += max(0, value or 0)
                else:
                    self._word(word.decode(), value)
            elif byte is not None:
                self._bytes(bytes([int(byte, 16)]))
            elif symbol is not None:
                self._symbol(symbol)
            elif brace is not None:
                self._brace(opens=brace == b"{")
            elif text is not None:
                self._bytes(text)
        self._end_paragraph()
        self._end_row()
        self._end_table()

    def _brace(self, *, opens: bool) -> None:
        self._decode()
        self._starred = False
        if opens:
            self._outer.append(self._state)
        elif self._outer:
            self._state = self._outer.pop()
            if len(self._outer) < self._in_fonts:
                self._in_fonts = 0

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._starred = True
        elif symbol in (b"\\", b"{", b"}"):
            self._bytes(symbol)
        elif symbol in (b"~", b"_"):
            self._bytes(b" " if symbol == b"~" else b"-")
        elif symbol in (b"\r", b"\n"):
            self._word("par", None)

    def _word(self, word: str, value: int | None) -> None:
        self._decode()
        if word in _SKIPPED or (self._starred and word not in _SHOWN):
            if word == "fonttbl":
                self._in_fonts = len(self._outer)
            self._state = self._state._replace(skipped=True)
        elif word in _SHOWN:
            self._state = self._state._replace(skipped=False)
        self._starred = False
        if word == "ansicpg":
            self._codec = codec_of(value) or self._codec
        elif word in ("f", "fcharset"):
            self._font(word, value)
        elif word == "uc":
            self._state = self._state._replace(ignored=max(0, min(value or 0, 16)))
        elif not self._state.skipped:
            self._shown(word, value)

    def _font(self, word: str, value: int | None) -> None:
        if word == "f":
            self._state = self._state._replace(font=value)
        elif self._in_fonts and self._state.font is not None and value in _CHARSETS:
            self._fonts[self._state.font] = _CHARSETS[value or 0]

    def _shown(self, word: str, value: int | None) -> None:
        if word == "u" and value is not None:
            code = value % 0x10000
            self._ignore = self._state.ignored
            # Halves of a pair are joined when the text is decoded.
            self._text.append(chr(code))
        elif word in _ENDS:
            self._end_paragraph()
        elif word in ("trowd", "nesttableprops"):
            self._in_row = True
        elif word in ("cell", "nestcell"):
            self._in_row = True
            self._cells.append(self._taken())
        elif word in ("row", "nestrow"):
            self._end_row()
        elif word == "pard":
            self._in_row = bool(self._cells)
        elif word == "intbl":
            self._in_row = True
        elif word in _CHARACTERS:
            self._text.append(_CHARACTERS[word])

    def _bytes(self, raw: bytes) -> None:
        if self._ignore:
            dropped = min(self._ignore, len(raw))
            self._ignore -= dropped
            raw = raw[dropped:]
        if raw and not self._state.skipped:
            self._raw += raw

    def _decode(self) -> None:
        if self._raw:
            codec = self._fonts.get(self._state.font or 0) if self._state.font is not None else None
            self._text.append(self._raw.decode(codec or self._codec, "replace"))
            self._raw.clear()

    def _taken(self) -> str:
        self._decode()
        text = "".join(self._text)
        self._text.clear()
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()

    def _end_paragraph(self) -> None:
        if self._in_row:
            self._text.append(" ")
            return
        text = self._taken()
        if text:
            self._end_table()
            self._page.text(text)
            self._page.paragraph()

    def _end_row(self) -> None:
        rest = self._taken()
        cells = [*self._cells, *([rest] if rest else ())]
        self._cells.clear()
        self._in_row = False
        if not cells:
            return
        if not self._in_table:
            self._in_table = True
            self._page.start_table()
        self._page.start_row()
        for cell in cells:
            self._page.start_cell()
            self._page.text(cell)

    def _end_table(self) -> None:
        if self._in_table:
            self._in_table = False
            self._page.end_table()


_PRELOAD = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_HEAD = struct.Struct("<II4sI")
_WINDOW = 4096


def unpacked(data: bytes) -> bytes:
    """Unpack a document as Outlook compresses it; of a damaged one, what can be unpacked.

    Raises:
        InputError: It is too long.
    """
    if len(data) < _HEAD.size:
        return b""
    _, size, kind, _ = _HEAD.unpack_from(data)
    if kind == b"MELA":
        return data[_HEAD.size : _HEAD.size + size]
    if size > MOST:
        raise InputError("trade/unknown-document-too-long", most=MOST >> 20)
    window = bytearray(_PRELOAD.ljust(_WINDOW, b"\0"))
    at, out, place = len(_PRELOAD), bytearray(), _HEAD.size
    while place < len(data) and len(out) < size:
        flags, place = data[place], place + 1
        for bit in range(8):
            wide = flags >> bit & 1
            if place + wide >= len(data):
                return bytes(out[:size])
            if not wide:
                piece, place = data[place : place + 1], place + 1
            else:
                pair, place = int.from_bytes(data[place : place + 2]), place + 2
                start = pair >> 4
                if start == at:
                    return bytes(out[:size])
                piece = b""
                for step in range((pair & 15) + 2):
                    byte = window[(start + step) % _WINDOW]
                    window[at] = byte
                    at = (at + 1) % _WINDOW
                    piece += bytes([byte])
                out += piece
                continue
            window[at] = piece[0]
            at = (at + 1) % _WINDOW
            out += piece
    return bytes(out[:size])
