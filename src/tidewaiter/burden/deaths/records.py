"""Death records: file, fixed-length lines and layout of each year, decoded to whole numbers.

Most of a file is lines of one length, which are cut out of the bytes without looking at each. Where
a piece holds a line of another length, that piece is cut at its line ends, the line is refused with
its place, and the rest goes on.
"""

import gzip
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from functools import cache
from types import MappingProxyType
from typing import IO, Literal, cast

import numpy as np
import numpy.typing as npt

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.burden.deaths.coding import (
    NO_CODE,
    Numbers,
    Revision,
    drugs_in,
    numbers_icd9,
    numbers_icd10,
    tables,
    year_of,
)
from tidewaiter.burden.indicators import places

_NEWLINE, _RETURN, _BLANK = 10, 13, 32
_LOOKED_AT = 1000  # lines by which the length of a file is told
_LONGEST = 64 << 20  # bytes without a line end, which are no records
_NONE = np.zeros(0, np.int64)
_END = b"\x1a"  # an old mark of the end of a file

Block = npt.NDArray[np.uint8]


class Shape(Record, frozen=True, kw_only=True):
    """How long the records of a file are."""

    width: int  # bytes of a record without its line end
    least: int  # shortest line that is a record; blanks are missing at its end


class Records(Record, frozen=True, kw_only=True):
    """Some records of a file, and the lines among them that are none."""

    block: Block  # (records, width)
    numbers: npt.NDArray[np.int64]  # line of each record, from 1
    others: npt.NDArray[np.int64]  # lines of another length


def usual_width(start: bytes) -> int:
    """Return the most frequent length of the first lines; 0: there is none."""
    lines = start.split(b"\n", _LOOKED_AT)[:_LOOKED_AT]
    lengths = Counter(len(line.removesuffix(b"\r")) for line in lines if line.strip())
    return lengths.most_common(1)[0][0] if lengths else 0


def records(chunks: Iterable[bytes], shape: Shape) -> Iterator[Records]:
    """Cut a stream of bytes into records.

    Args:
        chunks: The file, in pieces of any size.
        shape: How long its records are.

    Yields:
        Records, and lines of another length, in the order of the file. Empty lines are nothing.

    Raises:
        InputError: A line has no end.
    """
    carry, line = b"", 1
    for chunk in chunks:
        content = carry + chunk
        cut = content.rfind(b"\n") + 1
        carry = content[cut:]
        if cut:
            found, lines = _cut(content[:cut], line, shape)
            line += lines
            yield found
        if len(carry) > _LONGEST:
            raise InputError("burden/no-line-ends", at=f"line {line:,}")
    carry = carry.rstrip(_END)
    if carry:
        yield _cut(carry + b"\n", line, shape)[0]


def _cut(content: bytes, line: int, shape: Shape) -> tuple[Records, int]:
    lines = content.count(b"\n")
    flat = np.frombuffer(content, np.uint8)
    for ending in (1, 2):
        stride = shape.width + ending
        if lines * stride == len(content):
            block = flat.reshape(lines, stride)
            ends = block[:, -1] == _NEWLINE
            if ends.all() and (block[:, -ending] == (_NEWLINE, _RETURN)[ending - 1]).all():
                numbers = np.arange(line, line + lines)
                found = Records(block=block[:, : shape.width], numbers=numbers, others=_NONE)
                return found, lines
    return _cut_at_ends(flat, line, shape), lines


def _cut_at_ends(flat: Block, line: int, shape: Shape) -> Records:
    ends = np.flatnonzero(flat == _NEWLINE)
    starts = np.concatenate(([0], ends[:-1] + 1))
    returned = (ends > starts) & (flat[ends - 1] == _RETURN)
    lengths = ends - starts - returned
    good = (lengths >= shape.least) & (lengths <= shape.width)
    places = starts[good, None] + np.arange(shape.width)
    inside = np.arange(shape.width) < lengths[good, None]
    block = np.where(inside, flat[np.minimum(places, len(flat) - 1)], np.uint8(_BLANK))
    numbers = line + np.arange(len(ends))
    return Records(block=block, numbers=numbers[good], others=numbers[~good & (lengths > 0)])


Positions = tuple[int, int]
"""The first and the last position of a field, from 1."""

STEP = 5  # positions of a condition: a code of four, and a flag
_STATUS_DIGITS = "1234"


class Layout(Record, frozen=True, kw_only=True):
    """Where the fields stand, for some data years."""

    first: int  # data year
    last: int
    revision: Revision
    year: Positions
    status: Positions  # 1 to 3 residents, 4 foreign residents
    month: Positions
    sex: Positions
    sexes: str  # how men and women are written: "12", "MF"
    age: Positions  # a unit and a number
    underlying: Positions
    conditions: tuple[int, int]  # first position of the record axis, and how many conditions
    occurrence: Positions | None = None  # state in which they died
    residence: Positions | None = None
    states: Literal["nchs", "postal", ""] = ""
    ragged: bool = False  # blanks at the end of lines were cut off

    @property
    def needed(self) -> int:
        """The length that a record has at least."""
        return self.conditions[0] + self.conditions[1] * STEP - 2  # the last flag may be cut off

    @property
    def longest(self) -> int:
        """The length of a record whose last conditions are not cut off."""
        return self.conditions[0] - 1 + self.conditions[1] * STEP

    @property
    def least(self) -> int:
        """The length of a ragged record that still says of what somebody died."""
        return self.underlying[1]


class _Layouts(Record, frozen=True, kw_only=True):
    layouts: tuple[Layout, ...]


@cache
def layouts() -> tuple[Layout, ...]:
    """Return the layouts, oldest first."""
    return read_toml(data("burden", "death_records.toml"), _Layouts).layouts


def layout_of(year: int) -> Layout:
    """Return the layout of a data year.

    Raises:
        InputError: Of that year no layout is known.
    """
    for layout in layouts():
        if layout.first <= year <= layout.last:
            return layout
    first, last = layouts()[0].first, layouts()[-1].last
    raise InputError("burden/no-layout-of-that-year", year=year, first=first, last=last)


def find_year(line: bytes) -> int | None:
    """Find the data year of a record by the layout that it fits; None: it fits none."""
    for layout in layouts():
        if len(line) < (layout.least if layout.ragged else layout.needed):
            continue
        year = year_of(_text(line, layout.year))
        if year is not None and layout.first <= year <= layout.last and _fits(line, layout):
            return year
    return None


def _fits(line: bytes, layout: Layout) -> bool:
    month = _text(line, layout.month)
    return (
        month.isdigit()
        and 1 <= int(month) <= 12  # noqa: PLR2004
        and _text(line, layout.status) in _STATUS_DIGITS
        and _text(line, layout.sex) in layout.sexes
        and _text(line, layout.age).strip().isdigit()
    )


def _text(line: bytes, positions: Positions) -> str:
    return line[positions[0] - 1 : positions[1]].decode("ascii", "replace")


AGE_UNKNOWN = 255
FOREIGN = 4  # resident status: lived abroad
ELSEWHERE = 0  # a state that is none of the 50 and the District of Columbia

Small = npt.NDArray[np.int32]
Marks = npt.NDArray[np.bool_]

_ZERO, _NINE, _ONE_BYTE = 48, 9, ord("1")
_HUNDREDS = 100
_MONTHS, _STATUS_COUNT = 12, 4
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
    good &= (status >= 1) & (status <= _STATUS_COUNT) & (underlying != NO_CODE)
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


PIECE = 8 << 20
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"


def pieces(file: IO[bytes], name: str, size: int = PIECE) -> Iterator[bytes]:
    """Yield a file in pieces; what is packed is unpacked on the way.

    Args:
        file: Open for reading, at its start; it must be able to seek.
        name: For messages.
        size: Of a piece, bytes.

    Raises:
        InputError: It is packed in a way that cannot be read, or damaged.
    """
    start = file.read(len(_ZIP))
    file.seek(0)
    with ExitStack() as stack:
        try:
            if start.startswith(_GZIP):
                opened = cast("IO[bytes]", stack.enter_context(gzip.open(file)))
            elif start == _ZIP:
                opened = stack.enter_context(_largest(stack, file, name))
            else:
                opened = file
            while piece := opened.read(size):
                yield piece
        except NotImplementedError as error:
            raise InputError("burden/packed-by-deflate64", at=name) from error
        except RuntimeError as error:  # of zipfile: a password is needed
            raise InputError("burden/archive-locked", at=name) from error
        except (EOFError, OSError, zlib.error, zipfile.BadZipFile) as error:
            raise InputError("burden/cannot-be-unpacked", error=error, at=name) from error


def _largest(stack: ExitStack, file: IO[bytes], name: str) -> IO[bytes]:
    archive = stack.enter_context(zipfile.ZipFile(file))
    members = [each for each in archive.infolist() if not each.is_dir()]
    if not members:
        raise InputError("burden/archive-empty", at=name)
    return archive.open(max(members, key=lambda each: each.file_size))
