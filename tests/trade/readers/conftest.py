"""What the tests of the readers share: bytes in, lines and refusals out."""

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pytest
import xlsxwriter
from pyarrow import parquet

from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.types import LINES, ReadOptions, Refusal

Read = Callable[..., tuple[list[dict[str, Any]], list[Refusal]]]


def read_bytes(
    content: bytes | str, name: str = "trade.csv", **options: Any
) -> tuple[list[dict[str, Any]], list[Refusal]]:
    """Read a file's content into its lines and refusals, and check the schema on the way."""
    raw = content.encode() if isinstance(content, str) else content
    lines: list[dict[str, Any]] = []
    refusals: list[Refusal] = []
    for item in reader_for(name)(io.BytesIO(raw), name, ReadOptions(**options)):
        if isinstance(item, Refusal):
            refusals.append(item)
        else:
            item.validate(full=True)
            assert item.schema == LINES
            lines.extend(item.to_pylist())
    return lines, refusals


@pytest.fixture
def read() -> Read:
    """Read a file's content."""
    return read_bytes


def write_parquet(columns: Mapping[str, Any], **options: Any) -> bytes:
    """Write columns as a Parquet file."""
    out = io.BytesIO()
    parquet.write_table(pa.table(columns), out, **options)
    return out.getvalue()


def write_workbook(rows: Sequence[Sequence[Any]], title: str = "Data") -> bytes:
    """Write rows as a spreadsheet; a text that begins with = is a formula that fails."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "remove_timezone": True})
    sheet, day = book.add_worksheet(title), book.add_format({"num_format": "dd/mm/yyyy"})
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(r, c, value, day)
            elif isinstance(value, str) and value.startswith("="):
                sheet.write_formula(r, c, value, None, "#DIV/0!" if value == "=1/0" else 7)
            elif value is not None:
                sheet.write(r, c, value)
    book.close()
    return out.getvalue()


@pytest.fixture
def packed() -> Callable[..., bytes]:
    """Write a Parquet file."""
    return write_parquet


@pytest.fixture
def workbook() -> Callable[..., bytes]:
    """Write a spreadsheet."""
    return write_workbook
