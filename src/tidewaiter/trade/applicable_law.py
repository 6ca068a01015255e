"""The law that applies on a line's route, computed once per substance, form and route."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from msgspec import structs

from tidewaiter.base.phrases import Phrase
from tidewaiter.law.answers import NO_SUM, Answer, Duty, Found, Question, Route, Ruling
from tidewaiter.law.assessment import assess
from tidewaiter.law.class_membership import load_members
from tidewaiter.law.controls import Holds, controls_on, extent_of, judge_variants, variants_of
from tidewaiter.law.jurisdictions import roles_of
from tidewaiter.law.limits import ANY, judge_amounts, limits_on
from tidewaiter.law.registry import Registry
from tidewaiter.law.rules import LawBook, Limit
from tidewaiter.law.types import Control, Substance
from tidewaiter.trade.amounts import Amount, amount_of, check_in_words, form_of_line
from tidewaiter.trade.mentions import Find
from tidewaiter.trade.substance_lookup import form_of
from tidewaiter.trade.traders import RECEIVERS, SENDERS
from tidewaiter.trade.types import Holding, Line, Stop

_KEPT = 1 << 16  # substances, each with a form and a route
_MARKS = ("read", "second-hand", "unverified")
_CODE = 2  # letters of a country
_SENT = ("loading",)
_BOUND = ("destination", "unlading")


class Freed(NamedTuple):
    """A law that leaves the goods of a line free by their amount or content."""

    regime: str
    says: Phrase  # the sum and the rule
    source: str  # of the limit


class Law(NamedTuple):
    """What the law says of a substance on a line."""

    holdings: tuple[Holding, ...]
    open: tuple[Phrase, ...]  # what could not be assessed of the laws on the route
    freed: tuple[Freed, ...] = ()


class Weighing(NamedTuple):
    """What goods are called, and the listings by which they are weighed."""

    name: str
    held: tuple[Control, ...]


class _Kept(NamedTuple):
    """The law of any amount, and the limits that an amount is compared with."""

    law: Law
    limited: Mapping[str, tuple[Limit, ...]]  # by regime


class RoutedLaw:
    """The law on one day, by substance, form and route; the same for all lines of a screening."""

    def __init__(self, registry: Registry, book: LawBook, day: date) -> None:
        self._registry = registry
        self._book = book
        self._day = day
        self._members = load_members(registry)
        self._rules = {rule.slug: rule for rule in registry.classes}
        self._of = lru_cache(maxsize=_KEPT)(self._assess)

    def of(
        self,
        place: int,
        route: Route,
        line: Line | None = None,
        finds: Sequence[Find] = (),
        *,
        alone: bool = True,
    ) -> Law:
        """Return the law on a substance of the registry, by its place there, on a route.

        Amounts are asked for only where a law on the route has a limit for the substance; all
        else is kept for the next line of the same substance, form and route.

        Args:
            place: Of the substance.
            route: Of the line.
            line: With the amounts; None: the law is that of any amount.
            finds: Of the substance in the line: they tell its form and its content.
            alone: It is the only substance that the line names.
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
        """Assess any amount of a substance on a route, once."""
        route = Route(origin=origin, transit=transit, destination=destination)
        if not route.given:
            return _Kept(Law(tuple(self._holdings(place, form, {})), ()), {})
        question = Question(day=self._day, route=route)
        rulings = assess(question, self._registry, self._book, self._found(place, form)).rulings
        if self._registry.substances[place].kind == "class":
            # Of the other laws the members of a class may be, or may not be.
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

    def _found(self, place: int, form: str | None) -> Found:
        substance = self._registry.substances[place]
        found = Found(name=substance.name, substance=substance, form=form_of(substance, form))
        return self._members.judge(found, self._day)

    def weighing(self, place: int, form: str | None, route: Route) -> Weighing:
        """Return the listings by which a form of a substance is weighed, on a route.

        The substance itself, and a form that no listing leaves out, are weighed by all listings in
        force, as goods may go on to anywhere. A form that the scope of some law leaves out is
        ordinary goods but for the laws of its route that do not.

        Args:
            place: Of the substance.
            form: CAS number of the form; None: the substance itself.
            route: Of the line.
        """
        substance = self._registry.substances[place]
        held = controls_on(substance, self._day)
        if form is None:
            return Weighing(substance.name, held)
        found = self._found(place, form)
        kept = tuple(each for each in held if self._judged(found, each) != "left out")
        if len(kept) == len(held):
            return Weighing(substance.name, held)
        on_route = tuple(each for each in kept if not route.given or self._meets(each, route))
        return Weighing(found.form.name if found.form else found.name, on_route)

    def _meets(self, control: Control, route: Route) -> bool:
        jurisdiction = self._registry.regimes[control.regime].jurisdiction
        return bool(roles_of(jurisdiction, route, self._day, self._book.unions))

    def _judged(self, found: Found, control: Control) -> Holds:
        """Tell whether the scope of a listing holds the form that was found."""
        slug = found.substance.slug if found.substance else ""
        extent = extent_of(self._registry.regimes[control.regime], control, slug)
        return judge_variants(extent, variants_of(Question(day=self._day), found))

    def _holdings(
        self, place: int, form: str | None, met: Mapping[str, Ruling]
    ) -> Iterator[Holding]:
        """Yield the listings of a substance, each with what its regime's ruling says."""
        substance = self._registry.substances[place]
        found = self._found(place, form)
        told: set[str] = set()  # regimes whose duties and limits stand with their first listing
        for control in controls_on(substance, self._day):
            ruling = met.get(control.regime)
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
        """Yield the classes that hold a substance in regimes whose lists do not name it."""
        named = {each.regime for each in controls_on(self._registry.substances[place], self._day)}
        for hold in found.classes:
            rule = self._rules[hold.rule]
            if hold.regime in named or hold.excluded_by or not rule.holds_on(self._day):
                continue
            ruling = met.get(hold.regime)
            yield Holding(
                substance=self._registry.substances[place].slug,
                regime=hold.regime,
                schedule=f"class {hold.rule}",
                since=hold.since,
                scope="; ".join((*hold.clauses, *hold.unverified)),
                source=hold.source,
                mark="unverified" if hold.unverified else hold.dates,
                role=", ".join(ruling.roles) if ruling else "",
                answer=ruling.answer if ruling else "controlled",
                duties=tuple(map(duty_in_short, ruling.duties)) if ruling else (),
            )


def route_of(line: Line) -> Route:
    """Return the route of a line as far as the paper gives countries by their codes.

    It is sent from where it is loaded, else from the sender's country, else from where the
    goods are of; it is bound for its destination, else for the receiver's country.
    """
    stops = line.route or ()
    origin = _stop(stops, _SENT) or _party(line, SENDERS)
    origin = origin or _stop(stops, ("origin",)) or _country(line.origin)
    transit = tuple(_code(stop) for stop in stops if stop.function == "transit")
    return Route(
        origin=origin,
        transit=tuple(dict.fromkeys(code for code in transit if code)),
        destination=_stop(stops, _BOUND) or _party(line, RECEIVERS),
    )


def _stop(stops: tuple[Stop, ...], functions: tuple[str, ...]) -> str | None:
    found = (_code(s) for function in functions for s in stops if s.function == function)
    return next((code for code in found if code), None)


def _party(line: Line, roles: tuple[str, ...]) -> str | None:
    found = (_country(p.country) for role in roles for p in line.parties or () if p.role == role)
    return next((code for code in found if code), None)


def _code(stop: Stop) -> str | None:
    """Return the country of a stop, or that of its UN/LOCODE, whose first letters are one."""
    return _country(stop.country) or _country((stop.locode or "")[:_CODE])


def _country(text: str | None) -> str | None:
    code = (text or "").strip().upper()
    return code if len(code) == _CODE and code.isascii() and code.isalpha() else None


_OFF_ROUTE: Mapping[Holds, Answer] = {
    "held": "controlled",
    "left out": "not listed",
    "not known": "not assessable",
}


def _holding(
    substance: Substance, control: Control, ruling: Ruling | None, judged: Holds
) -> Holding:
    """Return a listing with its answer; where its law is not on the route, by its scope alone."""
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
    """Put the answers for an amount, which `goods` says, in the place of those for any."""
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
    """Return a listing with its law's answer; what is free owes nothing."""
    return structs.replace(
        held,
        answer=held.answer if held.answer == "not listed" else answer,
        duties=() if answer == "free by amount" else held.duties,
        amounts=amounts if held.amounts else (),
    )


@lru_cache(maxsize=_KEPT)
def duty_in_short(duty: Duty) -> Phrase:
    """Say a duty in few words: "export: pre-export notification, 5 working days"."""
    demand = Phrase("demand/plain", duty=duty.kind)
    if duty.days is not None:
        demand = Phrase(f"demand/{duty.day_kind}", duty=duty.kind, figure=duty.days)
    doubts = ["open"] * (not duty.known) + ["marked"] * (duty.mark != "read")
    code = f"demanded/{'-'.join(doubts) or 'plain'}"
    told = {"mark": duty.mark} if duty.mark != "read" else {}
    return Phrase(code, direction=duty.role, demand=demand, **told)


def duty_of(said: Phrase) -> tuple[str, str]:
    """Return the kind of a duty that `duty_in_short` said, and to what direction it belongs."""
    demand = said.parameters.get("demand")
    kind = demand.parameters.get("duty") if isinstance(demand, Phrase) else ""
    return str(kind), str(said.parameters.get("direction", ""))


def _is_open(ruling: Ruling) -> bool:
    """Tell whether a law on the route says nothing for want of rules, not for want of a day.

    What is open for an amount is told beside the limit.
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
