"""An unsupported file is identified by its first bytes, with an alternative."""

import bz2
import io
import lzma
import tarfile
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trade.messages.found import SAMPLES

from tidewaiter.base.errors import InputError
from tidewaiter.trade.readers.formats import strange_of

Read = Callable[..., Any]
CSV = b"Description,HS code\nacetone,2914.11\n"
EDI = (SAMPLES / "cuscar.edi").read_bytes()
XML = (SAMPLES / "wco.xml").read_bytes()
MAIL = (
    b"Received: from mx.example.org by mail.example.org; Thu, 26 Nov 2026 10:00:00 +0000\r\n"
    b"From: agent@example.org\r\nSubject: manifest\r\nMIME-Version: 1.0\r\n\r\nSee below\r\n"
)


def _tar() -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.csv"))
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "raw", "what", "hint"),
    [
        ("a.7z", b"7z\xbc\xaf\x27\x1c" + bytes(50), "7-Zip", "unpack"),
        ("a.rar", b"Rar!\x1a\x07\x01\x00", "RAR", "unpack"),
        ("a.csv.bz2", bz2.compress(CSV), "bzip2", "gz"),
        ("a.csv.xz", lzma.compress(CSV), "xz", "gz"),
        ("a.tar", _tar(), "tar", "unpack"),
        ("a.csv", b"{\\rtf1 acetone}", "RTF", "xlsx"),
        ("a.slk", b'ID;PWXL;N;E\nC;Y1;X1;K"acetone"\nE\n', "SYLK", "xlsx"),
        ("a.xls", b"<html><table><tr><td>acetone</td></tr></table></html>", "HTML", "xlsx"),
        ("a.csv", b"<!DOCTYPE html>\n<p>acetone", "HTML", "xlsx"),
        ("a.eml", MAIL + CSV, "e-mail", "attachments"),
        ("a.txt", MAIL + EDI, "e-mail", "attachments"),
        ("a.txt", b"Dear all,\nplease find below\n" + EDI, "EDIFACT", "remove the text"),
        ("a.xml", b"HTTP/1.1 200 OK\r\n\r\n" + XML, "XML document behind", "remove the text"),
        ("a.xml", b"<Invoice><Line>acetone</Line></Invoice>", '"Invoice", "Line"', "layouts"),
        ("a.csv", b"<Invoice><Line>acetone</Line></Invoice>", '"Invoice", "Line"', "layouts"),
        ("a.xml", (SAMPLES / "ics2.xml").read_bytes(), "ics2-xml", "--format ics2-xml"),
        (
            "a.txt",
            b"ISA*00*          *00*          *ZZ*A~GS*AQ~ST*358*0001~",
            "X12",
            "--format x12-all",
        ),
        ("a.edi", b"", "empty", "again"),
        ("a.xml", CSV, "not known", "--format csv"),
    ],
)
def test_a_file_that_is_not_read_is_called_by_what_it_is(
    read: Read, name: str, raw: bytes, what: str, hint: str
) -> None:
    """The error names it, and the hint says what would do, whatever the suffix is."""
    with pytest.raises(InputError) as caught:
        read(raw, name)
    assert what in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    "head",
    [
        b"ID;Product;HS\n1;acetone;2914.11\n",
        b"From: Shipper,To: Consignee,goods\na,b,acetone\n",
        b"goods,Subject\nacetone,Date: 1\n",
        b"ISA;goods\nx;acetone\n",
        b'goods,note\nacetone,"UNB and UNH"\n',
        b"goods < 5 kg;hs\nacetone;2914\n",
        b"From: Shanghai\nTo: Hamburg\nDate: 2026-01-01\n\ngoods,hs\nacetone,2914.11\n",
        b"Subject: A\nSubject: B\nSubject: C\n",
        b'goods,message\nacetone,"<?xml version=""1.0""?><a/>"\n',
        b"goods;message\nacetone;<?xml version='1.0'?><a/>\n",
        CSV,
    ],
)
def test_a_table_is_not_taken_for_something_else(head: bytes) -> None:
    """Headers that begin alike are headers."""
    assert strange_of(head) is None


@given(st.binary(max_size=400))
def test_any_bytes_are_told_or_not(head: bytes) -> None:
    """No first bytes crash it, and what it says has a hint."""
    found = strange_of(head)
    assert found is None or (found.what and found.hint)
