"""List index: names as word numbers, and inverted lists of names by word."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.records import Record
from tidewaiter.parties.matching.hearing import (
    Sounding,
    Units,
    latin_units,
    other_units,
    sounding_of,
)
from tidewaiter.parties.matching.kernels.similar_words import Lookup, filed
from tidewaiter.parties.matching.kernels.vocabulary import (
    GENERIC,
    INITIAL_LETTER,
    JOINING,
    LEGAL,
    MOST_WORDS,
    NUMBER,
    PARTICLE,
    SYSTEMS,
    WORD,
    Forms,
    Keys,
    Letters,
    Pieces,
    Table,
    Vocabulary,
    cards_of,
    letter_marks,
    letters_of,
    mixed,
    pieces_of,
    plain_hashes,
    systems_of,
    table_of,
)
from tidewaiter.parties.names import NameForm, ReadName, Token, keys, read_name
from tidewaiter.parties.names.chinese_readings import is_pinyin_word, is_syllable
from tidewaiter.parties.names.rarity import Rarity, rarity_of
from tidewaiter.parties.names.scripts import script
from tidewaiter.parties.types import ListedParty, PartyKind

_KINDS = {
    "word": WORD,
    "legal form": LEGAL,
    "generic": GENERIC,
    "initial": INITIAL_LETTER,
    "particle": PARTICLE,
    "number": NUMBER,
}
_FIXED = (LEGAL, INITIAL_LETTER, NUMBER)  # kinds of words with a fixed spelling
_LEGAL_MARK = "\x02"  # a legal form is not a word, even if spelled like one
HOWS = (
    "latin",
    "pinyin",
    "wade-giles",
    "cantonese",
    "hangul",
    "arabic",
    "cyrillic",
    "dictionary",
    "native",
)
_PLACE_OF = {how: place for place, how in enumerate(HOWS)}
_SYSTEM = {system: place for place, system in enumerate(SYSTEMS)}


class Words:
    """Distinct words, numbered in order of appearance.

    The same letters may be two words, of different kinds. Words of other scripts differ by their
    units and keys as well: 王 and 汪 are both wang, but different surnames.
    """

    def __init__(self, *, asked: bool = False) -> None:
        self._asked = asked
        self.texts: list[str] = []
        self.kinds: list[int] = []
        self.keys: list[tuple[str, ...]] = []
        self.units: list[Units] = []  # for comparison by sound across scripts
        self._latin: dict[tuple[str, str], int] = {}
        self._other: dict[tuple[str, str, Units, tuple[str, ...]], int] = {}

    def numbers(self, form: NameForm) -> list[int]:
        """Return the number of each word in a form, at most `MOST_WORDS`."""
        out = []
        latin, other = self._latin, self._other
        for token in form.tokens[:MOST_WORDS]:
            text = _LEGAL_MARK + token.key if token.kind == "legal form" else token.key
            if token.surface.isascii() or script(token.surface) == "latin":
                number = latin.get((text, token.kind))
                if number is None:
                    units = latin_units(token.key)
                    number = latin[text, token.kind] = self._add(text, token, units)
            else:
                units = other_units(token.surface)
                key = (text, token.kind, units, tuple(self._sounds(token)))
                number = other.get(key)
                if number is None:
                    number = other[key] = self._add(text, token, units)
            out.append(number)
        return out

    def _add(self, text: str, token: Token, units: Units) -> int:
        """Add a word; return its number."""
        kind = _KINDS[token.kind]
        self.texts.append(text)
        self.kinds.append(kind)
        self.keys.append(tuple(self._sounds(token)))
        self.units.append(() if kind in _FIXED else units)
        return len(self.texts) - 1

    def _sounds(self, token: Token) -> Iterator[str]:
        """Yield the keys of a word."""
        # A pinyin syllable is unambiguous: Jie is not Zhi.
        exact = self._asked and is_syllable(token.key) and token.kind == "word"
        for key in keys(token):
            if not (exact and key[0] == "r"):
                yield _joinable(key)

    def vocabulary(self, rarity: Rarity, first: int = 0) -> Vocabulary:
        """Build the arrays for the search, for words from a number on."""
        texts = self.texts[first:]
        letters = letters_of(texts)
        kinds = np.array(self.kinds[first:], np.int8)
        weights = np.array([rarity.weight(text) for text in texts], np.float32)
        weights[kinds == LEGAL] = 0.25
        for kind, most in ((PARTICLE, 1.0), (INITIAL_LETTER, 2.5)):
            weights[kinds == kind] = np.minimum(weights[kinds == kind], most)
        chinese = np.array([is_pinyin_word(text) for text in texts], np.bool_)
        return Vocabulary(
            letters,
            _keys(self.keys[first:]),
            cards_of(letters, letter_marks(letters), weights, kinds, chinese),
            plain_hashes(letters),
            _sizes(letters),
            weights,
            kinds,
            *_parts(self.keys[first:]),
            chinese,
        )


def _joinable(key: str) -> str:
    """Convert a Korean key so that joined syllable keys equal the key of the word."""
    return key.replace("ng", "nk") if key[0] == "k" else key


def _sizes(letters: Letters) -> NDArray[np.int32]:
    return np.diff(letters.starts).astype(np.int32)


def _keys(rows: list[tuple[str, ...]]) -> Keys:
    """Build the arrays of word keys."""
    heads = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, rows), np.int64, len(rows)), out=heads[1:])
    flat = [key for row in rows for key in row]
    systems = np.array([_SYSTEM[key[0]] for key in flat], np.int8)
    return Keys(heads, plain_hashes(letters_of([key[2:] for key in flat])), systems)


def _parts(rows: list[tuple[str, ...]]) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Build the arrays of joinable keys: the first key in each system."""
    hashes = np.zeros((len(rows), JOINING), np.uint64)
    sizes = np.zeros((len(rows), JOINING), np.int32)
    texts = {system: [""] * len(rows) for system in SYSTEMS[:JOINING]}
    for place, row in enumerate(rows):
        for key in reversed(row):
            if key[0] in texts:
                texts[key[0]][place] = key[2:]
    for place, column in enumerate(texts.values()):
        letters = letters_of(column)
        hashes[:, place], sizes[:, place] = plain_hashes(letters), _sizes(letters)
    return hashes, sizes


def readings(name: ReadName) -> Iterator[NameForm]:
    """Yield the forms of a name, then those of names within it."""
    yield from name.forms
    for segment in name.segments:
        yield from readings(segment.name)


def forms_of(names: Iterable[ReadName], words: Words) -> Forms:
    """Number the words of parsed names."""
    owner, how, heads, numbers = [], [], [0], []
    for number, name in enumerate(names):
        for form in readings(name) if name.segments else name.forms:
            mine = words.numbers(form)
            if mine:
                owner.append(number)
                how.append(_PLACE_OF[form.how])
                numbers += mine
                heads.append(len(numbers))
    return Forms(
        np.array(owner, np.int32),
        np.array(how, np.int8),
        np.array(heads, np.int64),
        np.array(numbers, np.int32),
    )


KINDS: tuple[PartyKind, ...] = ("unknown", "person", "organisation", "vessel", "aircraft")


class Listed(NamedTuple):
    """A list, as used by the search."""

    lookup: Lookup
    vocabulary: Vocabulary  # single words first, then joined words
    pieces: Pieces
    entry: NDArray[np.int32]  # by form
    how: NDArray[np.int8]  # by form: how it was read
    weight: NDArray[np.float32]  # by form: total weight of its words
    kind: NDArray[np.int8]  # by entry: index in `KINDS`
    posting_heads: NDArray[np.int32]  # by word
    postings: NDArray[np.int32]  # forms


class Layout(NamedTuple):
    """Names of a list as numbers; determined by the names, the kinds of entries and the rarity."""

    name_of: NDArray[np.int32]  # by form: index of the name in its entry
    listed: Listed
    sounding: Sounding


class Index(Record, frozen=True):
    """A list, prepared for matching."""

    parties: tuple[ListedParty, ...]
    name_of: NDArray[np.int32]  # by form: index of the name in its entry
    listed: Listed
    sounding: Sounding
    rarity: Rarity


def index_of(parties: Sequence[ListedParty], layout: Layout, rarity: Rarity) -> Index:
    """Assemble an index from the layout of these entries and a rarity."""
    return Index(tuple(parties), layout.name_of, layout.listed, layout.sounding, rarity)


def build_index(parties: Sequence[ListedParty], rarity: Rarity | None = None) -> Index:
    """Build the index of a list; takes some seconds for 40,000 names.

    Args:
        parties: The entries.
        rarity: Frozen counts of a generation; None: counts of these entries.
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
    layout = Layout(np.array(which, np.int32)[forms.owner], listed, sounding_of(words.units))
    return index_of(parties, layout, rarity)


def _words_by_entry(forms: Forms, entry: NDArray[np.int32], words: Words) -> list[list[str]]:
    """Collect the words of each entry."""
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
    """Build the arrays of a list for the search."""
    count = len(words.texts)
    pieces, joined, sounds = pieces_of(forms, vocabulary)
    hashes, first, places = np.unique(joined, return_index=True, return_inverse=True)
    pieces.words[pieces.words < 0] = count + places.astype(np.int32)
    every = np.concatenate((vocabulary.hashes, hashes))
    fixed = np.isin(vocabulary.kinds, _FIXED)
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
    """Build the table of keys: single words, then joined words with higher numbers."""
    owner = np.repeat(np.arange(count, dtype=np.int32), np.diff(keys.heads))
    hashes, owners = [systems_of(keys.hashes, keys.letters)], [owner]
    for system in range(JOINING):
        known = np.flatnonzero(joined[:, system])
        hashes.append(systems_of(joined[known, system], np.full(len(known), system, np.int8)))
        owners.append((count + known).astype(np.int32))
    return table_of(mixed(np.concatenate(hashes)), np.concatenate(owners))


def _postings(pieces: Pieces, words: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """List the forms with each word, once per occurrence."""
    forms = np.repeat(np.arange(len(pieces.heads) - 1, dtype=np.int32), np.diff(pieces.heads))
    order = np.argsort(pieces.words, kind="stable")
    heads = np.zeros(words + 1, np.int32)
    np.cumsum(np.bincount(pieces.words, minlength=words), out=heads[1:])
    return heads, forms[order]
