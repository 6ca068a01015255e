"""What the tests of structures need."""

from collections.abc import Callable

import pytest

from tidewaiter.substances.registry import Registry
from tidewaiter.substances.structure import Structure, StructureIndex, parse_structure


@pytest.fixture(scope="session")
def index(registry: Registry) -> StructureIndex:
    """Index the registry's structures."""
    return StructureIndex(registry.substances)


@pytest.fixture(scope="session")
def drawn(registry: Registry) -> Callable[[str], Structure]:
    """Return the structure of a listed substance, or of one of its forms: "slug / form"."""

    def structure(name: str) -> Structure:
        slug, _, form = name.partition(" / ")
        substance = registry.substance(slug)
        smiles = substance.smiles
        if form:
            smiles = next(each.smiles for each in substance.forms if each.name == form)
        assert smiles is not None
        return parse_structure(smiles, "smiles")

    return structure
