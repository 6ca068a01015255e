"""Spreadsheets."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.support.raising import raises

from tidewaiter.base.errors import InputError
from tidewaiter.trade.readers import mapping_of
from tidewaiter.trade.types import ReadOptions, Refusal

Read = Callable[..., tuple[list[dict[str, Any]], list[Refusal]]]
Packed = Callable[..., bytes]
Workbook = Callable[..., bytes]


def test_a_spreadsheet_with_a_title_is_read(read: Read, workbook: Workbook) -> None:
    """The header is found below a title; numbers, dates and formulas count as their values."""
    rows: list[list[Any]] = [
        ["Imports of March"],
        [],
        ["Goods", "HS Code", "Net weight (kg)", "Arrival date", "Packages"],
        ["acetone", 291411, 25.125, datetime(2026, 3, 30, tzinfo=UTC), "=3+4"],
        [],
        ["toluene", "2902.30", 1000, 46112, 2],
    ]
    lines, refusals = read(workbook(rows), "a.xlsx")
    assert refusals == []
    assert [(n["row"], n["goods"], n["hs"]) for n in lines] == [
        (1, "acetone", "291411"),
        (2, "toluene", "290230"),
    ]
    assert [line["net_mg"] for line in lines] == [25_125_000, 1_000_000_000]
    assert [line["arrival"] for line in lines] == [date(2026, 3, 30), date(2026, 3, 31)]
    assert [line["packages"] for line in lines] == [7, 2]


def test_a_formula_that_fails_is_reported(read: Read, workbook: Workbook) -> None:
    """An error in a cell is not a silent blank, even if its row is otherwise empty."""
    rows: list[list[Any]] = [
        ["Goods", "HS"],
        ["acetone", "=1/0"],
        [None, "=1/0"],
        ["toluene", 290230],
    ]
    lines, refusals = read(workbook(rows), "a.xlsx")
    told = [(r.row, r.column, r.screened) for r in refusals]
    # The last says that one line has no description.
    assert told == [(1, "HS", True), (2, "HS", True), (0, "", True)]
    assert [line["goods"] for line in lines] == ["acetone", None, "toluene"]


def test_a_sheet_is_chosen_by_name(read: Read, workbook: Workbook) -> None:
    """A sheet that is not there is an error that names those that are."""
    raw = workbook([["goods"], ["acetone"]], title="March")
    assert read(raw, "a.xlsx", sheet="March")[0][0]["goods"] == "acetone"
    with pytest.raises(InputError) as caught:
        read(raw, "a.xlsx", sheet="April")
    assert '"March"' in caught.value.hint
    with raises("trade/sheet-empty"):
        read(workbook([]), "a.xlsx")


def test_each_format_shows_its_mapping(packed: Packed, workbook: Workbook) -> None:
    """The mapping that the user sees names the file's own columns or keys."""
    files = {
        "a.jsonl": b'{"Goods": "a", "foo": 1}',
        "a.parquet": packed({"Goods": ["a"], "foo": [1]}),
        "a.xlsx": workbook([["Goods", "foo"], ["a", 1]]),
        "a.csv": b"Goods,foo\na,1\n",
    }
    for name, raw in files.items():
        shown = mapping_of(io.BytesIO(raw), name, ReadOptions())
        assert shown.columns["goods"] == ("Goods",)
        assert shown.unmapped == ("foo",)
