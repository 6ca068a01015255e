"""The index of a list: its names as numbers, and which names hold each word."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.records import Record
from tidewaiter.parties.matching.neighbours import Lookup
from tidewaiter.parties.matching.pieces import Pieces, pieces_of
from tidewaiter.parties.matching.rarity import Rarity, rarity_of
from tidewaiter.parties.matching.spelling import filed
from tidewaiter.parties.matching.tables import Table, mixed, table_of
from tidewaiter.parties.matching.vocabulary import (
    INITIAL_LETTER,
    JOINING,
    LEGAL,
    NUMBER,
    Forms,
    Keys,
    Vocabulary,
    systems_of,
)
from tidewaiter.parties.matching.words import Words, forms_of
from tidewaiter.parties.names import read_name
from tidewaiter.parties.types import ListedParty

KINDS = ("unknown", "person", "organisation", "vessel", "aircraft")


class Listed(NamedTuple):
    """What the compiled functions know of a list."""

    lookup: Lookup
    vocabulary: Vocabulary  # the first are words, the others words joined
    pieces: Pieces
    entry: NDArray[np.int32]  # by form
    how: NDArray[np.int8]  # by form, how it was read
    weight: NDArray[np.float32]  # by form, of its words
    kind: NDArray[np.int8]  # by entry, a place in `KINDS`
    posting_heads: NDArray[np.int32]  # by word
    postings: NDArray[np.int32]  # forms


class Layout(NamedTuple):
    """The names of a list as numbers: they decide it, with the kinds of entries and the rarity."""

    name_of: NDArray[np.int32]  # by form: which name of its entry
    listed: Listed


class Index(Record, frozen=True):
    """A list, ready to be matched."""

    parties: tuple[ListedParty, ...]
    name_of: NDArray[np.int32]  # by form: which name of its entry
    listed: Listed
    rarity: Rarity


def index_of(parties: Sequence[ListedParty], layout: Layout, rarity: Rarity) -> Index:
    """Put an index together of what was laid out of these entries, with this rarity."""
    return Index(tuple(parties), layout.name_of, layout.listed, rarity)


def build_index(parties: Sequence[ListedParty], rarity: Rarity | None = None) -> Index:
    """Build the index of a list; some seconds for 40,000 names.

    Args:
        parties: The entries.
        rarity: Frozen counts of a generation; None: those of these entries.
    """
    entry, which, read = [], [], []
    for number, party in enumerate(parties):
        for place, name in enumerate(party.names):
            entry.append(number)
            which.append(place)
            read.append(read_name(name.text, party.kind))
    words = Words()
    forms = forms_of(read, words)
    of_entry = np.array(entry, np.int32)[forms.owner]
    if rarity is None:
        rarity = rarity_of(_words_by_entry(forms, of_entry, words))
    vocabulary = words.vocabulary(rarity)
    kinds = np.array([KINDS.index(party.kind) for party in parties], np.int8)
    listed = _listed(words, vocabulary, forms, of_entry, kinds)
    layout = Layout(np.array(which, np.int32)[forms.owner], listed)
    return index_of(parties, layout, rarity)


def _words_by_entry(forms: Forms, entry: NDArray[np.int32], words: Words) -> list[list[str]]:
    """Gather the words of each entry."""
    out: list[list[str]] = [[] for _ in range(int(entry[-1]) + 1)] if len(entry) else []
    for form, number in enumerate(entry.tolist()):
        begin, end = forms.heads[form : form + 2]
        out[number] += [words.texts[word] for word in forms.words[begin:end].tolist()]
    return out


def _listed(
    words: Words,
    vocabulary: Vocabulary,
    forms: Forms,
    entry: NDArray[np.int32],
    kinds: NDArray[np.int8],
) -> Listed:
    """Lay out a list for the compiled functions."""
    count = len(words.texts)
    pieces, joined, sounds = pieces_of(forms, vocabulary)
    hashes, first, places = np.unique(joined, return_index=True, return_inverse=True)
    pieces.words[pieces.words < 0] = count + places.astype(np.int32)
    every = np.concatenate((vocabulary.hashes, hashes))
    fixed = np.isin(vocabulary.kinds, (LEGAL, INITIAL_LETTER, NUMBER))
    keys, values = filed(vocabulary.letters, ~fixed)
    lookup = Lookup(
        vocabulary.letters,
        table_of(mixed(every), np.arange(len(every), dtype=np.int32)),
        table_of(keys, values),
        _key_table(vocabulary.keys, sounds[first], count),
        vocabulary.chinese,
        len(every),
    )
    heads, postings = _postings(pieces, len(every))
    weight = np.zeros(len(entry), np.float32)
    np.add.at(
        weight,
        np.repeat(np.arange(len(entry)), np.diff(forms.heads)),
        vocabulary.weights[forms.words],
    )
    return Listed(lookup, vocabulary, pieces, entry, forms.how, weight, kinds, heads, postings)


def _key_table(keys: Keys, joined: NDArray[np.uint64], count: int) -> Table:
    """Build the table of keys: of the words, and of words joined, whose numbers come after."""
    owner = np.repeat(np.arange(count, dtype=np.int32), np.diff(keys.heads))
    hashes, owners = [systems_of(keys.hashes, keys.letters)], [owner]
    for system in range(JOINING):
        known = np.flatnonzero(joined[:, system])
        hashes.append(systems_of(joined[known, system], np.full(len(known), system, np.int8)))
        owners.append((count + known).astype(np.int32))
    return table_of(mixed(np.concatenate(hashes)), np.concatenate(owners))


def _postings(pieces: Pieces, words: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """List the forms that hold each word, a form once for each time."""
    forms = np.repeat(np.arange(len(pieces.heads) - 1, dtype=np.int32), np.diff(pieces.heads))
    order = np.argsort(pieces.words, kind="stable")
    heads = np.zeros(words + 1, np.int32)
    np.cumsum(np.bincount(pieces.words, minlength=words), out=heads[1:])
    return heads, forms[order]
