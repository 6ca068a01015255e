"""Coverage: days for which an instrument's loaded list is complete, so "not listed" is valid."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import Phrase
from tidewaiter.law.answers import Age, Answer, Found, Listing, Question
from tidewaiter.law.limits import parse_formula
from tidewaiter.law.types import Amendment, Regime

EVALUATED = Phrase("ruling/evaluated")
"""Reason: all controls were evaluated, and none applies."""

_DAY = timedelta(days=1)


class Unlisted(NamedTuple):
    """Answer of an instrument if none of its controls applies."""

    answer: Answer
    reason: Phrase
    as_of: date  # last day, up to that of the question, for which "not listed" is valid


def unlisted(
    regime: Regime,
    found: Found,
    question: Question,
    later: Iterable[Listing] = (),
    because: Phrase | None = None,
) -> Unlisted:
    """Answer "not listed" only if the loaded list is known to be complete for the day.

    Args:
        regime: The instrument; its evaluated controls and rules do not apply.
        found: The identified substance.
        question: Its day and route.
        later: Controls on it that begin after the day.
        because: Why controls on the substance do not cover these goods; completeness of the list in
            the past is then irrelevant. None: no such reason.
    """
    day = question.day
    last = min(day, regime.checked)
    missing = missing_on(regime, found, question)
    if missing is not None:
        if missing.begins > date.min:  # else its day is not known
            last = min(last, missing.begins - _DAY)
        told = f"{missing.what} ({missing.cite})"
        why = Phrase("gap/amendment", day=last, amendment=told)
        return Unlisted("not assessable", why, last)
    age = (day - regime.checked).days
    if age > regime.tolerance_days:
        most = regime.tolerance_days
        why = Phrase("gap/age", day=regime.checked, figure=age, figure2=most)
        return Unlisted("not assessable", why, last)
    if because is not None:
        return Unlisted("not listed", because, last)
    firsts = [first for each in later if (first := each.since or each.decided) is not None]
    if firsts:
        first = min(firsts)
        if first in regime.catalogues:
            why = Phrase("gap/catalogue", day=first)
            return Unlisted("not assessable", why, last)
        return Unlisted("not listed", Phrase("ruling/later", day=first), last)
    doubt = _doubt(regime, day)
    return Unlisted("not assessable" if doubt else "not listed", doubt or EVALUATED, last)


def missing_on(regime: Regime, found: Found, question: Question) -> Amendment | None:
    """Return the first amendment in force, but not loaded, that may add the substance."""
    destination = question.route.destination
    missing = [
        each
        for each in regime.unloaded
        if each.begins <= question.day
        and (not each.destinations or destination is None or destination in each.destinations)
        and may_add(each, found)
    ]
    return min(missing, key=lambda each: each.begins, default=None)


def may_add(amendment: Amendment, found: Found) -> bool:
    """Return whether an amendment adds a substance, or may, as far as its contents were read.

    A structure with a formula other than those of all its substances cannot be any of them. The
    formula of an ion is not evidence, as the same substance may be written with another charge.
    """
    if not amendment.all_named:
        return True
    if found.substance is not None:
        return found.substance.slug in amendment.substances
    if not found.formula or set("+-") & set(found.formula):
        return bool(amendment.formulas or amendment.at_least)
    return found.formula in amendment.formulas or any(
        _has(found.formula, least) for least in amendment.at_least
    )


def ages_of(checked: Iterable[tuple[str, date | None]], day: date) -> tuple[Age, ...]:
    """Summarise how current the law behind the answers is on a day, newest first.

    Laws checked for changes up to the day are skipped.

    Args:
        checked: Each instrument with the last day until which its changes were searched for.
        day: The day.
    """
    ages: defaultdict[date, dict[str, None]] = defaultdict(dict)
    for regime, last in checked:
        if last is not None and last < day:
            ages[last][regime] = None
    return tuple(
        Age(as_of=last, days=(day - last).days, regimes=tuple(regimes))
        for last, regimes in sorted(ages.items(), reverse=True)
    )


def _doubt(regime: Regime, day: date) -> Phrase | None:
    """Return why a list is not known to be complete on a day; None: it is."""
    if regime.covers is None and regime.incomplete:
        return Phrase("gap/incomplete", missing=regime.incomplete)
    if regime.covers is None:
        return Phrase("gap/incomplete-open")
    if day < regime.covers:
        return Phrase("gap/before", day=regime.covers)
    if regime.edition is None and regime.edition_note:
        return Phrase("gap/edition", known=regime.edition_note)
    return Phrase("gap/edition-open") if regime.edition is None else None


def _has(formula: str, least: str) -> bool:
    """Return whether a formula has at least the given atoms, or cannot be read."""
    try:
        return parse_formula(formula) >= _atoms_of(least)
    except InputError:
        return True


@lru_cache(maxsize=256)
def _atoms_of(least: str) -> Counter[str]:
    return parse_formula(least)
