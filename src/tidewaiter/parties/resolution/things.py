"""Things that members share, and which of them are hubs that join nobody."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from tidewaiter.parties.resolution.rarity import weight_of
from tidewaiter.parties.resolution.reading import Read

_PLACES = 3  # words of an address that stand for its street


class Hubs(NamedTuple):
    """How many different names share each thing that several share."""

    names: Mapping[str, int]
    limits: Mapping[str, int]

    def count(self, thing: str) -> int:
        """Return how many different names share a thing, 1 where one has it alone."""
        return self.names.get(thing, 1)

    def is_hub(self, kind: str, thing: str) -> bool:
        """Tell whether a thing joins nobody."""
        return self.count(thing) > self.limits[kind]


def things_of(read: Read) -> Iterator[tuple[str, str]]:
    """Yield kind and name of each thing that a member may share with others."""
    for _, number in read.ids:
        yield "id", f"id:{number}"
    for kind, values in (
        ("phone", read.phones),
        ("email", read.emails),
        ("domain", read.domains),
        ("contact", read.people),
    ):
        for value in values:
            yield kind, f"{kind}:{value}"
    yield from place_things(read)


def place_things(read: Read) -> Iterator[tuple[str, str]]:
    """Yield the building and the room of an address, once for each of its rarest words."""
    address = read.address
    for word in street_words(address.words):
        for house in address.houses:
            yield "building", building_thing(house, word)
            for unit in address.units:
                yield "unit", unit_thing(house, unit, word)
    if address.box:
        for word in street_words(address.words) or ("",):
            yield "unit", unit_thing("box", address.box, word)


def street_words(words: Iterable[str]) -> Sequence[str]:
    """Return the words of an address that say most."""
    return sorted(words, key=lambda word: (-weight_of(word, "word"), -len(word), word))[:_PLACES]


def building_thing(house: str, word: str) -> str:
    """Name a house in a street."""
    return f"building:{house}:{word}"


def unit_thing(house: str, unit: str, word: str) -> str:
    """Name a room in a house."""
    return f"unit:{house}:{unit}:{word}"


def find_hubs(reads: Iterable[Read], limits: Mapping[str, int]) -> Hubs:
    """Count the different names that share each thing.

    Names count as one where the word that says most sounds the same, so that variants of one
    name make no hub. Members without a name count as one.

    Args:
        reads: All members.
        limits: The most names that may share a thing of each kind.
    """
    first: dict[str, str] = {}
    more: defaultdict[str, set[str]] = defaultdict(set)
    for read in reads:
        stem = read.names.stem
        for _, thing in things_of(read):
            if first.setdefault(thing, stem) != stem:
                more[thing].add(stem)
    counts = {thing: len(stems) + 1 for thing, stems in more.items()}
    return Hubs(counts, limits)
