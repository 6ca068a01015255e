"""Find the names of a list that may be the one asked for, and weigh each.

The words asked for are followed from the rarest on to the forms that hold them or a neighbour,
until enough forms are known; the most promising are aligned and weighed.
"""

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import compiled, inlined
from tidewaiter.parties.matching.align import (
    agreed,
    offer,
    offer_left_over,
    take,
    weight_of,
)
from tidewaiter.parties.matching.features import SIZE
from tidewaiter.parties.matching.index import Listed
from tidewaiter.parties.matching.linking import (
    MET,
    SERIAL,
    TOP,
    TOPS,
    TOUCHED,
    WIDE,
    Asking,
    Room,
    fill_listed,
)
from tidewaiter.parties.matching.neighbours import (
    EXACT,
    TRANSLATED,
)
from tidewaiter.parties.matching.pieces import wrapped

_FLOOR = 0.3  # rank below which no form is aligned
_LEAST = 0.5  # of the best rank, for a form to be aligned
_HOPEFUL = 0.4  # share of the weight of both names that agrees, for the rest to be compared
_BUDGET = 1500  # forms met through postings, before common words are left out


@inlined
def _leave(room: Room, link: int, size: int) -> None:
    """Note a word that is not followed, as it is too common: what it may agree with."""
    for place in range(room.links[1, link], room.links[1, link] + room.links[2, link]):
        to = wrapped(place, size)
        room.best[to] = max(room.best[to], room.shares[link])


@inlined
def _left(room: Room, size: int) -> float:
    """Return the weight of what was noted."""
    total = 0.0
    for at in range(size):
        total += room.best[at] * room.asked.weights[at]
    return total


@compiled
def meet(room: Room, listed: Listed, size: int) -> None:
    """Meet the forms that hold a word linked to the form asked for, from the rarest on."""
    room.counts[SERIAL] += 1
    serial = room.counts[SERIAL]
    met, walked = 0, 0
    count = room.counts[TOUCHED]
    ranks, gains = np.empty(count, np.float32), np.empty(count, np.float32)
    for at in range(count):
        word = room.touched[at]
        link = room.link_of[word]
        weight = 0.0
        for place in range(room.links[1, link], room.links[1, link] + room.links[2, link]):
            weight += room.asked.weights[wrapped(place, size)]
        gains[at] = weight * room.shares[link]
        length = listed.posting_heads[word + 1] - listed.posting_heads[word]
        ranks[at] = length / (0.05 + gains[at])
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
    total = 0.0
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
def choose(room: Room, listed: Listed, size: int) -> None:
    """Choose the most promising of the forms met, first by what they were met by."""
    mine = _mine(room, size)
    count = 0
    for at in range(room.counts[MET]):
        form = room.met[at]
        most = mine + 0.5 * listed.weight[form]
        if room.agreed[form] + room.left[0] < _FLOOR * most:
            continue
        rank = room.agreed[form] / most
        if count < WIDE or rank >= room.top_rank[WIDE - 1]:
            count = _insert(room, count, WIDE, form, rank)
    room.met[:count] = room.top[:count]
    wide, count = count, 0
    for at in range(wide):
        form = room.met[at]
        rank = _bound(room, listed, form, size) / (mine + 0.5 * listed.weight[form])
        count = _insert(room, count, TOP, form, rank)
    least = max(_FLOOR, _LEAST * room.top_rank[0])
    while count > 0 and room.top_rank[count - 1] < least:
        count -= 1
    room.counts[TOPS] = count


@inlined
def align(
    room: Room, listed: Listed, asking: Asking, form: int, size: int, translated: bool
) -> int:
    """Align the form that is linked with one of the list; return the words of the latter."""
    other = fill_listed(room, listed, form)
    room.asked.pair[:size] = -1
    room.pairs.counts[:] = 0
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
    if agreed(room.pairs) >= _HOPEFUL * total and room.pairs.counts[1] < max(size, other):
        offer_left_over(
            room.pairs, room.asked, asking.vocabulary, room.listed,
            listed.vocabulary, (size, other), room.rows,
        )  # fmt: skip
        take(room.pairs, room.asked, room.listed)
    return other


@inlined
def weigh(room: Room, model: NDArray[np.float64], kind: int) -> float:
    """Return the log-odds that the model gives the features; a person has a model of its own."""
    row = 0 if kind == 1 else 1
    total = np.float64(0)
    for at in range(SIZE):
        total += np.float64(room.features[at]) * model[row, at]
    return total
