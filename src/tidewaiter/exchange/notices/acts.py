"""Acts: what a side may do to a notice now, told by the same judge that takes its events."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Literal

from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.notices.events import (
    OTHER,
    OUTCOMES,
    Acknowledged,
    Amended,
    Answered,
    Event,
    LineAmount,
    MoreTime,
    NoObjection,
    NotForUs,
    Objected,
    Queried,
    Returned,
    Side,
    Viewed,
    What,
    Withdrawn,
)
from tidewaiter.exchange.notices.states import State, add
from tidewaiter.exchange.notices.types import Amount, Notice

Act = Literal[
    "view",
    "acknowledge",
    "agree",
    "object",
    "ask",
    "more-time",
    "not-for-us",
    "answer",
    "amend",
    "withdraw",
    "return",
]
"""What people can do; `return` tells what became of the goods."""

_AT = datetime(1, 1, 1, tzinfo=UTC)  # nothing is judged by it

_TRIED: Mapping[Act, Callable[[State, Notice], What]] = {
    "view": lambda _s, _n: Viewed(),
    "acknowledge": lambda _s, _n: Acknowledged(),
    "agree": lambda _s, _n: NoObjection(decided_by=""),
    "object": lambda _s, _n: Objected(code="other", decided_by=""),
    "ask": lambda _s, _n: Queried(text=""),
    "more-time": lambda _s, _n: MoreTime(until=date.max),
    "not-for-us": lambda _s, _n: NotForUs(),
    "answer": lambda s, _n: Answered(query=s.open_query, text=""),
    "amend": lambda s, n: Amended(notice=structs.replace(n, version=s.version + 1)),
    "withdraw": lambda _s, _n: Withdrawn(),
}


def acts_of(side: Side, events: Sequence[Event], state: State) -> tuple[Act, ...]:
    """Tell what a side may do to a notice as it stands; what was done once is not offered again.

    Args:
        side: Whose acts.
        events: Of both sides.
        state: That they fold to.
    """
    if state.notice is None:
        return ()
    notice, may = state.notice, _judge(side, events, state)
    found = [act for act, make in _TRIED.items() if may(make(state, notice))]
    done: set[Act] = set()
    if state.viewed_at or state.acknowledged_at or state.decision:
        done.add("view")
    if state.acknowledged_at or state.decision:
        done.add("acknowledge")
    told: tuple[Act, ...] = ("return",) if outcomes_of(side, events, state) else ()
    return (*(act for act in found if act not in done), *told)


def outcomes_of(side: Side, events: Sequence[Event], state: State) -> tuple[str, ...]:
    """Tell which outcomes of the goods a side may tell of now.

    Args:
        side: Whose acts.
        events: Of both sides.
        state: That they fold to.
    """
    if state.notice is None:
        return ()
    may, lines = _judge(side, events, state), state.notice.lines[:1]
    some = tuple(LineAmount(line=line.number, amount=_some(line.net)) for line in lines)
    found = []
    for outcome in sorted(OUTCOMES[side]):
        told = () if outcome == "not shipped" else some
        if may(Returned(outcome=outcome, on=date.min, lines=told)):  # type: ignore[arg-type]
            found.append(outcome)
    return tuple(found)


def _judge(side: Side, events: Sequence[Event], state: State) -> Callable[[What], bool]:
    def may(what: What) -> bool:
        event = Event(
            id="-",
            notice=events[0].notice,
            by=side,
            seq=1 + _last(events, side),
            seen=_last(events, OTHER[side]),
            version=state.version + isinstance(what, Amended),
            at=_AT,
            what=what,
        )
        try:
            add(events, event, state.day)
        except InputError:
            return False
        return True

    return may


def _last(events: Sequence[Event], side: Side) -> int:
    return max((each.seq for each in events if each.by == side), default=0)


def _some(net: Amount) -> Amount:
    """Return an amount of the measure of a line."""
    if net.pieces is not None:
        return Amount(pieces=1)
    return Amount(volume_ul=1) if net.mass_mg is None else Amount(mass_mg=1)
