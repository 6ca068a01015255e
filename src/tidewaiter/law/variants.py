"""Variants: what a form of a substance is to it, and whether a listing holds such forms."""

import re
from typing import Literal, NamedTuple

from tidewaiter.substances.questions import Found, Question
from tidewaiter.substances.types import Control, Form, Regime, Scope, Variant

Holds = Literal["held", "left out", "not known"]
"""Of the scope of a listing and a form: it holds it, it does not, or the scope was not read."""

# Water and other matter change nothing of what a listing names; how much of it there is, its limits
# of content ask.
_ALWAYS: frozenset[Variant] = frozenset({"hydrate", "solution", "extract", "same"})

# Words of salts in the names of forms whose kinds are not said, as those of an authority's lists.
_SALT = re.compile(
    r"hydrochloride|hydrobromide|sul(?:f|ph)ate|phosphate|nitrate|tartrate|maleate|citrate|oxalate"
    r"|sodium|potassium|lithium|ammonium|calcium|magnesium|hydroiodide|succinate|fumarate",
    re.IGNORECASE,
)


class Extent(NamedTuple):
    """Which variants of its substance a listing holds and leaves out; of others it is not known."""

    holds: tuple[Variant, ...] = ()
    leaves_out: tuple[Variant, ...] = ()


def extent_of(regime: Regime, control: Control, slug: str) -> Extent:
    """Return the variants that a listing holds beside its substance, and those that it leaves out.

    Args:
        regime: Of the listing.
        control: The listing: what stands there itself counts first.
        slug: Of its substance.
    """
    if control.holds or control.leaves_out:
        return Extent(control.holds, control.leaves_out)
    scopes = [
        each
        for each in regime.scopes
        if (not each.substances or slug in each.substances)
        and (not each.schedules or control.schedule in each.schedules)
    ]
    narrowest = max(scopes, key=_narrowness, default=None)
    return Extent() if narrowest is None else Extent(narrowest.holds, narrowest.leaves_out)


def variants_of(question: Question, found: Found) -> tuple[Variant, ...] | None:
    """Return what the goods are to the substance: empty: it itself; None: a form of no kind.

    Args:
        question: With the form of the goods, where it is said.
        found: With the form that was named, or what its structure is.
    """
    named: tuple[Variant, ...] | None = () if found.form is None else kinds_of(found.form)
    said: tuple[Variant, ...] = ("salt",) if question.goods == "salt" else ()
    if named is None:
        return said or None
    return tuple(dict.fromkeys((*named, *found.variants, *said)))


def kinds_of(form: Form) -> tuple[Variant, ...] | None:
    """Return what a form is to its substance; None: it is not said, nor does its name say it."""
    if form.kinds:
        return form.kinds
    if "extract" in form.name.casefold():
        return ("extract",)
    return ("salt",) if _SALT.search(form.name) else None


def judge_variants(extent: Extent, variants: tuple[Variant, ...] | None) -> Holds:
    """Tell whether a listing of some extent holds goods that are such variants of its substance."""
    if variants is None:
        return "not known"
    beyond = set(variants) - _ALWAYS - set(extent.holds)
    if not beyond:
        return "held"
    return "left out" if beyond & set(extent.leaves_out) else "not known"


def _narrowness(scope: Scope) -> tuple[bool, bool]:
    return bool(scope.substances), bool(scope.schedules)
