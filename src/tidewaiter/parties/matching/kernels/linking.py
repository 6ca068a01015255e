"""Link the words of a list to a query form, in preallocated buffers."""

from typing import NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import inlined, uncounted
from tidewaiter.parties.matching.index import Listed
from tidewaiter.parties.matching.kernels.alignment import (
    SIZE,
    Pairs,
    Side,
    new_pairs,
    new_side,
    place,
)
from tidewaiter.parties.matching.kernels.similar_words import (
    EXACT,
    KINDS,
    SHARES,
    Neighbours,
)
from tidewaiter.parties.matching.kernels.vocabulary import JOINED as MOST_JOINED
from tidewaiter.parties.matching.kernels.vocabulary import (
    JOINING,
    MOST_WORDS,
    Forms,
    Table,
    Vocabulary,
    bucket,
    check,
    joinable,
    joined_hash,
    joins,
    mix,
    of_system,
    power_table,
)
from tidewaiter.parties.names import Problem

WIDE = 64  # forms ranked with all words, for each query form
TOP = 24  # aligned forms
KEPT = 10  # entries returned for each name
BUCKETS = 256  # rank buckets; the last one is open
LOW_BITS = 0xFFF  # of a word number: fits the cache, with few collisions
_MOST_LINKS = 8192


PROBLEMS: tuple[Problem, ...] = get_args(Problem)
NAMELESS: frozenset[Problem] = frozenset({"empty", "generic words only"})
"""Problems of names that cannot match by name."""


class Asking(NamedTuple):
    """A batch of queries."""

    forms: Forms
    vocabulary: Vocabulary
    neighbours: Neighbours
    kind: NDArray[np.int8]  # by name; 0: unknown
    problem: NDArray[np.int8]  # by name: index in `PROBLEMS`


class Room(NamedTuple):
    """Work buffers, for one thread."""

    asked: Side
    listed: Side
    pairs: Pairs
    rows: NDArray[np.int32]
    features: NDArray[np.float32]
    link_of: NDArray[np.int32]  # by word of the list: its first link; -1
    linked: NDArray[np.bool_]  # by the low bits of such words: whether any has a link
    links: NDArray[np.int32]  # next link, first word, number of words: shape (3, links)
    shares: NDArray[np.float32]
    kinds: NDArray[np.int8]
    touched: NDArray[np.int32]  # words of the list with a link
    gains: NDArray[np.float32]  # by touched word: maximum agreeing weight
    order: NDArray[np.float32]  # by touched word: sort key, ascending
    turns: NDArray[np.int32]  # touched words, in that order
    known: NDArray[np.int32]  # by form: its latest number among all forms found
    met: NDArray[np.int32]  # forms found
    agreed: NDArray[np.float32]  # by form found: weight of the words through which it was found
    ranks: NDArray[np.float64]  # by form found: that weight as a share of both names
    buckets: NDArray[np.int32]  # number of forms found, by rank
    best: NDArray[np.float32]  # by query word
    left: NDArray[np.float32]  # weight of words not followed; of all that are not in agreed
    top: NDArray[np.int32]
    top_rank: NDArray[np.float32]
    powers: NDArray[np.uint64]
    counts: NDArray[np.int64]  # links, touched, met, top, total forms found


LINKS, TOUCHED, MET, TOPS, EVER = range(5)


def new_room(listed: Listed) -> Room:
    """Allocate buffers to search a list."""
    forms = len(listed.entry)
    return Room(
        new_side(MOST_WORDS),
        new_side(MOST_WORDS),
        new_pairs(),
        np.zeros((3, 64), np.int32),
        np.zeros(SIZE, np.float32),
        np.full(listed.lookup.words, -1, np.int32),
        np.zeros(LOW_BITS + 1, np.bool_),
        np.zeros((3, _MOST_LINKS), np.int32),
        np.zeros(_MOST_LINKS, np.float32),
        np.zeros(_MOST_LINKS, np.int8),
        np.zeros(_MOST_LINKS, np.int32),
        np.zeros(_MOST_LINKS, np.float32),
        np.zeros(_MOST_LINKS, np.float32),
        np.zeros(_MOST_LINKS, np.int32),
        np.full(forms, -1, np.int32),
        np.zeros(forms, np.int32),
        np.zeros(forms, np.float32),
        np.zeros(max(forms, WIDE)),
        np.zeros(BUCKETS, np.int32),
        np.zeros(MOST_WORDS, np.float32),
        np.zeros(2, np.float32),
        np.zeros(WIDE, np.int32),
        np.zeros(WIDE, np.float32),
        power_table(256),
        np.zeros(5, np.int64),
    )


@inlined
def fill(side: Side, forms: Forms, vocabulary: Vocabulary, form: int) -> int:
    """Fill a side with the words of a form; return the number of words."""
    begin = forms.heads[form]
    size = int(forms.heads[form + 1] - begin)
    for at in range(size):
        place(side, at, vocabulary.cards, forms.words[begin + at])
    side.size[0] = size
    return size


@inlined
def fill_listed(room: Room, listed: Listed, form: int) -> int:
    """Fill the other side with the words of a form of the list."""
    side, pieces = room.listed, listed.pieces
    begin = pieces.heads[form]
    size = 0
    while begin + size < pieces.heads[form + 1] and pieces.sizes[begin + size] == 1:
        place(side, size, listed.vocabulary.cards, pieces.words[begin + size])
        size += 1
    side.size[0] = size
    return size


@inlined
def _link(room: Room, word: int, begin: int, size: int, share: float, kind: int) -> None:
    """Record that a word of the list may correspond to a piece of the query."""
    at = room.counts[LINKS]
    if at == _MOST_LINKS:
        return
    if room.link_of[word] < 0:
        room.linked[word & LOW_BITS] = True
        room.touched[room.counts[TOUCHED]] = word
        room.counts[TOUCHED] += 1
    room.links[0, at], room.links[1, at], room.links[2, at] = room.link_of[word], begin, size
    room.shares[at], room.kinds[at] = share, kind
    room.link_of[word] = at
    room.counts[LINKS] = at + 1


@uncounted
def link_form(room: Room, listed: Listed, asking: Asking, form: int) -> int:
    """Link the words of the list to the pieces of a query form; return its number of words."""
    for at in range(room.counts[TOUCHED]):
        room.link_of[room.touched[at]] = -1
        room.linked[room.touched[at] & LOW_BITS] = False
    room.counts[LINKS] = room.counts[TOUCHED] = 0
    size = fill(room.asked, asking.forms, asking.vocabulary, form)
    near = asking.neighbours
    for at in range(size):
        word = room.asked.words[at]
        for found in range(near.heads[word], near.heads[word + 1]):
            _link(room, near.words[found], at, 1, near.shares[found], near.kinds[found])
    _link_joined(room, listed, asking, asking.forms.heads[form], size)
    return size


@uncounted
def _link_joined(room: Room, listed: Listed, asking: Asking, begin: int, size: int) -> None:
    """Link words of the list that equal joined query words."""
    words, asked = asking.forms.words, asking.vocabulary
    singles = len(listed.vocabulary.weights)
    form = (begin, size)
    for joined in range(2, MOST_JOINED + 1):
        for at in range(joins(size, joined)):
            if not joinable(asked.kinds, words, form, at, joined):
                continue
            piece = (singles, at, joined)
            key = joined_hash(asked.hashes, asked.sizes, room.powers, words, form, at, joined)
            _link_bucket(room, listed.lookup.equal, key, piece, 1.0, EXACT)
            for system in range(JOINING):
                key = joined_hash(
                    asked.parts[:, system],
                    asked.part_sizes[:, system],
                    room.powers,
                    words,
                    form,
                    at,
                    joined,
                )
                if key != 0:
                    _link_bucket(
                        room,
                        listed.lookup.keys,
                        of_system(key, system),
                        piece,
                        SHARES[system],
                        KINDS[system],
                    )


@inlined
def _link_bucket(
    room: Room,
    table: Table,
    plain: np.uint64,
    piece: tuple[int, int, int],
    share: float,
    kind: int,
) -> None:
    """Link the single words of a bucket to a joined piece: count, position, size."""
    if plain == 0:
        return
    key = mix(plain)
    first, end = bucket(table, key)
    for at in range(first, end):
        if table.checks[at] == check(key) and table.values[at] < piece[0]:
            _link(room, table.values[at], piece[1], piece[2], share, kind)
