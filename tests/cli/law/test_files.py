"""`tidewaiter law` on files of structures and on catalogues: where the answers go, and as what."""

import csv
import io
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import fastexcel
import pytest
from click.testing import Result
from tests.support.raising import says

Call = Callable[..., Result]
DAY = ("--in", "UN", "--day", "2026-11-25", "--workers", "1")


@pytest.fixture
def compounds(here: Path) -> Path:
    """Write a file of two structures and one that is none, with ids that lead elsewhere."""
    path = here / "compounds.smi"
    path.write_text("CC(C)=O ../../acetone\nC1CC( =1+1\nCCO a/b\n", "utf-8")
    return path


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def test_the_suffix_decides_the_format(call: Call, compounds: Path, here: Path) -> None:
    """CSV and a spreadsheet hold the same rows, and each place is in each of them."""
    for suffix in ("csv", "xlsx", "jsonl"):
        result = call("law", "--file", str(compounds), *DAY, "--out", f"answers.{suffix}")
        assert result.exit_code == 1
        assert result.stdout == ""
    rows = _rows(here / "answers.csv")
    table = fastexcel.read_excel(here / "answers.xlsx").load_sheet(0, dtypes="string").to_arrow()
    assert [{k: v or "" for k, v in row.items()} for row in table.to_pylist()] == rows
    places = [f"compounds.smi, line {number}" for number in (1, 2, 3)]
    assert list(dict.fromkeys(row["place"] for row in rows)) == places
    assert len((here / "answers.jsonl").read_text("utf-8").splitlines()) == 3
    (held,) = (row for row in rows if row["answer"] == "controlled")
    assert (held["substance"], held["match"], held["regime"]) == ("acetone", "exact", "un-1988")
    unread = next(row for row in rows if row["not_assessable"])
    assert (unread["id"], unread["answer"]) == ("'=1+1", "not assessable")


def test_what_cannot_be_written_is_refused_before_the_work(
    call: Call, compounds: Path, here: Path
) -> None:
    """An unknown format, the input file itself and a non-empty folder are reported."""
    table = here / "a.csv"
    table.write_text("smiles\nCCO\n", "utf-8")
    (here / "full").mkdir()
    (here / "full" / "kept").write_text("")
    for file, option, name, said in (
        (compounds, "--out", "a.ods", "report/not-a-format-of-answers"),
        (table, "--out", "a.csv", "--out would overwrite --file"),
        (compounds, "--sheets", "full", "the folder is not empty"),
    ):
        result = call("law", "--file", str(file), *DAY, option, name)
        assert result.exit_code == 2
        assert says(result.stderr, said)
    assert table.read_text("utf-8") == "smiles\nCCO\n"
    for wrong in (
        ("acetone", "--out", "a.csv"),
        ("acetone", "--sheets", "s"),
        ("acetone", "toluene", "--sheet", "a.html"),
        ("acetone", "--sheet", "a.pdf"),
    ):
        assert call("law", *wrong, "--in", "UN").exit_code == 2


def test_a_folder_of_sheets_has_one_for_each(call: Call, compounds: Path, here: Path) -> None:
    """Files are called by number, the index links them in order, what failed has a sheet too."""
    result = call("law", "--file", str(compounds), *DAY, "--sheets", "sheets")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "3 compounds: 1 controlled by a checked instrument, 1 not assessable" in result.stderr
    names = sorted(each.name for each in (here / "sheets").iterdir())
    assert names == ["000001.html", "000002.html", "000003.html", "index.html"]
    index = (here / "sheets" / "index.html").read_text("utf-8")
    assert re.findall(r'href="([^"]+)"', index) == names[:3]
    assert "Not assessable" in (here / "sheets" / "000002.html").read_text("utf-8")
    assert "../../acetone" in (here / "sheets" / "000001.html").read_text("utf-8")
    assert {each.name for each in here.iterdir()} == {"compounds.smi", "sheets"}


def test_processes_write_what_one_does(call: Call, compounds: Path, here: Path) -> None:
    """Sheets and rows of two workers are those of one, byte by byte."""
    for workers in ("1", "2"):
        call(
            "law",
            "--file",
            str(compounds),
            *DAY[:4],
            "--workers",
            workers,
            "--sheets",
            f"s{workers}",
            "--out",
            f"a{workers}.csv",
        )
    assert (here / "a1.csv").read_bytes() == (here / "a2.csv").read_bytes()
    for each in (here / "s1").iterdir():
        assert each.read_bytes() == (here / "s2" / each.name).read_bytes()


@pytest.mark.parametrize(
    ("what", "code", "said"),
    [
        ("acetone", 0, "by name or number"),
        ("CC(C)=O", 0, "by structure, as in the registry"),
        ("C1CC(", 1, "Not assessable"),
    ],
)
def test_one_substance_has_a_sheet(call: Call, here: Path, what: str, code: int, said: str) -> None:
    """A name, a structure and what is neither have a page each."""
    result = call("law", what, "--in", "UN", "--sheet", "page.html")
    assert result.exit_code == code
    assert said in (here / "page.html").read_text("utf-8")


def test_columns_are_named(call: Call, here: Path) -> None:
    """The structures are in the column named by the user, in any form."""
    (here / "a.csv").write_text(
        'Drawn,No,smiles\nCC(C)=O,7,CCO\n"InChI=1S/C3H6O/c1-3(2)4/h1-2H3",8,CCO\n', "utf-8"
    )
    columns = ("--map", "structure=Drawn", "--map", "id=No")
    result = call("law", "--file", "a.csv", *columns, *DAY, "--out", "out.csv")
    assert result.exit_code == 0
    rows = [row for row in _rows(here / "out.csv") if row["answer"] == "controlled"]
    assert [(row["id"], row["substance"]) for row in rows] == [("7", "acetone"), ("8", "acetone")]


@pytest.mark.parametrize(
    ("file", "columns", "said"),
    [
        ("a.csv", ["goods=No"], "cli/not-a-field-of-structures"),
        ("a.csv", ["structure=Nope"], "the columns are: Drawn, No"),
        ("a.csv", ["id=No", "id=Drawn"], "cli/field-said-twice"),
        ("a.csv", [], "--map structure=Column"),
        ("a.smi", ["id=No"], "cli/only-tables-have-columns"),
    ],
)
def test_a_column_that_is_not_there_is_told(
    call: Call, here: Path, file: str, columns: list[str], said: str
) -> None:
    """What cannot be meant is refused with what can."""
    (here / file).write_text("Drawn,No\nCCO,7\n", "utf-8")
    options = [part for column in columns for part in ("--map", column)]
    result = call("law", "--file", file, *options, *DAY)
    assert result.exit_code == 2
    assert says(result.stderr, said)


def test_a_catalogue_is_written_as_rows(call: Call, here: Path) -> None:
    """A row for each product, destination and regime; the route is in it."""
    (here / "products.csv").write_text("product,cas,percent\nAcetone,67-64-1,95\n", "utf-8")
    route = ("--from", "DE", "--to", "MX,US")
    result = call("law", "--catalogue", "products.csv", *route, "--out", "answers.csv")
    assert result.exit_code == 0
    rows = _rows(here / "answers.csv")
    assert {row["place"] for row in rows} == {"products.csv, row 1"}
    assert list(dict.fromkeys(row["route"] for row in rows)) == ["DE > MX", "DE > US"]
    assert {row["match"] for row in rows} == {"name"}
    again = call("law", "--catalogue", "products.csv", *route, "--out", "products.csv")
    assert again.exit_code == 2


def test_a_name_is_put_to_the_class_rules(call: Call) -> None:
    """A substance that one country lists and another holds by a class is held by both."""
    result = call("law", "benzylfentanyl", "--in", "CN", "--json")
    assert '"regime":"cn-non-medical","jurisdiction":"CN","answer":"controlled"' in result.stdout
    assert "class cn-fentanyls" in result.stdout


def test_a_device_is_no_file_of_answers(
    process: Callable[..., subprocess.CompletedProcess[bytes]], compounds: Path
) -> None:
    """Exit status 1 if some were not assessable, 2 if the output cannot be written."""
    arguments = ("law", "--file", str(compounds), *DAY)
    assert process(*arguments).returncode == 1
    assert process(*arguments, "--out", "/dev/full").returncode == 2
