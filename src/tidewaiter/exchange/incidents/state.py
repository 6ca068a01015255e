"""The state of an incident after all statements about it.

The owner alone writes versions. Others propose and tell what they saw; they change nothing. What
is said twice counts once, and the order in which messages come does not matter, but for one thing:
of two contents under one id, the one that came first stands, and the other is shown.
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from tidewaiter.base.records import Record
from tidewaiter.exchange.incidents.types import (
    Incident,
    Proposal,
    Settled,
    Sighting,
    Spoken,
    Status,
)
from tidewaiter.exchange.protocol.envelopes import Said, Unheeded

T = TypeVar("T", Incident, Proposal, Sighting)


class Proposed(Record, frozen=True, kw_only=True):
    """A proposal, and what the owner made of it."""

    said: Said[Proposal]
    settled: Settled | None  # None: the owner has not answered
    version: int | None  # that answers; None: none


class Known(Record, frozen=True, kw_only=True):
    """All that is known of one incident."""

    id: str
    owner: str
    versions: tuple[Said[Incident], ...]  # by number
    missing: tuple[int, ...]  # versions before the last one that have not come
    proposals: tuple[Proposed, ...]  # by id of the node, then of the proposal
    sightings: tuple[Said[Sighting], ...]
    unheeded: tuple[Unheeded[Spoken], ...]  # what changes nothing, and why
    destroyed: int = 0  # messages that were recalled, so that nothing is known of them

    def now(self) -> Incident | None:
        """Return the last version that has come; None: none has."""
        return self.versions[-1].body if self.versions else None

    def status(self) -> Status | None:
        """Return where it stands; None: no version has come."""
        last = self.now()
        return last.status if last else None


def incident_of(
    owner: str,
    incident: str,
    said: Iterable[Said[Spoken]],
    *,
    readers: frozenset[str] | None = None,
) -> Known:
    """Fold what was said of an incident.

    Args:
        owner: Id of the node that owns it.
        incident: Its id at that node.
        said: Messages that were accepted, in the order in which they came.
        readers: Nodes that have been given it; None: not known here, so that all may speak.

    Returns:
        What is known. Messages about other incidents are left out.
    """
    unheeded: dict[str, Unheeded[Spoken]] = {}
    versions: dict[int, Said[Incident]] = {}
    proposals: dict[tuple[str, str], Said[Proposal]] = {}
    sightings: dict[tuple[str, str], Said[Sighting]] = {}
    for each in said:
        body = each.body
        if _of(body) != (owner, incident):
            continue
        why = _why_not(each, owner, readers)
        if not why and isinstance(body, Incident):
            why = _keep(versions, body.version, _typed(each, body))
        elif not why and isinstance(body, Proposal):
            why = _keep(proposals, (each.sender, body.id), _typed(each, body))
        elif not why and isinstance(body, Sighting):
            why = _keep(sightings, (each.sender, body.id), _typed(each, body))
        if why:
            unheeded.setdefault(each.id, Unheeded(said=each, why=why))
    return Known(
        id=incident,
        owner=owner,
        versions=tuple(versions[number] for number in sorted(versions)),
        missing=_missing(versions),
        proposals=tuple(_proposed(proposals[key], versions) for key in sorted(proposals)),
        sightings=tuple(sightings[key] for key in sorted(sightings)),
        unheeded=tuple(unheeded[key] for key in sorted(unheeded)),
    )


def _why_not(said: Said[Spoken], owner: str, readers: frozenset[str] | None) -> str:
    """Say why a message changes nothing; "": it may."""
    if isinstance(said.body, Incident):
        return "" if said.sender == owner else "only its owner writes a version"
    if said.sender == owner:
        return "its owner writes a new version"
    if readers is not None and said.sender not in readers:
        return "it was never given to whoever speaks"
    return ""


def _of(body: Spoken) -> tuple[str, str]:
    return body.owner, body.id if isinstance(body, Incident) else body.incident


def _typed(said: Said[Spoken], body: T) -> Said[T]:
    return Said(id=said.id, sender=said.sender, at=said.at, body=body)


K = TypeVar("K")


def _keep(kept: dict[K, Said[T]], key: K, said: Said[T]) -> str:
    """Keep a message unless another stands in its place; return why it changes nothing."""
    before = kept.setdefault(key, said)
    return "" if before.body == said.body else "another content came first under the same id"


def _missing(versions: Mapping[int, Said[Incident]]) -> tuple[int, ...]:
    last = max(versions, default=0)
    return tuple(number for number in range(1, last) if number not in versions)


def _proposed(said: Said[Proposal], versions: Mapping[int, Said[Incident]]) -> Proposed:
    """Return a proposal with the last answer of the owner."""
    for number in sorted(versions, reverse=True):
        for settled in versions[number].body.settled:
            if (settled.node, settled.proposal) == (said.sender, said.body.id):
                return Proposed(said=said, settled=settled, version=number)
    return Proposed(said=said, settled=None, version=None)
