"""Unknown words: misspelled names, and names inside compound words."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import compiled, inlined, uncounted
from tidewaiter.identify.engine.approximate_match import (
    LONGEST,
    REACH,
    SHORTEST,
    Anchors,
    Room,
    find_near,
    search_names,
)
from tidewaiter.identify.engine.fold import Folded
from tidewaiter.identify.engine.hashing import Table, find, mix, short_hash, span_hash
from tidewaiter.identify.engine.hits import COVERING, NAME, NEAR, Hits, add_hit
from tidewaiter.identify.engine.phrases import CHEMISTRY, GLUE, Phrases
from tidewaiter.identify.engine.rules import DIGIT, LETTER, LINE
from tidewaiter.identify.engine.trie import Trie, may_start, next_node
from tidewaiter.identify.engine.words import (
    AFTER,
    ANCHOR,
    BEFORE,
    CUE,
    KNOWN,
    MEASURE,
    MIXED,
    NAMED,
    ORDINARY,
    PART,
    RARE,
    SALT,
    STEREO,
    Vocabulary,
    Words,
    flags_of,
)

_NAME = 8  # units of the shortest name in a compound with ordinary words
_LEAST = 7  # in a compound with trade words only: "drumsacetone"
_BESIDE = 5  # letters of the shortest ordinary non-trade word
_SHORTEST_PART = 2
_TRADE = CUE | MEASURE | SALT | STEREO
_PLAIN = ORDINARY  # combined word kinds: at least one is not a trade word


class Glue(NamedTuple):
    """Lookup tables for names and the words around them."""

    trie: Trie
    strong: NDArray[np.bool_]  # per key: sufficient without a cue
    vocabulary: Vocabulary
    other: Table  # whole names of other chemicals
    phrases: Phrases


@uncounted
def find_glued(
    room: Folded, words: Words, at: int, glue: Glue, powers: NDArray[np.uint64], hits: Hits
) -> bool:
    """Add a strong name in a compound of ordinary words; return whether there is one."""
    kinds, hashes, heads = room.kind, room.hash, glue.trie.heads
    low, end = words.begin[at], words.end[at]
    while end - low >= _LEAST + _SHORTEST_PART:
        high = low + 1
        while high < end and kinds[high] == kinds[low]:
            high += 1
        if kinds[low] == LETTER:
            for place in range(low, high - _LEAST + 1):
                if may_start(hashes, place, heads, powers) and _add_glued(
                    room, low, place, high, glue, powers, hits
                ):
                    return True
        low = high
    return False


@uncounted
def _add_glued(
    room: Folded, low: int, at: int, high: int, glue: Glue, powers: NDArray[np.uint64], hits: Hits
) -> bool:
    """Add the name at a unit if the rest of a run of letters consists of ordinary words."""
    end, key, said = _name_at(room, at, high, glue, powers)
    if key < 0 or (at == low and end == high):
        return False
    led = _kind_of(room, low, at, glue, powers)
    if led < 0 or (end - at < _NAME and led & _PLAIN):
        return False
    if find(glue.other, short_hash(room, powers, low, high)) >= 0:
        return False
    free = (led & BEFORE and not led & AFTER) or said & AFTER
    add_hit(hits, NAME, key, at, end, 2 if free else 1)
    return True


@uncounted
def _name_at(
    room: Folded, at: int, high: int, glue: Glue, powers: NDArray[np.uint64]
) -> tuple[int, int, int]:
    """Find the longest strong name at a unit that is followed by ordinary words, if any.

    Returns:
        The unit after it, its key (-1: none), and the kind of the words after it.
    """
    node, end, key, said = 0, at, -1, 0
    for place in range(at, high):
        node = next_node(glue.trie, node, room.key[place])
        if node < 0:
            break
        found = glue.trie.ends[node]
        size = place + 1 - at
        if found >= 0 and size >= _LEAST and glue.strong[found]:
            after = _kind_of(room, place + 1, high, glue, powers)
            if after >= 0 and (size >= _NAME or not after & _PLAIN):
                end, key, said = place + 1, found, after
    return end, key, said


@uncounted
def _kind_of(room: Folded, low: int, high: int, glue: Glue, powers: NDArray[np.uint64]) -> int:
    """Return the flags of letters that form one or two ordinary words; 0: no letters, -1: other."""
    if low == high:
        return 0
    whole = _word_kind(room, low, high, glue, powers)
    if whole >= 0:
        return whole
    for cut in range(low + _SHORTEST_PART, high - _SHORTEST_PART + 1):
        first = _word_kind(room, low, cut, glue, powers)
        if first >= 0:
            second = _word_kind(room, cut, high, glue, powers)
            if second >= 0:
                return first | second
    return -1


@uncounted
def _word_kind(room: Folded, low: int, high: int, glue: Glue, powers: NDArray[np.uint64]) -> int:
    """Return the relevant flags of a word beside a name; -1 if the word does not qualify."""
    said = find(glue.phrases.table, span_hash(room, powers, low, high))
    flags = flags_of(room, powers, glue.vocabulary, low, high)
    if flags & PART or (said >= 0 and said & CHEMISTRY):
        return -1
    if flags & _TRADE or (said >= 0 and said & GLUE):
        return flags & (BEFORE | AFTER) if high - low >= _SHORTEST_PART else -1
    if not flags & ORDINARY or high - low < _BESIDE:
        return -1
    return flags & (BEFORE | AFTER | _PLAIN)


_NOTHING_BITS, _FEW_BITS = 19, 13
_FEW = 8  # cached keys per word
_M, _R, _N = np.uint32(ord("m")), np.uint32(ord("r")), np.uint32(ord("n"))
_TWICE = np.uint64(0xA0761D6478BD642F)  # distinguishes words that are read in two ways
_SHORTEST_WORD = 3  # letters of an unknown word that is considered
_PAIR = 7  # units of the shortest name that is searched for across two words


class Verdicts(NamedTuple):
    """Cache of words already searched, by hash; later words replace earlier ones."""

    nothing: NDArray[np.uint64]  # words without near keys
    words: NDArray[np.uint64]  # words with a few near keys
    few: NDArray[np.int32]  # per word: count, keys, and distances


def make_verdicts() -> Verdicts:
    """Allocate the word cache, shared by all scans with the same tables."""
    few = np.zeros((1 << _FEW_BITS, 1 + 2 * _FEW), np.int32)
    words = np.zeros(1 << _FEW_BITS, np.uint64)
    return Verdicts(np.zeros(1 << _NOTHING_BITS, np.uint64), words, few)


class Found(NamedTuple):
    """Buffers for the keys near one word, and the word cache."""

    near: Room
    verdicts: Verdicts


@uncounted
def scan_unknown(
    room: Folded,
    n: int,
    words: Words,
    count: int,
    anchors: Anchors,
    powers: NDArray[np.uint64],
    found: Found,
    glue: Glue,
    hits: Hits,
    start: int,
) -> None:
    """Add the names near unknown words of a block; its hits begin at `start`."""
    exact = min(hits.count[0], len(hits.rows))
    mark_unknown(room, words, count)
    begins, ends, flags = words.begin, words.end, words.flags
    unknown, close = words.unknown, words.close
    keys, froms, tos = room.key, room.byte, room.byte_end
    hashes, verdicts, wides = room.hash, found.verdicts.nothing, room.wide
    mask = np.uint64(len(verdicts) - 1)
    for at in range(count):
        begin, end = begins[at], ends[at]
        if unknown[at] and end - begin >= SHORTEST - 1:
            if _covered(hits.rows, start, exact, begin, end):
                continue
            key = mix(hashes[end] - hashes[begin] * powers[end - begin])
            pairs = 0
            for unit in range(begin, end):
                pairs += _is_pair(keys[unit], froms[unit], tos[unit])
            if pairs > 0:
                key = mix(key ^ _TWICE)
            slot = np.int64(key & mask)
            if verdicts[slot] != key and not (
                find_glued(room, words, at, glue, powers, hits)
                or _search_word(room, n, words, count, at, key, anchors, hits, found)
            ):
                verdicts[slot] = key
        elif flags[at] & ANCHOR and close[at]:
            place = find(anchors.exact, mix(hashes[end] - hashes[begin] * powers[end - begin]))
            if place >= 0:
                search_names(
                    room, n, words, count, at, place, begin, end, anchors, found.near, hits
                )
        if at + 1 == count or wides[begins[at + 1]] > 3:
            continue
        # Two words that may be one: split by a space, with one edit.
        both = (unknown[at] and _may_join(flags[at + 1], unknown[at + 1])) or (
            unknown[at + 1] and _may_join(flags[at], unknown[at])
        )
        last = ends[at + 1]
        if both and _PAIR <= last - begin <= LONGEST:
            key = mix(hashes[last] - hashes[begin] * powers[last - begin])
            slot = np.int64(key & mask)
            if verdicts[slot] != key and not _search_pair(room, words, at, anchors, hits, found):
                verdicts[slot] = key


@inlined
def _may_join(flags: int, unknown: bool) -> bool:
    """Return whether a word may be half of a name split by a space."""
    return unknown or (flags & NAMED != 0 and not flags & ORDINARY)


@uncounted
def mark_unknown(room: Folded, words: Words, count: int) -> None:
    """Mark the words that are not well known, and those near one."""
    begins, ends, flags = words.begin, words.end, words.flags
    unknown, close, gaps = words.unknown, words.close, room.gap
    since = REACH + 1
    for at in range(count):
        flag = flags[at]
        mark = not flag & KNOWN and ends[at] - begins[at] >= _SHORTEST_WORD
        if mark and flag & MIXED:
            mark = _mostly_letters(room.kind, begins[at], ends[at])
        unknown[at] = mark
        since = REACH + 1 if gaps[begins[at]] & LINE else since + 1
        close[at] = since <= REACH
        if mark:
            since = 0
    since = REACH + 1
    for back in range(count):
        at = count - 1 - back
        since += 1
        close[at] = close[at] or since <= REACH
        if unknown[at]:
            since = 0
        if gaps[begins[at]] & LINE:
            since = REACH + 1


@uncounted
def _mostly_letters(kinds: NDArray[np.uint8], begin: int, end: int) -> bool:
    letters = 0
    for unit in range(begin, end):
        letters += kinds[unit] != DIGIT
    return 3 * letters >= 2 * (end - begin)


@uncounted
def _covered(rows: NDArray[np.int64], start: int, end: int, begin: int, stop: int) -> bool:
    """Return whether an exact hit covers given units."""
    for row in range(start, end):
        if rows[row, 1] <= COVERING and rows[row, 3] < stop and rows[row, 4] > begin:
            return True
    return False


@uncounted
def trimmed(room: Folded, words: Words, at: int) -> tuple[int, int]:
    """Return a word's units without leading or trailing numbers ("25", "99")."""
    begin, end = words.begin[at], words.end[at]
    while end - begin > 2 and room.kind[begin] == DIGIT and room.kind[begin + 1] == DIGIT:
        begin += 1
    if begin > words.begin[at]:
        begin += 1
    low = end
    while low - begin > 2 and room.kind[low - 1] == DIGIT:
        low -= 1
    return begin, (low if end - low > 1 else end)


@compiled
def _search_word(
    room: Folded,
    n: int,
    words: Words,
    count: int,
    at: int,
    hashed: np.uint64,
    anchors: Anchors,
    hits: Hits,
    found: Found,
) -> bool:
    """Add the names near an unknown word; return whether any key is near."""
    begin, end = trimmed(room, words, at)
    total = _recall(found, hashed)
    if total == 0:
        total = find_near(room.key[begin:end], anchors.near, found.near)
        _remember(found, hashed, total)
    _add_found(room, n, words, count, at, begin, end, total, anchors, hits, found)
    keys, froms, tos = room.key, room.byte, room.byte_end
    more = 0
    for unit in range(begin, end):
        more += _is_pair(keys[unit], froms[unit], tos[unit])
    if more == 0:
        return total > 0
    # An edit may join "r" and "n", which are not an "m" then: "ephedrne".
    word = np.zeros(end - begin + more, np.uint32)
    size = 0
    for unit in range(begin, end):
        if _is_pair(keys[unit], froms[unit], tos[unit]):
            word[size], word[size + 1] = _R, _N
            size += 2
        else:
            word[size] = room.key[unit]
            size += 1
    again = find_near(word, anchors.near, found.near)
    _add_found(room, n, words, count, at, begin, end, again, anchors, hits, found)
    return total + again > 0


@inlined
def _is_pair(key: int, begin: int, end: int) -> bool:
    """Return whether an m was written "rn"; a two-byte look-alike of m counts too."""
    return bool((key == _M) & (end - begin == 2))


@uncounted
def _add_found(
    room: Folded,
    n: int,
    words: Words,
    count: int,
    at: int,
    begin: int,
    end: int,
    total: int,
    anchors: Anchors,
    hits: Hits,
    found: Found,
) -> None:
    """Add the names for the keys near a word, or for which they are anchors."""
    for index in range(total):
        place = found.near.keys[index]
        if anchors.whole[place] >= 0 and not words.flags[at] & RARE:
            add_hit(hits, NEAR, anchors.whole[place], begin, end, found.near.edits[index])
        if anchors.lists[place] < anchors.lists[place + 1]:
            search_names(room, n, words, count, at, place, begin, end, anchors, found.near, hits)


@uncounted
def _recall(found: Found, hashed: np.uint64) -> int:
    """Restore the cached keys near a word; 0 if it is not cached."""
    slot = np.int64(hashed >> np.uint64(64 - _FEW_BITS))
    if found.verdicts.words[slot] != hashed:
        return 0
    few = found.verdicts.few[slot]
    for index in range(few[0]):
        found.near.keys[index] = few[1 + index]
        found.near.edits[index] = few[1 + _FEW + index]
    return int(few[0])


@uncounted
def _remember(found: Found, hashed: np.uint64, total: int) -> None:
    """Cache the keys near a word, if they are few."""
    if not 0 < total <= _FEW:
        return
    slot = np.int64(hashed >> np.uint64(64 - _FEW_BITS))
    few = found.verdicts.few[slot]
    few[0] = total
    for index in range(total):
        few[1 + index] = found.near.keys[index]
        few[1 + _FEW + index] = found.near.edits[index]
    found.verdicts.words[slot] = hashed


@uncounted
def _search_pair(
    room: Folded, words: Words, at: int, anchors: Anchors, hits: Hits, found: Found
) -> bool:
    """Add the names near two joined words; return whether any key is near."""
    begin, end = words.begin[at], words.end[at + 1]
    total = find_near(room.key[begin:end], anchors.near, found.near)
    for index in range(total):
        if anchors.whole[found.near.keys[index]] >= 0:
            add_hit(
                hits,
                NEAR,
                anchors.whole[found.near.keys[index]],
                begin,
                end,
                found.near.edits[index],
            )
    return total > 0
