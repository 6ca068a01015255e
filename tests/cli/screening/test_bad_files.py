"""Files, options and folders that cannot be used: a place and a hint, never a traceback."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import Result
from tests.support.raising import says

Screen = Callable[..., Result]
Objects = Callable[[str], list[dict[str, Any]]]


def _refused(result: Result, *words: str) -> None:
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "error: " in result.stderr
    assert "hint: " in result.stderr
    assert all(says(result.stderr, word) for word in words), result.stderr


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 40, "this is a program"),
        (b"%PDF-1.7\n" + bytes(range(256)), "PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "this is a picture"),
    ],
    ids=["empty", "program", "pdf", "picture"],
)
def test_a_file_that_is_no_table_is_refused(
    content: bytes, word: str, screen: Screen, here: Path
) -> None:
    """The file is named, and what is wrong with it."""
    (here / "bad.csv").write_bytes(content)
    _refused(screen("bad.csv"), "bad.csv", word)


def test_half_a_parquet_file_is_refused(screen: Screen, here: Path) -> None:
    """A file that was cut off on its way says so."""
    pq.write_table(pa.table({"goods": ["acetone"] * 1000}), here / "whole.parquet")
    whole = (here / "whole.parquet").read_bytes()
    (here / "half.parquet").write_bytes(whole[: len(whole) // 2])
    _refused(screen("half.parquet"), "half.parquet", "Parquet")
    assert screen("whole.parquet").exit_code == 0


def test_an_unknown_format_is_refused(screen: Screen, here: Path) -> None:
    """The formats that are known are listed."""
    (here / "m.docx2").write_bytes(b"\1\0\2goods\0acetone")
    _refused(screen("m.docx2"), "docx2", "csv")


@pytest.mark.parametrize(
    ("wrong", "word"),
    [("goods=Nope", "Nope"), ("nope=goods", "nope"), ("goods=goods=x", "goods=x")],
)
def test_a_wrong_map_is_refused(wrong: str, word: str, screen: Screen, manifest: Path) -> None:
    """The existing columns, or fields, are in the hint."""
    _refused(screen(str(manifest), "--map", wrong), word)


@pytest.mark.parametrize("option", [("--encoding", "nope"), ("--delimiter", "ab")], ids=" ".join)
def test_a_wrong_layout_is_refused(option: tuple[str, str], screen: Screen, manifest: Path) -> None:
    """An encoding or a delimiter that is none is an error of the user's."""
    assert screen(str(manifest), *option).exit_code == 2


def test_a_cell_of_ten_megabytes_is_read(screen: Screen, here: Path, objects: Objects) -> None:
    """It is screened to its end, and the lines after it too."""
    (here / "m.csv").write_text(f'goods\n"{"x" * 10_000_000} acetone"\ntoluene\n')
    result = screen("m.csv")
    assert result.exit_code in {0, 1}
    found = {alert["row"]: alert["substances"] for alert in objects(result.stdout)}
    assert "acetone" in found[1]
    assert "toluene" in found[2]


def test_nul_bytes_are_reported_and_the_rest_is_read(
    screen: Screen, here: Path, objects: Objects
) -> None:
    """A row with NUL bytes is screened without them, and told."""
    (here / "m.csv").write_bytes(b"goods,hs\nace\0tone drums,291411\ntoluene,2902\n")
    result = screen("m.csv", "--refused", "no.csv")
    assert result.exit_code == 1
    assert [alert["row"] for alert in objects(result.stdout)] == [1, 2]
    assert "NUL" in (here / "no.csv").read_text(encoding="utf-8-sig")


def test_an_unknown_suffix_is_refused_before_the_work(
    screen: Screen, manifest: Path, here: Path
) -> None:
    """The name is the one that was given, and nothing was written."""
    result = screen(str(manifest), "--out", "alerts.xyz")
    _refused(result, "alerts.xyz", ".jsonl")
    assert ".part" not in result.stderr
    assert [path.name for path in here.iterdir()] == ["manifest.csv"]


@pytest.mark.parametrize("option", ["--out", "--report", "--refused"])
def test_a_folder_that_cannot_be_made_is_an_error(
    option: str, screen: Screen, manifest: Path, here: Path
) -> None:
    """A file stands where the folder should be: place and hint, no traceback."""
    (here / "file").write_text("")
    suffix = {"--out": "jsonl", "--report": "html", "--refused": "csv"}[option]
    manifest.write_text("goods,net weight (kg)\nacetone,much\n")
    _refused(screen(str(manifest), option, f"file/x.{suffix}"), "file")


@pytest.mark.parametrize("option", ["--out", "--report"])
def test_a_folder_that_is_missing_is_made(
    option: str, screen: Screen, manifest: Path, here: Path
) -> None:
    """An output may go to a folder that is not there yet."""
    suffix = {"--out": "jsonl", "--report": "html"}[option]
    assert screen(str(manifest), option, f"new/folder/x.{suffix}").exit_code == 0
    assert (here / "new" / "folder" / f"x.{suffix}").stat().st_size > 0


def test_broken_rules_are_refused_with_their_place(
    screen: Screen, manifest: Path, here: Path
) -> None:
    """A file of rules that cannot be read stops the screening."""
    (here / "own.toml").write_text('version = "1"\n')
    _refused(screen(str(manifest), "--rules", "own.toml"), "own.toml")


@pytest.mark.parametrize("place", ["file/x.db", "mysql://x@y/z", "manifest.csv"])
def test_a_database_that_cannot_be_opened_is_refused(
    place: str, screen: Screen, manifest: Path, here: Path
) -> None:
    """A file that is not a database is named, and left unchanged."""
    (here / "file").write_text("")
    before = manifest.read_bytes()
    _refused(screen(str(manifest), "--db", place))
    assert manifest.read_bytes() == before


def test_an_empty_database_has_nothing_to_screen_again(screen: Screen) -> None:
    """Again without a past says what to do first."""
    _refused(screen("--again", "--db", "new.db"), "node/no-lines-yet")


def test_again_to_a_folder_that_cannot_be_made_is_an_error(
    screen: Screen, manifest: Path, here: Path
) -> None:
    """The output of --again is checked as that of a file is."""
    (here / "file").write_text("")
    screen(str(manifest), "--db", "c.db")
    _refused(screen("--again", "--db", "c.db", "--out", "file/x.jsonl"), "file")


def test_own_lists_that_are_broken_are_refused(screen: Screen, manifest: Path, here: Path) -> None:
    """The file of the list is named."""
    (here / "own").mkdir()
    (here / "own" / "x.toml").write_text("slug = 1\n")
    _refused(screen(str(manifest), "--own", "own"), "x.toml")
