"""Statements about a subject: stored encrypted, and folded into one view when read.

A subject is an incident, a request, a joint case or a recall, with its id at the owner's node. A
destroyed statement leaves its row: speaker, time and message.
"""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Row, func, insert, select

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.envelopes import Said
from tidewaiter.exchange.protocol.signing import lock, unlock
from tidewaiter.store.audit import moment, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import insert_new
from tidewaiter.store.core.columns import KEY_LENGTH, plain
from tidewaiter.store.core.database import Work
from tidewaiter.store.peers.inbox import Heard

GONE = b""  # replaces destroyed content
_NONCE = 12  # bytes

T = TypeVar("T", bound=Record)


class Subject(Record, frozen=True, kw_only=True):
    """The subject of a statement, and its message kind."""

    kind: str
    owner: str  # node
    id: str  # id at the owner


class Listed(Record, frozen=True, kw_only=True):
    """A row of a subject list."""

    owner: str
    id: str
    first: int  # number of its first statement: the local name of the subject
    last: int  # number of its last statement


def spoken_here(work: Work, own: str, message: str) -> Heard:
    """Return the origin of this node's own statement in a message."""
    return Heard(sender=own, to=own, message=message, at=moment(stamp_of(work).at))


def keep_said(
    work: Work, safe: bytes, heard: Heard, of: Subject, body: Record, *, names: Iterable[str] = ()
) -> None:
    """Store a statement.

    Args:
        work: A write transaction.
        safe: Key that encrypts the database, shape (32,).
        heard: Speaker and message.
        of: Subject.
        body: Content.
        names: Ids of all messages by which this node sends it; (): received.

    Raises:
        InputError: An id is too long.
    """
    if max(len(of.owner), len(of.id)) > KEY_LENGTH:
        raise InputError("store/id-too-long", key_length=KEY_LENGTH)
    row = {
        "kind": of.kind,
        "owner": plain(of.owner),
        "subject": plain(of.id),
        "sender": heard.sender,
        "message": heard.message,
        "at": heard.at,
        "came": moment(stamp_of(work).at),
        "written": lock(msgspec.json.encode(body), safe, secrets.token_bytes(_NONCE)),
    }
    done = work.connection.execute(insert(tables.said).values(**row))
    number = int(done.inserted_primary_key[0])  # type: ignore[index]
    insert_new(
        work.connection, tables.said_in, ("said", "message"), [(number, each) for each in names]
    )


def keep_again(work: Work, safe: bytes, heard: Heard, of: Subject, body: Record) -> None:
    """Restore this node's own statement from before a restored backup.

    A statement to several peers is stored once, with the message to each.

    Args:
        work: A write transaction.
        safe: Key that encrypts the database, shape (32,).
        heard: This node, and the message.
        of: Subject.
        body: Content.
    """
    s, told = tables.said.c, msgspec.json.encode(body)
    same = (s.kind == of.kind, s.owner == plain(of.owner), s.subject == plain(of.id))
    wanted = select(s.number, s.written).where(*same, s.sender == heard.sender, s.written != GONE)
    for number, written in work.connection.execute(wanted).all():
        if unlock(written, safe) == told:
            rows = [(number, heard.message)]
            insert_new(work.connection, tables.said_in, ("said", "message"), rows)
            return
    keep_said(work, safe, heard, of, body, names=[heard.message])


def said_of(
    work: Work, safe: bytes, kinds: Mapping[str, type[T]], owner: str, subject: str
) -> list[Said[T]]:
    """Return the statements on a subject that are not destroyed, in order of arrival."""
    s = tables.said.c
    wanted = select(tables.said).where(*_those(kinds, owner, subject), s.written != GONE)
    return [_said(row, safe, kinds) for row in work.connection.execute(wanted.order_by(s.number))]


def said_of_each(
    work: Work, safe: bytes, kinds: Mapping[str, type[T]], *, rows: int
) -> list[tuple[Listed, list[Said[T]]]]:
    """Return the statements on each subject, most recent activity first.

    Args:
        work: Any transaction.
        safe: Key that encrypts the database, shape (32,).
        kinds: Message kinds.
        rows: Maximum number of subjects.
    """
    listed = subjects(work, kinds, rows=rows)
    found: dict[tuple[str, str], list[Said[T]]] = {(each.owner, each.id): [] for each in listed}
    s = tables.said.c
    since = min((each.first for each in listed), default=0)
    wanted = select(tables.said).where(
        s.kind.in_(list(kinds)), s.number >= since, s.written != GONE
    )
    for row in work.connection.execute(wanted.order_by(s.number)):
        if (row.owner, row.subject) in found:
            found[row.owner, row.subject].append(_said(row, safe, kinds))
    return [(each, found[each.owner, each.id]) for each in listed]


def subject_at(work: Work, kinds: Iterable[str], number: int, what: str) -> tuple[str, str]:
    """Return owner and id of a subject by its local number.

    Args:
        work: Any transaction.
        kinds: Message kinds.
        number: Number of its first statement.
        what: Noun for the error message, such as "incident".

    Raises:
        MissingError: No such subject.
    """
    s, named = tables.said.c, list(kinds)
    wanted = select(s.owner, s.subject).where(s.number == number, s.kind.in_(named))
    row = work.connection.execute(wanted).first()
    if row is None or number_of(work, named, row.owner, row.subject) != number:
        raise MissingError("store/no-such-number", what=what, number=number)
    return str(row.owner), str(row.subject)


def number_of(work: Work, kinds: Iterable[str], owner: str, subject: str) -> int:
    """Return the number of the first statement on a subject; 0: none."""
    wanted = select(func.min(tables.said.c.number)).where(*_those(kinds, owner, subject))
    return int(work.connection.execute(wanted).scalar() or 0)


def destroyed_of(work: Work, kinds: Iterable[str], owner: str, subject: str) -> int:
    """Count the statements on a subject destroyed after a recall."""
    these = (*_those(kinds, owner, subject), tables.said.c.written == GONE)
    wanted = select(func.count()).select_from(tables.said).where(*these)
    return int(work.connection.execute(wanted).scalar_one())


def is_known(work: Work, kinds: Iterable[str], owner: str, subject: str) -> bool:
    """Return whether a subject has any statement."""
    wanted = select(tables.said.c.number).where(*_those(kinds, owner, subject)).limit(1)
    return work.connection.execute(wanted).first() is not None


def subjects(
    work: Work, kinds: Iterable[str], *, rows: int, before: int | None = None
) -> list[Listed]:
    """Return subjects, most recent activity first.

    Args:
        work: Any transaction.
        kinds: Message kinds.
        rows: Maximum number.
        before: `last` of the previous page's last one; None: start with the latest.
    """
    s = tables.said.c
    first, last = func.min(s.number), func.max(s.number)
    wanted = select(s.owner, s.subject, first.label("first"), last.label("last"))
    wanted = wanted.where(s.kind.in_(list(kinds))).group_by(s.owner, s.subject)
    if before is not None:
        wanted = wanted.having(last < before)
    found = work.connection.execute(wanted.order_by(last.desc()).limit(rows))
    return [
        Listed(owner=row.owner, id=row.subject, first=row.first, last=row.last) for row in found
    ]


def _said(row: Row[Any], safe: bytes, kinds: Mapping[str, type[T]]) -> Said[T]:
    body = msgspec.json.decode(unlock(row.written, safe), type=kinds[row.kind])
    return Said(id=row.message, sender=row.sender, at=row.at, body=body)


def _those(kinds: Iterable[str], owner: str, subject: str) -> tuple[ColumnElement[bool], ...]:
    s = tables.said.c
    return s.owner == plain(owner), s.subject == plain(subject), s.kind.in_(list(kinds))
