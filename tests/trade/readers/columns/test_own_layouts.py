"""A user's own mapping, saved as a layout file and applied to other files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.raising import raises

from tidewaiter.trade.readers.columns.layouts import Layout, load_layouts
from tidewaiter.trade.readers.columns.own_layouts import (
    apply_layout,
    make_layout,
    parse_layout,
    write_layout,
)
from tidewaiter.trade.types import ReadOptions

HEADER = ("No", "Text A", "Wt")
TEXT = st.characters(exclude_categories=["Cs"])
SAID = ReadOptions(
    columns={"goods": "Text A", "net": "Wt"}, units={"net": "lb"}, decimal=",", encoding="cp1251"
)


def test_what_is_saved_is_applied_to_a_file_with_the_same_columns() -> None:
    """In any order and case of the columns, and beside others."""
    layout = parse_layout(write_layout(make_layout(SAID, HEADER, "a.csv", "test")), at="c.toml")
    assert apply_layout(layout, ("wt", "x", "TEXT A"), ReadOptions()) == ReadOptions(
        columns={"goods": "TEXT A", "net": "wt"},
        units={"net": "lb"},
        decimal=",",
        encoding="cp1251",
    )
    assert apply_layout(layout, ("Text A", "x"), ReadOptions()) is None


def test_what_is_given_takes_precedence() -> None:
    """For each field on its own."""
    layout = make_layout(SAID, HEADER, "a.csv", "test")
    given = ReadOptions(columns={"goods": "No"}, decimal=".")
    found = apply_layout(layout, HEADER, given)
    assert found is not None
    assert (found.columns, found.decimal) == ({"goods": "No", "net": "Wt"}, ".")


def test_settings_without_a_column_belong_to_files_with_the_same_header() -> None:
    """Without a mapped column, all columns identify the file."""
    layout = make_layout(ReadOptions(dates="dmy"), HEADER, "a.csv", "test")
    assert apply_layout(layout, HEADER, ReadOptions()) == ReadOptions(dates="dmy")
    assert apply_layout(layout, HEADER[:2], ReadOptions()) is None


def test_a_layout_of_the_gallery_gives_columns_and_their_units() -> None:
    """Its meanings in words become fields; what no field takes is left out."""
    layout = load_layouts()["usps-click-n-ship"]
    header = ("Order ID (required)", "Ship To - Name", "Ship To - City", "Total Weight in Oz")
    found = apply_layout(layout, header, ReadOptions())
    assert found is not None
    assert found.columns == {
        "consignment": "Order ID (required)",
        "consignee.name": "Ship To - Name",
        "gross": "Total Weight in Oz",
    }
    assert found.units == {"gross": "oz"}


@given(st.text(TEXT, min_size=1), st.text(TEXT, min_size=1), st.text(TEXT))
def test_a_layout_is_read_as_it_was_written(column: str, unit: str, title: str) -> None:
    """Whatever stands in the names: quotes, line ends, other scripts."""
    layout = Layout(
        title=title, source="x", columns={"net": (column,)}, units={"net": unit}, needed=(column,)
    )
    assert parse_layout(write_layout(layout), at="c.toml") == layout


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"title = 1", b'title = "a"\nsource = ""\ncolumns = {a = ["x"], b = ["x"]}'],
)
def test_another_file_is_an_error(content: bytes) -> None:
    """Also one in which a name has two meanings."""
    with raises("trade/not-a-layout", at="c.toml"):
        parse_layout(content, at="c.toml")
