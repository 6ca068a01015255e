"""Nested documents of unknown layout: which group holds the lines, and that no text is lost."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trade.readers.conftest import read_bytes

from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.readers.unknown.trees import (
    Path,
    Reading,
    choose_lines,
    has_lines_inside,
    unfolded,
)

ORDERS: dict[str, Any] = {
    "sender": {"name": "Foo Chemicals Ltd"},
    "orders": [
        {
            "buyer": "Bar Trading",
            "items": [
                {"description of goods": "acetone", "hs code": "291411"},
                {"description of goods": "toluene", "hs code": "290230"},
            ],
            "notes": [{"text": "please call the warehouse before delivery on any working day"}],
        },
        {"buyer": "Baz Imports", "items": [{"description of goods": "tea", "hs code": "090210"}]},
        {"buyer": "Empty Order", "remark": "nothing ordered yet"},
    ],
}


def read(document: dict[str, Any]) -> list[Found]:
    """Read a document."""
    reading = Reading()
    return [
        reading.found(line, row)
        for row, line in enumerate(unfolded(document, choose_lines(document)), 1)
    ]


@pytest.mark.parametrize(
    ("document", "path"),
    [
        (ORDERS, ("orders", "items")),
        ({"a": {"b": [{"goods": "tea"}, {"goods": "salt"}]}}, ("a", "b")),
        ({"x": [{"zork": "some words"}], "y": [{"zork": "many more words here"}]}, ("y",)),
        ({"goods": "tea", "counts": [{"n": 1}, {"n": 2}]}, ()),
        ({}, ()),
    ],
    ids=["goods, not the wordy notes", "below an object", "most words", "only numbers", "nothing"],
)
def test_the_lines_are_the_group_that_describes_goods(document: dict[str, Any], path: Path) -> None:
    """By the names of keys, or else by the words."""
    assert choose_lines(document) == path


def test_what_stands_above_a_line_applies_to_it() -> None:
    """Its fields are on each line, its other texts with the first one."""
    tea, salt = read(
        {"consignee name": "ACME", "zork": "blurb", "g": [{"goods": "tea"}, {"goods": "salt"}]}
    )
    assert tea.fields == {"goods": "tea", "consignee.name": "ACME"}
    assert salt.fields == {"goods": "salt", "consignee.name": "ACME"}
    assert (tea.kept, salt.kept) == ((("zork", "blurb"),), ())


def test_a_part_without_lines_is_a_line_itself() -> None:
    """Its words are screened, too."""
    last = read(ORDERS)[-1]
    assert ("orders.remark", "nothing ordered yet") in last.kept


def test_an_amount_keeps_its_unit() -> None:
    """A mass and its unit are one text."""
    (line,) = read({"goods": "tea", "gross weight": {"value": "5", "unit": "KGM"}})
    assert line.fields["gross"] == "5 KGM"


_WORDS = st.text("abcdefgh", min_size=1, max_size=6)
_TREES = st.recursive(
    _WORDS,
    lambda inner: st.dictionaries(_WORDS, inner, max_size=4) | st.lists(inner, max_size=4),
    max_leaves=12,
)


def texts(value: Any) -> list[str]:
    """Return every text of a tree."""
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value
    return [text for part in parts for text in texts(part)]


@given(st.dictionaries(_WORDS, _TREES, max_size=4))
def test_no_text_is_lost(document: dict[str, Any]) -> None:
    """Each is in a field or among the other texts of some line."""
    lines = read(document)
    said = " ".join(
        text for line in lines for text in (*line.fields.values(), *(t for _, t in line.kept))
    )
    assert not [text for text in texts(document) if text not in said]


def test_a_list_of_goods_deeper_inside_is_seen() -> None:
    """A description alone may be that of a paper; with an amount it is that of goods."""
    lines = [{"description": "acetone", "quantity": 2}]
    assert has_lines_inside({"content": {"declaration": {"rows": lines}}})
    assert not has_lines_inside({"content": {"papers": [{"description": "invoice"}]}})
    assert not has_lines_inside({"rows": ["acetone"]})


def test_an_object_with_goods_deeper_inside_is_read_by_its_lines() -> None:
    """The description of the parcel does not stand for that of its lines."""
    rows = [{"description": "acetone", "quantity": 2}, {"description": "toluene", "quantity": 3}]
    document = {"description": "samples", "content": {"declaration": {"rows": rows}}}
    lines, refused = read_bytes(json.dumps(document), "a.json")
    assert [line["goods"].split()[-1] for line in lines] == ["acetone", "toluene"]
    assert [each.code for each in refused] == ["trade/layout-not-confirmed"]
