"""The words of law for groups with a carbonyl, and for those that are told apart by having none."""

from tidewaiter.substances.structure.chains import chain, elements, orders
from tidewaiter.substances.structure.graph import CARBON, NITROGEN, OXYGEN, Graph, Group


def carbonyl_oxygen(graph: Graph, atom: int) -> int | None:
    """Return the oxygen of a carbonyl carbon; None where the atom is none."""
    if graph.element[atom] != CARBON:
        return None
    doubles = (other for other, order in graph.bonds[atom] if order == 2)  # noqa: PLR2004
    return next((other for other in doubles if graph.element[other] == OXYGEN), None)


def _borne(graph: Graph, group: Group) -> list[int] | None:
    """Return what the carbonyl of an acyl group bears inside it; None where it is no acyl."""
    oxygen = carbonyl_oxygen(graph, group.root)
    if oxygen not in group.atoms or not group.hangs:
        return None
    return [a for a in graph.neighbours(group.root) if a in group.atoms and a != oxygen]


def _acyl(graph: Graph, group: Group, allowed: set[int]) -> bool:
    borne = _borne(graph, group)
    return borne is not None and {graph.element[atom] for atom in borne} <= allowed


def acyl(graph: Graph, group: Group) -> bool:
    """A carbonyl that bears hydrogen, carbon, oxygen or nitrogen."""
    return _acyl(graph, group, {CARBON, OXYGEN, NITROGEN})


def carboxylic_acyl(graph: Graph, group: Group) -> bool:
    """A carbonyl that bears hydrogen or carbon: on nitrogen, an amide."""
    return _acyl(graph, group, {CARBON})


def oxycarbonyl(graph: Graph, group: Group) -> bool:
    """A carbonyl that bears an oxygen with a carbon group: on nitrogen, a carbamate."""
    borne = _borne(graph, group) or []
    return bool(borne) and all(_joins_carbon(graph, atom) for atom in borne)


def carbamoyl(graph: Graph, group: Group) -> bool:
    """A carbonyl that bears nitrogen: on carbon, an amide."""
    borne = _borne(graph, group) or []
    return bool(borne) and all(graph.element[atom] == NITROGEN for atom in borne)


def _joins_carbon(graph: Graph, atom: int) -> bool:
    """Tell whether an atom is an oxygen between two carbons."""
    joined = [graph.element[other] for other in graph.neighbours(atom)]
    return graph.element[atom] == OXYGEN and joined == [CARBON, CARBON]


def alkoxycarbonyl(graph: Graph, group: Group) -> bool:
    """A carbonyl that bears an alkoxyl."""
    oxygens = [element for element in elements(graph, group) if element != CARBON]
    found = sorted(orders(graph, group))
    plain = set(found[:-1]) == {1} and chain(graph, group)
    return oxycarbonyl(graph, group) and oxygens == [OXYGEN, OXYGEN] and plain


def _inner(graph: Graph, group: Group) -> int | None:
    """Return the carbon that an oxygen at the root bears inside the group."""
    if graph.element[group.root] != OXYGEN or not group.hangs:
        return None
    inner = [atom for atom in graph.neighbours(group.root) if atom in group.atoms]
    return inner[0] if [graph.element[atom] for atom in inner] == [CARBON] else None


def acyloxy(graph: Graph, group: Group) -> bool:
    """Oxygen that bears a carboxylic acyl."""
    inner = _inner(graph, group)
    oxygen = None if inner is None else carbonyl_oxygen(graph, inner)
    if inner is None or oxygen is None:
        return False
    rest = (atom for atom in graph.neighbours(inner) if atom not in {group.root, oxygen})
    return all(graph.element[atom] == CARBON for atom in rest)


def acetyloxy(graph: Graph, group: Group) -> bool:
    """Oxygen that bears an acetyl."""
    return acyloxy(graph, group) and elements(graph, group) == [CARBON, CARBON, OXYGEN]


def organyl(graph: Graph, group: Group) -> bool:
    """A group that carbons hold with single bonds, and that is no acyl."""
    return all(
        order == 1 and graph.element[own] == CARBON and carbonyl_oxygen(graph, own) is None
        for _, own, order in group.ends
    )


def organyloxy(graph: Graph, group: Group) -> bool:
    """Oxygen that bears a carbon group other than acyl."""
    inner = _inner(graph, group)
    return inner is not None and carbonyl_oxygen(graph, inner) is None


def _oxygens(graph: Graph, group: Group) -> list[int] | None:
    """List the oxygens of a group of carbon and oxygen; None where it is another group."""
    if not group.hangs or {graph.element[a] for a in group.atoms} - {CARBON, OXYGEN}:
        return None
    return [atom for atom in group.atoms if graph.element[atom] == OXYGEN]


def ether(graph: Graph, group: Group) -> bool:
    """Carbon and oxygen; each oxygen joins two carbons, neither of them a carbonyl's."""
    found = _oxygens(graph, group) or []
    joined = [other for oxygen in found for other in graph.neighbours(oxygen)]
    carbonyls = any(carbonyl_oxygen(graph, atom) is not None for atom in joined)
    return bool(found) and all(_joins_carbon(graph, a) for a in found) and not carbonyls


def ester(graph: Graph, group: Group) -> bool:
    """Carbon and oxygen; each oxygen is part of a carboxylic ester."""
    found = _oxygens(graph, group) or []
    held: set[int] = set()
    for atom in group.atoms:
        oxygen = carbonyl_oxygen(graph, atom)
        if oxygen is not None:
            bridges = [a for a in graph.neighbours(atom) if _joins_carbon(graph, a)]
            held |= {oxygen, *bridges} if bridges else set()
    held |= {atom for atom in found if _ester_bridge(graph, atom)}
    return bool(found) and set(found) <= held


def _ester_bridge(graph: Graph, atom: int) -> bool:
    """Tell whether an oxygen joins a carbonyl to a carbon, wherever the carbonyl lies."""
    beside = graph.neighbours(atom)
    return _joins_carbon(graph, atom) and any(
        carbonyl_oxygen(graph, other) is not None for other in beside
    )
