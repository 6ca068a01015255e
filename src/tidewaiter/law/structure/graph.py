"""A molecule as plain numbers, and traversal from a scaffold to its substituents."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from rdkit.Chem import FastFindRings, GetPeriodicTable, Mol

OXYGEN, NITROGEN, CARBON, SULPHUR = 8, 7, 6, 16
SILICON, PHOSPHORUS = 14, 15
HALOGENS = frozenset((9, 17, 35, 53, 85))
AROMATIC = 1.5


@dataclass(frozen=True, slots=True)
class Graph:
    """The heavy atoms of a molecule; hydrogens of any isotope, also explicit ones, are counts.

    Attributes:
        element: Atomic number per atom, shape ``(atoms,)``; 0 is an unspecified atom.
        bonds: Neighbours of each atom with the bond order, without hydrogens.
        charge: Formal charge per atom.
        hydrogens: Hydrogens per atom.
        rings: The smallest rings, each as its atoms.
    """

    element: tuple[int, ...]
    bonds: tuple[tuple[tuple[int, float], ...], ...]
    charge: tuple[int, ...]
    hydrogens: tuple[int, ...]
    rings: tuple[frozenset[int], ...]

    def neighbours(self, atom: int) -> Iterator[int]:
        """Yield the heavy neighbours of an atom."""
        return (other for other, _ in self.bonds[atom])

    def aromatic(self, atom: int) -> bool:
        """Return whether an atom is in an aromatic ring."""
        return any(order == AROMATIC for _, order in self.bonds[atom])

    def fragment(self, atom: int) -> frozenset[int]:
        """Return all atoms connected to this one."""
        return _flood(self, atom, frozenset())


@dataclass(frozen=True, slots=True)
class Group:
    """A substituent of a scaffold.

    Attributes:
        root: Its first atom.
        atoms: All its atoms, none of them in the scaffold.
        ends: Its bonds to the scaffold: scaffold atom, own atom, order.
    """

    root: int
    atoms: frozenset[int]
    ends: tuple[tuple[int, int, float], ...]

    @property
    def hangs(self) -> bool:
        """Return whether it is attached by one single bond only."""
        return len(self.ends) == 1 and self.ends[0][2] == 1


def graph_of(mol: Mol) -> Graph:
    """Convert a molecule to plain numbers.

    Args:
        mol: The molecule; unchanged, may have explicit hydrogens.
    """
    atoms = list(mol.GetAtoms())
    element = tuple(atom.GetAtomicNum() for atom in atoms)
    bonds: list[list[tuple[int, float]]] = [[] for _ in atoms]
    for bond in mol.GetBonds():
        begin, end = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        if element[begin] != 1 and element[end] != 1:
            order = bond.GetBondTypeAsDouble()
            bonds[begin].append((end, order))
            bonds[end].append((begin, order))
    return Graph(
        element=element,
        bonds=tuple(map(tuple, bonds)),
        charge=tuple(atom.GetFormalCharge() for atom in atoms),
        hydrogens=tuple(atom.GetTotalNumHs(includeNeighbors=True) for atom in atoms),
        rings=tuple(map(frozenset, _ring_info(mol))),
    )


def _ring_info(mol: Mol) -> tuple[tuple[int, ...], ...]:
    info = mol.GetRingInfo()
    try:
        found: tuple[tuple[int, ...], ...] = info.AtomRings()
    except RuntimeError:  # rings not yet perceived
        FastFindRings(mol)
        found = mol.GetRingInfo().AtomRings()
    return found


def groups_at(graph: Graph, atoms: Iterable[int], scaffold: frozenset[int]) -> list[Group]:
    """List the substituents at given scaffold atoms, each once.

    Args:
        graph: The molecule.
        atoms: Scaffold atoms to start from.
        scaffold: All atoms that are not part of a substituent.
    """
    found: list[Group] = []
    seen: set[int] = set()
    for atom in atoms:
        for start in graph.neighbours(atom):
            if start in scaffold or start in seen:
                continue
            group = group_from(graph, start, scaffold)
            seen |= group.atoms
            found.append(group)
    return found


def group_from(graph: Graph, root: int, scaffold: frozenset[int]) -> Group:
    """Return the substituent that an atom belongs to."""
    atoms = _flood(graph, root, scaffold)
    ends = tuple(
        (other, own, order)
        for own in sorted(atoms)
        for other, order in graph.bonds[own]
        if other in scaffold
    )
    return Group(root, atoms, ends)


def _flood(graph: Graph, start: int, scaffold: frozenset[int]) -> frozenset[int]:
    found = {start}
    open_atoms = [start]
    while open_atoms:
        for other, _ in graph.bonds[open_atoms.pop()]:
            if other not in found and other not in scaffold:
                found.add(other)
                open_atoms.append(other)
    return frozenset(found)


def formula(graph: Graph, fragment: frozenset[int]) -> str:
    """Return the molecular formula of a fragment as free base or acid, in Hill order."""
    table = GetPeriodicTable()
    count = Counter(table.GetElementSymbol(graph.element[atom]) for atom in fragment)
    count["H"] = sum(graph.hydrogens[atom] - graph.charge[atom] for atom in fragment)
    order = sorted(count, key=lambda symbol: ({"C": 0, "H": 1}.get(symbol, 2), symbol))
    return "".join(f"{each}{count[each] if count[each] > 1 else ''}" for each in order)


def mass_u(graph: Graph, fragment: frozenset[int]) -> float:
    """Return the average mass of a fragment as free base or acid, with natural isotopes.

    Args:
        graph: The molecule.
        fragment: The atoms of one fragment, or of a group.
    """
    heavy = sum(_weight(graph.element[atom]) for atom in fragment)
    protons = sum(graph.hydrogens[atom] - graph.charge[atom] for atom in fragment)
    return heavy + protons * _weight(1)


@lru_cache(maxsize=128)
def _weight(element: int) -> float:
    return float(GetPeriodicTable().GetAtomicWeight(element)) if element else 0.0


@lru_cache(maxsize=128)
def number_of(symbol: str) -> int:
    """Return the atomic number of an element."""
    return int(GetPeriodicTable().GetAtomicNumber(symbol))


def longest_chain(graph: Graph, group: Group, elements: frozenset[int] | None = None) -> int:
    """Return the atoms of the longest chain of a group, from the scaffold on.

    Rings are passed on the shortest way, and their atoms do not count.

    Args:
        graph: The molecule.
        group: The group.
        elements: Atomic numbers of a chain; None: any. Atoms of rings may be of any element.
    """
    rings = {atom for ring in graph.rings for atom in ring & group.atoms}
    most = 0
    seen = {group.root}
    paths = [(group.root, 0)]
    while paths:
        here, length = paths.pop()
        if here not in rings:
            if elements is not None and graph.element[here] not in elements:
                continue
            length += 1
        most = max(most, length)
        for other in graph.neighbours(here):
            if other in group.atoms and other not in seen:
                seen.add(other)
                paths.append((other, length))
    return most
