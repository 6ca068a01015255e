"""Owners of ownership data that may be listed parties under another spelling.

Owners are brought together with entries by number or exact name only; the others are matched here
like any party, for a person to decide.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from msgspec import structs

from tidewaiter.base.records import Record
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.generation import generation_of, rarity_in
from tidewaiter.lists.index_cache import index_for
from tidewaiter.parties.matching.matcher import Matcher
from tidewaiter.parties.matching.types import AskedParty
from tidewaiter.parties.ownership.graph import Ownership
from tidewaiter.parties.thresholds import Threshold
from tidewaiter.parties.types import NO_EFFECT, ListedParty, ListVersion

_AT_ONCE: Final = 4_096  # owners matched at a time


class OwnerLead(Record, frozen=True, kw_only=True):
    """An owner that resembles a listed party and is not taken for it."""

    owner: str  # name
    list: str  # slug of the data; "": a name without an entry
    id: str
    owns: int  # parties that it owns or controls directly
    entry_list: str
    entry: str
    name: str  # the listed name that matches
    action: str
    probability: float


class _Owner(NamedTuple):
    party: ListedParty | None
    name: str
    slug: str
    owns: int


def owner_leads(
    folder: Path, day: date, least: Threshold | float | None = None
) -> Iterator[OwnerLead]:
    """Yield the owners that resemble a listed party, in the order of the data.

    Restricted lists are left out.

    Args:
        folder: The folder of lists.
        day: Lists in force on this day.
        least: Probability from which a match is reported; None: that of the model.
    """
    archive = Archive(folder)
    held = list(archive.in_force(day))
    ties = Ownership(held, restricted=False, day=day)
    listed = [
        structs.replace(party, id=f"{version.slug} {party.id}")
        for version, parties in held
        for party in parties
        if party.action not in NO_EFFECT and not party.confidential
    ]
    owners = iter(_owners(ties, held))
    if not listed:
        return
    generation = generation_of(archive)
    matcher = Matcher(index_for(listed, rarity_in(archive, generation) if generation else None))
    actions = {party.id: party.action for party in listed}
    while batch := list(islice(owners, _AT_ONCE)):
        for owner, answer in zip(
            batch, matcher.match(list(map(_asked, batch)), least), strict=True
        ):
            for match in answer.matches:
                slug, _, entry = match.entry.partition(" ")
                yield OwnerLead(
                    owner=owner.name,
                    list=owner.slug,
                    id=owner.party.id if owner.party else "",
                    owns=owner.owns,
                    entry_list=slug,
                    entry=entry,
                    name=match.name,
                    action=actions[match.entry],
                    probability=match.probability,
                )


def _owners(
    ties: Ownership, held: Sequence[tuple[ListVersion, Sequence[ListedParty]]]
) -> Iterator[_Owner]:
    """Yield the owners that no list names, and the names of owners without an entry."""
    seen: set[str] = set()
    for version, parties in held:
        for party in parties:
            node = ties.node(version.slug, party.id)
            firms = {edge.owned for edge in ties.owned.get(node, ())}
            known = any(entry.party.action not in NO_EFFECT for entry in ties.members(node))
            if firms and not known and party.action == "unlisted" and node not in seen:
                seen.add(node)
                yield _Owner(party, party.names[0].text, version.slug, len(firms))
    for node, edges in ties.owned.items():
        if not ties.members(node):
            yield _Owner(None, node, "", len({edge.owned for edge in edges}))


def _asked(owner: _Owner) -> AskedParty:
    party = owner.party
    if party is None:
        return AskedParty(text=owner.name)
    return AskedParty(
        text=owner.name,
        kind=party.kind,
        countries=party.countries,
        births=party.births,
        identifiers=party.identifiers,
    )
