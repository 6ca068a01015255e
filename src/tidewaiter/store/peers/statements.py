"""Statements about a subject: stored encrypted, and folded into one view when read.

A subject is an incident, a request, a joint case or a recall, by its id at the node that owns it.
What was destroyed leaves its row: who said it, when, and by which message.
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

GONE = b""  # in the place of what was destroyed
_NONCE = 12  # bytes

T = TypeVar("T", bound=Record)


class Subject(Record, frozen=True, kw_only=True):
    """What something is said of, and by which kind of message."""

    kind: str
    owner: str  # node
    id: str  # there


class Listed(Record, frozen=True, kw_only=True):
    """A subject in a list."""

    owner: str
    id: str
    first: int  # number of what was said of it first: it names the subject here
    last: int  # number of what was said of it last


def spoken_here(work: Work, own: str, message: str) -> Heard:
    """Return how this node itself says something by a message."""
    return Heard(sender=own, to=own, message=message, at=moment(stamp_of(work).at))


def keep_said(
    work: Work, safe: bytes, heard: Heard, of: Subject, body: Record, *, names: Iterable[str] = ()
) -> None:
    """Keep what was said.

    Args:
        work: Begun with a stamp.
        safe: What locks the database, shape (32,).
        heard: By whom, and by which message.
        of: Of what.
        body: What was said.
        names: Ids of all messages by which this node says it; (): it came.

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
    """Keep what this node itself said before it was restored from a copy.

    What it said to several peers is kept once, with the message to each.

    Args:
        work: Begun with a stamp.
        safe: What locks the database, shape (32,).
        heard: By this node, and by which message.
        of: Of what.
        body: What was said.
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
    """Return what was said of a subject and is not destroyed, in the order in which it came."""
    s = tables.said.c
    wanted = select(tables.said).where(*_those(kinds, owner, subject), s.written != GONE)
    return [_said(row, safe, kinds) for row in work.connection.execute(wanted.order_by(s.number))]


def said_of_each(
    work: Work, safe: bytes, kinds: Mapping[str, type[T]], *, rows: int
) -> list[tuple[Listed, list[Said[T]]]]:
    """Return what was said of each subject, the one that something was said of last first.

    Args:
        work: Any.
        safe: What locks the database, shape (32,).
        kinds: Of message.
        rows: How many subjects at most.
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
    """Return the owner and the id of a subject by its number here.

    Args:
        work: Any.
        kinds: Of message.
        number: Of what was said of it first.
        what: What it is called where there is none, like "incident".

    Raises:
        MissingError: There is none.
    """
    s, named = tables.said.c, list(kinds)
    wanted = select(s.owner, s.subject).where(s.number == number, s.kind.in_(named))
    row = work.connection.execute(wanted).first()
    if row is None or number_of(work, named, row.owner, row.subject) != number:
        raise MissingError("store/no-such-number", what=what, number=number)
    return str(row.owner), str(row.subject)


def number_of(work: Work, kinds: Iterable[str], owner: str, subject: str) -> int:
    """Return the number of what was said of a subject first; 0: nothing was."""
    wanted = select(func.min(tables.said.c.number)).where(*_those(kinds, owner, subject))
    return int(work.connection.execute(wanted).scalar() or 0)


def destroyed_of(work: Work, kinds: Iterable[str], owner: str, subject: str) -> int:
    """Count what was said of a subject and is destroyed, as its source recalled it."""
    these = (*_those(kinds, owner, subject), tables.said.c.written == GONE)
    wanted = select(func.count()).select_from(tables.said).where(*these)
    return int(work.connection.execute(wanted).scalar_one())


def is_known(work: Work, kinds: Iterable[str], owner: str, subject: str) -> bool:
    """Say whether anything was said of a subject."""
    wanted = select(tables.said.c.number).where(*_those(kinds, owner, subject)).limit(1)
    return work.connection.execute(wanted).first() is not None


def subjects(
    work: Work, kinds: Iterable[str], *, rows: int, before: int | None = None
) -> list[Listed]:
    """Return subjects, the one that something was said of last first.

    Args:
        work: Any.
        kinds: Of message.
        rows: How many at most.
        before: `last` of the one before the first that is wanted; None: from the latest.
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
