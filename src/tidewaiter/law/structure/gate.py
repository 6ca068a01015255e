"""A gate before the class rules: which of them can cover a structure at all.

A substructure search takes some 4 µs even where nothing matches, and the rules have hundreds of
patterns. So two cheap conditions come first. *Counts*: a structure has at least the elements, rings
and aromatic atoms of a pattern that matches it. *Screens*: small patterns, each contained in the
patterns of many rules, are searched once for all of these. Both are necessary and neither is
sufficient: what passes is searched in full, so the gate changes no answer.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from operator import ge

from rdkit.Chem import (
    Atom,
    BondType,
    FastFindRings,
    GetMolFrags,
    Mol,
    MolFromSmarts,
    RenumberAtoms,
    RWMol,
)
from rdkit.Chem.rdMolDescriptors import CalcNumRings

from tidewaiter.law.structure.composition import count_elements, formula_of

Counts = tuple[int, ...]
"""Atoms of carbon, nitrogen and oxygen, then rings, then aromatic atoms."""

SCREENS = (
    "[#7;R]",
    "c~[#6](~[#6]~[#6])~[#6]~[#6]",
    "[#8]=[#6]~[#6]",
    "c1~c~*~*~*~1",
    "[#7]~[#6]~[#6]~[#6](~a)~a",
    "[#8]~[#6](~[#6])~[#6]",
    "[#8]=[#6]~a~a~[#7]",
    "[#8]~c~c(~[#6]~[#6])~c",
    "[#7]~[#6](~[#6])(~[#6])~[#6]~[#6]",
    "[#7]1~[#6]~[#6]~[#6]~[#6]~[#6]~1",
    "[#7]~[#6]~[#6]~[#7]",
    "[#8]=[#6](~[#6])~[#6]~[#7]",
    "[#8]=[#6](~[#8])~[#6]~[#6]~[#6]",
)
"""SMARTS in the order of their searches.

Chosen from all parts of the anchors for the fewest searches on ordinary compounds: 6 each instead
of 24. A screen may ask only for what stays true in a larger structure, so that it can be searched
in the least structure of a pattern: elements, aromatic atoms, atoms in a ring, double bonds and
bonds of any kind; not for aliphatic atoms, hydrogens, single bonds or the size of a ring.
"""

_ELEMENT = re.compile(r"Atom(?:Type|AtomicNum) (\d+) = val")
_AROMATIC = 1000  # RDKit adds this to the number of an element that must be aromatic
_CARBON = 6
_COUNTED = {_CARBON: "C", 7: "N", 8: "O"}


class Gate:
    """Necessary conditions of groups of patterns, compiled once for many structures."""

    def __init__(self, groups: Sequence[tuple[Mol, Sequence[Mol]]]) -> None:
        """Compile groups.

        Args:
            groups: Of each an anchor, and cores: a structure of interest has the anchor and at
                least one of the cores.
        """
        anchors = [count_least(anchor) for anchor, _ in groups]
        cores = [_smallest([count_least(core) for core in found]) for _, found in groups]
        limits = (*anchors, *(each for found in cores for each in found))
        self._most = tuple(max(column) for column in zip(*limits, strict=True))
        self._least = list(zip(anchors, cores, strict=True))
        self._screens = _find_screens(groups)
        self._open_by_counts = lru_cache(maxsize=1 << 14)(self._by_counts)

    def find_open(self, mol: Mol, counts: Counts) -> list[int]:
        """Return the groups, by index, that may match a molecule.

        Args:
            mol: The molecule.
            counts: Its counts.
        """
        left = self._open_by_counts(tuple(map(min, counts, self._most)))
        for screen, groups in self._screens:
            asked = left & groups
            # For a single group its anchor is searched as fast as the screen.
            if asked & (asked - 1) and not mol.HasSubstructMatch(screen):
                left ^= asked
        return _list_bits(left)

    def _by_counts(self, counts: Counts) -> int:
        """Return the groups that counts leave open, as a set of bits."""
        return sum(
            1 << number
            for number, (anchor, cores) in enumerate(self._least)
            if reaches(counts, anchor) and any(reaches(counts, core) for core in cores)
        )


def count_atoms(mol: Mol) -> Counts:
    """Count the elements, rings and aromatic atoms of a molecule."""
    found = count_elements(formula_of(mol))
    elements = (found.get(symbol, 0) for symbol in _COUNTED.values())
    return (*elements, CalcNumRings(mol), len(mol.GetAromaticAtoms()))


def count_least(query: Mol) -> Counts:
    """Return the least counts of a structure that a SMARTS matches.

    Atoms that may be of several elements do not count.
    """
    atoms = list(query.GetAtoms())
    found = Counter(_element(atom) for atom in atoms)
    rings = query.GetNumBonds() - len(atoms) + len(GetMolFrags(query))
    return (*(found[number] for number in _COUNTED), rings, sum(map(_is_aromatic, atoms)))


def reaches(counts: Counts, least: Counts) -> bool:
    """Return whether no count is below its least."""
    return all(map(ge, counts, least))


def _smallest(counts: Sequence[Counts]) -> list[Counts]:
    """Return the counts that reach no others: what reaches one of all reaches one of these."""
    unequal = set(counts)
    return [c for c in unequal if not any(reaches(c, other) for other in unequal - {c})]


def _find_screens(groups: Sequence[tuple[Mol, Sequence[Mol]]]) -> list[tuple[Mol, int]]:
    """Return each screen with the groups that need it, as a set of bits."""
    least = [(make_least(anchor), list(map(make_least, cores))) for anchor, cores in groups]
    found = []
    for screen in map(MolFromSmarts, SCREENS):
        needing = (
            1 << number
            for number, (anchor, cores) in enumerate(least)
            if anchor.HasSubstructMatch(screen)
            or all(core.HasSubstructMatch(screen) for core in cores)
        )
        found.append((screen, sum(needing)))
    return found


def start_rare(query: Mol) -> Mol:
    """Return a query in the order that finds nothing soonest; its matches are in another order.

    RDKit places the atoms of a query in their order, so a benzene ring that comes first is found
    in half of all molecules. Here elements other than carbon come first.
    """
    atoms = {atom.GetIdx(): _rarity(atom) for atom in query.GetAtoms()}
    left, order = set(atoms), list[int]()
    stack: list[int] = []
    while left:
        atom = stack.pop() if stack else max(left, key=atoms.__getitem__)
        if atom in left:
            left.remove(atom)
            order.append(atom)
            beside = (other.GetIdx() for other in query.GetAtomWithIdx(atom).GetNeighbors())
            stack += sorted(beside, key=atoms.__getitem__)
    return RenumberAtoms(query, order)


def _rarity(atom: Atom) -> tuple[bool, int, bool, int]:
    element = _element(atom)
    return element not in (0, _CARBON), element, not _is_aromatic(atom), atom.GetDegree()


def make_least(query: Mol) -> Mol:
    """Return the structure of what each match of a SMARTS is certain to have.

    An atom that may be of several elements is a dummy atom; one is aromatic only if it must be, and
    a bond double only if it must be.
    """
    made = RWMol()
    for atom in query.GetAtoms():
        new = Atom(_element(atom))
        new.SetIsAromatic(_is_aromatic(atom))
        made.AddAtom(new)
    for bond in query.GetBonds():
        double = bond.DescribeQuery().strip() == "BondOrder 2 = val"
        order = BondType.DOUBLE if double else BondType.UNSPECIFIED
        made.AddBond(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx(), order)
    FastFindRings(made)
    return made.GetMol()


def _element(atom: Atom) -> int:
    """Return the only element that an atom of a query matches; 0: several, or not known."""
    found = map(_ELEMENT.fullmatch, _conditions(atom))
    return next((int(each[1]) % _AROMATIC for each in found if each), 0)


def _is_aromatic(atom: Atom) -> bool:
    """Return whether an atom of a query matches aromatic atoms only."""
    conditions = _conditions(atom)
    found = (each for each in map(_ELEMENT.fullmatch, conditions) if each)
    return "AtomIsAromatic 1 = val" in conditions or any(int(e[1]) > _AROMATIC for e in found)


def _conditions(atom: Atom) -> list[str]:
    """Return the conditions that an atom of a query sets without alternatives or negations."""
    found: list[str] = []
    skipped: int | None = None  # indentation of a line whose parts are alternatives
    for line in atom.DescribeQuery().splitlines():
        depth, text = len(line) - len(line.lstrip()), line.strip()
        if skipped is not None and depth > skipped:
            continue
        skipped = None if text == "AtomAnd" or text.endswith(" = val") else depth
        if text.endswith(" = val"):
            found.append(text)
    return found


def _list_bits(bits: int) -> list[int]:
    found = []
    while bits:
        last = bits & -bits
        found.append(last.bit_length() - 1)
        bits ^= last
    return found
