"""Substituents in class rules (alkyl, acyl, halo and so on), and tests for them.

A word describes the whole group. "Alkyl" is saturated and acyclic, as "cycloalkyl" is a separate
word; docs/reference/classes.md has the list.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache

from rdkit.Chem import MolFromSmiles

from tidewaiter.law.classes import Allowed, GroupName
from tidewaiter.law.structure.graph import (
    CARBON,
    HALOGENS,
    NITROGEN,
    OXYGEN,
    PHOSPHORUS,
    SILICON,
    SULPHUR,
    Graph,
    Group,
    graph_of,
    groups_at,
    longest_chain,
    mass_u,
    number_of,
)

Question = Callable[[Graph, Group], bool]

_DOUBLE, _TRIPLE = 2.0, 3.0  # bond orders
_AMINE_BONDS = 3  # bonds of a nitrogen that is neither quaternary nor an oxide


def carbons(graph: Graph, group: Group) -> int:
    """Count the carbon atoms of a group."""
    return sum(graph.element[atom] == CARBON for atom in group.atoms)


def orders(graph: Graph, group: Group) -> list[float]:
    """List the bond orders within a group."""
    inside = group.atoms
    pairs = ((atom, *bond) for atom in inside for bond in graph.bonds[atom])
    return [order for atom, other, order in pairs if other in inside and atom < other]


def elements(graph: Graph, group: Group) -> list[int]:
    """List the elements of all atoms except the root, sorted."""
    return sorted(graph.element[atom] for atom in group.atoms if atom != group.root)


def chain(graph: Graph, group: Group) -> bool:
    """Return whether a group is attached by one single bond and has no rings or charges."""
    tree = len(orders(graph, group)) == len(group.atoms) - 1
    return group.hangs and tree and not any(graph.charge[atom] for atom in group.atoms)


def saturated(graph: Graph, group: Group) -> bool:
    """Return whether a group is a chain of single bonds."""
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
    """Make a test for an alkyl, or a haloalkyl, on one atom of an element."""

    def ask(graph: Graph, group: Group) -> bool:
        found = set(elements(graph, group))
        rest = found - HALOGENS if halogens else found
        right = bool(found & HALOGENS) == halogens and rest == {CARBON}
        inner = [graph.element[a] for a in graph.neighbours(group.root) if a in group.atoms]
        on_root = graph.element[group.root] == root and inner == [CARBON]
        return on_root and right and saturated(graph, group)

    return ask


def alkoxyalkyl(graph: Graph, group: Group) -> bool:
    """An alkyl substituted with one alkoxyl."""
    hetero = [atom for atom in group.atoms if graph.element[atom] != CARBON]
    return (
        graph.element[group.root] == CARBON
        and [graph.element[atom] for atom in hetero] == [OXYGEN]
        and len(graph.bonds[hetero[0]]) > 1
        and saturated(graph, group)
    )


def _on_alkyl(graph: Graph, group: Group, rest: tuple[int, ...]) -> bool:
    """Return whether a group is an alkyl with exactly these other elements on it."""
    hetero = [atom for atom in group.atoms if graph.element[atom] != CARBON]
    return graph.element[group.root] == CARBON and (
        tuple(graph.element[atom] for atom in hetero) == rest and group.hangs
    )


def hydroxyalkyl(graph: Graph, group: Group) -> bool:
    """An alkyl substituted with one hydroxyl."""
    oxygen = [atom for atom in group.atoms if graph.element[atom] == OXYGEN]
    return (
        _on_alkyl(graph, group, (OXYGEN,))
        and len(graph.bonds[oxygen[0]]) == 1
        and saturated(graph, group)
    )


def cyanoalkyl(graph: Graph, group: Group) -> bool:
    """An alkyl substituted with one cyano."""
    found = sorted(orders(graph, group))
    return (
        _on_alkyl(graph, group, (NITROGEN,))
        and carbons(graph, group) > 1
        and chain(graph, group)
        and found[-1:] == [_TRIPLE]
        and set(found[:-1]) == {1}
    )


def _cycloalkyl_chain(length: int) -> Question:
    """Make a test for a cycloalkyl at the end of a saturated chain of one or two carbons."""

    def ask(graph: Graph, group: Group) -> bool:
        rings = [ring for ring in graph.rings if ring <= group.atoms]
        if not (cycloalkyl(graph, group) and len(rings) == 1):
            return False
        line = [group.root]
        while len(line) <= length and line[-1] not in rings[0]:
            onward = [a for a in graph.neighbours(line[-1]) if a in group.atoms - set(line)]
            if len(onward) != 1:
                return False
            line += onward
        return len(line) == length + 1 and len(group.atoms) == len(rings[0]) + length

    return ask


def alkylsulphonyl(graph: Graph, group: Group) -> bool:
    """Sulphur with two oxygens and an alkyl."""
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
    oxide = graph.charge[group.ends[0][0]] > 0  # at a charged nitrogen, not in a salt
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
    """Nitrogen with hydrogens or alkyls only, protonated or not."""
    found = orders(graph, group)
    return (
        set(elements(graph, group)) <= {CARBON}
        and len(found) == len(group.atoms) - 1
        and set(found) <= {1}
        and substituted_amino(graph, group)
    )


def substituted_amino(graph: Graph, group: Group) -> bool:
    """Any nitrogen with single bonds: unsubstituted, substituted, or in a ring."""
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
    """A ring that contains one scaffold atom and no other."""
    del graph
    return len(group.ends) > 1 and len({rest for rest, _, _ in group.ends}) == 1


def anything(graph: Graph, group: Group) -> bool:
    """Any group."""
    del graph, group
    return True


def univalent(graph: Graph, group: Group) -> bool:
    """Any group on one single bond."""
    del graph
    return group.hangs


def carbonyl_oxygen(graph: Graph, atom: int) -> int | None:
    """Return the oxygen of a carbonyl carbon; None if the atom is not one."""
    if graph.element[atom] != CARBON:
        return None
    doubles = (other for other, order in graph.bonds[atom] if order == 2)  # noqa: PLR2004
    return next((other for other in doubles if graph.element[other] == OXYGEN), None)


def _borne(graph: Graph, group: Group) -> list[int] | None:
    """Return the atoms on the carbonyl of an acyl group; None if it is not an acyl."""
    oxygen = carbonyl_oxygen(graph, group.root)
    if oxygen not in group.atoms or not group.hangs:
        return None
    return [a for a in graph.neighbours(group.root) if a in group.atoms and a != oxygen]


def _acyl(graph: Graph, group: Group, allowed: set[int]) -> bool:
    borne = _borne(graph, group)
    return borne is not None and {graph.element[atom] for atom in borne} <= allowed


def acyl(graph: Graph, group: Group) -> bool:
    """A carbonyl with hydrogen, carbon, oxygen or nitrogen."""
    return _acyl(graph, group, {CARBON, OXYGEN, NITROGEN})


def carboxylic_acyl(graph: Graph, group: Group) -> bool:
    """A carbonyl with hydrogen or carbon: on nitrogen, an amide."""
    return _acyl(graph, group, {CARBON})


def oxycarbonyl(graph: Graph, group: Group) -> bool:
    """A carbonyl with an oxygen and a carbon group: on nitrogen, a carbamate."""
    borne = _borne(graph, group) or []
    return bool(borne) and all(_joins_carbon(graph, atom) for atom in borne)


def carbamoyl(graph: Graph, group: Group) -> bool:
    """A carbonyl with nitrogen: on carbon, an amide."""
    borne = _borne(graph, group) or []
    return bool(borne) and all(graph.element[atom] == NITROGEN for atom in borne)


def _joins_carbon(graph: Graph, atom: int) -> bool:
    """Return whether an atom is an oxygen between two carbons."""
    joined = [graph.element[other] for other in graph.neighbours(atom)]
    return graph.element[atom] == OXYGEN and joined == [CARBON, CARBON]


def alkoxycarbonyl(graph: Graph, group: Group) -> bool:
    """A carbonyl with an alkoxyl."""
    oxygens = [element for element in elements(graph, group) if element != CARBON]
    found = sorted(orders(graph, group))
    plain = set(found[:-1]) == {1} and chain(graph, group)
    return oxycarbonyl(graph, group) and oxygens == [OXYGEN, OXYGEN] and plain


def _inner(graph: Graph, group: Group) -> int | None:
    """Return the carbon within the group on an oxygen at the root."""
    if graph.element[group.root] != OXYGEN or not group.hangs:
        return None
    inner = [atom for atom in graph.neighbours(group.root) if atom in group.atoms]
    return inner[0] if [graph.element[atom] for atom in inner] == [CARBON] else None


def acyloxy(graph: Graph, group: Group) -> bool:
    """Oxygen with a carboxylic acyl."""
    inner = _inner(graph, group)
    oxygen = None if inner is None else carbonyl_oxygen(graph, inner)
    if inner is None or oxygen is None:
        return False
    rest = (atom for atom in graph.neighbours(inner) if atom not in {group.root, oxygen})
    return all(graph.element[atom] == CARBON for atom in rest)


def acetyloxy(graph: Graph, group: Group) -> bool:
    """Oxygen with an acetyl."""
    return acyloxy(graph, group) and elements(graph, group) == [CARBON, CARBON, OXYGEN]


def organyl(graph: Graph, group: Group) -> bool:
    """A group attached through carbon by single bonds that is not an acyl."""
    return all(
        order == 1 and graph.element[own] == CARBON and carbonyl_oxygen(graph, own) is None
        for _, own, order in group.ends
    )


def organyloxy(graph: Graph, group: Group) -> bool:
    """Oxygen with a carbon group other than acyl."""
    inner = _inner(graph, group)
    return inner is not None and carbonyl_oxygen(graph, inner) is None


def aryloxy(graph: Graph, group: Group) -> bool:
    """Oxygen with an atom of an aromatic ring; the ring may bear anything."""
    inner = [atom for atom in graph.neighbours(group.root) if atom in group.atoms]
    on_oxygen = graph.element[group.root] == OXYGEN and group.hangs
    return on_oxygen and len(inner) == 1 and graph.aromatic(inner[0])


def _oxygens(graph: Graph, group: Group) -> list[int] | None:
    """List the oxygens of a group of carbon and oxygen; None for another group."""
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
    """Return whether an oxygen joins a carbonyl to a carbon, on either side."""
    beside = graph.neighbours(atom)
    return _joins_carbon(graph, atom) and any(
        carbonyl_oxygen(graph, other) is not None for other in beside
    )


def _in_ring(graph: Graph, atom: int) -> bool:
    return any(atom in ring for ring in graph.rings)


def substituted_alkyl(graph: Graph, group: Group) -> bool:
    """A group attached through a carbon that is in no ring and is not a carbonyl's."""
    plain = graph.element[group.root] == CARBON and carbonyl_oxygen(graph, group.root) is None
    return plain and group.hangs and not _in_ring(graph, group.root)


def on_substituted_alkyl(root: int) -> Question:
    """Make a test for a substituted alkyl on one atom of an element."""

    def ask(graph: Graph, group: Group) -> bool:
        inner = [atom for atom in graph.neighbours(group.root) if atom in group.atoms]
        if graph.element[group.root] != root or not group.hangs or len(inner) != 1:
            return False
        plain = graph.element[inner[0]] == CARBON and carbonyl_oxygen(graph, inner[0]) is None
        return plain and not _in_ring(graph, inner[0])

    return ask


def carboxyl(graph: Graph, group: Group) -> bool:
    """A carbonyl with hydroxyl, or with the charge of a salt."""
    return carbonyl_oxygen(graph, group.root) is not None and (
        group.hangs and elements(graph, group) == [OXYGEN, OXYGEN]
    )


def trialkylsilyl(graph: Graph, group: Group) -> bool:
    """Silicon with three alkyls."""
    inner = [atom for atom in graph.neighbours(group.root) if atom in group.atoms]
    alkyls = set(elements(graph, group)) == {CARBON} and saturated(graph, group)
    return graph.element[group.root] == SILICON and alkyls and len(inner) == 3  # noqa: PLR2004


def _on_carbonyl(graph: Graph, group: Group, hetero: list[int]) -> bool:
    """Return whether a group is a carbonyl with an alkyl, on one more atom if `hetero` has it."""
    borne = _borne(graph, group)
    found = sorted(orders(graph, group))
    single = set(found[:-1]) == {1} and chain(graph, group)
    others = [e for e in elements(graph, group) if e != CARBON]
    right = others == sorted([OXYGEN, *hetero]) and carbons(graph, group) > 1
    return (
        bool(borne)
        and single
        and right
        and [graph.element[a] for a in borne or ()] == (hetero or [CARBON])
    )


def alkylcarbonyl(graph: Graph, group: Group) -> bool:
    """A carbonyl with an alkyl."""
    return _on_carbonyl(graph, group, [])


def alkylthiocarbonyl(graph: Graph, group: Group) -> bool:
    """A carbonyl with sulphur and an alkyl on it."""
    return _on_carbonyl(graph, group, [SULPHUR])


def alkylcarbamoyl(graph: Graph, group: Group) -> bool:
    """A carbonyl with nitrogen and one or two alkyls on it."""
    return _on_carbonyl(graph, group, [NITROGEN])


def oxo(graph: Graph, group: Group) -> bool:
    """Oxygen with a double bond."""
    double = len(group.ends) == 1 and group.ends[0][2] == _DOUBLE
    return double and len(group.atoms) == 1 and graph.element[group.root] == OXYGEN


def phosphate(graph: Graph, group: Group) -> bool:
    """Oxygen with a phosphoric acid, or its charge in a salt."""
    acid = elements(graph, group) == [OXYGEN, OXYGEN, OXYGEN, PHOSPHORUS]
    return graph.element[group.root] == OXYGEN and acid and group.hangs


def fused_ring(graph: Graph, group: Group) -> bool:
    """One ring on two neighbouring atoms; its other elements only next to these."""
    if len(group.ends) != 2:  # noqa: PLR2004
        return False
    (first, one, _), (second, other, _) = group.ends
    rings = [ring for ring in graph.rings if ring & group.atoms]
    if second not in set(graph.neighbours(first)) or len(rings) != 1:
        return False
    own = rings[0] - {first, second}
    hetero = {atom for atom in own if graph.element[atom] != CARBON}
    known = {graph.element[atom] for atom in hetero} <= {OXYGEN, NITROGEN, SULPHUR}
    return {one, other} <= own <= group.atoms and known and hetero <= {one, other}


WORDS: dict[GroupName, Question] = {
    "acetyloxy": acetyloxy,
    "acyl": acyl,
    "acyloxy": acyloxy,
    "alkenyl": alkenyl,
    "alkoxycarbonyl": alkoxycarbonyl,
    "alkoxyl": on_atom(OXYGEN),
    "alkoxyalkyl": alkoxyalkyl,
    "alkyl": alkyl,
    "alkylcarbamoyl": alkylcarbamoyl,
    "alkylcarbonyl": alkylcarbonyl,
    "alkylenedioxy": alkylenedioxy,
    "alkylsulphonyl": alkylsulphonyl,
    "alkylthiocarbonyl": alkylthiocarbonyl,
    "alkynyl": alkynyl,
    "amino": amino,
    "anything": anything,
    "aryloxy": aryloxy,
    "carbamoyl": carbamoyl,
    "carboxyl": carboxyl,
    "carboxylic acyl": carboxylic_acyl,
    "cyano": cyano,
    "cyanoalkyl": cyanoalkyl,
    "cycloalkyl": cycloalkyl,
    "cycloalkylethyl": _cycloalkyl_chain(2),
    "cycloalkylmethyl": _cycloalkyl_chain(1),
    "ester": ester,
    "ether": ether,
    "fused ring": fused_ring,
    "halo": halo,
    "haloalkoxyl": on_atom(OXYGEN, halogens=True),
    "haloalkyl": haloalkyl,
    "hydroxyalkyl": hydroxyalkyl,
    "hydroxyl": hydroxyl,
    "nitro": nitro,
    "organyl": organyl,
    "organyloxy": organyloxy,
    "oxo": oxo,
    "oxycarbonyl": oxycarbonyl,
    "phosphate": phosphate,
    "ring on one atom": ring_on_one_atom,
    "substituted alkoxyl": on_substituted_alkyl(OXYGEN),
    "substituted alkyl": substituted_alkyl,
    "substituted amino": substituted_amino,
    "substituted thioalkyl": on_substituted_alkyl(SULPHUR),
    "thioalkyl": on_atom(SULPHUR),
    "univalent": univalent,
    "trialkylsilyl": trialkylsilyl,
}
"""Words that do not name a specific ring."""

RINGS: tuple[GroupName, ...] = ("phenyl", "aromatic monocycle", "heteromonocycle", "monocycle")
"""Words that name a ring, whose substituents may be limited."""

CHAINS: tuple[GroupName, ...] = ("alkyl", "alkenyl")
"""Words that name a chain, on which substituents may be allowed."""

_BENZENE = 6  # atoms


def is_allowed(graph: Graph, group: Group, allowed: GroupName | Allowed) -> bool:
    """Return whether a group is allowed by a rule, with its limits.

    Args:
        graph: The molecule.
        group: The group; "hydrogen" and "parent bearing anything" are handled by the scaffold.
        allowed: A word, or a word with limits.
    """
    limits = allowed if isinstance(allowed, Allowed) else Allowed(group=allowed)
    if not _is_within(graph, group, limits):
        return False
    if limits.group == "aromatic group":
        return group.hangs and graph.aromatic(group.root)
    if limits.group == "phenylalkyl":
        return _is_phenylalkyl(graph, group)
    if limits.group == "named" or limits.group in RINGS or limits.bearing is not None:
        return _is_limited(graph, group, limits)
    question = WORDS.get(limits.group)
    return question is not None and question(graph, group)


def _is_limited(graph: Graph, group: Group, limits: Allowed) -> bool:
    """Return whether a group is a ring, a chain or a named group with allowed substituents."""
    if limits.group == "named":
        return _is_named(graph, group, limits)
    if limits.group in RINGS:
        return _is_ring(graph, group, limits)
    return limits.group in CHAINS and _is_chain(graph, group, limits)


@lru_cache(maxsize=1024)
def named_group(smiles: str) -> Graph | None:
    """Return a group that a rule names by its SMILES; None: it is not a SMILES."""
    mol = MolFromSmiles(smiles)
    return graph_of(mol) if mol is not None and mol.GetNumAtoms() else None


def placements(
    graph: Graph, group: Group, parent: Graph, found: dict[int, int]
) -> Iterator[dict[int, int]]:
    """Yield each way to place a parent in a group, as a map of its atoms to those of the molecule.

    Args:
        graph: The molecule.
        group: The group.
        parent: The parent, from its first atom.
        found: Atoms placed so far; to begin with, the first atom on the root of the group.
    """
    rest = (a for a in range(len(parent.element)) if a not in found)
    here = next((a for a in rest if any(o in found for o in parent.neighbours(a))), None)
    if here is None:
        yield found
        return
    placed = [(found[other], order) for other, order in parent.bonds[here] if other in found]
    for atom, _ in graph.bonds[placed[0][0]]:
        free = atom in group.atoms and atom not in found.values()
        right = graph.element[atom] == parent.element[here]
        bonds = dict(graph.bonds[atom])
        if free and right and all(bonds.get(other) == order for other, order in placed):
            yield from placements(graph, group, parent, {**found, here: atom})


def _is_named(graph: Graph, group: Group, limits: Allowed) -> bool:
    """Return whether a group is one named by its SMILES, with allowed substituents or none."""
    parent = named_group(limits.like)
    if parent is None or not group.hangs or graph.element[group.root] != parent.element[0]:
        return False
    ways = placements(graph, group, parent, {0: group.root})
    return any(_bears(graph, group, frozenset(way.values()), limits) for way in ways)


def _bears(graph: Graph, group: Group, held: frozenset[int], limits: Allowed) -> bool:
    """Return whether all that a part of a group bears is allowed."""
    rest = frozenset(atom for atom, _, _ in group.ends)
    others = False
    for each in groups_at(graph, sorted(held), held | rest):
        if any(is_allowed(graph, each, one) for one in limits.bearing or ()):
            others = True
        elif not any(is_allowed(graph, each, one) for one in limits.besides):
            return False
    return others or not limits.besides


def _is_chain(graph: Graph, group: Group, limits: Allowed) -> bool:
    """Return whether a group is an alkyl or alkenyl chain with allowed substituents."""
    ringed = {atom for ring in graph.rings for atom in ring}
    double = limits.group == "alkenyl"
    if not group.hangs or not _is_link(graph, group.root, ringed, double=double):
        return False
    held, queue = {group.root}, [group.root]
    while queue:
        for other in graph.neighbours(queue.pop()):
            fresh = other in group.atoms and other not in held
            if fresh and _is_link(graph, other, ringed, double=double):
                held.add(other)
                queue.append(other)
    doubled = any(o == _DOUBLE for atom in held for b, o in graph.bonds[atom] if b in held)
    return doubled == double and _bears(graph, group, frozenset(held), limits)


def _is_link(graph: Graph, atom: int, ringed: set[int], *, double: bool) -> bool:
    """Return whether an atom is a carbon of an open chain, with double bonds to carbon or none."""
    if graph.element[atom] != CARBON or atom in ringed:
        return False
    return all(
        order == 1 or (double and order == _DOUBLE and graph.element[other] == CARBON)
        for other, order in graph.bonds[atom]
    )


def _is_within(graph: Graph, group: Group, limits: Allowed) -> bool:
    """Return whether a group is within the numbers and the elements of a rule."""
    if not (limits.least_carbons or 0) <= carbons(graph, group) <= _most(limits.carbons):
        return False
    if limits.elements is not None:
        permitted = {number_of(symbol) for symbol in limits.elements}
        if not {graph.element[atom] for atom in group.atoms} <= permitted:
            return False
    if limits.mass_u is not None and mass_u(graph, group.atoms) > limits.mass_u:
        return False
    return _has_rings(graph, group, limits) and _has_chain(graph, group, limits)


def _has_rings(graph: Graph, group: Group, limits: Allowed) -> bool:
    if limits.ring is None and limits.least_ring is None:
        return True
    largest = max((len(ring) for ring in graph.rings if ring & group.atoms), default=0)
    return (limits.least_ring or 0) <= largest <= _most(limits.ring)


def _has_chain(graph: Graph, group: Group, limits: Allowed) -> bool:
    if limits.chain is None and limits.least_chain is None:
        return True
    of = None if limits.chain_elements is None else frozenset(map(number_of, limits.chain_elements))
    return (limits.least_chain or 0) <= longest_chain(graph, group, of) <= _most(limits.chain)


def _most(limit: int | None) -> float:
    return float("inf") if limit is None else limit


def _is_ring(graph: Graph, group: Group, limits: Allowed) -> bool:
    """Return whether a group is a single ring, attached by one atom, with allowed substituents."""
    holding = [ring for ring in graph.rings if group.root in ring and ring <= group.atoms]
    return group.hangs and any(_fits(graph, group, ring, limits) for ring in holding)


def _fits(graph: Graph, group: Group, ring: frozenset[int], limits: Allowed) -> bool:
    if not _is_kind(graph, ring, limits.group):
        return False
    if limits.bearing is not None:
        return _bears(graph, group, ring, limits)
    rest = frozenset(atom for atom, _, _ in group.ends)
    borne = groups_at(graph, sorted(ring), ring | rest)
    return all(len(each.ends) == 1 for each in borne)  # otherwise rings are fused or bridged


def _is_phenylalkyl(graph: Graph, group: Group) -> bool:
    """Return whether a group is a saturated chain with one unsubstituted phenyl at its end."""
    rings = [ring for ring in graph.rings if ring <= group.atoms]
    if len(rings) != 1 or not group.hangs or not _is_kind(graph, rings[0], "phenyl"):
        return False
    rest = [atom for atom in group.atoms if atom not in rings[0]]
    return bool(rest) and all(
        graph.element[atom] == CARBON and all(order == 1 for _, order in graph.bonds[atom])
        for atom in rest
    )


def _is_kind(graph: Graph, ring: frozenset[int], kind: GroupName) -> bool:
    hetero = any(graph.element[atom] != CARBON for atom in ring)
    aromatic = all(graph.aromatic(atom) for atom in ring)
    match kind:
        case "phenyl":
            return aromatic and not hetero and len(ring) == _BENZENE
        case "aromatic monocycle":
            return aromatic
        case "heteromonocycle":
            return hetero
        case _:
            return True
