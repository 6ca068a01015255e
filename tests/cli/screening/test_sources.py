"""The settings of a source's columns, saved by `screen --columns`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from tests.support.raising import says

Screen = Callable[..., Result]
ROW = "{},acetic anhydride,steel\n"


def write(path: Path, header: str) -> str:
    """Write a file of one line with two descriptions, one of them of something else."""
    path.write_text(f"{header}\n" + ROW.format(path.stem))
    return str(path)


def test_columns_are_said_once_for_a_source(screen: Screen, here: Path) -> None:
    """The next file with the same columns is read as the first was; what is said now wins."""
    first = write(here / "a.csv", "declaration no,Text A,Text B")
    assert screen(first, "--columns", "c.json").exit_code == 2  # nothing was said yet
    assert not (here / "c.json").exists()
    said = screen(first, "--columns", "c.json", "--map", "goods=Text A")
    assert (said.exit_code, len(said.stdout.splitlines())) == (0, 1)
    (source,) = json.loads((here / "c.json").read_text()).values()
    assert source["columns"] == {"goods": "Text A"}
    assert source["file"] == "a.csv"
    second = write(here / "b.csv", "declaration no,Text A,Text B")
    again = screen(second, "--columns", "c.json")
    assert len(again.stdout.splitlines()) == 1
    assert "read as a.csv was read" in again.stderr
    other = screen(second, "--columns", "c.json", "--map", "goods=Text B")
    assert other.exit_code == 0
    (alert,) = map(json.loads, other.stdout.splitlines())
    assert [(each["field"], each["column"]) for each in alert["mentions"]] == [("other", "Text A")]


def test_a_file_of_other_columns_is_not_read_so(screen: Screen, here: Path) -> None:
    """It is said that nothing is known of it; each source has its own entry."""
    screen(
        write(here / "a.csv", "no,Text A,Text B"), "--columns", "c.json", "--map", "goods=Text A"
    )
    second = write(here / "b.csv", "no,Text X,Text Y")
    unknown = screen(second, "--columns", "c.json")
    assert unknown.exit_code == 1
    assert "c.json knows no file with the columns of b.csv" in unknown.stderr
    assert says(unknown.stderr, "trade/layout-not-confirmed")
    screen(second, "--columns", "c.json", "--map", "goods=Text X")
    assert len(json.loads((here / "c.json").read_text())) == 2


@pytest.mark.parametrize("content", ["", "[]", '{"x": {"columns": 1}}'])
def test_a_broken_file_of_columns_is_an_error(screen: Screen, here: Path, content: str) -> None:
    """It names the file and is left as it was."""
    (here / "c.json").write_text(content)
    result = screen(write(here / "a.csv", "goods,hs,x"), "--columns", "c.json")
    assert result.exit_code == 2
    assert "c.json: " in result.stderr
    assert says(result.stderr, "cli/not-a-file-of-columns")
    assert (here / "c.json").read_text() == content


def test_a_column_that_may_be_a_field_is_told(screen: Screen, here: Path) -> None:
    """With the spelling of the answer."""
    result = screen(write(here / "a.csv", "ASSESSMENT DATE,goods,x"))
    assert '"ASSESSMENT DATE" may be lodged; if so, use --map "lodged=ASSESSMENT DATE"' in (
        result.stderr
    )
