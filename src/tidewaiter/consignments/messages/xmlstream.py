"""XML documents as a stream of lines: the one home of the library `lxml` among the readers.

Documents are from strangers. A document type is refused, and with it every entity; nothing is
fetched; names, depth and texts have the bounds that libxml2 sets without XML_PARSE_HUGE. Lines
are freed as they are read, so that memory grows with one declaration and not with the file.
"""

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from lxml import etree

from tidewaiter.base.errors import InputError
from tidewaiter.consignments.messages.assembling import Assembly
from tidewaiter.consignments.messages.layouts import Layout
from tidewaiter.consignments.messages.types import Found
from tidewaiter.consignments.messages.xmlbytes import OPENS, pieces
from tidewaiter.consignments.types import Refusal

MOST_BYTES = 8 << 20
"""Of one line, or of a head between two lines."""

_PROLOG = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_ROOT = re.compile(rb"<([^\s/>!?]+)[\s/>]")
_MOST_PROLOG = 1 << 20
_TAIL = 256  # bytes by which the end of a document is known
_MESSAGE_END = re.compile(r",? ?line \d+, column \d+(?: \(.*\))?$")


def read_xml(layout: Layout, file: BinaryIO, name: str) -> Iterator[Found | Refusal]:
    """Read documents of a format; several may stand one after another in a file.

    Args:
        layout: Of the format.
        file: Its bytes, unpacked.
        name: Of the file, for errors.

    Raises:
        InputError: Its encoding is not known.
    """
    reading = _Reading(layout)
    strange = False
    rest = b""
    try:
        for piece in pieces(file):
            if piece.strange and not strange:
                strange = True
                yield _strange()
            data = rest + piece.data
            keep = next((n for n in range(len(OPENS) - 1, 0, -1) if data.endswith(OPENS[:n])), 0)
            rest = data[len(data) - keep :]
            for part in _parts(data[: len(data) - keep]):
                yield from reading.feed(part)
            if piece.broken:
                broken = InputError(piece.broken, hint="send for the file again")
                yield reading.refusal(broken)
    except InputError as error:
        raise InputError(error.message, at=name, hint=error.hint) from None
    if rest:
        yield from reading.feed(rest)
    yield from reading.end()


def _parts(data: bytes) -> Iterator[bytes]:
    """Cut before each place where a document may begin."""
    start = 0
    while (place := data.find(OPENS, start + 1)) > 0:
        yield data[start:place]
        start = place
    yield data[start:]


def _strange() -> Refusal:
    return Refusal(
        row=0, column="", value="", screened=True,
        problem="it holds bytes that are no text, or signs that XML does not have; they are left "
        "out, or read as \ufffd",
        hint="look whether the document says its encoding",
    )  # fmt: skip


class _Reading:
    """The reading of a file: one document after another."""

    def __init__(self, layout: Layout) -> None:
        self._assembly = Assembly(layout)
        self._tags = [f"{{*}}{name}" for name in self._assembly.names]
        self._document: _Document | None = self._new()

    def _new(self) -> "_Document":
        return _Document(self._assembly, self._tags)

    def feed(self, data: bytes) -> Iterator[Found | Refusal]:
        """Read on. A document that is damaged is given up; the next one begins where it says so."""
        opens = data.startswith(OPENS)
        if opens and (self._document is None or self._document.is_over()):
            yield from self.end()
            self._document = self._new()
        if self._document is None:
            return
        again = opens and self._document.begun
        try:
            yield from self._document.feed(data)
        except InputError as error:
            yield from self._give_up(error)
            if again:
                self._document = self._new()
                yield from self.feed(data)

    def end(self) -> Iterator[Found | Refusal]:
        """End the document."""
        if self._document is not None:
            try:
                yield from self._document.close()
            except InputError as error:
                yield from self._give_up(error)
        self._document = None

    def _give_up(self, error: InputError) -> Iterator[Found | Refusal]:
        self._document = None
        yield from self._assembly.flush()
        yield self.refusal(error)

    def refusal(self, error: InputError) -> Refusal:
        """Report what is wrong with the document after the last line."""
        return Refusal(
            row=self._assembly.row + 1, column=error.at, value="",
            problem=error.message, hint=error.hint, screened=False,
        )  # fmt: skip


class _Document:
    """The parsing of one document."""

    def __init__(self, assembly: Assembly, tags: list[str]) -> None:
        self._assembly = assembly
        self._parser = etree.XMLPullParser(
            ("start", "end"), tag=tags, encoding="utf-8", resolve_entities=False, load_dtd=False,
            no_network=True, huge_tree=False, remove_comments=True, remove_pis=True,
        )  # fmt: skip
        self._held = b""  # what stands before the root
        self._root = b""  # name of the root, as written
        self._tail = b""
        self._since = 0  # bytes since something was freed
        self.begun = False

    def is_over(self) -> bool:
        """Tell whether the root is closed, by the last bytes."""
        last = re.escape(self._root)
        return bool(self._root and re.search(rb"</" + last + rb"\s*>\s*\Z", self._tail))

    def feed(self, data: bytes) -> Iterator[Found | Refusal]:
        """Read on.

        Raises:
            InputError: The document is damaged, too large, or has a document type.
        """
        self.begun = True
        if not self._root:
            data = self._held = self._held + data
            if self._is_before_root(data):
                return
        self._tail = (self._tail + data[-_TAIL:])[-_TAIL:]
        self._since += len(data)
        yield from self._try(lambda: self._parser.feed(data))
        if self._since > MOST_BYTES:
            raise InputError(
                f"a line or a head is longer than {MOST_BYTES >> 20} MB", at=self._assembly.where(),
                hint="look whether it is the document that it should be",
            )  # fmt: skip

    def _is_before_root(self, data: bytes) -> bool:
        """Look for the root; a document type before it ends the reading."""
        prolog = _PROLOG.match(data)
        place = prolog.end() if prolog else 0
        if data.startswith(b"<!DOCTYPE", place):
            raise _has_dtd()
        root = _ROOT.match(data, place)
        self._root = root[1] if root else b""
        if root is None and (data[place : place + 1] in b"<" and len(data) < _MOST_PROLOG):
            return True
        self._root = self._root or b"?"
        return False

    def close(self) -> Iterator[Found | Refusal]:
        """End the document.

        Raises:
            InputError: It breaks off.
        """
        if not self._root and not self._held.strip():
            return
        if not self._root:
            yield from self._try(lambda: self._parser.feed(self._held))
        yield from self._try(self._parser.close)

    def _try(self, work: Callable[[], object]) -> Iterator[Found | Refusal]:
        """Let the parser work, and take what it found; then say whether it has to stop."""
        stop = ""
        try:
            work()
        except etree.XMLSyntaxError as error:
            stop = error.msg or "it ends too early"
        yield from self._events()
        # Of an entity that is not known the parser tells its log only, and reads nothing more.
        fatal = [entry for entry in self._parser.feed_error_log if entry.level_name == "FATAL"]
        if fatal:
            raise self._damaged(fatal[0].message, fatal[0].line, fatal[0].column)
        if stop:
            raise self._damaged(stop, 0, 0)

    def _events(self) -> Iterator[Found | Refusal]:
        for kind, element in self._parser.read_events():
            if kind == "start":
                if element.getroottree().docinfo.internalDTD is not None:
                    raise _has_dtd()
                self._assembly.open(element)
            else:
                self._since = 0
                yield from self._assembly.close(element)

    def _damaged(self, message: str, line: int, column: int) -> InputError:
        places = [f"line {line}, column {column}" if line else "", self._assembly.where()]
        return InputError(
            f"the document is damaged or breaks off here: {_MESSAGE_END.sub('', message).strip()}",
            at=", ".join(place for place in places if place),
            hint="the lines before it are read; send for the whole document",
        )


def _has_dtd() -> InputError:
    return InputError(
        "it has a document type (<!DOCTYPE), which may hold entities; none is read",
        hint="take it out: these messages have none, and it is a way to attack those who read XML",
    )
