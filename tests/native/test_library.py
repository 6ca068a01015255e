"""The library: built from the sources there are, and how a build fails."""

import ctypes
from pathlib import Path

import pytest

from tidewaiter.native import calls, library


def test_the_library_is_built_from_the_sources() -> None:
    """After a change of C code: python -m tidewaiter.native.library."""
    assert library.is_current()
    assert {each.suffix for each in library.ROOT.rglob("*.[ch]")} == {".c", ".h"}
    assert sorted(library.ROOT.rglob("*.[ch]")) == sorted((*library.sources(), *library.headers()))


@pytest.mark.skipif(library.compiler() is None, reason="needs a C compiler")
def test_a_changed_source_makes_it_old(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whether a source or a header was changed, or nothing was built; its calls are refused."""
    folder = tmp_path / "native"
    folder.mkdir()
    for each in ("arrays.h", "sources.c"):
        (folder / each).write_bytes((library.ROOT / "native" / each).read_bytes())
    monkeypatch.setattr(library, "ROOT", tmp_path)
    assert not library.is_current()
    for changed in ("arrays.h", "sources.c"):
        library.build(folder)
        assert library.is_current()
        with (folder / changed).open("a") as file:
            file.write("/* changed */\n")
        assert not library.is_current()
    with pytest.raises(ImportError, match=r"run: python -m tidewaiter\.native\.library"):
        calls._library.__wrapped__()


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
