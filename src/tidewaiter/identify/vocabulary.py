"""The vocabulary: which words are ordinary, chemical, named, or cues."""

import numpy as np
from numpy.typing import NDArray
from wordfreq import get_frequency_dict

from tidewaiter.identify.entries import Entry
from tidewaiter.identify.fold import FoldTables
from tidewaiter.identify.hashing import SHIFT, mix_all
from tidewaiter.identify.keys import hash_texts, hash_words
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


def build_vocabulary(
    entries: tuple[Entry, ...], rules: ContextRules, fold: FoldTables, words: NDArray[np.uint64],
    anchors: list[str],
) -> Vocabulary:
    """Build the table of words: what each is, by the hash of its key."""
    said = rules.words
    groups: list[tuple[int, list[str]]] = [
        (ORDINARY, ordinary_words(rare=False)),
        (RARE, ordinary_words(rare=True)),
        (NAMED, [entry.text for entry in entries]),
        (ANCHOR, anchors),
        (SALT, [spelling for spellings in rules.salts.values() for spelling in spellings]),
    ]
    flags = (STEREO, BEFORE, AFTER, AFTER | PART, CUE, MEASURE, CAS_CUE, HS_CUE, UN_CUE, CUS_CUE, FILLER, PART)
    lists = (said.stereo, said.before, said.after, said.thing, said.cue, said.measure, said.cas, said.hs,
             said.un, said.cus, said.filler, said.part)  # fmt: skip
    for flag, texts in zip(flags, lists, strict=True):
        groups.append((flag | ORDINARY, list(texts)))
    hashes, values = [], []
    for flag, texts in groups:
        found = np.unique((hash_words if flag == NAMED else hash_texts)(texts, fold))
        found = found[found != 0]
        hashes.append(found)
        values.append(np.full(len(found), flag, np.int32))
    keys = np.concatenate([*(mix_all(known >> SHIFT) for known in hashes), mix_all(words)])
    values.append(np.full(len(words), CHEMICAL, np.int32))
    slots = np.zeros(1 << (2 * len(keys)).bit_length(), np.uint32)
    fill_vocabulary(slots, keys, np.concatenate(values))
    return Vocabulary(slots)


def ordinary_words(*, rare: bool) -> list[str]:
    """List the ordinary words of all languages, or the rare ones."""
    found: list[str] = []
    for language in ("en", *_LANGUAGES):
        most, least = _ENGLISH if language == "en" else _OTHERS
        shares = get_frequency_dict(language, wordlist="best")
        found.extend(
            word for word, share in shares.items() if (least <= share < most if rare else share >= most)
        )
    return found
