"""The column of contents, in every format and language."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tidewaiter.trade.readers.columns.header_meaning import find_columns
from tidewaiter.trade.types import Refusal

Read = Callable[..., tuple[list[dict[str, Any]], list[Refusal]]]
CELLS = ["99.5", "40 %", ">= 99", "0.95", "much", None]
WANTED = ["99.5", "40", ">=99", None, None, None]
BAD = ["0.95", "much"]


def _check(found: tuple[list[dict[str, Any]], list[Refusal]]) -> None:
    lines, refusals = found
    assert [line["percent"] for line in lines] == WANTED
    assert [line["goods"] for line in lines] == ["acetone"] * len(CELLS)
    assert [(each.value, each.screened) for each in refusals] == [(bad, True) for bad in BAD]
    assert [each.row for each in refusals] == [4, 5]


def test_csv(read: Read) -> None:
    """Delimited text: bad cells are reported, and their lines go on."""
    rows = "".join(f"acetone;{cell or ''}\n" for cell in CELLS)
    _check(read(f"goods;Purity (%)\n{rows}"))


def test_jsonl(read: Read) -> None:
    """JSON Lines, flat and nested, with texts and numbers."""
    for nest in (lambda line: line, lambda line: {"lines": [line]}):
        docs = [nest({"goods": "acetone", "percent": cell}) for cell in CELLS]
        _check(read("".join(json.dumps(doc) + "\n" for doc in docs), "a.jsonl"))
    lines, refusals = read('{"goods": "acetone", "purity": 99.5}\n', "a.jsonl")
    assert ([line["percent"] for line in lines], refusals) == (["99.5"], [])


def test_parquet(read: Read, packed: Callable[..., bytes]) -> None:
    """Parquet, of texts and of numbers."""
    _check(read(packed({"goods": ["acetone"] * len(CELLS), "assay": CELLS}), "a.parquet"))
    lines, refusals = read(packed({"goods": ["acetone"], "assay": [99.125]}), "a.parquet")
    assert ([line["percent"] for line in lines], refusals) == (["99.125"], [])


def test_xlsx(read: Read, workbook: Callable[..., bytes]) -> None:
    """A spreadsheet, of texts and of numbers; a share that is shown as a percentage is refused."""
    rows = [["goods", "concentration"], *([["acetone", cell] for cell in CELLS])]
    _check(read(workbook(rows), "a.xlsx"))
    lines, refusals = read(
        workbook([["goods", "%"], ["acetone", 99.5], ["acetone", 0.4]]), "a.xlsx"
    )
    assert [line["percent"] for line in lines] == ["99.5", None]
    assert [each.value for each in refusals] == ["0.4"]


@pytest.mark.parametrize(
    "header",
    [
        "percent",
        "%",
        "Purity",
        "PURITY %",
        "% w/w",
        "Conc. (%)",
        "Concentración",
        "Pureté",
        "Reinheit",
        "纯度",
        "Концентрация",
        "التركيز",
        "purityPercent",
    ],
)
def test_headers_of_contents(header: str) -> None:
    """The names of such a column, in the languages of the other columns."""
    assert [found.field for found in find_columns(header)] == ["percent"]


@pytest.mark.parametrize("header", ["content", "Strength", "Duty %", "Net weight %", "", "titre"])
def test_headers_of_something_else(header: str) -> None:
    """What may be a column of anything else is left to --map."""
    assert "percent" not in [found.field for found in find_columns(header)]
