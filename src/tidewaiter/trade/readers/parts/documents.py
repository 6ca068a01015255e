"""Text documents and presentations in archives: Word (.docx), OpenDocument (.odt), PowerPoint.

Only the text is read: no macro, no field and no link is followed. XML is parsed as a stream by the
reader of workbooks, so a document is never held as a tree; python-docx would hold it as several.

Sources: ECMA-376 part 1 (WordprocessingML, DrawingML), OpenDocument 1.3 part 3.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from tidewaiter.base.errors import InputError
from tidewaiter.base.sheets.workbook import has_macros
from tidewaiter.base.sheets.xml import FAULTS, Local, walk
from tidewaiter.trade.readers.parts.markup import Page
from tidewaiter.trade.readers.parts.types import Part, Room
from tidewaiter.trade.types import Refusal

LARGEST = 256 << 20
"""Maximum size of the text of a document, with its tags, in bytes."""

_TEXTS = re.compile(
    r"word/(?:document|footnotes|endnotes|comments|header\d*|footer\d*)\d*\.xml"
    r"|ppt/(?:slides|notesSlides|comments)/[^/]+\.xml",
    re.IGNORECASE,
)
_INSIDE = re.compile(
    r"(?:word|ppt)/(?:embeddings|media)/[^/]+|word/[^/]+\.(?:html?|mht|rtf|txt|docx)"
    r"|Pictures/[^/]+|Object [^/]+/content\.xml",
    re.IGNORECASE,
)
_ODT = (
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.presentation",
)
_ROWS = frozenset(("tr", "table-row"))
_CELLS = frozenset(("tc", "table-cell", "covered-table-cell"))
_PARAGRAPHS = frozenset(("p", "h"))
_SPACES = frozenset(("tab", "br", "cr", "s", "line-break", "noBreakHyphen", "softHyphen"))
_ASIDE = frozenset(("Fallback", "tracked-changes"))  # Fallback: the same text for older programs
_SPANS = ("number-columns-spanned", "gridSpan")
_WIDEST = 1_000


def is_document(members: Iterable[str], kind: bytes) -> bool:
    """Return whether an archive is a text document or a presentation.

    Args:
        members: Names of its files.
        kind: Content of its file "mimetype".
    """
    plain = {member.casefold() for member in members}
    return kind.decode("ascii", "replace").strip() in _ODT or not plain.isdisjoint(
        ("word/document.xml", "ppt/presentation.xml")
    )


class _Text:
    """Collects the text of one part of a document."""

    def __init__(self, page: Page, *, marked: bool) -> None:
        self._page = page
        self._marked = marked  # text stands in elements "t"; else in paragraphs
        self._local = Local()
        self._open = 0
        self._aside = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Handle the start of an element."""
        local = self._local[name]
        if local in _ASIDE:
            self._aside += 1
        elif self._aside:
            return
        elif local in ("tbl", "table"):
            self._page.start_table()
        elif local in _ROWS:
            self._page.start_row()
        elif local in _CELLS:
            self._page.start_cell(self._span(attributes))
        elif local == "gridSpan":
            self._page.widen_cell(_number(self._attribute(attributes, "val")))
        elif local in _SPACES:
            self._page.space()
        elif local == "t" or (not self._marked and local in _PARAGRAPHS):
            self._open += 1

    def end(self, name: str) -> None:
        """Handle the end of an element."""
        local = self._local[name]
        if local in _ASIDE:
            self._aside -= 1
        elif self._aside:
            return
        elif local in ("tbl", "table"):
            self._page.end_table()
        if local in _PARAGRAPHS:
            self._page.paragraph()
        if local == "t" or (not self._marked and local in _PARAGRAPHS):
            self._open = max(0, self._open - 1)

    def text(self, text: str) -> None:
        """Handle a piece of text."""
        if self._open and not self._aside:
            self._page.text(text)

    def _attribute(self, attributes: Mapping[str, str], wanted: str) -> str:
        return next((text for key, text in attributes.items() if self._local[key] == wanted), "")

    def _span(self, attributes: Mapping[str, str]) -> int:
        return max(_number(self._attribute(attributes, key)) for key in _SPANS)


def _number(text: str) -> int:
    return min(int(text), _WIDEST) if text.isdecimal() and len(text) < 6 else 1  # noqa: PLR2004


def split(file: BinaryIO, name: str, room: Room) -> Iterator[Part | Refusal]:
    """Yield the text of a document as a page, and the files inside it.

    Raises:
        InputError: Damaged, with macros, or too large unpacked.
    """
    try:
        archive = zipfile.ZipFile(file)
    except FAULTS as error:
        raise InputError("trade/document-damaged", at=name) from error
    members = archive.namelist()
    if has_macros(members) or any(m.startswith(("Basic/", "Scripts/")) for m in members):
        raise InputError("base/office-file-holds-macros", at=name)
    yield from _text(archive, name, room)
    for info in archive.infolist():
        if _INSIDE.fullmatch(info.filename) and info.file_size:
            leaf = PurePosixPath(info.filename).name
            try:
                with archive.open(info) as stream:
                    held = room.hold(stream, f"{name}/{leaf}", info.compress_size)
            except FAULTS:
                damage = InputError("trade/attachment-damaged", title=leaf)
                yield Refusal.of(damage, row=0, column=leaf, screened=False)
                continue
            yield Part(name=leaf, file=held)


def _text(archive: zipfile.ZipFile, name: str, room: Room) -> Iterator[Part]:
    texts = [info for info in archive.infolist() if _TEXTS.fullmatch(info.filename)]
    marked = bool(texts)
    if not texts:
        texts = [i for i in archive.infolist() if i.filename in ("content.xml", "styles.xml")]
    if sum(info.file_size for info in texts) > LARGEST:
        raise InputError("trade/unknown-document-too-long", most=LARGEST >> 20, at=name)
    page = Page(name)
    for info in texts:
        if info.flag_bits & 1:
            raise InputError("base/office-file-locked", at=name)
        try:
            with archive.open(info) as stream:
                for _ in walk(stream, _Text(page, marked=marked), name):
                    pass
        except FAULTS as error:
            raise InputError("trade/document-damaged", at=name) from error
        page.paragraph()
    if not page.is_empty:
        held = room.hold(cast("BinaryIO", BytesIO(page.data())), name)
        yield Part(name="text", file=held, form="html")
