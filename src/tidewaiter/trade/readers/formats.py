"""File formats: detection and opening, and advice on unsupported ones."""

import re
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import PurePath
from typing import BinaryIO, Literal, NamedTuple, cast

from tidewaiter.base.errors import InputError
from tidewaiter.base.sheets.workbook import refuse_office
from tidewaiter.trade.messages import FORMATS
from tidewaiter.trade.messages.x12 import X12_309
from tidewaiter.trade.messages.xml.decoding import names_of
from tidewaiter.trade.readers.arrow_tables import open_arrow, open_orc
from tidewaiter.trade.readers.compression import SUFFIXES, first_bytes, is_packed, unpacker_of
from tidewaiter.trade.readers.dbf import open_dbf
from tidewaiter.trade.readers.delimited_text import open_delimited
from tidewaiter.trade.readers.html_tables import open_html
from tidewaiter.trade.readers.legacy_workbooks import open_legacy
from tidewaiter.trade.readers.office import open_office
from tidewaiter.trade.readers.parquet import open_parquet
from tidewaiter.trade.readers.signatures import form_by_signature
from tidewaiter.trade.readers.source import Source, binary_kind, chunks, open_source
from tidewaiter.trade.readers.sqlite_tables import open_sqlite
from tidewaiter.trade.readers.table import Sheet
from tidewaiter.trade.readers.xml_workbooks import open_xml_workbook
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
    (b"FEA1", Strange("an old Feather file (version 1)", "save it as Parquet or Arrow")),
    (b"{\\rtf", Strange("a text document (RTF)", _SAVE)),
    # Not "ID;P" alone: a header like "ID;Product" begins the same.
    (b"ID;PWXL;", Strange("an old spreadsheet (SYLK)", _SAVE)),
    (b"ID;PCALCOOO32", Strange("an old spreadsheet (SYLK)", _SAVE)),
)
_TAR = (257, b"ustar")
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
_ROOTS = {
    "CC013": "a transit declaration of the European Union (NCTS), amended",
    "CC015": "a transit declaration of the European Union (NCTS)",
    "CC029": "a release for transit of the European Union (NCTS)",
    "CC513": "an export declaration of the European Union (AES), amended",
    "CC515": "an export declaration of the European Union (AES)",
    "rss": "a feed (RSS)",
}
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


Opener = Callable[[BinaryIO, str, ReadOptions], tuple[Sheet, ...]]
"""Opens the tables of a file."""


def _alone(opener: Callable[[BinaryIO, str, ReadOptions], Sheet]) -> Opener:
    def opened(file: BinaryIO, name: str, options: ReadOptions) -> tuple[Sheet, ...]:
        return (opener(file, name, options),)

    return opened


FLAT: dict[str, Opener] = {
    "csv": _alone(open_delimited),
    "parquet": _alone(open_parquet),
    "xlsx": open_office,
    "xls": open_legacy,
    "xml-workbook": open_xml_workbook,
    "html": open_html,
    "dbf": open_dbf,
    "sqlite": open_sqlite,
    "arrow": open_arrow,
    "orc": open_orc,
}
"""Formats whose columns have one meaning throughout a table."""

WHOLE = frozenset(FLAT) - {"csv", "html"}
"""Formats that are not read as a stream."""

ALSO = {
    "tsv": "csv",
    "txt": "csv",
    "tab": "csv",
    "ndjson": "jsonl",
    "json": "jsonl",
    "xlsm": "xlsx",
    "xlsb": "xlsx",
    "ods": "xlsx",
    "pq": "parquet",
    "htm": "html",
    "db": "sqlite",
    "sqlite3": "sqlite",
    "feather": "arrow",
    "ipc": "arrow",
}
"""Other suffixes of supported formats."""

TEXTS = frozenset(("csv", *(also for also, form in ALSO.items() if form == "csv")))
"""Suffixes of delimited text, which are used for anything."""

OURS = frozenset((*FLAT, "jsonl", *ALSO))
"""All supported suffixes."""

Told = Literal["you", "content", "name"]
"""How a format was determined: by the user, the first bytes, or the file name."""

_HEAD = 4096  # bytes for detection
_BLOCK = 1 << 20  # bytes that unpack to as many: bzip2 has blocks of 900 kB


def suffix_of(name: str) -> str:
    """Return the suffix of a name, without the dot; ".gz" and its like are ignored."""
    parts = [part.lstrip(".").casefold() for part in PurePath(name).suffixes]
    if parts and parts[-1] in SUFFIXES:
        parts.pop()
    return parts[-1] if parts else ""


def head_of(file: BinaryIO) -> bytes:
    """Return the first bytes of a file, unpacked, without changing its position."""
    peek = file.peek if isinstance(file, Source) else partial(_peek, file)
    raw = peek(_HEAD)
    return raw if unpacker_of(raw) is None else first_bytes(peek(_BLOCK), _HEAD)


def _peek(file: BinaryIO, size: int) -> bytes:
    place = file.tell()
    raw = file.read(size)
    file.seek(place)
    return raw


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
        whole = file if file.seekable() and not is_packed(file) else None
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
    ours = suffix in OURS or suffix not in known
    found = form_by_signature(head, suffix)
    if found is not None and (ours or found == "parquet"):
        return found
    for form in FORMATS.values():
        if form.confirmed and form.fits(head, suffix):
            return form.name
    if ours and re.match(rb'(\xef\xbb\xbf)?\s*(\[\s*)?\{\s*"', head):
        return "jsonl"
    if ours and not head:
        raise InputError("trade/file-empty", at=name)
    if suffix in TEXTS or suffix not in known:
        refuse_strange(head, name)
    if ours and ALSO.get(suffix, suffix) in WHOLE and _is_text(head):
        refuse_strange(head, name)
        return "csv"  # a system's export under the name of a spreadsheet
    if suffix in known:
        return suffix
    _refuse_unconfirmed(head, suffix, name)
    text = _is_text(head)
    if text and not suffix:
        return "csv"
    table = "if it is delimited text, use --format csv; " if text else ""
    raise _not_known(suffix, table, known, name)


def _is_text(head: bytes) -> bool:
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return bool(head) and binary_kind(head) is None and (wide or b"\0" not in head)


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


@contextmanager
def whole(form: str, file: BinaryIO, name: str) -> Iterator[BinaryIO]:
    """Give a file as its reader needs it: a stream is copied, a compressed file is unpacked.

    Args:
        form: Its format.
        file: The file.
        name: Name of the file, for errors.

    Raises:
        InputError: It is damaged, or too large unpacked.
    """
    if form not in WHOLE or (file.seekable() and not is_packed(file)):
        yield file
        return
    size = 0
    with tempfile.TemporaryFile() as held:
        for piece in chunks(open_source(file), name, _BLOCK):
            size += len(piece)
            if size > LARGEST:
                raise InputError("trade/unpacked-too-large", largest=LARGEST >> 20, at=name)
            held.write(piece)
        held.seek(0)
        yield cast("BinaryIO", held)


LARGEST = 8 << 30
"""Maximum unpacked size of a file that is read as a whole, in bytes."""
