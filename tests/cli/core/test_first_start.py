"""The first start with other lists than the installation prepared: what is compiled, and when."""

import json
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

Process = Callable[..., subprocess.CompletedProcess[bytes]]

SLANG = ("identify", "acetone, 20 drums", "--slang")  # the installation prepares no slang


@pytest.fixture
def cache(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Start with an empty cache."""
    folder = here / "cache"
    monkeypatch.setenv("TIDEWAITER_CACHE", str(folder))
    return folder


def _found(done: subprocess.CompletedProcess[bytes]) -> list[str]:
    assert done.returncode == 0, done.stderr
    return [mention["substance"] for mention in json.loads(done.stdout)["mentions"]]


def _compiled(done: subprocess.CompletedProcess[bytes]) -> bool:
    return b"compiling" in done.stderr


def test_a_first_start_compiles_once_and_a_damaged_cache_again(
    cache: Path, process: Process
) -> None:
    """One of two processes compiles, the other waits; then what was cut short is compiled again.

    What another version compiled is neither answered from nor removed.
    """
    with ThreadPoolExecutor(2) as pool:
        both = [each.result() for each in [pool.submit(process, *SLANG) for _ in range(2)]]
    assert [_found(done) for done in both] == [["acetone"]] * 2
    assert sorted(map(_compiled, both)) == [False, True]
    third = process(*SLANG)
    assert (_found(third), third.stderr) == (["acetone"], b"")
    (lexicon,) = cache.glob("lexicon-*")
    names = lexicon / "names.msgpack"
    whole = names.read_bytes()
    other = cache / "lexicon-0123456789abcdef0123456789abcdef"
    other.mkdir()
    (other / "names.msgpack").write_bytes(b"of another version")
    names.write_bytes(whole[:1000])
    done = process(*SLANG)
    assert (_found(done), _compiled(done)) == (["acetone"], True)
    assert names.read_bytes() == whole
    assert (other / "names.msgpack").read_bytes() == b"of another version"


def test_a_cache_that_is_not_writable_is_reported_once(
    here: Path, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer comes all the same, with one line that names the folder and the setting."""
    (here / "file").touch()
    monkeypatch.setenv("TIDEWAITER_CACHE", str(here / "file" / "cache"))
    done = process(*SLANG)
    assert _found(done) == ["acetone"]
    assert done.stderr.count(str(here / "file" / "cache").encode()) == 1
    assert done.stderr.count(b"TIDEWAITER_CACHE") == 1
