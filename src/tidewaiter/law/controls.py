"""Controls in force on a day, and whether a control or class covers a form of a substance."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal, NamedTuple

from tidewaiter.base.records import Record
from tidewaiter.law.answers import ClassHold, Found, Listing, Question
from tidewaiter.law.rules import LawBook
from tidewaiter.law.types import Control, Form, Regime, Scope, Substance, Title, Variant

State = Literal["held", "proposed", "later", "ended"]
"""Status of a control on a day: in force, published but not yet in force, unknown, or expired."""


def state_on(control: Control, day: date) -> State:
    """Return the status of a control on a day; its last day is the day before `until`.

    A control without a known first day counts as in force from the day of its decision, or always:
    a date that could not be read must not hide a control.
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
    """Return the controls in force on a day.

    A control without a known first day counts as in force: a date that could not be read must not
    hide a control. Its mark records the missing date.
    """
    return tuple(control for control in substance.controls if state_on(control, day) == "held")


def controls_after(substance: Substance, day: date) -> tuple[Control, ...]:
    """Return the controls decided or published, but not yet in force on a day."""
    return tuple(c for c in substance.controls if state_on(c, day) in {"proposed", "later"})


def short_listing(regime: Regime | Title, schedule: str) -> str:
    """Return a short reference to a control, like "UN Table I" or "EU cat. 1".

    Args:
        regime: Or its title in another language; its `short` may contain "{schedule}", and
            "{last}" for the schedule's last word.
        schedule: As the instrument prints it.
    """
    if not regime.short:
        return f"{regime.name}, {schedule}"
    last = schedule.rsplit(" ", 1)[-1]
    return regime.short.replace("{schedule}", schedule).replace("{last}", last)


Holds = Literal["held", "left out", "not known"]
"""Whether a control covers a form: covered, not covered, or its scope was not read."""

# Water and other matter do not change what a control names; their amount is a matter of content
# limits.
_ALWAYS: frozenset[Variant] = frozenset({"hydrate", "solution", "extract", "same"})

# Salt words in names of forms without a stated kind, as in an authority's own lists.
_SALT = re.compile(
    r"hydrochloride|hydrobromide|sul(?:f|ph)ate|phosphate|nitrate|tartrate|maleate|citrate|oxalate"
    r"|sodium|potassium|lithium|ammonium|calcium|magnesium|hydroiodide|succinate|fumarate",
    re.IGNORECASE,
)


class Extent(NamedTuple):
    """The variants of its substance that a control covers or excludes; others are not known."""

    holds: tuple[Variant, ...] = ()
    leaves_out: tuple[Variant, ...] = ()


def extent_of(regime: Regime, control: Control, slug: str) -> Extent:
    """Return the variants that a control covers besides its substance, and those it excludes.

    Args:
        regime: Instrument of the control.
        control: The control; its own statements take precedence.
        slug: Slug of its substance.
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
    """Return the goods as variants of the substance; empty: the substance; None: kind not known.

    Args:
        question: The question, with the form of the goods, if given.
        found: The named form, or the identity of the structure.
    """
    named: tuple[Variant, ...] | None = () if found.form is None else kinds_of(found.form)
    said: tuple[Variant, ...] = ("salt",) if question.goods == "salt" else ()
    if named is None:
        return said or None
    return tuple(dict.fromkeys((*named, *found.variants, *said)))


def kinds_of(form: Form) -> tuple[Variant, ...] | None:
    """Return a form as variants of its substance; None: neither stated nor clear from its name."""
    if form.kinds:
        return form.kinds
    if "extract" in form.name.casefold():
        return ("extract",)
    return ("salt",) if _SALT.search(form.name) else None


def judge_variants(extent: Extent, variants: tuple[Variant, ...] | None) -> Holds:
    """Return whether a control with a given scope covers goods that are such variants."""
    if variants is None:
        return "not known"
    beyond = set(variants) - _ALWAYS - set(extent.holds)
    if not beyond:
        return "held"
    return "left out" if beyond & set(extent.leaves_out) else "not known"


def _narrowness(scope: Scope) -> tuple[bool, bool]:
    return bool(scope.substances), bool(scope.schedules)


class Standing(Record, frozen=True, kw_only=True):
    """The controls of one instrument, by status on the day."""

    held: tuple[Listing, ...] = ()
    proposed: tuple[Listing, ...] = ()
    later: tuple[Listing, ...] = ()
    ended: tuple[Listing, ...] = ()


def sort_controls(question: Question, regime: Regime, book: LawBook, found: Found) -> Standing:
    """Sort the controls of an instrument on a substance by status on the day.

    A class that excludes the substance does not count. If the instrument names the substance,
    matching classes are appended after the name and do not affect the answer.
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
    """Yield what is not verified in the controls behind an answer."""
    for each in listings:
        if each.mark != "read":
            yield f"{each.schedule}: the control is {_WORDS[each.mark]}"
        if each.since is None and each.decided is None:
            yield f"{each.schedule}: date of entry into force unknown; treated as in force"
        elif each.dates != "read":
            yield f"{each.schedule}: its dates are {_WORDS[each.dates]}"


_WORDS = {"second-hand": "from a secondary source", "unverified": "not verified"}


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


def class_schedule(held: ClassHold) -> str:
    """Return what stands for a schedule in the listing of a class."""
    return f"class {held.rule}"


def _of_class(held: ClassHold) -> Listing:
    return Listing(
        schedule=class_schedule(held),
        clauses=held.clauses,
        decided=held.decided,
        since=held.since,
        until=held.until,
        scope="; ".join(held.unverified),
        source=held.source,
        mark=held.mark,
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
