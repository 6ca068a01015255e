"""Formulas that rule keys out: what they rule out is never equal."""

import pytest

from tidewaiter.law.structure import Structure, StructureIndex, control_key, parse_structure
from tidewaiter.law.structure.composition import formula_of, heavy_atoms
from tidewaiter.law.structure.parts import Companions


@pytest.mark.parametrize(
    ("smiles", "formula", "heavy"),
    [
        ("CC(C)=O", "C3H6O", "C3O"),
        ("C[NH3+]", "CH6N+", "CN"),
        ("[Hg+2]", "Hg+2", "Hg"),
        ("[2H]C", "CH4", "C"),
        ("[H+]", "H+", ""),
    ],
)
def test_heavy_atoms_are_what_protons_and_charge_leave(
    smiles: str, formula: str, heavy: str
) -> None:
    """Hydrogen of any isotope and charge are removed, and no element that begins with an H."""
    found = formula_of(parse_structure(smiles, "smiles").mol)
    assert (found, heavy_atoms(found)) == (formula, heavy)


@pytest.mark.parametrize(
    "text",
    [
        "CC(=O)Oc1ccccc1C(O)=O",  # neutral
        "C[N+](C)(C)CCO.[Cl-]",  # a charge that stays
        "C[C@@H]([C@@H](C1=CC=CC=C1)O)[NH2+]C.[Cl-]",  # a salt of ephedrine
        "[O-]S(=O)(=O)[O-].[K+].[K+]",
    ],
)
def test_a_fragment_has_one_key(text: str) -> None:
    """The key of a fragment is the control key of the same fragment alone."""
    for part in Companions().parts(parse_structure(text, "smiles")):
        alone = Structure(part.mol, part.structure.text, "smiles")
        assert part.key == control_key(alone)


@pytest.mark.parametrize(
    "text",
    [
        "C[C@@H]([C@@H](C1=CC=CC=C1)O)[NH2+]C",  # protonated
        "C[C@@H]([C@@H](C1=CC=CC=C1)O)NC.OC(=O)C(O)C(O)C(O)=O",  # beside an acid
        "[2H]C([2H])([2H])N[C@@H](C)[C@H](O)C1=CC=CC=C1",  # labelled
    ],
)
def test_a_formula_hides_no_variant(text: str, index: StructureIndex) -> None:
    """Another charge, a companion and other isotopes are found, though the formula differs."""
    hits = index.find(parse_structure(text, "smiles"))
    assert "ephedrine" in {hit.substance for hit in hits}
