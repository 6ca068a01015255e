"""Unlisted chemicals: hashes of a million names, found however a language spells them.

A listed name inside a longer name of these is another chemical ("acetone cyanohydrin"), and
a word of these is never taken for a misspelling of a listed one, nor is a word of theirs as another
language respells it ("difenilamina"). The file is made by tools/build_other_chemicals.py from FDA's
UNII names, the package `chemicals`, and the goods nomenclatures of the EU and the Eurasian Economic
Union; it holds 40 bits of each hash, so that one word in a million passes for a name by chance.

The names of chemicals are international and each language respells them by rule: "phthalic" is
"ftálico", "ftalik", "фталевый". So that "difenilamina" is known as diphenylamine without a list in
Spanish, a word is brought to a key from which all that is respelt by rule is taken out.
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
    """Words of other chemicals, however a language spells them."""

    hashes: NDArray[np.uint64]  # of their keys, short, sorted

    def holds(self, hashed: np.uint64) -> bool:
        """Tell whether a key is among them, by its hash."""
        wanted = hashed >> SHIFT
        at = int(np.searchsorted(self.hashes, wanted))
        return at < len(self.hashes) and bool(self.hashes[at] == wanted)


def pack_others(others: OtherChemicals) -> bytes:
    """Write the hashes as compressed steps from one to the next."""
    parts = [_MAGIC]
    for hashes in others:
        steps = np.diff(hashes, prepend=np.uint64(0)).astype("<u8")
        planes = steps.view(np.uint8).reshape(-1, 8).T[:5]
        packed = zlib.compress(np.ascontiguousarray(planes).tobytes(), 9)
        parts += [len(hashes).to_bytes(8, "little"), len(packed).to_bytes(8, "little"), packed]
    return b"".join(parts)


def unpack_others(packed: bytes) -> OtherChemicals:
    """Read what `pack_others` wrote."""
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
SHORTEST = 6  # letters of the key of another chemical's word; shorter ones are like too much
_KEPT = 1 << 16
_LONGEST = 3  # words of a name that one word makes another
_DIGIT = re.compile(r"\d")
_APART = 3  # letters by which a word and what it is near to differ in length, at most


class Step(Record, frozen=True, kw_only=True):
    """One replacement."""

    pattern: str
    written: str
    latin: bool = True  # made when the letters are Latin; else before


class Ending(Record, frozen=True, kw_only=True):
    """What is cut off a word."""

    pattern: str
    shortest: int  # letters that must stay


class RespellingRules(Record, frozen=True, kw_only=True):
    """All of data/rules/respelling.toml."""

    letters: dict[str, str]
    steps: tuple[Step, ...]
    ending: Ending


class Respeller:
    """Brings words to their keys; keeps those it met."""

    def __init__(self, rules: RespellingRules | None = None) -> None:
        """Take the rules; None: those of the data."""
        rules = rules or read_toml(data("rules", "respelling.toml"), RespellingRules)
        self._letters = str.maketrans(rules.letters)
        self._before = [(re.compile(s.pattern), s.written) for s in rules.steps if not s.latin]
        self._after = [(re.compile(s.pattern), s.written) for s in rules.steps if s.latin]
        self._ending = re.compile(rules.ending.pattern)
        self._shortest = rules.ending.shortest
        self.key = lru_cache(_KEPT)(self._key)

    def keys(self, text: str) -> Iterator[str]:
        """Yield the key of each word of a text."""
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
    """Tells whether a text that is near to a name holds another chemical's word instead."""

    def __init__(self, fold: FoldTables, respelt: Respelt) -> None:
        """Take how words are folded, and the keys of other chemicals' words."""
        self._fold = fold
        self._respelt = respelt
        self._respeller = Respeller()
        self._known = lru_cache(_KEPT)(self._is_known)
        self.instead = lru_cache(_KEPT)(self._instead)

    def _instead(self, written: str, name: str) -> bool:
        """Tell whether what is written is another chemical's name as some language spells it.

        Args:
            written: As it stands in the text.
            name: The listed name that it is near to.
        """
        mine, its = list(self._respeller.keys(written)), list(self._respeller.keys(name))
        if len(its) > _LONGEST or _DIGIT.search(name):
            return False  # of a long name one word more or less says little
        if len(mine) != len(its):
            mine, its = ["".join(mine)], ["".join(its)]  # a space is missing, or too much
        return any(
            key not in its and abs(len(key) - len(other)) <= _APART and self._known(key)
            for key, other in zip(mine, its, strict=True)
        )

    def _is_known(self, key: str) -> bool:
        if len(key) < SHORTEST:
            return False
        return self._respelt.holds(hash_texts([key], self._fold)[0])
