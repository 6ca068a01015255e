"""XML formats: documents parsed as a stream of lines.

Documents are untrusted. A document type with declarations of its own, and so every custom entity,
is refused; one that names a file is ignored, and nothing is fetched; depth and text sizes are
limited. No tree is built: the data of an element is in
its fields when it ends.

Expat validates every byte without callbacks. Accepted text is split before each end tag: a piece
ends one element, and may start others. The meaning of a piece is cached at its location, so reading
an element takes one dict look-up and storing its text.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, BinaryIO
from xml.parsers import expat

from tidewaiter.base.errors import InputError
from tidewaiter.trade.messages.types import Format, Found
from tidewaiter.trade.messages.xml.assembly import (
    Assembly,
    Got,
    Leaf,
    put,
    put_attributes,
    put_group,
    put_whole,
)
from tidewaiter.trade.messages.xml.decoding import OPENS, names_of, pieces
from tidewaiter.trade.messages.xml.finishing import finished
from tidewaiter.trade.messages.xml.layouts import (
    END,
    FOREIGN,
    Attribute,
    Layout,
    Map,
    Spot,
    Start,
    Way,
    decoded,
    load_layout,
    whole_tags,
    without_asides,
)
from tidewaiter.trade.types import Refusal

MOST_BYTES = 8 << 20
"""Bytes of one line, or of a head between two lines."""


class Document:
    """Parser state of one document."""

    def __init__(self, places: Map, assembly: Assembly) -> None:
        self._places = places
        self._assembly = assembly
        # Stack of the open elements except the innermost, and the context of the root.
        self._stack = [places.outside]
        self._leaves: list[Leaf] = []  # of the open parties, stops and groups
        self._marks: list[int] = []  # number of leaves before each of them
        self._since = 0  # bytes since the end of the last line or head
        self._spot = places.outside
        self._got = Got()
        self._text = ""  # raw text since the last tag
        self._attributes: Sequence[Attribute] = ()  # of the innermost element, until stored
        self._foreign: list[int] = []  # rows at which open foreign documents started
        self._in_line = False
        self._raw = b""  # unread bytes
        self._base = 0  # bytes before it
        self._parser: Any = expat.ParserCreate("utf-8")  # input is already decoded
        self._parser.StartDoctypeDeclHandler = _refuse_dtd
        self.begun = False

    def feed(self, data: bytes, *, last: bool = False) -> None:
        """Parse more data.

        Raises:
            InputError: The document is damaged, too large, or declares entities.
        """
        self.begun = self.begun or bool(data)
        self._since += len(data)
        self._raw += data
        try:
            self._parser.Parse(data, last)
        except expat.ExpatError as error:
            said = expat.errors.messages[error.code]
            self._read_last()
            raise InputError("trade/xml-damaged", said=said, at=self._where()) from None
        except InputError as error:
            raise error.placed(self._where()) from None
        self._read(self._accepted())
        if self._since > MOST_BYTES:
            raise InputError(
                "trade/xml-line-too-long", most_bytes=MOST_BYTES >> 20, at=self._where()
            )

    def _accepted(self) -> str:
        """Return the complete tags and texts accepted by expat; the remainder waits."""
        end = max(self._parser.CurrentByteIndex - self._base, 0)
        text = self._raw[:end].decode()
        if "<!" in text or "<?" in text:
            text, open_part = without_asides(text)
            end -= len(open_part.encode())
        self._raw = self._raw[end:]
        self._base += end
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text

    @property
    def is_over(self) -> bool:
        """Return whether the root is closed."""
        return self.begun and len(self._stack) == 1

    def _where(self) -> str:
        parser = self._parser
        places = [f"line {parser.CurrentLineNumber}", f"column {parser.CurrentColumnNumber + 1}"]
        if path := self._spot.path.strip("/"):
            places.append(path)
        return ", ".join(places)

    def _read_last(self) -> None:
        """Parse the text before an error, at most to the end of the root.

        Outside the root, expat treats text in quotation marks as one token, with any tags in it,
        and reports the error only afterwards.
        """
        start, *pieces = whole_tags(self._accepted()).split("</")
        if self.is_over and start.partition("<")[0].strip():
            return
        self._read(start)
        for piece in pieces:
            if self.is_over:
                break
            tag, _, behind = piece.partition(">")
            self._read(f"</{tag}>")
            if not self.is_over:
                self._read(behind)

    def _read(self, data: str) -> None:  # noqa: C901, PLR0912 - this is where the time goes: calls cost as much as cases
        """Parse tags and texts.

        Raises:
            InputError: Elements are nested too deeply.
        """
        stack, leaves, pieces = self._stack, self._leaves, iter(data.split("</"))
        marks = self._marks
        self._go_on(next(pieces))
        spot, got, text, attributes = self._spot, self._got, self._text, self._attributes
        kids = stack[-1].kids
        try:
            for piece in pieces:
                if text and (written := (decoded(text) if "&" in text else text).strip()):
                    field = spot.field
                    if spot.mode:
                        if spot.mode == "whole":
                            leaves.append((spot, written))
                    elif not field:
                        got.kept.append((spot.path, written))
                    elif spot.plain and field not in got.fields:
                        got.fields[field] = written
                        got.ranks[field] = spot.rank
                    else:
                        put(got, spot, written)
                if attributes:
                    put_attributes(got, spot, attributes, leaves)
                    attributes = ()
                if spot.role:
                    got = self._close(spot, got)
                tags, _, text = piece.rpartition(">")
                way = kids.get(tags)
                if way is None:
                    way, text = self._places.learn(stack[-1], piece, in_line=self._in_line)
                if way is END:
                    spot = stack.pop()
                    kids = stack[-1].kids
                elif type(way) is Spot:
                    spot = way
                elif type(way) is Way:
                    if way.parts == 1:
                        marks.append(len(leaves))
                    elif way.parts:
                        marks += [len(leaves)] * way.parts
                    if way.between:
                        stack.extend(way.between)
                        kids = stack[-1].kids
                    spot, attributes = way.spot, way.attributes
                elif type(way) is tuple:
                    spot, got, attributes = self._begin(way, stack.pop(), got, ())
                    kids = stack[-1].kids
        finally:
            self._spot, self._got, self._text, self._attributes = spot, got, text, attributes

    def _go_on(self, piece: str) -> None:
        """Parse the text before the first end tag."""
        starts, text = self._places.starts(self._spot, piece, in_line=self._in_line)
        self._text = text if starts else self._text + text
        self._spot, self._got, self._attributes = self._begin(
            starts, self._spot, self._got, self._attributes
        )

    def _begin(
        self, starts: Sequence[Start], spot: Spot, got: Got, attributes: Sequence[Attribute]
    ) -> tuple[Spot, Got, Sequence[Attribute]]:
        """Start nested elements; empty ones end too."""
        for kid, found, closed in starts:
            if attributes:
                put_attributes(got, spot, attributes, self._leaves)
            attributes = found
            if not closed:
                self._stack.append(spot)
                spot = kid
            role = kid.role
            if role == "line":
                self._in_line = True
                got = Got()
            elif role == "head":
                got = self._assembly.open_head(kid.constants)
            elif role:
                self._open(role)
            if closed:
                if attributes:
                    put_attributes(got, kid, attributes, self._leaves)
                attributes = ()
                if role:
                    got = self._close(kid, got)
        return spot, got, attributes

    def _open(self, role: str) -> None:
        """Start a party, a stop, a group, or a document of another format."""
        if role == FOREIGN:
            self._foreign.append(self._assembly.row)
        else:
            self._marks.append(len(self._leaves))

    def _close(self, spot: Spot, got: Got) -> Got:
        """End a head, a line, or a group; return the current data."""
        if spot.role in {"line", "head"}:
            self._since = 0
            self._in_line = False
            line = spot.role == "line"
            return self._assembly.add_line(got) if line else self._assembly.close_head()
        if spot.role == FOREIGN:
            if self._foreign.pop() == self._assembly.row:  # otherwise it encloses documents of ours
                self._assembly.report_foreign(spot.kind)
            return got
        mark = self._marks.pop()
        if found := self._leaves[mark:]:
            del self._leaves[mark:]
            if spot.group is None:
                put_whole(got, spot, found, self._places)
            else:
                put_group(got, found, spot.group)
        return got


def _refuse_dtd(_name: str, _system: str | None, _public: str | None, inside: int) -> None:
    """Refuse a document type with declarations: <!DOCTYPE a [...]>."""
    if inside:
        raise InputError("trade/xml-document-type")


def read_xml(
    layout: Layout, foreign: Mapping[str, str], file: BinaryIO, name: str
) -> Iterator[Found | Refusal]:
    """Read documents of a format; a file may contain several in sequence.

    Args:
        layout: Layout of the format.
        foreign: Root names of other formats with their titles, which are reported.
        file: Uncompressed content.
        name: Name of the file, for errors.

    Raises:
        InputError: Its encoding is unknown.
    """
    reading = _Reading(layout, foreign)
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
                yield from reading.give_up(piece.broken)
    except InputError as error:
        raise error.placed(name) from None
    if rest:
        yield from reading.feed(rest)
    yield from reading.end()


def _parts(data: bytes) -> Iterator[bytes]:
    """Split before each possible start of a document."""
    start = 0
    while (place := data.find(OPENS, start + 1)) > 0:
        yield data[start:place]
        start = place
    yield data[start:]


def _strange() -> Refusal:
    return Refusal.of(InputError("trade/xml-bytes-not-text"), row=0)


class _Reading:
    """State of reading a file: one document after another."""

    def __init__(self, layout: Layout, foreign: Mapping[str, str]) -> None:
        self._places = Map(layout, foreign)
        self._assembly = Assembly()
        self._document: Document | None = self._new()

    def _new(self) -> Document:
        return Document(self._places, self._assembly)

    def feed(self, data: bytes) -> Iterator[Found | Refusal]:
        """Parse more data; a damaged document is abandoned, and the next start is searched."""
        opens = data.startswith(OPENS)
        if opens and (self._document is None or self._document.is_over):
            yield from self.end()
            self._document = self._new()
        if self._document is None:
            return
        again = opens and self._document.begun
        try:
            self._document.feed(data)
        except InputError as error:
            yield from self.give_up(error)
            if again:
                self._document = self._new()
                yield from self.feed(data)
            return
        yield from self._out()

    def end(self) -> Iterator[Found | Refusal]:
        """End the document."""
        document = self._document
        if document is not None and document.begun:
            try:
                document.feed(b"", last=True)
            except InputError as error:
                yield from self.give_up(error)
        self._document = None
        yield from self._out()

    def give_up(self, error: InputError) -> Iterator[Found | Refusal]:
        """Yield the data of an incomplete document, and the error."""
        self._document = None
        self._assembly.flush()
        yield from self._out()
        yield Refusal.of(error, row=self._assembly.row + 1, column=error.at, screened=False)

    def _out(self) -> Iterator[Found | Refusal]:
        found, self._assembly.out = self._assembly.out, []
        yield from found


NAMES = (
    "isdoc",
    "facturae",
    "dte-cl",
    "ebinterface",
    "finvoice",
    "wco-xml",
    "asycuda-xml",
    "asycuda-manifest",
    "ens-cc315a",
    "xfwb",
    "xfzb",
    "xfhl",
    "ubl",
    "cii",
    "ncts5",
    "emcs",
    "nfe",
    "cte",
    "cfdi",
    "idoc",
    "aes",
    "ics2-xml",
    "fatturapa",
    "ksef",
    "hu-invoice",
    "id-coretax",
    "cxml",
    "opentrans",
    "bmecat",
    "gs1-xml",
    "canada-post",
)


def xml_formats() -> tuple[Format, ...]:
    """Return the XML formats, in order of detection."""
    return tuple(_format(name) for name in NAMES)


_layout = lru_cache(maxsize=None)(load_layout)


def _format(name: str) -> Format:
    layout = _layout(name)
    return Format(
        name=name,
        title=layout.title,
        fits=partial(_fits, layout),
        read=partial(_read, layout),
        source=layout.source,
        confirmed=layout.confirmed,
    )


def _fits(layout: Layout, head: bytes, suffix: str) -> bool:
    """Detect a format by the names of the first elements, regardless of the suffix."""
    del suffix
    names, known = frozenset(names_of(head)), layout.known
    beside = not known.beside or not names.isdisjoint(known.beside)
    return beside and not names.isdisjoint(known.names) and names.isdisjoint(known.but)


def _read(layout: Layout, file: BinaryIO, name: str) -> Iterator[Found | Refusal]:
    lines = read_xml(layout, _foreign(layout), file, name)
    parts = (*layout.heads, layout.line)
    if not layout.each and not any(":" in f for part in parts for f in part.fields.values()):
        return lines
    return (finished(item, layout) if isinstance(item, Found) else item for item in lines)


def _foreign(layout: Layout) -> dict[str, str]:
    """Map the lower-case root names of other formats to their titles; of two the first."""
    others = (other for other in map(_layout, reversed(NAMES)) if other is not layout)
    return {name.lower(): other.title for other in others for name in other.known.names}
