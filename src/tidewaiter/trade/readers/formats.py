"""File formats: detection and opening, and advice on unsupported ones."""

import re
import zlib
from collections.abc import Callable, Collection, Iterator
from pathlib import PurePath
from typing import BinaryIO, Literal, NamedTuple

from tidewaiter.base.errors import InputError
from tidewaiter.base.sheets.workbook import refuse_office
from tidewaiter.trade.messages import FORMATS
from tidewaiter.trade.messages.x12 import X12_309
from tidewaiter.trade.messages.xml.decoding import names_of
from tidewaiter.trade.readers.delimited_text import open_delimited
from tidewaiter.trade.readers.parquet import open_parquet
from tidewaiter.trade.readers.source import Source, binary_kind
from tidewaiter.trade.readers.table import Sheet
from tidewaiter.trade.readers.xlsx import open_xlsx
from tidewaiter.trade.types import ReadOptions


class Strange(NamedTuple):
    """An unsupported file type, and advice for the user."""

    what: str
    hint: str


_APART = "unpack it, and pass its files one by one"
_SAVE = "open it in a program that supports it, and save the table as .xlsx or CSV"
_LEAST = 2  # header lines of an e-mail
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
_HTML = re.compile(rb"\s*(?:<!doctype\s+html|<html|<table|<head|<body|<meta)\b", re.IGNORECASE)
_FIELD = re.compile(
    rb"^(Received|Return-Path|Message-ID|MIME-Version|Delivered-To|X-Mailer|DKIM-Signature|From"
    rb"|To|Subject|Date|Content-Type): ?\S",
    re.IGNORECASE | re.MULTILINE,
)
_ANYWHERE = frozenset((b"from", b"to", b"date"))  # lines above a table may begin with these too
_MAIL = re.compile(rb"\s*(?:From \S+@|[A-Za-z][A-Za-z-]{1,40}: ?\S)")
_EDIFACT = re.compile(rb"(?:^|\n)[ \t>]*(?:UNA.{6}\s*)?UN[BH]\+[A-Z0-9]", re.DOTALL)
_XML = re.compile(rb"""(?:^|\n)[^\n,;|\t"']*<\?xml\s+version""")  # not in a cell of a table
_MANY = 4  # element names that are shown
_ROOTS = {"rss": "a feed (RSS)"}
"""Unsupported XML documents, by the beginning of their root element."""


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
    if _HTML.match(head):
        yield Strange("a web page (HTML)", _SAVE)
    if _MAIL.match(head) and _is_mail({name.lower() for name in _FIELD.findall(head)}):
        yield Strange("an e-mail", "save its attachments, and pass the files one by one")
    if X12_309.fits(head, ""):
        hint = f"use --format {X12_309.name}; transaction set 309 (customs manifest) is supported"
        yield Strange("an X12 interchange, which is read only on request", hint)
    if _EDIFACT.search(head):
        hint = "remove the text before UNA, UNB or UNH, and pass the rest"
        yield Strange("an EDIFACT message behind other text", hint)
    if names := names_of(head):
        yield _xml(head, names)
    elif _XML.search(head):
        hint = 'remove the text before "<?xml", and pass the rest'
        yield Strange("an XML document behind other text", hint)


def _is_mail(fields: set[bytes]) -> bool:
    return len(fields) >= _LEAST and bool(fields - _ANYWHERE)


def _xml(head: bytes, names: tuple[str, ...]) -> Strange:
    shown = ", ".join(f'"{name[:40]}"' for name in dict.fromkeys(names[:_MANY]))
    asked = [f.name for f in FORMATS.values() if not f.confirmed and f.fits(head, "xml")]
    if asked:
        return Strange(
            f"XML that looks like {asked[0]}, which is read only on request",
            f"use --format {asked[0]}, and check the lines before you rely on them",
        )
    hint = "`tidewaiter inspect --formats` lists the supported layouts; otherwise ask for a table"
    known = next((what for name, what in _ROOTS.items() if names[0].startswith(name)), None)
    if known is not None:
        return Strange(f"{known}, which is not supported", hint)
    return Strange(f"XML in an unknown layout: its first elements are {shown}", hint)


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
    if form in FORMATS or form != ALSO.get(suffix, suffix) or head_of(file).startswith(b"PAR1"):
        return "content"
    return "name"


def _refuse_unconfirmed(head: bytes, suffix: str, name: str) -> None:
    for form in FORMATS.values():
        if not form.confirmed and form.fits(head, suffix):
            raise InputError(
                "trade/format-to-be-asked-for", title=form.title, name=form.name, at=name
            )


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
    if ours and not head:
        raise InputError("trade/file-empty", at=name)
    if suffix in TEXTS or suffix not in known:
        refuse_strange(head, name)
    if suffix in known:
        return suffix
    _refuse_unconfirmed(head, suffix, name)
    text = bool(head) and binary_kind(head) is None and b"\0" not in head
    if text and not suffix:
        return "csv"
    table = "if it is delimited text, use --format csv; " if text else ""
    raise _not_known(suffix, table, known, name)


def _not_known(suffix: str, table: str, known: Collection[str], name: str) -> InputError:
    formats = ", ".join(sorted(known))
    if suffix:
        return InputError(
            "trade/suffix-not-known",
            suffix=suffix,
            table=table,
            formats=formats,
            at=name,
        )
    return InputError("trade/format-not-told", table=table, formats=formats, at=name)
