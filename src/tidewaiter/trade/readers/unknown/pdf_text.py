"""PDF: the words of the text layer of each page are screened; a scanned page has none."""

import io
import logging
from collections.abc import Iterator
from itertools import count
from typing import BinaryIO

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from tidewaiter.base.errors import InputError
from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.readers.unknown.plain_text import found_in
from tidewaiter.trade.readers.unknown.whole import whole_of
from tidewaiter.trade.types import Refusal

logging.getLogger("pypdf").addHandler(logging.NullHandler())  # refusals say what is wrong

_FAULTS = (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)


def fits(head: bytes, suffix: str) -> bool:
    """Return whether a file begins like PDF."""
    del suffix
    return b"%PDF-" in head[:1024]


def read(file: BinaryIO, name: str) -> Iterator[Found | Refusal]:
    """Read a document.

    Raises:
        InputError: It is too long, damaged, or encrypted.
    """
    data = whole_of(file, name)
    try:
        document = PdfReader(io.BytesIO(data))
        if document.is_encrypted and not document.decrypt(""):
            raise InputError("trade/pdf-encrypted", at=name)
        pages = len(document.pages)
    except _FAULTS as error:
        raise InputError("trade/pdf-damaged", at=name) from error
    rows = count(1)
    for number in range(pages):
        try:
            text = document.pages[number].extract_text()
        except _FAULTS:
            text = ""
        if not text.strip():
            scan = InputError("trade/page-without-text", page=number + 1)
            yield Refusal.of(scan, row=0, column=f"page {number + 1}", screened=False)
        for each in found_in(text.splitlines(), f"page {number + 1}, line"):
            yield Found(row=next(rows), fields={}, kept=each.kept)
