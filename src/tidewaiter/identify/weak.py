"""Weak names: short or ambiguous ones, which count where something else speaks for them."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import Protocol, TypeVar

from tidewaiter.identify.entries import Entry
from tidewaiter.identify.hits import CUED, NAME, WHOLE
from tidewaiter.identify.rules import ContextRules

Strong = dict[int, list[list[int]]]
"""The strong names of a line: of each substance, their hits."""

_NAMED = ("exact", "squeezed")
_NEAR = 3  # words on either side of a machine's name
_FAR = 80  # characters on either side that hold them
_WORD, _LETTERS = re.compile(r"\w+"), re.compile(r"[^\W\d_]+")
_COUNT = r"[\d一二两兩三四五六七八九十百千几幾数數]"


class _Mention(Protocol):
    @property
    def substance(self) -> int: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def how(self) -> str: ...
    @property
    def tier(self) -> str: ...
    @property
    def score(self) -> float: ...


M = TypeVar("M", bound=_Mention)


def strong_names(hits: Iterable[list[int]], entries: tuple[Entry, ...]) -> Strong:
    """Gather the hits of strong names."""
    strong: Strong = {}
    for hit in hits:
        if hit[1] == NAME and entries[hit[2]].tier == "strong":
            strong.setdefault(entries[hit[2]].substance, []).append(hit)
    return strong


def is_cued(hit: list[int], substance: int, strong: Strong) -> bool:
    """Tell whether a weak name has a cue, another name beside it, or the line to itself."""
    return bool(hit[6] & (CUED | WHOLE)) or any(
        other[4] <= hit[3] or hit[4] <= other[3]
        for one, others in strong.items()
        if one != substance
        for other in others
    )


class MachineCues:
    """The words that are cues for machines alone: "set", "pcs", "2 台"."""

    def __init__(self, rules: ContextRules) -> None:
        self._words = frozenset(word.casefold() for word in rules.words.machine)
        self._counted = re.compile(f"{_COUNT} ?[{rules.chinese.counters}]")

    def beside(self, before: str, after: str) -> bool:
        """Tell whether one stands within a few words before or after a name."""
        words = [*_WORD.findall(before[-_FAR:])[-_NEAR:], "/", *_WORD.findall(after[:_FAR])[:_NEAR]]
        near = " ".join(words).casefold()
        return not self._words.isdisjoint(_LETTERS.findall(near)) or bool(
            self._counted.search(near)
        )


def without_doubles(found: list[M]) -> list[M]:
    """Leave one mention where a strong name stands inside a weak one that counts.

    The weak one, as it is longer; but of two names of one substance the better.

    Args:
        found: The mentions of one line, in order of their starts.
    """
    named = [each for each in found if each.how in _NAMED]
    weak = [each for each in named if each.tier == "weak"]
    if not weak or len(weak) == len(named):
        return found
    starts = [each.start for each in weak]
    dropped = set()
    for each in named:
        at = bisect_right(starts, each.start) - 1
        if each.tier != "weak" and at >= 0 and each.end <= weak[at].end:
            better = each.substance == weak[at].substance and each.score >= weak[at].score
            dropped.add(id(weak[at] if better else each))
    return [each for each in found if id(each) not in dropped]
