"""Chains: the events of both sides put in order, whatever order they arrived in.

Each side numbers its events, and says which event of the other side it had seen. An event counts
once all before it in its chain are there, and the one that it had seen; until then it waits.
So two nodes that hold the same events read the same, and neither needs the other's clock.
"""

from collections.abc import Iterable

from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.events import OTHER, Event, Side

MOST_EVENTS = 1_000
"""What one side says of one notice at most; a day's shipment each for a year is 365."""


class Said(Record, frozen=True, kw_only=True):
    """Something that is to be said of one event."""

    event: str  # id
    text: str


class Chains(Record, frozen=True, kw_only=True):
    """The events of a notice, as far as they are whole."""

    exporter: tuple[Event, ...] = ()  # 1, 2, 3 ... without a gap
    importer: tuple[Event, ...] = ()
    waiting: tuple[str, ...] = ()  # ids of events that come after a gap
    wrong: tuple[Said, ...] = ()  # events that no place in a chain is left for

    def of(self, side: Side) -> tuple[Event, ...]:
        """Return the events of a side."""
        return self.exporter if side == "exporter" else self.importer


def chains_of(events: Iterable[Event]) -> Chains:
    """Put the events of one notice in order; an event that is there twice counts once.

    Ids are those of each side: no side can touch an event of the other by taking its id.

    Two different events with one id, or with one number of one side, show that someone says two
    things: neither counts, nor what follows them.
    """
    once, wrong = _distinct(events)
    wanted: dict[Side, dict[int, Event]] = {"exporter": {}, "importer": {}}
    doubled: set[tuple[Side, int]] = {(event.by, event.seq) for event, _ in wrong}
    for event in once:
        if event.seq < 1 or event.seen < 0:
            wrong.append((event, "its number is below 1, or the one that it had seen below 0"))
            continue
        if event.seq > MOST_EVENTS:
            wrong.append((event, f"a side says no more than {MOST_EVENTS} things of a notice"))
            continue
        place = (event.by, event.seq)
        held = wanted[event.by].get(event.seq)
        if held is not None or place in doubled:
            wrong.append((event, f"the {event.by}'s side has two events {event.seq}"))
            doubled.add(place)
        else:
            wanted[event.by][event.seq] = event
    for side, seq in doubled:
        twin = wanted[side].pop(seq, None)
        if twin is not None:
            wrong.append((twin, f"the {side}'s side has two events {seq}"))
    taken = _whole(wanted)
    done = [*taken["exporter"], *taken["importer"], *(event for event, _ in wrong)]
    told = {_own(event) for event in done}
    said = sorted({(event.id, text) for event, text in wrong})
    return Chains(
        exporter=tuple(taken["exporter"]),
        importer=tuple(taken["importer"]),
        waiting=tuple(sorted(event.id for event in once if _own(event) not in told)),
        wrong=tuple(Said(event=each, text=text) for each, text in said),
    )


def _own(event: Event) -> tuple[Side, str]:
    return event.by, event.id


def _distinct(events: Iterable[Event]) -> tuple[list[Event], list[tuple[Event, str]]]:
    """Keep each event once, and set apart those that share an id and differ."""
    by_id: dict[tuple[Side, str], list[Event]] = {}
    for event in events:
        same = by_id.setdefault(_own(event), [])
        if event not in same:
            same.append(event)
    once = [same[0] for same in by_id.values() if len(same) == 1]
    twins = [event for same in by_id.values() if len(same) > 1 for event in same]
    return once, [(event, "two different events have this id") for event in twins]


def _whole(wanted: dict[Side, dict[int, Event]]) -> dict[Side, list[Event]]:
    """Take from both chains what is there without a gap, and has seen what is taken."""
    taken: dict[Side, list[Event]] = {"exporter": [], "importer": []}
    grown = True
    while grown:
        grown = False
        for side, other in OTHER.items():
            chain = taken[side]
            following = wanted[side].get(len(chain) + 1)
            if following is not None and 0 <= following.seen <= len(taken[other]):
                chain.append(following)
                grown = True
    return taken
