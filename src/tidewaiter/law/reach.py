"""Reach: the routes that a schedule is confined to, and rules that are known and not loaded."""

from collections.abc import Iterable

from tidewaiter.substances.lawbook import LawBook
from tidewaiter.substances.questions import Found, Question, Role
from tidewaiter.substances.rules import Gap, Reach, Rule
from tidewaiter.substances.rulings import Listing, Remark

Place = tuple[Question, str, LawBook, Found, tuple[Role, ...]]
"""The question, the regime's slug, the rules, the substance, and what the route is to it."""


def judge_reach(
    listings: Iterable[Listing], place: Place
) -> tuple[tuple[Listing, ...], str, list[Remark]]:
    """Keep the listings that hold on this route.

    Args:
        listings: In force on the day.
        place: The question and the regime.

    Returns:
        Those that hold; why it cannot be told of others, where none holds ("": it can); and
        the rules that confine them, by the route and by the form of the goods.
    """
    question, slug, book, found, roles = place
    reaches = book.route(slug).reaches
    named = found.substance.slug if found.substance else None
    held: list[Listing] = []
    remarks: list[Remark] = []
    why = ""
    for listing in listings:
        mine = [
            each
            for each in reaches
            if each.on(question.day)
            and each.names(named)
            and (not each.schedules or listing.schedule in each.schedules)
        ]
        if not mine or not question.route.given:
            held.append(listing)
        else:
            fits = [_fits_goods(each, question, _fits(each, question, roles)) for each in mine]
            if any(fits):
                held.append(listing)
            elif None in fits:
                why = f"{listing.schedule}: {_missing(mine[fits.index(None)], question)}"
        remarks.extend(map(_remark, mine))
    return tuple(held), why, remarks


def gaps_of(place: Place) -> tuple[str, list[Remark]]:
    """List the rules of the regime that may hold the substance on this route, and are missing.

    Returns:
        Why it cannot be told ("": no rule is missing), and the rules.
    """
    question, slug, book, found, roles = place
    kind = found.substance.kind if found.substance else None
    named = found.substance.slug if found.substance else None
    gaps = [
        gap
        for gap in book.route(slug).gaps
        if gap.on(question.day)
        and gap.names(named)
        and (not gap.kinds or kind is None or kind in gap.kinds)
        and (not question.route.given or _fits(gap, question, roles) is not False)
    ]
    why = gaps[0].text if gaps else ""
    if gaps and question.route.destination is None and all(gap.destinations for gap in gaps):
        places = ", ".join(sorted({to for gap in gaps for to in gap.destinations}))
        why = f"it depends on the destination, which is not given: {places} have rules of their own"
    return why, [_remark(gap) for gap in gaps]


def _fits(rule: Rule, question: Question, roles: tuple[Role, ...]) -> bool | None:
    """Tell whether a rule is about this route; None: a part of the route is not given."""
    if rule.roles and not set(rule.roles) & set(roles):
        return False
    if not rule.destinations:
        return True
    destination = question.route.destination
    return None if destination is None else destination in rule.destinations


def _fits_goods(rule: Reach, question: Question, route: bool | None) -> bool | None:  # noqa: FBT001
    """Tell whether a rule that is about the route, or may be, is about these goods too."""
    if not route or not rule.goods:
        return route
    return None if question.goods is None else question.goods in rule.goods


def _missing(rule: Reach, question: Question) -> str:
    """Say what would have to be given to tell whether a rule holds."""
    route_open = rule.destinations and question.route.destination is None
    what = "the route is not given whole" if route_open else "the form of the goods is not given"
    return f"{rule.text}, and {what}"


def _remark(rule: Reach | Gap) -> Remark:
    return Remark(text=rule.text, clause=rule.clause, source=rule.source, mark=rule.mark)
