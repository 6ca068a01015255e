"""Recall compliance: recalls by peers, legal holds, and the delivery status of each message.

A legal hold set by an officer preserves the message; otherwise its content is destroyed at once.
Either outcome is reported to the source in a signed message.
"""

import secrets
from collections.abc import Iterable, Mapping
from datetime import date

import msgspec
from msgspec import structs
from sqlalchemy import ColumnElement, RowMapping, insert, select, update

from tidewaiter.base.errors import ConflictError, InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.envelopes import Envelope
from tidewaiter.exchange.protocol.markings import Marking
from tidewaiter.exchange.protocol.relations import ALWAYS
from tidewaiter.exchange.protocol.signing import lock, unlock
from tidewaiter.exchange.recalls import Outcome, Recall, Result
from tidewaiter.store.audit import moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import put
from tidewaiter.store.core.columns import decode, plain
from tidewaiter.store.core.database import Work
from tidewaiter.store.peers.inbox import Heard
from tidewaiter.store.peers.outbox import Message, write_message
from tidewaiter.store.peers.statements import Subject, keep_said, said_of, spoken_here
from tidewaiter.store.recalls.erasure import destroy
from tidewaiter.store.recalls.issued import Standing, about, standing_of

_NONCE = 12  # bytes


class Custody(Record, frozen=True, kw_only=True):
    """Custody of a received message."""

    basis: str = ""  # legal basis of the hold; "": no hold
    until: date | None = None  # last day of the hold, if known
    case: int | None = None  # case whose own legal hold preserves it
    reshared: int = 0  # recipients that it was passed on to
    told: int = 0  # how many of them were asked to destroy it


class _Item(Record, frozen=True, kw_only=True):
    kind: str
    digest: str
    marking: Marking


def hear_recall(
    work: Work, safe: bytes, heard: Heard, recall: Recall, *, beside: Mapping[str, Envelope]
) -> None:
    """Destroy or preserve a recalled message, and report which to its source.

    Args:
        work: A write transaction.
        safe: Key that encrypts the database, shape (32,).
        heard: Sender of the recall.
        recall: The recall.
        beside: Messages of the same sender accepted in this transaction, by id.

    Raises:
        InputError: That peer sent no such message, or it cannot be recalled.
    """
    item = _item(work, heard.sender, recall.item, beside)
    if item is None or item.digest != recall.digest or item.kind in ALWAYS:
        raise InputError("store/no-such-message-from-peer")
    keep_said(work, safe, heard, Subject(kind="recall", owner=heard.sender, id=recall.id), recall)
    row = _asked_back(work, heard, recall, item.kind)
    _settle(work, safe, heard.to, row, recall, marking=item.marking)


def hold(work: Work, safe: bytes, item: str, custody: Custody) -> None:
    """Put a legal hold on a received message: a recall then preserves it, and reports the hold.

    Args:
        work: A write transaction.
        safe: Key that encrypts the database, shape (32,).
        item: Id of the message.
        custody: The hold; the counts of onward sharing are kept.

    Raises:
        ConflictError: The content is already destroyed.
        InputError: The hold has no legal basis, or its case has no hold.
        MissingError: No such message.
    """
    row = _came(work, item)
    if row["box"] is None:
        raise ConflictError("store/destroyed-already", at=item)
    if not custody.basis.strip():
        raise InputError("store/legal-hold-without-basis")
    if custody.case is not None and not _is_held(work, custody.case):
        raise InputError("store/no-legal-hold-case", case=custody.case)
    before = custody_of(work, safe, row["peer"], item)
    _put(work, safe, row, structs.replace(custody, reshared=before.reshared, told=before.told))
    record_change(work, "message held", {"peer": row["peer"], "message": item})


def lift(work: Work, safe: bytes, own: str, item: str) -> str:
    """Lift a legal hold; a message recalled meanwhile is destroyed, and its source informed.

    Returns:
        Outcome of the message: "destroyed"; "": not recalled.

    Raises:
        ConflictError: There is no hold.
        MissingError: The message does not exist.
    """
    row = _came(work, item)
    before = custody_of(work, safe, row["peer"], item)
    if not before.basis:
        raise ConflictError("store/no-legal-hold", at=item)
    _put(work, safe, row, structs.replace(before, basis="", until=None, case=None))
    record_change(work, "hold lifted", {"peer": row["peer"], "message": item})
    return _again(work, safe, own, row)


def pass_on(work: Work, safe: bytes, item: str, reshared: int, told: int, *, own: str) -> str:
    """Record how many recipients a message was passed on to, and how many were asked to destroy it.

    Returns:
        Outcome reported to the source; "": not recalled.

    Raises:
        InputError: More were asked than received it.
        MissingError: No such message.
    """
    if not 0 <= told <= reshared:
        raise InputError("store/cannot-have-been-asked", told=told, reshared=reshared)
    row = _came(work, item)
    before = custody_of(work, safe, row["peer"], item)
    _put(work, safe, row, structs.replace(before, reshared=reshared, told=told))
    told_ = {"peer": row["peer"], "message": item, "others": reshared, "asked": told}
    record_change(work, "message passed on", told_)
    return _again(work, safe, own, row)


def custody_of(work: Work, safe: bytes, peer: str, item: str) -> Custody:
    """Return the custody of a message from a peer."""
    c = tables.custody.c
    wanted = select(c.written).where(c.peer == peer, c.item == item)
    written = work.connection.execute(wanted).scalar()
    return msgspec.json.decode(unlock(written, safe), type=Custody) if written else Custody()


def _again(work: Work, safe: bytes, own: str, came: RowMapping) -> str:
    """Apply an earlier recall, if any, and report to its source."""
    r = tables.recalled.c
    wanted = select(tables.recalled).where(r.source == came["peer"], r.item == came["id"])
    row = work.connection.execute(wanted).mappings().first()
    if row is None:
        return ""
    said = said_of(work, safe, {"recall": Recall}, row["source"], row["recall"])
    item = _item(work, row["source"], row["item"], {})
    marking = item.marking if item else Marking(tlp="red")
    return _settle(work, safe, own, row, said[0].body, marking=marking)


def _settle(
    work: Work, safe: bytes, own: str, row: RowMapping, recall: Recall, *, marking: Marking
) -> Result:
    """Destroy or preserve a recalled message, and report which to its source."""
    source, item = row["source"], row["item"]
    custody = custody_of(work, safe, source, item)
    day = stamp_of(work).at.date()
    result: Result = "kept-under-legal-hold" if _keeps(work, custody, day) else "destroyed"
    if row["outcome"] == "destroyed":
        result = "destroyed"
    elif result == "destroyed":
        destroy(work, safe, source, item, recall.digest)
    kept = result == "kept-under-legal-hold"
    outcome = Outcome(
        recall=recall.id,
        item=item,
        digest=recall.digest,
        result=result,
        day=day,
        basis=custody.basis if kept else "",
        until=custody.until if kept else None,
        reshared=custody.reshared,
        told=custody.told,
    )
    message = Message(
        kind="recall-outcome",
        body=msgspec.json.encode(outcome),
        parent=row["message"],
        thread=row["message"],
        marking=structs.replace(marking, group="", epoch=0),
    )
    name = write_message(work, safe, source, message)
    of = Subject(kind="recall-outcome", owner=source, id=recall.id)
    keep_said(work, safe, spoken_here(work, own, name), of, outcome, names=[name])
    values = {"outcome": result, "changed": moment(stamp_of(work).at)}
    done = update(tables.recalled).where(tables.recalled.c.number == row["number"])
    work.connection.execute(done.values(**values))
    return result


def _item(work: Work, peer: str, item: str, beside: Mapping[str, Envelope]) -> _Item | None:
    """Return the record of a message from a peer; None: unknown id."""
    if found := beside.get(item):
        header = found.header
        return _Item(kind=header.kind, digest=found.digest, marking=header.marking)
    i = tables.incoming.c
    wanted = select(i.kind, i.digest, i.marking).where(i.peer == peer, i.id == item)
    row = work.connection.execute(wanted).first()
    if row is None:
        return None
    marking = decode(row.marking, Marking, "marking of a message")
    return _Item(kind=row.kind, digest=row.digest, marking=marking)


def _asked_back(work: Work, heard: Heard, recall: Recall, kind: str) -> RowMapping:
    """Record that a message is recalled; return its row."""
    r = tables.recalled.c
    of = (r.source == heard.sender, r.item == recall.item)
    told = {"recall": recall.id, "message": heard.message, "reason": recall.reason}
    again = update(tables.recalled).where(*of).values(**told)
    if not work.connection.execute(again).rowcount:
        now = moment(stamp_of(work).at)
        row = {
            **told,
            "source": heard.sender,
            "item": recall.item,
            "peer": heard.to,
            "kind": kind,
            "outcome": "",
            "asked": now,
            "changed": now,
        }
        work.connection.execute(insert(tables.recalled).values(**row))
    return work.connection.execute(select(tables.recalled).where(*of)).mappings().one()


def _came(work: Work, item: str) -> RowMapping:
    """Return a received message.

    Raises:
        InputError: Its kind cannot be recalled.
        MissingError: No message has that id.
    """
    i = tables.incoming.c
    wanted = select(i.peer, i.id, i.kind, i.box).where(i.id == item).order_by(i.came)
    row = work.connection.execute(wanted).mappings().first()
    if row is None:
        raise MissingError("store/no-message-of-that-id-came", item=item[:60])
    if row["kind"] in ALWAYS:
        raise InputError("store/not-recalled", kind=row["kind"], at=item)
    return row


def _keeps(work: Work, custody: Custody, day: date) -> bool:
    """Return whether a legal hold preserves a message on a day."""
    if not custody.basis or (custody.until is not None and custody.until < day):
        return False
    return custody.case is None or _is_held(work, custody.case)


def _is_held(work: Work, case: int) -> bool:
    c = tables.casefile.c
    wanted = select(c.held).where(c.number == case)
    return bool(work.connection.execute(wanted).scalar())


def _put(work: Work, safe: bytes, row: RowMapping, custody: Custody) -> None:
    written = lock(msgspec.json.encode(custody), safe, secrets.token_bytes(_NONCE))
    values = (row["peer"], row["id"], written, moment(stamp_of(work).at))
    columns = ("peer", "item", "written", "changed")
    put(work.connection, tables.custody, columns, [values])


class Sent(Record, frozen=True, kw_only=True):
    """A message of this node at one recipient."""

    message: str  # message id; any of them recalls the statement everywhere
    peer: str
    state: str
    code: str  # reason of rejection
    recalled: Standing | None  # None: not recalled


class Fate(Record, frozen=True, kw_only=True):
    """Delivery status of a statement."""

    sent: tuple[Sent, ...] = ()  # sent by this node, by recipient
    custody: Custody | None = None  # received: its custody


def delivery_statuses(
    work: Work, safe: bytes, own: str, kinds: Iterable[str], of: tuple[str, str]
) -> dict[str, Fate]:
    """Return the delivery status of the statements on a subject, by message.

    Args:
        work: Any transaction.
        safe: Key that encrypts the database, shape (32,).
        own: The name of this node.
        kinds: Message kinds.
        of: Owner and id of the subject.
    """
    s = tables.said.c
    these = (s.owner == plain(of[0]), s.subject == plain(of[1]), s.kind.in_(list(kinds)))
    sent: dict[str, list[Sent]] = {}
    for said, each in _sent(work, own, these):
        sent.setdefault(said, []).append(each)
    found = {said: Fate(sent=tuple(each)) for said, each in sent.items()}
    came = select(s.message, s.sender).where(*these, s.sender != own)
    for row in work.connection.execute(came).all():
        custody = custody_of(work, safe, row.sender, row.message)
        found[row.message] = Fate(custody=custody)
    return found


def _sent(
    work: Work, own: str, these: tuple[ColumnElement[bool], ...]
) -> Iterable[tuple[str, Sent]]:
    s, i, o, r = tables.said.c, tables.said_in.c, tables.outgoing.c, tables.recalled.c
    word = tables.outgoing.alias("word")
    wanted = (
        select(
            s.message,
            o.id,
            o.peer,
            o.state,
            o.code,
            r.number,
            r.outcome,
            word.c.state.label("word"),
        )
        .select_from(
            tables.said.join(tables.said_in, i.said == s.number)
            .join(tables.outgoing, o.id == i.message)
            .outerjoin(tables.recalled, (r.item == o.id) & (r.source == own))
            .outerjoin(word, word.c.id == r.message)
        )
        .where(*these, s.sender == own)
        .order_by(s.number, o.peer)
    )
    for row in work.connection.execute(wanted).all():
        recalled = None if row.number is None else standing_of(row.outcome, row.word)
        yield (
            row.message,
            Sent(message=row.id, peer=row.peer, state=row.state, code=row.code, recalled=recalled),
        )


class Held(Record, frozen=True, kw_only=True):
    """A received message and its custody."""

    id: str
    peer: str
    at: str  # time of receipt
    kind: str
    about: str  # incident, request, joint case or notice; "": none
    custody: Custody
    recalled: str  # outcome reported to its source; "": not recalled


def kept(work: Work, safe: bytes, *, rows: int = 100, after: int = 0) -> list[Held]:
    """Return messages on hold or passed on, most recent activity first.

    Args:
        work: Any transaction.
        safe: Key that encrypts the database, shape (32,).
        rows: Maximum number.
        after: Number of messages to skip.
    """
    c, i, r = tables.custody.c, tables.incoming.c, tables.recalled.c
    wanted = (
        select(c.peer, c.item, i.came, i.kind, r.outcome)
        .select_from(
            tables.custody.join(tables.incoming, (i.peer == c.peer) & (i.id == c.item)).outerjoin(
                tables.recalled, (r.source == c.peer) & (r.item == c.item)
            )
        )
        .order_by(c.changed.desc(), c.item)
        .limit(rows)
        .offset(after)
    )
    return [
        Held(
            id=row.item,
            peer=row.peer,
            at=row.came,
            kind=row.kind,
            about=about(work, row.item),
            custody=custody_of(work, safe, row.peer, row.item),
            recalled=row.outcome or "",
        )
        for row in work.connection.execute(wanted).all()
    ]
