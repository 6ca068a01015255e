"""Office files that are refused: locked ones, macros, old ones, documents, archives."""

import io
import zipfile
from collections.abc import Callable

import pytest
from tests.support.raising import raises, says
from tests.trade.readers.conftest import Read

from tidewaiter.base.errors import InputError
from tidewaiter.base.sheets.workbook import OLE
from tidewaiter.trade.readers.inspection import inspect_file
from tidewaiter.trade.types import ReadOptions

Workbook = Callable[..., bytes]
TABLE = [["goods"], ["acetone"]]


def compound(*names: str) -> bytes:
    """Make what begins as a compound file, and holds these names as its folder has them."""
    return OLE + b"\0" * 900 + b"\0\0".join(name.encode("utf-16-le") for name in names)


def packed(members: dict[str, bytes]) -> bytes:
    """Make an archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_member(book: bytes, name: str) -> bytes:
    """Put another member into a workbook."""
    out = io.BytesIO(book)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, b"x")
    return out.getvalue()


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.csv", "a", "a.doc"])
@pytest.mark.parametrize(
    ("content", "problem", "hint"),
    [
        (compound("EncryptionInfo", "EncryptedPackage"), "base/office-file-locked", "without one"),
        (
            compound("Workbook", "_VBA_PROJECT_CUR"),
            "base/old-office-file-holds-macros",
            "save its table as .xlsx",
        ),
        (
            compound("WordDocument", "Macros"),
            "base/old-office-file-holds-macros",
            "in a safe environment",
        ),
        (compound("PowerPoint"), "base/old-spreadsheet", "save it as .xlsx or CSV"),
        (compound("WordDocument"), "base/old-document", "copy its table"),
        (b"%PDF-1.7 ...", "PDF file is damaged", "PDF reader"),
    ],
)
def test_files_of_old_offices_say_why_and_what_to_do(
    read: Read, name: str, content: bytes, problem: str, hint: str
) -> None:
    """Whatever their suffix, and before anything in them is read; inspect says the same."""
    with pytest.raises(InputError) as caught:
        read(content, name)
    assert says(caught.value.message, problem)
    assert hint in caught.value.hint
    seen = inspect_file(io.BytesIO(content), name, ReadOptions())
    assert says(seen.problem, problem)
    assert not seen.is_clear


def test_a_telling_name_is_found_where_pieces_meet(read: Read) -> None:
    """The names stand anywhere in a file of any length."""
    head = OLE + b"\0" * ((1 << 20) - len(OLE) - 10)
    with raises("base/office-file-locked"):
        read(head + "EncryptedPackage".encode("utf-16-le"), "a.xlsx")


@pytest.mark.parametrize("name", ["a.xlsm", "a.xlsx"])
@pytest.mark.parametrize(
    "member", ["xl/vbaProject.bin", "XL/VBAPROJECT.BIN", "xl/macrosheets/s.xml"]
)
def test_a_workbook_with_macros_is_refused(
    read: Read, workbook: Workbook, name: str, member: str
) -> None:
    """By what it holds, not by its suffix; without macros an .xlsm is read."""
    with raises("base/office-file-holds-macros") as caught:
        read(with_member(workbook(TABLE), member), name)
    assert "save its table" in caught.value.hint
    assert read(workbook(TABLE), name)[0][0]["goods"] == "acetone"


def test_a_document_with_macros_is_refused(read: Read) -> None:
    """Without any text, too; a format that the user names is the only one."""
    relations = {"_rels/.rels": b"<Relationships/>"}
    with raises("trade/document-without-lines"):
        read(packed({**relations, "word/document.xml": b"<a/>"}), "a.docx")
    with raises("base/document-not-a-spreadsheet"):
        read(packed({**relations, "word/document.xml": b"<a/>"}), "a.docx", format="xlsx")
    with raises("base/office-file-holds-macros"):
        read(
            packed({**relations, "word/document.xml": b"<a/>", "word/vbaProject.bin": b""}),
            "a.docm",
        )
    with raises("base/archive-holds-other-files") as caught:
        read(packed({"march.csv": b"goods\nacetone\n"}), "a.zip", format="xlsx")
    assert '"march.csv"' in caught.value.hint


@pytest.mark.parametrize(
    ("inner", "problem"),
    [
        (compound("EncryptedPackage"), "base/office-file-locked"),
        (compound("Workbook", "_VBA_PROJECT_CUR"), "base/old-office-file-holds-macros"),
        (packed({"_rels/.rels": b"", "xl/vbaProject.bin": b""}), "base/office-file-holds-macros"),
    ],
)
def test_an_archive_tells_of_what_is_inside(read: Read, inner: bytes, problem: str) -> None:
    """A file with macros or a lock is named; the others are read."""
    raw = packed({"march.xls": inner, "b.csv": b"goods\nacetone\n"})
    lines, refusals = read(raw, "a.zip")
    assert [line["goods"] for line in lines] == ["acetone"]
    assert (refusals[0].code, refusals[0].column) == (problem, "march.xls")
