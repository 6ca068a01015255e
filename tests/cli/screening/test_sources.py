"""The settings of a source's columns, saved by `screen --columns`."""

import json
import tomllib
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
    missing = screen(first, "--columns", "c.toml")  # nothing was said yet
    assert (missing.exit_code, says(missing.stderr, "cli/no-such-layout")) == (2, True)
    assert not (here / "c.toml").exists()
    said = screen(first, "--columns", "c.toml", "--map", "goods=Text A", "--unit", "net=lb")
    assert (said.exit_code, len(said.stdout.splitlines())) == (0, 1)
    saved = tomllib.loads((here / "c.toml").read_text())
    assert (saved["columns"], saved["units"]) == ({"goods": ["Text A"]}, {"net": "lb"})
    second = write(here / "b.csv", "declaration no,Text A,Text B")
    again = screen(second, "--columns", "c.toml")
    assert len(again.stdout.splitlines()) == 1
    assert "read in the layout a.csv" in again.stderr
    other = screen(second, "--columns", "c.toml", "--map", "goods=Text B")
    assert other.exit_code == 0
    (alert,) = map(json.loads, other.stdout.splitlines())
    assert [(each["field"], each["column"]) for each in alert["mentions"]] == [("other", "Text A")]
    assert tomllib.loads((here / "c.toml").read_text())["columns"] == {"goods": ["Text B"]}


def test_a_file_of_other_columns_is_not_read_so(screen: Screen, here: Path) -> None:
    """It is said that the layout does not describe it, and the layout stays as it is."""
    screen(
        write(here / "a.csv", "no,Text A,Text B"), "--columns", "c.toml", "--map", "goods=Text A"
    )
    saved = (here / "c.toml").read_bytes()
    second = write(here / "b.csv", "no,Text X,Text Y")
    result = screen(second, "--columns", "c.toml", "--map", "goods=Text X")
    assert "c.toml does not describe the columns of b.csv" in result.stderr
    assert len(result.stdout.splitlines()) == 1
    assert (here / "c.toml").read_bytes() == saved


def test_a_layout_of_the_gallery_is_used_by_its_name(screen: Screen, here: Path) -> None:
    """Nothing is written: the gallery is not a user's own."""
    result = screen(write(here / "a.csv", "SB NO,Product,HS4"), "--columns", "india-shipping-bills")
    assert "india-shipping-bills does not describe the columns of a.csv" in result.stderr
    assert not (here / "india-shipping-bills").exists()


@pytest.mark.parametrize("content", ["", "[]", "{}", 'title = "x"', '[columns]\ngoods = "A"'])
def test_a_broken_file_of_columns_is_an_error(screen: Screen, here: Path, content: str) -> None:
    """It names the file and is left as it was."""
    (here / "c.toml").write_text(content)
    result = screen(write(here / "a.csv", "goods,hs,x"), "--columns", "c.toml")
    assert result.exit_code == 2
    assert "c.toml: " in result.stderr
    assert says(result.stderr, "trade/not-a-layout")
    assert (here / "c.toml").read_text() == content


def test_a_column_that_may_be_a_field_is_told(screen: Screen, here: Path) -> None:
    """With the spelling of the answer."""
    result = screen(write(here / "a.csv", "ASSESSMENT DATE,goods,x"))
    assert '"ASSESSMENT DATE" may be lodged; if so, use --map "lodged=ASSESSMENT DATE"' in (
        result.stderr
    )
