"""Legal instruments, formatted for pages: order, contents and class rules."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from tidewaiter.base.phrases import Phrase, as_written
from tidewaiter.base.records import Record
from tidewaiter.explain.words import Citation, Library, number_sources, words_of
from tidewaiter.law.answers import Role
from tidewaiter.law.changes import Matter, matter_of
from tidewaiter.law.classes import ClassRule, Clause
from tidewaiter.law.completeness import Completeness, completeness_of
from tidewaiter.law.controls import State, state_on
from tidewaiter.law.jurisdictions import WORLD
from tidewaiter.law.registry import Registry
from tidewaiter.law.rules import LawBook, Rule
from tidewaiter.law.types import Control, Mark, Regime, Substance
from tidewaiter.report.law.changes import Named


class RegimeLine(Record, frozen=True, kw_only=True):
    """A legal instrument in the overview."""

    slug: str
    name: str
    jurisdiction: str
    authority: str
    binding: bool
    checked: date
    covers: date | None
    edition: date | None  # date of the newest text that was read in full
    missing: int  # known amendments, in force on the day, that are not loaded
    substances: int  # number of substances controlled on the day
    classes: int  # number of class rules in force on the day
    listings: int  # entries of those substances
    read: int  # those of them that were read in an official text
    official: int | None  # numbered rows of the official text; None: not counted
    numbers: int  # different official row numbers that are loaded


class Listed(Record, frozen=True, kw_only=True):
    """A substance or class in a schedule."""

    slug: str
    name: str
    cas: str
    is_class: bool
    state: State
    decided: date | None
    since: date | None
    until: date | None
    scope: str
    mark: Mark
    dates: Mark
    source: Citation


class Schedule(Record, frozen=True, kw_only=True):
    """A schedule, by name: controls in force, then future ones, then past ones."""

    name: str
    held: int  # number of controls in force
    listed: tuple[Listed, ...]


class Marked(Record, frozen=True, kw_only=True):
    """Number of controls with a verification mark."""

    mark: Mark
    listings: int
    dates: int


class Stated(Record, frozen=True, kw_only=True):
    """A rule other than a control."""

    matter: Matter
    schedules: tuple[str, ...]
    substances: tuple[Named, ...]  # empty: whole schedules
    roles: tuple[Role, ...]
    text: Phrase
    since: date | None
    until: date | None
    clause: str
    mark: Mark
    source: Citation


class Amended(Record, frozen=True, kw_only=True):
    """An amendment after the text that was read in full."""

    what: str
    begins: date
    cite: str
    loaded: bool


class RegimeView(Record, frozen=True, kw_only=True):
    """Data for the page of a legal instrument."""

    day: date
    line: RegimeLine
    instrument: Citation
    marks: tuple[Marked, ...]
    undated: int  # controls whose first day is not known
    schedules: tuple[Schedule, ...]
    rules: tuple[Stated, ...]
    gaps: tuple[Stated, ...]  # known gaps: rules that are not loaded
    edition_note: str  # which text was read in full, or what is known of its date
    incomplete: str  # what is missing; "": the loaded lists are complete
    tolerance_days: int  # days after the last comparison during which "not listed" is answered
    amendments: tuple[Amended, ...]  # by date
    sources: tuple[Citation, ...]


def place_of(regime: Regime) -> tuple[bool, bool, str, str]:
    """Return the sort key of instruments: binding first, then conventions, then by place."""
    return not regime.binding, regime.jurisdiction != WORLD, regime.jurisdiction, regime.slug


def regime_lines(registry: Registry, day: date) -> tuple[RegimeLine, ...]:
    """Return all legal instruments, sorted, with the size of their lists on a day."""
    ordered = sorted(registry.regimes.values(), key=place_of)
    found = {each.regime: each for each in completeness_of(registry, day)}
    return tuple(_regime_line(each, found[each.slug]) for each in ordered)


def regime_view(slug: str, day: date, registry: Registry, book: LawBook) -> RegimeView | None:
    """Format a legal instrument for its page; None: unknown slug.

    Args:
        slug: Slug of the instrument.
        day: Day of the law.
        registry: The controls.
        book: The other rules.
    """
    regime = registry.regimes.get(slug)
    if regime is None:
        return None
    library = words_of(registry)
    held = [(s, c) for s in registry.substances for c in s.controls if c.regime == slug]
    route = book.route(slug)
    rules: list[Rule] = [*book.limits(slug), *book.forms(slug), *route.reaches, *route.demands]
    facts = [regime.source, *(each.source for each in (*rules, *route.gaps))]
    cited = number_sources((*facts, *(control.source for _, control in held)), library)
    (line,) = (each for each in regime_lines(registry, day) if each.slug == slug)
    return RegimeView(
        day=day,
        line=line,
        instrument=cited[regime.source],
        marks=tuple(_marks([c for _, c in held])),
        undated=sum(c.since is None for _, c in held),
        schedules=tuple(_schedules(held, day, cited)),
        rules=tuple(_stated(each, library, cited) for each in rules),
        gaps=tuple(_stated(each, library, cited) for each in route.gaps),
        edition_note=regime.edition_note,
        incomplete=regime.incomplete,
        tolerance_days=regime.tolerance_days,
        amendments=tuple(
            Amended(what=each.what, begins=each.begins, cite=each.cite, loaded=each.loaded)
            for each in sorted(regime.amendments, key=lambda each: each.begins)
        ),
        sources=tuple(cited.values()),
    )


def _regime_line(regime: Regime, loaded: Completeness) -> RegimeLine:
    return RegimeLine(
        slug=regime.slug,
        name=regime.name,
        jurisdiction=regime.jurisdiction,
        authority=regime.authority,
        binding=regime.binding,
        checked=regime.checked,
        covers=regime.covers,
        edition=regime.edition,
        missing=loaded.amendments,
        substances=loaded.substances,
        classes=loaded.classes,
        listings=loaded.listings,
        read=loaded.read,
        official=loaded.official,
        numbers=loaded.numbers,
    )


def _marks(controls: list[Control]) -> Iterator[Marked]:
    listings = Counter(each.mark for each in controls)
    dates = Counter(each.dates for each in controls)
    marks: tuple[Mark, ...] = ("read", "second-hand", "unverified")
    for mark in marks:
        yield Marked(mark=mark, listings=listings[mark], dates=dates[mark])


_ORDER: tuple[State, ...] = ("held", "proposed", "later", "ended")


def _schedules(
    held: Iterable[tuple[Substance, Control]], day: date, cited: Mapping[str, Citation]
) -> Iterator[Schedule]:
    named: defaultdict[str, list[Listed]] = defaultdict(list)
    for substance, control in held:
        named[control.schedule].append(_listed(substance, control, day, cited))
    for name in sorted(named):
        listed = sorted(named[name], key=lambda e: (_ORDER.index(e.state), e.name.casefold()))
        count = sum(each.state == "held" for each in listed)
        yield Schedule(name=name, held=count, listed=tuple(listed))


def _listed(
    substance: Substance, control: Control, day: date, cited: Mapping[str, Citation]
) -> Listed:
    return Listed(
        slug=substance.slug,
        name=substance.name,
        cas=next(iter(substance.cas), ""),
        is_class=substance.kind == "class",
        state=state_on(control, day),
        decided=control.decided,
        since=control.since,
        until=control.until,
        scope=control.scope,
        mark=control.mark,
        dates=control.dates,
        source=cited[control.source],
    )


def _stated(rule: Rule, library: Library, cited: Mapping[str, Citation]) -> Stated:
    matter, text = matter_of(rule)
    return Stated(
        matter=matter,
        schedules=rule.schedules,
        substances=tuple(
            Named(slug=slug, name=library.substances.get(slug, slug)) for slug in rule.substances
        ),
        roles=rule.roles,
        text=as_written(text),
        since=rule.since,
        until=rule.until,
        clause=rule.clause,
        mark=rule.mark,
        source=cited[rule.source],
    )


class ClassLine(Record, frozen=True, kw_only=True):
    """A class rule in the overview."""

    slug: str
    name: str
    regime: str
    law: str
    jurisdiction: str
    schedule: str
    instrument: str
    state: State  # state on the day
    decided: date | None
    since: date | None
    until: date | None
    mark: Mark
    dates: Mark
    whole: bool  # nothing is missing: the full text was read or is remembered


class ClauseView(Record, frozen=True, kw_only=True):
    """One way in which a member may differ from the reference compound."""

    id: str
    words: str  # without the clause number at the start
    reading: str  # interpretation of ambiguous wording
    sites: tuple[str, ...]
    mark: Mark
    source: Citation


class ClassView(Record, frozen=True, kw_only=True):
    """Data for the page of a class rule."""

    day: date
    line: ClassLine
    source: Citation
    scope: str
    salts: Mark | None  # verification mark of the inclusion of salts; None: not stated
    gap: str
    reference: Named  # slug "": not in the registry
    heaviest_u: int | None
    clauses: tuple[ClauseView, ...]
    exclusions: tuple[str, ...]
    judgement: str  # wording that a structure cannot decide; "": none
    within: tuple[Named, ...]
    outside: tuple[Named, ...]
    note: str
    sources: tuple[Citation, ...]


def class_lines(registry: Registry, day: date) -> tuple[ClassLine, ...]:
    """Return all class rules, in the order of their legal instruments."""
    regimes = registry.regimes
    ordered = sorted(registry.classes, key=lambda each: (place_of(regimes[each.regime]), each.slug))
    return tuple(_class_line(each, registry, day) for each in ordered)


def class_view(slug: str, day: date, registry: Registry) -> ClassView | None:
    """Format a class rule for its page; None: unknown slug."""
    rule = next((each for each in registry.classes if each.slug == slug), None)
    if rule is None:
        return None
    library = words_of(registry)
    cited = number_sources((rule.source, *(each.source for each in rule.clauses)), library)
    return ClassView(
        day=day,
        line=_class_line(rule, registry, day),
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


def _class_line(rule: ClassRule, registry: Registry, day: date) -> ClassLine:
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
