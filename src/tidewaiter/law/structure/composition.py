"""Composition: which structures cannot be equal, nor match a pattern, by their formulas alone.

A formula takes a fiftieth of the time of an InChIKey or a control key. Equal InChIKeys have equal
formulas, and equal control keys have equal heavy atoms, so keys are computed for the few structures
that share a formula with one in the registry.
"""

import re
from collections import Counter
from collections.abc import Mapping

from rdkit.Chem import Atom, Mol, rdMolDescriptors

_LIGHT = re.compile(r"H(?![a-z])\d*|[+-]\d*$")
_ELEMENT = re.compile(r"([A-Z][a-z]?)(\d*)")
# A SMARTS atom that is one element: RDKit adds 1,000 to the number if it is aromatic.
_ONE_ELEMENT = re.compile(r"Atom(?:Type|AtomicNum) (\d+) = val")
_OPEN = ("AtomOr", "AtomXor", "!=", "Recursive")
_AROMATIC = 1000
_SYMBOLS: Mapping[int, str] = {6: "C", 7: "N", 8: "O", 9: "F", 16: "S", 17: "Cl"}


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


def least_elements(query: Mol) -> tuple[tuple[str, int], ...]:
    """Return the elements that each match of a SMARTS has, with their least numbers.

    Atoms that may be of several elements, and elements other than the common ones, do not count.
    """
    symbols = (_SYMBOLS.get(_element(atom)) for atom in query.GetAtoms())
    return tuple(Counter(symbol for symbol in symbols if symbol is not None).items())


def _element(atom: Atom) -> int:
    """Return the only element that an atom of a query matches; 0: several, or not known."""
    text = atom.DescribeQuery()
    found = _ONE_ELEMENT.search(text)
    if found is None or any(sign in text for sign in _OPEN):
        return 0
    return int(found[1]) % _AROMATIC
