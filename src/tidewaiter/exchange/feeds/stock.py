"""Stock: what lies ready at an edge, and what of it changes with a new version of an incident.

An edge holds what may leave now. A new version takes away whatever the one before had and this one
has not, so that what is marked more strictly, or was recalled, is no longer there.
"""

from collections.abc import Iterable
from datetime import timedelta

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.exchange.edges.extensions import Json
from tidewaiter.exchange.edges.ids import microseconds, moment
from tidewaiter.exchange.edges.release import Edge
from tidewaiter.exchange.edges.stix import Marked
from tidewaiter.exchange.markings import Marking


class Collection(Record, frozen=True, kw_only=True):
    """What is read at one edge."""

    id: str  # a UUID of version 4, made once
    title: str
    description: str = ""
    alias: str = ""
    edge: Edge


class Item(Record, frozen=True, kw_only=True):
    """A STIX object that lies ready in one collection."""

    seq: int  # in the collection; it grows, and none is used again
    added: str  # ISO 8601, UTC, to the microsecond; no two of a collection are alike
    collection: str  # id of the only collection that it was made for
    source: str  # what it was made of, like "north/inc-7"
    object: Json
    marking: Marking
    own: bool  # of this node
    restricted: bool = False  # rests on a list entry that is for the authority only


class Change(Record, frozen=True, kw_only=True):
    """What to write: the two belong together."""

    gone: tuple[int, ...]  # numbers of items to take away
    new: tuple[Item, ...]  # items to add


class Counter(Record, frozen=True, kw_only=True):
    """Where a collection stands."""

    seq: int = 0  # the last number that was ever given
    added: str | None = None  # the last moment that was ever given


def restock(
    one: Collection,
    items: Iterable[Item],
    source: str,
    told: Iterable[Marked],
    *,
    now: str,
    last: Counter,
) -> Change:
    """Return what changes in a collection when something is told anew.

    Args:
        one: The collection.
        items: What lies there of that source.
        source: What is told, like "north/inc-7".
        told: What may leave of it now; none: it is recalled, or may no longer leave.
        now: What the clock says; ISO 8601 with a zone.
        last: Where the collection stands.
    """
    before = {_what(each): each for each in items}
    after = {_what(each): each for each in told}
    seq, added, new = last.seq, last.added, []
    for each in (after[key] for key in after if key not in before):
        seq, added = seq + 1, added_at(now, added)
        new.append(
            Item(
                seq=seq,
                added=added,
                collection=one.id,
                source=source,
                object=each.object,
                marking=each.marking,
                own=each.own,
                restricted=each.restricted,
            )
        )
    gone = sorted(before[key].seq for key in before if key not in after)
    return Change(gone=tuple(gone), new=tuple(new))


def added_at(now: str, last: str | None) -> str:
    """Return the moment to store with an item: after that of the one before, whatever the clock.

    So no two items share a moment, and a client that pages by it misses none.

    Args:
        now: What the clock says.
        last: Of the item before, in that collection; None: it is the first.
    """
    if last is None or moment(now) > moment(last):
        return microseconds(now)
    return microseconds((moment(last) + timedelta(microseconds=1)).isoformat())


def _what(each: Item | Marked) -> bytes:
    return msgspec.json.encode((each.object, each.marking, each.own, each.restricted))
