"""Events of pre-export notifications, stored with their messages, and their delivery."""

import secrets
from datetime import date
from typing import Literal

import msgspec
from sqlalchemy import insert, select, update

from tidewaiter.base.errors import ConflictError, InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.state import add, next_due, state_of
from tidewaiter.exchange.notices.types import (
    OTHER,
    Amended,
    Event,
    Recalled,
    Sent,
    Side,
    What,
    word_of,
)
from tidewaiter.exchange.protocol.markings import Marking
from tidewaiter.exchange.protocol.signing import lock
from tidewaiter.store.audit import moment, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import KEY_LENGTH, plain
from tidewaiter.store.core.database import Work
from tidewaiter.store.notices.lookup import (
    Kept,
    Row,
    events_of,
    find_notice,
    read_row,
    row_of,
)
from tidewaiter.store.peers.inbox import Heard
from tidewaiter.store.peers.outbox import Message, State, write_message
from tidewaiter.store.register.ledger import enter_notice

NOTICE = "notice"
"""The kind of message that brings an event of a notice."""

_NONCE = 12  # bytes
_ID = 16  # bytes


def do_to_notice(
    work: Work, safe: bytes, number: int, what: What, *, seen: int | None = None
) -> Kept:
    """Do something to a notice, and tell the other side.

    Args:
        work: Begun with a stamp.
        safe: What locks the database, shape (32,).
        number: Of the notice, here.
        what: What is done.
        seen: How many events of the other side whoever does it has seen; None: all.

    Raises:
        ConflictError: The other side has done something that was not seen.
        InputError: It cannot be done by this side, or not now.
        MissingError: There is no such notice.
    """
    kept = find_notice(work, safe, number, stamp_of(work).at.date())
    side = kept.row.side
    theirs = max((each.seq for each in kept.events if each.by == OTHER[side]), default=0)
    if seen is not None and seen != theirs:
        new = [e for e in kept.events if e.by == OTHER[side] and e.seq > seen]
        raise ConflictError(
            "store/notice-changed-since-you-looked",
            new=", ".join(word_of(each.what) for each in new),
        )
    version = kept.state.version + isinstance(what, Amended)
    event = _event(work, kept.row, kept.events, what, version=version, seen=theirs)
    add(kept.events, event, stamp_of(work).at.date())
    _send(work, safe, kept.row, event, thread=_thread(work, number))
    return find_notice(work, safe, number, stamp_of(work).at.date())


def send_notice(work: Work, safe: bytes, own: str, peer: str, sent: Sent) -> Kept:
    """Send a new notice to the importing side.

    Args:
        work: Begun with a stamp.
        safe: What locks the database, shape (32,).
        own: The name of this node.
        peer: The node of the importing side.
        sent: The first version; whether it may go out was checked before.

    Raises:
        InputError: There is one of that reference, or it makes no sense.
        MissingError: There is no such peer.
    """
    reference = sent.notice.reference
    if _number(work, own, reference) is not None:
        raise InputError("store/notice-exists", reference=reference)
    number = _insert(work, own, reference, peer, "exporter")
    row = row_of(work, number)
    event = _event(work, row, (), sent, version=1, seen=0)
    add((), event, stamp_of(work).at.date())
    _send(work, safe, row, event, thread="")
    return find_notice(work, safe, number, stamp_of(work).at.date())


def take_event(work: Work, safe: bytes, heard: Heard, event: Event) -> None:
    """Keep what the other side did; whether it counts, the fold of all events says.

    Raises:
        InputError: It is of a notice that is not known, or of the wrong side.
    """
    n = tables.notice.c
    if max(len(event.notice), len(event.id)) > KEY_LENGTH:
        raise InputError("store/reference-too-long", key_length=KEY_LENGTH)
    if isinstance(event.what, Recalled):
        raise InputError("store/recalled-is-not-said")
    if event.by == "exporter":
        number = _number(work, heard.sender, event.notice)
        if number is None:
            if not isinstance(event.what, Sent):
                raise InputError("store/no-notice-of-peer", notice=event.notice[:80])
            number = _insert(work, heard.sender, event.notice, heard.sender, "importer")
    else:
        own = select(n.number).where(
            n.reference == event.notice, n.peer == heard.sender, n.side == "exporter"
        )
        number = work.connection.execute(own).scalar_one_or_none()
        if number is None:
            raise InputError("store/no-notice-to-peer", notice=event.notice[:80])
    _keep(work, safe, number, event, heard.message)


def do_again(work: Work, safe: bytes, heard: Heard, event: Event, *, to: str) -> None:
    """Keep what this side itself did before the node was restored from a copy.

    Args:
        work: Begun with a stamp.
        safe: What locks the database, shape (32,).
        heard: By this node, and by which message.
        event: What was done.
        to: The node of the other side.

    Raises:
        InputError: The notice is not here, or the event is already.
    """
    number = _number(work, heard.sender if event.by == "exporter" else to, event.notice)
    if number is None:
        if event.by != "exporter" or not isinstance(event.what, Sent):
            raise InputError("store/no-notice", notice=event.notice[:80])
        number = _insert(work, heard.sender, event.notice, to, "exporter")
    _keep(work, safe, number, event, heard.message)


def enter_notices(work: Work, safe: bytes) -> int:
    """Enter all notices into the register, as after its first entries; return how many there are.

    Args:
        work: Begun with a stamp.
        safe: What locks the database, shape (32,).
    """
    rows = list(work.connection.execute(select(tables.notice)).mappings())
    for row in map(read_row, rows):
        events = events_of(work, safe, row.number)
        enter_notice(work, row.number, row.side, events, state_of(events, date.min))
    return len(rows)


def _event(
    work: Work, row: Row, events: tuple[Event, ...], what: What, *, version: int, seen: int
) -> Event:
    mine = max((each.seq for each in events if each.by == row.side), default=0)
    return Event(
        id=secrets.token_hex(_ID),
        notice=row.reference,
        by=row.side,
        seq=mine + 1,
        seen=seen,
        version=version,
        at=stamp_of(work).at,
        what=what,
    )


def _send(work: Work, safe: bytes, row: Row, event: Event, *, thread: str) -> None:
    """Keep an event of this side, and write the message that tells of it."""
    message = Message(
        kind=NOTICE,
        body=msgspec.json.encode(event),
        thread=thread,
        marking=Marking(tlp="amber", purposes=("control",)),
    )
    _keep(work, safe, row.number, event, write_message(work, safe, row.peer, message))


def _keep(work: Work, safe: bytes, number: int, event: Event, message: str) -> None:
    e = tables.notice_event.c
    known = select(e.number).where(e.notice == number, e.id == event.id)
    if work.connection.execute(known).first() is not None:
        raise InputError("store/event-told-before", id=event.id[:40])
    stamp, side = stamp_of(work), row_of(work, number).side
    row = {
        "notice": number,
        "id": plain(event.id),
        "by": event.by,
        "seq": event.seq,
        "message": message,
        "came": moment(stamp.at),
        "who": plain(stamp.who) if event.by == side else None,
        "written": lock(msgspec.json.encode(event), safe, secrets.token_bytes(_NONCE)),
    }
    work.connection.execute(insert(tables.notice_event).values(**row))
    project_notice(work, safe, number)


def project_notice(work: Work, safe: bytes, number: int) -> None:
    """Write how a notice stands, by all of its events, into its row and into the register."""
    n, at = tables.notice.c, stamp_of(work).at
    events = events_of(work, safe, number)
    state = state_of(events, date.min)  # whatever the day: that shows later
    due = next_due(state)
    told = {
        "state": state.name,
        "waits_for": state.waits_for or "",
        "version": state.version,
        "reply_by": state.reply_by.isoformat() if state.reply_by else None,
        "due": due.isoformat() if due else None,
        "changed": moment(at),
    }
    work.connection.execute(update(tables.notice).where(n.number == number).values(**told))
    enter_notice(work, number, row_of(work, number).side, events, state)


def _insert(work: Work, owner: str, reference: str, peer: str, side: Side) -> int:
    row = {
        "owner": owner,
        "reference": plain(reference),
        "peer": peer,
        "side": side,
        "state": "draft",
        "waits_for": "",
        "version": 0,
        "changed": moment(stamp_of(work).at),
    }
    done = work.connection.execute(insert(tables.notice).values(**row))
    return int(done.inserted_primary_key[0])  # type: ignore[index]


def _number(work: Work, owner: str, reference: str) -> int | None:
    n = tables.notice.c
    wanted = select(n.number).where(n.owner == owner, n.reference == reference)
    return work.connection.execute(wanted).scalar_one_or_none()


def _thread(work: Work, number: int) -> str:
    """Return the id of the message that a notice began with, whoever sent it."""
    e = tables.notice_event.c
    first = select(e.message).where(e.notice == number).order_by(e.number).limit(1)
    return str(work.connection.execute(first).scalar_one())


class Delivery(Record, frozen=True, kw_only=True):
    """An event as it is kept here, and what became of the message that tells of it."""

    event: str  # id
    message: str  # id of what brought it, or tells of it
    sealed: bool  # it came, or can be on its way: there is evidence of it
    by: Literal["exporter", "importer"]
    came: str  # when it was kept here; ISO 8601, UTC
    who: str  # of this node did it, as trails name them; "": the other side, or it was not kept
    state: State | None  # of the message; None: it came from the other side
    code: str  # why the other side refused it
    changed: str  # since when it stands so; ISO 8601, UTC; "": it came


def deliveries(work: Work, notice: int) -> list[Delivery]:
    """Return what became of each event of a notice, in the order of arrival here."""
    e, o = tables.notice_event.c, tables.outgoing.c
    wanted = (
        select(
            e.id,
            e.by,
            e.came,
            e.who,
            e.message,
            o.id.label("ours"),
            o.seq,
            o.state,
            o.code,
            o.changed,
        )
        .join_from(tables.notice_event, tables.outgoing, o.id == e.message, isouter=True)
        .where(e.notice == notice)
        .order_by(e.number)
    )
    return [
        Delivery(
            message=row.message,
            sealed=row.ours is None or row.seq is not None,
            event=row.id,
            by=row.by,
            came=row.came,
            who=row.who or "",
            state=row.state,
            code=row.code or "",
            changed=row.changed or "",
        )
        for row in work.connection.execute(wanted)
    ]
