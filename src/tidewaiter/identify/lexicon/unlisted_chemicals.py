"""Unlisted chemicals: hashes of a million names, matched across spellings of languages.

A listed name inside a longer name of these is another chemical ("acetone cyanohydrin"), and a word
in these names is never treated as a misspelling of a listed one, nor is its spelling in another
language ("difenilamina"). The file is built by tools/build_other_chemicals.py from FDA's UNII
names, the package `chemicals`, and the goods nomenclatures of the EU and the Eurasian Economic
Union; it stores 40 bits of each hash, so one word in a million matches by chance.

Chemical names are international, and each language respells them by rule: "phthalic" is "ftálico",
"ftalik", "фталевый". To recognise "difenilamina" as diphenylamine without a Spanish list, words are
reduced to a key from which regular spelling differences are removed.
"""

import re
import unicodedata
import zlib
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.identify.engine.hashing import SHIFT
from tidewaiter.identify.engine.rules import FoldTables
from tidewaiter.identify.engine.words import hash_texts

_MAGIC = b"TWOC2\n"


class OtherChemicals(NamedTuple):
    """Short hashes (``hash >> SHIFT``), sorted and distinct."""

    names: NDArray[np.uint64]
    words: NDArray[np.uint64]
    respelt: NDArray[np.uint64]  # keys of words, from `respelling`


class Respelt(NamedTuple):
    """Words of other chemicals, independent of a language's spelling."""

    hashes: NDArray[np.uint64]  # short hashes of their keys, sorted

    def holds(self, hashed: np.uint64) -> bool:
        """Return whether a key is included, by its hash."""
        wanted = hashed >> SHIFT
        at = int(np.searchsorted(self.hashes, wanted))
        return at < len(self.hashes) and bool(self.hashes[at] == wanted)


def pack_others(others: OtherChemicals) -> bytes:
    """Encode the hashes as compressed differences."""
    parts = [_MAGIC]
    for hashes in others:
        steps = np.diff(hashes, prepend=np.uint64(0)).astype("<u8")
        planes = steps.view(np.uint8).reshape(-1, 8).T[:5]
        packed = zlib.compress(np.ascontiguousarray(planes).tobytes(), 9)
        parts += [len(hashes).to_bytes(8, "little"), len(packed).to_bytes(8, "little"), packed]
    return b"".join(parts)


def unpack_others(packed: bytes) -> OtherChemicals:
    """Decode the output of `pack_others`."""
    at = len(_MAGIC)
    found = []
    for _ in OtherChemicals._fields:
        count = int.from_bytes(packed[at : at + 8], "little")
        size = int.from_bytes(packed[at + 8 : at + 16], "little")
        planes = np.frombuffer(zlib.decompress(packed[at + 16 : at + 16 + size]), np.uint8)
        steps = np.zeros((count, 8), np.uint8)
        steps[:, :5] = planes.reshape(5, count).T
        found.append(np.cumsum(steps.reshape(-1).view("<u8"), dtype=np.uint64))
        at += 16 + size
    return OtherChemicals(*found)


def load_others() -> OtherChemicals:
    """Load data/other_chemicals/hashes.bin."""
    return unpack_others(data("other_chemicals", "hashes.bin").read_bytes())


_WORD = re.compile(r"[^\W\d_]+")
SHORTEST = 6  # minimum letters of a key; shorter ones resemble too many words
_KEPT = 1 << 16
_LONGEST = 3  # maximum words of a name that one word can change
_DIGIT = re.compile(r"\d")
_APART = 3  # maximum difference in length between a word and its near match


class Step(Record, frozen=True, kw_only=True):
    """A replacement rule."""

    pattern: str
    written: str
    latin: bool = True  # applied after transliteration to Latin; else before


class Ending(Record, frozen=True, kw_only=True):
    """An ending to remove from a word."""

    pattern: str
    shortest: int  # minimum letters that remain


class RespellingRules(Record, frozen=True, kw_only=True):
    """Content of data/rules/respelling.toml."""

    letters: dict[str, str]
    steps: tuple[Step, ...]
    ending: Ending


class Respeller:
    """Reduces words to their keys; cached."""

    def __init__(self, rules: RespellingRules | None = None) -> None:
        """Set the rules; None: those in the data."""
        rules = rules or read_toml(data("rules", "respelling.toml"), RespellingRules)
        self._letters = str.maketrans(rules.letters)
        self._before = [(re.compile(s.pattern), s.written) for s in rules.steps if not s.latin]
        self._after = [(re.compile(s.pattern), s.written) for s in rules.steps if s.latin]
        self._ending = re.compile(rules.ending.pattern)
        self._shortest = rules.ending.shortest
        self.key = lru_cache(_KEPT)(self._key)

    def keys(self, text: str) -> Iterator[str]:
        """Yield the key of each word in a text."""
        return map(self.key, _WORD.findall(text))

    def _key(self, word: str) -> str:
        """Return the key of a word."""
        text = word.casefold()
        for pattern, written in self._before:
            text = pattern.sub(written, text)
        text = unicodedata.normalize(
            "NFD", unicodedata.normalize("NFC", text).translate(self._letters)
        )
        text = "".join(sign for sign in text if not unicodedata.combining(sign)).translate(
            self._letters
        )
        for pattern, written in self._after:
            text = pattern.sub(written, text)
        cut = self._ending.sub("", text)
        return cut if len(cut) >= self._shortest else text


class OtherWords:
    """Detects text that resembles a name but contains another chemical's word."""

    def __init__(self, fold: FoldTables, respelt: Respelt) -> None:
        """Set the folding tables, and the keys of other chemicals' words."""
        self._fold = fold
        self._respelt = respelt
        self._respeller = Respeller()
        self._known = lru_cache(_KEPT)(self._is_known)
        self.instead = lru_cache(_KEPT)(self._instead)

    def _instead(self, written: str, name: str) -> bool:
        """Return whether a text is another chemical's name in the spelling of some language.

        Args:
            written: The text as written.
            name: The listed name that it resembles.
        """
        mine, its = list(self._respeller.keys(written)), list(self._respeller.keys(name))
        if len(its) > _LONGEST or _DIGIT.search(name):
            return False  # in a long name, a difference of one word is weak evidence
        if len(mine) != len(its):
            mine, its = ["".join(mine)], ["".join(its)]  # a space is missing or added
        return any(
            key not in its and abs(len(key) - len(other)) <= _APART and self._known(key)
            for key, other in zip(mine, its, strict=True)
        )

    def _is_known(self, key: str) -> bool:
        if len(key) < SHORTEST:
            return False
        return self._respelt.holds(hash_texts([key], self._fold)[0])
