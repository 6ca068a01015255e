"""Participation in the coalition from this node's records: members and their responses.

Notices are decrypted a few hundred at a time, and only the counted values are kept.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import groupby
from typing import Any

import msgspec
from msgspec import structs
from sqlalchemy import Select, and_, func, or_, select

from tidewaiter.base.records import Record
from tidewaiter.exchange.coalition.board import Material, SharedIncident, count_all
from tidewaiter.exchange.coalition.meeting_packs import Known
from tidewaiter.exchange.coalition.members import Facts, Pending, Sign, freezes_of, waiting_for
from tidewaiter.exchange.coalition.outcomes import Counted, End, Heard, Watched
from tidewaiter.exchange.notices.types import Event, Recalled
from tidewaiter.exchange.protocol.signing import unlock
from tidewaiter.store.coalition.member_lists import rosters
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Work
from tidewaiter.store.notices.lookup import NO_MORE
from tidewaiter.store.peers.directory import day_of, documents, moves, peers

_AT_A_TIME = 250  # notices decrypted at once
_CAME = ("processed", "recalled")  # states of a message that its recipient has received
_LEFT = ("sealed", *_CAME)

_events = msgspec.json.Decoder(Event)


class Reader(Record, frozen=True, kw_only=True):
    """Reader of this node's encrypted records."""

    work: Work
    safe: bytes  # key of the database, shape (32,)
    node: str  # this node


class Counts(Record, frozen=True, kw_only=True):
    """Input of a board and a timeline."""

    notices: tuple[Counted, ...]
    material: Material  # without notices


def known_nodes(reader: Reader) -> dict[str, Known]:
    """Return the documents of this node and its peers."""
    own = documents(reader.work, reader.node)[-1].read()
    told = {each.node: Known(name=each.name, country=each.country) for each in peers(reader.work)}
    return {**told, reader.node: Known(name=own.name, country=own.country)}


def counts_of(reader: Reader, since: date, day: date) -> Counts:
    """Count the notices that began on a day or later, with related records.

    Args:
        reader: Of this node.
        since: First day of the notices counted.
        day: As-of day.

    Raises:
        InputError: A stored record was written with another key.
    """
    known = known_nodes(reader)
    freezes = freezes_of(tuple(moves(reader.work)), reader.node)
    wanted = _beginning(since, day)
    return Counts(
        notices=count_all(watched(reader, wanted, known), freezes, day),
        material=Material(
            incidents=tuple(_incidents(reader, known)),
            freezes=freezes,
            countries={node: each.country for node, each in known.items()},
        ),
    )


def facts_on(reader: Reader, day: date) -> Facts:
    """Read the records that determine participation on a day.

    Raises:
        InputError: A stored record was written with another key.
    """
    work = reader.work
    heeded = [each for each in rosters(work, reader.safe) if each.heeded]
    return Facts(
        moves=tuple(moves(work)),
        signs=tuple(_signs(work)),
        pending=(*_answers(reader, day), *_receipts(work)),
        rosters=tuple(version for each in heeded for version in each.versions),
    )


def watched(
    reader: Reader, wanted: Select[tuple[int]], known: Mapping[str, Known]
) -> Iterator[Watched]:
    """Yield notices with all known facts.

    Args:
        reader: Of this node.
        wanted: SQL selection of their numbers.
        known: By node.
    """
    n = tables.notice.c
    numbers = [row.number for row in reader.work.connection.execute(wanted)]
    for start in range(0, len(numbers), _AT_A_TIME):
        some = numbers[start : start + _AT_A_TIME]
        picked = select(n.number, n.side, n.peer).where(n.number.in_(some))
        rows = {row.number: row for row in reader.work.connection.execute(picked)}
        for number, heard in _heard(reader, some):
            row = rows[number]
            ends = (_end(reader.node, known), _end(row.peer, known))
            exporter, importer = ends if row.side == "exporter" else reversed(ends)
            yield Watched(exporter=exporter, importer=importer, heard=heard)


def _heard(reader: Reader, numbers: list[int]) -> Iterator[tuple[int, tuple[Heard, ...]]]:
    """Yield the events of notices; a node's own ones include the day of the receipt."""
    e, n, o, r = (tables.notice_event.c, tables.notice.c, tables.outgoing.c, tables.recalled.c)
    gone = e.message.in_(select(r.item).where(r.outcome.in_(NO_MORE)))
    joined = (
        select(e.notice, e.written, e.came, e.by, n.side, o.state, o.changed, gone.label("gone"))
        .join(tables.notice, n.number == e.notice)
        .outerjoin(tables.outgoing, and_(o.id == e.message, e.by == n.side))
        .where(e.notice.in_(numbers))
        .order_by(e.notice, e.number)
    )
    found = reader.work.connection.execute(joined)
    for number, rows in groupby(found, key=lambda row: row.notice):
        yield (
            number,
            tuple(
                Heard(
                    event=_event(row.written, reader.safe, gone=row.gone),
                    kept=day_of(row.came),
                    had=_had(row.came, row.changed, row.state, own=row.by == row.side),
                )
                for row in rows
            ),
        )


def _event(written: bytes, safe: bytes, *, gone: bool) -> Event:
    """Read an event; one that the other side no longer holds counts as never stated."""
    event = _events.decode(unlock(written, safe))
    return structs.replace(event, what=Recalled()) if gone else event


def _had(came: str, changed: str | None, state: str | None, *, own: bool) -> date | None:
    if not own:
        return day_of(came)
    return day_of(changed) if changed and state in _CAME else None


def _end(node: str, known: Mapping[str, Known]) -> End:
    return End(node=node, country=known[node].country)


def _beginning(since: date, day: date) -> Select[tuple[int]]:
    """Select the notices with a first event in an interval of days."""
    e = tables.notice_event.c
    first = func.substr(func.min(e.came), 1, 10)
    begun = select(e.notice.label("number")).group_by(e.notice)
    return begun.having(first >= since.isoformat(), first <= day.isoformat()).order_by(e.notice)


def _answers(reader: Reader, day: date) -> Iterator[Pending]:
    """Yield what the other side of a notice has to answer on a day."""
    n, e = tables.notice.c, tables.notice_event.c
    other = or_(
        and_(n.side == "exporter", n.waits_for == "importer"),
        and_(n.side == "importer", n.waits_for == "exporter"),
        func.substr(n.changed, 1, 10) > day.isoformat(),  # may have been waiting then
    )
    begun = select(e.number).where(
        e.notice == n.number, func.substr(e.came, 1, 10) <= day.isoformat()
    )
    wanted = select(n.number).where(other, begun.exists()).order_by(n.number)
    for each in watched(reader, wanted, known_nodes(reader)):
        if (found := waiting_for(each, reader.node, day)) is not None:
            yield found


def _signs(work: Work) -> Iterator[Sign]:
    """Yield the days of activity of each peer: a message or a receipt."""
    i, o, p = tables.incoming.c, tables.outgoing.c, tables.peer.c
    came = select(i.peer, func.substr(i.came, 1, 10)).distinct()
    receipts = select(o.peer, func.substr(o.changed, 1, 10)).where(o.receipt.is_not(None))
    heard = select(p.node, func.substr(p.heard, 1, 10)).where(p.heard != "")
    for node, on in work.connection.execute(came.union(receipts, heard)):
        yield Sign(node=node, day=date.fromisoformat(on))


def _receipts(work: Work) -> Iterator[Pending]:
    """Yield when messages began to wait for a receipt."""
    o = tables.outgoing.c
    made, until = func.substr(o.made, 1, 10), func.substr(o.changed, 1, 10)
    open_ = select(o.peer, func.min(made)).where(o.state == "sealed").group_by(o.peer)
    for node, since in work.connection.execute(open_):
        yield Pending(node=node, what="receipt", since=date.fromisoformat(since))
    done = select(o.peer, made, until).where(o.receipt.is_not(None), made < until).distinct()
    for node, since, came in work.connection.execute(done):
        yield Pending(
            node=node,
            what="receipt",
            since=date.fromisoformat(since),
            until=date.fromisoformat(came),
        )


def _incidents(reader: Reader, known: Mapping[str, Known]) -> Iterator[SharedIncident]:
    """Yield incidents received from and sent to peers, each with its first day."""
    s = tables.said.c
    theirs = (
        select(s.owner, s.subject, s.sender, func.min(s.came))
        .where(s.kind == "incident", s.sender != reader.node)
        .group_by(s.owner, s.subject, s.sender)
    )
    own = known[reader.node].country
    for owner, subject, sender, came in reader.work.connection.execute(theirs):
        yield SharedIncident(
            owner=owner,
            incident=subject,
            teller=known[sender].country,
            told=own,
            day=day_of(came),
        )
    for subject, peer, made in reader.work.connection.execute(_told(reader.node)):
        yield SharedIncident(
            owner=reader.node,
            incident=subject,
            teller=own,
            told=known[peer].country,
            day=day_of(made),
        )


def _told(own: str) -> Select[Any]:
    """Select the incidents sent from this node: id, peer and first time."""
    s, i, o = tables.said.c, tables.said_in.c, tables.outgoing.c
    return (
        select(s.subject, o.peer, func.min(o.made))
        .join(tables.said_in, i.said == s.number)
        .join(tables.outgoing, o.id == i.message)
        .where(s.kind == "incident", s.sender == own, o.state.in_(_LEFT))
        .group_by(s.subject, o.peer)
    )
