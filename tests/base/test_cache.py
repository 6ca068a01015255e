"""The cache: made whole or not at all, and made again where anything changed."""

import os
import tempfile
from pathlib import Path

import pytest

from tidewaiter.base import cache
from tidewaiter.base.cache import cache_folder, cached, digest


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEWAITER_CACHE", str(tmp_path / "cache"))


def _make(folder: Path) -> None:
    (folder / "file").write_text("made")


def _never(folder: Path) -> None:
    raise AssertionError(folder)


def test_the_variable_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """TIDEWAITER_CACHE names the folder; without it, it is the system's own for the program."""
    assert cache_folder() == tmp_path / "cache"
    monkeypatch.delenv("TIDEWAITER_CACHE")
    assert cache_folder().name == "tidewaiter"


def test_a_thing_is_made_once() -> None:
    """A second call finds what the first made, and makes nothing."""
    place = cached("thing", "1", _make)
    assert (place / "file").read_text() == "made"
    assert cached("thing", "1", _never) == place


def test_another_key_is_another_thing() -> None:
    """Output made from other files has a separate folder."""
    assert cached("thing", "1", _make) != cached("thing", "2", _make)
    assert cached("thing", "1", _never) != cached("other", "1", _make)


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    """Where making fails, no half folder stays, and the next call makes it."""

    def fail(folder: Path) -> None:
        _make(folder)
        raise ValueError("stopped")

    with pytest.raises(ValueError, match="stopped"):
        cached("thing", "1", fail)
    assert list((tmp_path / "cache").iterdir()) == []
    assert (cached("thing", "1", _make) / "file").is_file()


def test_a_faster_process_wins(tmp_path: Path) -> None:
    """Where another process makes the same meanwhile, its folder is taken and stays."""

    def overtaken(folder: Path) -> None:
        _make(folder)
        place = tmp_path / "cache" / "thing-1"
        place.mkdir()
        (place / "file").write_text("theirs")

    assert (cached("thing", "1", overtaken) / "file").read_text() == "theirs"
    assert [place.name for place in (tmp_path / "cache").iterdir()] == ["thing-1"]


def test_old_versions_are_dropped(tmp_path: Path) -> None:
    """Of one thing the newest few stay; other things are left alone."""
    cached("other", "0", _make)
    for key in range(cache._KEPT + 3):
        place = cached("thing", str(key), _make)
        os.utime(place, (key, key))
    kept = {place.name for place in (tmp_path / "cache").glob("thing-*")}
    assert len(kept) == cache._KEPT
    assert f"thing-{cache._KEPT + 2}" in kept
    assert (tmp_path / "cache" / "other-0").is_dir()


def test_a_folder_that_cannot_be_written_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the cache cannot be written the thing is made elsewhere, for this call."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("TIDEWAITER_CACHE", str(tmp_path / "file" / "cache"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert (cached("thing", "1", _make) / "file").read_text() == "made"


def test_the_digest_follows_names_contents_and_more(tmp_path: Path) -> None:
    """A changed name, content, order or further text gives another digest; nothing else does."""
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_bytes(b"1")
    second.write_bytes(b"2")
    whole = digest([first, second], "x")
    assert digest([first, second], "x") == whole
    others = [digest([second, first], "x"), digest([first], "x"), digest([first, second], "y")]
    others.append(digest([first, second]))
    second.write_bytes(b"3")
    others.append(digest([first, second], "x"))
    assert len({whole, *others}) == len(others) + 1


def test_texts_do_not_run_into_one_another() -> None:
    """The texts "ab" and "c" are not "a" and "bc"."""
    assert digest([], "ab", "c") != digest([], "a", "bc")
