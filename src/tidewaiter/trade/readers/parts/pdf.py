"""PDF: the text of its pages, recognised text of scanned pages, and the files attached to it.

An electronic invoice (Factur-X, ZUGFeRD) is a PDF with an XML file, which its own reader reads; the
pages are read too, for nothing ensures that both say the same.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import BinaryIO

import msgspec

from tidewaiter.base.documents import pdf as conversion
from tidewaiter.base.documents.pdf import DOCUMENT, ITEMS, SECONDS, Item, can_recognise
from tidewaiter.base.errors import InputError
from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.readers.held_folder import HeldFolder
from tidewaiter.trade.readers.parts.types import Part, Room
from tidewaiter.trade.readers.unknown import whole
from tidewaiter.trade.readers.unknown.printed_text import Printed
from tidewaiter.trade.types import Refusal

_SHOWN = 20  # pages named


def fits(head: bytes, suffix: str) -> bool:
    """Return whether a file begins like PDF."""
    del suffix
    return b"%PDF-" in head[:1024]


def split(file: BinaryIO, name: str, room: Room) -> Iterator[Found | Refusal | Part]:
    """Yield the lines of goods and the paragraphs of a document, and its attached files.

    Raises:
        InputError: It is too long, damaged, or encrypted.
    """
    held = HeldFolder()
    held.copy(file, DOCUMENT, whole.MOST, whole.too_long(name))
    failed: dict[str, list[int]] = {"scan": [], "unreadable": []}
    ended = False
    printed = Printed()
    for item in _converted(held):
        if item.state == "encrypted":
            raise InputError("trade/pdf-encrypted", at=name)
        if item.state == "damaged":
            raise InputError("trade/pdf-damaged", at=name)
        if item.state in ("text", "recognised"):
            yield from _page(item, printed)
        elif item.state == "file":
            yield from _attached(item, held, name, room)
        elif item.state in failed:
            failed[item.state].append(item.page)
        ended = item.state == "end"
    yield from printed.end()
    yield from _unread(failed["scan"], failed["unreadable"])
    if not ended:
        yield _refused(InputError("trade/pdf-not-read-whole", seconds=SECONDS))


def _unread(scans: list[int], damaged: list[int]) -> Iterator[Refusal]:
    """Report the pages that are not read."""
    if scans:
        code = "trade/scans-not-recognised" if can_recognise() else "trade/pages-without-text"
        yield _refused(InputError(code, count=len(scans), pages=_listed(scans)))
    if damaged:
        listed = _listed(damaged)
        yield _refused(InputError("trade/pages-damaged", count=len(damaged), pages=listed))


def _converted(held: HeldFolder) -> Iterator[Item]:
    """Convert the document in a folder; what was found before a limit is yielded."""
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(  # noqa: S603 - this program itself
            [sys.executable, "-m", conversion.__name__, str(held.path)],
            capture_output=True,
            timeout=2 * SECONDS,
            check=False,
        )
    found = held.path / ITEMS
    if not found.exists():
        return
    with found.open("rb") as lines:
        for line in lines:
            if line.endswith(b"\n"):
                yield msgspec.json.decode(line, type=Item)


def _page(item: Item, printed: Printed) -> Iterator[Found]:
    place = f"page {item.page}"
    if item.state == "recognised":
        place = f"{place} (scan, recognised with {item.confidence} % confidence)"
    yield from printed.read(item.text.splitlines(), f"{place}, line")


def _attached(item: Item, held: HeldFolder, name: str, room: Room) -> Iterator[Part | Refusal]:
    if not item.place:
        error = InputError("trade/attachment-damaged", title=item.name)
        yield Refusal.of(error, row=0, column=item.name, screened=False)
        return
    content = (held.path / item.place).read_bytes()
    yield Part(name=item.name, file=room.hold(BytesIO(content), f"{name}/{item.name}"))


def _refused(error: InputError) -> Refusal:
    return Refusal.of(error, row=0, screened=False)


def _listed(pages: list[int]) -> str:
    shown = ", ".join(map(str, pages[:_SHOWN]))
    return f"{shown}, …" if len(pages) > _SHOWN else shown
