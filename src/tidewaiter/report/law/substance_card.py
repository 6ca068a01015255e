"""Card of a substance: its data, and its control under each law on a day."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from msgspec.structs import asdict, replace

from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import Phrase, as_written
from tidewaiter.base.records import Record
from tidewaiter.explain.words import Citation, Library, number_sources, words_of
from tidewaiter.law.answers import Duty, Found, Listing, Question, Role
from tidewaiter.law.changes import Matter
from tidewaiter.law.classes import ClassRule
from tidewaiter.law.controls import Standing, State, short_listing, sort_controls
from tidewaiter.law.duties import duties_of
from tidewaiter.law.limits import limits_on, mass_of, parse_formula, phrase_of
from tidewaiter.law.registry import Registry
from tidewaiter.law.rules import FormRule, Gap, LawBook, Limit, Reach, Rule
from tidewaiter.law.types import Kind, Mark, Name, Substance, Tier
from tidewaiter.report.law.changes import Named
from tidewaiter.report.law.regimes import place_of
from tidewaiter.report.law.rulings import rule_of

_ROLES: tuple[Role, ...] = ("export", "import", "transit", "internal")


class RuleFact(Record, frozen=True, kw_only=True):
    """A rule that applies to a substance."""

    matter: Matter
    roles: tuple[Role, ...]  # empty: any
    text: Phrase
    days: int | None = None  # days in advance, for an obligation
    day_kind: str = ""
    known: bool = True  # False: whether it applies depends on data not given or not loaded
    clause: str
    mark: Mark
    source: str  # slug of a source


def rules_on(
    regime: str, standing: Standing, question: Question, book: LawBook, found: Found
) -> Iterator[RuleFact]:
    """Yield the rules of an instrument for a substance that it controls on the day.

    Args:
        regime: Slug of the instrument.
        standing: Its controls on the substance.
        question: Has the day but no route: obligations are given for each role.
        book: The rules.
        found: The substance.
    """
    if not standing.held:
        return
    named = found.substance.slug if found.substance else None
    schedules = {each.schedule for each in standing.held}
    for limit in limits_on(book.limits(regime), question.day, named, (), schedules):
        yield _limit(limit)
    yield from _duties(regime, standing, question, book, found)
    route = book.route(regime)
    for rule in (*book.forms(regime), *route.reaches, *route.gaps):
        kinds = rule.kinds if isinstance(rule, Gap) else ()
        of_kind = not kinds or found.substance is None or found.substance.kind in kinds
        fits = not rule.schedules or schedules & set(rule.schedules)
        if rule.on(question.day) and rule.names(named) and fits and of_kind:
            yield _said(rule)


def _limit(limit: Limit) -> RuleFact:
    text = phrase_of(limit)
    if limit.condition:
        text = Phrase("exemption/condition", limit=text, condition=limit.condition)
    return RuleFact(
        matter="limit",
        roles=limit.roles,
        text=text,
        clause=limit.clause,
        mark=limit.mark,
        source=limit.source,
    )


def _duties(
    regime: str, standing: Standing, question: Question, book: LawBook, found: Found
) -> Iterator[RuleFact]:
    """Yield the obligations of each role, as on a route with that role."""
    told: dict[RuleFact, list[Role]] = {}
    for role in _ROLES:
        for duty in duties_of((question, regime, book, found, (role,)), standing.held):
            fact = RuleFact(
                matter="duty",
                roles=(),
                text=_obligation(duty),
                days=duty.days,
                day_kind=duty.day_kind,
                known=duty.known,
                clause=duty.clause,
                mark=duty.mark,
                source=duty.source,
            )
            told.setdefault(fact, []).append(role)
    for fact, roles in told.items():
        yield replace(fact, roles=tuple(roles))


def _obligation(duty: Duty) -> Phrase:
    if not duty.text:
        return Phrase("obligation/plain", duty=duty.kind)
    return Phrase("obligation/text", duty=duty.kind, text=duty.text)


def _said(rule: Rule) -> RuleFact:
    text = rule.text if isinstance(rule, FormRule | Reach | Gap) else rule.note
    matter: Matter = "route" if isinstance(rule, Reach) else "gap"
    if isinstance(rule, FormRule):
        matter, text = "goods", f"{', '.join(rule.goods)}: {text}"
    return RuleFact(
        matter=matter,
        roles=rule.roles,
        text=as_written(text),
        clause=rule.clause,
        mark=rule.mark,
        source=rule.source,
    )


WIDTH = 400  # in drawing units; 1 unit is about 1 px on a phone
_ROW = 34
_TOP = 24  # height of the years
_FADE = 16.0  # length of the fade-out of a bar without a known end
_LEAST = 3.0  # minimum width, so that a short bar is visible
_MARKS = 6  # maximum number of years labelled
_STEPS = (1, 2, 5, 10, 20, 50)


class Span(Record, frozen=True, kw_only=True):
    """A control to be drawn."""

    label: str
    state: State  # state on the day
    decided: date | None
    since: date | None
    until: date | None


class Bar(Record, frozen=True, kw_only=True):
    """A control as drawn; positions are in drawing units."""

    label: str
    days: str  # "2022-11-23 to 2024-05-01"; "?": not known; nothing after "to": still in force
    kind: State  # CSS class
    x: float
    y: float
    width: float
    begins: bool  # whether the first day is known
    ends: bool  # whether there is a last day
    decided: float | None  # x of the day of the decision, if it is not the first day


class Year(Record, frozen=True, kw_only=True):
    """A labelled year."""

    text: str
    x: float


class Timeline(Record, frozen=True, kw_only=True):
    """Controls over the years, and the requested day."""

    height: float
    bars: tuple[Bar, ...]
    years: tuple[Year, ...]
    day: float
    about: str  # text alternative for screen readers


def timeline(spans: Iterable[Span], day: date) -> Timeline | None:
    """Lay out controls on an axis from the first to the last known year.

    Args:
        spans: Controls in display order.
        day: Day to mark.

    Returns:
        None if the substance has no controls.
    """
    held = list(spans)
    if not held:
        return None
    scale = _Scale(held, day)
    bars = tuple(scale.bar(i, each) for i, each in enumerate(held))
    return Timeline(
        height=_TOP + len(bars) * _ROW + 4,
        bars=bars,
        years=scale.years(),
        day=scale.at(day),
        about="; ".join(f"{bar.label}: {bar.days}" for bar in bars),
    )


class _Scale:
    """Scale from days to positions."""

    def __init__(self, spans: Sequence[Span], day: date) -> None:
        known = [d for s in spans for d in (s.decided, s.since, s.until) if d is not None]
        self._first = min([*known, day]).year
        self._last = max([*known, day]).year + 1
        self._day = day

    def at(self, day: date) -> float:
        """Return the position of a day."""
        years = day.year + (day.timetuple().tm_yday - 1) / 366 - self._first
        room = WIDTH - _FADE
        return round(_FADE + years / (self._last - self._first) * room, 1)

    def bar(self, place: int, span: Span) -> Bar:
        """Return a control as drawn; without a first day, it starts before all years."""
        left = self.at(span.since) if span.since else 0.0
        right = self.at(span.until) if span.until else float(WIDTH)
        decided = span.decided if span.decided != span.since else None
        return Bar(
            label=span.label,
            days=f"{span.since or '?'} – {span.until or ''}".strip(),
            kind=span.state,
            x=left,
            y=_TOP + place * _ROW + 18.0,
            width=max(round(right - left, 1), _LEAST),
            begins=span.since is not None,
            ends=span.until is not None,
            decided=self.at(decided) if decided else None,
        )

    def years(self) -> tuple[Year, ...]:
        """Return year labels at even steps."""
        count = self._last - self._first
        step = next((each for each in _STEPS if count / each <= _MARKS), -(-count // _MARKS))
        begin = -(-self._first // step) * step
        return tuple(
            Year(text=f"{year}", x=self.at(date(year, 1, 1)))
            for year in range(begin, self._last, step)
        )


class CardName(Record, frozen=True, kw_only=True):
    """A name, and whether it identifies the substance without a cue."""

    text: str
    tier: Tier
    cas: str  # CAS number of the form it names; "": the substance itself


class Names(Record, frozen=True, kw_only=True):
    """The names in one language."""

    language: str  # ISO 639-1
    names: tuple[CardName, ...]


class CardForm(Record, frozen=True, kw_only=True):
    """A salt, ester or hydrate."""

    number: int  # number of its drawing, from 1
    name: str
    cas: str
    formula: str
    inchikey: str
    drawn: bool


class CardListing(Record, frozen=True, kw_only=True):
    """A control or class rule, and its status on the day."""

    state: State
    schedule: str
    rule: Named | None  # the class rule; None: controlled by name
    clauses: tuple[str, ...]
    decided: date | None
    since: date | None
    until: date | None
    scope: str
    mark: Mark
    dates: Mark
    source: Citation


class CardRule(Record, frozen=True, kw_only=True):
    """A limit, an obligation, or a rule on forms of goods or routes."""

    matter: Matter
    roles: tuple[Role, ...]  # empty: any
    text: Phrase
    days: int | None  # days in advance, for an obligation
    day_kind: str
    known: bool  # False: whether it applies depends on data not given or not loaded
    clause: str
    mark: Mark
    source: Citation


class CardLaw(Record, frozen=True, kw_only=True):
    """Status under one legal instrument."""

    regime: str  # slug
    law: str
    jurisdiction: str
    binding: bool  # False: a watch list that imposes no control
    checked: date
    listings: tuple[CardListing, ...]
    rules: tuple[CardRule, ...]


class Card(Record, frozen=True, kw_only=True):
    """Data for the page of a substance."""

    slug: str
    name: str
    kind: Kind
    day: date
    cas: tuple[str, ...]
    hs: tuple[str, ...]
    un: tuple[str, ...]
    cus: tuple[str, ...]
    smiles: str
    inchikey: str
    formula: str
    mass_u: Decimal | None  # average mass from the formula; None: not computable
    names: tuple[Names, ...]
    street: tuple[CardName, ...]
    forms: tuple[CardForm, ...]
    note: str
    laws: tuple[CardLaw, ...]
    open_classes: tuple[tuple[Named, Phrase], ...]  # class rules not assessable, and why
    timeline: Timeline | None
    sources: tuple[Citation, ...]
    origins: tuple[Citation, ...]  # sources of its name, numbers and structure


def card_of(found: Found, day: date, registry: Registry, book: LawBook) -> Card:
    """Build the card of a substance.

    Args:
        found: The substance, with its class membership.
        day: Day of the law.
        registry: The controls.
        book: The other rules.

    Raises:
        ValueError: The substance is not in the registry.
    """
    if found.substance is None:
        raise ValueError(found.name)
    return _Maker(found, found.substance, day, registry, book).card()


class _Maker:
    """Builds one card."""

    def __init__(
        self, found: Found, substance: Substance, day: date, registry: Registry, book: LawBook
    ) -> None:
        self._found = found
        self._substance = substance
        self._question = Question(day=day)
        self._registry = registry
        self._book = book
        self._library: Library = words_of(registry)
        self._classes = registry.rules
        self._cited: Mapping[str, Citation] = {}

    def card(self) -> Card:
        """Return the card, with its sources numbered in the order of the laws."""
        standings = dict(self._standings())
        self._cited = number_sources(self._sources(standings), self._library)
        laws = tuple(self._law(slug, each) for slug, each in standings.items())
        it = self._substance
        return Card(
            slug=it.slug,
            name=it.name,
            kind=it.kind,
            day=self._question.day,
            cas=it.cas,
            hs=it.hs,
            un=it.un,
            cus=it.cus,
            smiles=it.smiles or "",
            inchikey=it.inchikey or "",
            formula=it.formula or "",
            mass_u=_mass(it.formula),
            names=tuple(_names(it.names)),
            street=tuple(_name(each) for each in it.names if each.tier == "street"),
            forms=tuple(_forms(it)),
            note=it.note,
            laws=laws,
            open_classes=tuple(self._open()),
            timeline=timeline(self._spans(laws), self._question.day),
            sources=tuple(each for name, each in self._cited.items() if name not in it.sources),
            origins=tuple(self._cited[name] for name in it.sources),
        )

    def _standings(self) -> Iterator[tuple[str, Standing]]:
        """Yield the status under each instrument that mentions it, in display order."""
        regimes = self._registry.regimes.values()
        for regime in sorted(regimes, key=place_of):
            standing = sort_controls(self._question, regime, self._book, self._found)
            if any((standing.held, standing.proposed, standing.later, standing.ended)):
                yield regime.slug, standing

    def _sources(self, standings: Mapping[str, Standing]) -> Iterator[str]:
        for slug, standing in standings.items():
            yield from (each.source for _, each in _states(standing))
            yield from (each.source for each in self._rules(slug, standing))
        yield from self._substance.sources

    def _law(self, slug: str, standing: Standing) -> CardLaw:
        regime = self._registry.regimes[slug]
        return CardLaw(
            regime=slug,
            law=regime.name,
            jurisdiction=regime.jurisdiction,
            binding=regime.binding,
            checked=regime.checked,
            listings=tuple(self._listing(state, each) for state, each in _states(standing)),
            rules=tuple(map(self._rule, self._rules(slug, standing))),
        )

    def _rules(self, slug: str, standing: Standing) -> Iterator[RuleFact]:
        return rules_on(slug, standing, self._question, self._book, self._found)

    def _rule(self, fact: RuleFact) -> CardRule:
        return CardRule(**asdict(fact) | {"source": self._cited[fact.source]})

    def _listing(self, state: State, listing: Listing) -> CardListing:
        rule = rule_of(listing, self._classes)
        return CardListing(
            state=state,
            schedule=rule.schedule if rule else listing.schedule,
            rule=_named(rule) if rule else None,
            clauses=listing.clauses,
            decided=listing.decided,
            since=listing.since,
            until=listing.until,
            scope=rule.scope if rule else listing.scope,
            mark=listing.mark,
            dates=listing.dates,
            source=self._cited[listing.source],
        )

    def _open(self) -> Iterator[tuple[Named, Phrase]]:
        for each in self._found.open_classes:
            yield _named(self._classes[each.rule]), each.reason

    def _spans(self, laws: Iterable[CardLaw]) -> Iterator[Span]:
        for law in laws:
            regime = self._registry.regimes[law.regime]
            for each in law.listings:
                short = short_listing(regime, each.schedule)
                yield Span(
                    label=f"{short}, class: {each.rule.name}" if each.rule else short,
                    state=each.state,
                    decided=each.decided,
                    since=each.since,
                    until=each.until,
                )


def _states(standing: Standing) -> Iterator[tuple[State, Listing]]:
    yield from (("held", each) for each in standing.held)
    yield from (("proposed", each) for each in standing.proposed)
    yield from (("later", each) for each in standing.later)
    yield from (("ended", each) for each in standing.ended)


def _named(rule: ClassRule) -> Named:
    return Named(slug=rule.slug, name=rule.name)


def _names(names: Iterable[Name]) -> Iterator[Names]:
    """Yield the names in each language, English first, without slang."""
    spoken: defaultdict[str, list[CardName]] = defaultdict(list)
    for each in names:
        if each.tier != "street":
            spoken[each.language].append(_name(each))
    for language in sorted(spoken, key=lambda each: (each != "en", each)):
        yield Names(language=language, names=tuple(spoken[language]))


def _name(name: Name) -> CardName:
    return CardName(text=name.text, tier=name.tier, cas=name.cas or "")


def _forms(substance: Substance) -> Iterator[CardForm]:
    for number, each in enumerate(substance.forms, 1):
        yield CardForm(
            number=number,
            name=each.name,
            cas=each.cas or "",
            formula=each.formula or "",
            inchikey=each.inchikey or "",
            drawn=each.smiles is not None,
        )


def _mass(formula: str | None) -> Decimal | None:
    """Return the average mass in u for a formula; None: no formula, or not computable."""
    if formula is None:
        return None
    try:
        return mass_of(parse_formula(formula))
    except InputError:
        return None
