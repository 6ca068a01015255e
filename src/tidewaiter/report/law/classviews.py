"""Class rules in words, as a page shows them."""

from collections.abc import Iterable
from datetime import date

from tidewaiter.base.records import Record
from tidewaiter.report.lawchanges import Named
from tidewaiter.report.lawplaces import place_of
from tidewaiter.report.library import Citation, Library, number_sources, words_of
from tidewaiter.substances.classes import ClassRule, Clause
from tidewaiter.substances.law import State, state_on
from tidewaiter.substances.registry import Registry
from tidewaiter.substances.types import Control, Mark


class ClassLine(Record, frozen=True, kw_only=True):
    """A class rule among the others."""

    slug: str
    name: str
    regime: str
    law: str
    jurisdiction: str
    schedule: str
    instrument: str
    state: State  # on the day
    decided: date | None
    since: date | None
    until: date | None
    mark: Mark
    dates: Mark
    whole: bool  # all of its text was read, or remembered: nothing is missing


class ClauseView(Record, frozen=True, kw_only=True):
    """One way in which a member differs from the reference compound."""

    id: str
    words: str  # without the sign, where they begin with it
    reading: str  # how words that leave something open are taken
    sites: tuple[str, ...]
    mark: Mark
    source: Citation


class ClassView(Record, frozen=True, kw_only=True):
    """All that a page shows of a class rule."""

    day: date
    line: ClassLine
    source: Citation
    scope: str
    salts: Mark | None  # how it is known that salts of members are held; None: not said
    gap: str
    reference: Named  # slug "": no substance of the registry
    heaviest_u: int | None
    clauses: tuple[ClauseView, ...]
    exclusions: tuple[str, ...]
    judgement: str  # a wording that no structure decides; "": none
    within: tuple[Named, ...]
    outside: tuple[Named, ...]
    note: str
    sources: tuple[Citation, ...]


def class_lines(registry: Registry, day: date) -> tuple[ClassLine, ...]:
    """Return all class rules in the order of the places of their laws."""
    regimes = registry.regimes
    ordered = sorted(registry.classes, key=lambda each: (place_of(regimes[each.regime]), each.slug))
    return tuple(_line(each, registry, day) for each in ordered)


def class_view(slug: str, day: date, registry: Registry) -> ClassView | None:
    """Return a class rule for its page; None: there is none of that slug."""
    rule = next((each for each in registry.classes if each.slug == slug), None)
    if rule is None:
        return None
    library = words_of(registry)
    cited = number_sources((rule.source, *(each.source for each in rule.clauses)), library)
    return ClassView(
        day=day,
        line=_line(rule, registry, day),
        source=cited[rule.source],
        scope=rule.scope,
        salts=rule.salts,
        gap=rule.gap,
        reference=_reference(rule, library),
        heaviest_u=rule.heaviest_u,
        clauses=tuple(_clause(each, cited[each.source]) for each in rule.clauses),
        exclusions=tuple(each.words for each in rule.exclusions),
        judgement=rule.judgement.words if rule.judgement else "",
        within=_named(rule.within, library),
        outside=_named(rule.outside, library),
        note=rule.note,
        sources=tuple(cited.values()),
    )


def _line(rule: ClassRule, registry: Registry, day: date) -> ClassLine:
    regime = registry.regimes[rule.regime]
    control = Control(
        regime=rule.regime,
        schedule=rule.schedule,
        decided=rule.decided,
        since=rule.since,
        until=rule.until,
        source=rule.source,
    )
    return ClassLine(
        slug=rule.slug,
        name=rule.name,
        regime=rule.regime,
        law=regime.name,
        jurisdiction=regime.jurisdiction,
        schedule=rule.schedule,
        instrument=rule.instrument,
        state=state_on(control, day),
        decided=rule.decided,
        since=rule.since,
        until=rule.until,
        mark=rule.mark,
        dates=rule.dates,
        whole=not rule.gap,
    )


def _clause(clause: Clause, source: Citation) -> ClauseView:
    words = clause.words.removeprefix(clause.id).strip()
    return ClauseView(
        id=clause.id,
        words=words,
        reading=clause.reading,
        sites=tuple(dict.fromkeys(each.site for each in clause.changes)),
        mark=clause.mark,
        source=source,
    )


def _reference(rule: ClassRule, library: Library) -> Named:
    name = library.substances.get(rule.reference)
    return Named(slug=rule.reference if name else "", name=name or rule.reference)


def _named(slugs: Iterable[str], library: Library) -> tuple[Named, ...]:
    return tuple(Named(slug=slug, name=library.substances.get(slug, slug)) for slug in slugs)
