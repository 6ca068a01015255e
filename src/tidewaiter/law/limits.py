"""Limits: whether an amount or content reaches what a regime controls; masses of formulas."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import date
from decimal import Decimal
from functools import lru_cache

from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import Phrase
from tidewaiter.law.answers import (
    NO_SUM,
    Answer,
    Check,
    Dealing,
    Found,
    Outcome,
    Question,
    Role,
)
from tidewaiter.law.rules import Limit

# Standard atomic weights, abridged to five digits (IUPAC Technical Report 2021,
# Pure Appl. Chem. 2022, 94, 573), of the elements that the registry's formulas hold.
WEIGHTS = {
    "H": "1.0080",
    "Li": "6.94",
    "B": "10.81",
    "C": "12.011",
    "N": "14.007",
    "O": "15.999",
    "F": "18.998",
    "Na": "22.990",
    "Mg": "24.305",
    "Al": "26.982",
    "Si": "28.085",
    "P": "30.974",
    "S": "32.06",
    "Cl": "35.45",
    "K": "39.098",
    "Ca": "40.078",
    "Cr": "51.996",
    "Mn": "54.938",
    "Fe": "55.845",
    "Co": "58.933",
    "Ni": "58.693",
    "Cu": "63.546",
    "Zn": "65.38",
    "Se": "78.971",
    "Br": "79.904",
    "Pd": "106.42",
    "Ag": "107.87",
    "I": "126.90",
    "Pt": "195.08",
    "Hg": "200.59",
}
_PART = re.compile(r"([A-Z][a-z]?)(\d*)")
_MOBILE = frozenset({"H", "O"})  # a salt may have fewer of these than its base


def parse_formula(text: str) -> Counter[str]:
    """Count the atoms of a formula in Hill order: "C10H16ClNO"; charges are left out.

    Raises:
        InputError: It is no formula, or holds an element whose weight is not stored.
    """
    bare = re.sub(r"[+-]\d*$", "", text)
    atoms: Counter[str] = Counter()
    place = 0
    for found in _PART.finditer(bare):
        if found.start() != place or found[1] not in WEIGHTS:
            break
        atoms[found[1]] += int(found[2] or 1)
        place = found.end()
    if not atoms or place != len(bare):
        raise InputError("law/not-a-formula", text=text)
    return atoms


def mass_of(atoms: Counter[str]) -> Decimal:
    """Return the molar mass of a count of atoms, in grams a mole."""
    return sum((Decimal(WEIGHTS[name]) * count for name, count in atoms.items()), Decimal(0))


def base_share(form: str, base: str) -> Decimal:
    """Return how much of the mass of a salt, hydrate or ester is its base or acid.

    The units of the base in one formula of the salt are counted by the elements that salts
    neither gain nor lose: a sulfate of the formula (B)2H2SO4 holds two.

    Args:
        form: The formula of the salt.
        base: The formula of the base or acid.

    Returns:
        A number above 0; above 1 where the law counts an acid and the form has lost part of it.

    Raises:
        InputError: A formula cannot be weighed, or the form does not hold the base.
    """
    whole, part = parse_formula(form), parse_formula(base)
    kept = [name for name in part if name not in _MOBILE]
    units = min((whole[name] // part[name] for name in kept), default=0)
    if units == 0:
        raise InputError("law/form-does-not-hold-base", form=form, base=base)
    return units * mass_of(part) / mass_of(whole)


ANY = Phrase("limit/any-content")
"""A limit that leaves nothing free."""

_KILO = 1_000_000  # milligrams in a kilogram, microlitres in a litre
_PURE = Decimal(100)


_DECISIVE: dict[Outcome, Answer] = {"free": "free by amount", "open": "not assessable"}


class _OpenError(Exception):
    """A sum that cannot be reckoned, and why."""

    def __init__(self, why: Phrase) -> None:
        """Take why."""
        super().__init__(why.code)
        self.why = why


def limits_on(
    limits: Iterable[Limit],
    day: date,
    slug: str | None,
    roles: tuple[Role, ...],
    schedules: AbstractSet[str],
) -> tuple[Limit, ...]:
    """Choose the limits of a regime that are about a substance.

    Args:
        limits: Of the regime.
        day: On which they are in force.
        slug: Of the substance; None: a structure that no list names.
        roles: What the route is to the jurisdiction; empty: not said.
        schedules: That hold the substance.
    """
    return tuple(
        limit
        for limit in limits
        if limit.on(day)
        and limit.names(slug)
        and limit.meets(roles)
        and (not limit.schedules or schedules & set(limit.schedules))
    )


def judge_amounts(
    limits: Iterable[Limit], question: Question, found: Found
) -> tuple[Answer, Check | None, tuple[Check, ...]]:
    """Compare goods that a regime holds with its limits.

    Args:
        limits: Those about the substance, from `limits_on`.
        question: With amounts of the goods as they are.
        found: The substance and the form that was named.

    Returns:
        The answer, the check that decides it where it is not "controlled", and all checks: any
        freedom frees, else any doubt is one.
    """
    checks = tuple(check_limit(limit, question, found) for limit in limits)
    for outcome, answer in _DECISIVE.items():
        for check in checks:
            if check.outcome == outcome:
                return answer, check, checks
    return "controlled", None, checks


def check_limit(limit: Limit, question: Question, found: Found) -> Check:
    """Compare goods with one limit.

    Args:
        limit: In force on the day, of a listing that holds.
        question: With amounts of the goods as they are; `history` is added up where the limit
            has a period.
        found: The substance and the form that was named.

    Returns:
        The outcome; "open" says why it cannot be told.
    """
    outcome, reckoned = _outcome(limit, question, found)
    if outcome == "free" and limit.mark == "unverified":
        outcome = "open"
        reckoned = [*reckoned, Phrase("reckoned/remembered")]
    if outcome == "free" and limit.condition:
        outcome = "open"
        reckoned = [*reckoned, Phrase("reckoned/condition", condition=limit.condition)]
    return Check(
        outcome=outcome,
        limit=phrase_of(limit),
        reckoned=Phrase("check/all", checks=reckoned) if reckoned else NO_SUM,
        clause=limit.clause,
        source=limit.source,
        mark=limit.mark,
    )


@lru_cache(maxsize=1024)
def phrase_of(limit: Limit) -> Phrase:
    """Say a limit: "from 100 l a consignment, at 90 % or more"."""
    if limit.none:
        return ANY
    amounts, strength = _amounts_of(limit), None
    if limit.percent is not None:
        code = "strength/least" if limit.percent_inclusive else "strength/most"
        strength = Phrase(code, figure=limit.percent.normalize())
    if amounts and strength:
        return Phrase("limit/both", amounts=amounts, strength=strength)
    return amounts or strength or Phrase("limit/any")


def limited(limit: Phrase, clause: str, mark: str) -> Phrase:
    """Say a limit with the clause that it stands in, and how that is known."""
    if mark == "read":
        return Phrase("limited/clause", rule=limit, clause=clause)
    return Phrase("limited/marked", rule=limit, clause=clause, mark=mark)


def _amounts_of(limit: Limit) -> Phrase | None:
    word = "from" if limit.inclusive else "above"
    base = "-base" if limit.counts == "base" else ""
    told = [
        Phrase(f"bound/{word}-{unit}{base}", figure=_kilos(amount))
        for amount, unit in ((limit.mass_mg, "kg"), (limit.volume_ul, "l"))
        if amount is not None
    ]
    if not told:
        return None
    bounds = told[0]
    if len(told) > 1:
        bounds = Phrase("bounds/either", bound=told[0], bound2=told[1])
    code = "amounts/party" if limit.party == "party" else "amounts/period"
    return Phrase(code, bounds=bounds, period=limit.period)


def counted(limit: Limit, dealing: Dealing, found: Found, *, by_mass: bool) -> Decimal | None:
    """Return what counts of one dealing for a limit; None: it cannot be told.

    Args:
        limit: With an amount.
        dealing: The goods, as they are.
        found: The substance.
        by_mass: In milligrams, else in microlitres.
    """
    try:
        return _counted(limit, dealing, found, by_mass=by_mass)
    except _OpenError:
        return None


def is_content_below(limit: Limit, percent: Decimal | None) -> bool:
    """Tell whether goods of a known content are below the content that a limit holds."""
    if limit.percent is None or percent is None:
        return False
    return not _reaches(percent, limit.percent, inclusive=limit.percent_inclusive)


def reaches(limit: Limit, amount: Decimal, *, by_mass: bool) -> bool:
    """Tell whether a sum of milligrams or microlitres reaches a limit."""
    least = limit.mass_mg if by_mass else limit.volume_ul
    return least is not None and _reaches(amount, Decimal(least), inclusive=limit.inclusive)


def kilos(amount: int | Decimal) -> str:
    """Write milligrams as kilograms, or microlitres as litres."""
    return f"{_kilos(amount):,f}"


def quantity(amount: int | Decimal, unit: str, form: str = "") -> Phrase:
    """Say milligrams as kilograms, or microlitres as litres.

    Args:
        amount: In milligrams or microlitres.
        unit: "kg" or "l".
        form: Of the code, before the unit: "most-".
    """
    return Phrase(f"quantity/{form}{unit}", figure=_kilos(amount))


def _kilos(amount: int | Decimal) -> Decimal:
    return (Decimal(amount) / _KILO).quantize(Decimal("0.000001")).normalize() + 0


_Told = tuple[Outcome, Phrase | None]


def _outcome(limit: Limit, question: Question, found: Found) -> tuple[Outcome, list[Phrase]]:
    """Judge content first, as it may free goods whose amount is not known."""
    if not question.measured:
        return "not asked", []
    if limit.none:
        return "held", [Phrase("reckoned/no-least")]
    results = [_by_content(limit, question), _by_amount(limit, question, found)]
    told = [said for _, said in results if said is not None]
    for outcome in _WORST:
        if outcome in {each for each, _ in results}:
            return outcome, told
    return "held", told


_WORST: tuple[Outcome, ...] = ("free", "open")  # any freedom frees, else any doubt is one


def _by_content(limit: Limit, question: Question) -> _Told:
    if limit.percent is None:
        return "held", None
    if question.percent is None:
        return "open", Phrase("reckoned/content-open")
    reached = _reaches(question.percent, limit.percent, inclusive=limit.percent_inclusive)
    told = content(question.percent, at_least=question.percent_at_least)
    below: Outcome = "open" if question.percent_at_least else "free"
    return ("held" if reached else below), Phrase("reckoned/content", content=told)


def content(percent: Decimal, *, at_least: bool) -> Phrase:
    """Say a content: "95 %", "95 % or more"."""
    code = "content/least" if at_least else "content/percent"
    return Phrase(code, figure=percent.normalize())


def _by_amount(limit: Limit, question: Question, found: Found) -> _Told:
    if limit.mass_mg is None and limit.volume_ul is None:
        return "held", None
    if question.mass_mg is None and question.volume_ul is None:
        return "held", Phrase("reckoned/no-amount")
    try:
        reached, said = _amount(limit, question, found)
    except _OpenError as error:
        return "open", error.why
    return ("held" if reached else "free"), said


def _amount(limit: Limit, question: Question, found: Found) -> tuple[bool, Phrase]:
    """Add up what counts, and compare it with the mass or the volume of the limit."""
    goods = Dealing(
        day=question.day,
        substance=found.substance.slug if found.substance else "",
        mass_mg=question.mass_mg,
        volume_ul=question.volume_ul,
        percent=None if question.percent_at_least else question.percent,
        form=found.form.cas if found.form else None,
        party=question.party,
    )
    by_mass = limit.mass_mg is not None and (
        question.mass_mg is not None or limit.volume_ul is None
    )
    total = _counted(limit, goods, found, by_mass=by_mass)
    least = limit.mass_mg if by_mass else limit.volume_ul
    gross = by_mass and question.mass_at_most
    if least is None:
        raise _OpenError(Phrase("reckoned/limit-open"))
    reached, earlier = _reaches(total, Decimal(least), inclusive=limit.inclusive), 0
    if not reached and limit.period != "consignment":
        for each in tuple(_earlier(limit, question, goods)):
            total += _counted(limit, each, found, by_mass=by_mass)
            earlier += 1
        reached = _reaches(total, Decimal(least), inclusive=limit.inclusive)
    sum_ = quantity(total, "kg" if by_mass else "l")
    if not earlier:
        return reached, Phrase(f"reckoned/counts{_MOST[gross]}", quantity=sum_)
    code = f"reckoned/added{_MOST[gross]}"
    return reached, Phrase(code, quantity=sum_, figure=earlier, period=limit.period)


_MOST = ("", "-most")  # of a code: the mass is gross, so what counts may be less


def _earlier(limit: Limit, question: Question, goods: Dealing) -> Iterator[Dealing]:
    """Yield the dealings that add up with these goods, up to the day of the question."""
    if question.history is None:
        raise _OpenError(Phrase("reckoned/no-history", period=limit.period))
    if limit.party == "party" and not goods.party:
        raise _OpenError(Phrase("reckoned/no-party"))
    for each in question.history:
        same = (each.day.year, each.day.month) == (goods.day.year, goods.day.month)
        if limit.period == "calendar year":
            same = each.day.year == goods.day.year
        if not same or each.day > goods.day or each.substance != goods.substance:
            continue
        if limit.party == "party" and each.party != goods.party:
            if not each.party:
                raise _OpenError(Phrase("reckoned/party-open", day=each.day))
            continue
        yield each


def _counted(limit: Limit, dealing: Dealing, found: Found, *, by_mass: bool) -> Decimal:
    """Return what counts of one dealing, in milligrams or microlitres."""
    amount = dealing.mass_mg if by_mass else dealing.volume_ul
    if amount is None:
        code = "reckoned/no-mass" if by_mass else "reckoned/no-volume"
        raise _OpenError(Phrase(code, day=dealing.day))
    counted = Decimal(amount)
    if limit.counts == "goods":
        return counted
    share = _PURE if dealing.percent is None else dealing.percent
    counted = counted * share / _PURE
    return counted * _base(dealing, found) if limit.counts == "base" else counted


def _base(dealing: Dealing, found: Found) -> Decimal:
    """Return how much of the form dealt in is the base."""
    substance = found.substance
    if dealing.form is None or substance is None:
        return Decimal(1)
    form = next((each for each in substance.forms if each.cas == dealing.form), None)
    name = form.name if form else dealing.form
    if form is None or form.formula is None or substance.formula is None:
        raise _OpenError(Phrase("reckoned/base-open", name=name))
    try:
        return base_share(form.formula, substance.formula)
    except InputError as error:
        raise _OpenError(Phrase("reckoned/base-wrong", why=error.message)) from error


def _reaches(amount: Decimal, least: Decimal, *, inclusive: bool) -> bool:
    return amount >= least if inclusive else amount > least
