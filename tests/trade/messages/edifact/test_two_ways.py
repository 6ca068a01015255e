"""EDIFACT in two ways: another hand cuts the same segments, and no bytes break the reading."""

import io
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from pydifact.parser import Parser

from tidewaiter.base.errors import InputError
from tidewaiter.trade.messages.edifact import segments as cutting
from tidewaiter.trade.messages.edifact.reading import read
from tidewaiter.trade.messages.edifact.segments import Cutter
from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.readers.json_rows import header

EXAMPLES = int(os.environ.get("TIDEWAITER_SOAK", "0")) * 1_000 or 60

TAGS = (
    "UNB",
    "UNH",
    "UNT",
    "UNZ",
    "UNS",
    "BGM",
    "CNI",
    "RFF",
    "GID",
    "CST",
    "FTX",
    "MEA",
    "LOC",
    "NAD",
    "TDT",
    "DTM",
    "EQD",
    "SGP",
    "DGS",
    "PIA",
    "IMD",
    "QTY",
    "MOA",
    "DOC",
    "PAC",
    "UNA",
)
WORDS = st.sampled_from(
    [
        "",
        "1",
        "AAA",
        "HS",
        "IFTMIN:D:96A:UN",
        "CUSCAR:D:96A",
        "CUSDEC:D",
        "BAPLIE:D",
        "COPRAR:D",
        "147",
        "G",
        "KGM:1,5",
        "UNOX:3",
        "BM:X",
        "20",
        "5",
        "D",
        "102",
        "137:20260314:102",
        "?'",
        "é",
        "\x1b$B0!\x1b(B",
    ]
)
TEXTS = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=8).filter(
    lambda text: text.isascii() or not _is_utf_8(text)  # that we read as such, and tell it
)


def _is_utf_8(text: str) -> bool:
    return "\ufffd" not in text.encode("latin-1").decode("utf-8", "replace")


@contextmanager
def pieces(size: int) -> Iterator[None]:
    """Read files in pieces of this size."""
    patch = pytest.MonkeyPatch()
    patch.setattr(cutting, "_PIECE", size)
    try:
        yield
    finally:
        patch.undo()


def _is_utf8(text: str) -> bool:
    try:
        text.encode("latin-1").decode()
    except UnicodeDecodeError:
        return False
    return not text.isascii()


def _written(text: str) -> str:
    return "".join(f"?{c}" if c in "?+:'" else c for c in text)


@given(
    st.lists(st.lists(st.lists(TEXTS, min_size=1, max_size=3), max_size=4), min_size=1, max_size=5)
)
@settings(max_examples=EXAMPLES)
def test_another_hand_cuts_the_same(elements: list[list[list[str]]]) -> None:
    """The library pydifact finds the tags and the components that we find."""
    rows = [[["FTX"], *row] for row in elements]
    cut = ["+".join(":".join(map(_written, parts)) for parts in row) + "'" for row in rows]
    assume(not any(map(_is_utf8, cut)))  # which we take a segment for then
    text = "UNB+UNOC:3+A+B+1:1+X'" + "".join(cut)
    ours = [
        [seg.parts(n) for n in range(len(seg.elements))]
        for seg in Cutter(io.BytesIO(text.encode("latin-1"))).segments()
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = [[[seg.tag], *seg.elements] for seg in Parser().parse(text)]
    assert [list(map(_bare, row)) for row in ours] == [list(map(_bare, row)) for row in theirs]


def _bare(element: str | list[str]) -> list[str]:
    """Remove trailing empty components, which pydifact drops, and spaces."""
    parts = [part.strip() for part in ([element] if isinstance(element, str) else element)]
    while parts and not parts[-1]:
        parts.pop()
    return parts


SEGMENT = st.tuples(st.sampled_from(TAGS), st.lists(WORDS, max_size=4))
SEGMENTS = st.lists(SEGMENT.map(lambda s: "+".join([s[0], *s[1]])), max_size=25).map("'".join)
FILES = SEGMENTS.map(lambda text: f"UNH+1+CUSCAR:D'{text}".encode())


def _all(content: bytes) -> list[object] | str:
    try:
        return list(read(io.BytesIO(content), "x"))
    except InputError as error:
        return error.message


@given(st.one_of(FILES, st.binary(max_size=80)), st.integers(1, 7))
@settings(max_examples=EXAMPLES)
@example(b"UNA''''''UNH'1", 1)
@example(b"UNB+UNOX:3'UNH+1+IFTMIN'FTX+AAA+++\x1b$B0!\x1b(B'", 3)
def test_any_bytes_are_read_alike_in_pieces(content: bytes, size: int) -> None:
    """Nothing breaks the reading; every field is one of ours; pieces change nothing."""
    whole = _all(content)
    with pieces(size):
        assert _all(content) == whole
    for item in whole:
        if isinstance(item, Found):
            assert set(item.fields) <= set(header())
