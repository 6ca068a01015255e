"""Editions: the same data have the same hash, and an authority's own rules change it."""

import shutil
from importlib.resources import as_file, files
from pathlib import Path

from tidewaiter.law.registry import Registry, editions


def test_an_edition_is_that_of_its_files(registry: Registry, tmp_path: Path) -> None:
    """One more class rule makes another edition of the rules, and none of the registry."""
    ours = editions(registry)
    assert ours == editions(registry, (tmp_path,))
    (tmp_path / "classes").mkdir()
    rule = files("tidewaiter").joinpath("data", "classes", "cn-fentanyls.toml")
    with as_file(rule) as path:
        shutil.copy(path, tmp_path / "classes" / "own.toml")
    own = editions(registry, (tmp_path,))
    assert own.registry == ours.registry == registry.digest
    assert own.rules != ours.rules
