"""Workbooks for tests, written with one library and read back with another."""

import io
from collections.abc import Mapping, Sequence
from datetime import date

import fastexcel
import xlsxwriter

Cells = Sequence[object]


def workbook(sheets: Mapping[str, Sequence[Cells]]) -> bytes:
    """Write sheets of rows; a date is a date cell."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "default_date_format": "dd/mm/yyyy"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(number, place, cell)
                elif cell not in {None, ""}:
                    sheet.write(number, place, cell)
    book.close()
    return content.getvalue()


def rows_in(content: bytes, sheet: str, titles: int) -> list[dict[str, str]]:
    """Read the rows of a sheet with calamine.

    Args:
        content: The workbook.
        sheet: Name of the sheet.
        titles: Number of the row with the titles, from 0.
    """
    book = fastexcel.read_excel(content)
    table = book.load_sheet(sheet, header_row=titles, dtypes="string").to_arrow()
    return [{key: value or "" for key, value in row.items()} for row in table.to_pylist()]
