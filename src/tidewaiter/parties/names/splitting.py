"""Splitting a name into words, with their places."""

import re

from tidewaiter.parties.names.scripts import script_of

# Marks that stand on letters; Python counts them as no part of a word.
_MARKS = (
    "\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
)
_LETTER = rf"(?:[^\W_]|[{_MARKS}])"
_WORD = re.compile(rf"{_LETTER}+(?:['’`´ʼʻ‘׳]{_LETTER}+)*")
_PLAIN = re.compile(r"[A-Za-z0-9]+(?:['`][A-Za-z0-9]+)*")
_UNSPACED = frozenset({"han", "hangul", "kana"})

find_plain = _PLAIN.finditer


def spans_of(text: str) -> list[tuple[int, int]]:
    """Return the first character and the end of each word; scripts that mix are split apart."""
    if text.isascii():
        return [match.span() for match in find_plain(text)]
    found: list[tuple[int, int]] = []
    for match in _WORD.finditer(text):
        start, end = match.span()
        if text[start:end].isascii():
            found.append((start, end))
        else:
            found += _by_script(text, start, end)
    return found


def words_of(text: str) -> list[str]:
    """Return the words of a text."""
    return [text[start:end] for start, end in spans_of(text)]


def _by_script(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Split where a script that writes no spaces meets another one."""
    found: list[tuple[int, int]] = []
    first, before = start, ""
    for place in range(start, end):
        now = script_of(text[place])
        if now == "common":
            continue
        if before and now != before and (now in _UNSPACED or before in _UNSPACED):
            found.append((first, place))
            first = place
        before = now
    found.append((first, end))
    return found
