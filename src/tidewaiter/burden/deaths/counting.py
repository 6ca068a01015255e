"""Death counts in cells, and tables by month, state, sex, age band or intent."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.burden.deaths.coding import INTENTS, Revision, tables
from tidewaiter.burden.deaths.records import (
    AGE_UNKNOWN,
    ELSEWHERE,
    FOREIGN,
    Decoded,
    Layout,
    Shape,
    decode,
    find_year,
    layout_of,
    records,
    states,
    usual_width,
)
from tidewaiter.burden.types import Basis, Note

FIELDS = {
    "month": 4,
    "status": 3,
    "sex": 1,
    "age": 8,
    "occurrence": 6,
    "residence": 6,
    "overdose": 1,
    "intent": 3,
    "drugs": 12,
    "cause": 7,
}
"""Optional fields of a cell, and their bits."""

_NAMED = 20  # lines named in a note
_MERGE = 1 << 20  # cells buffered before merging duplicates
_SEEN, _ASKED = 64 << 10, 100  # bytes and lines used to recognise a file

Keys = npt.NDArray[np.int64]
Causes = npt.NDArray[np.uint8]


class Cells(Record, frozen=True, kw_only=True):
    """Death counts of a year; fields not requested are 0."""

    year: int
    revision: Revision
    states: bool  # the file has places of death and residence
    fields: dict[str, npt.NDArray[np.int32]]  # by name, each (cells,)
    deaths: npt.NDArray[np.int64]  # (cells,)
    lines: int  # non-empty
    refused: int  # lines not counted, see notes
    elsewhere: int  # deaths outside the 50 states and the District of Columbia, not in the cells
    notes: tuple[Note, ...]


class Progress(Record, frozen=True, kw_only=True):
    """Progress of counting."""

    lines: int


def count_deaths(
    chunks: Iterable[bytes],
    name: str,
    keep: tuple[str, ...],
    *,
    year: int | None = None,
    causes: Causes | None = None,
) -> Iterator[Progress | Cells]:
    """Count the deaths of a file by cell.

    Args:
        chunks: The file, in pieces.
        name: For error messages.
        keep: Fields to distinguish, of FIELDS.
        year: Expected data year; None: that of the first record.
        causes: Number of each underlying cause in a cause list, for the field "cause".

    Yields:
        Progress, and the cells last.

    Raises:
        InputError: Not a death record file of a known year, or of another year.
    """
    parts = iter(chunks)
    start = next(parts, b"")
    while len(start) < _SEEN and (more := next(parts, b"")):
        start += more
    year, layout, shape = _told(start, name, year)
    tally = _Tally(keep, layout, year, causes)
    for found in records(_joined(start, parts), shape):
        tally.add_others(found.others, shape)
        if len(found.block):
            tally.add(decode(found.block, layout), found.numbers)
        yield Progress(lines=tally.lines)
    yield tally.cells()


def _joined(start: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield start
    yield from rest


def _told(start: bytes, name: str, year: int | None) -> tuple[int, Layout, Shape]:
    width = usual_width(start)
    found = (find_year(line.removesuffix(b"\r")) for line in start[:_SEEN].split(b"\n")[:_ASKED])
    told = [each for each, _ in Counter(found).most_common() if each is not None]
    if not told:
        raise InputError("burden/not-death-records", at=name)
    if year is not None and year not in told:
        raise InputError("burden/records-of-another-year", told=told[0], year=year, at=name)
    year = told[0] if year is None else year
    layout = layout_of(year)
    if layout.ragged:
        return year, layout, Shape(width=layout.longest, least=layout.least)
    return year, layout, Shape(width=width, least=width)


class _Tally:
    """Cells accumulated over the pieces of a file."""

    def __init__(
        self, keep: tuple[str, ...], layout: Layout, year: int, causes: Causes | None
    ) -> None:
        self.lines = self.refused = self.elsewhere = 0
        self._keep, self._layout, self._year, self._causes = keep, layout, year, causes
        self._waiting: list[tuple[Keys, Keys]] = []
        self._bad: dict[str, tuple[InputError, int, list[int]]] = {}

    def add_others(self, others: npt.NDArray[np.int64], shape: Shape) -> None:
        """Refuse lines of invalid length."""
        self.lines += len(others)
        self._refuse(InputError("burden/record-length-wrong", width=shape.width), others)

    def add(self, decoded: Decoded, numbers: npt.NDArray[np.int64]) -> None:
        """Count records; refuse unreadable ones and those of another year."""
        self.lines += len(numbers)
        other = decoded.good & (decoded.year != self._year)
        self._refuse(InputError("burden/record-unreadable"), numbers[~decoded.good])
        error = InputError("burden/record-of-another-year", year=self._year)
        self._refuse(error, numbers[other])
        counted = decoded.good & ~other
        if self._layout.states:
            abroad = counted & (decoded.occurrence == ELSEWHERE)
            self.elsewhere += int(abroad.sum())
            counted &= ~abroad
        keys, counts = np.unique(self._keys(decoded)[counted], return_counts=True)
        self._waiting.append((keys, counts))
        if sum(len(each) for each, _ in self._waiting) > _MERGE:
            self._waiting = [self._merged()]

    def cells(self) -> Cells:
        """Return the cells."""
        keys, deaths = self._merged()
        fields, place = {}, 0
        for name, bits in FIELDS.items():
            fields[name] = (keys >> place & (1 << bits) - 1).astype(np.int32)
            place += bits
        return Cells(
            year=self._year,
            revision=self._layout.revision,
            states=bool(self._layout.states),
            fields=fields,
            deaths=deaths,
            lines=self.lines,
            refused=self.refused,
            elsewhere=self.elsewhere,
            notes=tuple(_note(*self._bad[message]) for message in sorted(self._bad)),
        )

    def _keys(self, decoded: Decoded) -> Keys:
        keys = np.zeros(len(decoded.good), np.int64)
        place = 0
        for name, bits in FIELDS.items():
            if name in self._keep:
                keys |= self._column(decoded, name).astype(np.int64) << place
            place += bits
        return keys

    def _column(self, decoded: Decoded, name: str) -> npt.NDArray[np.generic]:
        if name == "cause":
            if self._causes is None:
                raise TypeError("the field cause needs a list of causes")
            return self._causes[decoded.underlying]
        column: npt.NDArray[np.generic] = getattr(decoded, name)
        return column

    def _merged(self) -> tuple[Keys, Keys]:
        if not self._waiting:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        keys = np.concatenate([each for each, _ in self._waiting])
        counts = np.concatenate([each for _, each in self._waiting])
        joined, where = np.unique(keys, return_inverse=True)
        sums = np.zeros(len(joined), np.int64)
        np.add.at(sums, where, counts)
        return joined, sums

    def _refuse(self, error: InputError, lines: npt.NDArray[np.int64]) -> None:
        if len(lines):
            self.refused += len(lines)
            _, count, named = self._bad.get(error.message, (error, 0, []))
            first = [int(line) for line in lines[: _NAMED - len(named)]]
            self._bad[error.message] = error, count + len(lines), named + first


def _note(error: InputError, count: int, lines: list[int]) -> Note:
    named = ", ".join(f"{line:,}" for line in lines)
    more = f" and {count - _NAMED:,} more" if count > _NAMED else ""
    return Note.of(error, place=f"line {named}{more}", value=f"{count:,} lines")


OLDEST = 120
"""Last age of an open range; "all ages" also includes unknown ages."""


class Bands(Record, frozen=True, kw_only=True):
    """Bands of completed years of age; the last is open."""

    key: str
    begins: tuple[int, ...]  # first year of each band
    standard: tuple[int, ...] = ()  # standard population in thousands; empty: for counts only

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the label of each band: "0", "1-4", "85+"."""
        ends = [after - 1 for after in self.begins[1:]]
        closed = [
            str(first) if first == last else f"{first}-{last}"
            for first, last in zip(self.begins[:-1], ends, strict=True)
        ]
        return (*closed, f"{self.begins[-1]}+")

    @property
    def weights(self) -> tuple[float, ...]:
        """Return the shares of the standard population; sum 1."""
        return tuple(each / sum(self.standard) for each in self.standard)


class _Ages(Record, frozen=True, kw_only=True):
    bands: tuple[Bands, ...]


@cache
def bands() -> MappingProxyType[str, Bands]:
    """Return the band sets by key."""
    read = read_toml(data("burden", "ages.toml"), _Ages)
    return MappingProxyType({each.key: each for each in read.bands})


def parse_ages(text: str) -> range:
    """Parse an age or age range such as "18-49", "0", "85+" (to 120) or "all".

    Raises:
        InputError: Invalid.
    """
    bare = text.strip().removesuffix(" years").removesuffix(" year").strip()
    if bare == "all":
        return range(OLDEST + 1)
    first, dash, last = bare.partition("-")
    if bare.endswith("+"):
        first, dash, last = bare[:-1], "-", str(OLDEST)
    if not dash:
        last = first
    if not (first.isdigit() and last.isdigit()) or int(first) > int(last):
        raise InputError("burden/not-a-written-range-of-ages", text=text)
    return range(int(first), int(last) + 1)


BASES: tuple[Basis, ...] = ("residence", "occurrence")
PARTS = ("month", "state", "sex", "age", "band", "cdc-band", "intent")
"""Breakdowns of a table."""

KEEP = ("month", "status", "sex", "age", "occurrence", "residence", "overdose", "intent", "drugs")
"""Cell fields needed for tables."""

UNKNOWN = "not stated"
SMALL = range(1, 10)
"""State counts that are always suppressed, to protect identities."""

Mask = npt.NDArray[np.bool_]
_BAND_OF = {"band": "ten-year", "cdc-band": "cdc"}


def breakdown(cells: Cells, by: Sequence[str]) -> pa.Table:
    """Build a table.

    Args:
        cells: Counts with the fields KEEP.
        by: Breakdowns, of PARTS.

    Returns:
        Columns: year, those of `by`, basis, indicator, deaths and missing. Indicators overlap. A
        state count of 1 to 9 is null, with missing "suppressed".

    Raises:
        InputError: Unknown breakdown, or the file has no states.
    """
    wrong = [each for each in by if each not in PARTS]
    if wrong:
        raise InputError("burden/not-a-part-of-deaths", wrong=wrong[0], parts=", ".join(PARTS))
    if "state" in by and not cells.states:
        raise InputError("burden/public-file-without-states", year=cells.year)
    found = []
    for basis in BASES:
        columns = {name: _texts(cells, name, basis) for name in by}
        for indicator in counted(cells):
            rows = mask_of(cells, indicator, basis)
            if rows.any():
                found.append(_grouped(cells, columns, rows, basis, indicator))
    table = pa.concat_tables(found) if found else _empty(by)
    return table.sort_by([(name, "ascending") for name in ("basis", *by, "indicator")])


def counted(cells: Cells) -> tuple[str, ...]:
    """Return the indicators available for a file's revision."""
    return "all-causes", "overdose", *tables(cells.revision).keys


def mask_of(cells: Cells, indicator: str, basis: Basis) -> Mask:
    """Return a mask of the cells of an indicator, on a basis."""
    mask: Mask = np.ones(len(cells.deaths), np.bool_)
    if basis == "residence":
        mask = cells.fields["status"] < FOREIGN
    if indicator == "all-causes":
        return mask
    mask = mask & (cells.fields["overdose"] == 1)
    if indicator != "overdose":
        place = tables(cells.revision).keys.index(indicator)
        mask = mask & (cells.fields["drugs"] >> place & 1 == 1)
    return mask


def total(cells: Cells, indicator: str, basis: Basis) -> int:
    """Return an indicator's deaths in the file, on a basis."""
    return int(cells.deaths[mask_of(cells, indicator, basis)].sum())


def _grouped(
    cells: Cells, columns: dict[str, pa.Array], rows: Mask, basis: Basis, indicator: str
) -> pa.Table:
    marked = pa.array(rows)
    table = pa.table(
        {name: column.filter(marked) for name, column in columns.items()}
        | {"deaths": pa.array(cells.deaths[rows])}
    )
    sums = table.group_by(list(columns)).aggregate([("deaths", "sum")])
    values = sums["deaths_sum"].to_pylist()
    hidden = ["state" in columns and value in SMALL for value in values]
    same = {"year": cells.year, "basis": basis, "indicator": indicator}
    made = {
        **{name: sums[name] for name in columns},
        **{name: [value] * len(values) for name, value in same.items()},
        "deaths": [None if hide else value for value, hide in zip(values, hidden, strict=True)],
        "missing": ["suppressed" if hide else "" for hide in hidden],
    }
    return pa.table(made, schema=_schema(tuple(columns)))


def _schema(by: Sequence[str]) -> pa.Schema:
    return pa.schema(
        [("year", pa.int16())]
        + [(name, pa.int16() if name == "age" else pa.string()) for name in by]
        + [("basis", pa.string()), ("indicator", pa.string()), ("deaths", pa.int64())]
        + [("missing", pa.string())]
    )


def _empty(by: Sequence[str]) -> pa.Table:
    return _schema(by).empty_table()


def _texts(cells: Cells, name: str, basis: Basis) -> pa.Array:
    """Return the value of a breakdown for each cell."""
    if name == "age":
        ages = cells.fields["age"]
        return pa.array(ages.astype(np.int16), mask=ages == AGE_UNKNOWN)
    if name in _BAND_OF:
        return _taken((*bands()[_BAND_OF[name]].labels, UNKNOWN), band_numbers(cells, name))
    if name == "state":
        return _taken((UNKNOWN, *states()), cells.fields[basis])
    names = {
        "month": ("", *(f"{cells.year}-{month:02}" for month in range(1, 13))),
        "sex": ("M", "F"),
        "intent": ("", *INTENTS),
    }
    return _taken(names[name], cells.fields[name])


def band_numbers(cells: Cells, name: str = "band") -> npt.NDArray[np.int32]:
    """Return each cell's band index, from 0; number of bands: unknown age."""
    used: Bands = bands()[_BAND_OF[name]]
    ages = cells.fields["age"]
    numbers = np.searchsorted(used.begins, ages, side="right") - 1
    return np.where(ages == AGE_UNKNOWN, len(used.begins), numbers).astype(np.int32)


def _taken(names: Sequence[str], numbers: npt.NDArray[np.int32]) -> pa.Array:
    return pa.array(names, pa.string()).take(pa.array(numbers))
