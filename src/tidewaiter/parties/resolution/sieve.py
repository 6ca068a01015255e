"""Sieve: pairs whose names differ for certain, told by columns of numbers before any is scored.

Where a word of each name has no like in the other one, and these words weigh enough, the rule
"name-differs" holds whatever else agrees. Most pairs of large files are such. Likeness is judged
here by letters and lengths alone and in doubt taken as given, so that no pair that a score
would show is lost; a test compares the two.
"""

from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from tidewaiter.parties.resolution.facts import ResolutionRules
from tidewaiter.parties.resolution.naming import Word, Words
from tidewaiter.parties.resolution.reading import Read

_CHUNK: Final = 1 << 16  # pairs at once
_EDITS: Final = 0.2  # of the letters of the longer word may differ
_LEAST: Final = 4  # letters of a word in which an edit may stand
_SLACK: Final = 1e-6  # of sums of weights
_BEYOND: Final = ("email", "domain", "contact", "country-same")  # what two that differ may share
_PLACES: Final = ("unit", "building", "street")  # and of these one

T = TypeVar("T")
Flags = NDArray[np.bool_]
Places = NDArray[np.int64]
Numbers = NDArray[Any]


class Rows(NamedTuple):
    """For each of a sequence some numbers: those of i are ``values[starts[i] : starts[i + 1]]``."""

    starts: Numbers
    values: Numbers

    def sizes(self, of: Places) -> Places:
        """Return how many numbers each has."""
        return (self.starts[of + 1] - self.starts[of]).astype(np.int64)


class Sieve:
    """Columns of members, and what tells that two are not one."""

    def __init__(self, reads: Sequence[Read], rules: ResolutionRules, least: int) -> None:
        """Gather columns.

        Args:
            reads: All members.
            rules: Of points.
            least: Points from which a pair is shown.
        """
        points = rules.points
        self._against = rules.names.against + _SLACK
        self._some = points["name-differs"] < least
        most = points["name-differs"] + max(points[each] for each in _PLACES)
        most += sum(max(points[each], 0) for each in _BEYOND)
        self._all = most < least  # even where numbers could outweigh the names
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
        """Tell of each pair whether it may reach the points from which it is shown."""
        if not self._some:
            return np.ones(len(a), np.bool_)
        found = [
            self._keep(a[begin : begin + _CHUNK], b[begin : begin + _CHUNK])
            for begin in range(0, len(a), _CHUNK)
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
        """Tell of each pair whether its names differ in every way to read them."""
        pair, left, right = _crossed(self._ways.starts, self._ways.starts, a, b)
        spelt = self._spelt[left] | self._spelt[right]
        native = (self._native[a] & self._native[b])[pair]
        look = np.flatnonzero(~spelt & (self._joined[left] != self._joined[right]))
        differ = spelt & native  # such two are not compared
        differ[look] = self._apart(left[look], right[look])
        found = (self._ways.sizes(a) > 0) & (self._ways.sizes(b) > 0)
        found[pair[~differ]] = False
        return found

    def _apart(self, left: Places, right: Places) -> Flags:
        """Tell of two ways to read names whether each has enough of its own."""
        pair, one, other = _crossed(self._words.starts, self._words.starts, left, right)
        alike = self._said.alike(self._words.values[one], self._words.values[other])
        pair, one, other = pair[alike], one[alike], other[alike]
        own = self._rest(left, pair, one) / self._total[left]
        theirs = self._rest(right, pair, other) / self._total[right]
        return np.minimum(own, theirs) >= self._against

    def _rest(self, ways: Places, pair: Places, word: Places) -> NDArray[np.float64]:
        """Return the weight of the words of ways that have no like.

        Args:
            ways: One for each pair.
            pair: The pair of each word that has a like.
            word: Its place among all words.
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
    """Columns of different words."""

    sounds: Places
    sizes: Places  # letters
    letters: NDArray[np.uint64]  # one bit for each, some share one
    firsts: Places
    lasts: Places
    weights: NDArray[np.float64]

    def alike(self, a: Places, b: Places) -> Flags:
        """Tell of pairs of words whether one may stand for the other, or for a part of it."""
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
    """Number the words of ways to read names."""
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
    """Gather numbers; of the type "i", or "q" where they are hashes."""
    starts, values = array("i", [0]), array(kind)
    for item in items:
        values.extend(of(item))
        starts.append(len(values))
    return Rows(np.array(starts), np.array(values))


def _crossed(lefts: Places, rights: Places, a: Places, b: Places) -> tuple[Places, Places, Places]:
    """Put each number of one together with each of the other.

    Args:
        lefts: Where the numbers of each begin, and where the last ones end.
        rights: The same.
        a: The one of each pair.
        b: The other.

    Returns:
        Place of the pair, of the one number and of the other, of each combination.
    """
    width = (rights[b + 1] - rights[b]).astype(np.int64)
    many = (lefts[a + 1] - lefts[a]) * width
    ends = np.cumsum(many)
    pair = np.repeat(np.arange(len(a)), many)
    at = np.arange(len(pair)) - (ends - many)[pair]
    row, column = np.divmod(at, width[pair])
    return pair, lefts[a][pair] + row, rights[b][pair] + column


def _share(numbers: Rows, a: Places, b: Places) -> Flags:
    """Tell of pairs whether they have a number in common."""
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
    """Count the bits that are set: NumPy before 2 has no function for it."""
    n = numbers - ((numbers >> np.uint64(1)) & np.uint64(0x5555555555555555))
    n = (n & np.uint64(0x3333333333333333)) + ((n >> np.uint64(2)) & np.uint64(0x3333333333333333))
    n = (n + (n >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    found: Places = ((n * np.uint64(0x0101010101010101)) >> np.uint64(56)).astype(np.int64)
    return found
