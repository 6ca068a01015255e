"""The card of a substance: what is known of it, and how each law holds it on a day."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from msgspec.structs import asdict

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.report.cardrules import RuleFact, rules_on
from tidewaiter.report.lawchanges import Named
from tidewaiter.report.lawplaces import place_of
from tidewaiter.report.lawviews import rule_of
from tidewaiter.report.library import Citation, Library, number_sources, words_of
from tidewaiter.report.timelines import Span, Timeline, timeline
from tidewaiter.substances.changes import Matter
from tidewaiter.substances.classes import ClassRule
from tidewaiter.substances.law import State, short_listing
from tidewaiter.substances.lawbook import LawBook
from tidewaiter.substances.listings import Standing, stand
from tidewaiter.substances.masses import mass_of, parse_formula
from tidewaiter.substances.questions import Found, Question, Role
from tidewaiter.substances.registry import Registry
from tidewaiter.substances.rulings import Listing
from tidewaiter.substances.types import Kind, Mark, Name, Substance, Tier


class CardName(Record, frozen=True, kw_only=True):
    """A name, and how far it may be trusted alone."""

    text: str
    tier: Tier
    cas: str  # of the form that it names; "": the substance itself


class Names(Record, frozen=True, kw_only=True):
    """The names of one language."""

    language: str  # ISO 639-1
    names: tuple[CardName, ...]


class CardForm(Record, frozen=True, kw_only=True):
    """A salt, ester or hydrate."""

    number: int  # from 1, of its drawing
    name: str
    cas: str
    formula: str
    inchikey: str
    drawn: bool


class CardListing(Record, frozen=True, kw_only=True):
    """A listing or a class rule, and how it stands on the day."""

    state: State
    schedule: str
    rule: Named | None  # the class rule; None: it is named
    clauses: tuple[str, ...]
    decided: date | None
    since: date | None
    until: date | None
    scope: str
    mark: Mark
    dates: Mark
    source: Citation


class CardRule(Record, frozen=True, kw_only=True):
    """A limit, a duty, or what a regime says of forms of goods and of routes."""

    matter: Matter
    roles: tuple[Role, ...]  # empty: any
    text: str
    days: int | None  # before, of a duty
    day_kind: str
    known: bool  # False: whether it applies depends on what is not given or not loaded
    clause: str
    mark: Mark
    source: Citation


class CardLaw(Record, frozen=True, kw_only=True):
    """What one regime says of it."""

    regime: str  # slug
    law: str
    jurisdiction: str
    binding: bool  # False: a list that watches and controls nothing
    checked: date
    listings: tuple[CardListing, ...]
    rules: tuple[CardRule, ...]


class Card(Record, frozen=True, kw_only=True):
    """All that a page shows of a substance."""

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
    mass_u: Decimal | None  # average, of the formula; None: it cannot be weighed
    names: tuple[Names, ...]
    street: tuple[CardName, ...]
    forms: tuple[CardForm, ...]
    note: str
    laws: tuple[CardLaw, ...]
    open_classes: tuple[tuple[Named, str], ...]  # class rules not assessable, and why
    timeline: Timeline | None
    sources: tuple[Citation, ...]
    origins: tuple[Citation, ...]  # of its name, numbers and structure


def card_of(found: Found, day: date, registry: Registry, book: LawBook) -> Card:
    """Return the card of a substance.

    Args:
        found: It, with what the class rules say of it.
        day: The law as it stands then.
        registry: The listings.
        book: The rules beside them.

    Raises:
        ValueError: It is no substance of the registry.
    """
    if found.substance is None:
        raise ValueError(found.name)
    return _Maker(found, found.substance, day, registry, book).card()


class _Maker:
    """Fills one card."""

    def __init__(
        self, found: Found, substance: Substance, day: date, registry: Registry, book: LawBook
    ) -> None:
        self._found = found
        self._substance = substance
        self._question = Question(day=day)
        self._registry = registry
        self._book = book
        self._library: Library = words_of(registry)
        self._classes = {each.slug: each for each in registry.classes}
        self._cited: Mapping[str, Citation] = {}

    def card(self) -> Card:
        """Return it: first what the laws say, then the sources that this rests on."""
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
        """Yield how each regime that has something to say of it stands, in the order of places."""
        regimes = self._registry.regimes.values()
        for regime in sorted(regimes, key=place_of):
            standing = stand(self._question, regime, self._book, self._found)
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

    def _open(self) -> Iterator[tuple[Named, str]]:
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
    """Yield the names of each language, those in English first, without street names."""
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
    """Return the average mass in u of a formula; None: there is none, or it cannot be weighed."""
    if formula is None:
        return None
    try:
        return mass_of(parse_formula(formula))
    except InputError:
        return None
