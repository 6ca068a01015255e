"""Answers of the law as rows of CSV and of spreadsheets."""

import csv
import io
import json
import tracemalloc
from datetime import date
from pathlib import Path

import fastexcel
import msgspec
import pytest
from tests.support.raising import raises
from xlsxwriter import Workbook

from tidewaiter.base.phrases import as_written
from tidewaiter.law.answers import Assessment, Check, Compound, Listing, Route, Ruling
from tidewaiter.report.law.answers import RULINGS, answer_writer, write_xlsx

DAY = date(2026, 11, 25)
LISTING = Listing(
    schedule="class us-fentanyls-2025",
    clauses=("(E) another acyl",),
    decided=None,
    since=date(2025, 7, 16),
    until=None,
    source="us-pl-119-26",
    mark="unverified",
    dates="read",
)
CHECK = Check(
    outcome="open",
    limit=as_written("100 l"),
    reckoned=as_written("no amount"),
    clause="item 1",
    source="x",
    mark="read",
)
HELD = Ruling(
    regime="us-csa",
    jurisdiction="US",
    answer="controlled",
    reason=as_written("class us-fentanyls-2025"),
    roles=("import",),
    held=(LISTING,),
    doubts=("not verified",),
)
OPEN = Ruling(
    regime="au-precursors",
    jurisdiction="AU",
    answer="not assessable",
    reason=as_written("no amount"),
    checks=(CHECK,),
)
HOSTILE = '=HYPERLINK("http://example.org")\ud800\0'
COMPOUNDS = (
    Compound(
        place="a.smi, line 1",
        id=HOSTILE,
        answers=(
            Assessment(
                day=DAY,
                name="@SUM(1)",
                substance=None,
                form=None,
                match="class",
                route=Route(origin="CN", destination="US"),
                rulings=(HELD, OPEN),
            ),
        ),
    ),
    Compound(place="a.smi, line 2", id="", not_assessable="an open place", hint="close it"),
)


def _written(path: Path) -> Path:
    with answer_writer(path) as writer:
        for compound in COMPOUNDS:
            writer.add(compound)
    return path


def _csv(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def _xlsx(path: Path, sheet: int | str = 0) -> list[dict[str, str]]:
    table = fastexcel.read_excel(path).load_sheet(sheet, dtypes="string").to_arrow()
    return [{k: v or "" for k, v in row.items()} for row in table.to_pylist()]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".XLSX"])
def test_a_row_for_each_compound_and_regime(tmp_path: Path, suffix: str) -> None:
    """The basis of an answer is in its row; a compound without answers also has a row."""
    path = _written(tmp_path / f"answers{suffix}")
    rows = _csv(path) if suffix == ".csv" else _xlsx(path)
    assert list(rows[0]) == list(RULINGS)
    assert [(row["place"], row["regime"], row["answer"]) for row in rows] == [
        ("a.smi, line 1", "us-csa", "controlled"),
        ("a.smi, line 1", "au-precursors", "not assessable"),
        ("a.smi, line 2", "", "not assessable"),
    ]
    held, opened, unread = rows
    assert held["match"] == "class"
    assert held["route"] == "CN > US"
    assert held["role"] == "import"
    assert held["clauses"] == "(E) another acyl"
    assert (held["since"], held["until"]) == ("2025-07-16", "")
    assert held["marks"] == "listing unverified"
    assert held["source"] == "us-pl-119-26"
    assert held["not_assessable"] == ""
    assert opened["amounts"] == "100 l: no amount (item 1; cannot be determined)"
    assert opened["not_assessable"] == "no amount"
    assert (unread["not_assessable"], unread["hint"]) == ("an open place", "close it")


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_no_cell_is_a_formula(tmp_path: Path, suffix: str) -> None:
    """A spreadsheet runs nothing that a file calls its compounds, also when it is saved as CSV."""
    path = _written(tmp_path / f"answers{suffix}")
    row = (_csv(path) if suffix == ".csv" else _xlsx(path))[0]
    assert row["id"].startswith("'=HYPERLINK")
    assert row["name"] == "'@SUM(1)"
    assert "\\ud800" in row["id"]


def test_a_full_sheet_is_followed_by_a_further_one(tmp_path: Path) -> None:
    """Rows beyond a sheet's maximum are on the next sheet, under the same header."""
    path = tmp_path / "many.xlsx"
    with write_xlsx(path, "Answers", ["number"], most=4) as table:
        table.rows([str(number)] for number in range(7))
    book = fastexcel.read_excel(path)
    assert book.sheet_names == ["Answers", "Answers 2", "Answers 3"]
    found = [row["number"] for name in book.sheet_names for row in _xlsx(path, name)]
    assert found == [str(number) for number in range(7)]


def test_a_full_disk_is_an_error_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Errors wrapped by XlsxWriter are unwrapped, so that the user sees the disk error."""
    store = Workbook._store_workbook

    def full(book: Workbook) -> None:
        store(book)
        for sheet in book.worksheets():
            sheet._opt_close()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Workbook, "_store_workbook", full)
    with (
        pytest.raises(OSError, match="No space left"),
        write_xlsx(tmp_path / "full.xlsx", "A", ["a"]),
    ):
        pass


def test_json_lines_hold_all_and_any_file_name(tmp_path: Path) -> None:
    """A line is the record; non-UTF-8 bytes of a file name are escaped."""
    path = tmp_path / "answers.jsonl"
    with answer_writer(path) as writer:
        writer.add(Compound(place="\udcff.smi, line 1", id="a"))
    assert json.loads(path.read_text("utf-8"))["place"] == "\\udcff.smi, line 1"


def test_an_unknown_suffix_names_those_that_work(tmp_path: Path) -> None:
    """No file is made of a format that is not known."""
    formats = ".jsonl, .csv, .xlsx"
    with raises("report/not-a-format-of-answers", suffix=".ods", formats=formats):
        answer_writer(tmp_path / "a.ods")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_memory_does_not_grow_with_the_rows(tmp_path: Path, suffix: str) -> None:
    """Ten times as many compounds need no more memory."""

    def peak(count: int) -> int:
        tracemalloc.start()
        with answer_writer(tmp_path / f"{count}{suffix}") as writer:
            for number in range(count):
                name = f"{number} " + "x" * 200
                answer = msgspec.structs.replace(COMPOUNDS[0].answers[0], name=name, how=name)
                writer.add(Compound(place=name, id=name, answers=(answer,)))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10)  # what is loaded once
    assert peak(3_000) < peak(300) + 200_000
