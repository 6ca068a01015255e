"""Cells of a CSV file are never formulas, and can be turned back."""

import csv
import io
import re
import sys
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.base.safe_text import CONTROLS, LIMIT, SIGNS, neutralise, restore

SIGN = frozenset(SIGNS.replace("\\", ""))
HOSTILE = st.text(
    st.sampled_from("=+-@＝＋－＠−﹣ \t\r\n;'\"\u200b\u202e\ufeff\u00a0ab1|"), max_size=12
)
ANY = st.one_of(HOSTILE, st.text(max_size=40))


def bare(text: str) -> str:
    """Return a text without the quiet characters that a spreadsheet may skip at its start."""
    quiet = ("Zs", "Zl", "Zp", "Cc", "Cf")
    at = next((i for i, c in enumerate(text) if unicodedata.category(c) not in quiet), len(text))
    return text[at:]


@given(ANY)
def test_no_cell_begins_with_a_sign(text: str) -> None:
    """No cell begins with a sign, a tab or a carriage return, even behind quiet characters."""
    cell = neutralise(text)
    assert cell[:1] not in SIGN | {"\t", "\r", "\n"}
    assert bare(cell)[:1] not in SIGN


@given(ANY)
def test_no_part_begins_with_a_sign_where_semicolons_separate(text: str) -> None:
    """Split at semicolons, tabs or line ends, no part begins with a sign."""
    for separator in ";\t\r\n":
        parts = neutralise(text).split(separator)
        assert not [
            part
            for part in parts
            if bare(part).lstrip("\"'")[:1] in SIGN and not bare(part).lstrip('"').startswith("'")
        ]


@given(ANY.filter(lambda text: "\0" not in text))
def test_neutralising_can_be_undone(text: str) -> None:
    """What was put in can be taken out again, to the character."""
    assert restore(neutralise(text)) == text


@given(st.lists(ANY, min_size=1, max_size=4))
def test_a_csv_reader_returns_the_cells(texts: list[str]) -> None:
    """Quotes, commas and line ends of a cell survive the file."""
    cells = [neutralise(text) for text in texts]
    file = io.StringIO(newline="")
    csv.writer(file).writerow(cells)
    file.seek(0)
    assert next(csv.reader(file)) == cells


def test_every_compatible_form_of_a_sign_is_known() -> None:
    """Each code point that folds to a sign is in our list, and all others are true minuses."""
    points = (chr(i) for i in range(sys.maxunicode + 1))
    folding = {
        c for c in points if unicodedata.normalize("NFKC", c)[:1] in "=+-@" and c.isprintable()
    }
    assert folding - SIGN == set()
    assert {unicodedata.normalize("NFKC", c) for c in SIGN - folding} == {"\u2212"}


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("  -2 C", "'  -2 C"),
        ("＝1", "'＝1"),
        ("\tx", "'\tx"),
        ("Acetone, -20 C", "Acetone, -20 C"),
        ("a;=1", "a;'=1"),
        ("'=1", "''=1"),
        ("a\0b", "a␀b"),
        ("\0=1", "'␀=1"),
        ("\ud800", "\\ud800"),
        ("", ""),
    ],
)
def test_cells_by_example(text: str, cell: str) -> None:
    """A sign inside of a text stays as it is; one at its start gets an apostrophe."""
    assert neutralise(text) == cell


@pytest.mark.parametrize(
    "text", ["\n" * 3_000_000, " " * 3_000_000, ";" * 3_000_000, "'" * 3_000_000]
)
def test_a_huge_text_takes_no_time_and_says_that_it_was_cut(text: str) -> None:
    """Time grows with the length of a text, not with its square, and a cut is visible."""
    start = time.process_time()
    cell = neutralise(text)
    assert time.process_time() - start < 10
    assert len(cell) < LIMIT + 100
    assert "3,000,000 characters" in cell


def test_controls_cover_what_unicode_calls_controls() -> None:
    """Each control, format, surrogate and separator character is one of ours, save 3 in text."""
    ours = re.compile(f"[{CONTROLS}]")
    kinds = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    points = map(chr, range(sys.maxunicode + 1))
    missing = [c for c in points if unicodedata.category(c) in kinds and not ours.match(c)]
    assert missing == ["\t", "\n", "\r"]
