"""Readings of Chinese characters: simplified, in Mandarin, Cantonese and Korean, and their keys."""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Final

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.names.romanisation import romanise_hangul
from tidewaiter.parties.names.word_lists import spellings

# Pinyin letters that are rare in names of other languages.
_CHINESE: Final = re.compile("zh|x|q|[aeiou]ng|ia[on]|iu|u[ao]|ao$|ui$")
_LONGEST: Final = 6  # letters of the longest syllables: zhuang, chuang
MOST: Final = 18  # letters of the longest word that is split into syllables


class Syllables(Record, frozen=True, kw_only=True):
    """Content of mandarin.toml."""

    source: str
    syllables: dict[str, str]


@cache
def _pinyin() -> dict[str, str]:
    table = read_toml(data("parties", "mandarin.toml"), Syllables).syllables
    return table | {name.replace("v", "u"): value for name, value in table.items() if "v" in name}


@cache
def _spellings() -> dict[str, str]:
    return {name: name for name in _pinyin()}


@cache
def _wade_giles() -> dict[str, str]:
    full = {value: value for value in _pinyin().values()}
    return {value.removesuffix("h"): value for value in full.values()} | full


@lru_cache(maxsize=1 << 16)
def mandarin_keys(word: str) -> tuple[str, ...]:
    """Return a word's syllables in Wade-Giles without marks, once per possible system.

    The key does not distinguish b from p, d from t, g from k or zh from ch, which Wade-Giles
    without apostrophes does not either.
    """
    if len(word) > MOST:
        return ()
    readings = (split_syllables(word, table) for table in (_pinyin(), _wade_giles()))
    keys = ("".join(map(_without_h, each)) for each in readings if each)
    return tuple(dict.fromkeys(keys))


def _without_h(syllable: str) -> str:
    """Drop the final h of Wade-Giles, which passports often omit: hsueh, chih."""
    return syllable.removesuffix("h")


def pinyin_syllables(word: str) -> tuple[str, ...]:
    """Split a word into pinyin syllables; () if it is not pinyin."""
    return split_syllables(word, _spellings()) if len(word) <= MOST else ()


def is_syllable(word: str) -> bool:
    """Return whether a word is one syllable of pinyin."""
    return word in _pinyin()


@lru_cache(maxsize=1 << 17)
def is_pinyin_word(word: str) -> bool:
    """Return whether a word is distinctively Chinese pinyin."""
    return len(word) <= MOST and bool(_CHINESE.search(word) and pinyin_syllables(word))


def split_syllables(word: str, table: dict[str, str]) -> tuple[str, ...]:
    """Split a word into syllables, longest first, and return the table value of each."""
    last = (word[-size:] for size in range(1, _LONGEST + 1))
    return _split(word, table) if any(map(table.__contains__, last)) else ()


def _split(word: str, table: dict[str, str]) -> tuple[str, ...]:
    if not word:
        return ()
    for size in range(min(_LONGEST, len(word)), 0, -1):
        found = table.get(word[:size])
        if found is None:
            continue
        if size == len(word):
            return (found,)
        rest = _split(word[size:], table)
        if rest:
            return (found, *rest)
    return ()


_SAME: Final = (
    (re.compile("^(?:kwo|gwo)"), "ko"),
    (re.compile("^(?:kw|gw)"), "kw"),
    (re.compile("^g"), "k"),
    (re.compile("^(?:j|ts|ch|tch)"), "c"),
    (re.compile("^d"), "t"),
    (re.compile("^b"), "p"),
    (re.compile("^sh"), "s"),
    (re.compile("a[ar]"), "a"),
    (re.compile("oo"), "u"),
    (re.compile("ee"), "i"),
    (re.compile("ew$"), "iu"),
    (re.compile("(?<=[aeiou])h$"), ""),
    (re.compile("ei$"), "i"),
    (re.compile("g$"), "k"),
)


class CantoneseReadings(Record, frozen=True, kw_only=True):
    """Content of cantonese.toml."""

    source: str
    readings: dict[str, str]  # spellings, spaced -> characters with this reading


@cache
def _cantonese_readings() -> dict[str, tuple[str, ...]]:
    table = read_toml(data("parties", "cantonese.toml"), CantoneseReadings).readings
    return {
        character: tuple(spelled.split())
        for spelled, characters in table.items()
        for character in characters
    }


@cache
def _keys() -> dict[str, str]:
    """Map each spelling of a syllable to its key."""
    return {each: _same(each) for spelled in _cantonese_readings().values() for each in spelled}


def cantonese_of(text: str) -> tuple[str, ...]:
    """Return the usual spelling of each character; () if one has none."""
    table = _cantonese_readings()
    found = tuple(table[character][0] for character in text if character in table)
    return found if len(found) == len(text) else ()


def cantonese_surname(name: str) -> str:
    """Return the usual Hong Kong spelling of a surname; "" if unknown."""
    readings = cantonese_of(name)
    known = spellings("chinese_surnames").get(name, ())
    near = {_same(each) for each in _cantonese_readings().get(name, ())}
    return next((each for each in known if _same(each) in near), "".join(readings))


@lru_cache(maxsize=1 << 16)
def cantonese_key(word: str) -> str:
    """Return the key of a word of Cantonese syllables; "" for other words."""
    return "".join(split_syllables(word, _keys())) if len(word) <= MOST else ""


def _same(syllable: str) -> str:
    for pattern, letter in _SAME:
        syllable = pattern.sub(letter, syllable)
    return syllable


# Surnames whose reading differs from that of the character.
_MANDARIN_SURNAMES: Final = {
    "单": "shan",
    "曾": "zeng",
    "仇": "qiu",
    "解": "xie",
    "查": "zha",
    "盖": "ge",
    "区": "ou",
    "朴": "piao",
    "任": "ren",
    "华": "hua",
    "覃": "qin",
    "燕": "yan",
    "尉迟": "yuchi",
    "乐": "yue",
    "召": "shao",
    "黑": "he",
    "秘": "bi",
    "种": "chong",
    "员": "yun",
    "缪": "miao",
    "翟": "zhai",
    "那": "na",
    "万俟": "moqi",
    "长孙": "zhangsun",
    "令狐": "linghu",
    "澹台": "tantai",
}
_TWO: Final = frozenset(
    {
        "欧阳",
        "司徒",
        "诸葛",
        "上官",
        "司马",
        "夏侯",
        "皇甫",
        "令狐",
        "尉迟",
        "公孙",
        "慕容",
        "长孙",
        "宇文",
        "东方",
        "澹台",
        "司空",
        "端木",
        "南宫",
        "西门",
        "万俟",
    }
)


@cache
def _converter() -> Callable[[str], str]:
    """Load the characters when the first Chinese text is read: most files hold none."""
    import opencc  # noqa: PLC0415

    convert: Callable[[str], str] = opencc.OpenCC("t2s").convert
    return convert


@lru_cache(maxsize=1 << 16)
def simplify(text: str) -> str:
    """Convert to simplified characters, one for one."""
    found = _converter()(text)
    return found if len(found) == len(text) else text


@lru_cache(maxsize=1 << 16)
def pinyin_of(text: str) -> tuple[str, ...]:
    """Return the reading of each character without tones, ü as v."""
    import pypinyin  # noqa: PLC0415  # its tables take as long to load as a short command takes

    return tuple(pypinyin.lazy_pinyin(text, errors=_apart))


def _apart(rest: str) -> str:
    """Keep characters without a reading, one by one."""
    return list(rest)  # type: ignore[return-value]  # its own documentation allows a list


def surname_of(name: str) -> str:
    """Return the surname at the start of a Chinese person's name, in simplified characters."""
    two = name[:2]
    known = two in _TWO or (len(two) > 1 and two in spellings("chinese_surnames"))
    return two if known and name[2:] else name[:1]


def surname_pinyin(surname: str) -> str:
    """Return the reading of a surname, which may differ from the character's usual one."""
    return _MANDARIN_SURNAMES.get(surname) or "".join(pinyin_of(surname))


_KOREAN_SURNAMES: Final = {"金": "김"}  # Kim, though gold is 금
_GIVEN: Final = range(1, 3)  # characters of a given name


class SinoKoreanReadings(Record, frozen=True, kw_only=True):
    """Content of sino_korean.toml."""

    source: str
    surnames: str  # characters
    readings: dict[str, str]  # a syllable of Hangul -> characters with this reading


@cache
def _table() -> SinoKoreanReadings:
    return read_toml(data("parties", "sino_korean.toml"), SinoKoreanReadings)


@cache
def _korean_readings() -> dict[str, str]:
    return {
        character: syllable
        for syllable, characters in _table().readings.items()
        for character in characters
    }


def may_be_korean(name: str) -> bool:
    """Return whether simplified characters may be a Korean person's name."""
    return name[:1] in _table().surnames and len(name) - 1 in _GIVEN


def korean_reading(text: str) -> str:
    """Return the Hangul reading of simplified characters; "" if one has none."""
    found = "".join(_korean_readings().get(character, "") for character in text)
    return found if len(found) == len(text) else ""


def korean_surname(surname: str) -> str:
    """Return a surname in Hangul, which may differ from the character's usual reading."""
    return _KOREAN_SURNAMES.get(surname) or korean_reading(surname)


def korean_of(text: str) -> tuple[str, ...]:
    """Romanise simplified characters as Korean, joined; () if one has no reading."""
    reading = korean_reading(text)
    return (romanise_hangul(reading),) if reading else ()
