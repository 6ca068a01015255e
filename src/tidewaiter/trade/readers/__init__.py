"""File readers: each converts one file format to batches of canonical lines."""

import shutil
import tempfile
from collections.abc import Iterator
from typing import BinaryIO, cast

import msgspec
import pyarrow as pa

from tidewaiter.base.errors import InputError, PluginError
from tidewaiter.base.plugins import READERS, blamed, plugin_for, plugins
from tidewaiter.trade.readers.canonical_lines import to_lines
from tidewaiter.trade.readers.columns.mapping import (
    NEEDED,
    Mapping,
    map_columns,
    nothing_to_screen,
)
from tidewaiter.trade.readers.formats import ALSO, FLAT, MESSAGES, OURS, choose_form
from tidewaiter.trade.readers.json_lines import open_jsonl
from tidewaiter.trade.readers.message_tables import open_message
from tidewaiter.trade.readers.source import Source
from tidewaiter.trade.readers.table import Sheet
from tidewaiter.trade.types import LINES, FileFormat, Reader, ReadOptions, Refusal

__all__ = ["BUILT_IN", "Mapping", "mapping_of", "plugin_formats", "reader_for", "readers"]

_Opened = tuple[Sheet, Mapping, Mapping]
"""A table, how it is read, and the display form of that."""


def _open(form: str, file: BinaryIO, name: str, options: ReadOptions) -> _Opened:
    if form in MESSAGES:
        return open_message(MESSAGES[form], file, name, options)
    place = file.tell() if file.seekable() else None
    try:
        return _open_table(form, file, name, options)
    except InputError as error:
        other = _IF_NO_TABLE.get((form, error.code))
        if other is None or place is None or options.format is not None:
            raise
        file.seek(place)
        return open_message(MESSAGES[other], file, name, options)


def _open_table(form: str, file: BinaryIO, name: str, options: ReadOptions) -> _Opened:
    if form == "jsonl":
        return open_jsonl(file, name, options)
    sheet = FLAT[form](file, name, options)
    columns = map_columns(sheet.header, sheet.sample, name, options, strict=False)
    if not any(field in columns.columns for field in NEEDED):
        if form in _WITH_TEXT or not columns.beside:
            raise nothing_to_screen(sheet.header, columns, name, sheet.others)
        sheet = msgspec.structs.replace(sheet, unconfirmed="a table without a column of goods")
    return sheet, columns, columns


_WITH_TEXT = frozenset(("csv",))
"""Tables that can also be read as text, so that nothing in a first row is taken for a title."""

_IF_NO_TABLE = {
    ("jsonl", "trade/no-goods-key"): "any-json",
    ("jsonl", "trade/no-json-objects"): "any-json",
    ("csv", "trade/no-goods-column"): "text",
    ("csv", "trade/no-header"): "text",
    ("csv", "trade/first-row-not-a-header"): "text",
}
"""Format of a document that was opened as a table, by what was wrong."""


def _reader(form: str, *, unread: bool = False) -> Reader:
    def read(file: BinaryIO, name: str, options: ReadOptions) -> Iterator[pa.RecordBatch | Refusal]:
        sheet, columns, _ = _open(form, _whole(file, form), name, options)
        if sheet.doubt:
            yield _doubt(sheet)
        if sheet.unconfirmed and options.format is None:
            error = InputError("trade/layout-not-confirmed", title=sheet.unconfirmed)
            yield Refusal.of(error, row=0)
        yield from to_lines(sheet, columns, options, unread=unread)

    return read


_NAMES = (*sorted(OURS), *MESSAGES)
BUILT_IN: dict[str, Reader] = {name: _reader(ALSO.get(name, name)) for name in _NAMES}
"""Built-in readers by suffix; those of messages by format name."""
CARRYING = {name: _reader(ALSO.get(name, name), unread=True) for name in _NAMES}
"""Built-in readers that include unmapped columns."""


def _whole(file: BinaryIO, form: str) -> BinaryIO:
    """Copy a stream to a temporary file if its format is read from the end."""
    if form not in ("parquet", "xlsx") or file.seekable():
        return file
    held = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as it is read
    shutil.copyfileobj(file, held)
    held.seek(0)
    return cast("BinaryIO", held)


def _doubt(sheet: Sheet) -> Refusal:
    error = InputError("trade/encoding-not-certain", encoding=sheet.encoding, doubt=sheet.doubt)
    return Refusal.of(error, row=0)


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
    sheet, _, shown = _open(form, file, name, options)
    file.seek(place)
    nested = {sheet.header[place] for place in sheet.nested}
    return msgspec.structs.replace(
        shown,
        unmapped=tuple(column for column in shown.unmapped if column not in nested),
        beside=tuple(column for column in shown.beside if column not in nested),
        encoding=sheet.encoding,
        delimiter=sheet.delimiter,
    )
