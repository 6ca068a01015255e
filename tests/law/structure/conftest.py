"""What the tests of structures need."""

from collections.abc import Callable

import pytest

from tidewaiter.law.classes import ClassRule
from tidewaiter.law.registry import Registry, load_registry
from tidewaiter.law.structure import (
    ClassMatch,
    Structure,
    StructureIndex,
    compute_keys,
    match_class,
    parse_structure,
)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a test of a class rule by the rule."""
    return val.slug if isinstance(val, ClassRule) else None


@pytest.fixture(scope="session")
def index(registry: Registry) -> StructureIndex:
    """Index the registry's structures."""
    return StructureIndex(compute_keys(registry.substances))


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


@pytest.fixture(scope="session")
def member() -> Callable[[Structure | str, str], ClassMatch]:
    """Return what a class rule says of one of its members."""
    rules = {rule.slug: rule for rule in load_registry().classes}

    def answer(structure: Structure | str, rule: str) -> ClassMatch:
        read = parse_structure(structure) if isinstance(structure, str) else structure
        found = match_class(read, rules[rule])
        assert isinstance(found, ClassMatch), found
        return found

    return answer


@pytest.fixture(scope="session")
def clauses(
    member: Callable[[Structure | str, str], ClassMatch],
) -> Callable[[Structure | str, str], list[str]]:
    """Name the clauses of a class rule that hold one of its members."""
    return lambda structure, rule: [clause.id for clause in member(structure, rule).clauses]
