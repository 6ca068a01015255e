"""Readers: each turns one file format into batches of canonical lines."""

import shutil
import tempfile
from collections.abc import Iterator
from typing import BinaryIO, cast

import msgspec
import pyarrow as pa

from tidewaiter.base.errors import InputError, PluginError
from tidewaiter.base.plugins import READERS, blamed, plugin_for, plugins
from tidewaiter.trade.messages import FORMATS
from tidewaiter.trade.readers.canonical_lines import to_lines
from tidewaiter.trade.readers.columns.mapping import (
    NEEDED,
    Mapping,
    map_columns,
    nothing_to_screen,
)
from tidewaiter.trade.readers.formats import ALSO, FLAT, OURS, choose_form
from tidewaiter.trade.readers.json_lines import open_jsonl
from tidewaiter.trade.readers.message_tables import open_message
from tidewaiter.trade.readers.source import Source
from tidewaiter.trade.readers.table import Sheet
from tidewaiter.trade.types import LINES, FileFormat, Reader, ReadOptions, Refusal

__all__ = ["BUILT_IN", "Mapping", "mapping_of", "plugin_formats", "reader_for", "readers"]

_Opened = tuple[Sheet, Mapping, Mapping]
"""A table, how it is read, and how to show that to the user."""


def _open(form: str, file: BinaryIO, name: str, options: ReadOptions) -> _Opened:
    if form == "jsonl":
        return open_jsonl(file, name, options)
    if form in FORMATS:
        return open_message(FORMATS[form], file, name, options)
    sheet = FLAT[form](file, name, options)
    columns = _mapped(sheet, name, options)
    return sheet, columns, columns


def _mapped(sheet: Sheet, name: str, options: ReadOptions) -> Mapping:
    columns = map_columns(sheet.header, sheet.sample, name, options, strict=not sheet.others)
    if sheet.others and not any(field in columns.columns for field in NEEDED):
        raise nothing_to_screen(sheet.header, columns, name, sheet.others)
    return columns


def _reader(form: str, *, unread: bool = False) -> Reader:
    def read(file: BinaryIO, name: str, options: ReadOptions) -> Iterator[pa.RecordBatch | Refusal]:
        sheet, columns, _ = _open(form, _whole(file, form), name, options)
        if sheet.doubt:
            yield _doubt(sheet)
        yield from to_lines(sheet, columns, options, unread=unread)

    return read


_NAMES = (*sorted(OURS), *FORMATS)
BUILT_IN: dict[str, Reader] = {name: _reader(ALSO.get(name, name)) for name in _NAMES}
"""Our own readers, by suffix; those of messages by the name of their format."""
CARRYING = {name: _reader(ALSO.get(name, name), unread=True) for name in _NAMES}
"""The same, that carry what is not read."""


def _whole(file: BinaryIO, form: str) -> BinaryIO:
    """Put a stream into a temporary file where its format is read from its end."""
    if form not in ("parquet", "xlsx") or file.seekable():
        return file
    held = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as it is read
    shutil.copyfileobj(file, held)
    held.seek(0)
    return cast("BinaryIO", held)


def _doubt(sheet: Sheet) -> Refusal:
    return Refusal(
        row=0,
        column="",
        value="",
        problem=f"the encoding is not certain: read as {sheet.encoding}, may be {sheet.doubt}",
        hint=f"if letters look wrong, say it: --encoding {sheet.doubt}",
        screened=True,
    )


def plugin_formats() -> dict[str, FileFormat]:
    """Map the suffixes that plug-ins read to their formats; ours are not among them."""
    return plugins(READERS, FileFormat, BUILT_IN)


def readers() -> dict[str, Reader]:
    """Map each format to its reader; ours win over a plug-in's of the same name."""
    return {name: _checked(name, each) for name, each in plugin_formats().items()} | BUILT_IN


def _checked(name: str, form: FileFormat) -> Reader:
    """Return the reader of a plug-in; whatever it raises, or yields besides lines, names it."""

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
    """Choose a reader by a file's suffix; where that is missing or lies, by its first bytes.

    A second suffix ".gz" is looked through. The reader that comes back opens the file, and
    its InputError names the known formats where neither suffix nor content tells one.

    Args:
        name: Of the file.
        unread: Carry what a table has and is not read, in the column UNREAD after those of LINES.
    """
    del name  # it is given again with the file
    known = readers() | CARRYING if unread else readers()

    def read(file: BinaryIO, name: str, options: ReadOptions) -> Iterator[pa.RecordBatch | Refusal]:
        seen = file if file.seekable() else cast("BinaryIO", Source(file))
        form = choose_form(seen, name, known, options)
        yield from known[form](seen, name, options)

    return read


def mapping_of(file: BinaryIO, name: str, options: ReadOptions) -> Mapping:
    """Tell how a file's columns would be read; the file is left where it was.

    Args:
        file: It can be sought in.
        name: Of the file, for its suffix and for errors.
        options: What the user says of it.

    Returns:
        How; without columns where a plug-in reads it, which does not say.

    Raises:
        InputError: It cannot be read, or its columns leave a question open.
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
