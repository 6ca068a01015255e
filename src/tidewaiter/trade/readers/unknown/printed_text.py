"""Text as it is printed: tables of goods, labelled values, and paragraphs.

What is in a table or behind a known label ("Consignee:") becomes a field; the words of all else are
screened, paragraph by paragraph. A label is known if it could be the name of a column.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import msgspec

from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.readers.columns.mapping import NEEDED
from tidewaiter.trade.readers.unknown.labels import Pair, Split, Text, may_have_labels, read_labels
from tidewaiter.trade.readers.unknown.text_tables import (
    Cell,
    Table,
    between,
    cells_of,
    has_unknown,
    is_header,
    is_total,
    joined_header,
    named_goods,
)
from tidewaiter.trade.readers.unknown.trees import Line, Reading

_LONGEST = 1_000  # letters of a paragraph: more are several
_BLOCK = 200  # lines between blank ones that are looked at together
_IDLE = 2_000  # lines without tables and labels: the rest is read as paragraphs
_MOST = 100  # labelled values of a line


class Printed:
    """Reads the pages of one document."""

    def __init__(self) -> None:
        self._reading = Reading()
        self._rows = 0
        self._table: Table | None = None
        self._names: Text | None = None  # of its columns, as long as it has no row
        self._row: dict[str, str] | None = None  # the last row, which a line may continue
        self._idle = 0  # lines since the last table or label
        self._above: dict[str, str] = {}  # labelled values, which apply to the lines below
        self._own: dict[str, str] = {}  # labelled values of one line of goods
        self._new: dict[str, str] = {}  # labelled values that no line has yet
        self._begun = False  # a line has what is above

    def read(
        self, lines: Iterable[str], place: str = "line", *, prose: bool = True
    ) -> Iterator[Found]:
        """Yield the lines of goods and the paragraphs of a page.

        Args:
            lines: Its lines; a blank one ends a paragraph.
            place: Where they stand, as shown with a find, before the number of a line.
            prose: A paragraph has several lines; else each line is on its own, as in records.
        """
        for block in _blocks(lines):
            rest: list[Text] = []
            for item in chain(self._block(block), (None,)):
                if isinstance(item, Text):
                    rest.append(item)
                    continue
                for number, text in paragraphs(rest, _LONGEST if prose else 0):
                    yield self._numbered(
                        Found(row=0, fields={}, kept=((f"{place} {number}", text),))
                    )
                rest = []
                if item is not None:
                    yield self._numbered(item)

    def end(self) -> Iterator[Found]:
        """Yield what is left at the end of the document."""
        for found in (*self._end_row(), *self._end_record()):
            yield self._numbered(found)
        for number, text in self._end_table():
            yield self._numbered(Found(row=0, fields={}, kept=((f"line {number}", text),)))

    def _numbered(self, found: Found) -> Found:
        self._rows += 1
        return msgspec.structs.replace(found, row=self._rows)

    def _block(self, block: Sequence[Text]) -> Iterator[Found | Text]:
        """Read the lines between two blank ones."""
        if self._table is None and (self._idle > _IDLE or not may_have_labels(block)):
            yield from block
            return
        self._idle += len(block)
        beside: list[Split] = []  # lines outside tables
        lines = [_split(text) for text in block]
        skipped = -1
        for at, line in enumerate(lines):
            if at == skipped:
                continue
            if is_header(line.cells):
                yield from self._end_row()
                is_next = bool(beside) and beside[-1].text.number == line.text.number - 1
                above = beside[-1].cells if is_next else ()
                below = lines[at + 1].cells if at + 1 < len(lines) else ()
                header, has_upper, has_lower = joined_header(above, named_goods(line.cells), below)
                skipped = at + 1 if has_lower else -1
                yield from self._labelled(beside[:-1] if has_upper else beside)
                beside = []
                yield from self._begin_table(header, line)
            elif not line.cells:  # a rule
                yield from self._end_row()
            elif (found := self._in_table(line, is_first=at == 0)) is not None:
                yield from found
            else:
                yield from self._end_row()
                yield from self._end_table()
                beside.append(line)
        yield from self._labelled(beside)

    def _begin_table(self, header: Sequence[Cell], line: Split) -> Iterator[Text]:
        if self._table is not None and self._table.is_again(header):
            return
        yield from self._end_table()
        self._table = Table(header, line.mark)
        self._idle = 0
        self._names = Text(line.text.number, " ".join(cell.text for cell in header))
        unknown = " ".join(cell.text for cell in header if has_unknown(cell.text))
        if unknown:
            yield Text(line.text.number, unknown)  # it may be no name

    def _end_table(self) -> Iterator[Text]:
        """Close the table; the names of one without rows are text."""
        if self._names is not None:
            yield self._names
        self._table = self._names = None

    def _in_table(self, line: Split, *, is_first: bool) -> Iterator[Found] | None:
        """Read a line as one of the open table, and end the row before it; None: it is none."""
        table = self._table
        if table is None or table.mark != line.mark or is_total(line.cells[0].text):
            return None
        placed = table.placed(line.cells)
        more = table.more(line.cells, placed) if self._row is not None and not is_first else None
        if more is not None and self._row is not None:
            for key, text in more.items():
                self._row[key] = f"{self._row[key]} {text}".strip()
            return iter(())
        row = table.row(line.cells, placed)
        if row is None and not is_first:
            row = table.goods_alone(line.cells, placed)
        if row is None:
            return None
        done = tuple(self._end_row())
        self._row, self._names = row, None
        return iter(done)

    def _end_row(self) -> Iterator[Found]:
        row, self._row = self._row, None
        if row is None:
            return
        self._above.update(self._own)
        self._new.update(self._own)
        self._own = {}
        yield self._line({key: text for key, text in row.items() if text})

    def _line(self, own: dict[str, str], *, is_only: bool = False) -> Found:
        above = dict(self._above)
        first = bool(self._new)
        self._new = {}
        self._begun = True
        return self._reading.found(Line(own, above, is_first=first, is_only=is_only), 0)

    def _end_record(self) -> Iterator[Found]:
        """Yield the labelled values that no line has yet."""
        own, self._own = self._own, {}
        if own or (self._new and not self._begun):
            yield self._line(own, is_only=not self._begun)
        elif self._new:  # below the lines
            yield Found(row=0, fields={}, kept=tuple(self._new.items()))
            self._new = {}

    def _labelled(self, lines: Sequence[Split]) -> Iterator[Found | Text]:
        labelled = read_labels(lines)
        yield from labelled.rest
        self._idle = 0 if labelled.pairs else self._idle
        for pair in labelled.pairs:
            for name, value in pair.texts():
                yield from self._keep(name, value, pair)

    def _keep(self, name: str, value: str, pair: Pair) -> Iterator[Found]:
        """Keep a labelled value for the lines below, or as part of a line of goods."""
        if name in self._own and self._own[name] != value:
            yield from self._end_record()
        if name in self._above and self._above[name] != value:
            if not (pair.is_party or pair.field == "consignment"):
                yield Found(row=0, fields={}, kept=((name, value),))
                return
            yield from self._end_record()  # another document begins
            self._above.clear()
            self._begun = False
        if len(self._own) + len(self._above) >= _MOST:
            yield Found(row=0, fields={}, kept=((name, value),))
        elif self._own or pair.field in NEEDED:
            self._own[name] = value
        elif name not in self._above:
            self._above[name] = value
            self._new[name] = value


def _split(text: Text) -> Split:
    mark = between(text.text)
    return Split(text, cells_of(text.text, mark), mark)


def _blocks(lines: Iterable[str]) -> Iterator[list[Text]]:
    block: list[Text] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            block.append(Text(number, line.replace("\0", " ")))
        if block and (not line.strip() or len(block) >= _BLOCK):
            yield block
            block = []
    if block:
        yield block


def found_in(lines: Iterable[str], place: str = "line", *, prose: bool = True) -> Iterator[Found]:
    """Yield the lines of goods and the paragraphs of a text.

    Args:
        lines: Lines of the text; a blank one ends a paragraph.
        place: Where they stand, as shown with a find, before the number of a line.
        prose: A paragraph has several lines; else each line is on its own, as in records.
    """
    printed = Printed()
    yield from printed.read(lines, place, prose=prose)
    yield from printed.end()


def paragraphs(lines: Iterable[Text], most: int = _LONGEST) -> Iterator[Text]:
    """Join consecutive lines; a word that is divided at a line's end is one word.

    Args:
        lines: Lines of a text.
        most: Letters from which on a paragraph is ended.

    Yields:
        The number of the first line, and the text.
    """
    some: list[str] = []
    size = start = last = 0
    for number, line in lines:
        text = " ".join(line.split())
        if some and (number != last + 1 or size + len(text) > most):
            yield Text(start, _joined(some))
            some, size = [], 0
        last = number
        if text:
            start = start if some else number
            some.append(text)
            size += len(text)
    if some:
        yield Text(start, _joined(some))


def _joined(lines: list[str]) -> str:
    text = lines[0]
    for line in lines[1:]:
        divided = text.endswith("-") and text[-2:-1].isalpha() and line[:1].islower()
        text = f"{text[:-1]}{line}" if divided else f"{text} {line}"
    return text
