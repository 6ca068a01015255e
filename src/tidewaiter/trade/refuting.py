"""Refute: names found by edits alone, which the codes of their line say are something else.

A word that is a letter or two away from a listed name may be that name misspelt, or the right name
of another chemical. The line often tells which it is: an HS code that fits the word as it is
written or that is not the substance's, or a UN or CAS number of something else. Such a find is
downgraded, with the reason. Where a code is that of the substance, nothing refutes the find.
"""

import re
from collections.abc import Sequence
from functools import cache

from msgspec import structs

from tidewaiter.base.plain import plain
from tidewaiter.base.resources import data
from tidewaiter.consignments.finds import Find, Flaw, edits_of
from tidewaiter.consignments.othertext import OTHER
from tidewaiter.consignments.rules import Groups
from tidewaiter.consignments.types import Line
from tidewaiter.identify.findings import DOWNGRADED
from tidewaiter.identify.respelling import Respeller
from tidewaiter.identify.spelling import is_nearer
from tidewaiter.substances.types import Substance

_HEADING, _SUBHEADING = 4, 6  # digits of an HS code
_SHORTEST = 5  # letters of a written word that is compared
_WORD = re.compile(r"[^\W\d_]+")


class Refuter:
    """Refutes finds; keeps what it learns of codes and substances."""

    def __init__(self, groups: Groups) -> None:
        """Take the codes that fit many substances, and so refute nothing."""
        self._groups = groups
        self._respeller = Respeller()
        self._words = cache(self._words_of)
        self._names = cache(self._names_of)

    def refute(
        self, line: Line, finds: Sequence[Find], flaws: Sequence[Flaw], known: Sequence[Substance]
    ) -> list[Find]:
        """Return the finds of a line, those downgraded that its codes refute.

        Args:
            line: The line.
            finds: What it names.
            flaws: Its CAS numbers that are wrong or of other chemicals.
            known: The substances of the registry.
        """
        return [
            find
            if find.finding.how != "fuzzy" or find.finding.downgraded
            else self._judged(line, find, finds, flaws, known[find.finding.substance])
            for find in finds
        ]

    def _judged(
        self,
        line: Line,
        find: Find,
        finds: Sequence[Find],
        flaws: Sequence[Flaw],
        substance: Substance,
    ) -> Find:
        numbers = [each for each in finds if each.finding.how == "cas"]
        same = find.finding.substance
        if any(number.finding.substance == same for number in numbers) or _fits(line, substance):
            return find
        # What other text says may not be of the goods: it can confirm a find, and refutes none.
        others = [number.finding.text for number in numbers if number.field != OTHER]
        others += [flaw.defect.text for flaw in flaws if flaw.defect.kind == "cas-other"]
        why = self._by_code(line, find, substance) or _by_number(
            line, substance, others, self._groups
        )
        if not why:
            return find
        found = structs.replace(
            find.finding, score=round(find.finding.score * DOWNGRADED, 3), downgraded=(why,)
        )
        return Find(find.field, found)

    def _by_code(self, line: Line, find: Find, substance: Substance) -> str:
        """Say how the HS code speaks against a find; empty: it does not."""
        code = (line.hs or "").strip()
        if len(code) < _HEADING or code[:2] in self._groups.hs:
            return ""
        written, name = self._as_written(code, find, substance), substance.name
        if written:
            return f'HS {code} fits "{written}" as it is written, so it is not taken for {name}'
        own = {hs.replace(".", "")[:_HEADING] for hs in substance.hs}
        if own and code[:_HEADING] not in own:
            return f"found by edits alone, and HS {code} is not that of {name}"
        return ""

    def _as_written(self, code: str, find: Find, substance: Substance) -> str:
        """Return the written word that is nearer to a word of its code than to the name."""
        edits = edits_of(find.finding)
        names, words = self._names(substance), self._words(code[:_SUBHEADING])
        written: list[str] = _WORD.findall(find.finding.text)
        for word in written:
            if len(word) < _SHORTEST or self._respeller.key(word) in names:
                continue
            if is_nearer(plain(word), words, edits):
                return word
        return ""

    def _words_of(self, code: str) -> tuple[str, ...]:
        """List the words of a subheading, or of all of a heading, without accents."""
        found = (words for known, words in _by_subheading().items() if known.startswith(code))
        return tuple({plain(word) for words in found for word in words})

    def _names_of(self, substance: Substance) -> frozenset[str]:
        """List the keys of the words of a substance's names."""
        texts = (substance.name, *(name.text for name in substance.names))
        return frozenset(key for text in texts for key in self._respeller.keys(text))


@cache
def _by_subheading() -> dict[str, tuple[str, ...]]:
    """Load data/hs/words.tsv: words that the nomenclatures have for a subheading."""
    lines = data("hs", "words.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines)
    return {code: tuple(words.split()) for code, words in rows}


def _fits(line: Line, substance: Substance) -> bool:
    """Tell whether the HS subheading or the UN number of a line is a substance's own."""
    code = (line.hs or "").strip()[:_SUBHEADING]
    own = (hs.replace(".", "") for hs in substance.hs)
    if len(code) >= _HEADING and any(hs.startswith(code) for hs in own):
        return True
    return line.un in substance.un


def _by_number(line: Line, substance: Substance, others: Sequence[str], groups: Groups) -> str:
    """Say how a CAS or UN number speaks against a find; empty: neither does."""
    if len(set(others)) == 1:
        return f"found by edits alone, and CAS number {others[0]} is not that of {substance.name}"
    if line.un and substance.un and line.un not in groups.un:
        return f"found by edits alone, and UN {line.un} is not that of {substance.name}"
    return ""
