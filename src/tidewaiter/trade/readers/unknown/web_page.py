"""Web pages: the words of each block of text are screened."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree
from lxml import html as pages

from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.readers.unknown.printed_text import found_in
from tidewaiter.trade.readers.unknown.whole import whole_of
from tidewaiter.trade.types import Refusal

_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "br", "caption", "dd", "div", "dl"),
        *("dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "legend"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "li", "main", "nav", "ol", "option", "p", "pre"),
        *("section", "table", "tbody", "tfoot", "thead", "title", "tr", "ul"),
    )
)
_SILENT = frozenset(("script", "style", "template", "noscript"))


_BEGINS = re.compile(rb"\s*(?:<!doctype\s+html|<html|<table|<head|<body|<meta)\b", re.IGNORECASE)


def fits(head: bytes, suffix: str) -> bool:
    """Return whether a file begins like a web page."""
    del suffix
    return _BEGINS.match(head.removeprefix(b"\xef\xbb\xbf")) is not None


def read(file: BinaryIO, name: str) -> Iterator[Found | Refusal]:
    """Read a web page.

    Raises:
        InputError: It is too long, or holds no text.
    """
    data = whole_of(file, name)
    yield from found_in(lines_of(data))


def lines_of(page: bytes | str) -> Iterator[str]:
    """Yield the blocks of text of a page, each followed by a blank line; cells are set apart."""
    try:
        root = pages.document_fromstring(page, ensure_head_body=True)
    except etree.ParserError:  # without any text
        return
    some: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if not isinstance(element.tag, str) or element.tag in _SILENT:
            if event == "end":
                some.append(element.tail or "")
            continue
        if element.tag in _BLOCKS:
            yield from _block(some)
        if event == "start":
            some.append(element.text or "")
        else:
            some.append(" | " if element.tag in {"td", "th"} else "")
            some.append(element.tail or "")
    yield from _block(some)


def _block(some: list[str]) -> Iterator[str]:
    text = " ".join("".join(some).split()).strip(" |")
    some.clear()
    if text:
        yield text
        yield ""
