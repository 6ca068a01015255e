"""Search a list for a batch of queries: select candidates, score them, keep the best.

Query words are followed from the rarest on to the forms with that word or a neighbour, until enough
forms are found; the most promising are aligned and scored.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import compiled, inlined, uncounted
from tidewaiter.parties.matching.index import Listed
from tidewaiter.parties.matching.kernels.alignment import (
    SIZE,
    agreed,
    any_open,
    features,
    offer,
    offer_left_over,
    take,
    weight_of,
)
from tidewaiter.parties.matching.kernels.linking import (
    BUCKETS,
    EVER,
    KEPT,
    LOW_BITS,
    MET,
    TOP,
    TOPS,
    TOUCHED,
    WIDE,
    Asking,
    Room,
    fill_listed,
    link_form,
)
from tidewaiter.parties.matching.kernels.similar_words import EXACT, TRANSLATED
from tidewaiter.parties.matching.kernels.vocabulary import wrapped

_FLOOR = 0.3  # minimum rank for alignment
_LEAST = 0.5  # minimum rank for alignment, relative to the best
_HOPEFUL = 0.4  # share of agreeing weight from which the remaining words are compared
_BUDGET = 1500  # forms found through postings before common words are skipped
_ROUNDED = 0.9999  # tolerance for rounding when a form is rejected by a bound
_MOST_MET = 2_000_000_000  # counter limit; then numbering restarts


@inlined
def _gain(room: Room, link: int, size: int) -> float:
    """Return the weight of the query words that may agree by a link."""
    weight = 0.0
    for place in range(room.links[1, link], room.links[1, link] + room.links[2, link]):
        weight += room.asked.weights[wrapped(place, size)]
    return float(weight * room.shares[link])


@inlined
def _leave(room: Room, link: int, size: int) -> None:
    """Record the maximum agreement of the query words."""
    for place in range(room.links[1, link], room.links[1, link] + room.links[2, link]):
        to = wrapped(place, size)
        room.best[to] = max(room.best[to], room.shares[link])


@inlined
def _left(room: Room, size: int) -> float:
    """Return the recorded weight."""
    total = 0.0
    for at in range(size):
        total += room.best[at] * room.asked.weights[at]
    return total


@inlined
def _order_words(room: Room, listed: Listed, size: int) -> float:
    """Order the linked words by number of forms relative to their weight.

    Returns:
        The weight of further links of words with several.
    """
    further = 0.0
    for at in range(room.counts[TOUCHED]):
        word = room.touched[at]
        link = room.link_of[word]
        room.gains[at] = _gain(room, link, size)
        length = listed.posting_heads[word + 1] - listed.posting_heads[word]
        room.order[at] = length / (0.05 + room.gains[at])
        link = room.links[0, link]
        while link >= 0:
            further += _gain(room, link, size)
            link = room.links[0, link]
    return further


@compiled
def _sort(values: NDArray[np.float32], count: int, places: NDArray[np.int32]) -> None:
    """Compute the order of values, ascending."""
    order = np.argsort(values[:count])
    for at in range(count):
        places[at] = order[at]


@uncounted
def meet(room: Room, listed: Listed, size: int) -> None:
    """Find the forms with a word linked to the query, rarest words first."""
    if room.counts[EVER] > _MOST_MET:
        room.known[:] = -1
        room.counts[EVER] = 0
    before = room.counts[EVER]
    further = _order_words(room, listed, size)
    met, walked = 0, 0
    room.best[:size] = 0
    _sort(room.order, room.counts[TOUCHED], room.turns)
    for turn in range(room.counts[TOUCHED]):
        at = room.turns[turn]
        word = room.touched[at]
        begin, end = listed.posting_heads[word], listed.posting_heads[word + 1]
        walked += end - begin
        if walked > _BUDGET and met > 0:
            _leave(room, room.link_of[word], size)  # too common
            continue
        gain = room.gains[at]
        for place in range(begin, end):
            form = listed.postings[place]
            seen = room.known[form] - before
            if seen >= 0:
                room.agreed[seen] += gain
            else:
                room.known[form] = before + met
                room.met[met], room.agreed[met] = form, gain
                met += 1
    room.counts[MET] = met
    room.counts[EVER] += met
    left = _left(room, size)
    room.left[0], room.left[1] = left, left + further


@inlined
def _mine(room: Room, size: int) -> float:
    """Return the weight of the query words."""
    total = 0.0
    for at in range(size):
        total += room.asked.weights[at]
    return total


@inlined
def _both(listed: Listed, mine: float, form: int) -> float:
    """Return the denominator of the agreeing weight."""
    return float(mine + 0.5 * listed.weight[form])


@inlined
def _bound(room: Room, listed: Listed, form: int, size: int) -> float:
    """Return an upper bound of the query weight that may agree with a form."""
    pieces = listed.pieces
    room.best[:size] = 0
    for at in range(pieces.heads[form], pieces.heads[form + 1]):
        word = pieces.words[at]
        if room.linked[word & LOW_BITS]:
            link = room.link_of[word]
            while link >= 0:
                _leave(room, link, size)
                link = room.links[0, link]
    return _left(room, size)


@inlined
def _insert(
    top: NDArray[np.int32],
    ranks: NDArray[np.float32],
    count: int,
    most: int,
    form: int,
    rank: float,
) -> int:
    """Insert a form by falling rank, ties in list order; return the new count."""
    if count < most or not (
        rank < ranks[most - 1] or (rank == ranks[most - 1] and form > top[most - 1])
    ):
        place = count if count < most else most - 1
        while place > 0 and (
            ranks[place - 1] < rank or (ranks[place - 1] == rank and top[place - 1] > form)
        ):
            top[place], ranks[place] = top[place - 1], ranks[place - 1]
            place -= 1
        top[place], ranks[place] = form, rank
        count = min(count + 1, most)
    return count


@inlined
def _rank(room: Room, listed: Listed, mine: float) -> int:
    """Rank the forms found by agreeing weight; keep those that may rank high enough."""
    count = 0
    for at in range(room.counts[MET]):
        form = room.met[at]
        both = _both(listed, mine, form)
        if room.agreed[at] + room.left[0] >= _FLOOR * both:
            room.met[count], room.agreed[count] = form, room.agreed[at]
            room.ranks[count] = room.agreed[at] / both
            count += 1
    return count


@inlined
def _bucket(rank: float) -> int:
    return min(BUCKETS - 1, int(rank * (BUCKETS // 2)))


@inlined
def _edge(room: Room, count: int) -> int:
    """Return the bucket of the last of the `WIDE` best; -1 if all are included."""
    bucket = -1
    if count > WIDE:
        room.buckets[:] = 0
        for at in range(count):
            room.buckets[_bucket(room.ranks[at])] += 1
        bucket = BUCKETS - 1
        above = room.buckets[bucket]
        while above < WIDE:
            bucket -= 1
            above += room.buckets[bucket]
    return bucket


@inlined
def _widest(room: Room, listed: Listed, size: int, mine: float, count: int) -> int:
    """Select the `WIDE` best by rank, without those that cannot qualify by all words."""
    first, edge = 0, _edge(room, count)
    for at in range(count):
        if room.ranks[at] > room.ranks[first]:
            first = at
    least = _FLOOR
    if count > 0:
        form = room.met[first]
        least = max(least, _LEAST * _bound(room, listed, form, size) / _both(listed, mine, form))
    least *= _ROUNDED
    whole = False  # which of the last ones qualify is not known without all words
    for at in range(count):
        if _bucket(room.ranks[at]) == edge and not whole:
            both = _both(listed, mine, room.met[at])
            whole = room.agreed[at] + room.left[1] >= least * both
    wide = 0
    for at in range(count):
        if _bucket(room.ranks[at]) < edge:
            continue
        form = room.met[at]
        if whole or room.agreed[at] + room.left[1] >= least * _both(listed, mine, form):
            wide = _insert(room.top, room.top_rank, wide, WIDE, form, room.ranks[at])
    return wide


@uncounted
def choose(room: Room, listed: Listed, size: int) -> None:
    """Select the most promising of the forms found, first by agreeing weight."""
    mine = _mine(room, size)
    wide = _widest(room, listed, size, mine, _rank(room, listed, mine))
    for at in range(wide):
        room.met[at], room.ranks[at] = room.top[at], room.top_rank[at]
    count, least = 0, _FLOOR
    for at in range(wide):
        form = room.met[at]
        both = _both(listed, mine, form)
        if room.ranks[at] * both + room.left[1] >= _ROUNDED * least * both:
            rank = _bound(room, listed, form, size) / both
            count = _insert(room.top, room.top_rank, count, TOP, form, rank)
            least = max(_FLOOR, _LEAST * room.top_rank[0])
    while count > 0 and room.top_rank[count - 1] < least:
        count -= 1
    room.counts[TOPS] = count


@inlined
def align(
    room: Room, listed: Listed, asking: Asking, form: int, size: int, translated: bool
) -> int:
    """Align the query with a form of the list; return the number of words of the latter."""
    other = fill_listed(room, listed, form)
    room.asked.pair[:size] = -1
    room.pairs.counts[:] = 0
    pieces = listed.pieces
    for at in range(pieces.heads[form], pieces.heads[form + 1]):
        word = pieces.words[at]
        link = room.link_of[word] if room.linked[word & LOW_BITS] else np.int32(-1)
        while link >= 0:
            a_size, b_size = room.links[2, link], pieces.sizes[at]
            if a_size == 1 or b_size == 1:
                kind = room.kinds[link]
                offer(
                    room.pairs,
                    room.asked,
                    room.listed,
                    room.links[1, link],
                    a_size,
                    pieces.begins[at],
                    b_size,
                    room.shares[link],
                    TRANSLATED if translated and kind == EXACT else kind,
                )
            link = room.links[0, link]
    take(room.pairs, room.asked, room.listed)
    total = weight_of(room.asked, 0, size) + listed.weight[form]
    hopeful = agreed(room.pairs) >= _HOPEFUL * total
    if hopeful and any_open(room.asked, size) and any_open(room.listed, other):
        offer_left_over(
            room.pairs,
            room.asked,
            asking.vocabulary.letters,
            room.listed,
            listed.vocabulary.letters,
            (size, other),
            room.rows,
        )
        take(room.pairs, room.asked, room.listed)
    return other


# Indices of ways to read a form.
PINYIN, CANTONESE, HANGUL, DICTIONARY = 1, 3, 4, 7


class Answers(NamedTuple):
    """The best entries for each name, best first; `counts` of them, at most `KEPT`."""

    counts: NDArray[np.int32]  # by name
    entries: NDArray[np.int32]  # shape (names, KEPT)
    forms: NDArray[np.int32]  # of the list
    asked: NDArray[np.int32]  # query forms
    odds: NDArray[np.float64]  # log-odds


def new_answers(names: int) -> Answers:
    """Allocate the answers for a number of names."""
    return Answers(
        np.zeros(names, np.int32),
        np.zeros((names, KEPT), np.int32),
        np.zeros((names, KEPT), np.int32),
        np.zeros((names, KEPT), np.int32),
        np.zeros((names, KEPT)),
    )


@inlined
def differs(asked: int, listed: int) -> bool:
    """Return whether two kinds of party are both known and different."""
    return asked != 0 and listed != 0 and asked != listed


@inlined
def sounded(how: int) -> bool:
    """Return whether a form is a reading of Chinese characters."""
    return how == PINYIN or how == CANTONESE


@inlined
def whole(how: int) -> bool:
    """Return whether a form was read from characters or syllables, which are complete."""
    return sounded(how) or how == HANGUL


@inlined
def comparable(asked: int, listed: int) -> bool:
    """Return whether two readings are comparable: characters with characters, if both exist."""
    return not (sounded(asked) and sounded(listed))


@inlined
def _keep(out: Answers, name: int, entry: int, form: int, asked: int, odds: float) -> None:
    """Insert an answer: once per entry, by falling odds, then by entry."""
    count = out.counts[name]
    at = count
    for place in range(count):
        if out.entries[name, place] == entry:
            if out.odds[name, place] >= odds:
                return
            at = place
            break
    if at == KEPT:
        last = KEPT - 1
        if out.odds[name, last] > odds or (
            out.odds[name, last] == odds and out.entries[name, last] < entry
        ):
            return
        at = last
    elif at == count:
        out.counts[name] = count + 1
    while at > 0 and (
        out.odds[name, at - 1] < odds
        or (out.odds[name, at - 1] == odds and out.entries[name, at - 1] > entry)
    ):
        out.entries[name, at], out.forms[name, at] = (
            out.entries[name, at - 1],
            out.forms[name, at - 1],
        )
        out.asked[name, at], out.odds[name, at] = out.asked[name, at - 1], out.odds[name, at - 1]
        at -= 1
    out.entries[name, at], out.forms[name, at] = entry, form
    out.asked[name, at], out.odds[name, at] = asked, odds


@inlined
def _measure(room: Room, listed: Listed, asking: Asking, form: int, other: int, size: int) -> None:
    """Align two forms and compute the features; the query is already linked."""
    kind = asking.kind[asking.forms.owner[form]]
    length = align(room, listed, asking, other, size, asking.forms.how[form] == DICTIONARY)
    features(
        room.pairs,
        room.asked,
        room.listed,
        (size, length),
        differs(kind, listed.kind[listed.entry[other]]),
        whole(asking.forms.how[form]) or whole(listed.how[other]),
        room.features,
    )


@inlined
def weigh(room: Room, model: NDArray[np.float64], kind: int) -> float:
    """Return the log-odds by the model; persons have separate coefficients."""
    row = 0 if kind == 1 else 1
    total = np.float64(0)
    for at in range(SIZE):
        total += np.float64(room.features[at]) * model[row, at]
    return total


@uncounted
def measure(room: Room, listed: Listed, asking: Asking, form: int, other: int, size: int) -> None:
    """Align two forms and compute the features; not inlined, as a call passes every array."""
    _measure(room, listed, asking, form, other, size)


@uncounted
def answer(
    listed: Listed, asking: Asking, model: NDArray[np.float64], room: Room, out: Answers
) -> None:
    """Answer all queries of a batch."""
    for form in range(len(asking.forms.owner)):
        size = link_form(room, listed, asking, form)
        meet(room, listed, size)
        choose(room, listed, size)
        name = asking.forms.owner[form]
        for at in range(room.counts[TOPS]):
            other = room.top[at]
            if not comparable(asking.forms.how[form], listed.how[other]):
                continue
            entry = listed.entry[other]
            _measure(room, listed, asking, form, other, size)
            kind = asking.kind[name] if asking.kind[name] else listed.kind[entry]
            _keep(out, name, entry, other, form, weigh(room, model, kind))


@compiled
def gather(
    listed: Listed,
    asking: Asking,
    room: Room,
    rows: NDArray[np.int32],
    values: NDArray[np.float32],
) -> int:
    """Collect the features of all alignments, for training and explanation.

    Args:
        listed: The list.
        asking: The batch.
        room: Work buffers.
        rows: Output: name, entry, form and query form, shape ``(forms * TOP, 4)``.
        values: Output: features, shape ``(forms * TOP, SIZE)``.

    Returns:
        Number of rows filled.
    """
    count = 0
    for form in range(len(asking.forms.owner)):
        size = link_form(room, listed, asking, form)
        meet(room, listed, size)
        choose(room, listed, size)
        for at in range(room.counts[TOPS]):
            other = room.top[at]
            if not comparable(asking.forms.how[form], listed.how[other]):
                continue
            _measure(room, listed, asking, form, other, size)
            rows[count, 0], rows[count, 1] = asking.forms.owner[form], listed.entry[other]
            rows[count, 2], rows[count, 3] = other, form
            values[count] = room.features
            count += 1
    return count
