"""Which row is the header: the same rule for delimited text and spreadsheets."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from tests.support.raising import raises

from tidewaiter.trade.readers.columns.detection import find_header
from tidewaiter.trade.types import Refusal

Read = Callable[..., tuple[list[dict[str, Any]], list[Refusal]]]
Workbook = Callable[..., bytes]

TABLES = {
    "title": ([["Imports of March"], ["goods", "hs"], ["acetone", "291411"]], 1),
    "remarks": (
        [["Port", "Example"], [], ["weights, in kg; see note"], ["goods", "hs", "origin"], ["a"]],
        3,
    ),
    "no title": ([["goods", "hs"], ["goods", "hs"], ["acetone", "291411"]], 0),
    "one column": ([["List of March"], ["goods"], ["acetone"]], 1),
    "one known of two": ([["List of March"], ["goods", "foo"], ["acetone", "x"]], 1),
    "a word of a line": ([["foo", "bar"], ["acetone", "origin"]], 0),
    "two languages": ([["foo", "bar", "origin"], ["goods", "hs", "origin"], ["a", "b", "c"]], 1),
    "nothing": ([[], ["", " "]], None),
}


@pytest.mark.parametrize("case", TABLES)
def test_the_row_that_names_most_columns_is_the_header(case: str) -> None:
    """Titles are skipped, and a word in a line of goods is not a header."""
    rows: Sequence[Sequence[str]] = TABLES[case][0]
    assert find_header(rows) == TABLES[case][1]


def test_a_column_that_is_asked_for_counts_as_known() -> None:
    """A column named by the user is a header, though no alias matches it."""
    assert find_header([["goods", "x"], ["foo", "bar"]], ("foo", "bar")) == 1


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_titles_above_the_header_are_passed_over_in_any_format(
    read: Read, workbook: Workbook, mark: str
) -> None:
    """The same rows give the same lines from text and from a spreadsheet; rows count from there."""
    rows = [
        ["Manifest 17"],
        ["Printed", "2026-03-30"],
        ["Goods", "HS Code", "Origin"],
        ["acetone", "291411", "IN"],
        ["toluene", "290230", "CN"],
    ]
    text = "\n".join(mark.join(row) for row in [*rows[:2], [""], *rows[2:]])
    lines, refusals = read(text)
    assert [(n["row"], n["goods"], n["hs"]) for n in lines] == [
        (1, "acetone", "291411"),
        (2, "toluene", "290230"),
    ]
    assert refusals == []
    assert read(workbook(rows), "a.xlsx") == (lines, [])


def test_titles_may_hold_quotes_and_line_ends(read: Read) -> None:
    """A title in quotes over two lines is one row."""
    lines, refusals = read('"Manifest, of\nMarch"\n\nsep\ngoods,hs\n"a\nb",1234\n')
    assert [(line["row"], line["goods"]) for line in lines] == [(1, "a\nb")]
    assert refusals == []


def test_a_line_of_goods_is_not_taken_for_the_header(read: Read, workbook: Workbook) -> None:
    """A file without a header is an error, as its first line would go unscreened."""
    rows = [["acetone", "67-64-1"], ["toluene", "108-88-3"]]
    with raises("trade/first-row-not-a-header", cell="67-64-1"):
        read("\n".join(",".join(row) for row in rows), format="csv")
    with raises("trade/first-row-not-a-header"):
        read(workbook(rows), "a.xlsx", format="xlsx")


def test_without_a_header_all_cells_are_searched(read: Read, workbook: Workbook) -> None:
    """The first row is a line; the layout is named as unknown."""
    rows = [["acetone", "67-64-1"], ["toluene", "108-88-3"]]
    for content, name in ((",".join(rows[0]) + "\n", "a.csv"), (workbook(rows), "a.xlsx")):
        lines, refusals = read(content, name)
        assert lines[0]["row"] == 1
        assert "trade/layout-not-confirmed" in {each.code for each in refusals}
