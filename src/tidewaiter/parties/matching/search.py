"""Find the names of a list that may be the one asked for, and weigh each.

The words asked for are followed from the rarest on to the forms that hold them or a neighbour,
until enough forms are known; the most promising are aligned and weighed.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import compiled, inlined
from tidewaiter.parties.matching.align import (
    Pairs,
    Side,
    agreed,
    new_pairs,
    new_side,
    offer,
    offer_left_over,
    take,
    weight_of,
)
from tidewaiter.parties.matching.features import SIZE
from tidewaiter.parties.matching.index import Listed
from tidewaiter.parties.matching.neighbours import (
    EXACT,
    KINDS,
    SHARES,
    SKELETON,
    TRANSLATED,
    Neighbours,
)
from tidewaiter.parties.matching.pieces import JOINED as MOST_JOINED
from tidewaiter.parties.matching.pieces import joinable, joined_hash, joins, power_table, wrapped
from tidewaiter.parties.matching.tables import Table, bucket, check, mix
from tidewaiter.parties.matching.vocabulary import JOINING, MOST_WORDS, Forms, Vocabulary, of_system

WIDE = 64  # forms whose words are all looked at, for each form asked for
TOP = 24  # forms aligned
_FLOOR = 0.3  # rank below which no form is aligned
_LEAST = 0.5  # of the best rank, for a form to be aligned
KEPT = 10  # entries answered for each name
_HOPEFUL = 0.3  # share of the weight of both names that agrees, for the rest to be compared
_BUDGET = 3000  # forms met through postings, before common words are left out
_MOST_LINKS = 8192
ARABIC = 5  # the place of "arabic" among the ways to read a form


class Asking(NamedTuple):
    """A batch of names that are asked for."""

    forms: Forms
    vocabulary: Vocabulary
    neighbours: Neighbours
    kind: NDArray[np.int8]  # by name; 0: unknown


class Room(NamedTuple):
    """Room to work in, for one thread."""

    asked: Side
    listed: Side
    pairs: Pairs
    rows: NDArray[np.int32]
    features: NDArray[np.float32]
    link_of: NDArray[np.int32]  # by word of the list: its first link; -1
    links: NDArray[np.int32]  # next link, first word, words: shape (3, links)
    shares: NDArray[np.float32]
    kinds: NDArray[np.int8]
    touched: NDArray[np.int32]  # words of the list with a link
    known: NDArray[np.int32]  # by form: the serial of the form asked for that met it last
    agreed: NDArray[np.float32]  # by form: weight of the words by which it was met
    met: NDArray[np.int32]  # forms met
    best: NDArray[np.float32]  # by word asked for
    left: NDArray[np.float32]  # weight of words that are not followed; one value
    top: NDArray[np.int32]
    top_rank: NDArray[np.float32]
    powers: NDArray[np.uint64]
    counts: NDArray[np.int64]  # links, touched, met, top, serial


LINKS, TOUCHED, MET, TOPS, SERIAL = range(5)


def new_room(listed: Listed) -> Room:
    """Make room to search a list."""
    return Room(
        new_side(MOST_WORDS), new_side(MOST_WORDS), new_pairs(), np.zeros((3, 64), np.int32),
        np.zeros(SIZE, np.float32),
        np.full(listed.lookup.words, -1, np.int32), np.zeros((3, _MOST_LINKS), np.int32),
        np.zeros(_MOST_LINKS, np.float32), np.zeros(_MOST_LINKS, np.int8),
        np.zeros(_MOST_LINKS, np.int32), np.zeros(len(listed.entry), np.int32),
        np.zeros(len(listed.entry), np.float32), np.zeros(len(listed.entry), np.int32),
        np.zeros(MOST_WORDS, np.float32), np.zeros(1, np.float32), np.zeros(WIDE, np.int32), np.zeros(WIDE, np.float32),
        power_table(256),
        np.zeros(5, np.int64),
    )  # fmt: skip


@inlined
def fill(side: Side, forms: Forms, vocabulary: Vocabulary, form: int) -> int:
    """Fill a side with the words of a form; return how many there are."""
    begin = forms.heads[form]
    size = forms.heads[form + 1] - begin
    for at in range(size):
        word = forms.words[begin + at]
        side.words[at], side.weights[at] = word, vocabulary.weights[word]
        side.kinds[at] = vocabulary.kinds[word]
        side.pair[at] = -1
    side.size[0] = size
    return size


@inlined
def fill_listed(room: Room, listed: Listed, form: int) -> int:
    """Fill the other side with the words of a form of the list."""
    side, pieces = room.listed, listed.pieces
    begin = pieces.heads[form]
    size = 0
    while begin + size < pieces.heads[form + 1] and pieces.sizes[begin + size] == 1:
        word = pieces.words[begin + size]
        side.words[size], side.weights[size] = word, listed.vocabulary.weights[word]
        side.kinds[size] = listed.vocabulary.kinds[word]
        side.pair[size] = -1
        size += 1
    side.size[0] = size
    return size


@inlined
def _link(room: Room, word: int, begin: int, size: int, share: float, kind: int) -> None:
    """Note that a word of the list may be a piece of the form asked for."""
    at = room.counts[LINKS]
    if at == _MOST_LINKS:
        return
    if room.link_of[word] < 0:
        room.touched[room.counts[TOUCHED]] = word
        room.counts[TOUCHED] += 1
    room.links[0, at], room.links[1, at], room.links[2, at] = room.link_of[word], begin, size
    room.shares[at], room.kinds[at] = share, kind
    room.link_of[word] = at
    room.counts[LINKS] = at + 1


@compiled
def link_form(room: Room, listed: Listed, asking: Asking, form: int) -> int:
    """Link the words of the list to the pieces of a form; return the words of the form."""
    for at in range(room.counts[TOUCHED]):
        room.link_of[room.touched[at]] = -1
    room.counts[LINKS] = room.counts[TOUCHED] = 0
    size = fill(room.asked, asking.forms, asking.vocabulary, form)
    near = asking.neighbours
    for at in range(size):
        word = room.asked.words[at]
        for found in range(near.heads[word], near.heads[word + 1]):
            if near.kinds[found] == SKELETON and asking.forms.how[form] != ARABIC:
                continue
            _link(room, near.words[found], at, 1, near.shares[found], near.kinds[found])
    _link_joined(room, listed, asking, asking.forms.heads[form], size)
    return size


@compiled
def _link_joined(room: Room, listed: Listed, asking: Asking, begin: int, size: int) -> None:
    """Link words of the list that are words asked for, joined."""
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
                    asked.parts[:, system], asked.part_sizes[:, system], room.powers, words,
                    form, at, joined,
                )  # fmt: skip
                if key != 0:
                    _link_bucket(
                        room, listed.lookup.keys, of_system(key, system), piece, SHARES[system],
                        KINDS[system],
                    )  # fmt: skip


@inlined
def _link_bucket(
    room: Room, table: Table, plain: np.uint64, piece: tuple[int, int, int], share: float,
    kind: int,
) -> None:  # fmt: skip
    """Link the single words of a bucket to a joined piece: how many there are, where, its size."""
    if plain == 0:
        return
    key = mix(plain)
    first, end = bucket(table, key)
    for at in range(first, end):
        if table.checks[at] == check(key) and table.values[at] < piece[0]:
            _link(room, table.values[at], piece[1], piece[2], share, kind)


@inlined
def _leave(room: Room, link: int, size: int) -> None:
    """Note a word that is not followed, as it is too common: what it may agree with."""
    for place in range(room.links[1, link], room.links[1, link] + room.links[2, link]):
        to = wrapped(place, size)
        room.best[to] = max(room.best[to], room.shares[link])


@inlined
def _left(room: Room, size: int) -> float:
    """Return the weight of what was noted."""
    total = np.float32(0)
    for at in range(size):
        total += room.best[at] * room.asked.weights[at]
    return total


@compiled
def _meet(room: Room, listed: Listed, size: int) -> None:
    """Meet the forms that hold a word linked to the form asked for, from the rarest on."""
    room.counts[SERIAL] += 1
    serial = room.counts[SERIAL]
    met, walked = 0, 0
    count = room.counts[TOUCHED]
    ranks, gains = np.empty(count, np.float32), np.empty(count, np.float32)
    for at in range(count):
        word = room.touched[at]
        link = room.link_of[word]
        weight = np.float32(0)
        for place in range(room.links[1, link], room.links[1, link] + room.links[2, link]):
            weight += room.asked.weights[wrapped(place, size)]
        gains[at] = weight * room.shares[link]
        length = listed.posting_heads[word + 1] - listed.posting_heads[word]
        ranks[at] = length / (np.float32(0.05) + gains[at])
    room.best[:size] = 0
    for at in np.argsort(ranks):
        word = room.touched[at]
        begin, end = listed.posting_heads[word], listed.posting_heads[word + 1]
        walked += end - begin
        if walked > _BUDGET and met > 0:
            _leave(room, room.link_of[word], size)
            continue
        for place in range(begin, end):
            form = listed.postings[place]
            if room.known[form] != serial:
                room.known[form] = serial
                room.agreed[form] = 0
                room.met[met] = form
                met += 1
            room.agreed[form] += gains[at]
    room.counts[MET] = met
    room.left[0] = _left(room, size)


@inlined
def _mine(room: Room, size: int) -> float:
    """Return the weight of the words asked for."""
    total = np.float32(0)
    for at in range(size):
        total += room.asked.weights[at]
    return total


@inlined
def _bound(room: Room, listed: Listed, form: int, size: int) -> float:
    """Return the weight of the words asked for that may agree with a form."""
    pieces = listed.pieces
    room.best[:size] = 0
    for at in range(pieces.heads[form], pieces.heads[form + 1]):
        link = room.link_of[pieces.words[at]]
        while link >= 0:
            for place in range(room.links[1, link], room.links[1, link] + room.links[2, link]):
                to = wrapped(place, size)
                room.best[to] = max(room.best[to], room.shares[link])
            link = room.links[0, link]
    return _left(room, size)


@compiled
def _insert(room: Room, count: int, most: int, form: int, rank: float) -> int:
    """Insert a form by falling rank, ties in the order of the list; return how many there are."""
    if count == most and (
        rank < room.top_rank[most - 1]
        or (rank == room.top_rank[most - 1] and form > room.top[most - 1])
    ):
        return count
    place = count if count < most else most - 1
    while place > 0 and (
        room.top_rank[place - 1] < rank
        or (room.top_rank[place - 1] == rank and room.top[place - 1] > form)
    ):
        room.top[place], room.top_rank[place] = room.top[place - 1], room.top_rank[place - 1]
        place -= 1
    room.top[place], room.top_rank[place] = form, rank
    return min(count + 1, most)


@compiled
def _choose(room: Room, listed: Listed, size: int) -> None:
    """Choose the most promising of the forms met, first by what they were met by."""
    mine = _mine(room, size)
    count = 0
    for at in range(room.counts[MET]):
        form = room.met[at]
        most = mine + np.float32(0.5) * listed.weight[form]
        if room.agreed[form] + room.left[0] < _FLOOR * most:
            continue
        rank = room.agreed[form] / most
        if count < WIDE or rank >= room.top_rank[WIDE - 1]:
            count = _insert(room, count, WIDE, form, rank)
    room.met[:count] = room.top[:count]
    wide, count = count, 0
    for at in range(wide):
        form = room.met[at]
        rank = _bound(room, listed, form, size) / (mine + np.float32(0.5) * listed.weight[form])
        count = _insert(room, count, TOP, form, rank)
    least = max(_FLOOR, _LEAST * room.top_rank[0])
    while count > 0 and room.top_rank[count - 1] < least:
        count -= 1
    room.counts[TOPS] = count


@compiled
def align(
    room: Room, listed: Listed, asking: Asking, form: int, size: int, translated: bool
) -> int:
    """Align the form that is linked with one of the list; return the words of the latter."""
    other = fill_listed(room, listed, form)
    room.asked.pair[:size] = -1
    room.pairs.count[:] = 0
    pieces = listed.pieces
    for at in range(pieces.heads[form], pieces.heads[form + 1]):
        link = room.link_of[pieces.words[at]]
        while link >= 0:
            a_size, b_size = room.links[2, link], pieces.sizes[at]
            if a_size == 1 or b_size == 1:
                kind = room.kinds[link]
                offer(
                    room.pairs, room.asked, room.listed, room.links[1, link], a_size,
                    pieces.begins[at], b_size, room.shares[link],
                    TRANSLATED if translated and kind == EXACT else kind,
                )  # fmt: skip
            link = room.links[0, link]
    take(room.pairs, room.asked, room.listed)
    total = weight_of(room.asked, 0, size) + listed.weight[form]
    if agreed(room.pairs) >= _HOPEFUL * total and room.pairs.count[1] < max(size, other):
        offer_left_over(
            room.pairs, room.asked, asking.vocabulary, room.listed,
            listed.vocabulary, (size, other), room.rows,
        )  # fmt: skip
        take(room.pairs, room.asked, room.listed)
    return other


@inlined
def weigh(room: Room, model: NDArray[np.float32], kind: int) -> float:
    """Return the log-odds that the model gives the features; a person has a model of its own."""
    row = 0 if kind == 1 else 1
    total = np.float64(0)
    for at in range(SIZE):
        total += np.float64(room.features[at]) * model[row, at]
    return total
