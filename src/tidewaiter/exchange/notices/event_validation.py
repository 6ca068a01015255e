"""Event validation: order of both sides' events, and which events are allowed when.

Each side numbers its events, and names the last event of the other side that it had seen. An event
counts once all its predecessors in its chain and the event seen are present; until then it waits.
So two nodes with the same events get the same result, independent of clocks.

An event is judged by what its own side had done and seen, never by events that crossed it: so both
sides reach the same result, whatever arrived first.
"""

from collections.abc import Iterable, Mapping, Sequence

from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.amounts import in_words, measured
from tidewaiter.exchange.notices.types import (
    EXPORTER_ONLY,
    IMPORTER_ONLY,
    OTHER,
    OUTCOMES,
    Amended,
    Answered,
    Event,
    LineAmount,
    MoreTime,
    NoObjection,
    NotForUs,
    Notice,
    Objected,
    Queried,
    Recalled,
    Returned,
    Sent,
    Side,
    Withdrawn,
    word_of,
)

MOST_EVENTS = 1_000
"""Maximum events of one side of a notice; daily shipments for a year are 365."""


class Said(Record, frozen=True, kw_only=True):
    """A remark on one event."""

    event: str  # id
    text: str


class Chains(Record, frozen=True, kw_only=True):
    """The events of a notice, as far as complete."""

    exporter: tuple[Event, ...] = ()  # 1, 2, 3 ... without gaps
    importer: tuple[Event, ...] = ()
    waiting: tuple[str, ...] = ()  # ids of events after a gap
    wrong: tuple[Said, ...] = ()  # events without a valid place in a chain

    def of(self, side: Side) -> tuple[Event, ...]:
        """Return the events of a side."""
        return self.exporter if side == "exporter" else self.importer


def chains_of(events: Iterable[Event]) -> Chains:
    """Order the events of one notice; duplicates count once.

    Ids are per side: no side can affect an event of the other by reusing its id.

    Two different events with one id, or one number of a side, contradict each other: neither
    counts, nor do their successors.
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
    """Remove duplicates, and separate events that share an id and differ."""
    by_id: dict[tuple[Side, str], list[Event]] = {}
    for event in events:
        same = by_id.setdefault(_own(event), [])
        if event not in same:
            same.append(event)
    once = [same[0] for same in by_id.values() if len(same) == 1]
    twins = [event for same in by_id.values() if len(same) > 1 for event in same]
    return once, [(event, "two different events have this id") for event in twins]


def _whole(wanted: dict[Side, dict[int, Event]]) -> dict[Side, list[Event]]:
    """Take events from both chains that follow without a gap and have seen only events taken."""
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


DECISIONS = (NoObjection, Objected, NotForUs)
"""Event kinds that end an authority's work on a version, until it states otherwise."""


class Judged(Record, frozen=True, kw_only=True):
    """The valid events of each side, in order."""

    exporter: tuple[Event, ...] = ()
    importer: tuple[Event, ...] = ()
    wrong: tuple[Said, ...] = ()


def judge(chains: Chains) -> Judged:
    """Exclude events that their side may not make, or not at that time.

    The exporter's chain is processed first; importer events that one of them refers to are judged
    by what they had seen in turn.
    """
    kept: dict[Side, list[Event]] = {"exporter": [], "importer": []}
    wrong: list[Said] = []
    acts: list[Event] = []  # of the exporting side, that create or end a version
    for event in _in_order(chains):
        if isinstance(event.what, Recalled):
            continue  # it keeps its place in the chain, without effect
        known = acts
        if event.by == "importer":
            known = [each for each in acts if each.seq <= event.seen]
        if why := _why_wrong(event, known, kept):
            wrong.append(Said(event=event.id, text=why))
            continue
        kept[event.by].append(event)
        if isinstance(event.what, (Sent, Amended, Withdrawn)):
            acts.append(event)
    return Judged(
        exporter=tuple(kept["exporter"]), importer=tuple(kept["importer"]), wrong=tuple(wrong)
    )


def versions_of(events: Iterable[Event]) -> dict[int, Notice]:
    """Return the versions made by the exporting side's events."""
    return {
        event.version: event.what.notice
        for event in events
        if isinstance(event.what, (Sent, Amended))
    }


def _in_order(chains: Chains) -> list[Event]:
    """Merge both chains so that each event follows those that it refers to."""
    row: list[Event] = []
    places: dict[Side, int] = {"exporter": 0, "importer": 0}
    while len(row) < len(chains.exporter) + len(chains.importer):
        for side, other in OTHER.items():
            chain = chains.of(side)
            while places[side] < len(chain) and chain[places[side]].seen <= places[other]:
                row.append(chain[places[side]])
                places[side] += 1
    return row


def _why_not_its_own(event: Event) -> str:
    """Return why a side may not make an event; "": it may."""
    kind, word = type(event.what), word_of(event.what)
    if kind in EXPORTER_ONLY and event.by != "exporter":
        return f'"{word}" can come only from the exporting side, which owns the notice'
    if kind in IMPORTER_ONLY and event.by != "importer":
        return f'"{word}" can come only from the importing side'
    return ""


def _why_wrong(event: Event, acts: Sequence[Event], kept: Mapping[Side, Sequence[Event]]) -> str:
    """Return why an event is invalid; "": it is valid.

    Args:
        event: The event.
        acts: Events that created or ended a version, as seen by its side.
        kept: Valid earlier events of both sides.
    """
    if why := _why_not_its_own(event):
        return why
    versions, own = versions_of(acts), kept[event.by]
    if isinstance(event.what, Sent):
        return _why_not_sent(event, event.what, versions)
    if not versions:
        return "its sender had not received the notice"
    if isinstance(event.what, Returned):
        return _why_not_returned(event, event.what, versions, own)
    if _withdrawn(acts):
        return "the notice has been withdrawn"
    if event.by == "exporter":
        why = _why_not_owner(event, versions, kept)
    else:
        why = _why_not_reply(event, versions, own)
    return why


def _why_not_sent(event: Event, sent: Sent, versions: dict[int, Notice]) -> str:
    if versions:
        return "the notice was sent before; an amendment makes the next version"
    if sent.notice.reference != event.notice:
        return f'it names the notice "{event.notice}" but contains "{sent.notice.reference}"'
    if sent.notice.version != 1 or event.version != 1:
        return "the first version must be 1"
    return ""


def _why_not_owner(
    event: Event, versions: dict[int, Notice], kept: Mapping[Side, Sequence[Event]]
) -> str:
    current = max(versions)
    if isinstance(event.what, Amended):
        return _why_not_amended(event, event.what, versions[current])
    if isinstance(event.what, Withdrawn):
        if event.version != current:
            return f"it withdraws version {event.version}, but the latest is {current}"
        told = [each.what for each in kept["exporter"] if isinstance(each.what, Returned)]
        gone = [back for back in told if back.outcome == "shipped"]
        return "goods have been shipped under it, so it can no longer be withdrawn" if gone else ""
    if isinstance(event.what, Answered):
        query = event.what.query
        asked = (each for each in kept["importer"] if each.id == query and each.seq <= event.seen)
        known = any(isinstance(each.what, Queried) for each in asked)
        return "" if known else f'its sender had not received the query "{query}"'
    return ""


def _why_not_amended(event: Event, made: Amended, before: Notice) -> str:
    after = made.notice
    if after.version != before.version + 1 or event.version != after.version:
        return f"the version after {before.version} must be {before.version + 1}"
    if after.reference != event.notice:
        return "an amendment cannot change the reference"
    if (after.sender, after.recipient) != (before.sender, before.recipient):
        return "an amendment cannot change the authorities; withdraw the notice and send a new one"
    return ""


def _why_not_reply(event: Event, versions: dict[int, Notice], own: Sequence[Event]) -> str:
    if event.version not in versions:
        return f"its sender had not received version {event.version}"
    notice = versions[event.version]
    mine = [each for each in own if each.version == event.version]
    if isinstance(event.what, MoreTime):
        if _last_word(mine) is not None:
            return "it has already decided on this version"
        until = [each.what.until for each in mine if isinstance(each.what, MoreTime)]
        least = max((*until, *filter(None, (notice.reply_by,))), default=None)
        if least is not None and event.what.until <= least:
            return f"more time must end after {least}"
    if isinstance(event.what, NoObjection):
        return _why_not_amounts(event.what.allowed, notice, most=True)
    return ""


def _why_not_returned(
    event: Event, back: Returned, versions: dict[int, Notice], own: Sequence[Event]
) -> str:
    if event.version not in versions:
        return f"its sender had not received version {event.version}"
    if event.by == "exporter" and _withdrawn(own):
        return "the notice has been withdrawn; if goods were shipped under it, report an incident"
    if why := _why_not_outcome(event, back, own):
        return why
    return _why_not_amounts(back.lines, versions[event.version], most=False)


def _why_not_outcome(event: Event, back: Returned, own: Sequence[Event]) -> str:
    if back.outcome not in OUTCOMES[event.by]:
        return f'"{back.outcome}" cannot be reported by the {event.by}\'s side'
    ended = any(ends(each) for each in own)
    if back.outcome in {"shipped", "not shipped"} and ended:
        return "the last shipment has already been reported"
    if back.outcome == "not shipped":
        return "goods that were not shipped have no quantity" if back.lines else ""
    return "" if back.lines else "the quantity is missing"


def ends(event: Event) -> bool:
    """Return whether return information is the last that the exporting side has to give."""
    return isinstance(event.what, Returned) and (
        event.what.outcome in {"shipped", "not shipped"} and event.what.last
    )


def _why_not_amounts(amounts: Sequence[LineAmount], notice: Notice, *, most: bool) -> str:
    """Return problems of amounts by line; allowed amounts must not exceed the notified ones."""
    lines = {line.number: line for line in notice.lines}
    seen: set[int] = set()
    for each in amounts:
        line, found = lines.get(each.line), measured(each.amount)
        if line is None:
            return f"the notice has no line {each.line}"
        if each.line in seen:
            return f"line {each.line} occurs twice"
        seen.add(each.line)
        net = measured(line.net)
        if found is None or found.value < 0:
            return f"line {each.line}: the quantity is missing"
        if net is None or net.measure != found.measure:
            given, held = in_words(each.amount), in_words(line.net)
            return f"line {each.line}: {given} and {held} are different kinds of quantity"
        if most and found.value > net.value:
            return (
                f"line {each.line}: more is allowed than the {in_words(line.net)} that are notified"
            )
    return ""


def _withdrawn(events: Sequence[Event]) -> bool:
    return any(isinstance(event.what, Withdrawn) for event in events)


def _last_word(events: Sequence[Event]) -> Event | None:
    """Return the decision on a version, unless a later query reopened it."""
    words = [each for each in events if isinstance(each.what, (*DECISIONS, Queried))]
    last = words[-1] if words else None
    return last if last is not None and isinstance(last.what, DECISIONS) else None
