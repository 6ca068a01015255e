"""File formats: detection and opening, and advice on unsupported ones."""

import re
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import PurePath
from types import MappingProxyType
from typing import BinaryIO, Literal, NamedTuple, cast

from tidewaiter.base.errors import InputError
from tidewaiter.base.sheets.workbook import OLE, has_name, refuse_office
from tidewaiter.trade.messages import FORMATS
from tidewaiter.trade.messages.json_layouts import json_formats
from tidewaiter.trade.messages.types import Format
from tidewaiter.trade.readers.access_tables import open_access
from tidewaiter.trade.readers.arrow_tables import open_arrow, open_orc
from tidewaiter.trade.readers.compression import SUFFIXES, first_bytes, is_packed, unpacker_of
from tidewaiter.trade.readers.dbf import open_dbf
from tidewaiter.trade.readers.delimited_text import open_delimited
from tidewaiter.trade.readers.html_tables import open_html
from tidewaiter.trade.readers.legacy_workbooks import open_legacy
from tidewaiter.trade.readers.office import open_office
from tidewaiter.trade.readers.parquet import open_parquet
from tidewaiter.trade.readers.parts import CONTAINERS
from tidewaiter.trade.readers.parts.outlook import MARK as OUTLOOK
from tidewaiter.trade.readers.parts.types import Container
from tidewaiter.trade.readers.signatures import form_by_signature
from tidewaiter.trade.readers.source import Source, chunks, open_source
from tidewaiter.trade.readers.sqlite_tables import open_sqlite
from tidewaiter.trade.readers.table import Sheet
from tidewaiter.trade.readers.unknown import UNKNOWN
from tidewaiter.trade.readers.xml_workbooks import open_xml_workbook
from tidewaiter.trade.types import ReadOptions, Refusal


class Strange(NamedTuple):
    """An unsupported file type, and advice for the user."""

    what: str
    hint: str


_APART = "unpack it, and pass its files one by one"
_SAVE = "open it in a program that supports it, and save the table as .xlsx or CSV"
_BEGINS: tuple[tuple[bytes, Strange], ...] = (
    (b"7z\xbc\xaf\x27\x1c", Strange("an archive (7-Zip)", _APART)),
    (b"Rar!\x1a\x07", Strange("an archive (RAR)", _APART)),
    (b"FEA1", Strange("an old Feather file (version 1)", "save it as Parquet or Arrow")),
    # Not "ID;P" alone: a header like "ID;Product" begins the same.
    (b"ID;PWXL;", Strange("an old spreadsheet (SYLK)", _SAVE)),
    (b"ID;PCALCOOO32", Strange("an old spreadsheet (SYLK)", _SAVE)),
)
_MESSAGE_BEHIND = re.compile(rb"\n[ \t>]*(?:UNA.{6}\s*)?UN[BH]\+[A-Z0-9]", re.DOTALL)
"""EDIFACT behind other text, as in an e-mail: no table, whatever commas it has."""


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
    "access": open_access,
    "arrow": open_arrow,
    "orc": open_orc,
}
"""Formats whose columns have one meaning throughout a table."""

WHOLE = frozenset((*FLAT, *CONTAINERS)) - {"csv", "html"}
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
    "mdb": "access",
    "accdb": "access",
    "feather": "arrow",
    "ipc": "arrow",
}
"""Other suffixes of supported formats."""

TEXTS = frozenset(("csv", *(also for also, form in ALSO.items() if form == "csv")))
"""Suffixes of delimited text, which are used for anything."""

OURS = frozenset((*FLAT, *CONTAINERS, "jsonl", *ALSO))
"""All supported suffixes."""

TEXT = UNKNOWN["text"]
"""Text that is no table."""

MESSAGES: MappingProxyType[str, Format] = MappingProxyType({**FORMATS, **UNKNOWN})
"""Formats of documents by name, in order of detection; last those of unknown layout."""

WITH_TEXT = frozenset(("csv", "html"))
"""Tables that can also be read as text, so that nothing in a first row is taken for a title."""

_CERTAIN = ("pdf", "msg", "rtf", "signed", "archive")
"""Files that hold others, which their first bytes show under any name."""

_IF_NO_TABLE = {
    ("jsonl", "trade/no-goods-key"): "any-json",
    ("jsonl", "trade/no-json-objects"): "any-json",
    ("jsonl", "trade/goods-in-a-list-inside"): "any-json",
    ("jsonl", "trade/several-columns-may-hold"): "any-json",
    ("jsonl", "trade/line-not-json"): "text",
    ("csv", "trade/no-goods-column"): "text",
    ("csv", "trade/no-header"): "text",
    ("csv", "trade/first-row-not-a-header"): "text",
    ("html", "trade/no-goods-column"): "web-page",
    ("xlsx", "base/document-not-a-spreadsheet"): "document",
    ("xlsx", "base/archive-holds-other-files"): "archive",
}
"""Format of a document that was opened as a table, by what was wrong."""

Told = Literal["you", "content", "name"]
"""How a format was determined: by the user, the first bytes, or the file name."""

_HEAD = 4096  # bytes for detection
_COMMENTED = 1 << 16  # the same, with comments of XML
_COMMENT = b"<!--"
_REMARKS = re.compile(rb"<!--.*?-->", re.DOTALL)
_BEFORE_XML = b"\xef\xbb\xbf \t\r\n"
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
    packed = unpacker_of(peek(_HEAD)) is not None

    def first(size: int) -> bytes:
        return first_bytes(peek(_BLOCK), size) if packed else peek(size)

    head = first(_HEAD)
    if _COMMENT in head and head.lstrip(_BEFORE_XML).startswith(b"<"):
        head = _REMARKS.sub(b"", first(_COMMENTED))[:_HEAD]  # a licence may fill the first bytes
    return head


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
        if form := _holds_others(whole, head, suffix):
            return form
        refuse_office(whole, head, name)
    return form_of(head, suffix, known, name)


def _holds_others(file: BinaryIO | None, head: bytes, suffix: str) -> str | None:
    """Return the format of a file that certainly holds others; None: it does not."""
    seen = head
    if file is not None and head.startswith(OLE):
        seen += OUTLOOK if has_name(file, OUTLOOK) else b""
    certain = (CONTAINERS[name] for name in _CERTAIN)
    return next((each.name for each in certain if each.fits(seen, suffix)), None)


def text_form(form: str, error: InputError, file: BinaryIO, options: ReadOptions) -> str | None:
    """Return the format in which the words of a file without goods are read; None: there is none.

    Args:
        form: The format that was tried.
        error: Why it does not fit.
        file: At its start; its position does not change.
        options: User settings; a format named there is the only one.
    """
    if options.format is not None:
        return None
    if error.code == _DECLARING:
        return TEXT.name
    if form in FORMATS and error.code in _WITHOUT_LINES:
        head = head_of(file)
        if _JSON.match(head):
            return "any-json"
        return next((each for each in _UNKNOWN if UNKNOWN[each].fits(head, "")), None)
    return _IF_NO_TABLE.get((form, error.code))


_UNKNOWN = ("xml", TEXT.name)
_JSON = re.compile(rb"(\xef\xbb\xbf)?\s*[\[{]")
_DECLARING = "trade/xml-document-type"  # XML that an entity could hide words in: its text is read
_WITHOUT_LINES = frozenset(
    (
        "trade/document-without-lines",
        "trade/document-without-lines-because",
        "trade/document-without-goods",
        "trade/no-x12-transaction-set",
    )
)
"""What is wrong with a document in a known layout that has no line of goods where it should be."""


def cause_of(error: InputError) -> Refusal | None:
    """Return why a document is read as text, if its sender should know it."""
    return Refusal.of(error, row=0) if error.code in _DAMAGE else None


_DAMAGE = frozenset(
    ("trade/line-not-json", "trade/several-columns-may-hold", _DECLARING, *_WITHOUT_LINES)
)
"""What may be mended in a document that is read as text."""


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
    if (
        form in MESSAGES
        or form in CONTAINERS
        or form != ALSO.get(suffix, suffix)
        or head_of(file).startswith(b"PAR1")
    ):
        return "content"
    return "name"


def may_be(file: BinaryIO, name: str, form: str = "") -> tuple[str, ...]:
    """Return the other formats of a file that a user may name.

    Args:
        file: Its position does not change.
        name: Name of the file.
        form: Table without a column of goods, which may be read as text; "": it is none.
    """
    head, suffix = head_of(file), suffix_of(name)
    found = (f.name for f in FORMATS.values() if not f.confirmed and f.fits(head, suffix))
    return (*found, *filter(None, (_IF_NO_TABLE.get((form, "trade/no-goods-column")),)))


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
    ours = suffix in OURS or suffix in UNKNOWN or suffix not in known
    if ours and not head:
        raise InputError("trade/file-empty", at=name)
    if form := _certain(head, suffix, ours=ours):
        return form
    if suffix in TEXTS or suffix in UNKNOWN or suffix not in known:
        refuse_strange(head, name)
        if form := _likely(head, suffix):
            return form
    if ours and ALSO.get(suffix, suffix) in WHOLE and TEXT.fits(head, suffix):
        refuse_strange(head, name)
        return _likely(head, suffix) or "csv"  # an export under the name of a spreadsheet
    fixed = CONTAINERS.get(suffix) or UNKNOWN.get(suffix)
    if suffix in known and (fixed is None or fixed.fits(head, suffix)):
        return suffix
    if TEXT.fits(head, suffix):
        return "csv"  # or, if it is no table, text
    raise _not_known(suffix, known, name)


def _certain(head: bytes, suffix: str, *, ours: bool) -> str | None:
    """Return the format that the first bytes show, whatever the suffix."""
    found = form_by_signature(head, suffix)
    if found is not None and (ours or found == "parquet"):
        return found
    for form in FORMATS.values():
        if form.confirmed and form.fits(head, suffix):
            return form.name
    if ours and re.match(rb'(\xef\xbb\xbf)?\s*(\[\s*)?\{\s*"', head):
        return next((form.name for form in json_formats() if form.fits(head, suffix)), "jsonl")
    return None


def _likely(head: bytes, suffix: str) -> str | None:
    """Return the format without a confirmed layout that the first bytes show."""
    every: tuple[Format | Container, ...] = (
        *FORMATS.values(),
        *CONTAINERS.values(),
        *UNKNOWN.values(),
    )
    forms = (form for form in every if form is not TEXT)
    found = next((form.name for form in forms if form.fits(head, suffix)), None)
    return found or (TEXT.name if _MESSAGE_BEHIND.search(head) else None)


def _not_known(suffix: str, known: Collection[str], name: str) -> InputError:
    formats = ", ".join(sorted(known))
    if suffix:
        return InputError("trade/suffix-not-known", suffix=suffix, formats=formats, at=name)
    return InputError("trade/format-not-told", formats=formats, at=name)


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
