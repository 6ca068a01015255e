"""ICD codes as whole numbers, so that a column of them is coded by one look into a table.

A code is a letter (or none, in ICD-9), two digits (three in ICD-9), and up to two more behind the
point. Numbers stand in the order of the codes, so a range of codes is a range of numbers.
"""

import re
from collections.abc import Iterable
from typing import Literal

import numpy as np
import numpy.typing as npt

from tidewaiter.base.errors import InputError

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
        raise InputError(f'"{code}" is no code of {revision}', hint='write it like "T40.4"')
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
