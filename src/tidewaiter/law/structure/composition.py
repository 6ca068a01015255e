"""Composition: which structures cannot be equal by their formulas alone.

A formula takes a fiftieth of the time of an InChIKey or a control key. Equal InChIKeys have equal
formulas, and equal control keys have equal heavy atoms, so keys are computed for the few structures
that share a formula with one in the registry.
"""

import re

from rdkit.Chem import Mol, rdMolDescriptors

_LIGHT = re.compile(r"H(?![a-z])\d*|[+-]\d*$")
_ELEMENT = re.compile(r"([A-Z][a-z]?)(\d*)")


def formula_of(mol: Mol) -> str:
    """Return the molecular formula in Hill order, hydrogen isotopes as H, charge last."""
    text: str = rdMolDescriptors.CalcMolFormula(mol)
    return text


def is_charged(formula: str) -> bool:
    """Return whether a formula has a net charge."""
    return "+" in formula or "-" in formula


def heavy_atoms(formula: str) -> str:
    """Return a formula without hydrogens and charge: equal for all structures of a control key."""
    return _LIGHT.sub("", formula)


def count_elements(formula: str) -> dict[str, int]:
    """Count the atoms in a formula by element."""
    return {name: int(count or 1) for name, count in _ELEMENT.findall(formula)}
