"""Office files that are not read: locked ones, those with programs inside, old ones, documents.

Nothing of them is opened or run: the names of their parts tell what they are.
"""

import zipfile
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import IO, BinaryIO

from tidewaiter.base.errors import InputError
from tidewaiter.base.sheets.xml import FAULTS

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How a compound file begins: an Office file before 2007, or a locked one."""

_PIECE = 1 << 20
_LONGEST = 64 << 20  # bytes of a file in an archive that are looked at
_MOST = 200  # of them
_MACROS = ("vbaproject.bin", "vbadata.xml")
_SHEETS_OF_MACROS = ("xl/macrosheets/", "xl/dialogsheets/")
_LOCKED = (b"EncryptedPackage", b"EncryptionInfo")
_PROGRAMS = (b"_VBA_PROJECT", b"Macros", b"_VBA_PROJECT_CUR")
_WORD = (b"WordDocument",)
_HARMLESS = "open it where that is safe, and save its table as .xlsx or CSV"
_UNLOCK = "open it with its password, and save it without one"
_SAVE = "open it in a spreadsheet program, and save it as .xlsx or CSV"


def refuse_office(file: BinaryIO | None, head: bytes, name: str) -> None:
    """Refuse what is an office file, but no workbook that can be read.

    Args:
        file: At its start, and left there; None: only its first bytes are at hand.
        head: These.
        name: Of the file, for errors.

    Raises:
        InputError: It is a PDF, or a compound file.
    """
    if head.startswith(b"%PDF"):
        hint = "ask for the file that it was printed from: CSV, XLSX, XML or JSON"
        raise InputError(
            "this is a PDF: a print, in which no table can be read", at=name, hint=hint
        )
    if head.startswith(OLE):
        names = _names_in(head) if file is None else _names_of(file)
        raise _compound(names, name)


def has_macros(members: Iterable[str]) -> bool:
    """Tell whether the members of an Office file hold a program."""
    return any(
        member.rpartition("/")[2] in _MACROS or member.startswith(_SHEETS_OF_MACROS)
        for member in (each.casefold() for each in members)
    )


def refuse_archive(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse an archive that holds a program, or is no workbook.

    Raises:
        InputError: Why.
    """
    members = [member.filename for member in archive.infolist()]
    plain = {member.casefold() for member in members}
    if has_macros(members):
        raise InputError("the Office file holds macros (programs)", at=name, hint=_HARMLESS)
    if "word/document.xml" in plain or "ppt/presentation.xml" in plain:
        raise InputError(
            "this is a document and no spreadsheet", at=name, hint="copy its table into a .xlsx"
        )
    if "mimetype" in plain and "content.xml" in plain:
        raise InputError("this is an OpenDocument file", at=name, hint=_SAVE)
    if "_rels/.rels" in plain:
        return
    held = next(_inside(archive), "")
    seen = ", ".join(f'"{member}"' for member in members[:5])
    raise InputError(
        f"the archive holds no .xlsx workbook{held}",
        at=name,
        hint=f"unpack it, and give its files one by one: {seen or 'it is empty'}",
    )


def _inside(archive: zipfile.ZipFile) -> Iterator[str]:
    """Say of the files in an archive which ones would be refused."""
    for member in archive.infolist()[:_MOST]:
        if member.file_size > _LONGEST or member.is_dir():
            continue
        try:
            with archive.open(member) as stream:
                why = _why(stream, member.filename)
        except FAULTS:
            continue
        if why:
            yield f'; "{member.filename}" in it would be refused: {why}'


def _why(stream: IO[bytes], name: str) -> str:
    """Say why a file would be refused; "": no reason is seen."""
    head = stream.read(len(OLE))
    if not head.startswith((OLE, b"PK\x03\x04", b"%PDF")):
        return ""
    whole = BytesIO(head + stream.read(_LONGEST))
    try:
        refuse_office(whole, head, name)
        with zipfile.ZipFile(whole) as inner:
            if has_macros(inner.namelist()):
                return "the Office file holds macros (programs)"
    except InputError as error:
        return error.message
    return ""


def _compound(names: frozenset[bytes], name: str) -> InputError:
    if names.intersection(_LOCKED):
        return InputError("the Office file is locked with a password", at=name, hint=_UNLOCK)
    if names.intersection(_PROGRAMS):
        problem = "this is an old Office file that holds macros (programs)"
        return InputError(problem, at=name, hint=_HARMLESS)
    if names.intersection(_WORD):
        problem = "this is an old document (.doc) and no spreadsheet"
        return InputError(problem, at=name, hint="copy its table into a .xlsx")
    return InputError("this is an old spreadsheet (.xls) or Office file", at=name, hint=_SAVE)


def _names_of(file: BinaryIO) -> frozenset[bytes]:
    """Find which of the telling names stand in a compound file, in UTF-16 as its folders do."""
    found: frozenset[bytes] = frozenset()
    before = b""
    place = file.tell()
    while piece := file.read(_PIECE):
        found |= _names_in(before + piece)
        before = piece[-64:]
    file.seek(place)
    return found


def _names_in(piece: bytes) -> frozenset[bytes]:
    every = (*_LOCKED, *_PROGRAMS, *_WORD)
    return frozenset(each for each in every if each.decode().encode("utf-16-le") in piece)
