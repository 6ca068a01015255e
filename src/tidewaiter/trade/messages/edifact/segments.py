"""Segments of a UN/EDIFACT interchange as a stream, and their groups.

The service characters are those of UNA, or the defaults; each interchange in a file may have its
own, and its own character set (UNB). Line ends are not part of a text: files are folded at any
position. Source: ISO 9735 (UN/EDIFACT application level syntax rules), versions 1 to 4.
"""

import codecs
import re
from collections.abc import Generator, Iterator, Mapping
from functools import cache
from string import whitespace
from typing import BinaryIO

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml

_PIECE = 1 << 16  # bytes read at a time
_LONGEST = 1 << 20  # characters of a segment
_RELEASED = 0xE000  # released characters are mapped to this private range during splitting
_BACK = {_RELEASED + code: chr(code) for code in range(128)}
_HELD = re.compile(f"([{chr(_RELEASED)}-{chr(_RELEASED + 127)}])")
_UNA = 9  # characters of UNA including its tag
_BETWEEN = f"{whitespace}~"  # line ends between segments, as X12 marks them too
_NEAR = 64  # characters at the start of a chunk searched for UNA
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
"""Character sets of data element 0001. ISO 10646 is UTF-8, or UTF-16 if the bytes look like it."""


"""Hint if the text was decoded differently from UNB."""
_LATIN = frozenset({"iso8859-1", "iso8859-15"})  # their letter sequences are never valid UTF-8
_BARE = re.compile(rb"\s*UN[BH]\+[^\r\n]*\r?\n\s*[A-Z]{3}\+")  # no UNA, and one segment per line


class Service(Record, frozen=True, kw_only=True):
    """Service characters."""

    component: str = ":"
    element: str = "+"
    release: str = "?"  # "": none
    end: str = "'"

    def cut(self, text: str) -> tuple[list[str], str]:
        """Split text into segments; return the remainder after the last terminator.

        Released characters are mapped to private code points.
        """
        if self.release and self.release in text:
            text, left = self._hold(text)
        else:
            left = ""
        *segments, rest = text.split(self.end)
        return segments, self.free(rest) + left

    def _hold(self, text: str) -> tuple[str, str]:
        last = len(text) - len(text.rstrip(self.release))
        left = self.release if last % 2 else ""  # the released character is in the next chunk
        text = text.removesuffix(left) if left else text
        pattern = re.escape(self.release) + "(.)"
        return re.sub(pattern, _held, text, flags=re.DOTALL), left

    def free(self, text: str) -> str:
        """Restore a text as it was before splitting, with its release characters."""
        if text.isascii():
            return text
        return _HELD.sub(lambda m: self.release + _BACK[ord(m[0])], text)


class Segment(Record, frozen=True):
    """A segment."""

    number: int  # number in the file, from 1
    tag: str
    elements: list[str]  # tag first; components are split on demand
    component: str  # component separator

    def get(self, element: int, component: int = 0) -> str:
        """Return a component, trimmed; "" if it is missing."""
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
        """Return the text after the tag, in readable form with released characters resolved."""
        return "+".join(_text(each) for each in self.elements[1:])


def _text(part: str) -> str:
    return (part if part.isascii() else part.translate(_BACK)).strip()


class Cutter:
    """Splits a file into segments.

    Args:
        file: Content.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._service = Service()
        self._codec = "ascii"
        self._wide: codecs.IncrementalDecoder | None = None  # for text that is split after decoding
        self._left = ""
        self._by_lines = False  # segments end at line ends
        self._number = 0
        self.odd: InputError | None = None  # deviation from the declared encoding

    def segments(self) -> Iterator[Segment]:
        """Yield the segments, including an unterminated one at the end of the file.

        Raises:
            InputError: A segment is longer than a million characters.
        """
        data = self._begin()
        while data:
            self._take(data)
            yield from self._cut_left()
            if len(self._left) > _LONGEST:
                raise InputError(
                    "trade/segment-too-long", number=self._number + 1, longest=_LONGEST
                )
            data = self._file.read(_PIECE)
        self._take(b"")
        if self._left.strip():
            self._left = self._left.rstrip(self._service.release) + self._service.end
            yield from self._cut_left()

    def _begin(self) -> bytes:
        """Read the first chunk, and detect how to read the file from a few bytes."""
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
            self.odd = InputError("trade/edifact-without-terminators")
        return data

    def _take(self, data: bytes) -> None:
        """Append bytes to the remaining text: one character each, multi-byte encodings as UTF-8."""
        if self._wide is None:
            text = data.decode("latin-1")
        else:
            decoded = self._wide.decode(data, final=not data)
            text = decoded.encode("utf-8", "replace").decode("latin-1")
        self._left += text if self._by_lines else text.translate(_ENDS)

    def _cut_left(self) -> Iterator[Segment]:
        """Yield complete segments of the remaining text; restart at new service characters."""
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
        """Remove UNA from the remaining text; return whether it was complete."""
        text = self._left.lstrip("\r\n\t ")
        if len(text) < _UNA:
            return False
        release = text[6].strip()
        self._service = Service(component=text[3], element=text[4], release=release, end=text[8])
        self._left = text[_UNA:]
        return True

    def _some(self, whole: list[str], rest: str) -> Generator[Segment, None, bool]:
        """Yield segments; False: the remainder must be split again."""
        for place, raw in enumerate(whole):
            if place and raw.lstrip().startswith("UNA"):
                parts = [self._service.free(each) for each in whole[place:]]
                self._left = self._service.end.join([*parts, rest])
                return False
            text = (raw if raw.isascii() else self._decoded(raw)).lstrip(_BETWEEN)
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
        """Apply the character set in UNB; return whether the remainder must be split again."""
        name = head.get(1)
        self._codec = CODECS.get(name, "ascii")
        if name not in CODECS:
            self.odd = InputError("trade/edifact-encoding-not-known", name=name)
        return self._codec.startswith("iso2022") and self._wide is None

    def _rewritten(self, rest: str) -> str:
        """Decode a shifting encoding before splitting: its bytes may look like terminators."""
        self._wide = codecs.getincrementaldecoder(self._codec)("replace")
        text = self._wide.decode(rest.encode("latin-1"))
        return text.encode("utf-8", "replace").decode("latin-1")

    def _decoded(self, text: str) -> str:
        """Decode a segment; released characters remain mapped."""
        codec = "utf-8" if self._wide else self._codec
        parts = _HELD.split(text)  # every second one is a released character
        plain = " ".join(parts[::2])
        if codec in _LATIN and not plain.isascii() and _reads(plain.encode("latin-1")):
            self.odd = InputError("trade/edifact-encoding-is-utf8", codec=codec)
            codec = "utf-8"
        return "".join(p if i % 2 else self._plain(p, codec) for i, p in enumerate(parts))

    def _plain(self, text: str, codec: str) -> str:
        data = text.encode("latin-1")
        if codec == "ascii" and not data.isascii():
            codec = "utf-8" if _reads(data) else "cp1252"
            self.odd = InputError("trade/edifact-encoding-is-another", codec=codec)
        read = data.decode(codec, "replace")
        if "\ufffd" in read:
            self.odd = InputError("trade/edifact-bytes-not-in-encoding", codec=codec)
        return read.replace("\0", "")


def _held(found: re.Match[str]) -> str:
    """Map a released character; one outside the syntax is not special and unchanged."""
    code = ord(found[1])
    return chr(_RELEASED + code) if code in range(128) else found[1]


def _reads(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class Group(Record, frozen=True, kw_only=True):
    """A segment group."""

    of: str  # message, consignment, line; "": its segments are kept as text
    holds: str  # tags; with ">": it opens a separate group


class Message(Record, frozen=True, kw_only=True):
    """A message type."""

    title: str
    line: tuple[str, ...]  # groups that form a line
    groups: dict[str, Group]  # by their trigger segment
    also: Mapping[str, str] = {}  # other types with the same structure, and their titles
    documents: tuple[str, ...] = ()  # 1001: documents that have this structure
    early: bool = False  # nothing after a line refers to it
    declared: bool = False  # its own number identifies the consignment, not that of a bill
    containers: bool = False  # the message's containers apply to each line without containers
    ships: bool = False  # transport by ship if the message does not say


class Codes(Record, frozen=True, kw_only=True):
    """Meaning of codes."""

    party: dict[str, str]
    place: dict[str, str]
    measure: dict[str, str]
    mass_unit: dict[str, str]  # units of mass by codes of other lists
    other_unit: tuple[str, ...]  # units that are not masses
    bill: tuple[str, ...]
    licence: tuple[str, ...]
    document: tuple[str, ...]
    day: dict[str, str]
    money: tuple[str, ...]
    tariff: tuple[str, ...]
    procedure: tuple[str, ...]
    goods: tuple[str, ...]
    commercial: tuple[str, ...]
    ship: tuple[str, ...]
    sign: tuple[str, ...]
    voyage: tuple[str, ...]


class Tables(Record, frozen=True, kw_only=True):
    """Content of the data file."""

    source: str
    messages: dict[str, Message]
    empty: dict[str, str]  # types without goods, and what they report
    codes: Codes


class Step(Record, frozen=True, kw_only=True):
    """Position of a segment."""

    group: str  # its group, as named in the data file
    of: str
    owner: str  # where its data goes: line, consignment, message
    line: bool  # begins a line
    opens: bool  # first segment of the group
    held: bool  # part of the group; otherwise it is extra, and the position does not change


@cache
def load_tables() -> Tables:
    """Load the data file."""
    return read_toml(data("messages", "edifact.toml"), Tables)


@cache
def message_of(kind: str) -> Message | None:
    """Return a message type; None: without goods, or unknown."""
    messages = load_tables().messages
    return messages.get(kind) or next((m for m in messages.values() if kind in m.also), None)


def known_types() -> list[str]:
    """Return the types of messages with goods."""
    messages = load_tables().messages
    return sorted({*messages, *(kind for each in messages.values() for kind in each.also)})


@cache
def type_of_document(code: str) -> str:
    """Return the type of the messages that carry a document (BGM); "": not known."""
    messages = load_tables().messages
    return next((kind for kind, each in messages.items() if code in each.documents), "")


class Places:
    """Tracks the position in a message; transitions are cached."""

    def __init__(self, message: Message) -> None:
        """Set the message type."""
        self._groups: Mapping[str, Group] = message.groups
        self._lines = message.line
        self._holds = {name: frozenset(group.holds.split()) for name, group in self._groups.items()}
        self._steps: dict[tuple[str, str], Step] = {}

    def step(self, group: str, tag: str) -> Step:
        """Return the position of a segment that follows one in a group.

        The group itself is tried first, then the enclosing ones: so segments are placed correctly
        in any order that the directory allows, and in most others.
        """
        key = (group, tag)
        found = self._steps.get(key)
        if found is None:
            found = self._steps[key] = self._find(group, tag)
        return found

    def _find(self, group: str, tag: str) -> Step:
        around = group
        while True:
            if not around and self._is_too_late(group, tag):
                return self._made(group, opens=False, held=False)
            holds = self._holds[around]
            if f"{tag}>" in holds:
                return self._made(f"{around} {tag}".strip(), opens=True)
            if tag in holds:
                return self._made(around, opens=False)
            if not around:
                return self._made(group, opens=False, held=False)
            around = around.rpartition(" ")[0]

    def _is_too_late(self, group: str, tag: str) -> bool:
        """Return whether a header segment occurs below a consignment or a line.

        It is attributed to these: if it ended them, the following goods would have no context.
        """
        outer = group.partition(" ")[0]
        if not outer or self._groups[outer].of not in {"consignment", "line"}:
            return False
        order = self._groups[""].holds.split()
        return tag in order and order.index(tag) < order.index(f"{outer}>")

    def _made(self, group: str, *, opens: bool, held: bool = True) -> Step:
        in_line = any(group == line or group.startswith(f"{line} ") for line in self._lines)
        outer = self._groups.get(group.partition(" ")[0])
        inside = outer is not None and outer.of == "consignment"
        return Step(
            group=group,
            of=self._groups[group].of,
            opens=opens,
            held=held,
            owner="line" if in_line else "consignment" if inside else "message",
            line=opens and group in self._lines,
        )
