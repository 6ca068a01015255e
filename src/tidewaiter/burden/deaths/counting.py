"""Deaths counted in cells: how many of one month, sex, age, residence, place, intent and drugs."""

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.burden.codes import Revision
from tidewaiter.burden.deaths.decoding import ELSEWHERE, Decoded, decode
from tidewaiter.burden.deaths.layouts import Layout, find_year, layout_of
from tidewaiter.burden.deaths.lines import Shape, records, usual_width
from tidewaiter.burden.types import Note

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
"""What a cell may tell apart, and the bits that it takes."""

_NAMED = 20  # lines that a note names
_MERGE = 1 << 20  # cells that wait before equal ones are joined
_SEEN, _ASKED = 64 << 10, 100  # bytes and lines by which a file is told

Keys = npt.NDArray[np.int64]
Causes = npt.NDArray[np.uint8]


class Cells(Record, frozen=True, kw_only=True):
    """Counts of the deaths of a year; a field that was not asked for is 0 throughout."""

    year: int
    revision: Revision
    states: bool  # the file says where they died and lived
    fields: dict[str, npt.NDArray[np.int32]]  # by name, each (cells,)
    deaths: npt.NDArray[np.int64]  # (cells,)
    lines: int  # that hold something
    refused: int  # lines that are not counted, for what notes say
    elsewhere: int  # deaths outside the 50 states and the District of Columbia, not in the cells
    notes: tuple[Note, ...]


class Progress(Record, frozen=True, kw_only=True):
    """How far the counting is."""

    lines: int


def count_deaths(
    chunks: Iterable[bytes],
    name: str,
    keep: tuple[str, ...],
    *,
    year: int | None = None,
    causes: Causes | None = None,
) -> Iterator[Progress | Cells]:
    """Count the deaths of a file in cells.

    Args:
        chunks: The file, in pieces.
        name: For messages.
        keep: What to tell apart, of FIELDS.
        year: The data year that is expected; None: that of the first record.
        causes: The number of each underlying cause in a list of causes, for the field "cause".

    Yields:
        Progress, and the cells last.

    Raises:
        InputError: It is no file of death records of a year that is known, or of another year.
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
        raise InputError(
            "it is no file of death records (multiple cause of death, 1979 and later)",
            at=name,
            hint="give the file as NCHS publishes it, unpacked or as .zip or .gz",
        )
    if year is not None and year not in told:
        raise InputError(f"its records are of {told[0]}, not of {year}", at=name, hint="see --year")
    year = told[0] if year is None else year
    layout = layout_of(year)
    if layout.ragged:
        return year, layout, Shape(width=layout.longest, least=layout.least)
    return year, layout, Shape(width=width, least=width)


class _Tally:
    """Cells that grow with each piece of a file."""

    def __init__(
        self, keep: tuple[str, ...], layout: Layout, year: int, causes: Causes | None
    ) -> None:
        self.lines = self.refused = self.elsewhere = 0
        self._keep, self._layout, self._year, self._causes = keep, layout, year, causes
        self._waiting: list[tuple[Keys, Keys]] = []
        self._bad: dict[str, tuple[int, list[int]]] = {}

    def add_others(self, others: npt.NDArray[np.int64], shape: Shape) -> None:
        """Refuse lines that are no records."""
        self.lines += len(others)
        self._refuse(f"it has another length than {shape.width}", others)

    def add(self, decoded: Decoded, numbers: npt.NDArray[np.int64]) -> None:
        """Count records; those that cannot be read, or are of another year, are refused."""
        self.lines += len(numbers)
        other = decoded.good & (decoded.year != self._year)
        self._refuse("a field that is needed could not be read", numbers[~decoded.good])
        self._refuse(f"it is of another year than {self._year}", numbers[other])
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
            notes=tuple(_note(problem, *self._bad[problem]) for problem in sorted(self._bad)),
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

    def _refuse(self, problem: str, lines: npt.NDArray[np.int64]) -> None:
        if len(lines):
            self.refused += len(lines)
            count, named = self._bad.get(problem, (0, []))
            first = [int(line) for line in lines[: _NAMED - len(named)]]
            self._bad[problem] = count + len(lines), named + first


def _note(problem: str, count: int, lines: list[int]) -> Note:
    named = ", ".join(f"{line:,}" for line in lines)
    more = f" and {count - _NAMED:,} more" if count > _NAMED else ""
    return Note(
        place=f"line {named}{more}",
        value=f"{count:,} lines",
        problem=problem,
        hint="download the file again, or look at these lines",
        kept=False,
    )
