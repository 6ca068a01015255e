"""Things that members share, and which of them are hubs that join nobody."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.parties.resolution.rarity import weight_of
from tidewaiter.parties.resolution.reading import Read

_PLACES = 3  # words of an address that stand for its street
KINDS: Final = ("id", "phone", "email", "domain", "contact", "building", "unit")
_PLACE: Final = {kind: place for place, kind in enumerate(KINDS)}

Hashes = NDArray[np.int64]
"""Of texts, for this process alone; two of a million million that differ are hardly ever one."""


class Hubs(NamedTuple):
    """How many different names share each thing that several share."""

    names: Mapping[int, int]  # by the hash of a thing: the things of a million members fill memory
    limits: Mapping[str, int]

    def count(self, thing: str) -> int:
        """Return how many different names share a thing, 1 where one has it alone."""
        return self.names.get(hash(thing), 1)

    def is_hub(self, kind: str, thing: str) -> bool:
        """Tell whether a thing joins nobody."""
        return self.count(thing) > self.limits[kind]


class Things(NamedTuple):
    """The things of all members, one row each: hashes, places in `KINDS`, members."""

    thing: Hashes
    kind: NDArray[np.uint8]
    owner: NDArray[np.int32]


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


def gather_things(reads: Sequence[Read]) -> Things:
    """List the things of all members."""
    things, kinds, owners = array("q"), array("B"), array("i")
    for place, read in enumerate(reads):
        for kind, thing in things_of(read):
            things.append(hash(thing))
            kinds.append(_PLACE[kind])
            owners.append(place)
    return Things(
        np.frombuffer(things, np.int64) if things else np.empty(0, np.int64),
        np.frombuffer(kinds, np.uint8) if kinds else np.empty(0, np.uint8),
        np.frombuffer(owners, np.int32) if owners else np.empty(0, np.int32),
    )


def find_hubs(things: Things, reads: Sequence[Read], limits: Mapping[str, int]) -> Hubs:
    """Count the different names that share each thing.

    Names count as one where the word that says most sounds the same, so that variants of one
    name make no hub. Members without a name count as one.

    Args:
        things: Of all members.
        reads: All members.
        limits: The most names that may share a thing of each kind.
    """
    if not len(things.thing):
        return Hubs({}, limits)
    stems = np.fromiter((hash(read.names.stem) for read in reads), np.int64, len(reads))
    stem = stems[things.owner]
    order = np.lexsort((stem, things.thing))
    thing, stem = things.thing[order], stem[order]
    new = np.r_[True, thing[1:] != thing[:-1]]
    another = new | np.r_[True, stem[1:] != stem[:-1]]
    counts = np.add.reduceat(another, np.flatnonzero(new), dtype=np.int64)
    several = counts > 1
    shared = thing[new][several].tolist()
    return Hubs(dict(zip(shared, counts[several].tolist(), strict=True)), limits)
