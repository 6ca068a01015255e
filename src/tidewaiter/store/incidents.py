"""Incidents: what was said of each, kept in the transaction of the message that says it."""

import secrets
from collections.abc import Iterable

import msgspec
from sqlalchemy import func, insert, select

from tidewaiter.base.errors import ConflictError, InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.exchange.incidents.checks import check_update
from tidewaiter.exchange.incidents.folding import Known, incident_of
from tidewaiter.exchange.incidents.types import Incident, Proposal, Sighting, Spoken
from tidewaiter.exchange.markings import Marking, Recipient, why_not_send
from tidewaiter.exchange.said import Said
from tidewaiter.exchange.signing import lock, unlock
from tidewaiter.store import tables
from tidewaiter.store.audit import moment, stamp_of
from tidewaiter.store.database import Work
from tidewaiter.store.groups import group_of
from tidewaiter.store.incoming import Heard
from tidewaiter.store.inserts import insert_new
from tidewaiter.store.outgoing import Message, write_message
from tidewaiter.store.payloads import KEY_LENGTH, plain

KINDS: dict[str, type[Spoken]] = {
    "incident": Incident, "proposal": Proposal, "sighting": Sighting
}  # fmt: skip
"""Kinds of message that speak of incidents."""

_NONCE = 12  # bytes


class Listed(Record, frozen=True, kw_only=True):
    """An incident in a list."""

    owner: str
    id: str
    first: int  # number of what was said of it first: it names the incident here
    last: int  # number of what was said of it last


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
        raise InputError("an incident is told by its owner alone", hint="propose a change instead")
    known = find_incident(work, safe, own, incident.id)
    before = known.now()
    if incident.version != (before.version if before else 0) + 1:
        hint = f"the next version is {(before.version if before else 0) + 1}"
        raise ConflictError(f"version {incident.version} does not follow", hint=hint)
    if before and (wrong := check_update(before, incident)):
        raise InputError(wrong[0].text, at=wrong[0].at, hint=wrong[0].hint)
    marking, peers = _recipients(work, incident, to)
    message = Message(kind="incident", body=msgspec.json.encode(incident), marking=marking)
    names = [write_message(work, safe, each, message) for each in peers]
    _keep(work, safe, _by(work, own, names[0]), "incident", incident)
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
        raise InputError("the owner writes a new version", hint="tell the incident again")
    kind = "proposal" if isinstance(said, Proposal) else "sighting"
    message = Message(kind=kind, body=msgspec.json.encode(said), marking=marking)
    name = write_message(work, safe, said.owner, message)
    _keep(work, safe, _by(work, own, name), kind, said)


def hear_of_incident(work: Work, safe: bytes, heard: Heard, kind: str, said: Spoken) -> None:
    """Keep what a peer said; whether it counts, the fold of all says.

    Raises:
        InputError: Its ids are too long, or it speaks of what this node does not know.
    """
    owner, subject = _subject(said)
    if max(len(owner), len(subject)) > KEY_LENGTH:
        raise InputError(f"an id has at most {KEY_LENGTH} characters")
    if isinstance(said, Incident):
        if heard.sender != owner:
            raise InputError("an incident is told by its owner alone")
    elif owner != heard.to or not _is_known(work, owner, subject):
        raise InputError("there is no such incident of this node")
    _keep(work, safe, heard, kind, said)


def find_known(work: Work, safe: bytes, owner: str, subject: str) -> Known:
    """Return all that is known of an incident.

    Raises:
        MissingError: Nothing was said of one of that id.
    """
    if not _is_known(work, owner, subject):
        hint = "look at: tidewaiter incidents list"
        raise MissingError(f'there is no incident "{subject[:60]}"', hint=hint)
    return find_incident(work, safe, owner, subject)


def find_incident(work: Work, safe: bytes, owner: str, subject: str) -> Known:
    """Return all that is known of an incident; nothing may be."""
    s, t = tables.said.c, tables.said_to.c
    rows = select(tables.said).where(s.owner == owner, s.subject == subject).order_by(s.number)
    given = select(t.peer).where(t.owner == owner, t.subject == subject)
    said = [
        Said(
            id=row.message, sender=row.sender, at=row.at,
            body=msgspec.json.decode(unlock(row.written, safe), type=KINDS[row.kind]),
        )
        for row in work.connection.execute(rows)
    ]  # fmt: skip
    readers = frozenset(work.connection.execute(given).scalars()) or None
    return incident_of(owner, subject, said, readers=readers)


def incidents(work: Work, *, before: int | None = None, rows: int = 100) -> list[Listed]:
    """Return incidents, the one that something was said of last first.

    Args:
        work: Any.
        before: `last` of the one before the first that is wanted; None: from the latest.
        rows: How many at most.
    """
    s = tables.said.c
    first, last = func.min(s.number), func.max(s.number)
    wanted = select(s.owner, s.subject, first.label("first"), last.label("last")).group_by(
        s.owner, s.subject
    )
    if before is not None:
        wanted = wanted.having(last < before)
    found = work.connection.execute(wanted.order_by(last.desc()).limit(rows))
    return [
        Listed(owner=row.owner, id=row.subject, first=row.first, last=row.last) for row in found
    ]


def incident_at(work: Work, number: int) -> tuple[str, str]:
    """Return owner and id of an incident by the number of what was said of it first.

    Raises:
        MissingError: There is none.
    """
    s, before = tables.said.c, tables.said.alias().c
    earlier = select(before.number).where(
        before.owner == s.owner, before.subject == s.subject, before.number < s.number
    )
    wanted = select(s.owner, s.subject).where(s.number == number, ~earlier.exists())
    row = work.connection.execute(wanted).first()
    if row is None:
        raise MissingError(f"there is no incident {number}", hint="look at the list")
    return str(row.owner), str(row.subject)


def number_of(work: Work, owner: str, subject: str) -> int:
    """Return the number of what was said of an incident first; 0: nothing was."""
    s = tables.said.c
    wanted = select(func.min(s.number)).where(s.owner == owner, s.subject == subject)
    return int(work.connection.execute(wanted).scalar() or 0)


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
        hint = "name peers by --to, or take members into the group: an empty one reaches nobody"
        raise InputError("this is for nobody", hint=hint)
    for each in peers:
        to_ = Recipient(name=each, reach="community", groups=groups.get(each, {}))
        if denials := why_not_send(marking, to_, "control"):
            raise InputError(denials[0].why, at=each, hint="change the marking, or leave it out")
    return marking, tuple(sorted(peers))


def _by(work: Work, own: str, message: str) -> Heard:
    return Heard(sender=own, to=own, message=message, at=moment(stamp_of(work).at))


def _keep(work: Work, safe: bytes, heard: Heard, kind: str, said: Spoken) -> None:
    owner, subject = _subject(said)
    row = {
        "kind": kind, "owner": plain(owner), "subject": plain(subject), "sender": heard.sender,
        "message": heard.message, "at": heard.at, "came": moment(stamp_of(work).at),
        "written": lock(msgspec.json.encode(said), safe, secrets.token_bytes(_NONCE)),
    }  # fmt: skip
    work.connection.execute(insert(tables.said).values(**row))


def _subject(said: Spoken) -> tuple[str, str]:
    return said.owner, said.id if isinstance(said, Incident) else said.incident


def _is_known(work: Work, owner: str, subject: str) -> bool:
    s = tables.said.c
    wanted = select(s.number).where(s.owner == owner, s.subject == subject).limit(1)
    return work.connection.execute(wanted).first() is not None
