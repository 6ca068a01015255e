"""What is left of a clause when all that is understood is taken: harmless, unchecked, or a gap."""

import re
from functools import cache

from tidewaiter.burden.claims.scanning import Scanner, Span
from tidewaiter.burden.claims.types import Gap, GapKind
from tidewaiter.burden.claims.words import bearing, words

_UNKNOWN = (
    "leave it out if it changes nothing in what is counted, or give place, period or indicator "
    "beside the sentence"
)
_NAME = "if it is a place, name one that has figures; if it is a person or an office, leave it out"
_BEFORE_PLACE = re.compile(r"\b(?:in|at|across|throughout|within|near|around)[\s\0]+(?:the )?$")
_NUMBER = (
    "hundred",
    "thousand",
    "million",
    "billion",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "dozen",
)


def take_harmless(scan: Scanner) -> tuple[str, ...]:
    """Take out phrases that change nothing; return those that assert more and are not checked."""
    for phrases in (words().filler.phrases, _phrases(words().sources.words)):
        while scan.take_phrase(None, phrases):
            pass
    unchecked: list[tuple[int, str]] = []
    while found := scan.take_phrase(None, words().unchecked.words):
        unchecked.append((found[0], scan.whole[found[0] : found[0] + len(found[1])]))
    return tuple(text for _, text in sorted(unchecked))


def take_names(scan: Scanner) -> None:
    """Take out the names of publishers that hold the name of a place: "Washington Post"."""
    while scan.take_phrase("source", _phrases(words().sources.words)):
        pass


def find_gaps(scan: Scanner) -> tuple[tuple[Gap, ...], tuple[str, ...]]:
    """Return what was not understood and may matter, and adverbs that are not checked."""
    found: list[tuple[Span, GapKind, str]] = []
    adverbs: list[str] = []
    for start, end in scan.tokens():
        word = scan.left[start:end].strip("-'$")
        if _is_harmless(word):
            continue
        known = bearing().get(word) or bearing().get(word.removesuffix("'s"))
        if known is None and word.endswith("ly") and not _is_named(scan, start):
            adverbs.append(scan.whole[start:end])
            continue
        kind, needs = (known.kind, known.needs) if known else _unknown(scan, start, end)
        found.append(((start, end), kind, needs))
    return _joined(scan, found), tuple(adverbs)


@cache
def _phrases(entries: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each for each in entries if " " in each)


@cache
def _plain() -> frozenset[str]:
    return frozenset(("", "s", *words().filler.words, *words().sources.words))


def _is_harmless(word: str) -> bool:
    plain = _plain()
    parts = word.split("-")
    return (
        word in plain
        or word.removesuffix("'s") in plain
        or (len(parts) > 1 and all(part in plain for part in parts))
    )


def _is_named(scan: Scanner, start: int) -> bool:
    """Tell a name, which no adverb is, by its capital within a sentence: "Italy"."""
    return start > 0 and scan.whole != scan.left and scan.whole[start].isupper()


def _unknown(scan: Scanner, start: int, end: int) -> tuple[GapKind, str]:
    written = scan.whole[start:end].strip("-'")
    if re.search(r"\d", written) or written.lower() in _NUMBER:
        return "number", bearing()["rate"].needs
    if written[:1].isupper() and start and scan.whole != scan.left:
        place = _BEFORE_PLACE.search(scan.left[:start])
        return ("place", bearing()["city"].needs) if place else ("word", _NAME)
    if written[:1].isupper() and not written.islower():
        return "word", _NAME
    return "word", _UNKNOWN


def _joined(scan: Scanner, found: list[tuple[Span, GapKind, str]]) -> tuple[Gap, ...]:
    """Join words that follow one another: "San Francisco" is one gap, and a place if part is."""
    gaps: list[tuple[Span, GapKind, str]] = []
    for (start, end), kind, needs in found:
        if gaps:
            (before, until), other, their = gaps[-1]
            near = not scan.left[until:start].strip(" -'")
            if near and (kind == other or {kind, other} == {"place", "word"}):
                joined: GapKind = kind if kind == other else "place"
                gaps[-1] = ((before, end), joined, needs if kind == joined else their)
                continue
        gaps.append(((start, end), kind, needs))
    return tuple(
        Gap(kind=kind, text=scan.whole[start:end].strip("-'"), needs=needs)
        for (start, end), kind, needs in gaps
    )
