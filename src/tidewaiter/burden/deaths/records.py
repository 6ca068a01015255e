"""Fields of many records at once: month, sex, age, residence, place and cause as whole numbers."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from tidewaiter.base.records import Record
from tidewaiter.burden.codes import NO_CODE, Numbers, numbers_icd9, numbers_icd10
from tidewaiter.burden.coding import drugs_in, tables
from tidewaiter.burden.deaths.layouts import STEP, Layout, Positions
from tidewaiter.burden.deaths.lines import Block
from tidewaiter.burden.facts import places

AGE_UNKNOWN = 255
FOREIGN = 4  # resident status: lived abroad
ELSEWHERE = 0  # a state that is none of the 50 and the District of Columbia

Small = npt.NDArray[np.int32]
Marks = npt.NDArray[np.bool_]

_ZERO, _NINE, _ONE_BYTE = 48, 9, ord("1")
_HUNDREDS = 100
_MONTHS, _STATUSES = 12, 4
_NOT_STATED = 999


class Decoded(Record, frozen=True, kw_only=True):
    """Records as numbers, each of shape ``(records,)``."""

    good: Marks  # every field could be read; the others are not to be counted
    year: Small
    month: Small  # 1 to 12
    status: Small  # 1 to 4
    sex: Small  # 0 male, 1 female
    age: Small  # completed years; AGE_UNKNOWN
    occurrence: Small  # states() from 1; ELSEWHERE; where the file has no places: ELSEWHERE
    residence: Small
    underlying: Numbers
    overdose: Marks
    intent: Small  # coding.INTENTS from 1, of overdoses; else 0
    drugs: Small  # bits of coding.tables().keys, of overdoses; else 0


@cache
def states() -> tuple[str, ...]:
    """Return the codes of the 50 states and the District of Columbia, as NCHS numbers them."""
    return tuple(
        each.code
        for each in sorted(places().values(), key=lambda each: each.name)
        if each.code.startswith("US-") and not each.within and each.code != "US-PR"
    )


def decode(block: Block, layout: Layout) -> Decoded:
    """Read the fields of records.

    Args:
        block: Their bytes, shape ``(records, width)``.
        layout: Where the fields stand.
    """
    found = tables(layout.revision)
    year, year_good = _year(block, layout)
    month, month_good = _number(block, layout.month)
    status, _ = _number(block, layout.status)
    sex = _field(block, layout.sex)[:, 0]
    female = sex == ord(layout.sexes[1])
    age, age_good = _age(block, layout)
    underlying = _underlying(block, layout)
    overdose = found.overdose[underlying]
    good = year_good & month_good & age_good & (month >= 1) & (month <= _MONTHS)
    good &= (status >= 1) & (status <= _STATUSES) & (underlying != NO_CODE)
    good &= female | (sex == ord(layout.sexes[0]))
    drugs = np.zeros(len(block), np.int32)
    rows = np.flatnonzero(overdose)
    drugs[rows] = drugs_in(
        underlying[rows], _conditions(block[rows], layout), layout.revision
    ).astype(np.int32)
    return Decoded(
        good=good,
        year=year,
        month=month,
        status=status,
        sex=female.astype(np.int32),
        age=age,
        occurrence=_state(block, layout.occurrence, layout),
        residence=_state(block, layout.residence, layout),
        underlying=underlying,
        overdose=overdose,
        intent=np.where(overdose, found.intent[underlying], 0).astype(np.int32),
        drugs=drugs,
    )


def _year(block: Block, layout: Layout) -> tuple[Small, Marks]:
    year, good = _number(block, layout.year)
    return np.where(year < _HUNDREDS, year + 1900, year).astype(np.int32), good


def _age(block: Block, layout: Layout) -> tuple[Small, Marks]:
    """Read a unit and a number, of three digits or four."""
    code, good = _number(block, layout.age)
    short = layout.age[1] - layout.age[0] == 2  # noqa: PLR2004
    unit, rest = np.divmod(code, _HUNDREDS if short else 1000)
    if short:
        age = np.where(unit <= 1, code, 0)
        known = unit <= 6  # noqa: PLR2004
        unknown = unit == _NINE
    else:
        age = np.where(unit == 1, rest, 0)
        known = (unit == 1) & (rest != _NOT_STATED) | np.isin(unit, (2, 4, 5, 6))
        unknown = (unit == _NINE) | ((unit == 1) & (rest == _NOT_STATED))
    age = np.where(unknown, AGE_UNKNOWN, np.minimum(age, AGE_UNKNOWN - 1))
    return age.astype(np.int32), good & (known | unknown)


def _underlying(block: Block, layout: Layout) -> Numbers:
    text = _field(block, layout.underlying)
    if layout.revision == "ICD-10":
        return numbers_icd10(text)
    return numbers_icd9(text, np.zeros(len(text), np.bool_))  # an underlying cause is never nature


def _conditions(block: Block, layout: Layout) -> Numbers:
    first, count = layout.conditions
    wide = first - 1 + count * STEP
    text = block[:, first - 1 : wide]
    if text.shape[1] < count * STEP:  # the last flag was cut off
        text = np.pad(text, ((0, 0), (0, count * STEP - text.shape[1])), constant_values=_ZERO)
    text = text.reshape(len(block), count, STEP)
    if layout.revision == "ICD-10":
        return numbers_icd10(text[..., :4])
    return numbers_icd9(text[..., :4], text[..., 4] == _ONE_BYTE)


def _state(block: Block, positions: Positions | None, layout: Layout) -> Small:
    if positions is None:
        return np.zeros(len(block), np.int32)
    text = _field(block, positions).astype(np.int32)
    pairs = text[:, 0] * 256 + text[:, 1]
    found: Small = _state_table(layout.states)[pairs]
    return found


@cache
def _state_table(kind: str) -> Small:
    table = np.zeros(256 * 256, np.int32)
    for text, number in _state_texts(kind).items():
        table[ord(text[0]) * 256 + ord(text[1])] = number
    return table


def _state_texts(kind: str) -> Mapping[str, int]:
    numbered = enumerate(states(), 1)
    if kind == "nchs":
        return MappingProxyType({f"{number:02}": number for number, _ in numbered})
    return MappingProxyType({code.removeprefix("US-"): number for number, code in numbered})


def _number(block: Block, positions: Positions) -> tuple[Small, Marks]:
    """Read a number of digits, and whether it is one."""
    digits = _field(block, positions).astype(np.int32) - _ZERO
    good: Marks = np.logical_and.reduce((digits >= 0) & (digits <= _NINE), axis=1)
    value = np.zeros(len(block), np.int32)
    for place in range(digits.shape[1]):
        value = value * 10 + digits[:, place]
    return np.where(good, value, 0).astype(np.int32), good


def _field(block: Block, positions: Positions) -> Block:
    return block[:, positions[0] - 1 : positions[1]]
