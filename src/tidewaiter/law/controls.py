"""Controls in force on a day, and whether a control or class covers a form of a substance."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal, NamedTuple

from tidewaiter.base.records import Record
from tidewaiter.law.answers import ClassHold, Found, Listing, Question
from tidewaiter.law.rules import LawBook
from tidewaiter.law.types import Control, Form, Regime, Scope, Substance, Variant

State = Literal["held", "proposed", "later", "ended"]
"""Of a listing on a day: in force, published and not yet in force, not yet known, or over."""


def state_on(control: Control, day: date) -> State:
    """Tell how a control stands on a day; its last day is the one before `until`.

    A control whose first day is not known counts as in force from the day of its decision, or
    from ever: a date that nobody could read must not hide a listing.
    """
    if control.until is not None and control.until <= day:
        return "ended"
    if control.since is not None and control.since <= day:
        return "held"
    decided = control.decided is not None and control.decided <= day
    if control.since is None:
        return "held" if control.decided is None or decided else "later"
    return "proposed" if decided else "later"


def controls_on(substance: Substance, day: date) -> tuple[Control, ...]:
    """List the controls in force on a day.

    A control whose first day is not known counts as in force: a date that nobody could
    read must not hide a listing. Its mark says that the date is missing.
    """
    return tuple(control for control in substance.controls if state_on(control, day) == "held")


def controls_after(substance: Substance, day: date) -> tuple[Control, ...]:
    """List the controls that are decided or published and not yet in force on a day."""
    return tuple(c for c in substance.controls if state_on(c, day) in {"proposed", "later"})


def short_listing(regime: Regime, schedule: str) -> str:
    """Say in few words where something is listed, like "UN Table I" or "EU cat. 1".

    Args:
        regime: Its `short` may hold "{schedule}", and "{last}" for the last word of it.
        schedule: As the instrument prints it.
    """
    if not regime.short:
        return f"{regime.name}, {schedule}"
    last = schedule.rsplit(" ", 1)[-1]
    return regime.short.replace("{schedule}", schedule).replace("{last}", last)


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


class Standing(Record, frozen=True, kw_only=True):
    """The listings of one regime by how they stand on the day."""

    held: tuple[Listing, ...] = ()
    proposed: tuple[Listing, ...] = ()
    later: tuple[Listing, ...] = ()
    ended: tuple[Listing, ...] = ()


def stand(question: Question, regime: Regime, book: LawBook, found: Found) -> Standing:
    """Sort what a regime holds of a substance by the day.

    A class that leaves the substance out does not hold it. Where a list of the regime names
    it, the classes that hold it too come after the name and decide nothing.
    """
    day, slug = question.day, regime.slug
    states: dict[str, list[Listing]] = {"held": [], "proposed": [], "later": [], "ended": []}
    controls = found.substance.controls if found.substance else ()
    for control in controls:
        if control.regime == slug:
            extent = extent_of(regime, control, found.substance.slug if found.substance else "")
            states[state_on(control, day)].append(_of_control(control, extent))
    for each in found.classes:
        if each.regime == slug and not each.excluded_by:
            states[state_on(_as_control(each), day)].append(_of_class(each))
    named = found.substance.slug if found.substance else None
    for proposal in book.proposals:
        if proposal.regime == slug and named and proposal.names(named) and proposal.on(day):
            states["proposed"].append(
                Listing(
                    schedule=proposal.schedule,
                    decided=proposal.since,
                    since=None,
                    until=None,
                    source=proposal.source,
                    mark=proposal.mark,
                    dates=proposal.mark,
                )
            )
    return Standing(**{state: tuple(listed) for state, listed in states.items()})


def doubts_of(listings: Iterable[Listing]) -> Iterator[str]:
    """Yield what is not verified of the listings that an answer rests on."""
    for each in listings:
        if each.mark != "read":
            yield f"{each.schedule}: the control is {_WORDS[each.mark]}"
        if each.since is None and each.decided is None:
            yield f"{each.schedule}: date of entry into force unknown; treated as in force"
        elif each.dates != "read":
            yield f"{each.schedule}: its dates are {_WORDS[each.dates]}"


_WORDS = {"second-hand": "second-hand", "unverified": "not verified"}


def _of_control(control: Control, extent: Extent) -> Listing:
    return Listing(
        schedule=control.schedule,
        decided=control.decided,
        since=control.since,
        until=control.until,
        scope=control.scope,
        holds=extent.holds,
        leaves_out=extent.leaves_out,
        source=control.source,
        mark=control.mark,
        dates=control.dates,
    )


def _of_class(held: ClassHold) -> Listing:
    return Listing(
        schedule=f"class {held.rule}",
        clauses=held.clauses,
        decided=held.decided,
        since=held.since,
        until=held.until,
        scope="; ".join(held.unverified),
        source=held.source,
        mark="unverified" if held.unverified else "read",
        dates=held.dates,
    )


def _as_control(held: ClassHold) -> Control:
    return Control(
        regime=held.regime,
        schedule=held.rule,
        decided=held.decided,
        since=held.since,
        until=held.until,
        source=held.source,
    )
