"""Exports of 48 countries: a file in each layout, read and screened from end to end."""

import csv
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from tidewaiter.base.errors import InputError
from tidewaiter.trade.readers import mapping_of, reader_for
from tidewaiter.trade.screening import Screener
from tidewaiter.trade.types import ReadOptions

DAY = date(2026, 11, 25)
HEADERS = "data/trade/samples/trade-csv-columns/columns.csv"
ROWS = ("Cotton T-shirts", "ACETIC ANHYDRIDE 99% IN DRUMS", "Steel bolts M8")
CODES = ("610910", "291524", "731815")
GOODS = {
    "PRODUCT DESCRIPTION",
    "PRODUCT DECLARATION",
    "PRODUCT DESC VN",
    "GOODS DESCRIPTION",
    "COMMERCIAL DESCRIPTION",
}
"""The columns that hold the goods, by their names as a reader of the 175 headers told them."""

Source = tuple[str, str, str]


def headers(shared: Path) -> dict[Source, list[str]]:
    """Read the headers: country, direction, format -> names of columns."""
    found: dict[Source, list[str]] = defaultdict(list)
    with (shared / HEADERS).open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            source = (row["country"].strip(), row["direction"], row["format"])
            found[source].append(row["column"])
    return found


def cell(name: str, row: int, way: str) -> str:
    """Make a possible value for a column of this name; empty if the name is not informative."""
    plain = name.replace("_", " ")
    if plain in GOODS:
        return ROWS[row]
    if plain in ("HS CODE", "HSCODE"):
        return CODES[row]
    ends: Mapping[str, str] = {
        "WEIGHT": "1200",
        "KG": "1200",
        "QUANTITY": "40",
        "UNIT": "DRUM",
        "USD": "4300.50",
        "VALUE": "4300.50",
        "CURRENCY": "EUR",
        "DATE": "2026-11-03",
        "ADDRESS": "1 Quay Street",
        "COUNTRY": "CN" if way == "IMPORT" else "MX",
        "PACKAGES": "40",
    }
    if plain.endswith("NAME"):
        return f"{plain.title()} Trading {row}"
    if plain.endswith(("NUMBER", " NO", " ID", "CODE")):
        return f"26{row:05d}"
    return next((value for end, value in ends.items() if plain.endswith(end)), "")


def written(names: Sequence[str], way: str) -> bytes:
    """Write three rows in the layout of a source."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([cell(name, row, way) for name in names] for row in range(len(ROWS)))
    return text.getvalue().encode()


def answered(content: bytes) -> tuple[ReadOptions, int]:
    """Answer what a reader asks with the first column it names; count the answers."""
    said: dict[str, str] = {}
    while True:
        options = ReadOptions(columns=said)
        try:
            mapping_of(io.BytesIO(content), "export.csv", options)
        except InputError as error:
            field, column = error.hint.split('--map "')[1].split('"')[0].split("=")
            if field in said:
                raise
            said = {**said, field: column}
        else:
            return options, len(said)


@pytest.mark.shared
def test_the_exports_of_48_countries_are_read_and_screened(
    shared: Path, screener: Screener
) -> None:
    """The one controlled line in a file of each layout is alerted of, and no other."""
    sources = headers(shared)
    assert len({country for country, _, _ in sources}) == 49  # Brazil has two
    asked, reader = 0, reader_for("export.csv")
    for source, names in sources.items():
        content = written(names, source[1])
        options, questions = answered(content)
        asked += questions
        read = reader(io.BytesIO(content), "export.csv", options)
        batches = [item for item in read if isinstance(item, pa.RecordBatch)]
        found = [screener.screen(batch, DAY, "export.csv", "0" * 64) for batch in batches]
        alerts = [alert for each in found for alert in each.alerts]
        assert [(alert.row, alert.substances) for alert in alerts] == [(2, ("acetic-anhydride",))]
    assert asked <= 2
