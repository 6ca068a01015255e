"""Workbooks (.xlsx): sheets and number formats; detection of unsupported Office files.

Contents are never executed: the names of the archive members identify the type.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from posixpath import join, normpath
from typing import IO, BinaryIO

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.sheets.xml import FAULTS, Local, damaged, walk

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Signature of a compound file: an Office file before 2007, or an encrypted one."""

_PIECE = 1 << 20
_LONGEST = 64 << 20  # bytes of an archive member that are examined
_MOST_MEMBERS = 200  # archive members that are examined
_MACROS = ("vbaproject.bin", "vbadata.xml")
_SHEETS_OF_MACROS = ("xl/macrosheets/", "xl/dialogsheets/")
_LOCKED = (b"EncryptedPackage", b"EncryptionInfo")
_PROGRAMS = (b"_VBA_PROJECT", b"Macros", b"_VBA_PROJECT_CUR")
_WORD = (b"WordDocument",)
_BOOK = (b"Workbook", b"Book")


def refuse_office(file: BinaryIO | None, head: bytes, name: str) -> None:
    """Refuse an Office file that is not a readable workbook.

    Args:
        file: Positioned at the start, and left there; None: only the first bytes are available.
        head: The first bytes.
        name: Name of the file, for errors.

    Raises:
        InputError: A PDF or a compound file.
    """
    if head.startswith(b"%PDF"):
        raise InputError("base/pdf", at=name)
    if head.startswith(OLE):
        error = _compound(_names_in(head) if file is None else _names_of(file), name)
        if error is not None and (file is not None or error.code != "base/old-spreadsheet"):
            raise error


def has_macros(members: Iterable[str]) -> bool:
    """Return whether the members of an Office file include macros."""
    return any(
        member.rpartition("/")[2] in _MACROS or member.startswith(_SHEETS_OF_MACROS)
        for member in (each.casefold() for each in members)
    )


def refuse_archive(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse an archive that contains macros, or is not a workbook.

    Raises:
        InputError: Refused, with the reason.
    """
    members = [member.filename for member in archive.infolist()]
    plain = {member.casefold() for member in members}
    if has_macros(members):
        raise InputError("base/office-file-holds-macros", at=name)
    if "word/document.xml" in plain or "ppt/presentation.xml" in plain:
        raise InputError("base/document-not-a-spreadsheet", at=name)
    if "_rels/.rels" in plain:
        return
    held = next(_inside(archive), "")
    seen = ", ".join(f'"{member}"' for member in members[:5])
    raise InputError(
        "base/archive-holds-other-files", held=held, seen=seen or "it is empty", at=name
    )


def _inside(archive: zipfile.ZipFile) -> Iterator[str]:
    """Yield the members of an archive that would be refused, with the reason."""
    for member in archive.infolist()[:_MOST_MEMBERS]:
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
    """Return the reason why a file would be refused; "": none."""
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


def _compound(names: frozenset[bytes], name: str) -> InputError | None:
    if names.intersection(_LOCKED):
        return InputError("base/office-file-locked", at=name)
    if names.intersection(_PROGRAMS):
        return InputError("base/old-office-file-holds-macros", at=name)
    if names.intersection(_WORD):
        return InputError("base/old-document", at=name)
    return None if names.intersection(_BOOK) else InputError("base/old-spreadsheet", at=name)


def _names_of(file: BinaryIO) -> frozenset[bytes]:
    """Find the known marker names in a compound file, in UTF-16 as in its directory."""
    found: frozenset[bytes] = frozenset()
    before = b""
    place = file.tell()
    while piece := file.read(_PIECE):
        found |= _names_in(before + piece)
        before = piece[-64:]
    file.seek(place)
    return found


def has_name(file: BinaryIO, name: bytes) -> bool:
    """Return whether bytes occur in a file, such as a name in a compound file; it is left as is."""
    place, before, found = file.tell(), b"", False
    while not found and (piece := file.read(_PIECE)):
        found = name in before + piece
        before = piece[-len(name) :]
    file.seek(place)
    return found


def _names_in(piece: bytes) -> frozenset[bytes]:
    every = (*_LOCKED, *_PROGRAMS, *_WORD, *_BOOK)
    return frozenset(each for each in every if each.decode().encode("utf-16-le") in piece)


LARGEST = 1 << 30
"""Maximum unpacked size of a spreadsheet, in bytes."""

_TOLD = frozenset(("sheet", "workbookPr", "numFmt", "xf", "Relationship"))
_MOST = 200_000  # elements of a small part; Excel allows 65,490 styles
_DAYS = frozenset(map(str, (*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58)))
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.')
_BRACKETS = re.compile(r"\[[^\]]*\]")


class Tab(Record, frozen=True, kw_only=True):
    """One sheet of a workbook."""

    name: str
    part: str  # archive member
    hidden: bool


class Workbook(Record, frozen=True, kw_only=True):
    """An opened workbook; its sheets are not read yet."""

    archive: zipfile.ZipFile
    tabs: tuple[Tab, ...]
    texts: str  # archive member with the shared strings; "": none
    styles: tuple[str | int, ...]  # per style: "day", the width for leading zeros, or ""
    since_1904: bool  # serial days start at 1904-01-01

    def open(self, part: str) -> IO[bytes]:
        """Open an archive member."""
        return self.archive.open(part)


def open_workbook(file: BinaryIO, name: str) -> Workbook:
    """Open a workbook without reading its sheets.

    Args:
        file: Seekable; must stay open while the workbook is used.
        name: Name of the file, for errors.

    Raises:
        InputError: Damaged, encrypted, not a workbook, contains macros, or too large unpacked.
    """
    try:
        archive = zipfile.ZipFile(file)
        size = sum(member.file_size for member in archive.infolist())
    except FAULTS as error:
        raise damaged(name) from error
    refuse_archive(archive, name)
    if size > LARGEST:
        raise InputError("base/spreadsheet-too-large", size=size >> 20, at=name)
    return _Parts(archive, name).workbook()


class _Elements:
    """Collects the relevant elements of a small part, in order, with their parents."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str, Mapping[str, str]]] = []  # parent, name, attributes
        self._open = [""]
        self._local = Local()

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        local = self._local[name]
        if local in _TOLD:
            plain = {self._local[key]: value for key, value in attributes.items()}
            self.found.append((self._open[-1], local, plain))
        self._open.append(local)

    def end(self, _: str) -> None:
        self._open.pop()

    def text(self, text: str) -> None:
        """Ignore text: these parts have none."""


class _Parts:
    """Archive members, with case-insensitive names."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self.archive = archive
        self.name = name
        self.members = {member.filename.casefold(): member for member in archive.infolist()}

    def workbook(self) -> Workbook:
        """Read the parts other than the sheets."""
        root = [
            target
            for kind, target in self.related("").values()
            if kind == "officeDocument" and target.casefold().endswith(".xml")
        ]
        if not root:
            raise InputError("base/archive-holds-no-workbook", at=self.name)
        related = self.related(root[0])
        elements = self.elements(root[0])
        sheets = [a for _, name, a in elements if name == "sheet"]
        one = dict(related.values())
        return Workbook(
            archive=self.archive,
            tabs=tuple(
                Tab(
                    name=a.get("name", ""),
                    part=self.member(target),
                    hidden=a.get("state", "visible") != "visible",
                )
                for a in sheets
                for kind, target in [related.get(a.get("id", ""), ("", ""))]
                if kind == "worksheet"
            ),
            texts=self.member(one["sharedStrings"]) if "sharedStrings" in one else "",
            styles=_styles(self.elements(one["styles"])) if "styles" in one else (),
            since_1904=any(
                a.get("date1904") in ("1", "true")
                for _, name, a in elements
                if name == "workbookPr"
            ),
        )

    def member(self, part: str) -> str:
        """Return the name of a member as spelled in the archive."""
        found = self.members.get(part.casefold())
        if found is None:
            raise damaged(self.name)
        return found.filename

    def elements(self, part: str) -> list[tuple[str, str, Mapping[str, str]]]:
        """Read the elements of a small part."""
        member = self.member(part)
        events = _Elements()
        try:
            with self.archive.open(member) as stream:
                for _ in walk(stream, events, self.name):
                    if len(events.found) > _MOST:
                        raise damaged(self.name)
        except FAULTS as error:
            raise damaged(self.name) from error
        return events.found

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """Return the relationships of a part: id, type and target member."""
        folder, _, leaf = part.rpartition("/")
        rels = join(folder, "_rels", f"{leaf}.rels")
        if rels.casefold() not in self.members:
            raise damaged(self.name)
        return {
            a.get("Id", ""): (
                a.get("Type", "").rpartition("/")[2],
                normpath(join("/", folder, a.get("Target", ""))).lstrip("/"),
            )
            for _, name, a in self.elements(rels)
            if name == "Relationship" and a.get("TargetMode") != "External"
        }


def _styles(elements: list[tuple[str, str, Mapping[str, str]]]) -> tuple[str | int, ...]:
    codes = {
        a.get("numFmtId"): a.get("formatCode", "") for _, name, a in elements if name == "numFmt"
    }
    formats = [
        a.get("numFmtId", "0")
        for parent, name, a in elements
        if (parent, name) == ("cellXfs", "xf")
    ]
    return tuple(
        _shown(codes[number]) if number in codes else "day" if number in _DAYS else ""
        for number in formats
    )


def _shown(code: str) -> str | int:
    """Return how a number format displays a number: as a date, with leading zeros, or plainly."""
    first = _BRACKETS.sub("", _QUOTED.sub("", code)).split(";")[0].casefold().strip()
    if first and not first.strip("0"):
        return len(first)
    if first in ("general", "standard", "@"):
        return ""
    if "d" in first or "y" in first or ("m" in first and not {"h", "s"} & set(first)):
        return "day"
    return ""
