"""Folders that are made whole or not at all, and outputs that stay apart."""

from pathlib import Path

import pytest
from tests.support.raising import raises

from tidewaiter.base.errors import OutputError
from tidewaiter.base.files import check_apart, making


@pytest.mark.parametrize("there", [False, True])
def test_a_folder_appears_when_it_is_whole(tmp_path: Path, *, there: bool) -> None:
    """Nothing exists before the end; a new path and an empty folder are both accepted."""
    place = tmp_path / "deep" / "sheets"
    if there:
        place.mkdir(parents=True)
    with making(place, "mark") as part:
        (part / "a").write_text("a")
        assert not (place / "a").exists()
    assert [each.name for each in place.iterdir()] == ["a"]
    assert list(place.parent.iterdir()) == [place]


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    """Partial output is removed."""

    def fail() -> None:
        with making(tmp_path / "sheets", "mark") as part:
            (part / "a").write_text("a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not list(tmp_path.iterdir())


def test_what_is_there_stays(tmp_path: Path) -> None:
    """A folder that holds something, and a file, are refused and kept."""
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "a").write_text("a")
    (tmp_path / "file").write_text("a")
    with raises("base/folder-not-empty", OutputError), making(tmp_path / "old", "mark"):
        pass
    with (
        raises("base/file-where-a-folder-should-be", OutputError, says="Not a directory"),
        making(tmp_path / "file", "mark"),
    ):
        pass
    assert (tmp_path / "old" / "a").read_text() == "a"
    assert (tmp_path / "file").read_text() == "a"


def test_an_output_takes_no_place_of_another(tmp_path: Path) -> None:
    """The error gives both names of the same file."""
    twice = {"--out": tmp_path / "a", "--refused": tmp_path / "b" / ".." / "a"}
    with raises("base/would-overwrite", what="--refused", other="--out"):
        check_apart(twice, {})
    with raises("base/would-overwrite", what="--out", other="the file"):
        check_apart({"--out": tmp_path / "a"}, {"the file": tmp_path / "a"})
