"""Sounds across scripts: the letters of other scripts, with the Latin letters that stand for them.

The tables were learnt from names in two scripts (tools/build_name_sounds.py). They say how likely
Latin letters are for one or two letters of a script, as costs in nats (negative logarithms of
probabilities), and how likely letters follow each other in Latin names at all.
"""

import unicodedata
from functools import cache
from itertools import accumulate, pairwise
from typing import Final

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.names.chinese_readings import simplify
from tidewaiter.parties.names.scripts import Script, fold, script

SCRIPTS: Final[dict[str, Script]] = {
    "arabic": "arabic",
    "armenian": "armenian",
    "cyrillic": "cyrillic",
    "devanagari": "devanagari",
    "georgian": "georgian",
    "greek": "greek",
    "han": "han",
    "hangul": "hangul",
    "hebrew": "hebrew",
    "kana": "kana",
    "latin": "latin",
    "thai": "thai",
}
"""Scripts with a table, and their names in `scripts`."""
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_SMALL: Final = frozenset("ァィゥェォャュョヮ")
_HIRAGANA: Final = {point: point + 0x60 for point in range(0x3041, 0x3097)}
_FINAL: Final = str.maketrans("ךםןףץ", "כמנפצ")
_MARKED: Final = frozenset({"devanagari", "thai"})  # their vowels are marks


class Sounds(Record, frozen=True):
    """Content of sounds/SCRIPT.toml: "letters" separated by spaces, and "Latin cost Latin cost"."""

    source: str
    letters: dict[str, str]


class Letters(Record, frozen=True):
    """Content of sounds/letters.toml: costs in tenths of nats of each letter after another."""

    source: str
    after: dict[str, tuple[int, ...]]


@cache
def sounds_of(name: str) -> dict[tuple[str, ...], list[tuple[str, float]]]:
    """Load the table of a script.

    Args:
        name: Key of `SCRIPTS`.

    Returns:
        By one or two letters: the Latin letters that may stand for them, "" for none, and the cost
        in nats. For Latin letters: those of other spellings of a name.
    """
    table = read_toml(data("parties", "sounds", f"{name}.toml"), Sounds)
    found = {}
    for letters, text in table.letters.items():
        words = text.split()
        found[tuple(letters.split(" "))] = [
            ("" if latin == "-" else latin, int(cost) / 10)
            for latin, cost in zip(words[::2], words[1::2], strict=True)
        ]
    return found


@cache
def _latin() -> dict[str, dict[str, float]]:
    table = read_toml(data("parties", "sounds", "letters.toml"), Letters)
    return {
        before: {letter: cost / 10 for letter, cost in zip(LETTERS, costs, strict=True)}
        for before, costs in table.after.items()
    }


def latin_costs(word: str) -> list[float]:
    """Return how unlikely a word is among Latin names, up to each of its letters, in nats.

    Args:
        word: Of the letters a to z.
    """
    table = _latin()
    return list(accumulate(table[before][letter] for before, letter in pairwise("^" + word)))


def units_of(word: str) -> tuple[str, ...]:
    """Split a word of one script into the units of its table: letters, syllables or characters."""
    kind = script(word)
    if kind == "han":
        return tuple(simplify(word))
    if kind == "hangul":
        return tuple(unicodedata.normalize("NFD", word))
    if kind == "kana":
        return _kana(word)
    if kind in _MARKED:
        return tuple(unicodedata.normalize("NFC", word))
    return tuple(fold(word).translate(_FINAL))


def _kana(word: str) -> tuple[str, ...]:
    """Split kana into syllables."""
    found: list[str] = []
    for letter in word.translate(_HIRAGANA):
        if letter in _SMALL and found:
            found[-1] += letter
        elif letter.isalpha():
            found.append(letter)
    return tuple(found)
