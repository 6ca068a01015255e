"""Readers: each turns one file format into batches of canonical lines."""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from pathlib import PurePath
from typing import BinaryIO, cast

import pyarrow as pa

from tidewaiter.base.errors import InputError
from tidewaiter.consignments.readers.delimited import open_delimited
from tidewaiter.consignments.readers.jsonl import open_jsonl
from tidewaiter.consignments.readers.lines import to_lines
from tidewaiter.consignments.readers.mapping import Mapping, map_columns
from tidewaiter.consignments.readers.parquet import open_parquet
from tidewaiter.consignments.readers.sheet import Sheet
from tidewaiter.consignments.readers.source import Source, binary_kind
from tidewaiter.consignments.readers.xlsx import open_xlsx
from tidewaiter.consignments.types import Reader, ReadOptions, Refusal

__all__ = ["BUILT_IN", "Mapping", "mapping_of", "reader_for", "readers"]

_Opened = tuple[Sheet, Mapping, Mapping]
"""A table, how it is read, and how to show that to the user."""


def _table(
    opener: Callable[[BinaryIO, str, ReadOptions], Sheet],
) -> Callable[[BinaryIO, str, ReadOptions], _Opened]:
    def opened(file: BinaryIO, name: str, options: ReadOptions) -> _Opened:
        sheet = opener(file, name, options)
        columns = map_columns(sheet.header, sheet.sample, name, options)
        return sheet, columns, columns

    return opened


def _text(file: BinaryIO, name: str, options: ReadOptions) -> Sheet:
    return open_delimited(file, name, options)


_OPENERS = {
    "csv": _table(_text),
    "jsonl": open_jsonl,
    "parquet": _table(open_parquet),
    "xlsx": _table(open_xlsx),
}
_ALSO = {
    "tsv": "csv",
    "txt": "csv",
    "tab": "csv",
    "ndjson": "jsonl",
    "json": "jsonl",
    "xlsm": "xlsx",
    "pq": "parquet",
}


def _reader(form: str) -> Reader:
    def read(file: BinaryIO, name: str, options: ReadOptions) -> Iterator[pa.RecordBatch | Refusal]:
        sheet, columns, _ = _OPENERS[form](_whole(file, form), name, options)
        if sheet.doubt:
            yield _doubt(sheet)
        yield from to_lines(sheet, columns, options)

    return read


BUILT_IN: dict[str, Reader] = {
    name: _reader(form) for name, form in {**{f: f for f in _OPENERS}, **_ALSO}.items()
}
"""Our own readers, by suffix."""


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


def readers() -> dict[str, Reader]:
    """Map each format to its reader; ours win over a guest's of the same name."""
    guests = {entry.name: entry.load() for entry in entry_points(group="tidewaiter.readers")}
    return guests | BUILT_IN


def reader_for(name: str) -> Reader:
    """Choose a reader by a file's suffix; where that is missing or lies, by its first bytes.

    A second suffix ".gz" is looked through. The reader that comes back opens the file, and
    its InputError names the known formats where neither suffix nor content tells one.

    Args:
        name: Of the file.
    """
    known = readers()
    suffix = _suffix(name)

    def read(file: BinaryIO, name: str, options: ReadOptions) -> Iterator[pa.RecordBatch | Refusal]:
        seen = file if file.seekable() else cast("BinaryIO", Source(file))
        form = _form(_head(seen), suffix, known, name)
        yield from known[form](seen, name, options)

    return read


def mapping_of(file: BinaryIO, name: str, options: ReadOptions) -> Mapping:
    """Tell how a file's columns would be read; the file is left where it was.

    Args:
        file: It can be sought in.
        name: Of the file, for its suffix and for errors.
        options: What the user says of it.

    Raises:
        InputError: It cannot be read, or its columns leave a question open.
    """
    place = file.tell()
    form = _form(_head(file), _suffix(name), BUILT_IN, name)
    form = _ALSO.get(form, form)
    sheet, _, shown = _OPENERS[form](file, name, options)
    file.seek(place)
    nested = {sheet.header[place] for place in sheet.nested}
    return Mapping(
        columns=shown.columns,
        unmapped=tuple(column for column in shown.unmapped if column not in nested),
        units=shown.units,
        currency=shown.currency,
        encoding=sheet.encoding,
        delimiter=sheet.delimiter,
        sniffed=shown.sniffed,
        assumed=shown.assumed,
        places=shown.places,
    )


def _suffix(name: str) -> str:
    parts = [part.lstrip(".").casefold() for part in PurePath(name).suffixes]
    if parts[-1:] == ["gz"]:
        parts.pop()
    return parts[-1] if parts else ""


def _head(file: BinaryIO) -> bytes:
    if isinstance(file, Source):
        return file.peek(64)
    place = file.tell()
    head = file.read(64)
    file.seek(place)
    return head


def _form(head: bytes, suffix: str, known: dict[str, Reader], name: str) -> str:
    """Choose a format: what the first bytes prove, else the suffix, else what they suggest."""
    if head.startswith(b"PAR1"):
        return "parquet"
    ours = suffix in BUILT_IN or suffix not in known
    if ours and head.startswith(b"PK\x03\x04"):
        return "xlsx"
    if ours and re.match(rb'(\xef\xbb\xbf)?\s*\{\s*"', head):
        return "jsonl"
    if suffix in known:
        return suffix
    if not suffix and head and binary_kind(head) is None and b"\0" not in head:
        return "csv"
    raise InputError(
        f'the format "{suffix}" is not known' if suffix else "the format cannot be told",
        at=name,
        hint=f"formats: {', '.join(sorted(known))}",
    )
