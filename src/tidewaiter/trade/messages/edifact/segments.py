"""Segments of an interchange, one after the other; however long the file is, a piece of it is held.

The service characters are those of UNA, or the usual ones; each interchange of a file may have its
own, and its own characters (UNB). Line ends are no part of a text: files are folded at any place.
Source: ISO 9735 (UN/EDIFACT application level syntax rules), versions 1 to 4.
"""

import codecs
import re
from collections.abc import Generator, Iterator
from typing import BinaryIO

from tidewaiter.base.records import Record

_PIECE = 1 << 16  # bytes read at a time
_LONGEST = 1 << 20  # characters of a segment
_RELEASED = 0xE000  # a character after a release character is held here while a piece is cut
_BACK = {_RELEASED + code: chr(code) for code in range(128)}
_HELD = re.compile(f"([{chr(_RELEASED)}-{chr(_RELEASED + 127)}])")
_UNA = 9  # characters of UNA with its tag
_NEAR = 64  # characters at the start of a piece in which UNA is looked for
_ENDS = str.maketrans("", "", "\r\n")

CODECS = {
    "UNOA": "ascii",
    "UNOB": "ascii",
    "UNOC": "iso8859-1",
    "UNOD": "iso8859-2",
    "UNOE": "iso8859-5",
    "UNOF": "iso8859-7",
    "UNOG": "iso8859-3",
    "UNOH": "iso8859-4",
    "UNOI": "iso8859-6",
    "UNOJ": "iso8859-8",
    "UNOK": "iso8859-9",
    "UNOL": "iso8859-15",
    "UNOW": "utf-8",
    "UNOX": "iso2022_jp_2",
    "UNOY": "utf-8",
    "UNOZ": "utf-8",
}
"""Character sets of data element 0001. ISO 10646 is UTF-8, or UTF-16 where its bytes are so."""


CHARACTERS = "say the right character set in UNB"
"""What would do where letters were read otherwise than UNB says."""
_LATIN = frozenset({"iso8859-1", "iso8859-15"})  # whose letters in a row are never utf-8
_BARE = re.compile(rb"\s*UN[BH]\+[^\r\n]*\r?\n\s*[A-Z]{3}\+")  # no UNA, and a segment a line


class Service(Record, frozen=True, kw_only=True):
    """The service characters."""

    component: str = ":"
    element: str = "+"
    release: str = "?"  # "": none
    end: str = "'"

    def cut(self, text: str) -> tuple[list[str], str]:
        """Cut a piece of text into segments; what follows the last end is left over.

        A released character stands in them as one that no text has.
        """
        if self.release and self.release in text:
            text, left = self._hold(text)
        else:
            left = ""
        *segments, rest = text.split(self.end)
        return segments, self.free(rest) + left

    def _hold(self, text: str) -> tuple[str, str]:
        last = len(text) - len(text.rstrip(self.release))
        left = self.release if last % 2 else ""  # what it releases is in the next piece
        text = text.removesuffix(left) if left else text
        pattern = re.escape(self.release) + "(.)"
        return re.sub(pattern, _held, text, flags=re.DOTALL), left

    def free(self, text: str) -> str:
        """Write a text as it stood before it was cut, with its release characters."""
        if text.isascii():
            return text
        return _HELD.sub(lambda m: self.release + _BACK[ord(m[0])], text)


class Segment(Record, frozen=True):
    """One segment."""

    number: int  # in the file, from 1
    tag: str
    elements: list[str]  # the tag is the first one; components are cut when they are asked for
    component: str  # what parts them

    def get(self, element: int, component: int = 0) -> str:
        """Return a component, without spaces around it; "" where there is none."""
        if element >= len(self.elements):
            return ""
        parts = self.elements[element].split(self.component, component + 1)
        return _text(parts[component]) if component < len(parts) else ""

    def parts(self, element: int) -> list[str]:
        """Return all components of an element."""
        if element >= len(self.elements):
            return []
        return [_text(part) for part in self.elements[element].split(self.component)]

    def text(self) -> str:
        """Return what follows the tag, readable: released characters are plain ones."""
        return "+".join(_text(each) for each in self.elements[1:])


def _text(part: str) -> str:
    return (part if part.isascii() else part.translate(_BACK)).strip()


class Cutter:
    """Cuts a file into segments.

    Args:
        file: Its bytes.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._service = Service()
        self._codec = "ascii"
        self._wide: codecs.IncrementalDecoder | None = None  # of text that is cut after decoding
        self._left = ""
        self._by_lines = False  # a segment ends with its line
        self._number = 0
        self.odd = ""  # what was read otherwise than the interchange says; "": nothing
        self.hint = CHARACTERS  # what would do

    def segments(self) -> Iterator[Segment]:
        """Yield the segments; one without an end, at the end of the file, too.

        Raises:
            ValueError: A segment is longer than a million characters.
        """
        data = self._begin()
        while data:
            self._take(data)
            yield from self._cut_left()
            if len(self._left) > _LONGEST:
                raise ValueError(f"segment {self._number + 1} is longer than {_LONGEST} characters")
            data = self._file.read(_PIECE)
        self._take(b"")
        if self._left.strip():
            self._left = self._left.rstrip(self._service.release) + self._service.end
            yield from self._cut_left()

    def _begin(self) -> bytes:
        """Read the first piece, and see how the file is to be read; it tells by a few bytes."""
        data = self._file.read(_PIECE)
        while len(data) < _NEAR and (more := self._file.read(_PIECE)):
            data += more
        for mark, name in (
            (b"\xff\xfe", "utf-16"),
            (b"\xfe\xff", "utf-16"),
            (b"U\0N\0", "utf-16-le"),
            (b"\0U\0N", "utf-16-be"),
        ):
            if data.startswith(mark):
                self._wide = codecs.getincrementaldecoder(name)("replace")
        data = data.removeprefix(codecs.BOM_UTF8)
        una = data.lstrip()[:_UNA]
        self._by_lines = una.startswith(b"UNA") and una[-1:] in {b"\r", b"\n"}
        if self._wide is None and _BARE.match(data) and self._service.end.encode() not in data:
            self._by_lines, self._service = True, Service(end="\n")
            self.odd = "no segment has an end; each line is read as one"
            self.hint = (
                "look whether the file is whole: a segment ends with ', whatever its line does"
            )
        return data

    def _take(self, data: bytes) -> None:
        """Put bytes to the text that is left: a character each, those of other codes as UTF-8."""
        if self._wide is None:
            text = data.decode("latin-1")
        else:
            decoded = self._wide.decode(data, final=not data)
            text = decoded.encode("utf-8", "replace").decode("latin-1")
        self._left += text if self._by_lines else text.translate(_ENDS)

    def _cut_left(self) -> Iterator[Segment]:
        """Yield what is whole of the text that is left, cut anew where its service changes."""
        while True:
            if self._starts_una():
                if not self._take_una():
                    return
                continue
            whole, rest = self._service.cut(self._left)
            if not whole:
                return
            done = yield from self._some(whole, rest)
            if done:
                self._left = rest
            if done and not self._starts_una():
                return

    def _starts_una(self) -> bool:
        return self._left[:_NEAR].lstrip("\r\n\t ").startswith("UNA")

    def _take_una(self) -> bool:
        """Take UNA off the text that is left; return whether all of it was there."""
        text = self._left.lstrip("\r\n\t ")
        if len(text) < _UNA:
            return False
        release = text[6].strip()
        self._service = Service(component=text[3], element=text[4], release=release, end=text[8])
        self._left = text[_UNA:]
        return True

    def _some(self, whole: list[str], rest: str) -> Generator[Segment, None, bool]:
        """Yield segments; False: from one of them on, they must be cut anew."""
        for place, raw in enumerate(whole):
            if place and raw.lstrip().startswith("UNA"):
                parts = [self._service.free(each) for each in whole[place:]]
                self._left = self._service.end.join([*parts, rest])
                return False
            text = raw.lstrip() if raw.isascii() else self._decoded(raw).lstrip()
            if not text:
                continue
            self._number += 1
            elements = text.split(self._service.element)
            tag = elements[0].split(self._service.component, 1)[0]
            segment = Segment(self._number, tag, elements, self._service.component)
            if tag == "UNB" and self._turns(segment):
                parts = [self._service.free(each) for each in whole[place + 1 :]]
                self._left = self._rewritten(self._service.end.join([*parts, rest]))
                yield segment
                return False
            yield segment
        return True

    def _turns(self, head: Segment) -> bool:
        """Take the characters that UNB names; return whether what follows is to be cut anew."""
        name = head.get(1)
        self._codec = CODECS.get(name, "ascii")
        if name not in CODECS:
            self.odd = f'the character set "{name}" is not known'
        return self._codec.startswith("iso2022") and self._wide is None

    def _rewritten(self, rest: str) -> str:
        """Decode what shifts between alphabets before it is cut: its letters may look like ends."""
        self._wide = codecs.getincrementaldecoder(self._codec)("replace")
        text = self._wide.decode(rest.encode("latin-1"))
        return text.encode("utf-8", "replace").decode("latin-1")

    def _decoded(self, text: str) -> str:
        """Decode a segment; held characters stay held."""
        codec = "utf-8" if self._wide else self._codec
        parts = _HELD.split(text)  # every second one is held
        plain = " ".join(parts[::2])
        if codec in _LATIN and not plain.isascii() and _reads(plain.encode("latin-1")):
            self.odd = f"it has letters of utf-8 and says {codec}; they are read as utf-8"
            codec = "utf-8"
        return "".join(p if i % 2 else self._plain(p, codec) for i, p in enumerate(parts))

    def _plain(self, text: str, codec: str) -> str:
        data = text.encode("latin-1")
        if codec == "ascii" and not data.isascii():
            codec = "utf-8" if _reads(data) else "cp1252"
            self.odd = f"it has letters that its character set lacks; they are read as {codec}"
        read = data.decode(codec, "replace")
        if "\ufffd" in read:
            self.odd = f"it holds bytes that are not {codec}; they are read as \ufffd"
        return read.replace("\0", "")


def _held(found: re.Match[str]) -> str:
    """Hold a released character; one of another alphabet parts nothing and stays."""
    code = ord(found[1])
    return chr(_RELEASED + code) if code in range(128) else found[1]


def _reads(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
