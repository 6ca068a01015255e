"""Blocking: selection of the pairs to compare, and a prefilter by name difference.

Each member has keys: attributes that it may share with a duplicate. Members with a common key are
compared; if a key has many, each is compared with its next neighbours in a fixed order, so that
large keys are not skipped.

If each name has words without a counterpart in the other, of sufficient weight, the rule
"name-differs" applies regardless of other evidence. Most pairs of large files are of this kind.
Here similarity is judged by letters and lengths only and assumed in doubt, so that no pair that
scoring would show is lost; a test compares the two.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from tidewaiter.parties.addresses import AddressParts
from tidewaiter.parties.resolution.members import Read
from tidewaiter.parties.resolution.name_comparison import Word, Words
from tidewaiter.parties.resolution.scoring import ResolutionRules
from tidewaiter.parties.resolution.shared_attributes import KINDS, Hubs, Things

_WHOLE: Final = 24  # members of a key: all pairs are compared
_NEXT: Final = 6  # neighbours compared in larger keys
_RARE: Final = 3  # rarest words of a name used as keys
_SPOKEN: Final = 2.0  # nats: minimum for a word to be a key by itself
_SORTED_AT_ONCE: Final = 1 << 22  # pairs sorted at a time
_PARTS: Final = 8
_SHIFT: Final = 40  # hash bits below the partition number
_MIX: Final = np.int64(0x5851F42D4C957F2D)  # odd; combines an attribute and a name into one key

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
    """Keys and their members, one row each."""

    key: NDArray[np.int64]
    owner: NDArray[np.int32]


def find_pairs(reads: Sequence[Read], parts: list[Keys]) -> Pairs:
    """Find the pairs of members to compare.

    Args:
        reads: Members in an order that depends on the members only.
        parts: Keys of the members, from `find_keys`; emptied during processing.

    Returns:
        Each pair as ``a * len(reads) + b``, the lower index first; sorted.
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
    """Compute the keys of members.

    Args:
        reads: All members.
        things: Attributes of the members; a building or a person is a key only with the name.
        hubs: Attributes that are not keys.

    Returns:
        Partitions, with all rows of one key in one, so that sorting needs little memory.
    """
    hashes, owners = array("q"), array("i")
    for place, read in enumerate(reads):
        for way in read.names.ways:
            found = [hash(key) for key in _name_keys(way, read.country)]
            hashes.extend(found)
            owners.extend([place] * len(found))
    stems = np.fromiter((hash(read.names.stem[:4]) for read in reads), np.int64, len(reads))
    named = np.isin(things.kind, [KINDS.index(kind) for kind in ("building", "contact")])
    mixed = things.thing * _MIX + stems[things.owner]  # intended overflow
    key, kept = np.where(named, mixed, things.thing), ~_are_hubs(things, hubs)
    key = np.concatenate([np.array(hashes, np.int64), key[kept]])
    owner = np.concatenate([np.array(owners, np.int32), things.owner[kept]])
    part = (key >> _SHIFT) & (_PARTS - 1)
    return [Keys(key[part == number], owner[part == number]) for number in range(_PARTS)]


def _are_hubs(things: Things, hubs: Hubs) -> NDArray[np.bool_]:
    """Return which attributes are hubs, which do not link."""
    shared = np.fromiter(hubs.names, np.int64, len(hubs.names))
    counts = np.fromiter(hubs.names.values(), np.int64, len(hubs.names))
    found = np.zeros(len(things.thing), np.bool_)
    for place, kind in enumerate(KINDS):
        many = shared[counts > hubs.limits[kind]]
        found |= (things.kind == place) & np.isin(things.thing, many)
    return found


def _ranks(reads: Sequence[Read]) -> NDArray[np.int32]:
    """Return the rank of each member in an order that groups equal addresses."""
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
    """Return how many distinct values precede each."""
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
    """Encode each pair as one number, without duplicates."""
    found = np.empty(0, np.int64)
    fresh: list[Pairs] = []
    for a, b in parts:
        more = np.minimum(a, b).astype(np.int64)
        more *= count
        more += np.maximum(a, b)
        fresh.append(more)
        if sum(map(len, fresh)) > max(_SORTED_AT_ONCE, len(found) // 2):
            fresh.append(found)
            del found
            found = _once(fresh)
    fresh.append(found)
    del found
    return _once(fresh)


def _once(parts: list[Pairs]) -> Pairs:
    """Merge pairs without duplicates; the parts are emptied, as they are large."""
    found = np.concatenate(parts)
    parts.clear()
    found.sort()
    return found[np.r_[True, found[1:] != found[:-1]]] if len(found) else found


_FILTERED_AT_ONCE: Final = 1 << 16  # pairs at a time
_EDITS: Final = 0.2  # of the letters of the longer word may differ
_LEAST: Final = 4  # minimum letters of a word for which an edit is tolerated
_SLACK: Final = 1e-6  # tolerance for sums of weights
_BEYOND: Final = ("email", "domain", "contact", "country-same")  # possible between different names
_PLACES: Final = ("unit", "building", "street")  # and at most one of these

T = TypeVar("T")
Flags = NDArray[np.bool_]
Places = NDArray[np.int64]
Numbers = NDArray[Any]


class Rows(NamedTuple):
    """Lists of numbers: those of i are ``values[starts[i] : starts[i + 1]]``."""

    starts: Numbers
    values: Numbers

    def sizes(self, of: Places) -> Places:
        """Return the length of each list."""
        return (self.starts[of + 1] - self.starts[of]).astype(np.int64)


class Sieve:
    """Columns of members, and tests that exclude pairs."""

    def __init__(self, reads: Sequence[Read], rules: ResolutionRules, least: int) -> None:
        """Build the columns.

        Args:
            reads: All members.
            rules: Resolution rules.
            least: Points from which a pair is shown.
        """
        points = rules.points
        self._against = rules.names.against + _SLACK
        self._some = points["name-differs"] < least
        most = points["name-differs"] + max(points[each] for each in _PLACES)
        most += sum(max(points[each], 0) for each in _BEYOND)
        self._all = most < least  # if numbers could outweigh the names
        self._native = np.fromiter((r.names.native for r in reads), np.bool_, len(reads))
        self._ways = _rows(reads, lambda read: range(len(read.names.ways)))
        ways = [way for read in reads for way in read.names.ways]
        self._words, self._said = _words(ways)
        self._spelt = np.fromiter((way.spelt for way in ways), np.bool_, len(ways))
        self._joined = np.fromiter((hash(way.joined) for way in ways), np.int64, len(ways))
        self._total = np.fromiter((way.total for way in ways), np.float64, len(ways))
        self._ids = _rows(reads, lambda read: [hash(number) for _, number in read.ids], "q")
        self._phones = _rows(reads, lambda read: [hash(phone) for phone in read.phones], "q")

    def keep(self, a: Places, b: Places) -> Flags:
        """Return which pairs may reach the points from which they are shown."""
        if not self._some:
            return np.ones(len(a), np.bool_)
        found = [
            self._keep(a[begin : begin + _FILTERED_AT_ONCE], b[begin : begin + _FILTERED_AT_ONCE])
            for begin in range(0, len(a), _FILTERED_AT_ONCE)
        ]
        return np.concatenate(found) if found else np.empty(0, np.bool_)

    def _keep(self, a: Places, b: Places) -> Flags:
        kept = ~self._differ(a, b)
        for numbers in (self._ids, self._phones):
            if self._all:
                kept |= _share(numbers, a, b)
            else:
                kept |= (numbers.sizes(a) > 0) & (numbers.sizes(b) > 0)
        return kept

    def _differ(self, a: Places, b: Places) -> Flags:
        """Return which pairs have different names in every reading."""
        pair, left, right = _crossed(self._ways.starts, self._ways.starts, a, b)
        spelt = self._spelt[left] | self._spelt[right]
        native = (self._native[a] & self._native[b])[pair]
        look = np.flatnonzero(~spelt & (self._joined[left] != self._joined[right]))
        differ = spelt & native  # such pairs are not compared
        differ[look] = self._apart(left[look], right[look])
        found = (self._ways.sizes(a) > 0) & (self._ways.sizes(b) > 0)
        found[pair[~differ]] = False
        return found

    def _apart(self, left: Places, right: Places) -> Flags:
        """Return for two readings whether each has enough unmatched words."""
        pair, one, other = _crossed(self._words.starts, self._words.starts, left, right)
        alike = self._said.alike(self._words.values[one], self._words.values[other])
        pair, one, other = pair[alike], one[alike], other[alike]
        own = self._rest(left, pair, one) / self._total[left]
        theirs = self._rest(right, pair, other) / self._total[right]
        return np.minimum(own, theirs) >= self._against

    def _rest(self, ways: Places, pair: Places, word: Places) -> NDArray[np.float64]:
        """Return the weight of the words of readings without a counterpart.

        Args:
            ways: One per pair.
            pair: Pair of each word with a counterpart.
            word: Index of the word.
        """
        sizes = self._words.sizes(ways)
        ends = np.cumsum(sizes)
        owner = np.repeat(np.arange(len(ways)), sizes)
        slots = np.arange(len(owner)) - np.repeat(ends - sizes, sizes)
        weights = self._said.weights[self._words.values[self._words.starts[ways][owner] + slots]]
        weights[(ends - sizes)[pair] + word - self._words.starts[ways][pair]] = 0.0
        rest: NDArray[np.float64] = np.bincount(owner, weights, len(ways)).astype(np.float64)
        return rest


class _Said(NamedTuple):
    """Columns of distinct words."""

    sounds: Places
    sizes: Places  # number of letters
    letters: NDArray[np.uint64]  # bit mask of letters, with collisions
    firsts: Places
    lasts: Places
    weights: NDArray[np.float64]

    def alike(self, a: Places, b: Places) -> Flags:
        """Return for pairs of words whether one may match the other, or part of it."""
        one, other = self.letters[a], self.letters[b]
        size, length = self.sizes[a], self.sizes[b]
        both = one & other
        part = (((both == one) & (size < length)) | ((both == other) & (length < size))) & (
            (self.firsts[a] == self.firsts[b]) | (self.lasts[a] == self.lasts[b])
        )
        edits = (np.maximum(size, length) * _EDITS + _SLACK).astype(np.int64)
        near = (np.minimum(size, length) >= _LEAST) & (np.abs(size - length) <= edits)
        at = np.flatnonzero(near)
        near[at] = _bits((one ^ other)[at]) <= 2 * edits[at]
        found: Flags = (self.sounds[a] == self.sounds[b]) | part | near
        return found


def _words(ways: Sequence[Words]) -> tuple[Rows, _Said]:
    """Number the words of readings of names."""
    numbers: dict[Word, int] = {}
    held = _rows(ways, lambda way: [numbers.setdefault(each, len(numbers)) for each in way.words])
    words = list(numbers)
    said = _Said(
        _column(hash(word.sound) for word in words),
        _column(len(word.key) for word in words),
        np.fromiter((_mask(word.key) for word in words), np.uint64, len(words)),
        _column(ord(word.key[0]) for word in words),
        _column(ord(word.key[-1]) for word in words),
        np.fromiter((word.weight for word in words), np.float64, len(words)),
    )
    return held, said


def _column(values: Iterable[int]) -> Places:
    return np.fromiter(values, np.int64)


def _rows(items: Iterable[T], of: Callable[[T], Iterable[int]], kind: str = "i") -> Rows:
    """Collect numbers; of type "i", or "q" for hashes."""
    starts, values = array("i", [0]), array(kind)
    for item in items:
        values.extend(of(item))
        starts.append(len(values))
    return Rows(np.array(starts), np.array(values))


def _crossed(lefts: Places, rights: Places, a: Places, b: Places) -> tuple[Places, Places, Places]:
    """Combine each number of one member with each of the other.

    Args:
        lefts: Start of each member's numbers, and the end of the last.
        rights: The same.
        a: First member of each pair.
        b: Second member of each pair.

    Returns:
        Indices of the pair, of the first and of the second number, for each combination.
    """
    width = (rights[b + 1] - rights[b]).astype(np.int64)
    many = (lefts[a + 1] - lefts[a]) * width
    ends = np.cumsum(many)
    pair = np.repeat(np.arange(len(a)), many)
    at = np.arange(len(pair)) - (ends - many)[pair]
    row, column = np.divmod(at, width[pair])
    return pair, lefts[a][pair] + row, rights[b][pair] + column


def _share(numbers: Rows, a: Places, b: Places) -> Flags:
    """Return which pairs have a number in common."""
    found = np.zeros(len(a), np.bool_)
    pair, one, other = _crossed(numbers.starts, numbers.starts, a, b)
    found[pair[numbers.values[one] == numbers.values[other]]] = True
    return found


def _mask(text: str) -> int:
    bits = 0
    for letter in text:
        bits |= 1 << (ord(letter) & 63)
    return bits


def _bits(numbers: NDArray[np.uint64]) -> Places:
    """Count the bits set: NumPy before 2 has no function for it."""
    n = numbers - ((numbers >> np.uint64(1)) & np.uint64(0x5555555555555555))
    n = (n & np.uint64(0x3333333333333333)) + ((n >> np.uint64(2)) & np.uint64(0x3333333333333333))
    n = (n + (n >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    found: Places = ((n * np.uint64(0x0101010101010101)) >> np.uint64(56)).astype(np.int64)
    return found
