"""Splitting a name into words, with their places."""

import re

from tidewaiter.parties.names.scripts import script, script_of

# Marks that stand on letters; Python counts them as no part of a word.
_MARKS = (
    "\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
)
_LETTER = rf"(?:[^\W_]|[{_MARKS}])"
_WORD = re.compile(rf"{_LETTER}+(?:['’`´ʼʻ‘׳]{_LETTER}+)*")
_PLAIN = re.compile(r"[A-Za-z0-9]+(?:['`][A-Za-z0-9]+)*")
_RUNS = 2  # of words in one script: a name and the same name
_CHARACTERS = 2  # of a name in a script that writes no spaces
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


def where_scripts_part(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Find where a name in Latin letters meets the same one in another script.

    Args:
        text: Cleaned.
        start: Of the name.
        end: Of the name.

    Returns:
        The end of the first name and the first character of the second; None where the whole is
        one name, as with a word of other letters in it.
    """
    if text.isascii():
        return None
    runs: list[tuple[bool, int, int, int]] = []  # is it Latin, first, end, words
    for first, last in spans_of(text[start:end]):
        kind = script(text[start + first : start + last])
        if kind == "common":
            continue
        if runs and runs[-1][0] == (kind == "latin"):
            latin, begin, _, words = runs[-1]
            runs[-1] = (latin, begin, start + last, words + 1)
        else:
            runs.append((kind == "latin", start + first, start + last, 1))
    if len(runs) != _RUNS or not all(_is_a_name(text, run) for run in runs):
        return None
    return runs[0][2], runs[1][1]


def _is_a_name(text: str, run: tuple[bool, int, int, int]) -> bool:
    """Say whether words of one script can be a name of their own."""
    latin, first, last, words = run
    if not latin and script_of(text[first]) in _UNSPACED:
        return last - first >= _CHARACTERS
    return words > 1


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
