"""Goods: whether a listing holds a salt, a mixture or a medicine that contains the substance."""

import re
from collections.abc import Iterable

from tidewaiter.substances.questions import Found, Goods, Question
from tidewaiter.substances.reach import Place
from tidewaiter.substances.rules import FormRule
from tidewaiter.substances.rulings import Listing, Remark

# Words of salts in the names of the registry's forms, in English.
_SALT = re.compile(
    r"hydrochloride|hydrobromide|sul(?:f|ph)ate|phosphate|nitrate|tartrate|maleate|citrate|oxalate"
    r"|sodium|potassium|lithium|ammonium|calcium|magnesium|hydroiodide|succinate|fumarate",
    re.IGNORECASE,
)
_LEFT_OUT = "salts are left out"


def goods_of(question: Question, found: Found) -> Goods | None:
    """Return the form of the goods: as the question says, else as the name that was given."""
    if question.goods is not None:
        return question.goods
    if found.form is None:
        return None
    if "extract" in found.form.name.casefold():
        return "extract"
    return "salt" if _SALT.search(found.form.name) else None


def judge_goods(
    listings: Iterable[Listing], place: Place
) -> tuple[tuple[Listing, ...], str, list[Remark]]:
    """Keep the listings that hold goods of this form.

    Args:
        listings: That hold the substance on this route.
        place: The question and the regime.

    Returns:
        Those that hold; why it cannot be told, where no listing surely holds ("": it can); and
        the rules on forms that bear on it.
    """
    question, found = place[0], place[3]
    goods = goods_of(question, found)
    if goods is None or goods == "substance":
        return tuple(listings), "", []
    if goods == "salt":
        held, why = _salts(listings)
        return held, why, []
    return _prepared(tuple(listings), goods, place)


def _salts(listings: Iterable[Listing]) -> tuple[tuple[Listing, ...], str]:
    """Keep the listings whose scope names salts."""
    held, why = [], ""
    for listing in listings:
        if _LEFT_OUT in listing.scope:
            continue
        if "salt" in listing.scope.casefold() or listing.clauses:
            held.append(listing)
        else:
            why = f"{listing.schedule}: whether it holds salts is not stored"
    return tuple(held), "" if held else why


def _prepared(
    listings: tuple[Listing, ...], goods: Goods, place: Place
) -> tuple[tuple[Listing, ...], str, list[Remark]]:
    """Judge goods that hold more than the substance by the rules on forms and on content."""
    question, slug, book, found, _ = place
    named = found.substance.slug if found.substance else None
    rules = [
        each for each in book.forms(slug)
        if each.on(question.day) and each.names(named) and goods in each.goods
    ]  # fmt: skip
    held: list[Listing] = []
    remarks: list[Remark] = []
    why = ""
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
                why = f"{listing.schedule}: its rule on goods of the form {goods} is not loaded"
        elif rule.effect == "held":
            held.append(listing)
        elif rule.effect == "judge" or rule.mark == "unverified":
            why = f"{listing.schedule}: {rule.text}"
    return tuple(held), "" if held else why, remarks


def _first(rules: Iterable[FormRule], listing: Listing) -> FormRule | None:
    """Return the rule on a listing: one that names its schedule before one on all."""
    mine = [each for each in rules if not each.schedules or listing.schedule in each.schedules]
    return min(mine, key=lambda each: not each.schedules, default=None)


def _by_content(place: Place, listing: Listing) -> bool:
    """Tell whether a limit of the regime judges mixtures by their content."""
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
