"""What this node answers to an incident of another, and what became of what it told of its own."""

import secrets
from datetime import date

from msgspec.structs import replace
from sqlalchemy import select

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.incidents.checks import check_proposal, check_sighting
from tidewaiter.exchange.incidents.folding import Known
from tidewaiter.exchange.incidents.types import Incident, Place, Proposal, Sighting, Stage
from tidewaiter.exchange.markings import Marking
from tidewaiter.exchange.problems import Problem
from tidewaiter.store import tables
from tidewaiter.store.database import Work
from tidewaiter.store.incidents import answer_incident, find_known
from tidewaiter.substances.registry import Registry

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
        raise InputError("no version of this incident has come", hint="wait for its owner")
    return now


def _marking(incident: Incident) -> Marking:
    """Return the marking of an answer: the owner's group is not this node's."""
    return replace(incident.marking, group="", epoch=0)


def _refuse(problems: tuple[Problem, ...]) -> None:
    if problems:
        raise InputError(problems[0].text, at=problems[0].at, hint=problems[0].hint)
