"""The cache: made whole or not at all, and made again where anything changed."""

import logging
import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
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


def test_a_folder_that_cannot_be_written_is_reported_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What was made lasts for the run, so the same is not made again, nor said again."""
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "cache"
    monkeypatch.setenv("TIDEWAITER_CACHE", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with caplog.at_level(logging.WARNING, "tidewaiter.cache"):
        place = cached("thing", "1", _make)
        assert cached("thing", "1", _never) == place
        cached("thing", "2", _make)
    (record,) = caplog.records
    assert isinstance(record.args, tuple)
    assert record.args[0] == folder


@pytest.mark.parametrize("content", [None, "", "mad"], ids=["missing", "empty", "short"])
def test_a_damaged_item_is_made_again(content: str | None) -> None:
    """A crash or a full disk leaves files that are missing or cut short."""
    file = cached("thing", "1", _make) / "file"
    if content is None:
        file.unlink()
    else:
        file.write_text(content)
    assert (cached("thing", "1", _make) / "file").read_text() == "made"
    cached("thing", "1", _never)


def test_those_that_miss_it_at_once_make_it_once(tmp_path: Path) -> None:
    """One makes it; the others wait, and find it."""
    made: list[Path] = []

    def slowly(folder: Path) -> None:
        made.append(folder)
        time.sleep(0.3)
        _make(folder)

    with ThreadPoolExecutor(3) as pool:
        places = set(pool.map(lambda _: cached("thing", "1", slowly), range(3)))
    assert places == {tmp_path / "cache" / "thing-1"}
    assert len(made) == 1


def test_what_the_installation_made_is_used_while_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its items are found by the same keys; a damaged one is made in the cache instead."""
    with monkeypatch.context() as installing:
        installing.setenv("TIDEWAITER_CACHE", str(tmp_path / "prebuilt"))
        ours = cached("thing", "1", _make)
    monkeypatch.setattr(cache, "PREBUILT", tmp_path / "prebuilt")
    assert cached("thing", "1", _never) == ours
    assert cached("thing", "2", _make).parent == tmp_path / "cache"
    (ours / "file").write_text("")
    assert cached("thing", "1", _make).parent == tmp_path / "cache"


def test_what_killed_processes_left_is_dropped(tmp_path: Path) -> None:
    """A folder that was being filled long ago is deleted, a recent one is not."""
    place = cached("thing", "1", _make)
    old, new = tmp_path / "cache" / ".thing-old", tmp_path / "cache" / ".thing-new"
    old.mkdir()
    new.mkdir()
    os.utime(old, (0, 0))
    cached("thing", "2", _make)
    assert {each.name for each in place.parent.iterdir()} == {".thing-new", "thing-1", "thing-2"}


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
