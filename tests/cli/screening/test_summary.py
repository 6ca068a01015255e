"""The command `tidewaiter screen`: what it says of a file's columns, sheets and end."""

from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import Result
from tests.support.raising import says

Screen = Callable[..., Result]
MESSAGES = Path(__file__).parents[2] / "data" / "messages"


def workbook(path: Path, **sheets: list[list[str]]) -> None:
    """Write a workbook of these sheets."""
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)


def test_a_cover_sheet_does_not_hide_the_lines(screen: Screen, here: Path) -> None:
    """In many files a cover sheet precedes the lines; its text is screened too."""
    workbook(here / "m.xlsx", Cover=[["Nothing known"]], Lines=[["Goods"], ["ephedrine"]])
    result = screen("m.xlsx", "--out", "a.jsonl")
    assert "ephedrine" in (here / "a.jsonl").read_text(encoding="utf-8")
    assert says(" ".join(result.stdout.split()), "trade/goods-text-missing")
    assert screen("m.xlsx", "--sheet", "Lines").exit_code == 0


def test_a_question_about_another_sheet_is_reported(screen: Screen, here: Path) -> None:
    """It does not stop the file, and names the sheet; the columns are not read."""
    lines = [["Goods", "Net", "Net weight"], ["acetone", "1", "2"]]
    workbook(here / "m.xlsx", One=[["Goods"], ["ephedrine"]], Two=lines)
    result = screen("m.xlsx", "--out", "a.jsonl", "--refused", "r.csv")
    assert result.exit_code == 1
    told = (here / "r.csv").read_text(encoding="utf-8")
    assert says(told, "trade/several-columns-may-hold")
    assert "Two" in told


def test_keys_that_some_objects_use_are_not_called_unused(screen: Screen, here: Path) -> None:
    """Objects may name a field differently; the mapping that is printed names all its keys."""
    (here / "a.jsonl").write_text('{"goods": "acetone", "x": 1}\n{"product": "toluene"}\n')
    told = screen("a.jsonl").stderr
    assert "goods = goods or product" in told
    assert "not used: x\n" in told


def test_of_a_wide_file_the_unused_columns_are_counted(screen: Screen, here: Path) -> None:
    """Three hundred names would hide the line that says what is read."""
    names = [f"x{number}" for number in range(300)]
    (here / "w.csv").write_text(f"Goods,{','.join(names)},\nacetone{',1' * 301}\n")
    told = screen("w.csv").stderr
    assert "x39 and 261 more" in told
    assert "x40" not in told


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.json", "a.parquet", "a.xml"])
def test_an_empty_file_is_called_empty(screen: Screen, here: Path, name: str) -> None:
    """Whatever its name says, nothing is damaged and no header is missing."""
    (here / name).touch()
    result = screen(name)
    assert result.exit_code == 2
    assert says(result.stderr, "trade/file-empty")


def test_a_format_without_an_official_sample_is_in_doubt(screen: Screen, here: Path) -> None:
    """A telegram with its usual suffix is read; the user's word settles it."""
    (here / "one.fwb").write_bytes((MESSAGES / "awb.fwb").read_bytes())
    result = screen("one.fwb")
    assert result.exit_code == 1
    assert says(result.stderr, "trade/layout-not-confirmed")
    assert screen("one.fwb", "--format", "cargo-imp").exit_code == 0


def test_an_interchange_that_is_cut_is_told_in_the_summary(screen: Screen, here: Path) -> None:
    """The loss after the cut is not counted, because its size is unknown."""
    content = (MESSAGES / "cuscar.edi").read_bytes()
    (here / "cut.edi").write_bytes(content[: len(content) * 6 // 10])
    result = screen("cut.edi")
    assert result.exit_code == 1
    assert says(result.stderr, "trade/edifact-interchange-without-end")


def test_an_object_that_is_cut_is_no_question_of_keys(screen: Screen, here: Path) -> None:
    """Its words are screened; the error has its place, and says what is wrong there."""
    (here / "cut.json").write_text('{"goods": "acetone", "parties": {"shipper"')
    result = screen("cut.json", "--out", "a.jsonl", "--refused", "r.csv")
    assert result.exit_code == 1
    assert "acetone" in (here / "a.jsonl").read_text(encoding="utf-8")
    told = (here / "r.csv").read_text(encoding="utf-8")
    assert says(told, "trade/line-not-json")
    assert says(told, "trade/layout-not-confirmed")
