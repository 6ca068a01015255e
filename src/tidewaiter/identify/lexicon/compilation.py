"""The vocabulary: which words are ordinary, chemical, named, or cues."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from wordfreq import get_frequency_dict

from tidewaiter.identify.entries import Entry
from tidewaiter.identify.fold import FoldTables
from tidewaiter.identify.hashing import SHIFT, mix_all
from tidewaiter.identify.keys import fold_keys, hash_texts, hash_words
from tidewaiter.identify.multiword import Anchors
from tidewaiter.identify.near import Near, find_near, make_near_room
from tidewaiter.identify.respelling import Respeller
from tidewaiter.identify.rules import ContextRules
from tidewaiter.identify.words import (
    AFTER,
    ANCHOR,
    BEFORE,
    CAS_CUE,
    CHEMICAL,
    CUE,
    CUS_CUE,
    FILLER,
    HS_CUE,
    MEASURE,
    NAMED,
    ORDINARY,
    PART,
    RARE,
    SALT,
    STEREO,
    UN_CUE,
    Vocabulary,
    fill_vocabulary,
)

# Least share of text for a word to be ordinary, and to be a rare word: what is rarer still is
# often a misspelling or the name of a chemical. Other languages' papers need more.
_ENGLISH = (400e-9, 60e-9)
_OTHERS = (2000e-9, 500e-9)
_LANGUAGES = ("es", "fr", "de", "pt", "it", "ru", "nl")
# Languages in which the registry has few names. Of their words those are known that are very
# common, and those that are near to a name and are not that name as their language spells it.
_FURTHER_SHARE, _COMMON = 20_000e-9, 50_000e-9
_FURTHER = (
    "bg",
    "ca",
    "cs",
    "da",
    "el",
    "fi",
    "hu",
    "id",
    "is",
    "lt",
    "lv",
    "mk",
    "nb",
    "pl",
    "ro",
    "sh",
    "sk",
    "sl",
    "sv",
    "tr",
    "uk",
    "vi",
)


def build_vocabulary(
    entries: tuple[Entry, ...],
    rules: ContextRules,
    fold: FoldTables,
    words: NDArray[np.uint64],
    anchors: tuple[Anchors, list[str]],
) -> Vocabulary:
    """Build the table of words: what each is, by the hash of its key."""
    hashes, values = [], []
    further = further_words(entries, anchors[0].near, fold)
    for flag, texts in (*_groups(entries, rules, anchors[1]), (CHEMICAL, further)):
        found = np.unique((hash_words if flag == NAMED else hash_texts)(texts, fold))
        found = found[found != 0]
        hashes.append(found)
        values.append(np.full(len(found), flag, np.int32))
    keys = np.concatenate([*(mix_all(known >> SHIFT) for known in hashes), mix_all(words)])
    values.append(np.full(len(words), CHEMICAL, np.int32))
    slots = np.zeros(1 << (2 * len(keys)).bit_length(), np.uint32)
    fill_vocabulary(slots, keys, np.concatenate(values))
    return Vocabulary(slots)


def _groups(
    entries: tuple[Entry, ...], rules: ContextRules, anchors: list[str]
) -> Iterator[tuple[int, list[str]]]:
    """Yield what words are, and the words that are it."""
    yield ORDINARY, ordinary_words(rare=False)
    yield RARE, ordinary_words(rare=True)
    yield NAMED, [text for entry in entries for text in (entry.text, *entry.spellings)]
    yield ANCHOR, anchors
    yield SALT, [spelling for spellings in rules.salts.values() for spelling in spellings]
    said = rules.words
    for flag, texts in (
        (STEREO, said.stereo),
        (BEFORE, said.before),
        (AFTER, said.after),
        (AFTER | PART, said.thing),
        (CUE, said.cue),
        (MEASURE, said.measure),
        (CAS_CUE, said.cas),
        (HS_CUE, said.hs),
        (UN_CUE, said.un),
        (CUS_CUE, said.cus),
        (HS_CUE | UN_CUE, said.letters),
        (FILLER, said.filler),
        (PART, said.part),
    ):
        yield flag | ORDINARY, list(texts)


def further_words(entries: tuple[Entry, ...], near: Near, fold: FoldTables) -> list[str]:
    """List the words of further languages that are never a misspelling, nor half of one.

    Args:
        entries: The names; a word that is one of theirs, as its language spells it, is left out.
        near: What names are found by.
        fold: How words are folded.
    """
    shares: dict[str, float] = {}
    for language in _FURTHER:
        for word, share in get_frequency_dict(language, wordlist="best").items():
            if share >= _FURTHER_SHARE:
                shares[word] = max(share, shares.get(word, 0))
    respeller, room = Respeller(), make_near_room(1)
    own = {key for entry in entries for key in respeller.keys(entry.text)}
    found = zip(shares.items(), fold_keys(list(shares), fold), strict=True)
    able = (
        word
        for (word, share), key in found
        if share >= _COMMON or (len(key) > 0 and find_near(key, near, room) > 0)
    )
    return [word for word in able if respeller.key(word) not in own]


def ordinary_words(*, rare: bool) -> list[str]:
    """List the ordinary words of all languages, or the rare ones."""
    found: list[str] = []
    for language in ("en", *_LANGUAGES):
        most, least = _ENGLISH if language == "en" else _OTHERS
        shares = get_frequency_dict(language, wordlist="best")
        found.extend(
            word
            for word, share in shares.items()
            if (least <= share < most if rare else share >= most)
        )
    return found
