"""Editions: the same data have the same hash, and an authority's own rules change it."""

from pathlib import Path

from tidewaiter.law.registry import Registry, editions


def test_an_edition_is_that_of_its_files(registry: Registry, tmp_path: Path) -> None:
    """One more class rule makes another edition of the rules, one more substance does not."""
    ours = editions(registry)
    assert ours == editions(registry, (tmp_path,))
    (tmp_path / "harbourine.toml").touch()
    assert ours == editions(registry, (tmp_path,))
    (tmp_path / "regimes" / "own-law" / "classes").mkdir(parents=True)
    (tmp_path / "regimes" / "own-law" / "classes" / "own.toml").touch()
    own = editions(registry, (tmp_path,))
    assert own.registry == ours.registry == registry.digest
    assert own.rules != ours.rules
