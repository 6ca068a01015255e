"""Editions: which data an answer rests on, as hashes that two people can compare."""

from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import Path

from tidewaiter.base.cache import digest
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, toml_files
from tidewaiter.substances.registry import Registry

_RULES = ("classes", "amounts", "routes", "proposals", "unions", "aliases", "structures")


class Editions(Record, frozen=True, kw_only=True):
    """Hashes of the data files, the same wherever the same files are used."""

    registry: str  # substances, listings, regimes and sources, an authority's own included
    rules: str  # classes, amounts, routes, proposals and what structures are compared by


def editions(registry: Registry, own: tuple[Path, ...] = ()) -> Editions:
    """Hash what the answers of a registry rest on.

    Args:
        registry: As loaded.
        own: Folders of an authority's own lists, which may hold class rules.
    """
    return Editions(registry=registry.digest, rules=digest(_rule_files(own)))


def _rule_files(own: tuple[Path, ...]) -> Iterator[Traversable | Path]:
    for kind in _RULES:
        yield from toml_files(data(kind))
    for folder in own:
        if (folder / "classes").is_dir():
            yield from toml_files(folder / "classes")
