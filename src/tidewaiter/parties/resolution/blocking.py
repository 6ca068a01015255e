"""Blocking: which members are compared, without comparing each with each.

Each member has keys: what it may share with another one that is the same. Members of one key
are compared; where a key has many, each is compared with its next neighbours in a fixed order,
so that nothing is left out for its size alone.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.parties.addresses import AddressParts
from tidewaiter.parties.resolution.naming import Words
from tidewaiter.parties.resolution.reading import Read
from tidewaiter.parties.resolution.things import KINDS, Hubs, Things

_WHOLE: Final = 24  # members of a key: each is compared with each
_NEXT: Final = 6  # neighbours that are compared where there are more
_RARE: Final = 3  # words of a name that make keys
_SPOKEN: Final = 2.0  # nats: a word with less makes no key of its own
_CHUNK: Final = 1 << 22  # pairs that are sorted at once
_PARTS: Final = 8
_SHIFT: Final = 40  # bits of a hash below those that tell its part
_MIX: Final = np.int64(0x5851F42D4C957F2D)  # odd: a thing and a name give one key

Pairs = NDArray[np.int64]


def _name_keys(way: Words, country: str) -> Iterator[str]:
    yield f"n:{way.joined}"
    heavy = sorted(way.words, key=lambda word: (-word.weight, word.key))[:_RARE]
    sounds = [word.sound for word in heavy if word.weight >= _SPOKEN]
    for place, sound in enumerate(sounds):
        for other in sounds[place + 1 :]:
            yield f"t:{min(sound, other)}:{max(sound, other)}"
    if sounds:
        yield f"w:{sounds[0]}:{country}"
        yield f"p:{way.run[:4]}:{way.run[-4:]}:{country}"


class Keys(NamedTuple):
    """Keys and the members that have them, one row each."""

    key: NDArray[np.int64]
    owner: NDArray[np.int32]


def find_pairs(reads: Sequence[Read], parts: list[Keys]) -> Pairs:
    """Find the pairs of members to compare.

    Args:
        reads: In an order that depends on the members alone.
        parts: The keys of the members, from `find_keys`; emptied as they are done.

    Returns:
        For each pair ``a * len(reads) + b``, its places with the lower one first; sorted.
    """
    ranks = _ranks(reads)

    def runs() -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32]]]:
        while parts:
            yield from _of_part(parts.pop(), ranks)

    return _joined(runs(), len(reads))


def _of_part(
    keys: Keys, ranks: NDArray[np.int32]
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32]]]:
    order = np.lexsort((ranks[keys.owner], keys.key))
    key, owner = keys.key[order], keys.owner[order]
    once = np.r_[True, (key[1:] != key[:-1]) | (owner[1:] != owner[:-1])]
    if len(key):
        yield from _runs(key[once], owner[once])


def find_keys(reads: Sequence[Read], things: Things, hubs: Hubs) -> list[Keys]:
    """Find the keys of members.

    Args:
        reads: All members.
        things: Of the members; a building or a person makes a key only with the name.
        hubs: Things that make no keys.

    Returns:
        Parts, with all rows of one key in one, so that sorting takes little memory.
    """
    hashes, owners = array("q"), array("i")
    for place, read in enumerate(reads):
        for way in read.names.ways:
            found = [hash(key) for key in _name_keys(way, read.country)]
            hashes.extend(found)
            owners.extend([place] * len(found))
    stems = np.fromiter((hash(read.names.stem[:4]) for read in reads), np.int64, len(reads))
    named = np.isin(things.kind, [KINDS.index(kind) for kind in ("building", "contact")])
    mixed = things.thing * _MIX + stems[things.owner]  # wraps around
    key, kept = np.where(named, mixed, things.thing), ~_are_hubs(things, hubs)
    key = np.concatenate([np.array(hashes, np.int64), key[kept]])
    owner = np.concatenate([np.array(owners, np.int32), things.owner[kept]])
    part = (key >> _SHIFT) & (_PARTS - 1)
    return [Keys(key[part == number], owner[part == number]) for number in range(_PARTS)]


def _are_hubs(things: Things, hubs: Hubs) -> NDArray[np.bool_]:
    """Tell of each thing whether it joins nobody."""
    shared = np.fromiter(hubs.names, np.int64, len(hubs.names))
    counts = np.fromiter(hubs.names.values(), np.int64, len(hubs.names))
    found = np.zeros(len(things.thing), np.bool_)
    for place, kind in enumerate(KINDS):
        many = shared[counts > hubs.limits[kind]]
        found |= (things.kind == place) & np.isin(things.thing, many)
    return found


def _ranks(reads: Sequence[Read]) -> NDArray[np.int32]:
    """Return the place of each member in an order in which those of one address stand together."""
    said: dict[AddressParts, int] = {}
    which = np.fromiter((said.setdefault(r.address, len(said)) for r in reads), np.int32)
    addresses = _ranked([(sorted(each.words), sorted(each.houses)) for each in said])
    lands: dict[str, int] = {}
    land = np.fromiter((lands.setdefault(r.country, len(lands)) for r in reads), np.int32)
    order = np.lexsort((addresses[which], _ranked(list(lands))[land]))
    ranks = np.empty(len(reads), np.int32)
    ranks[order] = np.arange(len(reads), dtype=np.int32)
    return ranks


def _ranked(values: Sequence[Any]) -> NDArray[np.int32]:
    """Return how many different values come before each."""
    ranks = np.empty(len(values), np.int32)
    order = sorted(range(len(values)), key=values.__getitem__)
    before = -1
    for last, place in zip([None, *order], order, strict=False):
        before += last is None or values[last] != values[place]
        ranks[place] = before
    return ranks


def _runs(
    key: NDArray[np.int64], owner: NDArray[np.int32]
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32]]]:
    """Yield the pairs at each distance within the runs of one key."""
    starts = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    sizes = np.diff(np.r_[starts, len(key)])
    several = sizes > 1
    starts, sizes = starts[several], sizes[several]
    reach = np.where(sizes <= _WHOLE, sizes - 1, _NEXT)
    for distance in range(1, _WHOLE):
        there = reach >= distance
        starts, sizes, reach = starts[there], sizes[there], reach[there]
        if not len(starts):
            return
        many = sizes - distance
        ends = np.cumsum(many)
        places = np.arange(ends[-1]) - np.repeat(ends - many, many) + np.repeat(starts, many)
        yield owner[places], owner[places + distance]


def _joined(parts: Iterable[tuple[NDArray[np.int32], NDArray[np.int32]]], count: int) -> Pairs:
    """Write each pair as one number, once."""
    found = np.empty(0, np.int64)
    fresh: list[Pairs] = []
    for a, b in parts:
        more = np.minimum(a, b).astype(np.int64)
        more *= count
        more += np.maximum(a, b)
        fresh.append(more)
        if sum(map(len, fresh)) > max(_CHUNK, len(found) // 2):
            fresh.append(found)
            del found
            found = _once(fresh)
    fresh.append(found)
    del found
    return _once(fresh)


def _once(parts: list[Pairs]) -> Pairs:
    """Put pairs together, each once; the parts are emptied, as they are large."""
    found = np.concatenate(parts)
    parts.clear()
    found.sort()
    return found[np.r_[True, found[1:] != found[:-1]]] if len(found) else found
