"""Substance classes as defined in law: records of class rules, and their validation.

Structures are not handled here; `law.structure.class_matching` applies the rules.
"""

from collections.abc import Container, Iterator
from datetime import date
from typing import Literal

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.records import Record
from tidewaiter.law.types import Mark

GroupName = Literal[
    "acetyloxy",
    "acyl",
    "acyloxy",
    "alkenyl",
    "alkoxyalkyl",
    "alkoxycarbonyl",
    "alkoxyl",
    "alkyl",
    "alkylcarbamoyl",
    "alkylcarbonyl",
    "alkylenedioxy",
    "alkylsulphonyl",
    "alkylthiocarbonyl",
    "alkynyl",
    "amino",
    "anything",
    "aromatic group",
    "aromatic monocycle",
    "aryloxy",
    "carbamoyl",
    "carboxyl",
    "carboxylic acyl",
    "cyano",
    "cyanoalkyl",
    "cycloalkyl",
    "cycloalkylethyl",
    "cycloalkylmethyl",
    "ester",
    "ether",
    "fused ring",
    "halo",
    "haloalkoxyl",
    "haloalkyl",
    "heteromonocycle",
    "hydrogen",
    "hydroxyalkyl",
    "hydroxyl",
    "monocycle",
    "named",
    "nitro",
    "organyl",
    "organyloxy",
    "oxo",
    "oxycarbonyl",
    "parent bearing anything",
    "phenyl",
    "phenylalkyl",
    "phosphate",
    "ring on one atom",
    "substituted alkoxyl",
    "substituted alkyl",
    "substituted amino",
    "substituted thioalkyl",
    "thioalkyl",
    "univalent",
    "trialkylsilyl",
]
"""Names of groups in rules; docs/reference/classes.md defines each."""


class Allowed(Record, frozen=True, kw_only=True):
    """A group allowed by a clause, with limits."""

    group: GroupName
    carbons: int | None = None  # maximum carbon atoms; None: no limit
    like: str = ""  # for "named": SMILES of the group, from its first atom
    least_carbons: int | None = None  # minimum carbon atoms
    chain: int | None = None  # maximum atoms of the longest chain from the scaffold on
    least_chain: int | None = None  # minimum of the same; hydrogens and ring atoms do not count
    chain_elements: tuple[str, ...] | None = None  # elements of such a chain; None: any
    ring: int | None = None  # maximum atoms of each ring; 0: no ring
    least_ring: int | None = None  # minimum atoms of one ring at least
    mass_u: int | None = None  # maximum mass, without the scaffold
    elements: tuple[str, ...] | None = None  # permitted elements other than hydrogen
    bearing: "tuple[GroupName | Allowed, ...] | None" = (
        None  # for a ring, an alkyl, an alkenyl or a named group: permitted substituents
    )
    besides: "tuple[GroupName | Allowed, ...]" = ()  # others, if there is one of `bearing`


class Change(Record, frozen=True, kw_only=True):
    """Replacement that one clause allows at one site of the reference compound."""

    site: str  # id of a site of the rule
    allow: tuple[GroupName | Allowed, ...]
    doubtful: tuple[GroupName | Allowed, ...] = ()  # not clear from the wording: not assessable


class Clause(Record, frozen=True, kw_only=True):
    """One permitted difference between a member and the reference compound."""

    id: str  # as the instrument prints it: "(E)"
    words: str  # content, in our words
    source: str  # slug of a source
    mark: Mark = "read"  # mark of the wording
    reading: str = ""  # our interpretation, where the wording is unclear
    changes: tuple[Change, ...] = ()
    cores: tuple[int, ...] = ()  # cores, counted from 1, that have this difference themselves
    doubtful_cores: tuple[int, ...] = ()  # cores of which the wording leaves open if they are meant


class Site(Record, frozen=True, kw_only=True):
    """A position in the scaffold where clauses allow changes."""

    id: str
    atoms: tuple[int, ...]  # map numbers of the cores; those missing in a core are skipped
    holds: Literal["substituents", "group"] = "substituents"  # "group": atoms belong to the site
    parent: str = (
        ""  # SMILES of the group in the reference compound, from the first atom; empty: hydrogen
    )
    also: tuple[GroupName | Allowed, ...] = ()  # groups of other reference compounds: no change
    apart: bool = False  # a ring that joins the site to another part of the core is outside
    joined: bool = False  # a ring may join it to other sites of which this is said


class Exclusion(Record, frozen=True, kw_only=True):
    """An exclusion in favour of another entry."""

    words: str
    regimes: tuple[str, ...] = ()  # substances named by one are excluded; empty: information only


class Judgement(Record, frozen=True, kw_only=True):
    """A criterion that cannot be decided from the structure, such as "analogue"."""

    words: str
    share: float  # minimum share of heavy atoms in the core for the question to be relevant


class ClassRule(Record, frozen=True, kw_only=True):
    """A class of substances, as defined by one instrument."""

    slug: str
    name: str
    regime: str  # folder in data/regimes with the rule
    schedule: str  # as the instrument prints it
    instrument: str
    source: str  # slug of a source
    decided: date | None = None
    since: date | None = None  # first day in force; None: not known, treated as in force
    until: date | None = None  # first day no longer in force; None: open
    mark: Mark = "read"  # mark of the class itself
    dates: Mark = "read"  # mark of decided, since and until
    salts: Mark | None = None  # evidence that salts of members are covered; None: not stated
    scope: str = ""  # what else is covered, in our words
    gap: str = ""  # text that was not read; such a rule never answers "outside"
    reference: str  # slug or name of the reference compound
    anchor: str  # SMARTS that is part of each core: a fast pre-filter
    cores: tuple[str, ...]  # SMARTS with map numbers: common cores of all members
    sites: tuple[Site, ...] = ()
    clauses: tuple[Clause, ...] = ()
    heaviest_u: int | None = None  # maximum molecular mass of a member without its salt
    formulas: tuple[str, ...] = ()  # molecular formulas of members without salt, in Hill order
    exclusions: tuple[Exclusion, ...] = ()
    judgement: Judgement | None = None
    within: tuple[str, ...] = ()  # slugs of listed substances that the clauses cover
    outside: tuple[str, ...] = ()  # slugs of listed substances that they do not cover
    note: str = ""

    def holds_on(self, day: date) -> bool:
        """Return whether the rule is in force on a day; intervals are half open."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day < self.until
        )


def class_problems(
    rule: ClassRule, sources: Container[str], regimes: Container[str]
) -> Iterator[RegistryError]:
    """Yield the problems of a rule, in order.

    Args:
        rule: The decoded rule.
        sources: Slugs of all sources.
        regimes: Slugs of all regimes.
    """
    for source in (rule.source, *(clause.source for clause in rule.clauses)):
        if source not in sources:
            yield RegistryError("law/no-such-source", source=source)
    excluding = (regime for each in rule.exclusions for regime in each.regimes)
    for regime in excluding:
        if regime not in regimes:
            yield RegistryError("law/no-such-regime", regime=regime)
    if rule.until and rule.since and rule.until <= rule.since:
        yield RegistryError("law/rule-ends-before-it-begins", until=rule.until)
    if not rule.cores:
        yield RegistryError("law/rule-without-core")
    if not (rule.clauses or rule.gap):
        yield RegistryError("law/rule-without-clauses")
    yield from _site_problems(rule)


def _site_problems(rule: ClassRule) -> Iterator[RegistryError]:
    ids = [site.id for site in rule.sites]
    numbers = [atom for site in rule.sites for atom in site.atoms]
    if len(set(ids)) < len(ids):
        yield RegistryError("law/site-id-twice")
    if len(set(numbers)) < len(numbers):
        yield RegistryError("law/atom-of-two-sites")
    clauses = [clause.id for clause in rule.clauses]
    if len(set(clauses)) < len(clauses):
        yield RegistryError("law/clause-id-twice")
    for site in rule.sites:
        if not site.atoms:
            yield RegistryError("law/site-without-atoms", id=site.id)
    yield from _clause_problems(rule, ids)


def _clause_problems(rule: ClassRule, sites: Container[str]) -> Iterator[RegistryError]:
    for clause in rule.clauses:
        for change in clause.changes:
            if change.site not in sites:
                yield RegistryError("law/clause-of-no-site", id=clause.id, site=change.site)
        for core in (*clause.cores, *clause.doubtful_cores):
            if not 1 <= core <= len(rule.cores):
                yield RegistryError("law/clause-of-no-core", id=clause.id, core=core)
