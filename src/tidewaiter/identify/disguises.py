"""Disguises: names written so that a search misses them and a reader understands them.

The scan marks lines in which undoing a disguise gives a word of a name. Such a line is rewritten
and scanned again; a strong name found only in this way is a mention with its own explanation.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from tidewaiter.base.phrases import Phrase
from tidewaiter.identify.engine.disguise import BACKWARDS, DOUBLED, SIGNS
from tidewaiter.identify.engine.scan import scan
from tidewaiter.identify.engine.unknown_words import Verdicts
from tidewaiter.identify.engine.words import joined
from tidewaiter.identify.findings import Finding, Reader
from tidewaiter.identify.lexicon.loading import Lexicon

_SIGN = "@$!€"
_SIGNS = frozenset(_SIGN)
_LETTERS = dict(zip(f"0123456789{_SIGN}", "oizeasbtbgasie", strict=True))
_ANY = "*#"  # signs that stand for any letter
_ANY_LETTER = "ʔ"  # a letter of no name: one edit away from each
_RUN = re.compile(r"[^\W_@$!€*#]*[@$!€*#\d][\w@$!€*#]*", re.ASCII)
_DOUBLE = re.compile(r"([^\W\d_])\1", re.IGNORECASE)
_OVERRIDE = re.compile("\u202e([^\u202c\n]*)")  # shown from right to left
_OVERRIDE_BYTES = re.compile("\u202e".encode())
_SCORE = 0.97  # of the score of the same name as usually written
_CELL = 64  # characters
_HOWS = ("exact", "squeezed")


class _Reading(NamedTuple):
    """A line rewritten, and for each of its characters the place in the line as written."""

    line: int
    code: str  # of the phrase that explains it
    text: str
    places: list[int]
    changed: frozenset[int]  # places that were rewritten


class Disguises:
    """Finds disguised names in marked lines."""

    def __init__(self, lexicon: Lexicon, reader: Reader, verdicts: Verdicts) -> None:
        """Set the lexicon, and the reader and word cache of its scans."""
        self._lexicon = lexicon
        self._reader = reader
        self._verdicts = verdicts

    def find(self, lines: dict[int, tuple[str, int]]) -> list[Finding]:
        """Find the disguised names.

        Args:
            lines: Text and marks of each marked line.

        Returns:
            Findings with positions in the text as written, in order of lines.
        """
        readings = [
            each for line, (text, marks) in lines.items() for each in _read(line, text, marks)
        ]
        if not readings:
            return []
        text, offsets = joined([each.text for each in readings])
        rows = scan(text, offsets, self._lexicon.tables, self._verdicts)
        if not len(rows):
            return []
        findings, _ = self._reader.read(rows, text.data, offsets)
        return [
            _as_written(found, reading, lines[reading.line][0])
            for found in findings
            for reading in (readings[found.line],)
            if _is_disguised(found, reading)
        ]


def marked_lines(
    text: NDArray[np.uint8], offsets: NDArray[np.int64], marks: NDArray[np.uint8]
) -> dict[int, tuple[str, int]]:
    """Return the text and marks of each line that may hold a disguised name.

    Args:
        text: All lines' bytes, UTF-8.
        offsets: Start of each line, and the end.
        marks: From the scan, shape ``(lines,)``.
    """
    turned = [found.start() for found in _OVERRIDE_BYTES.finditer(text.data)]
    lines = np.union1d(
        np.flatnonzero(marks & (SIGNS | BACKWARDS | DOUBLED)),
        np.searchsorted(offsets, turned, side="right") - 1,
    )
    return {
        line: (bytes(text[offsets[line] : offsets[line + 1]]).decode(errors="replace"), mark)
        for line, mark in zip(lines.tolist(), marks[lines].tolist(), strict=True)
    }


def _read(line: int, text: str, marks: int) -> Iterator[_Reading]:
    """Yield the readings of a line, the most telling first."""
    if "\u202e" in text:
        places = list(range(len(text)))
        for found in _OVERRIDE.finditer(text):
            low, high = found.span(1)
            places[low:high] = places[low:high][::-1]
        shown = "".join(text[at] for at in places)
        turned = frozenset(at for at, place in enumerate(places) if at != place)
        yield _Reading(line, "found/override", shown, places, turned)
    if marks & SIGNS:
        yield _with_letters(line, text, _ANY)
        if not _SIGNS.isdisjoint(text):
            yield _with_letters(line, text, _ANY + _SIGN)
    if marks & BACKWARDS:
        places = list(range(len(text)))[::-1]
        yield _Reading(line, "found/backwards", text[::-1], places, frozenset(places))
    if marks & DOUBLED:
        doubles = [found.start() for found in _DOUBLE.finditer(text)]
        dropped = set(doubles)
        places = [at for at in range(len(text)) if at not in dropped]
        single = "".join(text[at] for at in places)
        yield _Reading(line, "found/doubled", single, places, frozenset(at + 1 for at in doubles))


def _with_letters(line: int, text: str, wild_signs: str) -> _Reading:
    """Return a line with letters in place of the digits and signs of its words.

    Args:
        line: Its number.
        text: The line.
        wild_signs: Signs that stand for any letter.
    """
    signs, changed = list(text), set()
    for run in _RUN.finditer(text):
        if not any(map(str.isalpha, run[0])):
            continue
        for at in range(*run.span()):
            if text[at] in wild_signs:
                signs[at] = _ANY_LETTER
                changed.add(at)
            elif letter := _LETTERS.get(text[at]):
                signs[at] = letter
                changed.add(at)
    places = list(range(len(text)))
    return _Reading(line, "found/signs", "".join(signs), places, frozenset(changed))


def _is_disguised(found: Finding, reading: _Reading) -> bool:
    """Return whether a finding is a strong name that the disguise concealed."""
    if found.tier != "strong":
        return False
    exact = found.how in _HOWS
    if not exact and (found.how != "fuzzy" or not _is_wild(found)):
        return False
    return not reading.changed.isdisjoint(reading.places[found.start : found.end])


def _is_wild(found: Finding) -> bool:
    """Return whether a name differs only in the signs that stand for any letter."""
    signs = found.text.count(_ANY_LETTER)
    return signs > 0 and found.score >= (1.0, 0.8, 0.65)[min(signs, 2)]


def _as_written(found: Finding, reading: _Reading, text: str) -> Finding:
    """Return a finding with its position in the line as written."""
    places = reading.places[found.start : found.end]
    start, end = min(places), max(places) + 1
    return replace(
        found,
        line=reading.line,
        start=start,
        end=end,
        text=text[start:end],
        how="disguised",
        score=round(found.score * _SCORE, 3),
        reasons=(_explained(reading, text[start:end], found.text), *found.reasons),
    )


def _explained(reading: _Reading, written: str, name: str) -> Phrase:
    """Explain a disguise."""
    if _ANY_LETTER in name:
        return Phrase("found/wild", written=written)
    return Phrase(reading.code, written=written, name=name)


def with_disguised(known: list[Finding], more: list[Finding]) -> list[Finding]:
    """Add disguised names to the other findings, in order of position.

    One that stands where a strong name was found as written is left out. It replaces a close
    spelling, which it explains better.

    Args:
        known: All other findings.
        more: Disguised names, in order of lines.
    """
    lines = {each.line for each in more}
    beside: dict[tuple[int, int], list[Finding]] = defaultdict(list)
    for each in known:
        if each.line in lines and each.tier == "strong" and not each.downgraded:
            _place(each, beside)
    replaced: set[int] = set()
    kept: list[Finding] = []
    for each in more:
        near = (one for cell in _cells(each) for one in beside[cell])
        there = [one for one in near if one.start < each.end and each.start < one.end]
        if all(one.how == "fuzzy" for one in there):
            replaced.update(map(id, there))
            _place(each, beside)
            kept.append(each)
    left = [each for each in known if id(each) not in replaced]
    return sorted([*left, *kept], key=lambda each: (each.line, each.start))


def _place(each: Finding, beside: dict[tuple[int, int], list[Finding]]) -> None:
    for cell in _cells(each):
        beside[cell].append(each)


def _cells(each: Finding) -> Iterator[tuple[int, int]]:
    """Yield the parts of its line in which a finding stands, so that a long line costs no more."""
    for part in range(each.start // _CELL, each.end // _CELL + 1):
        yield each.line, part
