"""What a file is that no reader reads, as its first bytes tell, and what would do."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tidewaiter.base.errors import InputError
from tidewaiter.consignments.messages import FORMATS
from tidewaiter.consignments.messages.x12 import X12_309
from tidewaiter.consignments.messages.xmlbytes import names_of


class Strange(NamedTuple):
    """What a file is, and what a user can do about it."""

    what: str
    hint: str


_APART = "unpack it, and give its files one by one"
_SAVE = "open it in a program that reads it, and save its table as .xlsx or CSV"
_LEAST = 2  # lines of the head of an e-mail
_BEGINS: tuple[tuple[bytes, Strange], ...] = (
    (b"7z\xbc\xaf\x27\x1c", Strange("an archive (7-Zip)", _APART)),
    (b"Rar!\x1a\x07", Strange("an archive (RAR)", _APART)),
    (b"BZh91AY&SY", Strange("an archive (bzip2)", "unpack it; .gz is read as it is")),
    (b"\xfd7zXZ\0", Strange("an archive (xz)", "unpack it; .gz is read as it is")),
    (b"\x28\xb5\x2f\xfd", Strange("an archive (zstd)", "unpack it; .gz is read as it is")),
    (b"{\\rtf", Strange("a text document (RTF)", _SAVE)),
    # Not "ID;P" alone: so does a header like "ID;Product" begin.
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
_ANYWHERE = frozenset((b"from", b"to", b"date"))  # lines above a table say these, too
_MAIL = re.compile(rb"\s*(?:From \S+@|[A-Za-z][A-Za-z-]{1,40}: ?\S)")
_EDIFACT = re.compile(rb"(?:^|\n)[ \t>]*(?:UNA.{6}\s*)?UN[BH]\+[A-Z0-9]", re.DOTALL)
_XML = re.compile(rb"""(?:^|\n)[^\n,;|\t"']*<\?xml\s+version""")  # in no cell of a table
_MANY = 4  # names of elements that are told
_ROOTS = {
    "CC013": "a transit declaration of the European Union (NCTS), amended",
    "CC015": "a transit declaration of the European Union (NCTS)",
    "CC029": "a release for transit of the European Union (NCTS)",
    "CC513": "an export declaration of the European Union (AES), amended",
    "CC515": "an export declaration of the European Union (AES)",
    "rss": "a feed (RSS)",
}
"""What documents of XML are that are not read, by how their first element begins."""


def strange_of(head: bytes) -> Strange | None:
    """Tell what a file is that is none of ours; None: its first bytes do not show it.

    Args:
        head: Its first bytes, unpacked; of no format that is read without being asked for.
    """
    return next(_told(head.removeprefix(b"\xef\xbb\xbf")), None)


def refuse_strange(head: bytes, name: str) -> None:
    """Refuse a file that its first bytes show to be something else than a table.

    Raises:
        InputError: It is.
    """
    found = strange_of(head)
    if found is not None:
        raise InputError(f"this is {found.what}", at=name, hint=found.hint)


def _told(head: bytes) -> Iterator[Strange]:
    for begin, strange in _BEGINS:
        if head.startswith(begin):
            yield strange
    place, mark = _TAR
    if head[place:].startswith(mark):
        yield Strange("an archive (tar)", _APART)
    if _HTML.match(head):
        yield Strange("a page of the web (HTML)", _SAVE)
    if _MAIL.match(head) and _is_mail({name.lower() for name in _FIELD.findall(head)}):
        yield Strange("an e-mail", "save what is attached to it, and give the files one by one")
    if X12_309.fits(head, ""):
        hint = f"say it: --format {X12_309.name}; of its sets, 309 is read (manifests of customs)"
        yield Strange("an X12 interchange, which must be asked for", hint)
    if _EDIFACT.search(head):
        hint = "cut off what stands before UNA, UNB or UNH, and give the rest"
        yield Strange("an EDIFACT message behind other text", hint)
    if names := names_of(head):
        yield _xml(head, names)
    elif _XML.search(head):
        hint = 'cut off what stands before "<?xml", and give the rest'
        yield Strange("an XML document behind other text", hint)


def _is_mail(fields: set[bytes]) -> bool:
    return len(fields) >= _LEAST and bool(fields - _ANYWHERE)


def _xml(head: bytes, names: tuple[str, ...]) -> Strange:
    shown = ", ".join(f'"{name[:40]}"' for name in dict.fromkeys(names[:_MANY]))
    asked = [f.name for f in FORMATS.values() if not f.confirmed and f.fits(head, "xml")]
    if asked:
        return Strange(
            f"XML that looks like {asked[0]}, which must be asked for",
            f"say it: --format {asked[0]}, and look at the lines before you rely on them",
        )
    hint = "layouts that are read: see --formats of inspect; else ask for a table"
    known = next((what for name, what in _ROOTS.items() if names[0].startswith(name)), None)
    if known is not None:
        return Strange(f"{known}, which is not read", hint)
    return Strange(f"XML of no layout that is read: its first elements are {shown}", hint)
