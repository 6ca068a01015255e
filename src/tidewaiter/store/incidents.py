"""Incidents: reported by this node or a peer, the responses, and their delivery."""

import secrets
from collections.abc import Iterable
from datetime import date

import msgspec
from msgspec.structs import replace
from sqlalchemy import select

from tidewaiter.base.errors import ConflictError, InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.exchange.incidents.checks import check_proposal, check_sighting, check_update
from tidewaiter.exchange.incidents.state import Known, incident_of
from tidewaiter.exchange.incidents.types import Incident, Place, Proposal, Sighting, Spoken, Stage
from tidewaiter.exchange.problems import Problem, as_error
from tidewaiter.exchange.protocol.markings import Marking, Recipient, why_not_send
from tidewaiter.law.registry import Registry
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import insert_new
from tidewaiter.store.core.database import Work
from tidewaiter.store.groups import group_of
from tidewaiter.store.peers import statements as saying
from tidewaiter.store.peers.inbox import Heard
from tidewaiter.store.peers.outbox import Message, write_message
from tidewaiter.store.peers.statements import (
    Listed,
    Subject,
    destroyed_of,
    is_known,
    keep_again,
    keep_said,
    said_of,
    spoken_here,
    subjects,
)

KINDS: dict[str, type[Spoken]] = {"incident": Incident, "proposal": Proposal, "sighting": Sighting}
"""Message kinds of incidents."""


def send_incident(work: Work, safe: bytes, own: str, incident: Incident, to: Iterable[str]) -> None:
    """Send an incident, or its next version, to peers or a group.

    Recipients of an earlier version receive this one too, unless it is for a group that they have
    left.

    Args:
        work: A write transaction.
        safe: Key that encrypts the database, shape (32,).
        own: The name of this node.
        incident: An incident of this node.
        to: Peers; () for a group.

    Raises:
        ConflictError: It is not the version that follows.
        InputError: It is not this node's, has no recipient, or its marking forbids one.
        MissingError: No such peer or group.
    """
    if incident.owner != own:
        raise InputError("store/incident-of-another")
    known = find_incident(work, safe, own, incident.id)
    before = known.now()
    if incident.version != (before.version if before else 0) + 1:
        raise ConflictError(
            "store/version-does-not-follow",
            version=incident.version,
            wanted=(before.version if before else 0) + 1,
        )
    if before and (wrong := check_update(before, incident)):
        raise as_error(wrong[0])
    marking, peers = _recipients(work, incident, to)
    message = Message(kind="incident", body=msgspec.json.encode(incident), marking=marking)
    names = [write_message(work, safe, each, message) for each in peers]
    heard = spoken_here(work, own, names[0])
    keep_said(work, safe, heard, _subject("incident", incident), incident, names=names)
    rows = [(own, incident.id, each) for each in peers]
    insert_new(work.connection, tables.said_to, ("owner", "subject", "peer"), rows)


def answer_incident(
    work: Work, safe: bytes, own: str, said: Proposal | Sighting, marking: Marking
) -> None:
    """Send the owner of an incident a proposal or a sighting.

    Raises:
        InputError: It is this node's own incident.
        MissingError: No such incident here.
    """
    find_known(work, safe, said.owner, said.incident)
    if said.owner == own:
        raise InputError("store/not-the-owner")
    kind = "proposal" if isinstance(said, Proposal) else "sighting"
    message = Message(kind=kind, body=msgspec.json.encode(said), marking=marking)
    name = write_message(work, safe, said.owner, message)
    keep_said(work, safe, spoken_here(work, own, name), _subject(kind, said), said, names=[name])


def hear_of_incident(work: Work, safe: bytes, heard: Heard, kind: str, said: Spoken) -> None:
    """Store a peer's statement; the fold of all decides whether it counts.

    Raises:
        InputError: Its ids are too long, or it refers to something unknown.
    """
    of = _subject(kind, said)
    if isinstance(said, Incident):
        if heard.sender != of.owner:
            raise InputError("store/incident-not-of-this-node")
    elif of.owner != heard.to or not is_known(work, KINDS, of.owner, of.id):
        raise InputError("store/no-such-own-incident")
    keep_said(work, safe, heard, of, said)


def say_again(work: Work, safe: bytes, heard: Heard, kind: str, said: Spoken) -> None:
    """Restore this node's own statement to a peer, from before a restored backup.

    Args:
        work: A write transaction.
        safe: Key that encrypts the database, shape (32,).
        heard: This node, and the recovered message.
        kind: Of message.
        said: The statement.
    """
    of, o = _subject(kind, said), tables.outgoing.c
    keep_again(work, safe, heard, of, said)
    if isinstance(said, Incident):
        told = work.connection.execute(select(o.peer).where(o.id == heard.message)).scalars()
        rows = [(of.owner, of.id, each) for each in told]
        insert_new(work.connection, tables.said_to, ("owner", "subject", "peer"), rows)


def find_known(work: Work, safe: bytes, owner: str, subject: str) -> Known:
    """Return the current state of an incident.

    Raises:
        MissingError: No statement about that id.
    """
    if not is_known(work, KINDS, owner, subject):
        raise MissingError("store/no-incident", subject=subject[:60])
    return find_incident(work, safe, owner, subject)


def find_incident(work: Work, safe: bytes, owner: str, subject: str) -> Known:
    """Return the current state of an incident, which may be empty."""
    t = tables.said_to.c
    given = select(t.peer).where(t.owner == owner, t.subject == subject)
    said = said_of(work, safe, KINDS, owner, subject)
    readers = frozenset(work.connection.execute(given).scalars()) or None
    known = incident_of(owner, subject, said, readers=readers)
    destroyed = destroyed_of(work, KINDS, owner, subject)
    return msgspec.structs.replace(known, destroyed=destroyed)


def incidents(work: Work, *, before: int | None = None, rows: int = 100) -> list[Listed]:
    """Return incidents, most recent activity first.

    Args:
        work: Any transaction.
        before: `last` of the previous page's last one; None: start with the latest.
        rows: Maximum number.
    """
    return subjects(work, KINDS, before=before, rows=rows)


def incident_at(work: Work, number: int) -> tuple[str, str]:
    """Return owner and id of an incident by the number of its first statement.

    Raises:
        MissingError: No such incident.
    """
    return saying.subject_at(work, KINDS, number, "incident")


def number_of(work: Work, owner: str, subject: str) -> int:
    """Return the number of the first statement on an incident; 0: none."""
    return saying.number_of(work, KINDS, owner, subject)


def _recipients(
    work: Work, incident: Incident, to: Iterable[str]
) -> tuple[Marking, tuple[str, ...]]:
    """Return the marking of an outgoing incident, and its recipients.

    Raises:
        InputError: It has no recipient, or its marking forbids one.
    """
    marking, t = incident.marking, tables.said_to.c
    given = select(t.peer).where(t.owner == incident.owner, t.subject == incident.id)
    peers = {*to, *work.connection.execute(given).scalars()}
    groups: dict[str, dict[str, int]] = {}
    if marking.group:
        group = group_of(work, marking.group)
        marking = msgspec.structs.replace(marking, epoch=group.epoch)
        peers = {each for each in peers if each in group.members} | set(group.members)
        groups = {each: {group.id: group.epoch} for each in group.members}
    if not peers:
        raise InputError("store/for-nobody")
    for each in peers:
        to_ = Recipient(name=each, reach="community", groups=groups.get(each, {}))
        if denials := why_not_send(marking, to_, "control"):
            raise denials[0].as_error(at=each)
    return marking, tuple(sorted(peers))


def _subject(kind: str, said: Spoken) -> Subject:
    subject = said.id if isinstance(said, Incident) else said.incident
    return Subject(kind=kind, owner=said.owner, id=subject)


_ID = 8  # bytes


class Seen(Record, frozen=True, kw_only=True):
    """A sighting to report."""

    day: date
    place: Place
    what: str
    stage: Stage = "unknown"


class Delivery(Record, frozen=True, kw_only=True):
    """A version sent to a peer, and its delivery status."""

    peer: str
    version: int
    state: str  # of the message
    code: str  # reason of rejection


class Change(Record, frozen=True, kw_only=True):
    """A proposed change to an incident, or a comment on it."""

    text: str  # what is proposed
    at: str = ""  # the part to change; "": a comment
    instead: str = ""  # replacement text


def propose(
    work: Work,
    safe: bytes,
    own: str,
    incident: tuple[str, str],
    change: Change,
) -> str:
    """Send a proposal to the owner of an incident; return the proposal's id.

    Args:
        work: A write transaction.
        safe: Key that encrypts the database, shape (32,).
        own: The name of this node.
        incident: Its owner, and its id there.
        change: What is proposed.

    Raises:
        InputError: It is this node's own, or the proposal is invalid.
        MissingError: No such incident here.
    """
    owner, name = incident
    now = _version(find_known(work, safe, owner, name))
    said = Proposal(
        id=secrets.token_hex(_ID),
        incident=name,
        owner=owner,
        about=now.version,
        text=change.text,
        at=change.at,
        instead=change.instead,
    )
    _refuse(check_proposal(said, now))
    answer_incident(work, safe, own, said, _marking(now))
    return said.id


def sight(
    work: Work,
    safe: bytes,
    own: str,
    incident: tuple[str, str],
    seen: Seen,
    *,
    registry: Registry,
) -> str:
    """Send a sighting to the owner of an incident; return the sighting's id.

    Args:
        work: A write transaction.
        safe: Key that encrypts the database, shape (32,).
        own: The name of this node.
        incident: Its owner, and its id there.
        seen: The sighting.
        registry: Substances.

    Raises:
        InputError: It is this node's own, or the sighting is invalid.
        MissingError: No such incident here.
    """
    owner, name = incident
    marking = _marking(_version(find_known(work, safe, owner, name)))
    said = Sighting(
        id=secrets.token_hex(_ID),
        incident=name,
        owner=owner,
        day=seen.day,
        place=seen.place,
        what=seen.what,
        stage=seen.stage,
        marking=marking,
    )
    today = work.stamp.at.date() if work.stamp else seen.day
    _refuse(check_sighting(said, registry, today))
    answer_incident(work, safe, own, said, marking)
    return said.id


def deliveries(work: Work, owner: str, name: str) -> list[Delivery]:
    """Return the delivery status of each version of an own incident, per peer.

    Args:
        work: Any transaction.
        owner: This node.
        name: Incident id.

    Returns:
        Latest version first, by peer.
    """
    s, i, o = tables.said.c, tables.said_in.c, tables.outgoing.c
    told = select(s.number).where(s.owner == owner, s.subject == name, s.kind == "incident")
    numbers = work.connection.execute(told.order_by(s.number)).scalars().all()
    versions = {number: version for version, number in enumerate(numbers, 1)}
    wanted = select(i.said, o.peer, o.state, o.code).select_from(
        tables.said_in.join(tables.outgoing, o.id == i.message)
    )
    rows = work.connection.execute(
        wanted.where(i.said.in_(numbers)).order_by(i.said.desc(), o.peer)
    )
    return [
        Delivery(peer=row.peer, version=versions[row.said], state=row.state, code=row.code)
        for row in rows
    ]


def _version(known: Known) -> Incident:
    now = known.now()
    if now is None:
        raise InputError("store/no-version-of-incident")
    return now


def _marking(incident: Incident) -> Marking:
    """Return the marking of a response: the owner's group does not exist at this node."""
    return replace(incident.marking, group="", epoch=0)


def _refuse(problems: tuple[Problem, ...]) -> None:
    if problems:
        raise as_error(problems[0])
