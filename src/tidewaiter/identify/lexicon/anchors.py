"""Anchors: what misspelt names are found by."""

from collections import Counter, defaultdict

import numpy as np

from tidewaiter.identify.entries import Entry
from tidewaiter.identify.fold import FoldTables, fold_line, make_room
from tidewaiter.identify.hashing import build_table, hash_keys
from tidewaiter.identify.keys import Key
from tidewaiter.identify.multiword import Anchors
from tidewaiter.identify.near import LONGEST, SHORTEST, build_near

_LONGEST = 2 * LONGEST
_MANY = 40  # names that share a word: above, it is no second anchor
_ANCHOR = 5  # units of the shortest of them


def words_of(text: str, fold: FoldTables) -> list[tuple[str, int]]:
    """Return the words of a name as folded, each with its place in the key."""
    here = np.frombuffer(text.encode(), np.uint8)
    room = make_room(3 * len(here) + 8)
    n = fold_line(here, fold, room)
    starts = [at for at in range(n) if at == 0 or room.gap[at]]
    units = "".join(map(chr, room.key[:n].tolist()))
    return [(units[a:b], a) for a, b in zip(starts, [*starts[1:], n], strict=True)]


def _splits(entry: Entry, fold: FoldTables) -> list[list[tuple[str, int]]]:
    """Return the words of a name in each of its spellings: they split the key elsewhere."""
    return [words_of(text, fold) for text in (entry.text, *entry.spellings)]


def build_anchors(
    entries: tuple[Entry, ...], keys: list[Key], fold: FoldTables, plain: frozenset[str]
) -> tuple[Anchors, list[str]]:
    """Index all strong names by their whole key, those of several words by their two rarest too.

    Args:
        entries: The names.
        keys: Their keys.
        fold: How they are folded.
        plain: Ordinary words, folded: none is a second anchor.

    Returns:
        The index, and the rarest words, folded.
    """
    able = [i for i, e in enumerate(entries) if e.tier == "strong" and len(e.key) <= _LONGEST]
    parts = {index: _splits(entries[index], fold) for index in able}
    counts = Counter(
        word
        for splits in parts.values()
        for word in {word for words in splits for word, _ in words}
    )
    places: dict[str, int] = {}
    whole: dict[int, int] = {}
    names: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for index, splits in parts.items():
        if SHORTEST <= len(entries[index].key) <= LONGEST:
            whole[places.setdefault(entries[index].key, len(places))] = index
        chosen = (_rarest(words, counts, plain) for words in splits)
        for word, at in dict.fromkeys(pair for pairs in chosen for pair in pairs):
            names[places.setdefault(word, len(places))].append((index, at))
    units = [np.array([ord(unit) for unit in text], np.uint32) for text in places]
    members = [pair for place in range(len(places)) for pair in names[place]]
    exact = [place for place in range(len(places)) if names[place]]
    anchors = Anchors(
        near=build_near(units),
        exact=build_table(hash_keys([units[at] for at in exact]), np.array(exact, np.int32)),
        whole=np.array([whole.get(place, -1) for place in range(len(places))], np.int32),
        lists=np.cumsum([0, *(len(names[at]) for at in range(len(places)))], dtype=np.int64),
        keys=np.array([index for index, _ in members], np.int32),
        offsets=np.array([at for _, at in members], np.int32),
        units=np.concatenate([np.zeros(0, np.uint32), *keys]).astype(np.uint32),
        first=np.cumsum([0, *(len(key) for key in keys)], dtype=np.int64),
    )
    return anchors, [text for place, text in enumerate(places) if names[place]]


def _rarest(
    words: list[tuple[str, int]], counts: Counter[str], plain: frozenset[str]
) -> list[tuple[str, int]]:
    """Choose the words that a name of several is found by: the rarest, and one more that is rare.

    Args:
        words: Of the name, each with its place in the key.
        counts: How many names hold each word.
        plain: Words that are no second choice.
    """
    if len(words) < 2:
        return []
    long = [(word, at) for word, at in words if _ANCHOR <= len(word) <= LONGEST]
    rarest = sorted(long, key=lambda pair: (counts[pair[0]], -len(pair[0])))
    more = [pair for pair in rarest[1:] if pair[0] not in plain and counts[pair[0]] <= _MANY]
    return [*rarest[:1], *more[:1]]
