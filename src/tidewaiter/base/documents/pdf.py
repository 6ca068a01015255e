"""Conversion of a PDF to text and attached files, run as a program with limited memory and time.

Each page is written as soon as it is read, so that what was read before a limit is known. Pages
without text are recognised by Tesseract, if the extra `ocr` and Tesseract are installed.
"""

import importlib.util
import os
import re
import shutil
import statistics
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby, starmap
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from tidewaiter.base.records import Record

if sys.platform == "linux":
    import resource

MEGABYTES = 2_048
"""Memory for the conversion of a document."""

SECONDS = 240
"""Processor time for the conversion of a document."""

DOCUMENT = "document"
"""Name of the file that is converted."""

ITEMS = "items.jsonl"
"""Name of the file with what was found, one a line."""

MOST_FILES = 100
"""Maximum attached files that are read."""

MOST_SCANS = 60
"""Maximum pages that are recognised."""

LARGEST = 64 << 20
"""Maximum size of an attached file, in bytes."""

_WORD = re.compile(r"\w+")
_DPI = 300
_POINTS = 72  # an inch
_PIXELS = 40_000_000  # of a page
_PAGE_SECONDS = 90
_WIDE = 2  # letters between two columns
_SPACED = 2.5  # heights between two paragraphs
_LEAST = 30  # confidence of a word, in percent; below, Tesseract reads stains
_LANGUAGES = ("eng", "deu", "spa", "fra", "rus", "chi_sim", "ara")

State = Literal["text", "recognised", "scan", "unreadable", "encrypted", "damaged", "end"]


class Item(Record, frozen=True, kw_only=True):
    """A page, an attached file, or the end of a document."""

    state: State | Literal["file"]
    page: int = 0  # from 1
    text: str = ""
    name: str = ""  # of an attached file
    place: str = ""  # file with its content; "": it is too large or damaged
    confidence: int = 0  # of a recognised text, in percent
    pages: int = 0


def can_recognise() -> bool:
    """Return whether scanned pages can be recognised here."""
    libraries = ("pypdfium2", "pytesseract")
    return all(map(importlib.util.find_spec, libraries)) and bool(shutil.which("tesseract"))


def convert(folder: Path) -> Iterator[Item]:
    """Yield the pages and attached files of a document.

    Args:
        folder: Has the document; attached files are written there.
    """
    import pypdf  # noqa: PLC0415 - after the limits

    try:
        document = pypdf.PdfReader(folder / DOCUMENT)
        if document.is_encrypted and not document.decrypt(""):
            yield Item(state="encrypted")
            return
        count = len(document.pages)
    except _faults():
        yield Item(state="damaged")
        return
    yield from _files(document, folder)
    scans = []
    for number in range(count):
        try:
            page = document.pages[number]
            text = _text_of(page).encode("utf-8", "replace").decode()
        except _faults():
            yield Item(state="unreadable", page=number + 1)
            continue
        if text.strip():
            yield Item(state="text", page=number + 1, text=text)
        elif not _is_blank(page):
            scans.append(number)
    yield from _recognised(folder / DOCUMENT, scans)
    yield Item(state="end", pages=count)


def _text_of(page: Any) -> str:
    """Return the text of a page as it is laid out, with the words that this lacks."""
    plain = str(page.extract_text())
    if not plain.strip():
        return plain
    try:
        layout = str(page.extract_text(extraction_mode="layout", layout_mode_strip_rotated=False))
    except _faults():
        return plain
    shown = set(_WORD.findall(layout))
    lacks = [line for line in plain.splitlines() if not shown.issuperset(_WORD.findall(line))]
    return "\n\n".join(filter(None, (layout, "\n".join(lacks))))


def _is_blank(page: Any) -> bool:
    try:
        content = page.get_contents()
        return content is None or not content.get_data().strip()
    except _faults():
        return False


def _faults() -> tuple[type[Exception], ...]:
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    return (
        PyPdfError,
        ArithmeticError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
        OSError,
        NotImplementedError,
        AssertionError,
    )


def _files(document: Any, folder: Path) -> Iterator[Item]:
    """Write the attached files, as of an electronic invoice."""
    try:
        every = list(document.attachment_list)
    except _faults():
        return
    for number, attached in enumerate(every):
        name, place = str(number), ""
        try:
            name = str(attached.alternative_name or attached.name)
            name = name.encode("utf-8", "replace").decode()
            content = attached.content
            if number < MOST_FILES and len(content) <= LARGEST:
                place = f"file-{number}"
                (folder / place).write_bytes(content)
        except _faults():
            place = ""
        yield Item(state="file", name=name, place=place)


def _recognised(path: Path, scans: Sequence[int]) -> Iterator[Item]:
    """Recognise scanned pages, as far as this is possible here."""
    if not scans or not can_recognise():
        yield from (Item(state="scan", page=number + 1) for number in scans)
        return
    import pypdfium2  # noqa: PLC0415 - an extra

    with pypdfium2.PdfDocument(path) as document:
        for count, number in enumerate(scans):
            if count >= MOST_SCANS:
                yield Item(state="scan", page=number + 1)
                continue
            try:
                page = document[number]
                size = page.get_width() * page.get_height() * (_DPI / _POINTS) ** 2
                scale = _DPI / _POINTS * min(1.0, (_PIXELS / max(size, 1.0)) ** 0.5)
                picture = page.render(scale=scale, grayscale=True).to_pil()
                yield recognise(picture, number + 1)
            except (pypdfium2.PdfiumError, ValueError, RuntimeError, OSError):
                yield Item(state="scan", page=number + 1)


def recognise(picture: Any, page: int) -> Item:
    """Recognise the text of a picture.

    Args:
        picture: A PIL image.
        page: Its number.

    Raises:
        RuntimeError: It takes too long, or Tesseract fails.
    """
    import pytesseract  # noqa: PLC0415 - an extra

    known = set(pytesseract.get_languages())
    languages = "+".join(each for each in _LANGUAGES if each in known) or "eng"
    found = pytesseract.image_to_data(
        picture,
        lang=languages,
        timeout=_PAGE_SECONDS,
        output_type=pytesseract.Output.DICT,
    )
    words = [
        word
        for word in starmap(
            Word,
            zip(
                zip(found["block_num"], found["par_num"], found["line_num"], strict=True),
                found["left"],
                found["top"],
                found["width"],
                found["height"],
                map(float, found["conf"]),
                found["text"],
                strict=True,
            ),
        )
        if word.text.strip() and word.confidence >= _LEAST
    ]
    if not words:
        return Item(state="scan", page=page)
    sure = statistics.mean(word.confidence for word in words)
    return Item(state="recognised", page=page, text=laid_out(words), confidence=round(sure))


class Word(NamedTuple):
    """A recognised word, in pixels."""

    line: tuple[int, int, int]
    left: int
    top: int
    width: int
    height: int
    confidence: float  # in percent
    text: str


def laid_out(words: Sequence[Word]) -> str:
    """Return recognised words as a text in which columns stand below each other.

    Args:
        words: At least one.
    """
    letter = statistics.median(max(1, word.width) / len(word.text) for word in words)
    lines = [list(found) for _, found in groupby(words, key=lambda word: word.line)]
    rows: list[list[Word]] = []
    last = 0.0
    for line in sorted(lines, key=_middle):
        height = statistics.median(word.height for word in line)
        if rows and _middle(line) - last < height / 2:
            rows[-1].extend(line)
            continue
        if rows and _middle(line) - last > _SPACED * height:
            rows.append([])
        rows.append(list(line))
        last = _middle(line)
    return "\n".join(_row(row, letter) for row in rows)


def _middle(line: Sequence[Word]) -> float:
    return statistics.median(word.top + word.height / 2 for word in line)


def _row(words: Sequence[Word], letter: float) -> str:
    text, end = "", 0.0
    for word in sorted(words, key=lambda each: each.left):
        gap = word.left - end
        is_apart = not text or gap > _WIDE * letter
        place = round(word.left / letter)
        text = f"{text:<{place}}" if is_apart and place > len(text) + 1 else text
        between = "  " if is_apart and text and not text.endswith("  ") else " "
        text += word.text if not text or text.endswith(" ") else f"{between}{word.text}"
        end = word.left + word.width
    return text


def main(folder: Path) -> None:
    """Convert the document in a folder."""
    with (folder / ITEMS).open("wb") as out:
        for item in convert(folder):
            out.write(msgspec.json.encode(item) + b"\n")
            out.flush()


if __name__ == "__main__":
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES << 20, MEGABYTES << 20))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    os.environ["OMP_THREAD_LIMIT"] = "1"  # Tesseract: threads take memory, and gain little
    main(Path(sys.argv[1]))
