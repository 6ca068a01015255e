"""Routing: the law that a line's route meets, once for each substance and route."""

from datetime import date
from functools import lru_cache

from tidewaiter.consignments.types import Holding, Line, Stop
from tidewaiter.substances.assess import assess
from tidewaiter.substances.law import controls_on
from tidewaiter.substances.lawbook import LawBook
from tidewaiter.substances.questions import Found, Question, Route
from tidewaiter.substances.registry import Registry
from tidewaiter.substances.rulings import Duty, Ruling
from tidewaiter.substances.types import Control, Substance

_KEPT = 1 << 16  # pairs of a substance and a route
_MARKS = ("read", "second-hand", "unverified")
_CODE = 2  # letters of a country
_SENT = (("loading",), ("exporter", "consignor", "seller"))
_BOUND = (("destination", "unlading"), ("importer", "consignee", "buyer"))

Law = tuple[tuple[Holding, ...], tuple[str, ...]]
"""What holds a substance, and what could not be assessed of the laws on the route."""


class RoutedLaw:
    """The law on one day, by substance and route; the same for all lines of a screening."""

    def __init__(self, registry: Registry, book: LawBook, day: date) -> None:
        self._registry = registry
        self._book = book
        self._day = day
        self._of = lru_cache(maxsize=_KEPT)(self._assess)

    def of(self, place: int, route: Route) -> Law:
        """Return the law on a substance of the registry, by its place there, on a route.

        Amounts are not judged: the law is that of any amount.
        """
        return self._of(place, route.origin, route.transit, route.destination)

    def _assess(
        self, place: int, origin: str | None, transit: tuple[str, ...], destination: str | None
    ) -> Law:
        substance = self._registry.substances[place]
        route = Route(origin=origin, transit=transit, destination=destination)
        met: dict[str, Ruling] = {}
        open_: tuple[str, ...] = ()
        if route.given:
            question = Question(day=self._day, route=route)
            found = Found(name=substance.name, substance=substance)
            rulings = assess(question, self._registry, self._book, found).rulings
            if substance.kind == "class":  # of other laws its members may be, or may not be
                own = {control.regime for control in substance.controls}
                rulings = tuple(each for each in rulings if each.regime in own)
            met = {each.regime: each for each in rulings if each.roles}
            open_ = tuple(_said(each) for each in rulings if _is_open(each))
        told: set[str] = set()  # regimes whose duties stand with their first listing
        holdings = []
        for control in controls_on(substance, self._day):
            ruling = met.get(control.regime)
            first = control.regime not in told
            told.add(control.regime)
            holdings.append(_holding(substance, control, ruling, first=first))
        return tuple(holdings), open_


def route_of(line: Line) -> Route:
    """Return the route of a line as far as the paper gives countries by their codes.

    It is sent from where it is loaded, else from the sender's country, else from where the
    goods are of; it is bound for its destination, else for the receiver's country.
    """
    stops = line.route or ()
    origin = _stop(stops, _SENT[0]) or _party(line, _SENT[1])
    origin = origin or _stop(stops, ("origin",)) or _country(line.origin)
    transit = tuple(_code(stop) for stop in stops if stop.function == "transit")
    return Route(
        origin=origin,
        transit=tuple(dict.fromkeys(code for code in transit if code)),
        destination=_stop(stops, _BOUND[0]) or _party(line, _BOUND[1]),
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


def _holding(
    substance: Substance, control: Control, ruling: Ruling | None, *, first: bool
) -> Holding:
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
        answer=ruling.answer
        if ruling and holds
        else "controlled"
        if ruling is None
        else "not listed",
        duties=tuple(map(duty_in_short, ruling.duties)) if ruling and first else (),
    )


def duty_in_short(duty: Duty) -> str:
    """Say a duty in few words: "export: pre-export notification, 5 working days"."""
    lead = f", {duty.days} {duty.day_kind} days" if duty.days is not None else ""
    known = "" if duty.known else " (not assessable)"
    mark = "" if duty.mark == "read" else f" [{duty.mark}]"
    return f"{duty.role}: {duty.kind}{lead}{known}{mark}"


def _is_open(ruling: Ruling) -> bool:
    """Tell whether a law on the route says nothing for want of rules, not for want of a day."""
    unanswered = ruling.answer == "not assessable" and not ruling.held
    return unanswered and (not ruling.regime or bool(ruling.remarks))


def _said(ruling: Ruling) -> str:
    return f"{ruling.regime}: {ruling.reason}" if ruling.regime else ruling.reason
