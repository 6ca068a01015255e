"""An unsupported file is identified by its first bytes, with an alternative."""

import io
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trade.messages.found import SAMPLES

from tidewaiter.base.errors import InputError
from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.readers.formats import strange_of
from tidewaiter.trade.types import ReadOptions, Refusal

Read = Callable[..., Any]
CSV = b"Description,HS code\nacetone,2914.11\n"
EDI = (SAMPLES / "cuscar.edi").read_bytes()
XML = (SAMPLES / "wco.xml").read_bytes()
MAIL = (
    b"Received: from mx.example.org by mail.example.org; Thu, 26 Nov 2026 10:00:00 +0000\r\n"
    b"From: agent@example.org\r\nSubject: manifest\r\nMIME-Version: 1.0\r\n\r\nSee below\r\n"
)


@pytest.mark.parametrize(
    ("name", "raw", "what", "hint"),
    [
        ("a.7z", b"7z\xbc\xaf\x27\x1c" + bytes(50), "7-Zip", "unpack"),
        ("a.rar", b"Rar!\x1a\x07\x01\x00", "RAR", "unpack"),
        ("a.slk", b'ID;PWXL;N;E\nC;Y1;X1;K"acetone"\nE\n', "SYLK", "xlsx"),
        ("a.edi", b"", "empty", "again"),
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
    ("name", "raw", "word"),
    [
        ("a.xls", b"<html><table><tr><td>acetone</td></tr></table></html>", "acetone"),
        ("a.csv", b"<!DOCTYPE html>\n<p>acetone", "acetone"),
        ("a.eml", MAIL + CSV, "acetone,2914.11"),
        ("a.txt", MAIL + EDI, "CUSCAR"),
        ("a.txt", b"Dear all,\nplease find below\n" + EDI, "CUSCAR"),
        ("a.xml", b"HTTP/1.1 200 OK\r\n\r\n" + XML, "Declaration"),
        ("a.xml", b"<Invoice><Line>acetone</Line></Invoice>", "acetone"),
        ("a.csv", b"<Invoice><Line>acetone</Line></Invoice>", "acetone"),
        ("a.xml", (SAMPLES / "ics2.xml").read_bytes(), "Acetic anhydride"),
    ],
)
def test_a_file_of_unknown_layout_is_searched(name: str, raw: bytes, word: str) -> None:
    """Its words are screened, and its first refusal says that the layout is not known."""
    first, *rest = reader_for(name)(io.BytesIO(raw), name, ReadOptions())
    assert isinstance(first, Refusal)
    assert first.code == "trade/layout-not-confirmed"
    lines = [line for part in rest if isinstance(part, pa.RecordBatch) for line in part.to_pylist()]
    assert any(word in str(line) for line in lines)


def test_a_table_under_another_name_is_a_table(read: Read) -> None:
    """The suffix of XML does not make it XML."""
    lines, refusals = read(CSV, "a.xml")
    assert [line["goods"] for line in lines] == ["acetone"]
    assert refusals == []


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
