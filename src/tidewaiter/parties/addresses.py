"""Address parser: house number, room, street words and place, from one line as written.

No gazetteer is used: any word counts as an address word. Numbers are classified by the words beside
them.
"""

import re
from functools import cache, lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.names.chinese_readings import pinyin_of, simplify
from tidewaiter.parties.names.scripts import fold

_TOKEN = re.compile(r"[^\W\d_]+|\d+(?:[-/]\d+)*[a-z]?(?![^\W\d_])|\d+", re.IGNORECASE)
_HAN = re.compile(r"[\u3400-\u9fff]")
_BOX = re.compile(
    r"\b(?:p\.?\s?o\.?\s?box|apartado(?:\s+postal)?|postfach|а/я)\s*#?\s*(\d+)", re.IGNORECASE
)
_POST = re.compile(r"(?<!\d)(?:\d{5}-\d{3,4}|\d{5,6})(?!\d)|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")
_CONTACT = re.compile(
    r"(?:\b(?:tel|phone|ph|fax|mob|mobile|cell|attn|contact|e-?mail)\b|[电電手传傳]|тел|www\.|https?:"
    r"|[\w.+-]+@|\+\d).*",
    re.IGNORECASE | re.DOTALL,
)
_ORDINAL = re.compile(r"\b(\d+)(?:st|nd|rd|th)\b", re.IGNORECASE)
_GLUED = re.compile(
    r"\b(\d+)(f|fl|rm)\b|\b(rm|room|unit|flat|ste|suite|no|fl)\.?(\d+)", re.IGNORECASE
)


class _Words(Record, frozen=True, kw_only=True, rename="kebab"):
    """Content of the address word file."""

    source: str
    country_words: frozenset[str]
    kinds: frozenset[str]  # generic words for kinds of places
    units: frozenset[str]  # words before or after the number of a room or a floor
    short: dict[str, str]  # abbreviation or pinyin word -> English word
    han: dict[str, str]  # Chinese suffix of an address part -> English word


class AddressParts(Record, frozen=True, kw_only=True):
    """The comparable parts of an address."""

    words: frozenset[str] = frozenset()  # words of street and place; folded, without kinds
    houses: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()  # room and floor numbers
    postcode: str = ""
    box: str = ""  # post-office box number


NOWHERE: Final = AddressParts()
_CUT: Final = 0.8  # minimum similarity of two address words
_LEAST: Final = 5  # minimum letters of a word for which an edit is tolerated


@lru_cache(maxsize=1 << 16)
def read_address(text: str) -> AddressParts:
    """Parse an address.

    Args:
        text: Address as written, in one line; text after a phone, fax or e-mail is ignored.

    Returns:
        Its parts. Never fails.
    """
    text = _CONTACT.sub("", text)
    if not text.strip(" ,.-"):
        return NOWHERE
    box = _BOX.search(text)
    if box:
        text = text[: box.start()] + " " + text[box.end() :]
    text = _spaced(text)
    codes = _POST.findall(text)
    code = codes[-1] if codes else ""
    if code:
        place = text.rfind(code)
        text = f"{text[:place]} {text[place + len(code) :]}"
    words, houses, units = _sorted_out(_tokens(text))
    return AddressParts(
        words=words,
        houses=houses,
        units=units,
        postcode=code.replace(" ", ""),
        box=box.group(1) if box else "",
    )


def _spaced(text: str) -> str:
    """Insert spaces around Chinese address parts, and between joined numbers."""
    if _HAN.search(text):
        return _from_han(text)
    return _GLUED.sub(r"\1\3 \2\4", _ORDINAL.sub(r"\1", text))


def _from_han(text: str) -> str:
    """Transliterate Chinese in postal style: 科技路12号3楼 -> keji road 12 no 3 floor."""
    endings = _facts().han
    pattern = re.compile("|".join(endings))
    apart = pattern.sub(lambda each: f"\0{endings[each.group()]} ", simplify(text))
    runs = re.split(r"([\u3400-\u9fff]+)", apart)
    parts = ["".join(pinyin_of(run)) if _HAN.search(run) else run for run in runs]
    return "".join(parts).replace("\0", " ")


def _tokens(text: str) -> list[str]:
    short = _facts().short
    found = []
    for token in _TOKEN.findall(text):
        key = token.lower() if token[0].isdigit() else fold(token)
        if key:
            found.append(short.get(key, key))
    return found


def _sorted_out(tokens: list[str]) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Classify tokens as words, house numbers and room numbers."""
    known = _facts()
    words: set[str] = set()
    houses: set[str] = set()
    units: set[str] = set()
    silent = _silent()
    for place, token in enumerate(tokens):
        if token[0].isdigit():
            before = tokens[place - 1] if place else ""
            after = tokens[place + 1] if place + 1 < len(tokens) else ""
            unit = after in known.units or (before in known.units and not _taken(tokens, place))
            (units if unit else houses).add(_number(token))
        elif len(token) > 1 and token not in silent:
            words.add(token)
    return frozenset(words), frozenset(houses), frozenset(units)


def _taken(tokens: list[str], place: int) -> bool:
    """Return whether the word before a number belongs to the preceding number: "3 floor 301"."""
    return place > 1 and tokens[place - 2][0].isdigit() and tokens[place - 1] == "floor"


def _number(token: str) -> str:
    return token.lstrip("0").replace("/", "-") or "0"


def shared_words(a: AddressParts, b: AddressParts) -> tuple[set[str], bool]:
    """Return the words that two addresses share, and whether each has other words too."""
    shared = set(a.words & b.words)
    left, right = a.words - shared, b.words - shared
    if not (left and right):
        return shared, False
    near = {x for x in left if len(x) >= _LEAST and any(_near(x, y) for y in right)}
    rest = {y for y in right if not any(_near(x, y) for x in near)}
    return shared | near, bool(left - near and rest) and not _joined(left, right)


def short_words() -> frozenset[str]:
    """Return the English words that are often abbreviated in addresses."""
    return frozenset(_facts().short.values())


def _near(a: str, b: str) -> bool:
    return len(b) >= _LEAST and OSA.normalized_similarity(a, b, score_cutoff=_CUT) > 0


def _joined(left: frozenset[str], right: frozenset[str]) -> bool:
    """Return whether the difference is only that one side joins words."""
    whole = {"".join(sorted("".join(words))) for words in (left, right)}
    return len(whole) == 1


@cache
def _silent() -> frozenset[str]:
    """Return the words that do not count as words of a street or a place."""
    known = _facts()
    return known.kinds | known.units | known.country_words


@cache
def _facts() -> _Words:
    return read_toml(data("parties", "addresses.toml"), _Words)
