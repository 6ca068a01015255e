"""Spelling: how a name stands in the text, as phrases that an officer can check."""

import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any, NamedTuple

from rapidfuzz.distance import OSA, Levenshtein

from tidewaiter.base.phrases import Phrase
from tidewaiter.identify.engine.rules import SEPARATOR, FoldTables

# Scripts whose letters pass for Latin ones. A Greek letter may name itself ("α-"), so it
# counts only where a single letter stands for it; width and accents hide nothing.
_LOOKALIKES = frozenset({"CYRILLIC", "ARMENIAN", "CHEROKEE", "LISU"})

_ENDS = "()[]{}-,.;:'\"+*/ "  # what may stand at a name's ends and is no part of a span
_LONG = 14  # letters: of a longer name enough stays


class Spelling(NamedTuple):
    """How a name was written."""

    exact: bool  # but for case, accents, width, script and spacing
    reasons: tuple[Phrase, ...]


class Speller:
    """Compares what is written with the name that it stands for."""

    def __init__(self, tables: FoldTables) -> None:
        self._kinds = tables.kind[:0x10000].tolist()
        self._first = tables.first
        self._count = tables.count
        self._units = tables.units
        self._sign = cache(self._plain_sign)
        self.compare = lru_cache(maxsize=1 << 17)(self._compare)

    def plain(self, text: str) -> str:
        """Return text with case, accents, width and script taken out, spaces kept as one."""
        return " ".join("".join(map(self._sign, text)).split())

    def _plain_sign(self, sign: str) -> str:
        """Return what one sign becomes."""
        point = ord(sign)
        if point >= len(self._kinds) or self._kinds[point] == SEPARATOR:
            return " " if sign.isspace() or sign == "\u00ad" else sign
        begin = self._first[point]
        units = self._units[begin : begin + self._count[point]]
        return "".join(map(chr, units.tolist()))

    def _is_lookalike(self, sign: str) -> bool:
        """Tell whether a letter of another script is read as one Latin letter."""
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
    """Say which edits lead from a name to what is written.

    Args:
        written: The text, as it stands there.
        name: The name it is taken for.
        edits: How far apart their folded keys are.
    """
    mine, its = written.lower(), name.lower()
    if len(mine) != len(written) or len(its) != len(name) or OSA.distance(mine, its) > edits + 4:
        return _counted("found/edit", edits, name=name)
    steps = [_say(mine, its, tag, at, to) for tag, at, to in _steps(mine, its)]
    return _counted("found/edit-listed", edits, name=name, steps=steps)


def is_far_fetched(written: str, name: str, edits: int) -> bool:
    """Tell whether a name of one word is only near by both edits and confusions of a scan."""
    if edits < 2 or len(name) >= _LONG or not written.isalpha():
        return False
    return OSA.distance(written.lower(), name.lower()) > edits + 1


def is_nearer(written: str, words: Iterable[str], edits: int) -> bool:
    """Tell whether a word is fewer edits away from one of some words than from a name.

    Args:
        written: The word, in plain letters.
        words: What it may be meant for instead, in plain letters.
        edits: How far it is from the name.
    """
    return any(OSA.distance(written, word, score_cutoff=edits) < edits for word in words)


def _steps(mine: str, its: str) -> Iterator[tuple[str, int, int]]:
    """Yield the edits from a name to what is written; two letters swapped are one."""
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
    """Say one edit, with its place in what is written."""
    wide = 2 if tag == "swap" else 1
    written, name = mine[to : to + wide], its[at : at + wide]
    if tag in {"swap", "replace"}:
        return Phrase("edit/replaced", written=written, name=name, figure=to + 1)
    if tag == "insert":
        return Phrase("edit/inserted", written=written, figure=to + 1)
    return Phrase("edit/missing", written=name, figure=to + 1)


def _counted(code: str, edits: int, **told: Any) -> Phrase:
    """Return the phrase of one edit, or of several: their code has one more letter."""
    if edits == 1:
        return Phrase(code, **told)
    return Phrase(code.replace("edit", "edits", 1), figure=edits, **told)
