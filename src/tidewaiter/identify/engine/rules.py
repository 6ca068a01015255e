"""Scan rules from data files: character folding, and context words."""

import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.identify.engine.languages import ENGLISH, Joined, load_languages

LIMIT = 0x20000  # higher code points belong to rare scripts and count as separators

# Classes of units.
SEPARATOR, LETTER, DIGIT, IDEOGRAPH, DROPPED, GREEK = 0, 1, 2, 3, 4, 5

# Separators between units.
SPACE, HYPHEN, DOT, COMMA, OTHER, NEWLINE, STOP, LINE = 1, 2, 4, 8, 16, 32, 64, 128

CONSTANTS = (
    "LIMIT",
    "SEPARATOR",
    "LETTER",
    "DIGIT",
    "IDEOGRAPH",
    "DROPPED",
    "GREEK",
    "SPACE",
    "HYPHEN",
    "DOT",
    "COMMA",
    "OTHER",
    "NEWLINE",
    "STOP",
    "LINE",
)


class FoldTables(NamedTuple):
    """Folding of each code point; arrays of length `LIMIT` unless noted."""

    first: NDArray[np.int32]  # offset of its units in `units`
    count: NDArray[np.uint8]  # type: ignore[assignment]  # how many; hides that of a tuple
    kind: NDArray[np.uint8]  # its class
    look: NDArray[np.uint32]  # for a Greek letter: the Latin look-alike
    bare: NDArray[np.uint32]  # for a Greek letter: the small one without accent, in a Greek word
    gap: NDArray[np.uint8]  # for a separator: its kind
    units: NDArray[np.uint32]  # all units, concatenated
    scan: NDArray[np.uint32]  # (128,): key of a unit's confusion group
    plain: NDArray[np.uint32]  # (128,): key of an ASCII character


class _Lookalikes(Record, frozen=True, kw_only=True):
    cyrillic: str
    armenian: str
    latin: str


class _Greek(Record, frozen=True, kw_only=True):
    names: str
    looks: str


class _Arabic(Record, frozen=True, kw_only=True):
    same: str
    dropped: str


class _Separators(Record, frozen=True, kw_only=True):
    marks: str


class _Scan(Record, frozen=True, kw_only=True):
    groups: str
    pairs: str


class _Rules(Record, frozen=True, kw_only=True):
    source: str
    lookalikes: _Lookalikes
    greek: _Greek
    arabic: _Arabic
    separators: _Separators
    scan: _Scan


@cache
def build_fold_tables() -> FoldTables:
    """Build the tables once, from data/rules/fold.toml and the Unicode data."""
    rules = read_toml(data("rules", "fold.toml"), _Rules)
    looks = rules.lookalikes
    swap = _pairs(f"{looks.cyrillic} {looks.armenian} {looks.latin} {rules.arabic.same}")
    greek = {pair[0]: pair[1:] for pair in rules.greek.names.split()}
    first = np.zeros(LIMIT, np.int32)
    count = np.zeros(LIMIT, np.uint8)
    kind = np.zeros(LIMIT, np.uint8)
    gap = np.zeros(LIMIT, np.uint8)
    marks = rules.separators.marks
    units: list[int] = []
    for point in range(LIMIT):
        sign = chr(point)
        if sign in rules.arabic.dropped or _is_dropped(sign):
            kind[point] = DROPPED
            continue
        letters = "" if sign in marks else _fold_sign(sign, swap, greek)
        gap[point] = _gap(sign)
        if letters:
            first[point], count[point] = len(units), min(len(letters), 3 * len(sign.encode()))
            units.extend(ord(letter) for letter in letters[: count[point]])
            kind[point] = GREEK if _bare(sign.lower()) in greek else _kind(letters[0])
    look = np.zeros(LIMIT, np.uint32)
    alike = _pairs(rules.greek.looks)
    bare = np.zeros(LIMIT, np.uint32)
    for point in np.flatnonzero(kind == GREEK).tolist():
        bare[point] = ord(_bare(chr(point).lower()).replace("ς", "σ"))
        if letter := alike.get(_bare(chr(point))):
            look[point] = ord(letter.lower())
    scan = np.arange(128, dtype=np.uint32)
    for group in rules.scan.groups.split():
        scan[[ord(sign) for sign in group]] = ord(group[1])
    every = np.array(units, np.uint32)
    plain = np.where(kind[:128] == SEPARATOR, 0, scan[every[first[:128]]]).astype(np.uint32)
    return FoldTables(first, count, kind, look, bare, gap, every, scan, plain)


def _pairs(text: str) -> dict[str, str]:
    return {pair[0]: pair[1:] for pair in text.split()}


def _is_dropped(sign: str) -> bool:
    """Return whether a character is invisible: combining marks, zero widths, soft hyphens."""
    category = unicodedata.category(sign)
    if _is_vowel(sign):
        return False
    return category in {"Mn", "Me", "Cf"} or sign in "\u115f\u1160\u3164"


# Signs that write vowels: those of India without the virama and the dots, those of Thai without the
# marks of tone. Long and short ones are one.
_INDIAN, _THAI = (0x0900, 0x0E00), (0x0E31, 0x0E48)
_NO_VOWELS = "VIRAMA", "NUKTA", "SIGN AVAGRAHA", "AL-LAKUNA"
_LONG_VOWELS = dict(zip("ीूীূ", "िुিু", strict=True))


def _is_vowel(sign: str) -> bool:
    """Return whether a combining sign writes a vowel, and so belongs to the word."""
    point = ord(sign)
    if unicodedata.category(sign) not in {"Mn", "Mc"}:
        return False
    if _THAI[0] <= point < _THAI[1]:
        return True
    name = unicodedata.name(sign, "")
    return _INDIAN[0] <= point < _INDIAN[1] and not any(word in name for word in _NO_VOWELS)


_LETTER = "Lo"  # category of letters without case
_NOTHING = {"Cn", "Co", "Cs"}  # of code points that are not assigned, private, and surrogates


def _fold_sign(sign: str, swap: dict[str, str], greek: dict[str, str]) -> str:
    """Return the folded form of one code point: letters and digits, or nothing."""
    category = unicodedata.category(sign)
    if category in _NOTHING:
        return ""
    if _is_vowel(sign):
        return _LONG_VOWELS.get(sign, sign)
    if category == _LETTER and sign not in swap and unicodedata.is_normalized("NFKD", sign):
        return sign  # an ideograph, as most code points are
    if name := greek.get(_bare(sign.lower())):
        return name
    plain = unicodedata.normalize("NFKD", swap.get(sign, sign)).casefold()
    plain = unicodedata.normalize("NFKD", plain)
    letters = "".join(swap.get(part, part) for part in plain if not unicodedata.combining(part))
    return "".join(_fold_letters(letters))


def _bare(sign: str) -> str:
    """Return a letter without its accents."""
    return unicodedata.normalize("NFD", sign)[:1]


def _fold_letters(letters: str) -> Iterator[str]:
    for letter in letters.lower():
        if letter.isdecimal():
            yield str(unicodedata.decimal(letter))
        elif letter.isalnum():
            yield unicodedata.normalize("NFC", letter)


def _kind(letter: str) -> int:
    if letter.isdigit():
        return DIGIT
    # Scripts without spaces: CJK ideographs, kana and bopomofo, Thai, Lao, Khmer, Burmese.
    point = ord(letter)
    alone = (0x2E80, 0x3400), (0x3400, 0xA000), (0xF900, 0xFB00), (0x0E00, 0x0F00), (0x1780, 0x1800)
    inside = any(low <= point < high for low, high in alone) or 0x1000 <= point < 0x10A0
    return IDEOGRAPH if inside else LETTER


def _gap(sign: str) -> int:
    """Return the kind of a separator."""
    if sign in "\n\r\x0b\x0c\u2028\u2029":
        return NEWLINE
    if sign.isspace() or sign == "\x00":
        return SPACE
    if unicodedata.category(sign) == "Pd" or sign in "\u2212\u00af":
        return HYPHEN
    if sign in ".·．":
        return DOT
    if sign in ",，、،'’′\"“”()[]{}（）［］":
        return COMMA
    return STOP if sign in ";；。!！?？|" else OTHER


class Words(Record, frozen=True, kw_only=True):
    """Words by effect, as written."""

    stereo: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    thing: tuple[str, ...]
    cue: tuple[str, ...]
    measure: tuple[str, ...]
    machine: tuple[str, ...]
    cas: tuple[str, ...]
    hs: tuple[str, ...]
    un: tuple[str, ...]
    cus: tuple[str, ...]
    letters: tuple[str, ...]
    filler: tuple[str, ...]
    part: tuple[str, ...]


class Phrases(Record, frozen=True, kw_only=True):
    """Phrases beside a name or a number, by effect, as written."""

    before: tuple[str, ...]
    foreign: tuple[str, ...]
    opening: tuple[str, ...]
    through: tuple[str, ...]
    after: tuple[str, ...]
    absent: tuple[str, ...]
    content: tuple[str, ...]
    copula: tuple[str, ...]
    harmless: tuple[str, ...]
    percent: tuple[str, ...]
    rate: tuple[str, ...]
    cas: tuple[str, ...]
    hs: tuple[str, ...]
    un: tuple[str, ...]
    joining: tuple[str, ...]
    otherwise: tuple[str, ...]
    glue: tuple[str, ...]
    chemistry: tuple[str, ...]


class Chinese(Record, frozen=True, kw_only=True):
    """Ideographs by their effect on an adjacent name."""

    prefixes: dict[str, str]  # per salt: prefix of the base's name
    acids: str
    trade: str
    before: str
    after: str
    chains: str
    things: tuple[str, ...]
    counters: str
    salts: str
    measures: tuple[str, ...]
    parts: tuple[str, ...] = ()  # from languages without spaces, joined before a name
    joined: Mapping[str, Joined] = {}  # likewise, by name
    negation: tuple[str, ...]


class ContextRules(Record, frozen=True, kw_only=True):
    """Content of data/rules/context.toml."""

    salts: Mapping[str, tuple[str, ...]] = {}  # from data/rules/languages: spellings in all of them
    words: Words
    phrases: Phrases
    chinese: Chinese


def load_context_rules() -> ContextRules:
    """Load data/rules/context.toml, with the words of each file in data/rules/languages."""
    rules = read_toml(data("rules", "context.toml"), ContextRules)
    joined = rules.chinese
    languages, words, phrases = load_languages(), rules.words, rules.phrases
    salts = dict(languages[ENGLISH].salts)
    for each in languages.values():
        for salt, spellings in each.salts.items():
            salts[salt] = tuple(dict.fromkeys((*salts[salt], *spellings)))
        if not each.spaced:
            joined = msgspec.structs.replace(
                joined,
                negation=(*joined.negation, *each.words.get("before", ())),
                parts=(*joined.parts, *each.words.get("part", ())),
                things=(*joined.things, *each.words.get("thing", ())),
                measures=(*joined.measures, *each.words.get("measure", ())),
                joined={**joined.joined, **each.joined},
            )
        else:
            words = msgspec.structs.replace(words, **_more(words, each.words))
        phrases = msgspec.structs.replace(phrases, **_more(phrases, each.phrases))
    return msgspec.structs.replace(rules, salts=salts, words=words, phrases=phrases, chinese=joined)


def _more(ours: Words | Phrases, more: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """Return each list to which a language adds, with what it adds."""
    return {kind: (*getattr(ours, kind), *texts) for kind, texts in more.items()}
