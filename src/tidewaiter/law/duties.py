"""Duties: obligations under an instrument for a consignment on its route."""

from collections.abc import Iterable

from tidewaiter.base.countries import country_name
from tidewaiter.law.answers import Duty, Listing
from tidewaiter.law.controls import controls_on
from tidewaiter.law.rules import Demand, Request
from tidewaiter.law.scope import Place

_TABLES = "un-1988"  # requests for notifications refer to its tables


def duties_of(place: Place, held: Iterable[Listing]) -> tuple[Duty, ...]:
    """List the duties of the applicable controls on the route, without duplicates.

    A notification that is required only for countries that requested it is confirmed if the country
    of destination is known to have requested it, and undetermined if no loaded list says so.

    Args:
        place: The question and the instrument; without a route the result is empty.
        held: The applicable controls.
    """
    question, slug, book, found, roles = place
    schedules = {each.schedule for each in held}
    named = found.substance.slug if found.substance else None
    return tuple(
        _duty(each, place)
        for each in book.route(slug).demands
        if each.on(question.day)
        and each.names(named)
        and roles
        and (not each.roles or set(roles) & set(each.roles))
        and (not each.schedules or schedules & set(each.schedules))
        and (not each.destinations or question.route.destination in each.destinations)
    )


def _duty(demand: Demand, place: Place) -> Duty:
    question, roles = place[0], place[4]
    request = _request(place) if demand.asked else None
    text = demand.text
    if demand.asked:
        text = f"{text}; {_asked(question.route.destination, request)}"
    return Duty(
        role=next(role for role in roles if not demand.roles or role in demand.roles),
        kind=demand.kind,
        text=text,
        days=demand.days,
        day_kind=demand.day_kind,
        clause=demand.clause,
        source=request.source if request else demand.source,
        mark=request.mark if request else demand.mark,
        known=not demand.asked or request is not None,
    )


def _request(place: Place) -> Request | None:
    """Find the request of the country of destination for the table of the substance."""
    question, _, book, found, _ = place
    if found.substance is None:
        return None
    tables = {c.schedule for c in controls_on(found.substance, question.day) if c.regime == _TABLES}
    for each in book.requests:
        begun = each.since is None or each.since <= question.day
        over = each.until is not None and each.until <= question.day
        named = not each.substances or found.substance.slug in each.substances
        asked = each.country == question.route.destination and tables & set(each.schedules)
        if asked and begun and not over and named:
            return each
    return None


def _asked(destination: str | None, request: Request | None) -> str:
    if request is None:
        whom = country_name(destination) if destination else "the country of destination"
        return f"whether {whom} has requested it is not loaded"
    since = f" since {request.since}" if request.since else ""
    return f"{country_name(request.country)} has requested it{since}"
