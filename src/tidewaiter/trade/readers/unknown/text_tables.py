"""Tables in plain text, as on printed pages: columns are set apart by wide gaps, tabs or bars.

A table begins with a line of column names, one of which describes goods or is a code of goods. Its
rows follow, and end with a total, a label, or a line that does not fit under the names.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from tidewaiter.trade.readers.columns.header_meaning import find_columns, parts_of
from tidewaiter.trade.readers.columns.mapping import NEEDED
from tidewaiter.trade.readers.columns.vocabulary import UNKNOWN, words_of
from tidewaiter.trade.readers.columns.words import say
from tidewaiter.trade.readers.table import unique_names
from tidewaiter.trade.types import NUMBERS, TEXTS, keys_of


class Cell(NamedTuple):
    """A text in a line."""

    start: int  # column of its first letter
    end: int
    text: str


_CELL = re.compile(r"\S++(?:\s\S++)*+")
_BARS = "|│┃║¦"
_BAR = re.compile(rf"[{_BARS}]")
_TAB = re.compile(r"\t")
_WORD = re.compile(r"\w")
_DIGIT = re.compile(r"\d")
_APART = 1_000  # from one cell to the next, where these are set apart by tabs or bars
_LEAST = 2  # cells of a line of names, and known names
_LONGEST = 48  # letters of a name
_MOST = 40  # columns
_SHORT = 4  # words of a total
_FEW = 3  # cells of a row without any number
_AMOUNT = re.compile(r"[^\w]*\d[\d.,' ]*\s*\w{0,6}[^\w]*")
_AMOUNTS = frozenset((*NUMBERS, *keys_of("count")))


def between(line: str) -> str:
    """Return what sets the cells of a line apart: a bar, a tab, or nothing, which is a gap."""
    if sum(map(line.count, _BARS)) >= _LEAST:
        return "|"
    return "\t" if "\t" in line and "\t" in line.strip() else ""


def cells_of(line: str, mark: str) -> list[Cell]:
    """Split a line into cells; empty: it has no letter and no digit.

    Args:
        line: The line.
        mark: From `between`; with one, cells have the places of columns of the same width.
    """
    if not _WORD.search(line):
        return []
    if mark:
        bare = line.strip().strip(_BARS) if mark == "|" else line
        texts = [text.strip() for text in (_BAR if mark == "|" else _TAB).split(bare)]
        places = range(0, _APART * len(texts), _APART)
        each = zip(places, texts, strict=True)
        return [Cell(place, place + 1, text) for place, text in each if text]
    return [Cell(found.start(), found.end(), found[0]) for found in _CELL.finditer(line)]


@lru_cache(maxsize=1 << 14)
def known_name(name: str) -> tuple[str, str]:
    """Return the name of a column and its field; of several ("SELLER / EXPORTER"), the first.

    The field of an unknown name is empty.
    """
    bare = name.strip(" :：*.")
    if not bare or len(bare) > _LONGEST:
        return bare, ""
    for parts in ((bare,), *parts_of(bare)):
        fields = [found[0].field if (found := find_columns(part)) else "" for part in parts]
        if all(fields):
            return parts[0].strip(), fields[0]
    return bare, ""


def meaning_of(name: str) -> str:
    """Return the field that the name of a column means; empty: unknown."""
    return known_name(name)[1]


@lru_cache(maxsize=1 << 12)
def has_unknown(name: str) -> bool:
    """Return whether the name of a column has words of its own, which may be those of goods."""
    return not meaning_of(name) or any(word.says == UNKNOWN for word in say(words_of(name)))


def is_total(text: str) -> bool:
    """Return whether a short text begins with a word for a total."""
    if not text[:1].isalpha() or len(text) > _LONGEST:
        return False
    first, *others = text.split()
    return len(others) < _SHORT and _says_total(first.strip(":：.,"))


@lru_cache(maxsize=1 << 12)
def _says_total(word: str) -> bool:
    return any(each.says == "total" for each in say(words_of(word)))


def is_header(cells: Sequence[Cell]) -> bool:
    """Return whether the cells of a line are names of columns."""
    if not _LEAST <= len(cells) <= _MOST or any(len(cell.text) > _LONGEST for cell in cells):
        return False
    if sum(any(map(str.isdecimal, cell.text)) for cell in cells) > len(cells) // 3:
        return False
    if any(cell.text.endswith((":", "：")) for cell in cells[:-1]):
        return False  # labels, with values between them
    known = {field for cell in cells if (field := meaning_of(cell.text))}
    if not known.isdisjoint(NEEDED):
        return len(known) >= _LEAST
    return not known.isdisjoint(_AMOUNTS) and any(_is_item(cell.text) for cell in cells)


def named_goods(cells: Sequence[Cell]) -> list[Cell]:
    """Return names of columns; where none is that of goods, "Item" is."""
    if any(meaning_of(cell.text) in NEEDED for cell in cells):
        return list(cells)
    return [
        cell._replace(text=f"{cell.text} description") if _is_item(cell.text) else cell
        for cell in cells
    ]


@lru_cache(maxsize=1 << 12)
def _is_item(name: str) -> bool:
    words = words_of(name) if len(name) <= _LONGEST else ()
    return bool(words) and all(word.says == "item" for word in say(words))


class Table:
    """An open table: the names of its columns, and where they stand."""

    def __init__(self, header: Sequence[Cell], mark: str) -> None:
        self.mark = mark  # what sets its cells apart
        self._cells = tuple(header)
        self.names = unique_names([cell.text for cell in header])
        fields = [meaning_of(cell.text) for cell in header]
        self._goods = {at for at, field in enumerate(fields) if field in TEXTS}
        self._amounts = {at for at, field in enumerate(fields) if field in _AMOUNTS}
        self._extents = [[cell.start, cell.end] for cell in header]
        self._last: Mapping[int, str] = {}
        self._columns: dict[tuple[int, int, int], int] = {}  # of cells, by their places
        self._known: set[tuple[int, int]] = set()  # places that widen no column

    def is_again(self, cells: Sequence[Cell]) -> bool:
        """Return whether a line repeats the names, as on the next page."""
        return [cell.text for cell in cells] == [cell.text for cell in self._cells]

    def placed(self, cells: Sequence[Cell]) -> dict[int, str]:
        """Return the texts of a line by the number of their column."""
        placed: dict[int, str] = {}
        last = 0
        for cell in (part for each in cells for part in self._parts(each)):
            key = (cell.start, cell.end, last)
            at = self._columns.get(key)
            if at is None:
                at = self._columns[key] = self._column(cell, last)
            placed[at] = f"{placed[at]} {cell.text}" if at in placed else cell.text
            last = at
        return placed

    def row(self, cells: Sequence[Cell], placed: Mapping[int, str]) -> dict[str, str] | None:
        """Return the values of a line by column; None: it is no row of the table."""
        has_number = any(map(_DIGIT.search, placed.values()))
        if len(placed) < _LEAST or not (has_number or len(placed) >= _FEW):
            return None
        self._widen(cells)
        return self._begun(placed)

    def goods_alone(
        self, cells: Sequence[Cell], placed: Mapping[int, str]
    ) -> dict[str, str] | None:
        """Return a row of which this line names only the goods; None: it is none."""
        if len(cells) != 1 or not self._goods.issuperset(placed) or self._is_wide(cells[0]):
            return None
        return self._begun(placed)

    def more(self, cells: Sequence[Cell], placed: Mapping[int, str]) -> dict[str, str] | None:
        """Return what a line adds to the row before it; None: it is no part of that."""
        if not self._last:
            return None
        has_number = any(map(_DIGIT.search, placed.values()))
        if has_number and self._goods.issuperset(self._last) and self._goods.isdisjoint(placed):
            self._last = {**self._last, **placed}  # the goods stand in a line of their own
        elif (
            any(at in self._amounts or self._is_amount(at) for at in placed)
            or len(placed) >= max(len(self._last), _LEAST)
            or (len(cells) == 1 and self._is_wide(cells[0]))
        ):
            return None
        return {self.names[at]: text for at, text in placed.items()}

    def _begun(self, placed: Mapping[int, str]) -> dict[str, str]:
        self._last = placed
        return {name: placed.get(at, "") for at, name in enumerate(self.names)}

    def _is_amount(self, at: int) -> bool:
        last = self._last.get(at, "")
        return at not in self._goods and bool(_AMOUNT.fullmatch(last))

    def _is_wide(self, cell: Cell) -> bool:
        """Return whether a cell stands under several names."""
        under = sum(min(cell.end, each.end) > max(cell.start, each.start) for each in self._cells)
        return under > _LEAST

    def _parts(self, cell: Cell) -> Iterator[Cell]:
        """Split a cell that fills its column, so that one space stands before the next column."""
        for column, each in enumerate(self._cells):
            start = each.start
            if not cell.start < start < cell.end:
                continue
            at = start - cell.start
            if at >= len(cell.text) or cell.text[at - 1] != " " or cell.text[at] == " ":
                continue
            has_digit = _DIGIT.search(cell.text[at:].split()[0])
            if has_digit or column - 1 not in self._goods:  # else it may be a name of two words
                left = cell.text[:at].rstrip()
                yield Cell(cell.start, cell.start + len(left), left)
                cell = Cell(start, cell.end, cell.text[at:])
        yield cell

    def _column(self, cell: Cell, least: int) -> int:
        """Return the nearest column that is not left of the one before."""

        def far(at: int) -> tuple[int, int]:
            start, end = self._extents[at]
            gap = max(start - cell.end, cell.start - end, 0)
            inside = min(end, cell.end) - max(start, cell.start)
            return gap, -inside

        return min(range(least, len(self._extents)), key=far)

    def _widen(self, cells: Sequence[Cell]) -> None:
        """Extend columns by the values that stand under one name alone."""
        for cell in cells:
            if (cell.start, cell.end) in self._known:
                continue
            self._known.add((cell.start, cell.end))
            under = [
                extent
                for extent in self._extents
                if min(extent[1], cell.end) > max(extent[0], cell.start)
            ]
            if len(under) == 1 and (cell.start < under[0][0] or cell.end > under[0][1]):
                under[0][:] = min(under[0][0], cell.start), max(under[0][1], cell.end)
                self._columns.clear()
                self._known.clear()


def joined_header(
    above: Sequence[Cell], header: Sequence[Cell], below: Sequence[Cell]
) -> tuple[list[Cell], bool, bool]:
    """Join the names of columns that stand in two or three lines.

    Args:
        above: Cells of the line above; empty: there is none.
        header: Line that was recognised.
        below: Cells of the line below.

    Returns:
        The names, and whether the lines above and below are part of them.
    """
    cells = list(header)
    upper = _merged(above, cells, is_above=True) if above else None
    cells = upper or cells
    lower = _merged(below, cells, is_above=False) if below else None
    return lower or cells, upper is not None, lower is not None


def _merged(other: Sequence[Cell], header: Sequence[Cell], *, is_above: bool) -> list[Cell] | None:
    """Return the names with the parts in another line; None: it is no part of them."""
    if len(other) > len(header) or any(
        len(cell.text) > _LONGEST // 2 or any(map(str.isdecimal, cell.text)) or ":" in cell.text
        for cell in other
    ):
        return None
    names = list(header)
    gained = 0
    for cell in other:
        under = [
            at
            for at, each in enumerate(header)
            if min(each.end, cell.end) > max(each.start, cell.start)
        ]
        if len(under) != 1:
            return None
        (at,) = under
        old = names[at]
        text = f"{cell.text} {old.text}" if is_above else f"{old.text} {cell.text}"
        before, after = meaning_of(old.text), meaning_of(text)
        if before and not after:
            return None
        gained += bool(after) and not before
        start, end = min(old.start, cell.start), max(old.end, cell.end)
        names[at] = Cell(start, end, text)
    is_short = len(other) < len(header) and all(
        len(words_of(cell.text)) <= _LEAST for cell in other
    )
    return names if gained or (is_short and not is_above) else None
