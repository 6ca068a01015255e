"""A workbook: its sheets, the texts that they share, and how its numbers are shown."""

import re
import zipfile
from collections.abc import Mapping
from posixpath import join, normpath
from typing import IO, BinaryIO

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.sheets.office import refuse_archive
from tidewaiter.base.sheets.xml import FAULTS, Local, damaged, walk

LARGEST = 1 << 30
"""Bytes that a spreadsheet may unpack to."""

_TOLD = frozenset(("sheet", "workbookPr", "numFmt", "xf", "Relationship"))
_MOST = 200_000  # elements of a small part; programs make at most 65,490 styles
_DAYS = frozenset(map(str, (*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58)))
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.')
_BRACKETS = re.compile(r"\[[^\]]*\]")


class Tab(Record, frozen=True, kw_only=True):
    """One sheet of a workbook."""

    name: str
    part: str  # the member of the archive
    hidden: bool


class Workbook(Record, frozen=True, kw_only=True):
    """A workbook, opened but not yet read."""

    archive: zipfile.ZipFile
    tabs: tuple[Tab, ...]
    texts: str  # the member of the archive that holds the shared texts; "": there is none
    styles: tuple[str | int, ...]  # of each style: "day", the digits to which it fills, or ""
    since_1904: bool  # its days are counted from 1904-01-01

    def open(self, part: str) -> IO[bytes]:
        """Open a member of the archive."""
        return self.archive.open(part)


def open_workbook(file: BinaryIO, name: str) -> Workbook:
    """Open a workbook; nothing of its sheets is read.

    Args:
        file: It can be sought in, and stays open while the workbook is used.
        name: Of the file, for errors.

    Raises:
        InputError: It is damaged or locked, is no workbook, holds macros, or unpacks to too much.
    """
    try:
        archive = zipfile.ZipFile(file)
        size = sum(member.file_size for member in archive.infolist())
    except FAULTS as error:
        raise damaged(name) from error
    refuse_archive(archive, name)
    if size > LARGEST:
        raise InputError(
            f"the spreadsheet unpacks to {size >> 20} MB", at=name, hint="export it as CSV"
        )
    return _Parts(archive, name).workbook()


class _Elements:
    """The elements of a small part that tell something, in order, with what they stand in."""

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
        """Leave text out: no part that is read so has any."""


class _Parts:
    """The members of an archive, whatever the case of their names."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self.archive = archive
        self.name = name
        self.members = {member.filename.casefold(): member for member in archive.infolist()}

    def workbook(self) -> Workbook:
        """Read what stands around the sheets."""
        root = [
            target
            for kind, target in self.related("").values()
            if kind == "officeDocument" and target.casefold().endswith(".xml")
        ]
        if not root:
            raise InputError(
                "the archive holds no .xlsx workbook", at=self.name, hint="save it as .xlsx or CSV"
            )
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
        """Give the name of a member as the archive spells it."""
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
        """Give what a part refers to: its number there, the kind and the member."""
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
    """Tell how a format shows a number: as a day, with zeros before it, or plainly."""
    first = _BRACKETS.sub("", _QUOTED.sub("", code)).split(";")[0].casefold().strip()
    if first and not first.strip("0"):
        return len(first)
    if first in ("general", "standard", "@"):
        return ""
    if "d" in first or "y" in first or ("m" in first and not {"h", "s"} & set(first)):
        return "day"
    return ""
