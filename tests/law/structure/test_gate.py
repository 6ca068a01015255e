"""The gate before the class rules: what it shuts out, the full evaluation does not find either."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem

from tidewaiter.law.classes import ClassRule
from tidewaiter.law.registry import load_registry
from tidewaiter.law.structure import parse_structure
from tidewaiter.law.structure.gate import (
    SCREENS,
    Gate,
    count_atoms,
    count_least,
    make_least,
    reaches,
    start_rare,
)

RULES = load_registry().classes
QUERIES = {text: Chem.MolFromSmarts(text) for rule in RULES for text in (rule.anchor, *rule.cores)}
LISTED = [each.smiles for each in load_registry().substances if each.smiles]
MOLS = [parse_structure(smiles, "smiles").mol for smiles in LISTED]


def _gate(rules: Sequence[ClassRule]) -> Gate:
    groups = [(QUERIES[r.anchor], [QUERIES[core] for core in r.cores]) for r in rules]
    return Gate(groups)


GATE = _gate(RULES)


def _has_anchor_and_core(mol: Chem.Mol, rule: ClassRule) -> bool:
    return mol.HasSubstructMatch(QUERIES[rule.anchor]) and any(
        mol.HasSubstructMatch(QUERIES[core]) for core in rule.cores
    )


def test_the_gate_leaves_open_every_rule_whose_core_a_listed_substance_has() -> None:
    """On all structures of the registry, which hold the examples within and outside every rule."""
    matched = 0
    for mol in MOLS:
        found = GATE.find_open(mol, count_atoms(mol))
        shut = (rule for number, rule in enumerate(RULES) if number not in found)
        assert not [rule.slug for rule in shut if _has_anchor_and_core(mol, rule)]
        matched += len(found)
    assert 0 < matched < len(MOLS) * len(RULES) / 4  # it does shut


@given(st.lists(st.sampled_from(LISTED), min_size=2, max_size=3))
def test_the_gate_leaves_open_in_a_mixture_what_a_part_has(parts: list[str]) -> None:
    """Counts and screens ask only for what stays true in a larger structure."""
    mol = parse_structure(".".join(parts), "smiles").mol
    found = GATE.find_open(mol, count_atoms(mol))
    shut = [rule for number, rule in enumerate(RULES) if number not in found]
    for part in parts:
        alone = parse_structure(part, "smiles").mol
        assert not [rule.slug for rule in shut if _has_anchor_and_core(alone, rule)]


@given(st.sampled_from(sorted(QUERIES)), st.sampled_from(MOLS))
def test_a_structure_has_what_its_query_is_certain_of(text: str, mol: Chem.Mol) -> None:
    """Where a pattern matches, its least counts are reached and its screens match."""
    query = QUERIES[text]
    quick = start_rare(query)
    assert mol.HasSubstructMatch(quick) == mol.HasSubstructMatch(query)
    if mol.HasSubstructMatch(query):
        least = make_least(query)
        assert reaches(count_atoms(mol), count_least(query))
        for screen in map(Chem.MolFromSmarts, SCREENS):
            assert mol.HasSubstructMatch(screen) or not least.HasSubstructMatch(screen)


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("[C,N][!O][$(CN)][#7]c", (1, 1, 0, 0, 1)),  # lists, negations, recursive patterns
        ("c1ccccc1C=O", (7, 0, 1, 1, 6)),
        ("[c;$(cO)][C;!R].[n;r5]", (2, 1, 0, 0, 2)),  # beside a recursive pattern or a negation
        ("[a;r5][*]", (0, 0, 0, 0, 1)),
        ("[#7;!a]~[!#6]", (0, 1, 0, 0, 0)),
    ],
)
def test_only_what_is_certain_counts(text: str, least: tuple[int, ...]) -> None:
    """An atom of several elements counts for none; an aromatic atom is its element, too."""
    assert count_least(Chem.MolFromSmarts(text)) == least


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_asks_only_for_what_stays_true_in_a_larger_structure(screen: str) -> None:
    """No aliphatic atom, hydrogen, degree, charge or ring size, and no single or unwritten bond."""
    assert re.fullmatch(r"(?:\[#\d+(?:;R)?\]|[acn*~=()\d])+", screen)
    bonds = {bond.DescribeQuery().strip() for bond in Chem.MolFromSmarts(screen).GetBonds()}
    assert bonds <= {"BondNull", "BondOrder 2 = val"}
