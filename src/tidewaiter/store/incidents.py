"""Incidents: reported by this node or a peer, how they were answered, and their delivery."""

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
"""Kinds of message that speak of incidents."""


def tell_incident(work: Work, safe: bytes, own: str, incident: Incident, to: Iterable[str]) -> None:
    """Tell peers of an incident, or of its next version, or a group of it.

    Who was given an earlier version is told of this one too, unless it is for a group that it is
    no longer in.

    Args:
        work: Begun with a stamp.
        safe: What locks the database, shape (32,).
        own: The name of this node.
        incident: One of this node's own.
        to: Peers; () where it is for a group.

    Raises:
        ConflictError: It is not the version that follows.
        InputError: It is not this node's, is for nobody, or its marking forbids a recipient.
        MissingError: There is no such peer, or no such group.
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
    """Propose something to the owner of an incident, or say that it was seen here too.

    Raises:
        InputError: It is this node's own incident.
        MissingError: There is no such incident here.
    """
    find_known(work, safe, said.owner, said.incident)
    if said.owner == own:
        raise InputError("store/not-the-owner")
    kind = "proposal" if isinstance(said, Proposal) else "sighting"
    message = Message(kind=kind, body=msgspec.json.encode(said), marking=marking)
    name = write_message(work, safe, said.owner, message)
    keep_said(work, safe, spoken_here(work, own, name), _subject(kind, said), said, names=[name])


def hear_of_incident(work: Work, safe: bytes, heard: Heard, kind: str, said: Spoken) -> None:
    """Keep what a peer said; whether it counts, the fold of all says.

    Raises:
        InputError: Its ids are too long, or it speaks of what this node does not know.
    """
    of = _subject(kind, said)
    if isinstance(said, Incident):
        if heard.sender != of.owner:
            raise InputError("store/incident-not-of-this-node")
    elif of.owner != heard.to or not is_known(work, KINDS, of.owner, of.id):
        raise InputError("store/no-such-own-incident")
    keep_said(work, safe, heard, of, said)


def say_again(work: Work, safe: bytes, heard: Heard, kind: str, said: Spoken) -> None:
    """Keep what this node itself told a peer before it was restored from a copy.

    Args:
        work: Begun with a stamp.
        safe: What locks the database, shape (32,).
        heard: By this node, and by which message, which is here again.
        kind: Of message.
        said: What was said.
    """
    of, o = _subject(kind, said), tables.outgoing.c
    keep_again(work, safe, heard, of, said)
    if isinstance(said, Incident):
        told = work.connection.execute(select(o.peer).where(o.id == heard.message)).scalars()
        rows = [(of.owner, of.id, each) for each in told]
        insert_new(work.connection, tables.said_to, ("owner", "subject", "peer"), rows)


def find_known(work: Work, safe: bytes, owner: str, subject: str) -> Known:
    """Return all that is known of an incident.

    Raises:
        MissingError: Nothing was said of one of that id.
    """
    if not is_known(work, KINDS, owner, subject):
        raise MissingError("store/no-incident", subject=subject[:60])
    return find_incident(work, safe, owner, subject)


def find_incident(work: Work, safe: bytes, owner: str, subject: str) -> Known:
    """Return all that is known of an incident; nothing may be."""
    t = tables.said_to.c
    given = select(t.peer).where(t.owner == owner, t.subject == subject)
    said = said_of(work, safe, KINDS, owner, subject)
    readers = frozenset(work.connection.execute(given).scalars()) or None
    known = incident_of(owner, subject, said, readers=readers)
    destroyed = destroyed_of(work, KINDS, owner, subject)
    return msgspec.structs.replace(known, destroyed=destroyed)


def incidents(work: Work, *, before: int | None = None, rows: int = 100) -> list[Listed]:
    """Return incidents, the one that something was said of last first.

    Args:
        work: Any.
        before: `last` of the one before the first that is wanted; None: from the latest.
        rows: How many at most.
    """
    return subjects(work, KINDS, before=before, rows=rows)


def incident_at(work: Work, number: int) -> tuple[str, str]:
    """Return owner and id of an incident by the number of what was said of it first.

    Raises:
        MissingError: There is none.
    """
    return saying.subject_at(work, KINDS, number, "incident")


def number_of(work: Work, owner: str, subject: str) -> int:
    """Return the number of what was said of an incident first; 0: nothing was."""
    return saying.number_of(work, KINDS, owner, subject)


def _recipients(
    work: Work, incident: Incident, to: Iterable[str]
) -> tuple[Marking, tuple[str, ...]]:
    """Return the marking under which an incident goes out, and to whom.

    Raises:
        InputError: It is for nobody, or its marking forbids one of them.
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
            raise InputError("store/marking-forbids", why=denials[0].why, at=each)
    return marking, tuple(sorted(peers))


def _subject(kind: str, said: Spoken) -> Subject:
    subject = said.id if isinstance(said, Incident) else said.incident
    return Subject(kind=kind, owner=said.owner, id=subject)


_ID = 8  # bytes


class Seen(Record, frozen=True, kw_only=True):
    """What was seen here too."""

    day: date
    place: Place
    what: str
    stage: Stage = "unknown"


class Delivery(Record, frozen=True, kw_only=True):
    """A version that was written to a peer, and what became of it."""

    peer: str
    version: int
    state: str  # of the message
    code: str  # why it was refused


def propose(
    work: Work,
    safe: bytes,
    own: str,
    incident: tuple[str, str],
    text: str,
    *,
    at: str = "",
    instead: str = "",
) -> str:
    """Propose something to the owner of an incident; return the id of the proposal.

    Args:
        work: Begun with a stamp.
        safe: What locks the database, shape (32,).
        own: The name of this node.
        incident: Its owner, and its id there.
        text: What is proposed.
        at: The part that should change; "": it is a comment.
        instead: What should stand there.

    Raises:
        InputError: It is this node's own, or the proposal does not fit.
        MissingError: There is no such incident here.
    """
    owner, name = incident
    now = _version(find_known(work, safe, owner, name))
    said = Proposal(
        id=secrets.token_hex(_ID),
        incident=name,
        owner=owner,
        about=now.version,
        text=text,
        at=at,
        instead=instead,
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
    """Tell the owner of an incident that it was seen here too; return the id of the sighting.

    Args:
        work: Begun with a stamp.
        safe: What locks the database, shape (32,).
        own: The name of this node.
        incident: Its owner, and its id there.
        seen: What was seen.
        registry: Substances.

    Raises:
        InputError: It is this node's own, or the sighting does not fit.
        MissingError: There is no such incident here.
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
    """Return what became of each version of an own incident that was written to a peer.

    Args:
        work: Any.
        owner: This node.
        name: Id of the incident.

    Returns:
        The latest version first, by peer.
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
    """Return the marking of an answer: the owner's group is not this node's."""
    return replace(incident.marking, group="", epoch=0)


def _refuse(problems: tuple[Problem, ...]) -> None:
    if problems:
        raise as_error(problems[0])
