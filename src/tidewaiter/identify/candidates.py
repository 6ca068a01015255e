"""Candidates: where a systematic name, a SMILES, an InChI or an InChIKey may be in a text.

Nothing is parsed here: `structures` does that.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml

Shape = Literal["name", "smiles", "inchi", "inchikey"]

# Characters replaced by one code point each, so that positions do not change.
_PLAIN = str.maketrans("‐‑‒–—―−′’‘´`［］（）｛｝，", "-------'''''[](){},")
_KEYS = re.compile(r"InChI=1S?/[^\s\"'<>|]+|(?<![A-Z0-9])[A-Z]{14}-[A-Z]{10}-[A-Z](?![A-Z0-9])")
_SMILES = re.compile(r"(?:\[[^\[\]\s]{1,24}\]|Br|Cl|[BCNOPSFIbcnops]|[=#$/\\:.()-]|%\d\d|\d)+")
_BONDS = frozenset("=#[(@")
_SIGNS = re.compile(r"[-=#\[(@]")
_SHORTEST_SMILES = 6
_WORD = re.compile(r"((?<=[\"|;]))?[^\s\"|;]+")  # group: a separator before it
_LOCANT = re.compile(
    r"(?:^|[-,(\[{'/:])(?:\d[\d,']*[a-z]?|[NnOo](?:,[NnOo])*)'*-(?=[(\[{]|[A-Za-z]{2})"
)
_LETTERS = re.compile(r"[A-Za-z]+")
_OPEN, _CLOSE = "([{", ")]}"
_WORDS_KEPT = 1 << 14  # words whose result is cached
_MOST_WORDS = 6  # words that may belong to a name broken by spaces
MOST_LINE = 4_000
"""Characters of a text that are examined."""
_EDGE = ".,:;'!?*"
_NITROGEN = re.compile(r"(?<![a-zA-Z])n(?=(?:,n)*[-'])|(?<=,)n(?=[,-])")
_SPACES = re.compile(r"(?<=[)\]}-]) | (?=[(\[{-])")
_PREFIX = re.compile(r"^(?:tert|sec|iso|n|t|o|m|p)-", re.IGNORECASE)


class Systematic(Record, frozen=True, kw_only=True):
    """Content of data/rules/systematic.toml."""

    parts: tuple[str, ...]
    least: int
    words: "Pieces"
    mirror: "Mirror"


class Pieces(Record, frozen=True, kw_only=True):
    """Parts of words beside a name."""

    pieces: tuple[str, ...]
    whole: tuple[str, ...]
    left: int
    right: int
    most: int


class Mirror(Record, frozen=True, kw_only=True):
    """Prefixes removed before a name is parsed."""

    prefixes: tuple[str, ...]


class Candidate(NamedTuple):
    """A candidate in a text, with the spellings to try."""

    start: int  # code points in the text
    end: int
    shape: Shape
    texts: tuple[str, ...]


class Word(NamedTuple):
    """A word in a text."""

    start: int
    end: int
    text: str
    led: bool = False  # preceded directly by a separator


class Seeker:
    """Finds candidates for systematic names and structures."""

    def __init__(self) -> None:
        rules = read_toml(data("rules", "systematic.toml"), Systematic)
        self._words = rules.words
        longest = sorted(rules.words.pieces, key=len, reverse=True)
        self._made = re.compile(f"(?:{'|'.join(longest)})+", re.IGNORECASE)
        self._whole = frozenset(rules.words.whole)
        self._part = re.compile("|".join(rules.parts), re.IGNORECASE)
        self._least = rules.least
        mirrors = "|".join(map(re.escape, rules.mirror.prefixes))
        self._mirror = re.compile(f"(?:{mirrors})+", re.IGNORECASE)
        self._is_seed = lru_cache(_WORDS_KEPT)(self._holds_locant)
        self._fits = lru_cache(_WORDS_KEPT)(self._is_piece)

    def seek(self, text: str) -> Iterator[list[Candidate]]:
        """Yield the candidates of a text in order; for each position, the most likely first."""
        plain = text[:MOST_LINE]
        if not plain.isascii():
            plain = plain.translate(_PLAIN)
        taken: list[tuple[int, int]] = []
        for found in _KEYS.finditer(plain):
            written = found[0].rstrip(_EDGE)
            start, end = found.start(), found.start() + len(written)
            taken.append((start, end))
            yield [Candidate(start, end, "inchi" if "=" in written else "inchikey", (written,))]
        words = [Word(*at.span(), at[0], at[1] is not None) for at in _WORD.finditer(plain)]
        past = -1  # words up to here belong to an earlier name
        for place, word in enumerate(words):
            if place <= past or not _SIGNS.search(word.text):
                continue
            if any(_overlap(word, span) for span in taken):
                continue
            smiles = _smiles(word)
            if smiles is not None:
                yield [smiles]
            elif self._is_seed(word.text):
                first, last = self._reach(words, place, past)
                yield list(self._names(words, (first, place, last), past))
                past = last

    def _holds_locant(self, text: str) -> bool:
        """Return whether a word contains a locant and part of a chemical name."""
        if _LOCANT.search(text) is None:
            return False
        runs = _LETTERS.findall(text)
        if any(len(run) >= self._least and self._part.search(run) for run in runs):
            return True
        return sum(map(len, runs)) >= self._least and all(map(self._made.fullmatch, runs))

    def _reach(self, words: list[Word], place: int, past: int) -> tuple[int, int]:
        """Return the first and last word of a name broken by spaces."""
        first = last = place
        while first - 1 > past and last - first < _MOST_WORDS and _goes_on(words, first - 1):
            first -= 1
        while (
            last + 1 < len(words)
            and last - first < _MOST_WORDS
            and (
                _goes_on(words, last)
                or _depth("".join(word.text for word in words[first : last + 1])) > 0
            )
        ):
            last += 1
        return first, last

    def _names(
        self, words: list[Word], middle: tuple[int, int, int], past: int
    ) -> Iterator[Candidate]:
        """Yield possible extents of the name, longest first."""
        low, seed, high = middle
        first, last = low, high
        inverted = words[high].text.rstrip(_EDGE)[-1:] == "-"  # Propanamide, N-phenyl-
        while first - 1 > past and low - first < self._words.left:
            if not _are_beside(words, first - 1):
                break
            before = words[first - 1].text
            if not self._fits(before.rstrip(",") if inverted else before):
                break
            first -= 1
        while (
            last + 1 < len(words)
            and last - high < self._words.right
            and words[last].text[-1] not in _EDGE
            and _are_beside(words, last)
            and self._fits(words[last + 1].text.strip(_EDGE + _CLOSE))
        ):
            last += 1
        spans = [(f, t) for f in range(first, low + 1) for t in range(high, last + 1)]
        if (low, high) != (seed, seed):
            spans.append((seed, seed))
        spans.sort(key=lambda span: span[0] - span[1])
        for f, t in spans[: self._words.most]:
            yield self._candidate(words[f : t + 1])

    def _is_piece(self, text: str) -> bool:
        """Return whether a word consists of parts of chemical names, or is one itself."""
        text = _PREFIX.sub("", text)
        if "-" in text:
            return self._is_seed(text)
        if text.lower() in self._whole:
            return True
        return len(text) >= self._least and self._made.fullmatch(text) is not None

    def _candidate(self, words: list[Word]) -> Candidate:
        led, written, left = _trimmed(_joined(words))
        mirror = self._mirror.match(written)
        bare = written[mirror.end() :] if mirror else written
        ways = dict.fromkeys((written, bare, _tight(bare), _on_nitrogen(bare)))
        return Candidate(words[0].start + led, words[-1].end - left, "name", tuple(ways))


def _overlap(word: Word, span: tuple[int, int]) -> bool:
    return word.start < span[1] and span[0] < word.end


def _smiles(word: Word) -> Candidate | None:
    """Return a word written like a SMILES; None: it is not."""
    text = word.text
    led = len(text) - len(text.lstrip("'\"<"))
    text = text.strip("'\"<>").rstrip(".,:")
    if len(text) < _SHORTEST_SMILES or not _BONDS & set(text) or not _SMILES.fullmatch(text):
        return None
    start = word.start + led
    return Candidate(start, start + len(text), "smiles", (text,))


def _are_beside(words: list[Word], place: int) -> bool:
    """Return whether only a space separates a word from the next."""
    return words[place + 1].start - words[place].end == 1 and not words[place + 1].led


def _goes_on(words: list[Word], place: int) -> bool:
    """Return whether a word and the next are one, broken by a space: "4- PIPERIDINE"."""
    if place + 1 >= len(words):
        return False
    here, then = words[place].text, words[place + 1].text
    return (here[-1] == "-" and len(here) > 1 and then[0].isalnum()) or (
        then[0] == "-" and len(then) > 1 and here[-1].isalnum()
    )


def _depth(text: str) -> int:
    """Return the number of open brackets after a text."""
    opened = text.count("(") + text.count("[") + text.count("{")
    return opened - text.count(")") - text.count("]") - text.count("}")


def _joined(words: list[Word]) -> str:
    """Join words; without spaces inside brackets and beside hyphens."""
    parts = [words[0].text]
    for before, word in pairwise(words):
        open_ = _depth("".join(parts)) > 0
        broken = (before.text[-1] == "-" and before.text[-2:-1] != ",") or word.text[0] == "-"
        inverted = before.text[-1] == ","
        parts.append(word.text if (open_ or broken) and not inverted else f" {word.text}")
    return "".join(parts)


def _trimmed(text: str) -> tuple[int, str, int]:
    """Strip stops and unpaired brackets; return the length removed before and after."""
    low, high = 0, len(text)
    while low < high:
        here = text[low:high]
        if here[0] in _EDGE or (here[0] in _OPEN and _unmatched(here, _OPEN)):
            low += 1
        elif here[-1] in _EDGE or (here[-1] in _CLOSE and _unmatched(here, _CLOSE)):
            high -= 1
        elif _is_wrapped(here):
            low, high = low + 1, high - 1
        else:
            break
    return low, text[low:high], len(text) - high


def _unmatched(text: str, signs: str) -> bool:
    """Return whether a text has more brackets of one side than of the other."""
    opened = sum(text.count(sign) for sign in _OPEN)
    closed = sum(text.count(sign) for sign in _CLOSE)
    return opened > closed if signs is _OPEN else closed > opened


def _is_wrapped(text: str) -> bool:
    """Return whether one pair of brackets encloses the whole text."""
    if text[0] not in _OPEN or text[-1] not in _CLOSE:
        return False
    depth = 0
    for at, sign in enumerate(text):
        depth += (sign in _OPEN) - (sign in _CLOSE)
        if depth == 0:
            return at == len(text) - 1
    return False


def _on_nitrogen(text: str) -> str:
    """Capitalise nitrogen locants: a lower-case n- is another prefix."""
    return _NITROGEN.sub("N", text)


def _tight(text: str) -> str:
    """Remove spaces after an opening and before a closing bracket, and beside hyphens."""
    return _SPACES.sub("", text) if " " in text else text
