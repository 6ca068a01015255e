"""Every word that a class rule may use for a group, and whether a group is what a rule allows."""

from tidewaiter.substances.classes import Allowed, GroupName
from tidewaiter.substances.structure import carbonyls, chains
from tidewaiter.substances.structure.graph import (
    CARBON,
    OXYGEN,
    SULPHUR,
    Graph,
    Group,
    groups_at,
)

WORDS: dict[GroupName, chains.Question] = {
    "acetyloxy": carbonyls.acetyloxy,
    "acyl": carbonyls.acyl,
    "acyloxy": carbonyls.acyloxy,
    "alkenyl": chains.alkenyl,
    "alkoxycarbonyl": carbonyls.alkoxycarbonyl,
    "alkoxyl": chains.on_atom(OXYGEN),
    "alkoxyalkyl": chains.alkoxyalkyl,
    "alkyl": chains.alkyl,
    "alkylenedioxy": chains.alkylenedioxy,
    "alkylsulphonyl": chains.alkylsulphonyl,
    "alkynyl": chains.alkynyl,
    "amino": chains.amino,
    "anything": chains.anything,
    "carbamoyl": carbonyls.carbamoyl,
    "carboxylic acyl": carbonyls.carboxylic_acyl,
    "cyano": chains.cyano,
    "cycloalkyl": chains.cycloalkyl,
    "ester": carbonyls.ester,
    "ether": carbonyls.ether,
    "halo": chains.halo,
    "haloalkoxyl": chains.on_atom(OXYGEN, halogens=True),
    "haloalkyl": chains.haloalkyl,
    "hydroxyl": chains.hydroxyl,
    "nitro": chains.nitro,
    "organyl": carbonyls.organyl,
    "organyloxy": carbonyls.organyloxy,
    "oxycarbonyl": carbonyls.oxycarbonyl,
    "ring on one atom": chains.ring_on_one_atom,
    "substituted amino": chains.substituted_amino,
    "thioalkyl": chains.on_atom(SULPHUR),
}
"""The words that do not ask for one certain ring."""

RINGS: tuple[GroupName, ...] = ("phenyl", "aromatic monocycle", "heteromonocycle", "monocycle")
"""The words that ask for one ring; what it bears may be limited."""

_BENZENE = 6  # atoms


def is_allowed(graph: Graph, group: Group, allowed: GroupName | Allowed) -> bool:
    """Tell whether a group is what a rule allows, with its limits.

    Args:
        graph: The molecule.
        group: The group; "hydrogen" and "parent bearing anything" are the scaffold's to answer.
        allowed: A word, or a word with limits.
    """
    limits = allowed if isinstance(allowed, Allowed) else Allowed(group=allowed)
    if limits.carbons is not None and chains.carbons(graph, group) > limits.carbons:
        return False
    if limits.group == "aromatic group":
        return group.hangs and graph.aromatic(group.root)
    if limits.group == "phenylalkyl":
        return _is_phenylalkyl(graph, group)
    if limits.group in RINGS:
        return _is_ring(graph, group, limits)
    question = WORDS.get(limits.group)
    return question is not None and question(graph, group)


def _is_ring(graph: Graph, group: Group, limits: Allowed) -> bool:
    """Tell whether a group is one ring, held by one of its atoms, that bears what it may."""
    holding = [ring for ring in graph.rings if group.root in ring and ring <= group.atoms]
    return group.hangs and any(_fits(graph, group, ring, limits) for ring in holding)


def _fits(graph: Graph, group: Group, ring: frozenset[int], limits: Allowed) -> bool:
    if not _is_kind(graph, ring, limits.group):
        return False
    rest = frozenset(atom for atom, _, _ in group.ends)
    borne = groups_at(graph, sorted(ring), ring | rest)
    if limits.bearing is None:
        return all(len(each.ends) == 1 for each in borne)  # else rings are fused or bridged
    return all(any(is_allowed(graph, each, one) for one in limits.bearing) for each in borne)


def _is_phenylalkyl(graph: Graph, group: Group) -> bool:
    """Tell whether a group is a saturated chain with one plain phenyl at its end."""
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
