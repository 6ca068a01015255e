"""Legal answers as flat rows in JSON Lines, CSV and spreadsheets."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any, BinaryIO, Generic, Protocol, TypeVar

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import english, english_json
from tidewaiter.base.records import Record
from tidewaiter.base.safe_text import neutralise
from tidewaiter.explain.phrases import say
from tidewaiter.explain.words import OUTCOMES, duty_in_words, roles_in_words, word
from tidewaiter.law.answers import Assessment, Check, Compound, Listing, Route, Ruling
from tidewaiter.law.types import Mark
from tidewaiter.report.alerts.exports import CsvTable

_KEPT = 500  # maximum length of cells cached for later rows
_RULINGS_KEPT = 10_000  # rulings whose encoded form is kept
_NONE = Compound(place="", id="")
T = TypeVar("T")

_OWN = frozenset({"place", "id", "name", "how"})  # columns whose values rarely repeat


class Row(Record, frozen=True, kw_only=True):
    """Data for one row."""

    compound: Compound
    answer: Assessment | None = None  # None: the compound is not assessable
    ruling: Ruling | None = None  # None: no legal instrument applies

    @property
    def listings(self) -> tuple[Listing, ...]:
        """Return the controls that the answer is based on: those in force, else those published."""
        return (self.ruling.held or self.ruling.proposed) if self.ruling else ()


def ruling_texts(compounds: Iterable[Compound]) -> Iterator[list[str]]:
    """Yield rows of texts for `RULINGS`; every compound has at least one row."""
    rows = _Rows(list, lambda _, text: text)
    for compound in compounds:
        yield from ([*head, *body, *tail] for head, body, tail in rows.of(compound))


def route_in_places(route: Route) -> str:
    """Return a route as "CN > PA > MX", with "?" for an unknown end; "": no route given."""
    ends = (route.origin or "?", *route.transit, route.destination or "?")
    return " > ".join(ends) if route.given else ""


def doubts_in_words(mark: Mark, dates: Mark) -> str:
    """Return which parts of a control were not read in an official text; "": none.

    Args:
        mark: Verification mark of the control.
        dates: Verification mark of its dates.
    """
    marks = {"listing": mark, "days": dates}
    return ", ".join(f"{what} {mark}" for what, mark in marks.items() if mark != "read")


def check_in_words(check: Check) -> str:
    """Return a limit, the value compared with it, and the result."""
    sum_ = say(check.reckoned)
    reckoned = f": {sum_}" if sum_ else ""
    return f"{say(check.limit)}{reckoned} ({check.clause}; {word(OUTCOMES, check.outcome)})"


def _cell(column: str, text: str) -> str:
    repeated = column not in _OWN and len(text) < _KEPT
    return _safe(text) if repeated else neutralise(text)


@lru_cache(4_000)
def _safe(text: str) -> str:
    return neutralise(text)


def several(parts: Iterable[object]) -> str:
    """Return parts in one text, without duplicates and empty ones."""
    return "; ".join(dict.fromkeys(str(part) for part in parts if part))


def _of_answer(read: Callable[[Assessment], object]) -> Callable[[Row], str]:
    return lambda row: str(read(row.answer) or "") if row.answer else ""


def _of_ruling(read: Callable[[Ruling], str]) -> Callable[[Row], str]:
    return lambda row: read(row.ruling) if row.ruling else ""


def _of_listings(read: Callable[[Listing], Iterable[object]]) -> Callable[[Row], str]:
    return lambda row: several(part for each in row.listings for part in read(each))


def _answer(row: Row) -> str:
    return row.ruling.answer if row.ruling else "not assessable"


def _marks(row: Row) -> str:
    return several(doubts_in_words(each.mark, each.dates) or "read" for each in row.listings)


def _why_not(row: Row) -> str:
    """Return why it is not assessable; "": it is."""
    if row.ruling is None:
        return row.compound.not_assessable or "no law was asked"
    return english(row.ruling.reason) if row.ruling.answer == "not assessable" else ""


RULINGS: Mapping[str, Callable[[Row], str]] = MappingProxyType(
    {
        "place": lambda row: row.compound.place,
        "id": lambda row: row.compound.id,
        "name": _of_answer(lambda a: a.name),
        "substance": _of_answer(lambda a: a.substance),
        "form": _of_answer(lambda a: a.form),
        "match": _of_answer(lambda a: a.match),
        "how": _of_answer(lambda a: a.how),
        "day": _of_answer(lambda a: a.day),
        "route": _of_answer(lambda a: route_in_places(a.route)),
        "regime": _of_ruling(lambda r: r.regime),
        "jurisdiction": _of_ruling(lambda r: r.jurisdiction),
        "role": _of_ruling(lambda r: roles_in_words(r.roles)),
        "answer": _answer,
        "as_of": _of_ruling(lambda r: str(r.as_of or "")),
        "age_days": _of_ruling(lambda r: str(r.age_days) if r.as_of else ""),
        "reason": _of_ruling(lambda r: english(r.reason)),
        "listing": _of_listings(lambda each: [each.schedule]),
        "clauses": _of_listings(lambda each: each.clauses),
        "since": _of_listings(lambda each: [each.since]),
        "until": _of_listings(lambda each: [each.until]),
        "marks": _marks,
        "source": _of_listings(lambda each: [each.source]),
        "amounts": _of_ruling(lambda r: several(map(check_in_words, r.checks))),
        "demands": _of_ruling(lambda r: several(map(duty_in_words, r.duties))),
        "remarks": _of_ruling(lambda r: several(f"{m.text} ({m.clause})" for m in r.remarks)),
        "doubts": _of_ruling(lambda r: several(r.doubts)),
        "versions": _of_ruling(lambda r: several(r.versions)),
        "not_assessable": _why_not,
        "hint": lambda row: row.compound.hint,
    }
)
"""The columns of the rows, in order, with their accessors."""


_COLUMNS = tuple(RULINGS.items())
_FIRST = list(RULINGS).index("regime")
# A row has columns of the compound and the answer, then of the ruling, then of the compound.
_HEAD, _BODY, _TAIL = _COLUMNS[:_FIRST], _COLUMNS[_FIRST:-1], _COLUMNS[-1:]


class Kept(Generic[T]):
    """Values made once for each ruling: answers that are equal are mostly the same object."""

    def __init__(self, make: Callable[[Ruling], T]) -> None:
        self._make = make
        self._made: dict[int, tuple[Ruling, T]] = {}  # by identity of the ruling, held by it

    def of(self, ruling: Ruling) -> T:
        """Return the value of a ruling."""
        known = self._made.get(id(ruling))
        if known is None:
            if len(self._made) >= _RULINGS_KEPT:
                self._made.clear()
            known = self._made[id(ruling)] = ruling, self._make(ruling)
        return known[1]


class _Rows(Generic[T]):
    """Makes rows in three parts; that of a ruling is made once for all answers that share it."""

    def __init__(
        self, make: Callable[[list[str]], T], cell: Callable[[str, str], str] | None = None
    ) -> None:
        """Set how to format.

        Args:
            make: From the cells of a ruling to the form in which they are kept.
            cell: From column and text to a cell; None: neutralised against formulas.
        """
        self._make = make
        self._cell = cell or _cell
        self._bodies = Kept(lambda ruling: self._body(Row(compound=_NONE, ruling=ruling)))

    def of(self, compound: Compound) -> Iterator[tuple[list[str], T, list[str]]]:
        """Yield the rows of a compound; there is at least one."""
        whole = Row(compound=compound)
        tail = self._cells(_TAIL, whole)
        if not compound.answers:
            yield self._cells(_HEAD, whole), self._body(whole), tail
        for answer in compound.answers:
            row = Row(compound=compound, answer=answer)
            head = self._cells(_HEAD, row)
            if not answer.rulings:
                yield head, self._body(row), tail
            for ruling in answer.rulings:
                yield head, self._bodies.of(ruling), tail

    def _body(self, row: Row) -> T:
        return self._make(self._cells(_BODY, row))

    def _cells(self, columns: Iterable[tuple[str, Callable[[Row], str]]], row: Row) -> list[str]:
        return [self._cell(name, read(row)) for name, read in columns]


MOST_ROWS = 1_048_576
"""Maximum number of rows in a sheet, including the header; a limit of spreadsheets."""

_WIDTH = 18  # column width in digits


class XlsxTable:
    """Writes rows of cells to a sheet, and starts another one when it is full."""

    def __init__(self, book: Any, title: str, columns: Sequence[str], most: int) -> None:
        self._book = book
        self._title = title
        self._columns = columns
        self._most = most
        self._bold = book.add_format({"bold": True})
        self._sheets = 0
        self._open()

    def rows(self, rows: Iterable[Sequence[str]]) -> None:
        """Write rows with cells that are already neutralised; all are text, not formulas."""
        for row in rows:
            if self._at == self._most:
                self._open()
            for column, text in enumerate(row):
                if text:
                    self._sheet.write_string(self._at, column, text)
            self._at += 1

    def _open(self) -> None:
        """Start a sheet with the header."""
        self._sheets += 1
        name = self._title if self._sheets == 1 else f"{self._title} {self._sheets}"
        self._sheet = self._book.add_worksheet(name)
        self._sheet.set_column(0, len(self._columns) - 1, _WIDTH)
        self._sheet.freeze_panes(1, 0)
        for column, text in enumerate(self._columns):
            self._sheet.write_string(0, column, text, self._bold)
        self._at = 1


@contextmanager
def write_xlsx(
    path: Path, title: str, columns: Sequence[str], *, most: int = MOST_ROWS
) -> Iterator[XlsxTable]:
    """Open a spreadsheet; rows are buffered on disk, not in memory, until it is closed.

    Args:
        path: The file.
        title: Name of the sheet; the second one is called "title 2".
        columns: Header of each sheet.
        most: Maximum number of rows in a sheet, including the header.

    Raises:
        OSError: The disk is full, or the file cannot be written for another reason.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415  # for spreadsheets only

    with TemporaryDirectory(prefix="tidewaiter-") as folder, path.open("wb") as file:
        book = Workbook(file, {"constant_memory": True, "tmpdir": folder, "use_zip64": True})
        try:
            yield XlsxTable(book, title, columns, most)
        finally:
            _close(book)


def _close(book: Any) -> None:
    """Write the file; operating-system errors are unwrapped from XlsxWriter's own."""
    from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415

    try:
        book.close()
    except FileCreateError as error:
        told = error.args[0]
        raise (told if isinstance(told, OSError) else OSError(str(error))) from error


FORMATS = (".jsonl", ".csv", ".xlsx")
"""Suffixes of the answer files."""

_TITLE = "Answers"


class AnswerWriter(Protocol):
    """Writes compounds with their answers to one file."""

    def add(self, compound: Compound) -> None:
        """Write one compound."""
        ...


class JsonAnswers:
    """Writes compounds as JSON in UTF-8, one per line, with every field."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._rulings = Kept(_encoded)

    def add(self, compound: Compound) -> None:
        """Write a compound as one line."""
        # The file name within the place may contain any bytes.
        place = compound.place.encode("utf-8", "backslashreplace").decode("utf-8")
        answers = [_parts(answer, self._rulings) for answer in compound.answers]
        said = msgspec.structs.asdict(compound) | {"place": place, "answers": answers}
        self._file.write(english_json(said) + b"\n")


def _encoded(ruling: Ruling) -> msgspec.Raw:
    return msgspec.Raw(english_json(ruling))


def _parts(answer: Assessment, rulings: Kept[msgspec.Raw]) -> dict[str, Any]:
    """Return the fields of an answer, with rulings that are encoded already."""
    encoded = [rulings.of(each) for each in answer.rulings]
    return msgspec.structs.asdict(answer) | {"rulings": encoded}


class ProductLines:
    """Writes the answers on a catalogue as JSON in UTF-8, one per line, with row and product."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._rulings = Kept(_encoded)

    def add(self, row: int, product: str, answer: Assessment) -> None:
        """Write an answer as one line."""
        said = {"row": row, "product": product} | _parts(answer, self._rulings)
        self._file.write(english_json(said) + b"\n")


class CsvAnswers:
    """Writes one row for each compound and legal instrument, neutralised against formulas."""

    def __init__(self, file: BinaryIO, *, header: bool = True) -> None:
        self._file = file
        self._rows = _Rows(_csv_text)
        if header:
            CsvTable(file, RULINGS)

    def add(self, compound: Compound) -> None:
        """Write the rows of a compound."""
        for head, body, tail in self._rows.of(compound):
            # A cell that is empty and alone would be quoted: it has one before it.
            text = f"{_csv_text(head)},{body}{_csv_text(['', *tail])}\r\n"
            self._file.write(text.encode("utf-8"))


def _csv_text(cells: list[str]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


class XlsxAnswers:
    """Writes one row for each compound and legal instrument, neutralised against formulas."""

    def __init__(self, table: XlsxTable) -> None:
        self._table = table
        self._rows: _Rows[list[str]] = _Rows(list)

    def add(self, compound: Compound) -> None:
        """Write the rows of a compound."""
        self._table.rows([*head, *body, *tail] for head, body, tail in self._rows.of(compound))


def check_format(path: Path) -> None:
    """Check that the suffix of a file is that of an answer format.

    Raises:
        InputError: The suffix is unknown.
    """
    if path.suffix.lower() not in FORMATS:
        raise InputError(
            "report/not-a-format-of-answers",
            suffix=path.suffix,
            formats=", ".join(FORMATS),
            at=str(path),
        )


def answer_writer(path: Path) -> AbstractContextManager[AnswerWriter]:
    """Open an answer file in the format given by its suffix.

    Args:
        path: Ends in .jsonl, .csv or .xlsx, in any case.

    Raises:
        InputError: The suffix is unknown.
    """
    check_format(path)
    match path.suffix.lower():
        case ".csv":
            return _write_csv(path)
        case ".xlsx":
            return _write_xlsx(path)
        case _:
            return _write_jsonl(path)


@contextmanager
def _write_jsonl(path: Path) -> Iterator[AnswerWriter]:
    with path.open("wb") as file:
        yield JsonAnswers(file)


@contextmanager
def _write_csv(path: Path) -> Iterator[AnswerWriter]:
    with path.open("wb") as file:
        yield CsvAnswers(file)


@contextmanager
def _write_xlsx(path: Path) -> Iterator[AnswerWriter]:
    with write_xlsx(path, _TITLE, tuple(RULINGS)) as table:
        yield XlsxAnswers(table)
