"""The words of law for chains and simple groups, each as a question to a group: is it one?

A word answers for the whole group. "Alkyl" is saturated and has no ring, as "cycloalkyl" is a
word of its own; docs/reference/classes.md has the list.
"""

from collections.abc import Callable

from tidewaiter.substances.structure.graph import (
    CARBON,
    HALOGENS,
    NITROGEN,
    OXYGEN,
    SULPHUR,
    Graph,
    Group,
)

Question = Callable[[Graph, Group], bool]

_DOUBLE, _TRIPLE = 2.0, 3.0  # orders of bonds
_AMINE_BONDS = 3  # of a nitrogen that is neither quaternary nor an oxide


def carbons(graph: Graph, group: Group) -> int:
    """Count the carbon atoms of a group."""
    return sum(graph.element[atom] == CARBON for atom in group.atoms)


def orders(graph: Graph, group: Group) -> list[float]:
    """List the orders of the bonds inside a group."""
    inside = group.atoms
    pairs = ((atom, *bond) for atom in inside for bond in graph.bonds[atom])
    return [order for atom, other, order in pairs if other in inside and atom < other]


def elements(graph: Graph, group: Group) -> list[int]:
    """List the elements of all atoms but the root, sorted."""
    return sorted(graph.element[atom] for atom in group.atoms if atom != group.root)


def chain(graph: Graph, group: Group) -> bool:
    """Tell whether a group hangs on one single bond, without rings or charges."""
    tree = len(orders(graph, group)) == len(group.atoms) - 1
    return group.hangs and tree and not any(graph.charge[atom] for atom in group.atoms)


def saturated(graph: Graph, group: Group) -> bool:
    """Tell whether a group is a chain of single bonds."""
    return chain(graph, group) and all(order == 1 for order in orders(graph, group))


def _hydrocarbon(graph: Graph, group: Group) -> bool:
    return all(graph.element[atom] == CARBON for atom in group.atoms)


def alkyl(graph: Graph, group: Group) -> bool:
    """Saturated, carbon only, no ring."""
    return _hydrocarbon(graph, group) and saturated(graph, group)


def alkenyl(graph: Graph, group: Group) -> bool:
    """Carbon only, no ring, one or more double bonds and no triple bond."""
    found = set(orders(graph, group))
    open_chain = _hydrocarbon(graph, group) and chain(graph, group)
    return open_chain and _DOUBLE in found and _TRIPLE not in found


def alkynyl(graph: Graph, group: Group) -> bool:
    """Carbon only, no ring, one or more triple bonds."""
    return _hydrocarbon(graph, group) and chain(graph, group) and _TRIPLE in orders(graph, group)


def cycloalkyl(graph: Graph, group: Group) -> bool:
    """Saturated, carbon only, with a ring."""
    found = orders(graph, group)
    ring = len(found) >= len(group.atoms)
    return _hydrocarbon(graph, group) and group.hangs and ring and set(found) == {1}


def haloalkyl(graph: Graph, group: Group) -> bool:
    """An alkyl in which halogen replaces hydrogen."""
    found = set(elements(graph, group))
    return (
        graph.element[group.root] == CARBON
        and saturated(graph, group)
        and bool(found & HALOGENS)
        and found <= HALOGENS | {CARBON}
    )


def on_atom(root: int, *, halogens: bool = False) -> Question:
    """Make a question: is it an alkyl, or a haloalkyl, on one atom of an element?"""

    def ask(graph: Graph, group: Group) -> bool:
        found = set(elements(graph, group))
        rest = found - HALOGENS if halogens else found
        right = bool(found & HALOGENS) == halogens and rest == {CARBON}
        inner = [graph.element[a] for a in graph.neighbours(group.root) if a in group.atoms]
        on_root = graph.element[group.root] == root and inner == [CARBON]
        return on_root and right and saturated(graph, group)

    return ask


def alkoxyalkyl(graph: Graph, group: Group) -> bool:
    """An alkyl that bears one alkoxyl."""
    hetero = [atom for atom in group.atoms if graph.element[atom] != CARBON]
    return (
        graph.element[group.root] == CARBON
        and [graph.element[atom] for atom in hetero] == [OXYGEN]
        and len(graph.bonds[hetero[0]]) > 1
        and saturated(graph, group)
    )


def alkylsulphonyl(graph: Graph, group: Group) -> bool:
    """Sulphur with two oxygens that bears an alkyl."""
    oxides = [o for atom, o in graph.bonds[group.root] if graph.element[atom] == OXYGEN]
    rest = [element for element in elements(graph, group) if element != OXYGEN]
    return (
        graph.element[group.root] == SULPHUR
        and oxides == [2, 2]
        and len(elements(graph, group)) == len(rest) + len(oxides)
        and set(rest) == {CARBON}
        and chain(graph, group)
        and sorted(orders(graph, group))[: len(rest)] == [1] * len(rest)
    )


def hydroxyl(graph: Graph, group: Group) -> bool:
    """Oxygen with hydrogen, or with the charge of a salt."""
    if len(group.atoms) > 1 or graph.element[group.root] != OXYGEN or not group.hangs:
        return False
    oxide = graph.charge[group.ends[0][0]] > 0  # of a charged nitrogen, not of a salt
    return graph.hydrogens[group.root] == 1 or (graph.charge[group.root] == -1 and not oxide)


def halo(graph: Graph, group: Group) -> bool:
    """One halogen."""
    return len(group.atoms) == 1 and graph.element[group.root] in HALOGENS and group.hangs


def nitro(graph: Graph, group: Group) -> bool:
    """Nitrogen with two oxygens and nothing else."""
    return (
        graph.element[group.root] == NITROGEN
        and elements(graph, group) == [OXYGEN, OXYGEN]
        and len(graph.bonds[group.root]) == len(group.atoms)
        and group.hangs
    )


def cyano(graph: Graph, group: Group) -> bool:
    """Carbon with a triple bond to nitrogen."""
    return (
        graph.element[group.root] == CARBON
        and elements(graph, group) == [NITROGEN]
        and orders(graph, group) == [3]
        and group.hangs
    )


def amino(graph: Graph, group: Group) -> bool:
    """Nitrogen that bears hydrogens or alkyls only, protonated or not."""
    found = orders(graph, group)
    return (
        set(elements(graph, group)) <= {CARBON}
        and len(found) == len(group.atoms) - 1
        and set(found) <= {1}
        and substituted_amino(graph, group)
    )


def substituted_amino(graph: Graph, group: Group) -> bool:
    """Any nitrogen whose bonds are single: plain, substituted, or in a ring."""
    bonds = graph.bonds[group.root]
    single = all(order == 1 for _, order in bonds)
    oxide = any(graph.element[atom] == OXYGEN for atom, _ in bonds)
    amine = single and not oxide and len(bonds) <= _AMINE_BONDS
    return graph.element[group.root] == NITROGEN and group.hangs and amine


def alkylenedioxy(graph: Graph, group: Group) -> bool:
    """Two oxygens joined by saturated carbon, on two neighbouring atoms of a ring."""
    if [graph.element[own] for _, own, _ in group.ends] != [OXYGEN, OXYGEN]:
        return False
    (first, one, _), (second, other, _) = group.ends
    rest = [graph.element[atom] for atom in group.atoms if atom not in {one, other}]
    found = orders(graph, group)
    tree = len(found) == len(group.atoms) - 1
    near = first in set(graph.neighbours(second))
    return near and tree and bool(rest) and set(rest) == {CARBON} and set(found) == {1}


def ring_on_one_atom(graph: Graph, group: Group) -> bool:
    """A ring that holds the scaffold's atom and no other atom of the scaffold."""
    del graph
    return len(group.ends) > 1 and len({rest for rest, _, _ in group.ends}) == 1


def anything(graph: Graph, group: Group) -> bool:
    """Any group."""
    del graph, group
    return True
