"""Deaths by drugs, coded as CDC does: from the underlying cause, and what is named beside it.

Whether a death is an overdose is said by its underlying cause alone; which drugs were in it, by all
conditions of the record axis. A death may have several drugs, so drugs never add up.
"""

from collections.abc import Sequence
from functools import cache
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.burden.codes import Numbers, Revision, number_of, size, spans
from tidewaiter.burden.facts import indicators

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
