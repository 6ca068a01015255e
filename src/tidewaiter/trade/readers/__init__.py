"""File readers: each converts one file format to batches of canonical lines."""

from collections.abc import Iterator
from typing import BinaryIO, cast

import msgspec
import pyarrow as pa

from tidewaiter.base.errors import InputError, PluginError
from tidewaiter.base.plugins import READERS, blamed, plugin_for, plugins
from tidewaiter.trade.readers.columns.mapping import Mapping
from tidewaiter.trade.readers.formats import (
    ALSO,
    FLAT,
    MESSAGES,
    OURS,
    WITH_TEXT,
    cause_of,
    choose_form,
    text_form,
    whole,
)
from tidewaiter.trade.readers.json_lines import open_jsonl
from tidewaiter.trade.readers.message_tables import open_message
from tidewaiter.trade.readers.parts import CONTAINERS
from tidewaiter.trade.readers.parts.opening import open_parts
from tidewaiter.trade.readers.source import Source
from tidewaiter.trade.readers.tables import (
    Table,
    columns_shown,
    main_of,
    map_sheets,
    read_tables,
)
from tidewaiter.trade.types import LINES, FileFormat, Reader, ReadOptions, Refusal

__all__ = ["BUILT_IN", "Mapping", "mapping_of", "plugin_formats", "reader_for", "readers"]


def _open(
    form: str, file: BinaryIO, name: str, options: ReadOptions
) -> tuple[list[Table], Mapping]:
    """Open the tables of a file with their mappings, and what is shown of these.

    What is no table of goods is opened as text, if the user named no format.
    """
    place = file.tell() if file.seekable() else None
    try:
        return _open_as(form, file, name, options)
    except InputError as error:
        if place is None:
            raise
        file.seek(place)
        other = text_form(form, error, file, options)
        if other is None:
            raise
        (table, *others), shown = _open_as(other, file, name, options)
        sheet = msgspec.structs.replace(table.sheet, cause=cause_of(error))
        return [msgspec.structs.replace(table, sheet=sheet), *others], shown


def _open_as(
    form: str, file: BinaryIO, name: str, options: ReadOptions
) -> tuple[list[Table], Mapping]:
    """Open a file in one format; JSON and messages have one table."""
    if form == "jsonl":
        sheet, columns, shown = open_jsonl(file, name, options)
    elif form in CONTAINERS:
        tables = open_parts(form, file, name, options)
        return tables, columns_shown(tables)
    elif form in MESSAGES:
        sheet, columns, shown = open_message(MESSAGES[form], file, name, options)
    else:
        sheets = FLAT[form](file, name, options)
        tables = map_sheets(sheets, name, options, lenient=form not in WITH_TEXT)
        return tables, columns_shown(tables)
    return [Table(sheet=sheet, columns=columns)], shown


def _reader(form: str, *, unread: bool = False) -> Reader:
    def read(file: BinaryIO, name: str, options: ReadOptions) -> Iterator[pa.RecordBatch | Refusal]:
        with whole(form, file, name) as held:
            tables, _ = _open(form, held, name, options)
            yield from read_tables(tables, name, options, unread=unread)

    return read


_NAMES = (*sorted(OURS), *MESSAGES)
BUILT_IN: dict[str, Reader] = {name: _reader(ALSO.get(name, name)) for name in _NAMES}
"""Built-in readers by suffix; those of messages by format name."""
CARRYING = {name: _reader(ALSO.get(name, name), unread=True) for name in _NAMES}
"""Built-in readers that include unmapped columns."""


def plugin_formats() -> dict[str, FileFormat]:
    """Map the suffixes of plug-in readers to their formats, without built-in ones."""
    return plugins(READERS, FileFormat, BUILT_IN)


def readers() -> dict[str, Reader]:
    """Map each format to its reader; built-in readers take precedence over plug-ins."""
    return {name: _checked(name, each) for name, each in plugin_formats().items()} | BUILT_IN


def _checked(name: str, form: FileFormat) -> Reader:
    """Wrap a plug-in's reader, so that its exceptions and invalid results name it."""

    def read(file: BinaryIO, at: str, options: ReadOptions) -> Iterator[pa.RecordBatch | Refusal]:
        plugin = plugin_for(READERS, name)
        with blamed(plugin, InputError):
            for part in form.read(file, at, options):
                if not isinstance(part, Refusal) and part.schema != LINES:
                    raise PluginError(
                        "trade/plugin-yields-something-else", title=plugin.title, at=at
                    )
                yield part

    return read


def reader_for(name: str, *, unread: bool = False) -> Reader:
    """Choose a reader by a file's suffix, or by its first bytes if that is missing or wrong.

    A second suffix ".gz" is ignored. The returned reader opens the file, and its InputError lists
    the known formats if neither suffix nor content identifies one.

    Args:
        name: Name of the file.
        unread: Include unmapped data, in the column UNREAD after those of LINES.
    """
    del name  # it is passed again with the file
    known = readers() | CARRYING if unread else readers()

    def read(file: BinaryIO, name: str, options: ReadOptions) -> Iterator[pa.RecordBatch | Refusal]:
        seen = file if file.seekable() else cast("BinaryIO", Source(file))
        form = choose_form(seen, name, known, options)
        yield from known[form](seen, name, options)

    return read


def mapping_of(file: BinaryIO, name: str, options: ReadOptions) -> Mapping:
    """Return how a file's columns would be read; the position in the file does not change.

    Args:
        file: Seekable file.
        name: Name of the file, for its suffix and for errors.
        options: User settings for the file.

    Returns:
        The mapping; without columns for a plug-in, which does not provide it.

    Raises:
        InputError: The file cannot be read, or the mapping is ambiguous.
    """
    place = file.tell()
    brought = plugin_formats()
    form = choose_form(file, name, (*BUILT_IN, *brought), options)
    if form in brought:
        return Mapping(columns={}, unmapped=())
    form = ALSO.get(form, form)
    with whole(form, file, name) as held:
        tables, shown = _open(form, held, name, options)
    file.seek(place)
    sheet = tables[main_of(tables)].sheet
    nested = {sheet.header[place] for place in sheet.nested}
    return msgspec.structs.replace(
        shown,
        unmapped=tuple(column for column in shown.unmapped if column not in nested),
        beside=tuple(column for column in shown.beside if column not in nested),
        encoding=sheet.encoding,
        delimiter=sheet.delimiter,
    )
