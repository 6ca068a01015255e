"""Respelling: ordered substitutions in a word, most of which do not concern it.

A search by a pattern that matches nothing takes ten times as long as a look for its letters, so
each rule names text without which its pattern cannot match.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

Letters = str | Callable[[re.Match[str]], str]


class Rule(NamedTuple):
    """One substitution."""

    cues: tuple[str, ...]  # a word with none of them is unchanged
    pattern: re.Pattern[str]
    letters: Letters


def rule(cues: str, pattern: str, letters: Letters) -> Rule:
    """Create a rule.

    Args:
        cues: Texts, spaced; the pattern only matches words that contain one of them.
        pattern: Regular expression.
        letters: Replacement, as of `re.sub`.
    """
    return Rule(tuple(cues.split()), re.compile(pattern), letters)


def respelled(word: str, rules: tuple[Rule, ...]) -> str:
    """Return a word after all substitutions, in order."""
    for cues, pattern, letters in rules:
        for cue in cues:
            if cue in word:
                word = pattern.sub(letters, word)
                break
    return word


def undoubled(word: str) -> str:
    """Return a word with one letter for each run of the same letter."""
    later = word[1:]
    return word[:1] + "".join([new for old, new in zip(word, later, strict=False) if new != old])
