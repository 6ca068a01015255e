"""Blocking: which members are compared, without comparing each with each.

Each member has keys: what it may share with another one that is the same. Members of one key
are compared; where a key has many, each is compared with its next neighbours in a fixed order,
so that nothing is left out for its size alone.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tidewaiter.parties.resolution.naming import Words
from tidewaiter.parties.resolution.reading import Read
from tidewaiter.parties.resolution.things import Hubs, things_of

_WHOLE: Final = 24  # members of a key: each is compared with each
_NEXT: Final = 6  # neighbours that are compared where there are more
_RARE: Final = 3  # words of a name that make keys
_SPOKEN: Final = 2.0  # nats: a word with less makes no key of its own
_CHUNK: Final = 1 << 20

Pairs = NDArray[np.int64]


def keys_of_read(read: Read, hubs: Hubs) -> Iterator[str]:
    """Yield the keys of a member; hubs make none, and a building only with the name."""
    for way in read.names.ways:
        yield from _name_keys(way, read.country)
    stem = read.names.stem[:4]
    for kind, thing in things_of(read):
        if hubs.is_hub(kind, thing):
            continue
        yield f"{thing}|{stem}" if kind in {"building", "contact"} else thing


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


def find_pairs(reads: Sequence[Read], hubs: Hubs) -> Pairs:
    """Find the pairs of members to compare.

    Args:
        reads: In an order that depends on the members alone.
        hubs: Things that make no keys.

    Returns:
        Places of the two, the lower first, sorted, shape ``(pairs, 2)``.
    """
    hashes, owners = array("q"), array("q")
    for place, read in enumerate(reads):
        found = {hash(key) for key in keys_of_read(read, hubs)}
        hashes.extend(found)
        owners.extend([place] * len(found))
    if not owners:
        return np.empty((0, 2), np.int64)
    key, owner = np.frombuffer(hashes, np.int64), np.frombuffer(owners, np.int64)
    order = np.lexsort((_ranks(reads)[owner], key))
    return _apart(np.unique(_joined(_runs(key[order], owner[order]), len(reads))), len(reads))


def _ranks(reads: Sequence[Read]) -> Pairs:
    """Return the place of each member in an order in which those of one address stand together."""
    said = [(r.country, sorted(r.address.words), sorted(r.address.houses)) for r in reads]
    ranks = np.empty(len(reads), np.int64)
    ranks[sorted(range(len(reads)), key=said.__getitem__)] = np.arange(len(reads))
    return ranks


def _runs(key: Pairs, owner: Pairs) -> Iterator[tuple[Pairs, Pairs]]:
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


def _joined(parts: Iterable[tuple[Pairs, Pairs]], count: int) -> Pairs:
    """Write each pair as one number."""
    found = [np.minimum(a, b) * count + np.maximum(a, b) for a, b in parts]
    return np.concatenate(found) if found else np.empty(0, np.int64)


def _apart(numbers: Pairs, count: int) -> Pairs:
    return np.stack([numbers // count, numbers % count], axis=1)
