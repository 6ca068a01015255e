"""Opening of files that hold others: a table for each text, sheet and document inside."""

from collections.abc import Iterator, Sequence
from functools import partial
from io import BytesIO
from typing import BinaryIO, cast

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.trade.messages.types import Format, Found
from tidewaiter.trade.readers.columns.mapping import NEEDED, nothing_to_screen
from tidewaiter.trade.readers.columns.vocabulary import squeeze
from tidewaiter.trade.readers.compression import is_packed
from tidewaiter.trade.readers.formats import (
    ALSO,
    FLAT,
    MESSAGES,
    OURS,
    WHOLE,
    WITH_TEXT,
    cause_of,
    choose_form,
    text_form,
)
from tidewaiter.trade.readers.heads import Head, with_head
from tidewaiter.trade.readers.json_lines import open_jsonl
from tidewaiter.trade.readers.message_tables import items_of, open_message
from tidewaiter.trade.readers.parts import CONTAINERS
from tidewaiter.trade.readers.parts.types import DEEPEST, Container, Part, Room, valid
from tidewaiter.trade.readers.source import open_source
from tidewaiter.trade.readers.table import Sheet
from tidewaiter.trade.readers.tables import Table, main_of, survey_sheets
from tidewaiter.trade.types import ReadOptions, Refusal, shorten

FILE = "attached file"
"""Column for the name of a file inside another."""

_KNOWN = (*OURS, *MESSAGES)
_NOT_FOR_US = frozenset(("trade/suffix-not-known", "trade/format-not-told", "trade/not-text"))
_EMPTY = "trade/file-empty"


def open_parts(form: str, file: BinaryIO, name: str, options: ReadOptions) -> list[Table]:
    """Open a file that holds others.

    What cannot be read inside it is a remark on the first table.

    Args:
        form: Its format, of `CONTAINERS`.
        file: Seekable, not compressed.
        name: Its name, for errors.
        options: User settings; a column concerns each table that has it.

    Raises:
        InputError: It is unreadable as a whole, or nothing in it can be read.
    """
    opening = _Opening(options)
    opening.split(CONTAINERS[form], file, name, "", 1)
    return opening.tables(form, name)


class _Opening:
    """The tables found so far; those of columns are mapped together at the end."""

    def __init__(self, options: ReadOptions) -> None:
        self._options = options
        self._inner = msgspec.structs.replace(options, columns={}, sheet=None, format=None)
        self._found: list[Sheet | Table] = []
        self._refusals: list[Refusal] = []
        self._room = Room()

    def split(self, container: Container, file: BinaryIO, at: str, prefix: str, depth: int) -> None:
        """Open the text of a file, and each file inside it."""
        own: list[Found | Refusal] = []
        place = len(self._found)
        for item in container.split(file, at, self._room):
            if isinstance(item, Part):
                name = valid(item.name)
                self._part(item, f"{at}/{name}", prefix + name, depth)
            elif isinstance(item, Found):
                own.append(msgspec.structs.replace(item, row=len(own) + 1))
            else:
                self._refused(item, prefix)
        if own:
            form = Format(
                name=container.name,
                title=container.title,
                fits=container.fits,
                read=lambda _file, _name: iter(own),
                source=container.source,
                confirmed=False,
            )
            table = self._message(form, BytesIO(), at, prefix.removesuffix("/"))
            self._found.insert(place, table)

    def _part(self, part: Part, at: str, title: str, depth: int) -> None:
        if part.form and depth > 1:  # the text of a file in a file has its name
            title = title.rpartition("/")[0]
        try:
            form = part.form or choose_form(part.file, part.name, _KNOWN, self._inner)
            self._open(ALSO.get(form, form), part, at, title, depth)
        except InputError as error:
            if error.code == _EMPTY:
                return
            if error.code in _NOT_FOR_US:
                error = InputError("trade/attachment-not-read", title=shorten(title))
            self._refused(Refusal.of(error, row=0, screened=False), f"{title}/")

    def _refused(self, refusal: Refusal, prefix: str) -> None:
        column = f"{prefix}{refusal.column}".removesuffix("/")
        self._refusals.append(msgspec.structs.replace(refusal, column=column))

    def _open(self, form: str, part: Part, at: str, title: str, depth: int) -> None:
        file = part.file
        if is_packed(file) and form in WHOLE:
            file = self._room.hold(cast("BinaryIO", open_source(file)), at)
        if form in CONTAINERS:
            if depth >= DEEPEST:
                raise InputError("trade/parts-too-deep", most=DEEPEST, at=at)
            self.split(CONTAINERS[form], file, at, f"{title}/", depth + 1)
        else:
            named = part.form is None or depth > 1  # else it is the text of the file itself
            try:
                if form in MESSAGES:
                    self._found.append(self._message(MESSAGES[form], file, at, title))
                else:
                    tables = self._tables(form, file, at)
                    self._found.extend(_titled(each, title, named=named) for each in tables)
            except InputError as error:
                file.seek(0)
                other = text_form(form, error, file, self._inner)
                if other is None:
                    raise
                if cause := cause_of(error):
                    self._refused(cause, f"{title}/")
                again = msgspec.structs.replace(part, file=file)
                self._open(other, again, at, title, depth)

    def _tables(self, form: str, file: BinaryIO, at: str) -> Sequence[Sheet | Table]:
        if form == "jsonl":
            sheet, columns, shown = open_jsonl(file, at, self._inner)
            return (Table(sheet=sheet, columns=columns, shown=shown),)
        sheets = FLAT[form](file, at, self._inner)
        if form in WITH_TEXT and not self._is_asked(sheets):
            tables = survey_sheets(sheets, at, self._inner)
            main = tables[main_of(tables)]
            fields = {*main.columns.columns, *(each.field for each in main.questions)}
            if fields.isdisjoint(NEEDED):
                raise nothing_to_screen(main.sheet.header, main.columns, at)
        return sheets

    def _is_asked(self, sheets: Sequence[Sheet]) -> bool:
        asked = {squeeze(column) for column in self._options.columns.values()}
        return any(squeeze(column) in asked for sheet in sheets for column in sheet.header)

    def _message(self, form: Format, file: BinaryIO, at: str, title: str) -> Table:
        """Open a document; the paths of its texts begin with the name of its file."""
        form = msgspec.structs.replace(form, read=partial(_prefixed, form, title))
        sheet, columns, shown = open_message(form, file, at, self._inner)

        def lines() -> Iterator[Found | Refusal]:
            file.seek(0)
            return items_of(form, file, at)

        sheet = msgspec.structs.replace(sheet, title=title)
        return Table(sheet=sheet, columns=columns, shown=shown, lines=lines)

    def tables(self, form: str, name: str) -> list[Table]:
        """Return the tables with their mappings.

        Raises:
            InputError: There is none, or not the one that the user asks for.
        """
        asked = self._options.sheet
        if asked is not None:
            titles = [_title_of(each) for each in self._found]
            if asked not in titles:
                seen = ", ".join(f'"{title}"' for title in titles if title) or "none"
                raise InputError("trade/no-sheet-called", asked=asked, seen=seen, at=name)
            self._found = [each for each in self._found if _title_of(each) == asked]
        sheets = [each for each in self._found if isinstance(each, Sheet)]
        mapped = iter(survey_sheets(sheets, name, self._options) if sheets else ())
        tables = [next(mapped) if isinstance(each, Sheet) else each for each in self._found]
        if not tables:
            raise self._nothing(form, name)
        tables = [msgspec.structs.replace(each, apart=True) for each in tables]
        tables[0] = msgspec.structs.replace(tables[0], remarks=tuple(self._refusals))
        return tables

    def _nothing(self, form: str, name: str) -> InputError:
        first = next(iter(self._refusals), None)
        if first is None:
            title = CONTAINERS[form].title
            return InputError("trade/document-without-lines", title=title, at=name)
        return first.as_error(at=f"{name}, {first.column}" if first.column else name)


def _prefixed(form: Format, title: str, file: BinaryIO, name: str) -> Iterator[Found | Refusal]:
    for item in form.read(file, name):
        if isinstance(item, Found) and title:
            kept = tuple((f"{title}, {path}", text) for path, text in item.kept)
            left = tuple((f"{title}, {path}" if path else title, raw) for path, raw in item.left)
            yield msgspec.structs.replace(item, kept=kept, left=left)
        else:
            yield item


def _titled(opened: Sheet | Table, title: str, *, named: bool) -> Sheet | Table:
    """Return a table with the name of its file, for its lines and for remarks."""
    if isinstance(opened, Table):
        sheet = msgspec.structs.replace(opened.sheet, title=title)
        return msgspec.structs.replace(opened, sheet=sheet)
    inner = f"{title}: {opened.title}" if opened.title else title
    if not named:
        return msgspec.structs.replace(opened, title=inner)
    head = Head(header=opened.header, below=0, pairs=((FILE, title),))
    sheet = with_head(opened, head, "")
    return msgspec.structs.replace(sheet, title=inner, given=opened.given + 1)


def _title_of(opened: Sheet | Table) -> str:
    return (opened.sheet if isinstance(opened, Table) else opened).title
