"""How the listings and classes of a regime stand on a day."""

from collections.abc import Iterable, Iterator

from tidewaiter.base.records import Record
from tidewaiter.substances.law import state_on
from tidewaiter.substances.lawbook import LawBook
from tidewaiter.substances.questions import ClassHold, Found, Question
from tidewaiter.substances.rulings import Listing
from tidewaiter.substances.types import Control, Regime
from tidewaiter.substances.variants import Extent, extent_of


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
            yield f"{each.schedule}: the listing is {_WORDS[each.mark]}"
        if each.since is None and each.decided is None:
            yield f"{each.schedule}: its first day is not known; taken as in force"
        elif each.dates != "read":
            yield f"{each.schedule}: its days are {_WORDS[each.dates]}"


_WORDS = {"second-hand": "known at second hand", "unverified": "not verified"}


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
