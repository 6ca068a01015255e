"""Other text: which words of a line count, and that a batch answers as its lines do."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.identify import Identifier, load_lexicon
from tidewaiter.trade.mentions import Find, find_all
from tidewaiter.trade.types import KEPT, LINES
from tidewaiter.trade.unmapped_text import (
    Beside,
    has_words,
    kept_together,
    only_words,
    with_texts,
    worded,
)

TEXTS = (
    "acetic anhydride",
    "108-24-7",
    "2026-03-01",
    "steel bolts",
    "MSKU1234565",
    "乙酸酐",
    "x",
    "",
)
IDENTIFIER = Identifier(load_lexicon())


def batch_of(lines: list[list[tuple[str, str]]]) -> pa.RecordBatch:
    """Make lines that have nothing but other text."""
    rows: list[dict[str, Any]] = [
        {
            "row": at,
            "consignment": "A",
            "seq": at,
            "other": [{"name": n, "text": t} for n, t in each],
        }
        for at, each in enumerate(lines, 1)
    ]
    return pa.RecordBatch.from_pylist(rows, schema=LINES)


def found(batch: pa.RecordBatch) -> dict[int, list[Find]]:
    """Return what the lines of a batch name."""
    return find_all(batch, IDENTIFIER)[0]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(TEXTS)), max_size=3), max_size=6
    )
)
def test_a_batch_answers_as_its_lines_do(lines: list[list[tuple[str, str]]]) -> None:
    """Other text is looked through in one way, for one line and for many."""
    batch = batch_of(lines)
    alone = {at: found(batch.slice(at, 1)).get(0, []) for at in range(len(batch))}
    together = found(batch)
    for at, mine in alone.items():
        here = [(find.field, find.column, find.finding.text) for find in together.get(at, [])]
        assert here == [(find.field, find.column, find.finding.text) for find in mine]


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("steel", True),
        ("乙醚", True),
        ("бор", True),
        ("108-24-7", True),
        ("see 108-24-7", True),
        ("12", False),
        ("kg", False),
        ("2026-03-01", False),
        ("MSKU1234565", False),
        ("AB 12345", False),
        ("108-24-71", False),
        ("", False),
        (None, False),
    ],
)
def test_words_are_three_letters_or_a_cas_number(text: str | None, counts: bool) -> None:  # noqa: FBT001
    """Numbers, days and the numbers of containers and bills are none."""
    assert has_words([text]) is counts
    there = worded(pa.array([text, "1"], pa.string()))
    assert (there is not None) is counts


def test_columns_are_put_together_row_by_row() -> None:
    """Each row has its texts in the order of the columns, and null where it has none."""
    columns = {"a": pa.array(["x", None, None]), "b": pa.array(["y", "z", None])}
    column = kept_together(columns, 3)
    assert column is not None
    assert column.to_pylist() == [
        [{"name": "a", "text": "x"}, {"name": "b", "text": "y"}],
        [{"name": "b", "text": "z"}],
        None,
    ]
    assert only_words(column) is None
    assert kept_together({"a": pa.nulls(2, pa.string())}, 2) is None


def test_only_words_are_taken_out_of_a_slice() -> None:
    """A part of a column is looked at by its own rows."""
    rows = [
        [{"name": "a", "text": "steel"}],
        None,
        [{"name": "b", "text": "1"}, {"name": "c", "text": "bolts"}],
    ]
    column = only_words(pa.array(rows, pa.list_(KEPT)).slice(1))
    assert column is not None
    assert column.to_pylist() == [None, [{"name": "c", "text": "bolts"}]]


def test_texts_are_added_behind_those_of_their_line() -> None:
    """Those without words are not; lines without any stay null."""
    held = kept_together({"note": pa.array(["first word", None, None])}, 3)
    found = [Beside(2, "seq", "acetone"), Beside(0, "net", "toluene"), Beside(1, "net", "12,,3")]
    added, alone = with_texts(held, found, 3), with_texts(None, found[:1], 3)
    assert added is not None
    assert alone is not None
    assert added.to_pylist() == [
        [{"name": "note", "text": "first word"}, {"name": "net", "text": "toluene"}],
        None,
        [{"name": "seq", "text": "acetone"}],
    ]
    assert with_texts(held, found[2:], 3) is held
    assert alone.to_pylist()[2] == [{"name": "seq", "text": "acetone"}]
