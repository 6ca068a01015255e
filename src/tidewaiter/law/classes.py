"""Classes of substances as their law words them: records of rules, and what may be wrong in one.

No structure is looked at here; `law.structure.class_matching` applies the rules.
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
    "alkoxycarbonyl",
    "alkoxyl",
    "alkoxyalkyl",
    "alkyl",
    "alkylenedioxy",
    "alkylsulphonyl",
    "alkynyl",
    "amino",
    "anything",
    "aromatic group",
    "aromatic monocycle",
    "carbamoyl",
    "carboxylic acyl",
    "cyano",
    "cycloalkyl",
    "ester",
    "ether",
    "halo",
    "haloalkoxyl",
    "haloalkyl",
    "heteromonocycle",
    "hydrogen",
    "hydroxyl",
    "monocycle",
    "nitro",
    "organyl",
    "organyloxy",
    "oxycarbonyl",
    "parent bearing anything",
    "phenyl",
    "phenylalkyl",
    "ring on one atom",
    "substituted amino",
    "thioalkyl",
]
"""The words that a rule may use for a group; docs/reference/classes.md says what each means."""


class Allowed(Record, frozen=True, kw_only=True):
    """A group that a clause allows, with limits."""

    group: GroupName
    carbons: int | None = None  # at most so many carbon atoms; None: no limit
    bearing: "tuple[GroupName | Allowed, ...] | None" = (
        None  # of a ring: what it may bear, if limited
    )


class Change(Record, frozen=True, kw_only=True):
    """What one clause allows at one site in place of what the reference compound has there."""

    site: str  # the id of one of the rule's sites
    allow: tuple[GroupName | Allowed, ...]
    doubtful: tuple[GroupName | Allowed, ...] = ()  # the wording leaves these open: not assessable


class Clause(Record, frozen=True, kw_only=True):
    """One way in which a member differs from the reference compound."""

    id: str  # as the instrument prints it: "(E)"
    words: str  # what it says, in our words
    source: str  # slug of a source
    mark: Mark = "read"  # of the wording
    reading: str = ""  # where the words leave something open, how we take them
    changes: tuple[Change, ...]


class Site(Record, frozen=True, kw_only=True):
    """A place of the scaffold where clauses allow changes."""

    id: str
    atoms: tuple[int, ...]  # map numbers of the cores; those that a core lacks are left out
    holds: Literal["substituents", "group"] = "substituents"  # "group": the atoms belong to it
    parent: str = (
        ""  # SMILES of what the reference compound has, from the first atom; empty: hydrogen
    )


class Exclusion(Record, frozen=True, kw_only=True):
    """What the instrument leaves to another entry."""

    words: str
    regimes: tuple[str, ...] = ()  # a substance named by one of these is excluded; none: only said


class Judgement(Record, frozen=True, kw_only=True):
    """A wording that no structure decides, such as "analogue"."""

    words: str
    share: float  # the core must make up this part of the heavy atoms to be worth the question


class ClassRule(Record, frozen=True, kw_only=True):
    """One class of substances, as one instrument holds it."""

    slug: str
    name: str
    regime: str  # the folder of data/regimes that holds the rule
    schedule: str  # as the instrument prints it
    instrument: str
    source: str  # slug of a source
    decided: date | None = None
    since: date | None = None  # first day in force; None: not known, taken as in force
    until: date | None = None  # first day no longer in force; None: open
    mark: Mark = "read"  # of the class itself
    dates: Mark = "read"  # of decided, since and until
    salts: Mark | None = None  # how it is known that salts of members are held; None: not said
    scope: str = ""  # what else is held, in our words
    gap: str = ""  # what of the text was not read; such a rule never answers "outside"
    reference: str  # slug of the compound that members are compared with, or its name
    anchor: str  # SMARTS that each of the cores holds: the first, fast question
    cores: tuple[str, ...]  # SMARTS with map numbers: what all members have
    sites: tuple[Site, ...] = ()
    clauses: tuple[Clause, ...] = ()
    heaviest_u: int | None = None  # greatest molecular mass of a member without its salt
    exclusions: tuple[Exclusion, ...] = ()
    judgement: Judgement | None = None
    within: tuple[str, ...] = ()  # slugs of listed substances that the clauses hold
    outside: tuple[str, ...] = ()  # and of listed substances that they do not hold
    note: str = ""

    def holds_on(self, day: date) -> bool:
        """Tell whether the rule is in force on a day; intervals are half open."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day < self.until
        )


def class_problems(
    rule: ClassRule, sources: Container[str], regimes: Container[str]
) -> Iterator[RegistryError]:
    """Yield what is wrong with a rule, the first first.

    Args:
        rule: As it was read.
        sources: The slugs of all sources.
        regimes: The slugs of all regimes.
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
    for clause in rule.clauses:
        for change in clause.changes:
            if change.site not in ids:
                yield RegistryError("law/clause-of-no-site", id=clause.id, site=change.site)
