"""Files of XML documents as a stream of lines."""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from tidewaiter.base.errors import InputError
from tidewaiter.consignments.messages.assembling import Assembly
from tidewaiter.consignments.messages.layouts import Layout
from tidewaiter.consignments.messages.spots import Map
from tidewaiter.consignments.messages.types import Found
from tidewaiter.consignments.messages.xmlbytes import OPENS, pieces
from tidewaiter.consignments.messages.xmlparsing import Document
from tidewaiter.consignments.types import Refusal


def read_xml(
    layout: Layout, foreign: Mapping[str, str], file: BinaryIO, name: str
) -> Iterator[Found | Refusal]:
    """Read documents of a format; several may stand one after another in a file.

    Args:
        layout: Of the format.
        foreign: Names of the documents of other formats, and their titles: they are reported.
        file: Its bytes, unpacked.
        name: Of the file, for errors.

    Raises:
        InputError: Its encoding is not known.
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
                yield from reading.give_up(InputError(piece.broken, hint="send for the file again"))
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
        row=0,
        column="",
        value="",
        screened=True,
        problem="it holds bytes that are no text, or signs that XML does not have; they are left "
        "out, or read as \ufffd",
        hint="look whether the document says its encoding",
    )


class _Reading:
    """The reading of a file: one document after another."""

    def __init__(self, layout: Layout, foreign: Mapping[str, str]) -> None:
        self._places = Map(layout, foreign)
        self._assembly = Assembly()
        self._document: Document | None = self._new()

    def _new(self) -> Document:
        return Document(self._places, self._assembly)

    def feed(self, data: bytes) -> Iterator[Found | Refusal]:
        """Read on. A document that is damaged is given up; the next one begins where it says so."""
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
        """Give out what was read of a document, and say why it goes no further."""
        self._document = None
        self._assembly.flush()
        yield from self._out()
        yield Refusal(
            row=self._assembly.row + 1,
            column=error.at,
            value="",
            problem=error.message,
            hint=error.hint,
            screened=False,
        )

    def _out(self) -> Iterator[Found | Refusal]:
        found, self._assembly.out = self._assembly.out, []
        yield from found
