"""Han characters: simplified, and their readings in Mandarin."""

from functools import cache, lru_cache
from typing import Final

import opencc
import pypinyin

from tidewaiter.parties.names.spellings import spellings

# Surnames that are read otherwise than the character alone.
_SURNAMES: Final = {
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
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=1 << 16)
def simplify(text: str) -> str:
    """Return simplified characters, as many as were given."""
    found: str = _converter().convert(text)
    return found if len(found) == len(text) else text


@lru_cache(maxsize=1 << 16)
def pinyin_of(text: str) -> tuple[str, ...]:
    """Return the reading of each character without tones, ü as v."""
    return tuple(pypinyin.lazy_pinyin(text, errors=_apart))


def _apart(rest: str) -> str:
    """Keep characters that have no reading, one by one."""
    return list(rest)  # type: ignore[return-value]  # its own documentation allows a list


def surname_of(name: str) -> str:
    """Return the surname that a Chinese person's name begins with, in simplified characters."""
    two = name[:2]
    known = two in _TWO or (len(two) > 1 and two in spellings("chinese_surnames"))
    return two if known and name[2:] else name[:1]


def surname_pinyin(surname: str) -> str:
    """Return the reading of a surname, which for some is not the character's usual one."""
    return _SURNAMES.get(surname) or "".join(pinyin_of(surname))
