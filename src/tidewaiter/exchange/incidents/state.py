"""The state of an incident after all statements about it.

Only the owner writes versions. Others send proposals and sightings, which change nothing.
Repetitions count once, and the order of messages does not matter, with one exception: of two
contents under one id, the first received is valid, and the other is shown.
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
from tidewaiter.exchange.protocol.envelopes import Said, Unheeded, said_as

T = TypeVar("T", Incident, Proposal, Sighting)


class Proposed(Record, frozen=True, kw_only=True):
    """A proposal, and the owner's answer."""

    said: Said[Proposal]
    settled: Settled | None  # None: no answer
    version: int | None  # version with the answer; None: none


class Known(Record, frozen=True, kw_only=True):
    """The state of an incident."""

    id: str
    owner: str
    versions: tuple[Said[Incident], ...]  # by number
    missing: tuple[int, ...]  # earlier versions not received
    proposals: tuple[Proposed, ...]  # by node id and proposal id
    sightings: tuple[Said[Sighting], ...]
    unheeded: tuple[Unheeded[Spoken], ...]  # statements without effect, and why
    destroyed: int = 0  # recalled messages, whose content is unknown

    def now(self) -> Incident | None:
        """Return the latest version received; None: none."""
        return self.versions[-1].body if self.versions else None

    def status(self) -> Status | None:
        """Return its status; None: no version received."""
        last = self.now()
        return last.status if last else None


def incident_of(
    owner: str,
    incident: str,
    said: Iterable[Said[Spoken]],
    *,
    readers: frozenset[str] | None = None,
) -> Known:
    """Fold the statements on an incident.

    Args:
        owner: Owner's node id.
        incident: Its id at that node.
        said: Accepted messages, in order of arrival.
        readers: Nodes that received it; None: unknown, so anyone may state something.

    Returns:
        The state. Messages on other incidents are ignored.
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
            why = _keep(versions, body.version, said_as(each, body))
        elif not why and isinstance(body, Proposal):
            why = _keep(proposals, (each.sender, body.id), said_as(each, body))
        elif not why and isinstance(body, Sighting):
            why = _keep(sightings, (each.sender, body.id), said_as(each, body))
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
    """Return why a message has no effect; "": it has."""
    if isinstance(said.body, Incident):
        return "" if said.sender == owner else "only its owner writes a version"
    if said.sender == owner:
        return "its owner writes a new version"
    if readers is not None and said.sender not in readers:
        return "it was never given to whoever speaks"
    return ""


def _of(body: Spoken) -> tuple[str, str]:
    return body.owner, body.id if isinstance(body, Incident) else body.incident


K = TypeVar("K")


def _keep(kept: dict[K, Said[T]], key: K, said: Said[T]) -> str:
    """Add a message unless its place is taken; return why it has no effect."""
    before = kept.setdefault(key, said)
    return "" if before.body == said.body else "other content with the same id was received first"


def _missing(versions: Mapping[int, Said[Incident]]) -> tuple[int, ...]:
    last = max(versions, default=0)
    return tuple(number for number in range(1, last) if number not in versions)


def _proposed(said: Said[Proposal], versions: Mapping[int, Said[Incident]]) -> Proposed:
    """Return a proposal with the owner's latest answer."""
    for number in sorted(versions, reverse=True):
        for settled in versions[number].body.settled:
            if (settled.node, settled.proposal) == (said.sender, said.body.id):
                return Proposed(said=said, settled=settled, version=number)
    return Proposed(said=said, settled=None, version=None)
