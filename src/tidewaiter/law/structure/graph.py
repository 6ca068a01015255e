"""A molecule as plain numbers, and the walk from a scaffold into what hangs on it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from rdkit.Chem import FastFindRings, GetPeriodicTable, Mol

OXYGEN, NITROGEN, CARBON, SULPHUR = 8, 7, 6, 16
HALOGENS = frozenset((9, 17, 35, 53, 85))
AROMATIC = 1.5


@dataclass(frozen=True, slots=True)
class Graph:
    """The heavy atoms of a molecule; hydrogens of any isotope, also explicit ones, are counts.

    Attributes:
        element: Atomic number per atom, shape ``(atoms,)``; 0 is an unspecified atom.
        bonds: Per atom its neighbours with the order of the bond, without hydrogens.
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
        """Tell whether an atom lies in an aromatic ring."""
        return any(order == AROMATIC for _, order in self.bonds[atom])

    def fragment(self, atom: int) -> frozenset[int]:
        """Return all atoms that bonds join to this one."""
        return _flood(self, atom, frozenset())


@dataclass(frozen=True, slots=True)
class Group:
    """What hangs on a scaffold at one place.

    Attributes:
        root: Its first atom.
        atoms: All its atoms; none of them is the scaffold's.
        ends: Its bonds to the rest: the rest's atom, its own atom, the order.
    """

    root: int
    atoms: frozenset[int]
    ends: tuple[tuple[int, int, float], ...]

    @property
    def hangs(self) -> bool:
        """Tell whether one single bond holds it."""
        return len(self.ends) == 1 and self.ends[0][2] == 1


def graph_of(mol: Mol) -> Graph:
    """Return a molecule as plain numbers.

    Args:
        mol: The molecule; it is not changed, and may hold explicit hydrogens.
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
    except RuntimeError:  # not yet perceived
        FastFindRings(mol)
        found = mol.GetRingInfo().AtomRings()
    return found


def groups_at(graph: Graph, atoms: Iterable[int], scaffold: frozenset[int]) -> list[Group]:
    """List what hangs on some atoms of a scaffold, each group once.

    Args:
        graph: The molecule.
        atoms: Atoms of the scaffold to begin at.
        scaffold: All atoms that belong to no group.
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
    """Return the group that an atom belongs to."""
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


def mass_u(graph: Graph, fragment: frozenset[int]) -> float:
    """Return the average molecular mass of a fragment as the free base or acid, isotopes natural.

    Args:
        graph: The molecule.
        fragment: The atoms of one fragment.
    """
    heavy = sum(_weight(graph.element[atom]) for atom in fragment)
    protons = sum(graph.hydrogens[atom] - graph.charge[atom] for atom in fragment)
    return heavy + protons * _weight(1)


@lru_cache(maxsize=128)
def _weight(element: int) -> float:
    return float(GetPeriodicTable().GetAtomicWeight(element)) if element else 0.0
