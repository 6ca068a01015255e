"""Spelling: differences between text and name, as phrases that an officer can check."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import permutations
from typing import Any, NamedTuple

from rapidfuzz.distance import OSA, Levenshtein

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.identify.engine.rules import SEPARATOR, FoldTables

# Scripts with letters that look like Latin ones. A Greek letter may stand for its name ("α-"), so
# it counts only in place of a single letter; width and accents do not conceal anything.
_LOOKALIKES = frozenset({"CYRILLIC", "ARMENIAN", "CHEROKEE", "LISU"})

_DIGIT = re.compile(r"\d")
_CODE = re.compile(r"[A-Z\d,-]{1,9}")  # "XLR-11", "MDP2P"
_ENDS = "()[]{}-,.;:'\"+*/ "  # characters trimmed from the ends of a name
_GAPS = re.compile(r"[\W_]+")
_EVENLY = re.compile(r"\w(?:([.\- ])\w(?:\1\w)*\1?)")  # "G.B.L."
_FEW = 6  # units of a weak name that must be in one piece
_MIDDLE = 8  # letters: in a shorter name that is not English nothing may differ
_LONG = 14  # letters: in a longer name enough remains


class Spelling(NamedTuple):
    """How a name was written."""

    exact: bool  # exact, apart from case, accents, width, script and spacing
    reasons: tuple[Phrase, ...]


class Speller:
    """Compares written text with the name that it represents."""

    def __init__(self, tables: FoldTables) -> None:
        self._kinds = tables.kind[:0x10000].tolist()
        self._first = tables.first
        self._count = tables.count
        self._units = tables.units
        self._sign = cache(self._plain_sign)
        self.compare = lru_cache(maxsize=1 << 17)(self._compare)

    def plain(self, text: str) -> str:
        """Normalise case, accents, width and script of a text; keep single spaces."""
        return " ".join("".join(map(self._sign, text)).split())

    def _plain_sign(self, sign: str) -> str:
        """Return the normalised form of a character."""
        point = ord(sign)
        if point >= len(self._kinds) or self._kinds[point] == SEPARATOR:
            return " " if sign.isspace() or sign == "\u00ad" else sign
        begin = self._first[point]
        units = self._units[begin : begin + self._count[point]]
        return "".join(map(chr, units.tolist()))

    def _is_lookalike(self, sign: str) -> bool:
        """Return whether a letter of another script looks like one Latin letter."""
        if sign.isascii() or ord(sign) >= len(self._kinds):
            return False
        script = unicodedata.name(sign, "").split(" ")[0]
        return script in _LOOKALIKES and self._count[ord(sign)] == 1

    def _compare(self, written: str, name: str) -> Spelling:
        """Compare an exact or squeezed hit with its name."""
        mine, its = self.plain(written), self.plain(name)
        reasons = []
        if name.isascii() and any(map(self._is_lookalike, written)):
            reasons.append(Phrase("spelling/script", written=written))
        hidden = [
            f"U+{ord(sign):04X}" for sign in written if not (sign.isprintable() or sign.isspace())
        ]
        if hidden:
            reasons.append(Phrase("spelling/hidden", codes=sorted(set(hidden))))
        if mine.strip(_ENDS) == its.strip(_ENDS):
            return Spelling(exact=True, reasons=tuple(reasons))
        if "".join(filter(str.isalnum, mine)) == "".join(filter(str.isalnum, its)):
            reasons.append(Phrase("found/spacing", name=name))
        else:
            reasons.append(Phrase("found/scan", name=name))
        return Spelling(exact=False, reasons=tuple(reasons))


@lru_cache(maxsize=1 << 16)
def edits_between(written: str, name: str, edits: int) -> Phrase:
    """Describe the edits that lead from a name to the written text.

    Args:
        written: The text as written.
        name: The matching name.
        edits: Distance of their folded keys.
    """
    mine, its = written.lower(), name.lower()
    if len(mine) != len(written) or len(its) != len(name) or OSA.distance(mine, its) > edits + 4:
        return _counted("found/edit", edits, name=name)
    steps = [_say(mine, its, tag, at, to) for tag, at, to in _steps(mine, its)]
    return _counted("found/edit-listed", edits, name=name, steps=steps)


def is_spread_out(written: str, name: str, units: int) -> bool:
    """Return whether the letters of a short weak name stand in more words than its own.

    The letters of "1.5 (D" are not LSD, nor those of "m, dài" MDAI; "G.B.L." is GBL.

    Args:
        written: The text.
        name: The matching name.
        units: Units of the folded name.
    """
    more = len(_GAPS.findall(written.strip(_ENDS))) > len(_GAPS.findall(name.strip(_ENDS)))
    return more and units < _FEW and _EVENLY.fullmatch(written) is None


class _Stems(Record, frozen=True, kw_only=True):
    groups: tuple[tuple[str, ...], ...]


@cache
def _other_stems() -> tuple[tuple[str, str], ...]:
    """Load data/rules/stems.toml as pairs: a stem, and another of its group."""
    groups = read_toml(data("rules", "stems.toml"), _Stems).groups
    return tuple(pair for group in groups for pair in permutations(group, 2))


@lru_cache(maxsize=1 << 16)
def has_other_stem(written: str, name: str) -> bool:
    """Return whether a text is nearer to a name with another stem in its place.

    It is then the name of another chemical: "butyndiol" is not butanediol.
    """
    mine, its = written.casefold(), name.casefold()
    edits = OSA.distance(mine, its)
    return any(
        OSA.distance(mine.replace(stem, other, 1), its) < edits
        for stem, other in _other_stems()
        if other in its and stem in mine and not (stem in other and other in mine)
    )


def is_far_fetched(written: str, name: str, edits: int) -> bool:
    """Return whether a text is no misspelling of a name that its key is near to.

    A name with digits is not meant by letters that scanning confuses with them, nor by another code
    than its own. A single word is not near through both edits and scan confusions.
    """
    if _DIGIT.search(name) and (_CODE.fullmatch(name) or not _DIGIT.search(written)):
        return True
    if edits < 2 or len(name) >= _LONG or not written.isalpha():
        return False
    return OSA.distance(written.lower(), name.lower()) > edits + 1


@lru_cache(maxsize=1 << 14)
def most_edits(name: str, *, known: bool) -> int:
    """Return how many edits a text may be away from a name that is not English.

    Other chemicals and ordinary words are less well known in other languages, so most near words
    are these. One letter may differ from 8 letters on, and two from 14 on if `known`.

    Args:
        name: The name.
        known: Enough ordinary words of its language are known.
    """
    size = len(_letters(name))
    return 0 if size < _MIDDLE else 2 if known and size >= _LONG else 1


def _letters(text: str) -> str:
    """Return the letters and digits of a text, without case and accents; a syllable is one."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(filter(str.isalnum, apart)))


def is_nearer(written: str, words: Iterable[str], edits: int) -> bool:
    """Return whether a word is nearer to one of some words than to a name.

    Args:
        written: The word, in plain letters.
        words: Alternative meanings, in plain letters.
        edits: Its distance from the name.
    """
    return any(OSA.distance(written, word, score_cutoff=edits) < edits for word in words)


def _steps(mine: str, its: str) -> Iterator[tuple[str, int, int]]:
    """Yield the edits from a name to the written text; a swap of two letters is one edit."""
    edits = Levenshtein.editops(its, mine)
    left = [(edit.tag, edit.src_pos, edit.dest_pos) for edit in edits]
    while left:
        tag, at, to = left.pop(0)
        if left:
            _, after, then = left[0]
            pair = its[at : at + 2]
            if len(pair) == 2 and mine[to : to + 2] == pair[::-1] and after - at <= 2 >= then - to:
                left.pop(0)
                yield "swap", at, to
                continue
        yield tag, at, to


def _say(mine: str, its: str, tag: str, at: int, to: int) -> Phrase:
    """Describe one edit, with its position in the written text."""
    wide = 2 if tag == "swap" else 1
    written, name = mine[to : to + wide], its[at : at + wide]
    if tag in {"swap", "replace"}:
        return Phrase("edit/replaced", written=written, name=name, figure=to + 1)
    if tag == "insert":
        return Phrase("edit/inserted", written=written, figure=to + 1)
    return Phrase("edit/missing", written=name, figure=to + 1)


def _counted(code: str, edits: int, **told: Any) -> Phrase:
    """Return the phrase for one edit, or for several: their code has one more letter."""
    if edits == 1:
        return Phrase(code, **told)
    return Phrase(code.replace("edit", "edits", 1), figure=edits, **told)
