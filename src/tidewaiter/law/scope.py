"""Scope: whether a control applies to a route, and to a salt, a mixture or a medicine."""

from collections.abc import Iterable

from tidewaiter.base.phrases import Phrase
from tidewaiter.law.answers import Found, Goods, Listing, Question, Remark, Role
from tidewaiter.law.controls import Extent, judge_variants, variants_of
from tidewaiter.law.rules import FormRule, Gap, LawBook, Reach, Rule
from tidewaiter.law.types import Variant

Place = tuple[Question, str, LawBook, Found, tuple[Role, ...]]
"""The question, the regime's slug, the rules, the substance, and the roles of the route."""


def judge_reach(
    listings: Iterable[Listing], place: Place
) -> tuple[tuple[Listing, ...], Phrase | None, list[Remark]]:
    """Select the controls that apply on this route.

    Args:
        listings: Controls in force on the day.
        place: The question and the instrument.

    Returns:
        The controls that apply; why it is undetermined for others, if none applies (None: it is
        not); and the rules that limit them, by route and by form of the goods.
    """
    question, slug, book, found, roles = place
    reaches = book.route(slug).reaches
    named = found.substance.slug if found.substance else None
    held: list[Listing] = []
    remarks: list[Remark] = []
    why: Phrase | None = None
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
                why = _missing(mine[fits.index(None)], question, listing.schedule)
        remarks.extend(map(_remark, mine))
    return tuple(held), why, remarks


def gaps_of(place: Place) -> tuple[Phrase | None, list[Remark]]:
    """List missing rules of the instrument that may cover the substance on this route.

    Returns:
        Why the answer is undetermined (None: no rule is missing), and the rules.
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
    why = Phrase("gap/law", text=gaps[0].text) if gaps else None
    if gaps and question.route.destination is None and all(gap.destinations for gap in gaps):
        places = sorted({to for gap in gaps for to in gap.destinations})
        why = Phrase("gap/destination", lands=places)
    return why, [_remark(gap) for gap in gaps]


def _fits(rule: Rule, question: Question, roles: tuple[Role, ...]) -> bool | None:
    """Return whether a rule matches this route; None: a part of the route is not given."""
    if rule.roles and not set(rule.roles) & set(roles):
        return False
    if not rule.destinations:
        return True
    destination = question.route.destination
    return None if destination is None else destination in rule.destinations


def _fits_goods(rule: Reach, question: Question, route: bool | None) -> bool | None:  # noqa: FBT001
    """Return whether a rule that matches the route, or may, matches these goods too."""
    if not route or not rule.goods:
        return route
    return None if question.goods is None else question.goods in rule.goods


def _missing(rule: Reach, question: Question, schedule: str) -> Phrase:
    """Describe the missing input that would decide whether a rule applies."""
    route_open = rule.destinations and question.route.destination is None
    code = "gap/route-open" if route_open else "gap/form-open"
    return Phrase(code, schedule=schedule, text=rule.text)


def _remark(rule: Reach | Gap) -> Remark:
    return Remark(text=rule.text, clause=rule.clause, source=rule.source, mark=rule.mark)


_CODES: dict[Variant, str] = {
    "salt": "salts",
    "ester": "esters",
    "ether": "ethers",
    "stereoisomer": "stereo",
}


def goods_of(question: Question, found: Found) -> Goods | None:
    """Return the traded form of the substance: from the question, or else from the name."""
    if question.goods is not None:
        return question.goods
    if found.form is not None and "extract" in found.form.name.casefold():
        return "extract"
    return None


def judge_goods(
    listings: Iterable[Listing], place: Place
) -> tuple[tuple[Listing, ...], Phrase | None, list[Remark]]:
    """Select the controls that cover goods of this form.

    Args:
        listings: Controls that cover the substance on this route.
        place: The question and the instrument.

    Returns:
        The controls that apply; why it is undetermined, if none certainly applies (None: it is
        not); and the relevant rules on forms.
    """
    question, found = place[0], place[3]
    held, why = _in_scope(listings, variants_of(question, found), found)
    goods = goods_of(question, found)
    if not held or goods is None or goods in {"substance", "salt"}:
        return held, None if held else why, []
    return _prepared(held, goods, place)


def _in_scope(
    listings: Iterable[Listing], variants: tuple[Variant, ...] | None, found: Found
) -> tuple[tuple[Listing, ...], Phrase | None]:
    """Select the controls that cover the goods, by scope, as variants of the substance."""
    held: list[Listing] = []
    why: Phrase | None = None
    for listing in listings:
        extent = Extent(listing.holds, listing.leaves_out)
        # A class was matched with this very structure, so its scope is already decided.
        judged = "held" if listing.clauses else judge_variants(extent, variants)
        if judged == "held":
            held.append(listing)
        elif judged == "not known":
            why = why or _unknown(variants, found, listing.schedule)
    return tuple(held), why


def _unknown(variants: tuple[Variant, ...] | None, found: Found, schedule: str) -> Phrase:
    if variants is None:
        name = found.form.name if found.form else found.name
        return Phrase("gap/form", schedule=schedule, form=name)
    named = [_CODES[each] for each in variants if each in _CODES]
    if len(named) == 1:
        return Phrase(f"gap/{named[0]}", schedule=schedule)
    kinds = [Phrase(f"variant/{each}") for each in named]
    return Phrase("gap/variants", schedule=schedule, variants=kinds)


def _prepared(
    listings: tuple[Listing, ...], goods: Goods, place: Place
) -> tuple[tuple[Listing, ...], Phrase | None, list[Remark]]:
    """Evaluate goods that contain more than the substance by the rules on forms and content."""
    question, slug, book, found, _ = place
    named = found.substance.slug if found.substance else None
    rules = [
        each
        for each in book.forms(slug)
        if each.on(question.day) and each.names(named) and goods in each.goods
    ]
    held: list[Listing] = []
    remarks: list[Remark] = []
    why: Phrase | None = None
    for listing in listings:
        rule = _first(rules, listing)
        if rule is not None:
            remarks.append(
                Remark(text=rule.text, clause=rule.clause, source=rule.source, mark=rule.mark)
            )
        if rule is None:
            if goods != "medicine" and _by_content(place, listing):
                held.append(listing)
            else:
                why = Phrase("gap/goods", schedule=listing.schedule, form=goods)
        elif rule.effect == "held":
            held.append(listing)
        elif rule.effect == "judge" or rule.mark == "unverified":
            why = Phrase("gap/rule", schedule=listing.schedule, text=rule.text)
    return tuple(held), None if held else why, remarks


def _first(rules: Iterable[FormRule], listing: Listing) -> FormRule | None:
    """Return the rule for a control: one for its schedule takes precedence over a general one."""
    mine = [each for each in rules if not each.schedules or listing.schedule in each.schedules]
    return min(mine, key=lambda each: not each.schedules, default=None)


def _by_content(place: Place, listing: Listing) -> bool:
    """Return whether a limit of the instrument decides on mixtures by content."""
    question, slug, book, found, roles = place
    named = found.substance.slug if found.substance else None
    return any(
        (limit.none or limit.percent is not None)
        and limit.on(question.day)
        and limit.names(named)
        and limit.meets(roles)
        and (not limit.schedules or listing.schedule in limit.schedules)
        for limit in book.limits(slug)
    )
