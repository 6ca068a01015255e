"""The tables of a file, each with its own mapping: sheets of a workbook, tables of a database."""

from collections.abc import Callable, Iterator, Sequence

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.readers.canonical_lines import to_lines
from tidewaiter.trade.readers.columns.header_meaning import find_columns
from tidewaiter.trade.readers.columns.mapping import (
    NEEDED,
    Question,
    ask,
    nothing_to_screen,
    survey_columns,
)
from tidewaiter.trade.readers.columns.mapping import Mapping as Columns
from tidewaiter.trade.readers.columns.vocabulary import squeeze
from tidewaiter.trade.readers.table import Block, Sheet
from tidewaiter.trade.types import NUMBERS, ReadOptions, Refusal, keys_of

_NOT_GIVEN = frozenset((*NUMBERS, *keys_of("count"), "seq"))
"""Fields of one line, which a value for the whole table cannot be: a total weight."""
_UNDESCRIBED = "trade/goods-text-missing"
_NO_GOODS = "a table without a column of goods"


class Table(Record, frozen=True, kw_only=True):
    """An open table with its mapping."""

    sheet: Sheet
    columns: Columns
    questions: tuple[Question, ...] = ()
    shown: Columns | None = None  # for documents: the fields in their first lines
    lines: Callable[[], Iterator[Found | Refusal]] | None = None  # for documents: read anew
    apart: bool = False  # of a file inside another: what is wrong with it does not stop others
    remarks: tuple[Refusal, ...] = ()  # on the whole file


def survey_sheet(sheet: Sheet, name: str, options: ReadOptions) -> Table:
    """Map the columns of a table, and then what stands above it.

    Args:
        sheet: The table.
        name: Name of the file, for errors.
        options: `columns` takes precedence over detection.

    Raises:
        InputError: A column in `options` is missing, or its field is unknown.
    """
    own = len(sheet.header) - sheet.given
    named = options.columns.values()
    if any(column in sheet.header[own:] for column in named):
        own = len(sheet.header)
    found, questions = survey_columns(sheet.header[:own], sheet.sample, name, options)
    columns = dict(found.columns)
    places = dict(found.places)
    taken = {*columns, *(question.field for question in questions), *_NOT_GIVEN}
    for place in range(own, len(sheet.header)):
        label = sheet.header[place]
        meanings = [each.field for each in find_columns(label) if not each.known_only]
        if meanings and meanings[0] not in taken:
            taken.add(meanings[0])
            columns[meanings[0]], places[meanings[0]] = (label,), (place,)
    used = {place for each in places.values() for place in each}
    rest = [place for place in range(own, len(sheet.header)) if place not in used]
    given = tuple(sheet.header[place] for place in rest)
    mapping = msgspec.structs.replace(
        found,
        columns=columns,
        places=places,
        unmapped=(*found.unmapped, *given),
        beside=(*found.beside, *given),
        title=sheet.title,
    )
    return Table(sheet=sheet, columns=mapping, questions=questions)


def main_of(tables: Sequence[Table]) -> int:
    """Return the index of the first table that describes goods; without any, 0."""
    fields = [
        {*(table.shown or table.columns).columns, *(each.field for each in table.questions)}
        for table in tables
    ]
    return next((at for at, known in enumerate(fields) if not known.isdisjoint(NEEDED)), 0)


def survey_sheets(sheets: Sequence[Sheet], name: str, options: ReadOptions) -> list[Table]:
    """Map the columns of each table of a file.

    Args:
        sheets: At least one.
        name: Name of the file, for errors.
        options: A column given by the user concerns each table that has it.

    Raises:
        InputError: No table has a column in `options`.
    """
    if len(sheets) == 1:
        return [survey_sheet(sheets[0], name, options)]
    held = {squeeze(column) for sheet in sheets for column in sheet.header}
    stray = {f: c for f, c in options.columns.items() if squeeze(c) not in held}
    tables = []
    for sheet in sheets:
        mine = {squeeze(column) for column in sheet.header}
        said = {f: c for f, c in options.columns.items() if squeeze(c) in mine or f in stray}
        asked = msgspec.structs.replace(options, columns=said)
        tables.append(survey_sheet(sheet, name, asked))
    return tables


def map_sheets(
    sheets: Sequence[Sheet], name: str, options: ReadOptions, *, lenient: bool = True
) -> list[Table]:
    """Map the columns of each table; what the main one says of goods must be clear.

    Another question does not stop the file: its columns become other text, and the question is
    reported.

    Args:
        sheets: At least one.
        name: Name of the file, for errors.
        options: A column given by the user concerns each table that has it.
        lenient: Without a column of goods, the words of all columns are other text; their layout
            is then unconfirmed.

    Raises:
        InputError: No table describes goods, or several columns of the main one match a field that
            does, like that of HS codes.
    """
    tables = survey_sheets(sheets, name, options)
    main = tables[main_of(tables)]
    for question in main.questions:
        if question.field in NEEDED:
            raise ask(question, name)
    if not any(field in main.columns.columns for field in NEEDED):
        if not lenient or not any(table.columns.beside for table in tables):
            titles = [sheet.title for sheet in sheets[1:]]
            raise nothing_to_screen(main.sheet.header, main.columns, name, titles)
        first = msgspec.structs.replace(tables[0].sheet, unconfirmed=_NO_GOODS)
        return [msgspec.structs.replace(tables[0], sheet=first), *tables[1:]]
    return tables


def remarks_of(table: Table, name: str) -> Iterator[Refusal]:
    """Report doubts and the open questions about a table."""
    if table.sheet.doubt:
        yield _doubt(table.sheet)
    if table.sheet.cause:
        yield table.sheet.cause
    for question in table.questions:
        yield Refusal.of(ask(question, name), row=0, column=table.sheet.title)


def read_tables(
    tables: Sequence[Table], name: str, options: ReadOptions, *, unread: bool = False
) -> Iterator[pa.RecordBatch | Refusal]:
    """Convert the tables of a file to batches of `LINES`, one after the other.

    Args:
        tables: Open tables with their mappings.
        name: Name of the file, for errors.
        options: User settings.
        unread: As for `to_lines`.
    """
    last = count = 0
    counts: dict[str, int] = {}
    layouts: set[str] = set()
    for table in tables:
        yield from table.remarks
        layout = table.sheet.unconfirmed
        if layout and layout not in layouts and options.format is None:
            layouts.add(layout)
            yield Refusal.of(InputError("trade/layout-not-confirmed", title=layout), row=0)
        yield from remarks_of(table, name)
        sheet = located(table.sheet, last)
        for part in _lines_of(table, sheet, options, unread=unread):
            if table.apart and isinstance(part, Refusal) and part.code == _UNDESCRIBED:
                for key, value in part.values.items():
                    counts[key] = counts.get(key, 0) + int(value)
            elif isinstance(part, Refusal):
                last = max(last, part.row)
                yield placed(part, table.sheet.title, 0)
            else:
                last = max(last, part.column("row")[-1].as_py() if len(part) else 0)
                count += len(part)
                yield part
    if not count:
        yield Refusal.of(InputError("trade/file-without-lines"), row=0)
    if counts:  # one remark on all documents in a file
        yield Refusal.of(InputError(_UNDESCRIBED, at="", **counts), row=0)


def _lines_of(
    table: Table, sheet: Sheet, options: ReadOptions, *, unread: bool
) -> Iterator[pa.RecordBatch | Refusal]:
    """Convert a table; damage to a file inside another ends only this file."""
    try:
        yield from to_lines(sheet, table.columns, options, unread=unread)
    except InputError as error:
        if not table.apart:
            raise
        yield Refusal.of(error, row=0, screened=False)


def _doubt(sheet: Sheet) -> Refusal:
    error = InputError("trade/encoding-not-certain", encoding=sheet.encoding, doubt=sheet.doubt)
    return Refusal.of(error, row=0)


def located(sheet: Sheet, start: int) -> Sheet:
    """Return a table of several, with its rows numbered on.

    Args:
        sheet: The table.
        start: Number of rows in the tables before it.
    """
    if not start and not sheet.title:
        return sheet

    def blocks(wanted: Sequence[int], carried: Sequence[int] = ()) -> Iterator[Block]:
        for block in sheet.blocks(wanted, carried):
            refusals = tuple(placed(each, "", start) for each in block.refusals)
            rows = block.rows + np.int64(start)
            yield msgspec.structs.replace(block, rows=rows, refusals=refusals)

    return msgspec.structs.replace(sheet, blocks=blocks)


def placed(refusal: Refusal, title: str, start: int) -> Refusal:
    """Return a problem with the name of its table, and its row numbered on."""
    column = f"{title}: {refusal.column}" if title and refusal.column else refusal.column or title
    row = refusal.row + start if refusal.row else 0
    return msgspec.structs.replace(refusal, row=row, column=column)


def columns_shown(tables: Sequence[Table]) -> Columns:
    """Return the mapping of the main table, with those of the others."""
    main = main_of(tables)
    every = [
        msgspec.structs.replace(table.shown, title=table.sheet.title)
        if table.shown
        else table.columns
        for table in tables
    ]
    others = tuple(each for at, each in enumerate(every) if at != main)
    return msgspec.structs.replace(every[main], further=others)
