"""Records of mapped tables: rows by column title, from text, sheets, flat XML or JSON.

The header row may follow titles, notes and blank rows. A column that no mapping names is counted.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from tidewaiter.base.archives import ListFile
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.parties.readers.entries import EntryRefusal, refused
from tidewaiter.parties.readers.file_formats import (
    LOOKED_AT,
    Flat,
    Row,
    check_width,
    first_character,
    flat_elements,
    no_header,
    objects,
    tables,
)

Records = Iterator[tuple[str, Flat] | EntryRefusal]
"""Place of each record, "row 17" or "sheet A, row 17", and its values by column."""


class Source(Record, frozen=True, kw_only=True):
    """Where the records of a list are."""

    claims: tuple[str, ...]  # columns that the header must have
    element: str = ""  # for flat XML: the record element
    items: str = ""  # for JSON: path of the entries in the object, "response.FIRMS"
    delimiter: str = ","
    titles: Mapping[str, tuple[str, ...]] = {}  # column -> other titles of it
    latin_titles: bool = False  # of titles, only the Latin letters count


class Section(NamedTuple):
    """One table of a file."""

    sheet: str  # "": not of a workbook
    before: tuple[str, ...]  # cells before the header
    records: Records


def sections(file: ListFile, source: Source) -> Iterator[Section | EntryRefusal]:
    """Read the tables of a file; a sheet without the header is reported.

    Raises:
        InputError: Not such a file, truncated, or no table has the header.
    """
    if source.element:
        yield Section("", (), _numbered(flat_elements(file, source.element)))
    elif first_character(file) in {"{", "["}:
        yield Section("", (), _numbered(enumerate(objects(file, source.items), 1)))
    else:
        yield from _tables(file, source)


def _numbered(records: Iterator[tuple[int, Flat]]) -> Records:
    for number, record in records:
        yield f"row {number}", record


def _tables(file: ListFile, source: Source) -> Iterator[Section | EntryRefusal]:
    names = _Titles(source)
    found = False
    passed: list[str] = []
    for sheet, read in tables(file, source.delimiter):
        before: list[str] = []
        for number, row in read:
            header = names.header(row)
            if header:
                found = True
                yield from _assumed(file.name, sheet, row, header)
                following = next(read, None)
                if _is_shifted(header, following, sheet):
                    header = header[1:]
                    error = InputError("parties/header-shifted")
                    yield refused(file.name, "header row", "", error, kept=True)
                rest = read if following is None else chain([following], read)
                yield Section(sheet, tuple(before), _rows(file.name, sheet, rest, number, header))
                break
            before += [" ".join(cell.split()) for cell in row if cell.strip()]
            if number >= LOOKED_AT:
                break
        else:
            header = []
        if not header and before:
            passed.append(sheet)
    if not found:
        raise no_header(source.claims, file.name)
    for sheet in passed:
        error = InputError("parties/sheet-without-header", named=", ".join(source.claims))
        yield refused(file.name, f"sheet {sheet}", sheet, error, kept=True)


def _is_shifted(titles: Sequence[str], following: Row | None, sheet: str) -> bool:
    """Return whether the first title is blank, and has no cell in the row below."""
    return not (sheet or titles[0]) and following is not None and len(following[1]) < len(titles)


class _Titles:
    """The titles of a list: each, without spaces and width, names a column."""

    def __init__(self, source: Source) -> None:
        self._latin = source.latin_titles
        self._claims = source.claims
        self._columns = {self._plain(title): title for title in (*source.claims, *source.titles)}
        for title, others in source.titles.items():
            self._columns.update({self._plain(each): title for each in others})

    def _plain(self, title: str) -> str:
        """Return a title for comparison: in sheets they are broken and spaced at will."""
        letters = "".join(unicodedata.normalize("NFKC", title).split()).casefold()
        return "".join(filter(str.isascii, letters)).strip("()") if self._latin else letters

    def header(self, row: Sequence[str]) -> list[str]:
        """Return the columns of a header row; empty: it is none.

        Where one title that the list must have is blank, the only blank one is taken for it.
        """
        titles = [self._columns.get(self._plain(cell), " ".join(cell.split())) for cell in row]
        missing = [title for title in self._claims if title not in titles]
        blank = [place for place, title in enumerate(titles) if not title]
        # With few titles, any row with a blank cell would do.
        if len(missing) == len(blank) == 1 and len(self._claims) > 2:  # noqa: PLR2004
            titles[blank[0]] = missing[0]
            return titles
        return [] if missing else titles


def _assumed(
    name: str, sheet: str, row: Sequence[str], titles: Sequence[str]
) -> Iterator[EntryRefusal]:
    """Report a blank title that was taken for a column."""
    for cell, title in zip(row, titles, strict=True):
        if title and not cell.strip():
            error = InputError("parties/title-blank", title=title)
            place = f"sheet {sheet}, header row" if sheet else "header row"
            yield refused(name, place, "", error, kept=True)


def _rows(name: str, sheet: str, read: Iterator[Row], first: int, titles: list[str]) -> Records:
    for number, row in read:
        cells = [cell.strip() for cell in row]
        if sheet:  # blank cells at the end of a row are not stored
            cells += [""] * (len(titles) - len(cells))
        place = f"sheet {sheet}, row {number}" if sheet else f"row {number - first}"
        error = check_width(cells, titles)
        if error:
            yield refused(name, place, ", ".join(cells), error)
            continue
        record: Flat = {}
        for title, cell in zip(titles, cells, strict=False):
            record.setdefault(title, []).append(cell)
        yield place, record


class Unread:
    """Counts the values of columns that a mapping does not name."""

    def __init__(self, known: frozenset[str]) -> None:
        self._known = known
        self._found = Counter[str]()

    def see(self, record: Flat) -> None:
        """Count the values of one record."""
        for title, values in record.items():
            if title not in self._known and any(values):
                self._found[title] += 1

    def report(self, name: str) -> Iterator[EntryRefusal]:
        """Report each column with values that were not read."""
        for title, count in self._found.most_common():
            error = InputError("parties/column-not-read", count=count)
            yield refused(name, f"column {title}", title, error, kept=True)
