"""Looser keys: what a word sounds like whatever the system that romanised it."""

import re
from functools import lru_cache
from typing import Final

from tidewaiter.parties.names.facts import facts
from tidewaiter.parties.names.types import Token

_SOUNDS: Final = (
    (re.compile("shch|sch|sh"), "s"),
    (re.compile("tch|ch|cz"), "c"),
    (re.compile("zh"), "j"),
    (re.compile("kh|gh"), "h"),
    (re.compile("ph"), "f"),
    (re.compile("th"), "t"),
    (re.compile("dh"), "d"),
    (re.compile("ts|tz"), "c"),
    (re.compile("ks|x"), "ks"),
    (re.compile("q|ck"), "k"),
    (re.compile("w"), "v"),
    (re.compile("rn"), "m"),
    (re.compile("ou|oo|uu"), "u"),
    (re.compile("ee|ey|ei|ai|ay|iy|yi|ij|ie|ye|ii|y"), "i"),
    (re.compile("e"), "i"),
    (re.compile("o"), "u"),
)
_TWICE: Final = re.compile(r"(.)\1+")
_VOWELS: Final = re.compile("[aeiouhywj]")


def keys(token: Token) -> tuple[str, ...]:
    """Return a token's looser keys, each with a letter that says which kind it is.

    Returns:
        "r:" as it sounds, whatever the romanisation; "s:" its consonants; for a legal form "f:"
        and its family. Nothing for numbers and initials.
    """
    if token.kind == "legal form":
        return (f"f:{facts().families.get(token.key, token.key)}",)
    if token.kind in {"number", "initial"}:
        return ()
    return keys_of(token.key)


@lru_cache(maxsize=1 << 17)
def keys_of(word: str) -> tuple[str, ...]:
    """Return the looser keys of a word, folded."""
    if not word.isascii() or not word.isalpha():
        return ()
    sound = word
    for pattern, letter in _SOUNDS:
        sound = pattern.sub(letter, sound)
    sound = _TWICE.sub(r"\1", sound)
    bones = _TWICE.sub(r"\1", _VOWELS.sub("", sound))
    found = [f"r:{sound}"]
    if len(bones) > 1:
        found.append(f"s:{bones}")
    return tuple(found)
