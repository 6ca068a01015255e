"""Assessment: one answer per instrument for a substance, a day, a route, an amount and a form."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple, TypeVar

from msgspec.structs import replace

from tidewaiter.base.phrases import Phrase
from tidewaiter.law.answers import (
    Age,
    Assessment,
    ClassGap,
    ClassHold,
    Found,
    Goods,
    Question,
    Role,
    Route,
    Ruling,
)
from tidewaiter.law.controls import class_schedule, state_on
from tidewaiter.law.coverage import ages_of, may_add
from tidewaiter.law.jurisdictions import WORLD, jurisdictions_of, roles_of
from tidewaiter.law.registry import Registry, known_jurisdictions, regimes_of
from tidewaiter.law.rules import LawBook, Limit, Rule
from tidewaiter.law.ruling import rule_on
from tidewaiter.law.types import Amendment, Form, Regime, Substance, Variant

K = TypeVar("K")
V = TypeVar("V")

_KEPT = 4_096  # subjects, different answers, and answers of one instrument that are kept
_ROUTES = 4_096  # days and routes whose instruments are kept


def assess(question: Question, registry: Registry, book: LawBook, found: Found) -> Assessment:
    """Answer for each instrument that the question requests, or that the route involves.

    If neither jurisdictions nor a route are given, all instruments answer but those that weigh
    goods of their own nation only (`abroad` of `Regime`). Named controls take precedence over
    classes: where an instrument names the substance, its class rules are only shown. For many
    questions, keep an `Assessor`.

    Args:
        question: The day, the route, and amount and form of the goods.
        registry: The controls.
        book: The rules other than controls.
        found: The identified substance, with the class rules that match its structure.

    Returns:
        The answers in route order: conventions, exporter, transit, importer.
    """
    return Assessor(registry, book).assess(question, found)


@dataclass(frozen=True, slots=True, eq=False)
class _Subject:
    """A substance, or all structures that no instrument can tell apart; one object for each."""

    substance: Substance | None
    classes: tuple[ClassHold, ...]

    def schedules(self, regime: str) -> frozenset[str]:
        """Return the schedules of an instrument under which it is controlled on any day."""
        controls = self.substance.controls if self.substance else ()
        named = (each.schedule for each in controls if each.regime == regime)
        classes = (class_schedule(each) for each in self.classes if each.regime == regime)
        return frozenset((*named, *classes))

    @property
    def slug(self) -> str | None:
        """Return the slug of the substance."""
        return self.substance.slug if self.substance else None


class _Traits(NamedTuple):
    """All that the answers on a substance or a structure depend on."""

    slug: str | None
    form: Form | None
    variants: tuple[Variant, ...]
    classes: tuple[ClassHold, ...]
    open_classes: tuple[ClassGap, ...]
    evaluated: tuple[str, ...]
    added: tuple[bool, ...]  # which amendments may add a structure of its formula


class _Amounts(NamedTuple):
    """What only the limits of an instrument depend on."""

    mass_mg: int | None
    volume_ul: int | None
    percent: str
    percent_at_least: bool
    mass_at_most: bool
    party: str


_Key = tuple[_Subject, Goods | None, _Amounts | None]


@dataclass(frozen=True, slots=True, eq=False)
class _Law:
    """An instrument on a day and a route, with the answers that it has given."""

    regime: Regime
    roles: tuple[Role, ...]
    limits: tuple[Limit, ...]  # of the instrument, on any day
    limited: dict[_Subject, bool] = field(default_factory=dict)
    kept: dict[_Key, Ruling] = field(default_factory=dict)

    def has_limits(self, subject: _Subject) -> bool:
        """Return whether the amounts of goods may change the answer on a subject."""
        known = self.limited.get(subject)
        if known is None:
            schedules = subject.schedules(self.regime.slug)
            known = bool(schedules) and any(
                limit.names(subject.slug)
                and (not limit.schedules or not schedules.isdisjoint(limit.schedules))
                for limit in self.limits
            )
            _keep(self.limited, subject, known)
        return known


class _Laws(NamedTuple):
    """The instruments of a question, in the order of its route, and their answers."""

    laws: tuple[_Law | Ruling, ...]  # a ruling: no law of the jurisdiction is loaded
    ages: tuple[Age, ...]
    kept: dict[_Key, tuple[Ruling, ...]]


class Assessor:
    """Answers many questions; what an instrument cannot tell apart, it answers once.

    Substances must be those of the registry. Answers that are equal are the same object.
    """

    def __init__(self, registry: Registry, book: LawBook) -> None:
        """Set the law.

        Args:
            registry: The controls.
            book: The rules other than controls.
        """
        self._registry = registry
        self._book = book
        self._subjects: dict[_Traits, _Subject] = {}
        self._rulings: dict[Ruling, Ruling] = {}  # equal answers, on whatever subject, are one
        self._of_route = lru_cache(maxsize=_ROUTES)(self._find_laws)
        self._of_regime = lru_cache(maxsize=_ROUTES)(self._find_law)
        self._watched = lru_cache(maxsize=_ROUTES)(self._find_watched)
        self._by_formula = tuple(_judged_by_formula(registry))

    def assess(self, question: Question, found: Found) -> Assessment:
        """Answer as `assess` does."""
        laws = self._of_route(question.day, question.route, question.jurisdictions)
        subject = self._subject(found)
        return Assessment(
            day=question.day,
            name=found.name,
            substance=subject.slug,
            form=found.form.name if found.form else None,
            match=found.match,
            how=found.how,
            route=question.route,
            rulings=self._answers(laws, question, found, subject),
            watched=self._watched(subject, question.day),
            ages=laws.ages,
        )

    def _answers(
        self, laws: _Laws, question: Question, found: Found, subject: _Subject
    ) -> tuple[Ruling, ...]:
        """Return the answers of all instruments, from memory if they were asked the same before."""
        key = subject, question.goods, _amounts_of(question)
        if question.history is not None:  # earlier transactions are too many for a key
            return tuple(self._answer(law, question, found, key) for law in laws.laws)
        known = laws.kept.get(key)
        if known is None:
            known = tuple(self._answer(law, question, found, key) for law in laws.laws)
            _keep(laws.kept, key, known)
        return known

    def _answer(self, law: _Law | Ruling, question: Question, found: Found, key: _Key) -> Ruling:
        """Return the answer of an instrument, from memory if it was asked the same before."""
        if isinstance(law, Ruling):
            return law
        subject, goods, amounts = key
        if amounts and not law.has_limits(subject):
            amounts = None
        if amounts and question.history is not None:
            return rule_on(question, law.regime, self._book, found, law.roles)
        key = subject, goods, amounts
        known = law.kept.get(key)
        if known is None:
            ruling = rule_on(question, law.regime, self._book, found, law.roles)
            known = self._rulings.get(ruling, ruling)
            _keep(self._rulings, known, known)
            _keep(law.kept, key, known)
        return known

    def _subject(self, found: Found) -> _Subject:
        slug = found.substance.slug if found.substance else None
        traits = _Traits(
            slug=slug,
            form=found.form,
            variants=found.variants,
            classes=tuple(replace(each, atoms=()) for each in found.classes),
            open_classes=found.open_classes,
            evaluated=found.evaluated,
            added=() if slug else tuple(may_add(each, found) for each in self._by_formula),
        )
        known = self._subjects.get(traits)
        if known is None:
            known = _Subject(found.substance, found.classes)
            _keep(self._subjects, traits, known)
        return known

    def _find_laws(self, day: date, route: Route, jurisdictions: tuple[str, ...]) -> _Laws:
        """Find the instruments of a question; cached."""
        found: list[_Law | Ruling] = []
        for jurisdiction in _jurisdictions(day, route, jurisdictions, self._registry, self._book):
            roles = roles_of(jurisdiction, route, day, self._book.unions)
            slugs = regimes_of(self._registry, jurisdiction)
            if not jurisdictions and not route.given:
                slugs = tuple(s for s in slugs if self._registry.regimes[s].abroad)
            if not slugs:
                found.append(_unknown(jurisdiction, roles))
            found.extend(self._of_regime(s, day, roles, self._end_of(route, s)) for s in slugs)
        checked = (
            (each.regime.slug, each.regime.checked) for each in found if isinstance(each, _Law)
        )
        return _Laws(tuple(found), ages_of(checked, day), {})

    def _find_law(self, slug: str, day: date, roles: tuple[Role, ...], end: str | None) -> _Law:
        """Return an instrument for all routes that are the same to it; cached."""
        del day, end  # part of the cache key only
        return _Law(self._registry.regimes[slug], roles, self._book.limits(slug))

    def _end_of(self, route: Route, slug: str) -> str | None:
        """Return the destination if answers of an instrument depend on it; None: no route."""
        if not route.given:
            return None
        return (route.destination or "") if self._depends_on_destination(slug) else ""

    def _depends_on_destination(self, slug: str) -> bool:
        """Return whether answers of an instrument differ by destination, other than by role."""
        route = self._book.route(slug)
        rules: Iterable[Rule] = (*route.reaches, *route.gaps, *route.demands)
        return (
            any(rule.destinations for rule in rules)
            or any(demand.asked for demand in route.demands)
            or any(each.destinations for each in self._registry.regimes[slug].amendments)
        )

    def _find_watched(self, subject: _Subject, day: date) -> tuple[str, ...]:
        """List the watch lists that name a substance without controlling it; cached."""
        found = []
        for control in subject.substance.controls if subject.substance else ():
            regime = self._registry.regimes[control.regime]
            if not regime.binding and state_on(control, day) == "held":
                found.append(f"{regime.name}: {control.schedule}")
        return tuple(found)


def _amounts_of(question: Question) -> _Amounts | None:
    """Return the amounts of a question; None: none is given."""
    if not question.measured:
        return None
    return _Amounts(
        mass_mg=question.mass_mg,
        volume_ul=question.volume_ul,
        percent=str(question.percent),
        percent_at_least=question.percent_at_least,
        mass_at_most=question.mass_at_most,
        party=question.party,
    )


def _keep(kept: dict[K, V], key: K, value: V) -> None:
    """Keep a value; forget all if there are too many, as a file that has so many has more."""
    if len(kept) >= _KEPT and key not in kept:
        kept.clear()
    kept[key] = value


def _judged_by_formula(registry: Registry) -> Iterator[Amendment]:
    """Yield the amendments that may add an unlisted structure, by its formula."""
    for regime in registry.regimes.values():
        for each in regime.unloaded:
            if each.all_named and (each.formulas or each.at_least):
                yield each


def _jurisdictions(
    day: date, route: Route, asked: tuple[str, ...], registry: Registry, book: LawBook
) -> Iterable[str]:
    """Return the jurisdictions asked or on the route; if neither is given, those that look abroad.

    The law that one nation alone knows is answered where somebody asks for the nation.
    """
    known = known_jurisdictions(registry)
    if asked:
        places: Iterable[str] = asked
    elif route.given:
        ends = (route.origin, *route.transit, route.destination)
        places = (WORLD, *(each for each in ends if each))
    else:
        regimes = registry.regimes.values()
        wide = {WORLD, *(each.jurisdiction for each in regimes if each.abroad and each.binding)}
        return sorted(wide, key=lambda each: (each != WORLD, each))
    wanted: dict[str, None] = {}
    for place in places:
        under = [each for each in jurisdictions_of(place, day, book.unions) if each in known]
        wanted |= dict.fromkeys(under or [place])
    return wanted


def _unknown(jurisdiction: str, roles: tuple[Role, ...]) -> Ruling:
    return Ruling(
        regime="",
        jurisdiction=jurisdiction,
        answer="not assessable",
        roles=roles,
        reason=Phrase("open/unloaded", land=jurisdiction),
    )
