"""Pledges: commitments of this node and its peers, stored with the messages that state them."""

import hashlib
import secrets
from collections.abc import Iterable, Iterator

import msgspec
from sqlalchemy import insert, select

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.coalition.commitments import (
    KINDS,
    Commitment,
    Pledged,
    Report,
    Told,
    Withdrawal,
    problems_of,
    subject_of,
)
from tidewaiter.exchange.problems import as_error
from tidewaiter.exchange.protocol.markings import Marking
from tidewaiter.exchange.protocol.signing import lock, unlock
from tidewaiter.store.audit import moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import insert_new
from tidewaiter.store.core.columns import KEY_LENGTH, plain
from tidewaiter.store.core.database import Work
from tidewaiter.store.peers.directory import day_of, find_peer
from tidewaiter.store.peers.inbox import Heard
from tidewaiter.store.peers.outbox import Message, write_message

_NONCE = 12  # bytes
_AMBER = Marking(tlp="amber")


def say_pledge(
    work: Work, safe: bytes, own: str, said: Pledged, to: Iterable[str] = ()
) -> tuple[str, ...]:
    """Store this node's statement on a commitment or an initiative, and send it.

    Recipients of the commitment receive it too; a report on another node's commitment always goes
    to that node.

    Args:
        work: A write transaction.
        safe: Key that encrypts the database, shape (32,).
        own: The name of this node.
        said: On this node's own commitment, or a report on another's.
        to: Additional recipients.

    Returns:
        The recipients.

    Raises:
        InputError: Another node must state it, it is invalid, or it contradicts an earlier one.
        MissingError: No such peer.
    """
    if isinstance(said, Commitment) and (wrong := problems_of(said)):
        raise as_error(wrong[0])
    _check(said, own)
    kind = _kind(said)
    new = _keep(work, safe, Heard(sender=own, to=own, message="", at=""), kind, said)
    peers = _readers(work, own, said, to) if new else tuple(sorted(set(to)))
    message = Message(kind=kind, body=msgspec.json.encode(said), marking=_AMBER)
    for each in peers:
        write_message(work, safe, each, message)
    if not isinstance(said, Report) or said.owner == own:
        rows = [(*subject_of(said), each) for each in peers]
        insert_new(work.connection, tables.pledge_said_to, ("owner", "subject", "peer"), rows)
    return peers


def send_pledge(
    work: Work, safe: bytes, own: str, commitment: Commitment, to: Iterable[str]
) -> None:
    """Send peers a commitment of this node, and all of this node's reports on it.

    Args:
        work: A write transaction.
        safe: Key that encrypts the database, shape (32,).
        own: The name of this node.
        commitment: The version in force.
        to: New recipients.

    Raises:
        InputError: It is another node's.
        MissingError: No such peer.
    """
    peers = tuple(to)
    say_pledge(work, safe, own, commitment, peers)
    for told in list(pledge_statements(work, safe)):
        same = subject_of(told.body) == subject_of(commitment)
        if same and isinstance(told.body, (Report, Withdrawal)) and _speaker(told.body) == own:
            say_pledge(work, safe, own, told.body, peers)


def hear_pledge(work: Work, safe: bytes, heard: Heard, kind: str, said: Pledged) -> None:
    """Store a peer's statement; `pledges_on` decides what counts.

    Raises:
        InputError: The sender may not make it, its ids are too long, or it contradicts an earlier
            one.
    """
    _check(said, heard.sender)
    _keep(work, safe, heard, kind, said)


def pledge_statements(work: Work, safe: bytes) -> Iterator[Told]:
    """Yield statements in order of arrival.

    Raises:
        InputError: It was written with another key.
    """
    s = tables.pledge_said.c
    wanted = select(s.kind, s.written, s.came).order_by(s.number)
    for row in work.connection.execute(wanted):
        body = msgspec.json.decode(unlock(row.written, safe), type=KINDS[row.kind])
        yield Told(body=body, day=day_of(row.came))


def _check(said: Pledged, speaker: str) -> None:
    """Check that the sender may make a statement.

    Raises:
        InputError: It may not, or its ids are too long.
    """
    owner, subject = subject_of(said)
    if _speaker(said) != speaker:
        raise InputError("store/promise-of-another")
    if max(len(owner), len(subject), len(said.id)) > KEY_LENGTH or not subject or not said.id:
        raise InputError("store/id-empty-or-too-long", key_length=KEY_LENGTH)


def _speaker(said: Pledged) -> str:
    return said.by if isinstance(said, Report) else said.owner


def _readers(work: Work, own: str, said: Pledged, to: Iterable[str]) -> tuple[str, ...]:
    t = tables.pledge_said_to.c
    owner, subject = subject_of(said)
    peers = set(to)
    if owner == own:
        given = select(t.peer).where(t.owner == owner, t.subject == subject)
        peers |= set(work.connection.execute(given).scalars())
    elif find_peer(work, owner) is not None:
        peers.add(owner)
    return tuple(sorted(peers))


def _keep(work: Work, safe: bytes, heard: Heard, kind: str, said: Pledged) -> bool:
    """Store a statement; return False if it is a repetition.

    Raises:
        InputError: Another statement has this id.
    """
    owner, subject = map(plain, subject_of(said))
    written = msgspec.json.encode(said)
    digest = hashlib.sha256(written).hexdigest()
    name = "" if kind in {"commitment", "initiative"} else plain(said.id)
    s = tables.pledge_said.c
    mine = select(s.digest).where(
        s.owner == owner,
        s.subject == subject,
        s.sender == heard.sender,
        s.kind == kind,
        s.id == name,
    )
    last = work.connection.execute(mine.order_by(s.number.desc()).limit(1)).scalar()
    if last == digest:
        return False
    if last is not None and name:
        raise InputError("store/said-otherwise-before", name=name[:40])
    row = {
        "kind": kind,
        "owner": owner,
        "subject": subject,
        "sender": heard.sender,
        "message": heard.message,
        "id": name,
        "digest": digest,
        "written": lock(written, safe, secrets.token_bytes(_NONCE)),
        "came": moment(stamp_of(work).at),
    }
    work.connection.execute(insert(tables.pledge_said).values(**row))
    record_change(work, "pledge kept", {"kind": kind, "digest": digest})
    return True


def _kind(said: Pledged) -> str:
    return next(kind for kind, record in KINDS.items() if isinstance(said, record))
