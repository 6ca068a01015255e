"""Comparison of two members' names: shared words, and words of each only."""

import math
import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

from tidewaiter.parties.names import (
    NameForm,
    ReadName,
    TokenKind,
    keys,
    loose_key,
    read_name,
)
from tidewaiter.parties.names.affixes import may_name_another
from tidewaiter.parties.names.rarity import weight_of

_DOTTED: Final = re.compile(r"\b(?:[^\W\d_]{1,2}\.){2,}")  # "S.A." is read as "SA"
_OTHER_NAMES: Final = frozenset({"trading as", "formerly", "also known as"})
_FORMS: Final = 4  # readings of a name that are compared
_LEAST: Final = 4  # minimum letters of a word for which an edit is tolerated
_CUT: Final = 0.8  # minimum similarity of two words
_RUNS: Final = 0.85  # minimum similarity of names without word boundaries
_SOUNDS: Final = 0.92  # similarity of words with the same sound


class Word(NamedTuple):
    """One word of a name."""

    key: str
    sound: str
    weight: float  # information content, in nats


class Words(NamedTuple):
    """One reading of a name."""

    words: tuple[Word, ...]  # without legal forms and particles
    joined: str  # all keys, sorted
    run: str  # all keys, in order
    spelt: bool  # from a script without word boundaries
    total: float
    forms: frozenset[str]  # families of legal forms


class Names(NamedTuple):
    """The names of a member, in all readings."""

    ways: tuple[Words, ...]
    stem: str  # sound of the most informative word, shared by variants of a name
    care_of: bool  # its address may belong to another party
    native: bool = False  # in a non-Latin script: its romanisations have lower priority


class Likeness(NamedTuple):
    """Similarity of two names."""

    share: float  # agreeing share of the total weight
    cover: float  # agreeing share of the lighter name's weight
    against: float  # smaller of the two unmatched shares
    own: float  # nats: smaller of the two unmatched weights
    shared: float  # nats
    exact: bool  # no word differs
    forms_differ: bool


NOTHING: Final = Names((), "", False)
UNLIKE: Final = Likeness(0.0, 0.0, 1.0, 99.0, 0.0, False, False)


@lru_cache(maxsize=1 << 14)
def names_of(text: str) -> Names:
    """Parse the names in a text.

    Args:
        text: Party name as written; "A trading as B" contains two.
    """
    read = read_name(_DOTTED.sub(_without_dots, text), "unknown")
    every = [read, *(part.name for part in read.segments if part.relation in _OTHER_NAMES)]
    ways = tuple(dict.fromkeys(way for each in every for way in _ways(each)))
    care_of = any(part.relation in {"care of", "on behalf of"} for part in read.segments)
    if not ways:
        return Names((), "", care_of)
    heaviest = max(ways[0].words, key=lambda word: (word.weight, word.key))
    return Names(ways, heaviest.sound, care_of, read.forms[0].how == "native")


def is_care_of(text: str) -> bool:
    """Return whether the address may belong to another party, as in `names_of`.

    A name is parsed only if it contains a relevant word, because parsing is slow.
    """
    written = _DOTTED.sub(_without_dots, text)
    return may_name_another(written) and names_of(text).care_of


def compare_names(a: Names, b: Names) -> Likeness | None:
    """Compare two members' names in their best matching readings.

    Returns:
        None if one has no readable name.
    """
    if not a.ways or not b.ways:
        return None
    best = UNLIKE
    native = a.native and b.native  # otherwise any two with the same sound would match
    for one in a.ways:
        for other in b.ways:
            if native and (one.spelt or other.spelt):
                continue
            found = _compare(one, other)
            if (found.share, found.cover) > (best.share, best.cover):
                best = found
            if found.exact:
                return found
    return best


def _without_dots(found: re.Match[str]) -> str:
    return found.group().replace(".", "")


def _ways(read: ReadName) -> Iterable[Words]:
    for form in read.forms[:_FORMS]:
        words = _words(form)
        if words.words:
            yield words


def _words(form: NameForm) -> Words:
    said = [token for token in form.tokens if token.kind not in {"legal form", "particle"}]
    legal = {key for token in form.tokens if token.kind == "legal form" for key in keys(token)}
    words = tuple(_word(token.key, token.kind) for token in said)
    joined = "".join(sorted(word.key for word in words))
    run = "".join(word.key for word in words)
    total = math.fsum(word.weight for word in words)
    return Words(
        words, joined, run, form.how not in {"latin", "native"}, total, _one(frozenset(legal))
    )


@lru_cache(maxsize=1 << 18)
def _word(key: str, kind: TokenKind) -> Word:
    """Return an interned word, as a million names share few words."""
    return Word(key, loose_key(key) or key, weight_of(key, kind))


@lru_cache(maxsize=1 << 12)
def _one(forms: frozenset[str]) -> frozenset[str]:
    """Return an interned set of legal forms."""
    return forms


def _compare(a: Words, b: Words) -> Likeness:
    differ = bool(a.forms and b.forms and not a.forms & b.forms)
    if a.joined == b.joined:
        return Likeness(1.0, 1.0, 0.0, 0.0, min(a.total, b.total), True, differ)
    if a.spelt or b.spelt:
        alike = OSA.normalized_similarity(a.run, b.run, score_cutoff=_RUNS)
        if alike > 0:
            said = min(a.total, b.total) * alike
            return Likeness(alike, alike, 0.0, 0.0, said, False, differ)
    left, right = list(a.words), list(b.words)
    shared = 0.0
    for word in a.words:
        if word in right:
            right.remove(word)
            left.remove(word)
            shared += word.weight
    shared += _near(left, right)
    rest_a = math.fsum(word.weight for word in left)
    rest_b = math.fsum(word.weight for word in right)
    return Likeness(
        share=2 * shared / (a.total + b.total),
        cover=min(1.0, shared / min(a.total, b.total)),
        against=min(rest_a / a.total, rest_b / b.total),
        own=min(rest_a, rest_b),
        shared=shared,
        exact=False,
        forms_differ=differ,
    )


def _near(left: list[Word], right: list[Word]) -> float:
    """Pair words with small spelling differences, heaviest first; remove them."""
    if not left or not right:
        return 0.0
    shared = _glued(left, right) + _glued(right, left)
    for word in sorted(left, key=lambda each: (-each.weight, each.key)):
        rated = [(_alike(word, other), other) for other in right]
        likeness, other = max(rated, default=(0.0, word))
        if likeness >= _CUT:
            left.remove(word)
            right.remove(other)
            shared += likeness * min(word.weight, other.weight)
    return shared


def _alike(a: Word, b: Word) -> float:
    if a.key[:1].isdigit() or b.key[:1].isdigit():
        return 0.0
    if len(a.key) == 1 or len(b.key) == 1:
        return _CUT if a.key[0] == b.key[0] else 0.0
    if a.sound == b.sound:
        return _SOUNDS
    if min(len(a.key), len(b.key)) < _LEAST:
        return 0.0
    short, long = sorted((a.key, b.key), key=len)
    if long.startswith(short):
        return _CUT  # abbreviated, or truncated at the end of a field
    return float(OSA.normalized_similarity(a.key, b.key, score_cutoff=_CUT))


def _glued(left: list[Word], right: list[Word]) -> float:
    """Find a word of one side equal to two adjacent ones of the other: "sino chem", "sinochem"."""
    whole = {word.key: word for word in right}
    for first, second in pairwise(left):
        word = whole.get(first.key + second.key)
        if word is not None:
            left.remove(first)
            left.remove(second)
            right.remove(word)
            return word.weight
    return 0.0
