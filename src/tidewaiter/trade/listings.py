"""Listings: the listed parties that the members of entities resemble."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from msgspec import structs

from tidewaiter.consignments.listed import PartyFinder, PartyOnPaper
from tidewaiter.consignments.types import PartyMatch
from tidewaiter.parties.resolution import Entity, Listing, Written

_BATCH: Final = 4_096  # entities that are looked up at once
_FIELDS: Final = tuple(name for name in Listing.__struct_fields__)


def find_listings(entities: Iterable[Entity], finder: PartyFinder) -> Iterator[Entity]:
    """Yield each entity with its listings: one for each entry, of the member that fits it best.

    Args:
        entities: Of a resolution.
        finder: Of the lists.
    """
    rest = iter(entities)
    while batch := list(islice(rest, _BATCH)):
        asked = [[_on_paper(m.written) for m in e.members if m.written.name] for e in batch]
        found = iter(finder.find([each for parties in asked for each in parties]))
        for entity, parties in zip(batch, asked, strict=True):
            matches = [match for told in islice(found, len(parties)) for match in told]
            yield structs.replace(entity, listings=_listings(matches))


def _listings(matches: Sequence[PartyMatch]) -> tuple[Listing, ...]:
    best: dict[tuple[str, str], PartyMatch] = {}
    for match in matches:
        before = best.setdefault((match.list, match.entry), match)
        if match.probability > before.probability:
            best[match.list, match.entry] = match
    ordered = sorted(best.values(), key=lambda each: (-each.probability, each.list, each.entry))
    return tuple(Listing(**{name: getattr(each, name) for name in _FIELDS}) for each in ordered)


def _on_paper(written: Written) -> PartyOnPaper:
    return PartyOnPaper(
        name=written.name,
        address=written.address or None,
        country=written.country or None,
        id_scheme=written.id_scheme or None,
        id=written.id or None,
    )
