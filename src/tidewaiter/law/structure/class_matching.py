"""Class matching: which legal classes cover a structure, by which clauses and atoms."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from rdkit.Chem import Mol

from tidewaiter.law.classes import ClassRule
from tidewaiter.law.structure.gate import Counts, Gate, count_atoms, reaches, start_rare
from tidewaiter.law.structure.graph import Graph, formula, graph_of, mass_u
from tidewaiter.law.structure.scaffold import (
    MOST_PLACES,
    Core,
    Place,
    find_cores,
    find_places,
    find_query,
)
from tidewaiter.law.structure.types import Structure
from tidewaiter.law.types import Mark, worst

_WATER = 8  # a fragment of a single oxygen makes a hydrate, not a salt


@dataclass(frozen=True, slots=True)
class ClauseMatch:
    """A matching clause.

    Attributes:
        id: As the instrument prints it.
        words: Its content, in our words.
        atoms: Matched atoms: indices in the whole molecule, salts included, ascending.
    """

    id: str
    words: str
    atoms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ClassMatch:
    """A structure is a member of a class.

    Attributes:
        rule: The class.
        clauses: The matching clauses, in the rule's order.
        mark: Worst evidence of what the answer depends on: wording, salts, unverified dates.
        excluded_by: Why the class defers to another entry; None: it does not.
        notes: Further information: our interpretations, what is not verified.
    """

    rule: ClassRule
    clauses: tuple[ClauseMatch, ...]
    mark: Mark
    excluded_by: str | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotAssessable:
    """A rule that could not be evaluated for a structure; distinct from "outside"."""

    rule: ClassRule
    reason: str


Answer = ClassMatch | NotAssessable


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: ClassRule
    cores: tuple[Core, ...]


@dataclass(frozen=True, slots=True)
class _Family:
    """The rules with one anchor."""

    anchor: Mol
    rules: tuple[_Compiled, ...]

    @property
    def cores(self) -> tuple[Mol, ...]:
        """Return the cores of all its rules."""
        return tuple(core.query for each in self.rules for core in each.cores)


class ClassMatcher:
    """Class rules, compiled once for matching many structures."""

    def __init__(self, rules: Iterable[ClassRule]) -> None:
        """Compile rules.

        Args:
            rules: The rules, of any date.

        Raises:
            RegistryError: A SMARTS or a SMILES of a rule cannot be read.
        """
        groups: dict[str, list[_Compiled]] = defaultdict(list)
        anchors: dict[str, Mol] = {}
        for rule in rules:
            anchors[rule.anchor] = start_rare(find_query(rule.anchor, rule, "anchor"))
            groups[rule.anchor].append(_Compiled(rule, find_cores(rule)))
        self._families = [_Family(anchors[text], tuple(found)) for text, found in groups.items()]
        self._gate = Gate([(family.anchor, family.cores) for family in self._families])
        self._smallest = min((q.GetNumAtoms() for q in anchors.values()), default=0)

    def match(
        self, structure: Structure, day: date | None, *, listed: frozenset[str] = frozenset()
    ) -> tuple[Answer, ...]:
        """Match a structure with all rules in force on a day.

        Args:
            structure: The structure, with salts and mixtures: every fragment is evaluated.
            day: Day of the law; None: every rule, in force or not.
            listed: Slugs of the regimes that name this substance on that day.

        Returns:
            One answer per rule that matches or could not be evaluated, sorted by slug.
        """
        mol = structure.mol
        if mol.GetNumAtoms() < self._smallest:
            return ()
        found: list[Answer] = []
        graph = cache(lambda: graph_of(mol))  # few have the core of a rule
        counts = count_atoms(mol)
        for family in map(self._families.__getitem__, self._gate.find_open(mol, counts)):
            if not mol.HasSubstructMatch(family.anchor):
                continue
            for compiled in family.rules:
                if day is None or compiled.rule.holds_on(day):
                    answer = _ask(_Asked(mol, counts, graph), compiled, listed)
                    found.extend(() if answer is None else (answer,))
        return tuple(sorted(found, key=lambda answer: answer.rule.slug))


def match_class(
    structure: Structure, rule: ClassRule, *, listed: frozenset[str] = frozenset()
) -> Answer | None:
    """Match a structure with one rule, regardless of its dates.

    Args:
        structure: The structure.
        rule: The rule.
        listed: Slugs of the regimes that name this substance.

    Returns:
        The answer; None if the structure is outside the class.

    Raises:
        RegistryError: A SMARTS or a SMILES of the rule cannot be read.
    """
    answers = ClassMatcher([rule]).match(structure, None, listed=listed)
    return answers[0] if answers else None


def match_classes(
    structure: Structure,
    rules: Iterable[ClassRule],
    day: date,
    *,
    listed: frozenset[str] = frozenset(),
) -> tuple[Answer, ...]:
    """Match a structure with the rules of a day; for many structures keep a `ClassMatcher`.

    Args:
        structure: The structure.
        rules: The rules.
        day: Day of the law.
        listed: Slugs of the regimes that name this substance on that day.

    Returns:
        One answer per rule that matches or could not be evaluated, sorted by slug.
    """
    return ClassMatcher(rules).match(structure, day, listed=listed)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A molecule that is matched, with what is computed of it once."""

    mol: Mol
    counts: Counts
    graph: Callable[[], Graph]


def _ask(asked: _Asked, compiled: _Compiled, listed: frozenset[str]) -> Answer | None:
    rule = compiled.rule
    places: list[Place] = []
    full = False
    for core in compiled.cores:
        if not reaches(asked.counts, core.least):
            continue
        here = list(find_places(asked.mol, asked.graph, rule, core))
        full = full or len(here) >= MOST_PLACES
        places += here
    if not places:
        return None
    graph = asked.graph()
    places = [place for place in places if _has_size(graph, rule, place)]
    inside = [place for place in places if place.inside]
    if inside:
        return _member(graph, rule, inside, listed)
    return _undecided(graph, rule, places, full=full)


def _has_size(graph: Graph, rule: ClassRule, place: Place) -> bool:
    """Return whether the fragment of a place has the mass or the formula that the rule asks for."""
    if rule.heaviest_u is None and not rule.formulas:
        return True
    fragment = graph.fragment(min(place.core))
    known = all(graph.element[atom] for atom in fragment)  # else the group with it stays open
    if rule.formulas and known and formula(graph, fragment) not in rule.formulas:
        return False
    return rule.heaviest_u is None or mass_u(graph, fragment) <= rule.heaviest_u


def _member(graph: Graph, rule: ClassRule, places: list[Place], listed: frozenset[str]) -> Answer:
    """Return the match with its clauses; a salt is a member if the rule covers salts."""
    salt = all(_is_salt(graph, place) for place in places)
    if salt and rule.salts is None:
        return NotAssessable(rule, "a salt or a mixture, of which the text read says nothing")
    atoms: dict[int, set[int]] = {}
    for place in places:
        for number, where in place.clauses.items():
            atoms.setdefault(number, where)
    held = [(rule.clauses[number], atoms[number]) for number in sorted(atoms)]
    marks = [clause.mark for clause, _ in held] + [rule.mark]
    notes = [clause.reading for clause, _ in held if clause.reading]
    notes += [f"the wording of {c.id} was not read" for c, _ in held if c.mark == "unverified"]
    if rule.dates == "unverified":
        notes.append("the days of this rule were not read")
        marks.append("unverified")
    notes += [each.words for each in rule.exclusions if not each.regimes]
    if salt and rule.salts is not None:
        notes += ["that salts are held was not read"] if rule.salts == "unverified" else []
        marks.append(rule.salts)
    return ClassMatch(
        rule=rule,
        clauses=tuple(ClauseMatch(c.id, c.words, tuple(sorted(where))) for c, where in held),
        mark=worst(marks),
        excluded_by=_exclusion(rule, listed),
        notes=tuple(notes),
    )


def _exclusion(rule: ClassRule, listed: frozenset[str]) -> str | None:
    found = (each.words for each in rule.exclusions if listed.intersection(each.regimes))
    return next(found, None)


def _is_salt(graph: Graph, place: Place) -> bool:
    """Return whether the fragment of a place is charged, or accompanied by more than water."""
    fragment = graph.fragment(min(place.core))
    heavy = [atom for atom, element in enumerate(graph.element) if element != 1]
    others = [atom for atom in heavy if atom not in fragment]
    water = all(graph.element[a] == _WATER and not graph.bonds[a] for a in others)
    return sum(graph.charge[atom] for atom in fragment) != 0 or not water


def _undecided(
    graph: Graph, rule: ClassRule, places: list[Place], *, full: bool
) -> NotAssessable | None:
    """Return why a structure with the core is undecided; None: it is outside."""
    if full:
        return NotAssessable(rule, f"the core lies in it in {MOST_PLACES} ways or more")
    for place in places:
        if place.undecided:
            return NotAssessable(rule, "; ".join(dict.fromkeys(place.open)))
    if rule.judgement is not None:
        least = rule.judgement.share
        places = [place for place in places if _share(graph, place) >= least or place.same]
    others = [] if any(place.same for place in places) else places
    if others and rule.gap:
        return NotAssessable(rule, rule.gap)
    if others and any(m == "unverified" for m in (rule.mark, *(c.mark for c in rule.clauses))):
        return NotAssessable(rule, "the wording of the class was not read in full")
    if others and rule.judgement is not None:
        return NotAssessable(rule, rule.judgement.words)
    return None


def _share(graph: Graph, place: Place) -> float:
    """Return the core's share of the heavy atoms of its fragment."""
    return len(place.core) / len(graph.fragment(min(place.core)))
