"""Kana: Japanese syllables to Latin letters."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.names.scripts import script
from tidewaiter.parties.names.types import Token

_HIRAGANA: Final = (0x3041, 0x3096)  # the katakana stand 0x60 above
_SHIFT: Final = 0x60
_SMALL: Final = {
    "ァ": "a",
    "ィ": "i",
    "ゥ": "u",
    "ェ": "e",
    "ォ": "o",
    "ャ": "ya",
    "ュ": "yu",
    "ョ": "yo",
    "ヮ": "wa",
}
_LARGE: Final = str.maketrans("ァィゥェォャュョヮヵヶ", "アイウエオヤユヨワカケ")
_FORMS: Final = ("株式会社", "有限会社", "合同会社", "合資会社", "株式會社")
_DOUBLED: Final = "ッ"
_SIBILANTS: Final = ("sh", "ch", "j")


class LoanSounds(Record, frozen=True, kw_only=True):
    """All of loan_sounds.toml."""

    source: str
    characters: str
    kana: dict[str, str]


@cache
def loan_sounds() -> LoanSounds:
    """Load the table."""
    return read_toml(data("parties", "loan_sounds.toml"), LoanSounds)


@lru_cache(maxsize=1 << 16)
def romanise_kana(word: str) -> str:
    """Romanise kana in the modified Hepburn system; long vowels are not marked.

    Source:
        The guide of the Ministry of Foreign Affairs of Japan for names in passports.
    """
    found: list[str] = []
    doubled = False
    for letter in map(_katakana, word):
        if letter == _DOUBLED:
            doubled = True
        elif letter in _SMALL and found:
            found[-1] = _modified(found[-1], _SMALL[letter])
        elif reading := loan_sounds().kana.get(letter.translate(_LARGE), ""):
            twice = "t" if reading.startswith("ch") else reading[0]
            found.append(twice + reading if doubled and reading[0] not in "aiueon" else reading)
            doubled = False
    return "".join(found)


def japanese_characters(tokens: Sequence[Token]) -> list[str]:
    """Return the Chinese characters of a name that is Japanese: it has kana, or a Japanese form."""
    scripts = {script(token.surface) for token in tokens}
    forms = any(each in token.surface for token in tokens for each in _FORMS)
    if "kana" not in scripts and not forms:
        return []
    bare = ((token.surface, token.kind) for token in tokens if script(token.surface) == "han")
    found = (text for text, kind in bare if kind != "legal form")
    return list(filter(None, (_without_form(text) for text in found)))


def _without_form(text: str) -> str:
    for each in _FORMS:
        text = text.replace(each, "")
    return text


def _katakana(letter: str) -> str:
    first, last = _HIRAGANA
    return chr(ord(letter) + _SHIFT) if first <= ord(letter) <= last else letter


def _modified(before: str, small: str) -> str:
    """Change the vowel of a syllable: shi and small ya are sha, te and small i are ti."""
    bare = before[:-1] or ("w" if before == "u" else "")
    if len(small) == 1:
        return bare + small
    return bare + (small[1:] if before[:-1] in _SIBILANTS else small)
