"""Feeds: collections of incidents released to outside programs over TAXII.

A feed is brought up to date from what is known of incidents: what changed since is made anew, and
what may no longer leave is taken away.
"""

import secrets
import uuid
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import RowMapping, delete, func, insert, select, update

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.exchange.feeds.release import Edge
from tidewaiter.exchange.feeds.stix import Marked
from tidewaiter.exchange.feeds.taxii import Collection, Counter, Item, restock
from tidewaiter.exchange.incidents.state import Known
from tidewaiter.exchange.protocol.markings import Purpose, Reach, Recipient
from tidewaiter.exchange.protocol.signing import lock, unlock
from tidewaiter.store.audit import moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import plain
from tidewaiter.store.core.database import Work
from tidewaiter.store.incidents import KINDS, find_incident

_NONCE = 12  # bytes
_ID = 16  # bytes
_LONGEST = 120  # characters of a title

Told = Callable[[Known, Edge], list[Marked]]
"""Returns what of an incident may leave by an edge."""


class Feed(Record, frozen=True, kw_only=True):
    """A feed, and where it stands."""

    collection: Collection
    made: str  # ISO 8601, UTC
    last: Counter


class Source(NamedTuple):
    """An incident, and what tells whether more, or less, is known of it than before."""

    owner: str
    subject: str
    last: int
    size: int


def make_feed(work: Work, title: str, reach: Reach, purpose: Purpose) -> Feed:
    """Make a feed; it is empty until it is read.

    Args:
        work: Begun with a stamp.
        title: For people.
        reach: How far from here its readers are.
        purpose: What they read it for.

    Raises:
        InputError: It has no title, or one that is too long.
    """
    told = plain(title.strip())
    if not 0 < len(told) <= _LONGEST:
        raise InputError("store/feed-title-empty-or-too-long", longest=_LONGEST)
    name = str(uuid.UUID(bytes=secrets.token_bytes(_ID), version=4))
    row = {
        "id": name,
        "title": told,
        "reach": reach,
        "purpose": purpose,
        "made": moment(stamp_of(work).at),
        "seq": 0,
        "added": None,
    }
    work.connection.execute(insert(tables.feed).values(**row))
    record_change(work, "feed made", {"feed": name, "reach": reach, "purpose": purpose})
    return feed_of(work, name)


def remove_feed(work: Work, name: str) -> None:
    """Take a feed away; its readers find nothing there any more.

    Raises:
        MissingError: There is none of that id.
    """
    feed_of(work, name)
    for table, column in (
        (tables.feed_source, tables.feed_source.c.feed),
        (tables.feed_item, tables.feed_item.c.feed),
        (tables.feed, tables.feed.c.id),
    ):
        work.connection.execute(delete(table).where(column == name))
    record_change(work, "feed removed", {"feed": name})


def feeds(work: Work) -> list[Feed]:
    """Return all feeds, by title."""
    f = tables.feed.c
    found = work.connection.execute(select(tables.feed).order_by(f.title, f.id)).mappings()
    return [_feed(row) for row in found]


def feed_of(work: Work, name: str) -> Feed:
    """Return a feed.

    Raises:
        MissingError: There is none of that id.
    """
    wanted = select(tables.feed).where(tables.feed.c.id == name)
    row = work.connection.execute(wanted).mappings().first()
    if row is None:
        raise MissingError("store/no-feed", name=name[:60])
    return _feed(row)


def changed_sources(work: Work, name: str) -> list[Source]:
    """Return the incidents of which more, or less, is known than when the feed was made ready."""
    s, f = tables.said.c, tables.feed_source.c
    size = func.sum(func.length(s.written))
    now = select(s.owner, s.subject, func.max(s.number), size).where(s.kind.in_(KINDS))
    now = now.group_by(s.owner, s.subject)
    known = select(f.owner, f.subject, f.last, f.size).where(f.feed == name)
    held = {tuple(row) for row in work.connection.execute(known)}
    found = [Source(*row[:3], int(row[3])) for row in work.connection.execute(now)]
    return sorted((each for each in found if tuple(each) not in held), key=lambda each: each.last)


def bring_up_to_date(
    work: Work, safe: bytes, name: str, changed: Sequence[Source], told: Told
) -> None:
    """Make what is told of incidents anew, and take away what may no longer leave.

    Args:
        work: Begun with a stamp.
        safe: What locks the database, shape (32,).
        name: Of the feed.
        changed: Incidents.
        told: What of each may leave.
    """
    now = moment(stamp_of(work).at)
    i, s = tables.feed_item.c, tables.feed_source.c
    for each in changed:
        feed = feed_of(work, name)
        items = _items(work, safe, feed, owner=each.owner, subject=each.subject)
        known = find_incident(work, safe, each.owner, each.subject)
        source = f"{each.owner}/{each.subject}"
        leaves = told(known, feed.collection.edge)
        change = restock(feed.collection, items, source, leaves, now=now, last=feed.last)
        work.connection.execute(
            delete(tables.feed_item).where(i.feed == name, i.seq.in_(change.gone))
        )
        if change.new:
            rows = [_row(item, each, safe) for item in change.new]
            work.connection.execute(insert(tables.feed_item), rows)
            last = {"seq": change.new[-1].seq, "added": change.new[-1].added}
            work.connection.execute(
                update(tables.feed).where(tables.feed.c.id == name).values(**last)
            )
        key = (s.feed == name, s.owner == each.owner, s.subject == each.subject)
        work.connection.execute(delete(tables.feed_source).where(*key))
        work.connection.execute(insert(tables.feed_source).values(feed=name, **each._asdict()))
    record_change(work, "feed made ready", {"feed": name, "incidents": len(changed)})


def standing_of(work: Work, name: str) -> tuple[int, str]:
    """Return what changes with every item that comes or goes: how many there are, and the last."""
    i = tables.feed_item.c
    wanted = select(func.count(), func.max(i.added)).where(i.feed == name)
    count, last = work.connection.execute(wanted).one()
    return int(count), str(last or "")


def items_of(work: Work, safe: bytes, feed: Feed) -> list[Item]:
    """Return all that lies ready in a feed, the oldest first."""
    return _items(work, safe, feed)


def _items(
    work: Work, safe: bytes, feed: Feed, *, owner: str = "", subject: str = ""
) -> list[Item]:
    i = tables.feed_item.c
    wanted = select(i.written).where(i.feed == feed.collection.id).order_by(i.seq)
    if owner:
        wanted = wanted.where(i.owner == owner, i.subject == subject)
    written = work.connection.execute(wanted).scalars()
    return [msgspec.json.decode(unlock(each, safe), type=Item) for each in written]


def _row(item: Item, source: Source, safe: bytes) -> dict[str, object]:
    return {
        "feed": item.collection,
        "seq": item.seq,
        "added": item.added,
        "owner": source.owner,
        "subject": source.subject,
        "written": lock(msgspec.json.encode(item), safe, secrets.token_bytes(_NONCE)),
    }


def _feed(row: RowMapping) -> Feed:
    reader = Recipient(name=row["id"], reach=row["reach"], needs=True)
    edge = Edge(to=reader, purpose=row["purpose"])
    collection = Collection(id=row["id"], title=row["title"], edge=edge)
    last = Counter(seq=row["seq"], added=row["added"])
    return Feed(collection=collection, made=row["made"], last=last)
