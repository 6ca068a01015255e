"""Sheets as text: what a workbook holds, and what it says where it cannot be read."""

from io import BytesIO

import xlsxwriter
from tests.support.raising import message_of, raises

from tidewaiter.base.sheets.worksheet import is_workbook, sheet_rows


def workbook() -> bytes:
    """Write two sheets that are shown, and one that is not."""
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        hidden, first, second = (book.add_worksheet(each) for each in ("raw", "counts", "notes"))
        first.activate()
        hidden.hide()
        first.write_row(0, 0, ["state", "deaths"])
        first.write_row(2, 0, ["OH", 4_915])
        first.write_formula(3, 1, "=1/0", value="#DIV/0!")
        second.write(0, 0, "of these counts")
    return file.getvalue()


def test_the_rows_of_a_sheet_are_text() -> None:
    """Numbers as displayed, rows by their number, errors as text that is not a number."""
    content = workbook()
    assert is_workbook(content)
    assert list(sheet_rows(content, "x.xlsx")) == [
        (1, {0: "state", 1: "deaths"}),
        (3, {0: "OH", 1: "4915"}),
        (4, {1: message_of("base/cell-with-formula-error")}),
    ]
    assert list(sheet_rows(content, "x.xlsx", "notes")) == [(1, {0: "of these counts"})]


def test_a_workbook_that_cannot_be_read_says_why() -> None:
    """A missing sheet, a truncated file, and a file that is not a workbook."""
    content = workbook()
    with raises("base/no-sheet", sheet="2024") as caught:
        list(sheet_rows(content, "x.xlsx", "2024"))
    assert '"counts"' in caught.value.hint
    with raises("base/spreadsheet-damaged"):
        list(sheet_rows(content[:-200], "x.xlsx"))
    assert not is_workbook(b"PK\x03\x04 no workbook")
    assert not is_workbook(b"state,deaths\n")
