"""The library: built from the sources there are, and how a build fails."""

import ctypes
import os
from pathlib import Path

import pytest

from tidewaiter.native import library


def test_the_library_is_newer_than_its_sources() -> None:
    """After a change of C code: python -m tidewaiter.native.library."""
    assert library.is_current()


def test_a_changed_source_makes_it_old(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whether a source or a header was changed, or nothing was built."""
    (tmp_path / "native").mkdir()
    monkeypatch.setattr(library, "ROOT", tmp_path)
    assert not library.is_current()
    built, source = tmp_path / "native" / library.LIBRARY, tmp_path / "one.c"
    for each in (built, source, tmp_path / "one.h"):
        each.touch()
    os.utime(built, (10, 10))
    for changed in ("one.c", "one.h"):
        for each in (tmp_path / "one.c", tmp_path / "one.h"):
            os.utime(each, (9, 9))
        assert library.is_current()
        os.utime(tmp_path / changed, (11, 11))
        assert not library.is_current()


def test_a_build_without_compiler_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing is left behind."""
    monkeypatch.setattr(library, "compiler", lambda: None)
    with pytest.raises(RuntimeError, match="ziglang"):
        library.build(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(library.compiler() is None, reason="needs a C compiler")
def test_a_build_replaces_the_library_or_leaves_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An error of the compiler is told, and the library that was there stays."""
    source, into = tmp_path / "one.c", tmp_path / "built"
    into.mkdir()
    monkeypatch.setattr(library, "sources", lambda: [source])
    source.write_text('__attribute__((visibility("default"))) int one(void) { return 1; }\n')
    built = library.build(into)
    assert ctypes.CDLL(str(built)).one() == 1
    before = built.read_bytes()
    source.write_text("int one(void) { return two; }\n")
    with pytest.raises(RuntimeError, match="two"):
        library.build(into)
    assert [each.name for each in into.iterdir()] == [library.LIBRARY]
    assert built.read_bytes() == before
