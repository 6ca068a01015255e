"""Applicable law on a line's route, computed once per substance, form and route."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from msgspec import structs

from tidewaiter.base.phrases import Phrase
from tidewaiter.law.answers import NO_SUM, Answer, Found, Question, Route, Ruling
from tidewaiter.law.assessment import Assessor
from tidewaiter.law.class_membership import load_members
from tidewaiter.law.controls import Holds, controls_on, extent_of, judge_variants, variants_of
from tidewaiter.law.jurisdictions import roles_of
from tidewaiter.law.limits import ANY, judge_amounts, limits_on
from tidewaiter.law.registry import Registry
from tidewaiter.law.rules import LawBook, Limit
from tidewaiter.law.types import Control, Substance, worst
from tidewaiter.trade.amounts import Amount, amount_of, check_in_words, form_of_line
from tidewaiter.trade.duties import duty_in_short
from tidewaiter.trade.mentions import Find
from tidewaiter.trade.substance_lookup import form_of
from tidewaiter.trade.types import Holding, Line

_KEPT = 1 << 16  # cached combinations of substance, form and route
_MARKS = ("read", "second-hand", "unverified")


class Freed(NamedTuple):
    """A law from which the goods of a line are exempt by their amount or content."""

    regime: str
    says: Phrase  # the calculation and the rule
    source: str  # source of the limit


class Law(NamedTuple):
    """Legal status of a substance on a line."""

    holdings: tuple[Holding, ...]
    open: tuple[Phrase, ...]  # what could not be assessed in the laws on the route
    freed: tuple[Freed, ...] = ()


class Weighing(NamedTuple):
    """Display name of goods, and the controls that determine their weight."""

    name: str
    held: tuple[Control, ...]


class _Kept(NamedTuple):
    """The law for any amount, and the limits to compare an amount with."""

    law: Law
    limited: Mapping[str, tuple[Limit, ...]]  # by regime


class RoutedLaw:
    """The law on one day, by substance, form and route; shared by all lines of a screening."""

    def __init__(self, registry: Registry, book: LawBook, day: date) -> None:
        self._registry = registry
        self._book = book
        self._day = day
        self._members = load_members(registry)
        self._rules = {rule.slug: rule for rule in registry.classes}
        # One for all lines: an instrument answers once for all routes that are the same to it.
        self._assessor = Assessor(registry, book)
        self._of = lru_cache(maxsize=_KEPT)(self._assess)
        self._found = lru_cache(maxsize=_KEPT)(self._judge)

    def of(
        self,
        place: int,
        route: Route,
        line: Line | None = None,
        finds: Sequence[Find] = (),
        *,
        alone: bool = True,
    ) -> Law:
        """Return the law on a substance on a route, by its index in the registry.

        Amounts are evaluated only if a law on the route has a limit for the substance; everything
        else is cached per substance, form and route.

        Args:
            place: Index of the substance.
            route: Route of the line.
            line: Line with the amounts; None: the law for any amount.
            finds: Finds of the substance in the line, with its form and content.
            alone: No other substance is named in the line.
        """
        form = form_of_line(finds, self._registry.substances[place].cas) if finds else None
        law, limited = self._of(place, form, route.origin, route.transit, route.destination)
        amount = amount_of(line, finds, alone=alone) if line and limited else Amount()
        if not amount.given:
            return law
        question = Question(
            day=self._day,
            mass_mg=amount.mass_mg,
            volume_ul=amount.volume_ul,
            percent=amount.percent,
            percent_at_least=amount.at_least,
            mass_at_most=amount.gross,
            party=amount.party,
        )
        found = self._found(place, form)
        return _with_amount(law, limited, question, found, amount.said)

    def _assess(
        self,
        place: int,
        form: str | None,
        origin: str | None,
        transit: tuple[str, ...],
        destination: str | None,
    ) -> _Kept:
        """Assess any amount of a substance on a route; cached."""
        route = Route(origin=origin, transit=transit, destination=destination)
        if not route.given:
            return _Kept(Law(tuple(self._holdings(place, form, {})), ()), {})
        question = Question(day=self._day, route=route)
        rulings = self._assessor.assess(question, self._found(place, form)).rulings
        if self._registry.substances[place].kind == "class":
            # Under the other laws, members of the class may or may not be controlled.
            own = {each.regime for each in self._registry.substances[place].controls}
            rulings = tuple(each for each in rulings if each.regime in own)
        met = {each.regime: each for each in rulings if each.roles}
        open_ = tuple(_said(each) for each in rulings if _is_open(each))
        slug = self._registry.substances[place].slug
        limited = {
            each.regime: limits_on(
                self._book.limits(each.regime),
                self._day,
                slug,
                each.roles,
                {listing.schedule for listing in each.held},
            )
            for each in met.values()
            if any(check.limit != ANY for check in each.checks)
        }
        return _Kept(Law(tuple(self._holdings(place, form, met)), open_), limited)

    def _judge(self, place: int, form: str | None) -> Found:
        """Return a form of a substance with the classes that cover it; cached."""
        substance = self._registry.substances[place]
        found = Found(name=substance.name, substance=substance, form=form_of(substance, form))
        return self._members.judge(found, self._day)

    def weighing(self, place: int, form: str | None, route: Route) -> Weighing:
        """Return the controls that determine the weight of a form of a substance on a route.

        The substance itself, and a form that no control excludes, get all controls in force, as
        goods may be sent on to any country; but a law that no other country knows, such as a
        nation's list of solvents, weighs only goods on a route through its nation. A form excluded
        by the scope of some law counts as ordinary goods, except under laws on its route that
        include it.

        Args:
            place: Index of the substance.
            form: CAS number of the form; None: the substance itself.
            route: Route of the line.
        """
        substance = self._registry.substances[place]
        held = tuple(
            each for each in controls_on(substance, self._day) if self._counts(each, route)
        )
        if form is None:
            return Weighing(substance.name, held)
        found = self._found(place, form)
        kept = tuple(each for each in held if self._judged(found, each) != "left out")
        if len(kept) == len(held):
            return Weighing(substance.name, held)
        on_route = tuple(each for each in kept if not route.given or self._meets(each, route))
        return Weighing(found.form.name if found.form else found.name, on_route)

    def is_elsewhere(self, place: int, route: Route) -> bool:
        """Return whether only nations that a route does not touch control a substance.

        Args:
            place: Index of the substance.
            route: Route of the line; one that is not known touches none.
        """
        controls = self._registry.substances[place].controls
        return bool(controls) and not any(self._counts(each, route) for each in controls)

    def depends_on_route(self, place: int) -> bool:
        """Return whether some control of a substance weighs only on routes through its nation."""
        return any(
            not self._registry.regimes[each.regime].abroad
            for each in self._registry.substances[place].controls
        )

    def _counts(self, control: Control, route: Route) -> bool:
        return self._registry.regimes[control.regime].abroad or self._meets(control, route)

    def _meets(self, control: Control, route: Route) -> bool:
        jurisdiction = self._registry.regimes[control.regime].jurisdiction
        return bool(roles_of(jurisdiction, route, self._day, self._book.unions))

    def _judged(self, found: Found, control: Control) -> Holds:
        """Return whether the scope of a control covers the identified form."""
        slug = found.substance.slug if found.substance else ""
        extent = extent_of(self._registry.regimes[control.regime], control, slug)
        return judge_variants(extent, variants_of(Question(day=self._day), found))

    def _holdings(
        self, place: int, form: str | None, met: Mapping[str, Ruling]
    ) -> Iterator[Holding]:
        """Yield the controls of a substance, each with the answer of its instrument.

        Of those that one nation alone knows, only those on the route.
        """
        substance = self._registry.substances[place]
        found = self._found(place, form)
        told: set[str] = set()  # regimes whose duties and limits are given with their first control
        for control in controls_on(substance, self._day):
            ruling = met.get(control.regime)
            if ruling is None and not self._registry.regimes[control.regime].abroad:
                continue
            held = _holding(substance, control, ruling, self._judged(found, control))
            if ruling is not None and control.regime not in told:
                told.add(control.regime)
                held = structs.replace(
                    held,
                    duties=tuple(map(duty_in_short, ruling.duties)),
                    amounts=tuple(check_in_words(each, NO_SUM) for each in ruling.checks),
                )
            yield held
        yield from self._by_class(place, found, met)

    def _by_class(self, place: int, found: Found, met: Mapping[str, Ruling]) -> Iterator[Holding]:
        """Yield the classes that cover a substance under instruments that do not name it."""
        named = {each.regime for each in controls_on(self._registry.substances[place], self._day)}
        for hold in found.classes:
            rule = self._rules[hold.rule]
            if hold.regime in named or hold.excluded_by or not rule.holds_on(self._day):
                continue
            ruling = met.get(hold.regime)
            if ruling is None and not self._registry.regimes[hold.regime].abroad:
                continue
            yield Holding(
                substance=self._registry.substances[place].slug,
                regime=hold.regime,
                schedule=f"class {hold.rule}",
                since=hold.since,
                scope="; ".join((*hold.clauses, *hold.unverified)),
                source=hold.source,
                mark=worst((hold.mark, hold.dates)),
                role=", ".join(ruling.roles) if ruling else "",
                answer=ruling.answer if ruling else "controlled",
                duties=tuple(map(duty_in_short, ruling.duties)) if ruling else (),
            )


_OFF_ROUTE: Mapping[Holds, Answer] = {
    "held": "controlled",
    "left out": "not listed",
    "not known": "not assessable",
}


def _holding(
    substance: Substance, control: Control, ruling: Ruling | None, judged: Holds
) -> Holding:
    """Return a control with its answer; if its law is not on the route, by scope only."""
    holds = ruling is None or any(
        (each.schedule, each.since) == (control.schedule, control.since) for each in ruling.held
    )
    return Holding(
        substance=substance.slug,
        regime=control.regime,
        schedule=control.schedule,
        since=control.since,
        scope=control.scope,
        source=control.source,
        mark=max(control.mark, control.dates, key=_MARKS.index),
        role=", ".join(ruling.roles) if ruling else "",
        answer=_OFF_ROUTE[judged] if ruling is None else ruling.answer if holds else "not listed",
    )


def _with_amount(
    law: Law,
    limited: Mapping[str, tuple[Limit, ...]],
    question: Question,
    found: Found,
    goods: Phrase,
) -> Law:
    """Replace the answers for any amount by those for the given amount."""
    freed: list[Freed] = []
    judged: dict[str, tuple[Answer, tuple[Phrase, ...]]] = {}
    for regime, limits in limited.items():
        answer, decisive, checks = judge_amounts(limits, question, found)
        judged[regime] = answer, tuple(check_in_words(each, goods) for each in checks)
        if answer == "free by amount" and decisive is not None:
            freed.append(Freed(regime, check_in_words(decisive, goods), decisive.source))
    holdings = tuple(
        _answered(each, *judged[each.regime]) if each.regime in judged else each
        for each in law.holdings
    )
    return Law(holdings, law.open, tuple(freed))


def _answered(held: Holding, answer: Answer, amounts: tuple[Phrase, ...]) -> Holding:
    """Return a control with its law's answer; exempt goods have no duties."""
    return structs.replace(
        held,
        answer=held.answer if held.answer == "not listed" else answer,
        duties=() if answer == "free by amount" else held.duties,
        amounts=amounts if held.amounts else (),
    )


def _is_open(ruling: Ruling) -> bool:
    """Return whether a law on the route is undetermined for lack of rules, not of a date.

    An undetermined amount is reported with the limit.
    """
    if ruling.answer != "not assessable":
        return False
    if ruling.held:
        return not any(check.outcome == "open" for check in ruling.checks)
    return not ruling.regime or bool(ruling.remarks)


def _said(ruling: Ruling) -> Phrase:
    if not ruling.regime:
        return ruling.reason
    return Phrase("open/gap", law=ruling.regime, gap=ruling.reason)
