"""Release: the parts of an incident that its markings allow in a feed.

A feed has anonymous readers, so the label restricts the source itself too.
"""

from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.plain_text import plain
from tidewaiter.base.records import Record
from tidewaiter.exchange.incidents.state import Known
from tidewaiter.exchange.incidents.types import AllegedParty, Incident, Question, Sighting
from tidewaiter.exchange.protocol.envelopes import Said
from tidewaiter.exchange.protocol.markings import (
    Denial,
    Marking,
    Purpose,
    Recipient,
    denied,
    why_not_reshare,
)

T = TypeVar("T", Incident, Sighting)

WITHHELD = "[withheld]"
_WORDS = frozenset(
    {
        "title",
        "account",
        "text",
        "how",
        "where",
        "by",
        "note",
        "maker",
        "serial",
        "name",
        "ref",
        "bill",
        "vehicle",
        "container",
        "marks",
        "changed",
        "basis",
        "what",
        "notifications",
    }
)
"""Free-text fields; all others hold codes, days and numbers."""


class Edge(Record, frozen=True, kw_only=True):
    """A release target: a TAXII collection, or a file for MISP."""

    to: Recipient  # its readers, relative to this node
    purpose: Purpose  # their purpose


def why_not_leave(
    marking: Marking, edge: Edge, *, own: bool, restricted: bool = False
) -> tuple[Denial, ...]:
    """Return why an item may not be released; (): it may.

    Args:
        marking: Marking of the item.
        edge: The release target.
        own: This node's own item, which needs no one's permission.
        restricted: Based on a restricted list entry.
    """
    found = why_not_reshare(marking, edge.to, edge.purpose)
    kept = tuple(each for each in found if not (own and each.limit == "reshare"))
    if restricted and not edge.to.cleared:
        return (*kept, denied("restricted", InputError("exchange/based-on-restricted-entry")))
    return kept


class Released(Record, frozen=True, kw_only=True):
    """The releasable part of an incident."""

    incident: Incident  # latest version, without withheld parts
    first: str  # signing time of the first version
    last: str  # signing time of this version
    sightings: tuple[Said[Sighting], ...]


def released(known: Known, edge: Edge, node: str) -> Released | None:
    """Return the releasable part of an incident; None: nothing.

    A withheld party is removed entirely, so that not even its number appears, and texts with its
    name are withheld. Questions to others and the owner's answers to proposals are removed.

    Args:
        known: The incident.
        edge: The release target.
        node: Id of this node.
    """
    own = known.owner == node
    last = known.now()
    if last is None or why_not_leave(last.marking, edge, own=own):
        return None
    names = list(_withheld(known, edge, own=own))
    seen = [each for each in known.sightings if _may(each, edge, node)]
    return Released(
        incident=_incident(last, edge, names, own=own),
        first=known.versions[0].at,
        last=known.versions[-1].at,
        sightings=tuple(
            Said(id=each.id, sender=each.sender, at=each.at, body=_scrubbed(each.body, names))
            for each in seen
        ),
    )


def _incident(last: Incident, edge: Edge, names: list[str], *, own: bool) -> Incident:
    asked = [each for each in last.questions if not each.to or edge.to.name in each.to]
    out = msgspec.structs.replace(
        last,
        parties=tuple(each for each in last.parties if _leaves(each, edge, own=own)),
        questions=tuple(
            Question(number=number, text=each.text) for number, each in enumerate(asked, 1)
        ),
        settled=(),
    )
    return _scrubbed(out, names)


def _withheld(known: Known, edge: Edge, *, own: bool) -> Iterator[str]:
    """Yield the withheld names of all versions; the latest marking of a party applies."""
    last: dict[tuple[str, str], list[AllegedParty]] = {}
    names: dict[tuple[str, str], set[str]] = {}
    for said in known.versions:
        found: dict[tuple[str, str], list[AllegedParty]] = {}
        for party in said.body.parties:
            found.setdefault((party.node, party.ref), []).append(party)
            names.setdefault((party.node, party.ref), set()).add(_plain(party.name))
        last |= found
    for key, parties in last.items():
        if not any(_leaves(each, edge, own=own) for each in parties):
            yield from names[key] - {""}


def _scrubbed(record: T, names: list[str]) -> T:
    """Return a record with texts withheld that contain a name."""
    told = _without(msgspec.to_builtins(record), names, words=False)
    return msgspec.convert(told, type=type(record))


def _leaves(party: AllegedParty, edge: Edge, *, own: bool) -> bool:
    return not why_not_leave(party.marking, edge, own=own, restricted=party.restricted)


def _may(said: Said[Sighting], edge: Edge, node: str) -> bool:
    return not why_not_leave(said.body.marking, edge, own=said.sender == node)


def _without(value: Any, names: list[str], *, words: bool) -> Any:
    """Return a value with texts withheld that contain a name."""
    if isinstance(value, dict):
        return {key: _without(each, names, words=key in _WORDS) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_without(each, names, words=words) for each in value]
    if words and isinstance(value, str) and any(name in _plain(value) for name in names):
        return WITHHELD
    return value


def _plain(text: str) -> str:
    return " ".join(plain(text).split())
