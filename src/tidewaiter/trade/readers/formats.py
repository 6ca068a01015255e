"""File formats: detection and opening, and advice on unsupported ones."""

import re
import zlib
from collections.abc import Callable, Collection, Iterator
from pathlib import PurePath
from types import MappingProxyType
from typing import BinaryIO, Literal, NamedTuple

from tidewaiter.base.errors import InputError
from tidewaiter.base.sheets.workbook import refuse_office
from tidewaiter.trade.messages import FORMATS
from tidewaiter.trade.messages.types import Format
from tidewaiter.trade.readers.delimited_text import open_delimited
from tidewaiter.trade.readers.parquet import open_parquet
from tidewaiter.trade.readers.source import Source
from tidewaiter.trade.readers.table import Sheet
from tidewaiter.trade.readers.unknown import UNKNOWN
from tidewaiter.trade.readers.xlsx import open_xlsx
from tidewaiter.trade.types import ReadOptions


class Strange(NamedTuple):
    """An unsupported file type, and advice for the user."""

    what: str
    hint: str


_APART = "unpack it, and pass its files one by one"
_SAVE = "open it in a program that supports it, and save the table as .xlsx or CSV"
_BEGINS: tuple[tuple[bytes, Strange], ...] = (
    (b"7z\xbc\xaf\x27\x1c", Strange("an archive (7-Zip)", _APART)),
    (b"Rar!\x1a\x07", Strange("an archive (RAR)", _APART)),
    (b"BZh91AY&SY", Strange("an archive (bzip2)", "unpack it; .gz is read as it is")),
    (b"\xfd7zXZ\0", Strange("an archive (xz)", "unpack it; .gz is read as it is")),
    (b"\x28\xb5\x2f\xfd", Strange("an archive (zstd)", "unpack it; .gz is read as it is")),
    (b"{\\rtf", Strange("a text document (RTF)", _SAVE)),
    # Not "ID;P" alone: a header like "ID;Product" begins the same.
    (b"ID;PWXL;", Strange("an old spreadsheet (SYLK)", _SAVE)),
    (b"ID;PCALCOOO32", Strange("an old spreadsheet (SYLK)", _SAVE)),
)
_TAR = (257, b"ustar")


def strange_of(head: bytes) -> Strange | None:
    """Identify an unsupported file; None: not recognised by its first bytes.

    Args:
        head: First bytes, unpacked; not of a format that is detected automatically.
    """
    return next(_told(head.removeprefix(b"\xef\xbb\xbf")), None)


def refuse_strange(head: bytes, name: str) -> None:
    """Refuse a file that is not a table, judging by its first bytes.

    Raises:
        InputError: It is not a table.
    """
    found = strange_of(head)
    if found is not None:
        raise InputError("trade/not-a-table-but", what=found.what, hint=found.hint, at=name)


def _told(head: bytes) -> Iterator[Strange]:
    for begin, strange in _BEGINS:
        if head.startswith(begin):
            yield strange
    place, mark = _TAR
    if head[place:].startswith(mark):
        yield Strange("an archive (tar)", _APART)


FLAT: dict[str, Callable[[BinaryIO, str, ReadOptions], Sheet]] = {
    "csv": open_delimited,
    "parquet": open_parquet,
    "xlsx": open_xlsx,
}
"""Formats whose columns have one meaning throughout the file."""

ALSO = {
    "tsv": "csv",
    "txt": "csv",
    "tab": "csv",
    "ndjson": "jsonl",
    "json": "jsonl",
    "xlsm": "xlsx",
    "pq": "parquet",
}
"""Other suffixes of supported formats."""

TEXTS = frozenset(("csv", *(also for also, form in ALSO.items() if form == "csv")))
"""Suffixes of delimited text, which are used for anything."""

OURS = frozenset((*FLAT, "jsonl", *ALSO))
"""All supported suffixes."""

TEXT = UNKNOWN["text"]
"""Text that is no table."""

MESSAGES: MappingProxyType[str, Format] = MappingProxyType({**FORMATS, **UNKNOWN})
"""Formats of documents by name, in order of detection; last those of unknown layout."""

Told = Literal["you", "content", "name"]
"""How a format was determined: by the user, the first bytes, or the file name."""

_HEAD = 4096  # bytes for detection


def suffix_of(name: str) -> str:
    """Return the suffix of a name, without the dot; ".gz" is ignored."""
    parts = [part.lstrip(".").casefold() for part in PurePath(name).suffixes]
    if parts[-1:] == ["gz"]:
        parts.pop()
    return parts[-1] if parts else ""


def head_of(file: BinaryIO) -> bytes:
    """Return the first bytes of a file, without changing its position."""
    if isinstance(file, Source):
        return unpacked(file.peek(_HEAD))
    place = file.tell()
    head = unpacked(file.read(_HEAD))
    file.seek(place)
    return head


def unpacked(head: bytes) -> bytes:
    """Unpack the first bytes of a file if they are gzip; damaged data is unchanged."""
    if not head.startswith(b"\x1f\x8b"):
        return head
    try:
        return zlib.decompressobj(wbits=31).decompress(head, _HEAD)
    except zlib.error:
        return head


def choose_form(file: BinaryIO, name: str, known: Collection[str], options: ReadOptions) -> str:
    """Determine the format of a file: from the user, or else its content and name.

    Args:
        file: Its position does not change.
        name: Name of the file.
        known: Formats, including those of plug-ins.
        options: User settings.

    Raises:
        InputError: The user's format is unknown, none is detected, or the file is an unsupported
            Office file.
    """
    head, suffix = head_of(file), suffix_of(name)
    if options.format is not None:
        if options.format not in known:
            raise InputError(
                "trade/format-not-known",
                format=options.format,
                known=", ".join(sorted(known)),
                at=name,
            )
        return options.format
    if suffix in OURS or suffix not in known:
        whole = file if file.seekable() and not _is_packed(file) else None
        refuse_office(whole, head, name)
    return form_of(head, suffix, known, name)


def format_evidence(file: BinaryIO, name: str, form: str, options: ReadOptions) -> Told:
    """Return how the format of a file was determined; its position does not change.

    Args:
        file: As for `choose_form`.
        name: Name of the file.
        form: The format.
        options: User settings.
    """
    if options.format is not None:
        return "you"
    suffix = suffix_of(name)
    if form in MESSAGES or form != ALSO.get(suffix, suffix) or head_of(file).startswith(b"PAR1"):
        return "content"
    return "name"


def may_be(file: BinaryIO, name: str) -> tuple[str, ...]:
    """Return formats that match a file but must be requested, as no sample was read."""
    head, suffix = head_of(file), suffix_of(name)
    return tuple(
        form.name for form in FORMATS.values() if not form.confirmed and form.fits(head, suffix)
    )


def _is_packed(file: BinaryIO) -> bool:
    place = file.tell()
    start = file.read(2)
    file.seek(place)
    return start == b"\x1f\x8b"


def form_of(head: bytes, suffix: str, known: Collection[str], name: str) -> str:
    """Determine a format: by conclusive first bytes, or else the suffix, or else likely content.

    Args:
        head: First bytes.
        suffix: Suffix of the name, from `suffix_of`.
        known: Formats, including those of plug-ins.
        name: Name of the file, for errors.

    Raises:
        InputError: Neither suffix nor content identifies one.
    """
    if form := _certain(head, suffix, known):
        return form
    if (suffix in OURS or suffix not in known) and not head:
        raise InputError("trade/file-empty", at=name)
    if suffix in TEXTS or suffix not in known:
        refuse_strange(head, name)
        if form := _likely(head, suffix):
            return form
    if suffix in known:
        return suffix
    if TEXT.fits(head, suffix):
        return "csv"  # or, if it is no table, text
    raise _not_known(suffix, known, name)


def _certain(head: bytes, suffix: str, known: Collection[str]) -> str | None:
    """Return the format that the first bytes show, whatever the suffix."""
    if head.startswith(b"PAR1"):
        return "parquet"
    for form in FORMATS.values():
        if form.confirmed and form.fits(head, suffix):
            return form.name
    ours = suffix in OURS or suffix not in known
    if ours and head.startswith(b"PK\x03\x04"):
        return "xlsx"
    if ours and re.match(rb'(\xef\xbb\xbf)?\s*(\[\s*)?\{\s*"', head):
        return "jsonl"
    return None


def _likely(head: bytes, suffix: str) -> str | None:
    """Return the format without a confirmed layout that the first bytes show."""
    forms = (form for form in MESSAGES.values() if form is not TEXT)
    return next((form.name for form in forms if form.fits(head, suffix)), None)


def _not_known(suffix: str, known: Collection[str], name: str) -> InputError:
    formats = ", ".join(sorted(known))
    if suffix:
        return InputError("trade/suffix-not-known", suffix=suffix, formats=formats, at=name)
    return InputError("trade/format-not-told", formats=formats, at=name)
