"""Whether a group is, or holds, what the reference compound has at its place."""

from tidewaiter.substances.structure.graph import Graph, Group


def is_same(graph: Graph, group: Group, parent: Graph) -> bool:
    """Tell whether a group with as many atoms as the parent is the parent.

    Args:
        graph: The molecule.
        group: The group.
        parent: What the reference compound has there, from its first atom.
    """
    inside = sum(other in group.atoms for atom in group.atoms for other in graph.neighbours(atom))
    return inside == sum(map(len, parent.bonds)) and lies_in(graph, group, parent)


def lies_in(graph: Graph, group: Group, parent: Graph) -> bool:
    """Tell whether a group holds the parent from its first atom on, and may bear more.

    Args:
        graph: The molecule.
        group: The group.
        parent: What the reference compound has there, from its first atom.
    """
    if graph.element[group.root] != parent.element[0]:
        return False
    return _extends(graph, group, parent, {0: group.root})


def _extends(graph: Graph, group: Group, parent: Graph, found: dict[int, int]) -> bool:
    """Try to place the parent's other atoms, beginning beside one that has its place."""
    rest = (a for a in range(len(parent.element)) if a not in found)
    here = next((a for a in rest if any(o in found for o in parent.neighbours(a))), None)
    if here is None:
        return True
    placed = [(found[other], order) for other, order in parent.bonds[here] if other in found]
    for atom, _ in graph.bonds[placed[0][0]]:
        free = atom in group.atoms and atom not in found.values()
        right = graph.element[atom] == parent.element[here]
        bonds = dict(graph.bonds[atom])
        joined = all(bonds.get(other) == order for other, order in placed)
        if free and right and joined and _extends(graph, group, parent, {**found, here: atom}):
            return True
    return False
