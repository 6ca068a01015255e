"""Recall compliance: recalls by peers, legal holds, and the delivery status of each message.

A legal hold that an officer has set keeps the message; without one what it said is destroyed at
once. Either is told to the source in a message of its own, which is signed as all are.
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
    """What this node does with a message that came."""

    basis: str = ""  # of a legal hold; "": there is none
    until: date | None = None  # the last day of the hold, where it is known
    case: int | None = None  # whose own legal hold keeps it, as long as that lasts
    reshared: int = 0  # to how many it was passed on
    told: int = 0  # how many of them have been asked to destroy it


class _Item(Record, frozen=True, kw_only=True):
    kind: str
    digest: str
    marking: Marking


def hear_recall(
    work: Work, safe: bytes, heard: Heard, recall: Recall, *, beside: Mapping[str, Envelope]
) -> None:
    """Destroy or keep what is recalled, and tell its source which.

    Args:
        work: Begun with a stamp.
        safe: What locks the database, shape (32,).
        heard: From whom the recall came.
        recall: It.
        beside: Messages of the same sender that were taken in this work, by id.

    Raises:
        InputError: No such message came from that peer, or it is none to recall.
    """
    item = _item(work, heard.sender, recall.item, beside)
    if item is None or item.digest != recall.digest or item.kind in ALWAYS:
        raise InputError("store/no-such-message-from-peer")
    keep_said(work, safe, heard, Subject(kind="recall", owner=heard.sender, id=recall.id), recall)
    row = _asked_back(work, heard, recall, item.kind)
    _settle(work, safe, heard.to, row, recall, marking=item.marking)


def hold(work: Work, safe: bytes, item: str, custody: Custody) -> None:
    """Put a legal hold on a message that came: where it is recalled it is kept, and that is told.

    Args:
        work: Begun with a stamp.
        safe: What locks the database, shape (32,).
        item: Id of the message.
        custody: The hold; what was passed on stays as it was told before.

    Raises:
        ConflictError: What it said is destroyed already.
        InputError: The hold rests on nothing, or its case is under none.
        MissingError: There is no such message.
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
    """End a legal hold; what was recalled meanwhile is destroyed, and that is told.

    Returns:
        What became of the message: "destroyed"; "": nobody has recalled it.

    Raises:
        ConflictError: There is no hold.
        MissingError: There is no such message.
    """
    row = _came(work, item)
    before = custody_of(work, safe, row["peer"], item)
    if not before.basis:
        raise ConflictError("store/no-legal-hold", at=item)
    _put(work, safe, row, structs.replace(before, basis="", until=None, case=None))
    record_change(work, "hold lifted", {"peer": row["peer"], "message": item})
    return _again(work, safe, own, row)


def pass_on(work: Work, safe: bytes, item: str, reshared: int, told: int, *, own: str) -> str:
    """Say to how many a message was passed on, and how many of them were asked to destroy it.

    Returns:
        What its source is told became of it; "": nobody has recalled it.

    Raises:
        InputError: More were asked than had it.
        MissingError: There is no such message.
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
    """Return what this node does with a message that came from a peer."""
    c = tables.custody.c
    wanted = select(c.written).where(c.peer == peer, c.item == item)
    written = work.connection.execute(wanted).scalar()
    return msgspec.json.decode(unlock(written, safe), type=Custody) if written else Custody()


def _again(work: Work, safe: bytes, own: str, came: RowMapping) -> str:
    """Settle a recall that came before, where there is one, and tell its source."""
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
    """Destroy or keep a message that is recalled, and tell its source which."""
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
    """Return what is known of a message that came from a peer; None: there is none of that id."""
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
    """Write down that a message is recalled; return the row of it."""
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
    """Return a message that came.

    Raises:
        InputError: It is none that can be recalled.
        MissingError: There is none of that id.
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
    """Say whether a legal hold keeps a message on a day."""
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

    message: str  # id; by any of them, what was said is recalled from all
    peer: str
    state: str
    code: str  # why it was refused
    recalled: Standing | None  # None: it is not recalled


class Fate(Record, frozen=True, kw_only=True):
    """What became of what was said once."""

    sent: tuple[Sent, ...] = ()  # where this node said it, by recipient
    custody: Custody | None = None  # where it came: what keeps it, and to whom it went on


def fates(
    work: Work, safe: bytes, own: str, kinds: Iterable[str], of: tuple[str, str]
) -> dict[str, Fate]:
    """Return what became of what was said of a subject, by the message that says it.

    Args:
        work: Any.
        safe: What locks the database, shape (32,).
        own: The name of this node.
        kinds: Of message.
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
    """A message that came, and what this node does with it."""

    id: str
    peer: str
    at: str  # when it came
    kind: str
    about: str  # the incident, request, joint case or notice; "": none
    custody: Custody
    recalled: str  # what its source was told became of it; "": nobody has recalled it


def kept(work: Work, safe: bytes, *, rows: int = 100, after: int = 0) -> list[Held]:
    """Return messages that are held or were passed on, what was said of them last first.

    Args:
        work: Any.
        safe: What locks the database, shape (32,).
        rows: How many at most.
        after: How many of them come before.
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
