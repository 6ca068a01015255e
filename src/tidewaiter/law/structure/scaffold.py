"""Compiled class rules: cores as queries, sites as atoms, and the result for each placement.

A structure is in the class if some core can be placed in it so that every site has the group of the
reference compound or one allowed by a clause, at least one clause is needed, and the core has no
other substituents.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from rdkit.Chem import Mol, MolFromSmarts, MolFromSmiles

from tidewaiter.base.errors import RegistryError
from tidewaiter.law.classes import Allowed, Change, ClassRule, Clause, GroupName, Site
from tidewaiter.law.structure.gate import Counts, count_least, start_rare
from tidewaiter.law.structure.graph import Graph, Group, graph_of, group_from, groups_at
from tidewaiter.law.structure.substituents import is_allowed, named_group


def is_same(graph: Graph, group: Group, parent: Graph) -> bool:
    """Return whether a group with as many atoms as the parent is equal to it.

    Args:
        graph: The molecule.
        group: The group.
        parent: The group of the reference compound at this site, from its first atom.
    """
    inside = sum(other in group.atoms for atom in group.atoms for other in graph.neighbours(atom))
    return inside == sum(map(len, parent.bonds)) and lies_in(graph, group, parent)


def lies_in(graph: Graph, group: Group, parent: Graph) -> bool:
    """Return whether a group contains the parent from its first atom on, possibly substituted.

    Args:
        graph: The molecule.
        group: The group.
        parent: The group of the reference compound at this site, from its first atom.
    """
    if graph.element[group.root] != parent.element[0]:
        return False
    return _extends(graph, group, parent, {0: group.root})


def _extends(graph: Graph, group: Group, parent: Graph, found: dict[int, int]) -> bool:
    """Try to map the parent's other atoms, starting next to a mapped one."""
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


MOST_PLACES = 200  # placements of one core in one structure; with more, "outside" is never answered
_NITROGEN, _FULL = 7, 4  # a nitrogen with this many heavy neighbours is quaternary or an oxide


@dataclass(frozen=True, slots=True)
class CoreSite:
    """A site in one core: the indices of its atoms in the core's query."""

    site: Site
    atoms: tuple[int, ...]
    inner: int  # bonds of the core from the site's atoms to others
    parent: Graph | None


@dataclass(frozen=True, slots=True)
class Core:
    """A core of a rule."""

    number: int  # from 1
    query: Mol
    quick: Mol  # the query in another order, for a structure without it
    least: Counts  # of a structure with it
    sites: tuple[CoreSite, ...]
    bare: tuple[int, ...]  # atoms without a site: no substituents allowed
    bonds: frozenset[frozenset[int]]  # pairs of bonded atoms


@dataclass(slots=True)
class Place:
    """Result of a rule for one placement of a core.

    Attributes:
        clauses: The matching clauses, by index in the rule, each with its atoms.
        open: What the wording does not decide, in words.
        outside: A group is not allowed.
    """

    core: frozenset[int]
    clauses: dict[int, set[int]] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    outside: bool = False

    @property
    def inside(self) -> bool:
        """Return whether the structure is a member by this placement."""
        return bool(self.clauses) and not self.open and not self.outside

    @property
    def undecided(self) -> bool:
        """Return whether only open questions prevent an answer."""
        return bool(self.open) and not self.outside

    @property
    def same(self) -> bool:
        """Return whether this is the reference compound itself."""
        return not (self.clauses or self.open or self.outside)


def find_query(text: str, rule: ClassRule, key: str) -> Mol:
    """Compile a SMARTS of a rule.

    Raises:
        RegistryError: It is invalid.
    """
    query = MolFromSmarts(text)
    if query is None or query.GetNumAtoms() == 0:
        raise RegistryError("law/not-a-smarts", text=text, at=f"{rule.slug}.toml, {key}")
    return query


def find_cores(rule: ClassRule) -> tuple[Core, ...]:
    """Compile the cores of a rule.

    Raises:
        RegistryError: A SMARTS or a SMILES is invalid, or no core has a site's atoms.
    """
    cores = tuple(_core(rule, number, text) for number, text in enumerate(rule.cores))
    found = {site.site.id for core in cores for site in core.sites}
    for site in rule.sites:
        if site.id not in found:
            raise RegistryError("law/site-outside-cores", id=site.id, at=f"{rule.slug}.toml")
    for clause in rule.clauses:
        for change in clause.changes:
            _check_names((*change.allow, *change.doubtful), f"{rule.slug}.toml, {clause.id}")
    for site in rule.sites:
        _check_names(site.also, f"{rule.slug}.toml, {site.id}")
    return cores


def _check_names(groups: tuple[GroupName | Allowed, ...] | None, at: str) -> None:
    """Check the SMILES of the groups that a clause or a site names.

    Raises:
        RegistryError: One is missing or invalid.
    """
    for group in groups or ():
        limits = group if isinstance(group, Allowed) else Allowed(group=group)
        if limits.group == "named" and named_group(limits.like) is None:
            raise RegistryError("law/not-a-smiles", parent=limits.like, at=at)
        _check_names(limits.bearing, at)
        _check_names(limits.besides, at)


def _core(rule: ClassRule, number: int, text: str) -> Core:
    query = find_query(text, rule, f"cores, number {number + 1}")
    index = {a.GetAtomMapNum(): a.GetIdx() for a in query.GetAtoms() if a.GetAtomMapNum()}
    sites = []
    for site in rule.sites:
        atoms = tuple(index[number] for number in site.atoms if number in index)
        if atoms:
            sites.append(CoreSite(site, atoms, _inner(query, atoms), _parent(rule, site)))
    named = {atom for site in sites for atom in site.atoms}
    bare = tuple(atom for atom in range(query.GetNumAtoms()) if atom not in named)
    bonds = frozenset(frozenset((b.GetBeginAtomIdx(), b.GetEndAtomIdx())) for b in query.GetBonds())
    return Core(
        number=number + 1,
        query=query,
        quick=start_rare(query),
        least=count_least(query),
        sites=tuple(sites),
        bare=bare,
        bonds=bonds,
    )


def _inner(query: Mol, atoms: tuple[int, ...]) -> int:
    """Count the bonds between a site's atoms and the rest of the core."""
    pairs = ((b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in query.GetBonds())
    return sum((begin in atoms) != (end in atoms) for begin, end in pairs)


def _parent(rule: ClassRule, site: Site) -> Graph | None:
    if not site.parent:
        return None
    parent = MolFromSmiles(site.parent)
    if parent is None:
        raise RegistryError(
            "law/not-a-smiles", parent=site.parent, at=f'{rule.slug}.toml, site "{site.id}"'
        )
    return graph_of(parent)


def find_places(
    mol: Mol, graph: Callable[[], Graph], rule: ClassRule, core: Core
) -> Iterator[Place]:
    """Yield the result for each placement of a core in a molecule, whose graph is made for one."""
    if not mol.HasSubstructMatch(core.quick):
        return
    for match in mol.GetSubstructMatches(core.query, uniquify=False, maxMatches=MOST_PLACES):
        yield _judge(_Lie(graph(), rule, core, match))


@dataclass(frozen=True, slots=True)
class _Lie:
    """One placement of a core in a molecule."""

    graph: Graph
    rule: ClassRule
    core: Core
    match: tuple[int, ...]


def _judge(lie: _Lie) -> Place:
    """Evaluate one placement; once it is outside, nothing else can change that."""
    place = Place(frozenset(lie.match))
    _judge_core(lie, place)
    for site in lie.core.sites:
        _judge_site(lie, place, site)
        if place.outside:
            return place
    _judge_bare(lie, place)
    if not place.outside:
        _judge_bonds(lie, place)
    return place


def _judge_site(lie: _Lie, place: Place, site: CoreSite) -> None:
    """Evaluate the groups at a site, or the hydrogen."""
    own = [lie.match[atom] for atom in site.atoms]
    groups: Sequence[Group | None]
    if site.site.holds == "group":
        groups = [group_from(lie.graph, own[0], place.core - set(own))]
    else:
        groups = groups_at(lie.graph, own, place.core)
    for group in groups or [None]:
        _judge_group(lie, place, site, own, group)
        if place.outside:
            return


def _judge_bare(lie: _Lie, place: Place) -> None:
    """Evaluate the groups on atoms of the core that are of no site."""
    for atom in lie.core.bare:
        for group in groups_at(lie.graph, [lie.match[atom]], place.core):
            if any(group.atoms <= taken for taken in place.clauses.values()):
                continue
            _refuse(lie, place, group, "the core")


def _judge_core(lie: _Lie, place: Place) -> None:
    """Record the clauses that the core itself meets, or may meet."""
    for number, clause in enumerate(lie.rule.clauses):
        if lie.core.number in clause.cores:
            place.clauses[number] = set(place.core)
        if lie.core.number in clause.doubtful_cores:
            place.open.append(
                f"the wording leaves open whether this skeleton is meant ({clause.id})"
            )


def _judge_bonds(lie: _Lie, place: Place) -> None:
    """Evaluate bonds between atoms of the core that the core does not have: they close rings."""
    number = {atom: index for index, atom in enumerate(lie.match)}
    for atom, index in number.items():
        for other in lie.graph.neighbours(atom):
            if other > atom and other in number:
                if frozenset((index, number[other])) in lie.core.bonds:
                    continue
                if _may_change(lie, atom) and _may_change(lie, other):
                    place.open.append("a bond joins two parts of the core")
                else:
                    place.outside = True


def _judge_group(
    lie: _Lie, place: Place, site: CoreSite, own: list[int], group: Group | None
) -> None:
    """Evaluate one group, or hydrogen, at a site."""
    if _is_parent(lie, site, group):
        return
    if any(_allows(lie, site, group, each) for each in site.site.also):
        if group and _unspecified(lie.graph, group):
            place.open.append(f"an atom without an element at {site.site.id}")
        return
    if group is not None and _strays(site, own, group) and not _joined(lie, group):
        _judge_ring(lie, place, site, group)
        return
    held = [n for n, clause in enumerate(lie.rule.clauses) if _covers(lie, site, group, clause)]
    for number in held:
        place.clauses.setdefault(number, set()).update(group.atoms if group else own)
    if held and not (group and _unspecified(lie.graph, group)):
        return
    if held or _is_doubtful(lie, site, group):
        place.open.append(f"the wording leaves open what stands at {site.site.id}")
    elif group is None:
        place.outside = True
    else:
        _refuse(lie, place, group, site.site.id)


def _judge_ring(lie: _Lie, place: Place, site: CoreSite, group: Group) -> None:
    """Record a ring that joins a site to another part of the core."""
    ends = [rest for rest, _, _ in group.ends]
    if all(_may_change(lie, rest) for rest in ends) and not _apart(lie, ends):
        place.open.append(f"a ring joins {site.site.id} to another part of the core")
    else:
        place.outside = True


def _joined(lie: _Lie, group: Group) -> bool:
    """Return whether a ring may join all the sites that a group is on."""
    numbers = {lie.match.index(rest) for rest, _, _ in group.ends}
    sites = [site for site in lie.core.sites if site.site.joined]
    return numbers <= {atom for site in sites for atom in site.atoms}


def _refuse(lie: _Lie, place: Place, group: Group, where: str) -> None:
    """Record a group that no clause allows; an unclear wording stays open."""
    for rest, _, _ in group.ends:
        full = len(lie.graph.bonds[rest]) == _FULL and lie.graph.charge[rest] > 0
        if full and lie.graph.element[rest] == _NITROGEN:
            place.open.append(f"a quaternary nitrogen or an N-oxide at {where}")
            return
    if _unspecified(lie.graph, group):
        place.open.append(f"an atom without an element at {where}")
        return
    place.outside = True


def _unspecified(graph: Graph, group: Group) -> bool:
    return any(graph.element[atom] == 0 for atom in group.atoms)


def _strays(site: CoreSite, own: list[int], group: Group) -> bool:
    """Return whether a group bonds to the core outside its site, beyond the core's own bonds."""
    if site.site.holds == "group":
        return len(group.ends) > site.inner
    return any(rest not in own for rest, _, _ in group.ends)


def _apart(lie: _Lie, atoms: list[int]) -> bool:
    """Return whether one of these core atoms is of a site that no ring may join to another part."""
    numbers = {lie.match.index(atom) for atom in atoms}
    return any(site.site.apart and numbers & set(site.atoms) for site in lie.core.sites)


def _may_change(lie: _Lie, atom: int) -> bool:
    """Return whether some clause allows a change at the site of a core atom."""
    number = lie.match.index(atom)
    ids = {site.site.id for site in lie.core.sites if number in site.atoms}
    changes = (change for clause in lie.rule.clauses for change in clause.changes)
    return any(change.site in ids and change.allow for change in changes)


def _is_parent(lie: _Lie, site: CoreSite, group: Group | None) -> bool:
    if site.parent is None or group is None:
        return site.parent is None and group is None
    return len(group.atoms) == len(site.parent.element) and is_same(lie.graph, group, site.parent)


def _covers(lie: _Lie, site: CoreSite, group: Group | None, clause: Clause) -> bool:
    return any(
        _allows(lie, site, group, allowed)
        for change in _changes(clause, site)
        for allowed in change.allow
    )


def _is_doubtful(lie: _Lie, site: CoreSite, group: Group | None) -> bool:
    return any(
        _allows(lie, site, group, allowed)
        for clause in lie.rule.clauses
        for change in _changes(clause, site)
        for allowed in change.doubtful
    )


def _changes(clause: Clause, site: CoreSite) -> Iterator[Change]:
    return (change for change in clause.changes if change.site == site.site.id)


def _allows(lie: _Lie, site: CoreSite, group: Group | None, allowed: GroupName | Allowed) -> bool:
    word = allowed.group if isinstance(allowed, Allowed) else allowed
    if group is None:
        return word == "hydrogen"
    if word == "parent bearing anything":
        return site.parent is not None and lies_in(lie.graph, group, site.parent)
    return is_allowed(lie.graph, group, allowed)
