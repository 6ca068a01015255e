"""ICD codes as numbers, and deaths classified by drugs involved, as the CDC does.

A code is a letter (or none, in ICD-9), two digits (three in ICD-9), and up to two more behind the
point. Numbers stand in the order of the codes, so a range of codes is a range of numbers.

Whether a death is an overdose is said by its underlying cause alone; which drugs were in it, by all
conditions of the record axis. A death may have several drugs, so drugs never add up.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.burden.indicators import indicators

Revision = Literal["ICD-9", "ICD-10"]
Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int32]

NO_CODE = 0
"""The number of what is no code; no code has it."""

_AFTER = 11  # nothing, or a digit
_BODY = {"ICD-9": 1000, "ICD-10": 100}
_LETTERS = {"ICD-9": " EN", "ICD-10": "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_SHAPE = {
    "ICD-9": re.compile(r"([EN]?)(\d{3})(\d?)(\d?)"),
    "ICD-10": re.compile(r"([A-Z])(\d{2})(\d?)(\d?)"),
}
_ZERO, _BLANK = 48, 32
_NINE, _INJURY = 9, 800  # of ICD-9: codes from 800 are injuries, or their causes


def size(revision: Revision) -> int:
    """Return how many numbers there are: all are below it."""
    return 1 + len(_LETTERS[revision]) * _BODY[revision] * _AFTER**2


def number_of(code: str, revision: Revision) -> int:
    """Return the number of a code such as "T40.4", "T404", "E850.2" or "N9650".

    Raises:
        InputError: It is no code of that revision.
    """
    found = _SHAPE[revision].fullmatch(code.strip().replace(".", "").upper())
    if not found:
        raise InputError("burden/not-a-code", code=code, revision=revision)
    letter, body, *after = found.groups()
    place = _LETTERS[revision].index(letter or " ") * _BODY[revision] + int(body)
    behind = [int(each) + 1 if each else 0 for each in after]
    return 1 + (place * _AFTER + behind[0]) * _AFTER + behind[1]


def span(text: str, revision: Revision) -> range:
    """Return the numbers of a range such as "X40-X44", "T36-T50.8", "T40.4"; "=N965.0": it alone.

    Raises:
        InputError: Its ends are no codes.
    """
    if text.startswith("="):
        number = number_of(text[1:], revision)
        return range(number, number + 1)
    first, _, last = text.partition("-")
    last = last or first
    wide = _AFTER ** (2 - len(last.partition(".")[2]))
    return range(number_of(first, revision), number_of(last, revision) + wide)


def spans(texts: Iterable[str], revision: Revision) -> npt.NDArray[np.bool_]:
    """Mark the numbers of several ranges, shape ``(size,)``."""
    marked = np.zeros(size(revision), np.bool_)
    for text in texts:
        numbers = span(text, revision)
        marked[numbers.start : numbers.stop] = True
    return marked


def numbers_icd10(codes: Bytes) -> Numbers:
    """Return the numbers of codes of four positions, shape ``(..., 4)``; NO_CODE where none is."""
    letter = codes[..., 0].astype(np.int32) - ord("A")
    body, digits = _digits(codes[..., 1:3])
    behind, tail = _behind(codes[..., 3])
    good = (letter >= 0) & (letter < len(_LETTERS["ICD-10"])) & digits & tail
    place = letter * _BODY["ICD-10"] + body
    return np.where(good, 1 + (place * _AFTER + behind) * _AFTER, NO_CODE).astype(np.int32)


def numbers_icd9(codes: Bytes, nature: npt.NDArray[np.bool_]) -> Numbers:
    """Return the numbers of codes of four digits.

    Args:
        codes: Shape ``(..., 4)``.
        nature: Whether a code from 800 on is the nature of an injury, not its cause; ``(...)``.
    """
    body, digits = _digits(codes[..., 0:3])
    behind, tail = _behind(codes[..., 3])
    letter = np.where(body < _INJURY, 0, np.where(nature, 2, 1))
    place = letter * _BODY["ICD-9"] + body
    good = digits & tail
    return np.where(good, 1 + (place * _AFTER + behind) * _AFTER, NO_CODE).astype(np.int32)


def _digits(text: Bytes) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    digits = text.astype(np.int32) - _ZERO
    good = np.ones(text.shape[:-1], np.bool_)
    value = np.zeros(text.shape[:-1], np.int32)
    for place in range(text.shape[-1]):
        digit = digits[..., place]
        good &= (digit >= 0) & (digit <= _NINE)
        value = value * 10 + digit
    return value, good


def _behind(text: Bytes) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    digit = text.astype(np.int32) - _ZERO
    blank = text == _BLANK
    good = blank | ((digit >= 0) & (digit <= _NINE))
    return np.where(blank, 0, digit + 1).astype(np.int32), good


Intent = Literal["unintentional", "suicide", "homicide", "undetermined"]
INTENTS: tuple[Intent, ...] = ("unintentional", "suicide", "homicide", "undetermined")
"""Who meant it; numbered from 1, and 0 is no poisoning."""

OPIOIDS_ICD9 = "opioids"
"""The one indicator beside overdoses that codes of ICD-9 can tell."""

_CENTURY = 79  # two digits from here on are of the last century: files begin in 1979
Masks = npt.NDArray[np.uint32]


class IntentRule(Record, frozen=True, kw_only=True):
    """Underlying causes that are poisonings of one intent."""

    revision: Revision
    intent: Intent
    overdose: tuple[str, ...]  # by drugs
    other: tuple[str, ...]  # by something else


class DrugRule(Record, frozen=True, kw_only=True):
    """Codes that name a drug."""

    revision: Revision
    drug: str
    codes: tuple[str, ...]
    opioid: bool = False


class _Rules(Record, frozen=True, kw_only=True):
    intents: tuple[IntentRule, ...]
    drugs: tuple[DrugRule, ...]


class Coded(Record, frozen=True, kw_only=True):
    """What the codes of one death say."""

    overdose: bool  # its underlying cause is poisoning by drugs
    intent: Intent | None  # of the poisoning; None: it was none
    drugs: tuple[str, ...]  # named by any code
    opioid: bool  # one of them is
    indicators: tuple[str, ...]  # keys that count it: none but "all-causes" unless an overdose


class Tables(Record, frozen=True, kw_only=True):
    """What each code says, by its number."""

    overdose: npt.NDArray[np.bool_]
    intent: npt.NDArray[np.uint8]  # INTENTS from 1; 0: no poisoning
    bits: Masks  # of the indicators that a named code counts towards
    underlying_bits: Masks  # the same, where the code is the underlying cause
    keys: tuple[str, ...]  # indicator of each bit


def rules() -> tuple[tuple[IntentRule, ...], tuple[DrugRule, ...]]:
    """Return the rules, as the file of facts gives them."""
    read = _read()
    return read.intents, read.drugs


def year_of(text: str) -> int | None:
    """Read a data year of two or four digits: "99" is 1999, "00" is 2000; None: it is no year."""
    if not (text.isascii() and text.isdigit()) or len(text) not in (2, 4):
        return None
    year = int(text)
    if len(text) == 4:  # noqa: PLR2004
        return year
    return year + (1900 if year >= _CENTURY else 2000)


@cache
def tables(revision: Revision) -> Tables:
    """Return what each code says in a revision."""
    overdose = np.zeros(size(revision), np.bool_)
    intent = np.zeros(size(revision), np.uint8)
    for rule in _read().intents:
        if rule.revision == revision:
            drugs = spans(rule.overdose, revision)
            overdose |= drugs
            intent[drugs | spans(rule.other, revision)] = INTENTS.index(rule.intent) + 1
    named = _named(revision)
    bits = np.zeros(size(revision), np.uint32)
    for place, codes in enumerate(named.values()):
        bits[spans(codes, revision)] |= np.uint32(1 << place)
    underlying = bits if revision == "ICD-9" else np.zeros_like(bits)
    return Tables(
        overdose=overdose, intent=intent, bits=bits, underlying_bits=underlying, keys=tuple(named)
    )


def drugs_in(underlying: Numbers, mentioned: Numbers, revision: Revision) -> Masks:
    """Return the indicators that overdose deaths count towards, as bits.

    Args:
        underlying: Numbers of the underlying causes, shape ``(deaths,)``.
        mentioned: Numbers of all conditions, shape ``(deaths, conditions)``.
        revision: Of the codes.

    Returns:
        Bits in the order of `tables(revision).keys`, shape ``(deaths,)``.
    """
    found = tables(revision)
    masks: Masks = np.bitwise_or.reduce(found.bits[mentioned], axis=1)
    return masks | found.underlying_bits[underlying]


def code_death(underlying: str, mentioned: Sequence[str], revision: Revision) -> Coded:
    """Code one death.

    Args:
        underlying: The underlying cause, "X42" or "E850.2".
        mentioned: All conditions of the record axis, "T40.4"; of ICD-9, those of the nature of
            an injury with an N before them, "N965.0".
        revision: Of the codes.

    Raises:
        InputError: A code is none of that revision.
    """
    cause = np.array([number_of(underlying, revision)], np.int32)
    named = np.array([number_of(each, revision) for each in mentioned] or [0], np.int32)
    found = tables(revision)
    overdose, intent = bool(found.overdose[cause[0]]), int(found.intent[cause[0]])
    mask = int(drugs_in(cause, named[None, :], revision)[0]) if overdose else 0
    counted = [key for place, key in enumerate(found.keys) if mask >> place & 1]
    drugs = [
        rule
        for rule in _read().drugs
        if rule.revision == revision and spans(rule.codes, revision)[np.append(named, cause)].any()
    ]
    return Coded(
        overdose=overdose,
        intent=INTENTS[intent - 1] if intent else None,
        drugs=tuple(rule.drug for rule in drugs),
        opioid=any(rule.opioid for rule in drugs),
        indicators=("all-causes", *(["overdose", *counted] if overdose else [])),
    )


def _named(revision: Revision) -> MappingProxyType[str, tuple[str, ...]]:
    if revision == "ICD-10":
        counted = {key: each.mentioned for key, each in indicators().items() if each.mentioned}
        return MappingProxyType(counted)
    opioids = [
        code
        for rule in _read().drugs
        if rule.revision == revision and rule.opioid
        for code in rule.codes
    ]
    return MappingProxyType({OPIOIDS_ICD9: tuple(opioids)})


@cache
def _read() -> _Rules:
    return read_toml(data("burden", "coding.toml"), _Rules)


_CODE = re.compile(r"([A-Z])(\d\d)(?:\.(\d))?")
_WRITTEN = re.compile(r"(?<![A-Z0-9])[A-Z]\d\d(?:\.\d)?(?:-[A-Z]\d\d(?:\.\d)?)?(?![0-9A-Za-z])")


def codes_in(text: str) -> frozenset[str]:
    """Find the codes and ranges that a text names, and spell ranges out."""
    return spelled_out(_WRITTEN.findall(text))


def spelled_out(codes: Iterable[str]) -> frozenset[str]:
    """Spell ranges out: "X40-X44" gives five codes, "T40.2-T40.4" three.

    A range over several letters, or from a category to a subcategory, stays as it is written.
    """
    return frozenset(each for code in codes for each in _range(code))


def _range(text: str) -> list[str]:
    first, _, last = text.partition("-")
    low, high = _CODE.fullmatch(first), _CODE.fullmatch(last or first)
    if low is None or high is None or low[1] != high[1] or (low[3] is None) != (high[3] is None):
        return [text]
    if low[3] is None:
        return [f"{low[1]}{number:02}" for number in range(int(low[2]), int(high[2]) + 1)]
    tenths = range(int(low[2] + low[3]), int(high[2] + high[3]) + 1)
    return [f"{low[1]}{number // 10:02}.{number % 10}" for number in tenths]
