"""The order in which laws are shown, and what a reader finds of one: its regime's page."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from tidewaiter.base.records import Record
from tidewaiter.report.lawchanges import Named
from tidewaiter.report.library import Citation, Library, number_sources, words_of
from tidewaiter.substances.changes import Matter, matter_of
from tidewaiter.substances.jurisdictions import WORLD
from tidewaiter.substances.law import State, state_on
from tidewaiter.substances.lawbook import LawBook
from tidewaiter.substances.questions import Role
from tidewaiter.substances.registry import Registry
from tidewaiter.substances.rules import Rule
from tidewaiter.substances.types import Control, Mark, Regime, Substance


class RegimeLine(Record, frozen=True, kw_only=True):
    """A regime among the others."""

    slug: str
    name: str
    jurisdiction: str
    authority: str
    binding: bool
    checked: date
    covers: date | None
    edition: date | None  # day of the newest text that was read whole
    missing: int  # amendments that are known and not loaded, in force on the day
    substances: int  # that it lists, in force on the day
    classes: int  # rules, in force on the day


class Listed(Record, frozen=True, kw_only=True):
    """A substance or a class in a schedule."""

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
    """A schedule, by name: what is in force, then what is not yet, then what is over."""

    name: str
    held: int  # listings in force
    listed: tuple[Listed, ...]


class Marked(Record, frozen=True, kw_only=True):
    """How many listings are known how."""

    mark: Mark
    listings: int
    dates: int


class Stated(Record, frozen=True, kw_only=True):
    """A rule beside the listings."""

    matter: Matter
    schedules: tuple[str, ...]
    substances: tuple[Named, ...]  # empty: all of the schedules
    roles: tuple[Role, ...]
    text: str
    since: date | None
    until: date | None
    clause: str
    mark: Mark
    source: Citation


class Amended(Record, frozen=True, kw_only=True):
    """A change of a law after the text that was read whole."""

    what: str
    begins: date
    cite: str
    loaded: bool


class RegimeView(Record, frozen=True, kw_only=True):
    """All that a page shows of a regime."""

    day: date
    line: RegimeLine
    instrument: Citation
    marks: tuple[Marked, ...]
    undated: int  # listings whose first day is not known
    schedules: tuple[Schedule, ...]
    rules: tuple[Stated, ...]
    gaps: tuple[Stated, ...]  # known, and not loaded
    edition_note: str  # which text was read whole, or what is known of its day
    incomplete: str  # what is missing; "": the loaded lists are whole
    tolerance_days: int  # after the last comparison, for which "not listed" is said
    amendments: tuple[Amended, ...]  # by their days
    sources: tuple[Citation, ...]


def place_of(regime: Regime) -> tuple[bool, bool, str, str]:
    """Return what regimes are sorted by: those that bind, conventions first, then by place."""
    return not regime.binding, regime.jurisdiction != WORLD, regime.jurisdiction, regime.slug


def regime_lines(registry: Registry, day: date) -> tuple[RegimeLine, ...]:
    """Return all regimes in the order of places, with how much each lists on a day."""
    counts: Counter[str] = Counter()
    classes: Counter[str] = Counter()
    for each in registry.substances:
        held = {c.regime for c in each.controls if state_on(c, day) == "held"}
        (classes if each.kind == "class" else counts).update(held)
    ordered = sorted(registry.regimes.values(), key=place_of)
    return tuple(_line(each, counts[each.slug], classes[each.slug], day) for each in ordered)


def regime_view(slug: str, day: date, registry: Registry, book: LawBook) -> RegimeView | None:
    """Return a regime for its page; None: there is none of that slug.

    Args:
        slug: Of the regime.
        day: The law as it stands then.
        registry: The listings.
        book: The rules beside them.
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


def _line(regime: Regime, substances: int, classes: int, day: date) -> RegimeLine:
    return RegimeLine(
        slug=regime.slug,
        name=regime.name,
        jurisdiction=regime.jurisdiction,
        authority=regime.authority,
        binding=regime.binding,
        checked=regime.checked,
        covers=regime.covers,
        edition=regime.edition,
        missing=sum(not each.loaded and each.begins <= day for each in regime.amendments),
        substances=substances,
        classes=classes,
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
        text=text,
        since=rule.since,
        until=rule.until,
        clause=rule.clause,
        mark=rule.mark,
        source=cited[rule.source],
    )
