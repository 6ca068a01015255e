"""Files that hold others: their text, each file inside by its own reader, and limits."""

import io
import random
import tarfile
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfWriter
from tests.support.compound import compound, outlook
from tests.support.raising import raises
from tests.trade.readers.parts import samples
from tests.trade.readers.parts.samples import CSV, archive, docx, in_pieces, odt, pdf

from tidewaiter.base.documents import pdf as conversion
from tidewaiter.base.errors import InputError
from tidewaiter.trade.readers.inspection import inspect_file
from tidewaiter.trade.readers.parts import pdf as pdf_parts
from tidewaiter.trade.readers.parts import rtf, types
from tidewaiter.trade.readers.parts import signed as signed_parts
from tidewaiter.trade.types import ReadOptions, Refusal

Lines = list[dict[str, Any]]
Read = Callable[..., tuple[Lines, list[Refusal]]]
GOODS = {"goods": "Acetic anhydride", "hs": "291524", "net_mg": 25_000_000}
NOT_FOUND = frozenset(("trade/layout-not-confirmed", "trade/goods-text-missing"))


def mail(subject: str, text: str = "", page: str = "", **attached: bytes) -> EmailMessage:
    """Write an e-mail; attachments are named with "_" for "."."""
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = subject, "a@b.example", "c@d.example"
    made.set_content(text)
    if page:
        made.add_alternative(page, subtype="html")
    for name, data in attached.items():
        leaf = name.replace("_", ".")
        made.add_attachment(data, maintype="application", subtype="octet-stream", filename=leaf)
    return made


def goods(lines: Lines) -> list[str]:
    """Return the goods of the lines that have any."""
    return [line["goods"] for line in lines if line["goods"]]


def others(lines: Lines) -> dict[str, str]:
    """Return the other texts by where they stand."""
    return {each["name"]: each["text"] for line in lines for each in line["other"] or ()}


def codes(refusals: list[Refusal]) -> list[str]:
    """Return what was refused, without the remarks on the layout."""
    return [each.code for each in refusals if each.code not in NOT_FOUND]


@pytest.mark.parametrize(
    ("name", "raw"),
    [("a.docx", docx()), ("a.odt", odt()), ("a.rtf", samples.RTF.encode()), ("a.doc", docx())],
)
def test_a_table_in_a_text_document_is_a_table(read: Read, name: str, raw: bytes) -> None:
    """With its header; the text beside it is other text of its first line."""
    (line,), refusals = read(raw, name)
    assert {key: line[key] for key in GOODS} == GOODS
    assert "PACKING LIST 77" in others([line])["text above the table"]
    assert codes(refusals) == []


def test_pairs_in_a_document_belong_to_each_line(read: Read) -> None:
    """A shipper named above the table is a party."""
    (line,), _ = read(docx(), "a.docx")
    assert [(party["role"], party["name"]) for party in line["parties"]] == [
        ("consignor", "ACME & Sons")
    ]


def test_all_text_of_a_document_is_read_once(read: Read) -> None:
    """Text boxes and footnotes are; what older programs see instead and fields are not."""
    text = others(read(docx(), "a.docx")[0])["text above the table"]
    assert "boxed" in text
    assert "toluene" in text
    assert "again" not in text
    assert "zork" not in text


def test_a_document_without_a_table_is_text(read: Read) -> None:
    """Its paragraphs are lines."""
    text = "<w:document xmlns:w='w'><w:p><w:t>100 drums of acetone</w:t></w:p></w:document>"
    lines, _ = read(archive({"word/document.xml": text}), "a.docx")
    assert others(lines) == {"text, line 1": "100 drums of acetone"}


def test_a_document_with_macros_is_refused(read: Read) -> None:
    """Nothing in it is opened."""
    with raises("base/office-file-holds-macros"):
        read(docx(word__vbaProject_bin=b"x"), "a.docx")


def test_files_in_a_document_are_read(read: Read) -> None:
    """An embedded table is; a picture is named."""
    raw = docx(word__embeddings__list_csv=CSV, word__media__drum_png=b"\x89PNG\r\n\x1a\n")
    lines, refusals = read(raw, "a.docx")
    assert goods(lines) == ["Acetic anhydride"] * 2
    assert [(each.code, each.column) for each in refusals] == [
        ("trade/attachment-not-read", "drum.png")
    ]


@pytest.mark.parametrize("text", ["<!DOCTYPE a [<!ENTITY b 'c'>]><w:t>&b;</w:t>", "<w:p", ""])
def test_a_damaged_document_is_refused(read: Read, text: str) -> None:
    """Entities are, too."""
    with pytest.raises(InputError):
        read(archive({"word/document.xml": text}), "a.docx")


def test_rtf_keeps_scripts_and_skips_pictures(read: Read) -> None:
    """Code pages of fonts, and Unicode characters without those that stand for them."""
    text = others(read(samples.RTF, "a.rtf")[0])["text above the table"]
    assert "Уксус €" in text
    assert "00ff" not in text


def test_compressed_rtf_is_unpacked() -> None:
    """The example of [MS-OXRTFCP], section 3.1.1, and one that breaks off."""
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af3"
        "2068656c090020627705b06c647d0a800fa0"
    )
    assert rtf.unpacked(packed) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert rtf.unpacked(packed[:30]).startswith(b"{\\rtf1")


def test_each_attachment_is_read_by_its_own_reader(read: Read) -> None:
    """A table, an archive with a document, and an e-mail; the sender's file is named."""
    zipped = archive({"x/a.csv": CSV, "b.docx": docx()})
    sent = mail("offer", "see the list", list_csv=CSV.encode(), all_zip=zipped)
    sent.add_attachment(mail("forwarded", "100 drums of toluene"))
    lines, refusals = read(bytes(sent), "mail.eml")
    assert goods(lines) == ["Acetic anhydride"] * 3
    files = [
        each["text"]
        for line in lines
        for each in line["other"] or ()
        if each["name"] == "attached file"
    ]
    assert files == ["list.csv", "all.zip/x/a.csv", "all.zip/b.docx"]
    found = others(lines)
    assert found["subject"] == "offer"
    assert found["text, line 1"] == "see the list"
    assert found["forwarded, line 1"] == "100 drums of toluene"
    assert [line["row"] for line in lines] == list(range(1, len(lines) + 1))
    assert codes(refusals) == []


def test_what_is_not_read_in_an_email_is_named(read: Read) -> None:
    """A picture, an archive of another kind, and a damaged workbook; the others are read."""
    parts = {"a_png": b"\x89PNG\r\n", "b_7z": b"7z\xbc\xaf\x27\x1c", "c_xlsx": b"PK\x03\x04 no"}
    lines, refusals = read(bytes(mail("acetone", "hello", "", **parts)), "mail.eml")
    assert others(lines)["subject"] == "acetone"
    told = [(each.column, each.code, each.screened) for each in refusals if not each.screened]
    assert [column for column, _, _ in told] == ["a.png", "b.7z", "c.xlsx"]
    assert told[0][1] == "trade/attachment-not-read"
    assert told[1][1] == "trade/not-a-table-but"


def test_the_page_of_an_email_keeps_its_table(read: Read) -> None:
    """The plain text is left out if it has no other word."""
    page = "<p>Our list</p><table><tr><td>Goods<td>HS code<tr><td>ether<td>290911</table>"
    lines, _ = read(bytes(mail("a", "Our list\n\nGoods HS code\nether 290911", page)), "mail.eml")
    assert [(line["goods"], line["hs"]) for line in lines[1:]] == [("ether", "290911")]
    lines, _ = read(bytes(mail("a", "Our list of toluene", page)), "mail.eml")
    assert "Our list of toluene" in others(lines).values()


def test_a_mailbox_is_its_emails(read: Read) -> None:
    """Each has its own text."""
    one, two = (bytes(mail(each, f"{each} here")) for each in ("acetone", "toluene"))
    line = b"From a@b.example Tue Dec  1 10:00:00 2026\n"
    found = others(read(line + one + b"\n" + line + two, "box.mbox")[0])
    assert found["message 1, line 1"] == "acetone here"
    assert found["message 2, subject"] == "toluene"


def test_a_file_of_outlook_is_read_like_an_email(read: Read) -> None:
    """Subject, sender, text and attachments, small and large."""
    large = CSV + "tea,0902,1\n" * 600
    streams = outlook("offer", "see", attached={"a.csv": CSV.encode(), "b.csv": large.encode()})
    lines, refusals = read(compound(streams), "mail.msg")
    found = others(lines)
    assert (found["subject"], found["from"]) == ("offer", "Agent <agent@a.example>")
    assert found["text, line 1"] == "see"
    assert goods(lines)[:2] == ["Acetic anhydride"] * 2
    assert len(goods(lines)) == 602
    assert codes(refusals) == []
    assert goods(read(compound(streams), "unnamed")[0]) == goods(lines)


def test_an_email_in_an_email_of_outlook_is_read(read: Read) -> None:
    """It is a storage, no file."""
    inner = {
        f"__attach_version1.0_#00000000/__substg1.0_3701000D/{path}": data
        for path, data in outlook("inner", "toluene", attached={"a.csv": CSV.encode()}).items()
    }
    title = {"__attach_version1.0_#00000000/__substg1.0_3001001F": "fwd".encode("utf-16-le")}
    lines, _ = read(compound(outlook("outer", "text") | inner | title), "mail.msg")
    found = others(lines)
    assert found["subject"] == "outer"
    assert found["fwd, subject"] == "inner"
    assert goods(lines) == ["Acetic anhydride"]


def test_the_text_of_a_pdf_is_screened_with_its_page(read: Read) -> None:
    """A page without text is told: it was not screened."""
    lines, refusals = read(pdf("100 drums of acetone", "", "tea"), "a.pdf")
    assert others(lines) == {
        "page 1, line 1": "100 drums of acetone",
        "page 3, line 1": "tea",
    }
    (told,) = (each for each in refusals if not each.screened)
    assert told.code in ("trade/pages-without-text", "trade/scans-not-recognised")
    assert (told.values["count"], told.values["pages"]) == (1, "2")


def test_an_invoice_in_a_pdf_is_read_in_its_layout(read: Read) -> None:
    """As of Factur-X; the page is read too."""
    invoice = (samples.DATA / "messages" / "cii.xml").read_bytes()
    raw = pdf("Invoice for tea", files={"factur-x.xml": invoice})
    lines, _ = read(raw, "a.pdf")
    alone = read(invoice, "cii.xml")[0]
    assert goods(lines) == goods(alone)
    assert goods(lines)
    assert others(lines)["page 1, line 1"] == "Invoice for tea"
    seen = inspect_file(io.BytesIO(raw), "a.pdf", ReadOptions())
    assert (seen.form, seen.sheet, seen.problem) == ("pdf", "factur-x.xml", "")
    assert "goods" in {field for column in seen.columns for field in column.fields}


def test_a_scanned_page_is_recognised(read: Read) -> None:
    """With its confidence, if the extra and Tesseract are there."""
    if not conversion.can_recognise():
        pytest.skip("the extra `ocr` is not installed")
    picture = Image.new("L", (1700, 600), 255)
    font = ImageFont.load_default(size=60)
    ImageDraw.Draw(picture).text((80, 80), "100 drums of acetic anhydride", 0, font=font)
    held = io.BytesIO()
    picture.save(held, "PDF", resolution=200)
    lines, refusals = read(held.getvalue(), "scan.pdf")
    ((place, text),) = others(lines).items()
    assert "acetic anhydride" in text
    assert "recognised" in place
    assert codes(refusals) == []


def test_an_encrypted_or_damaged_pdf_is_an_error(read: Read) -> None:
    """Its words cannot be seen."""
    writer, held = PdfWriter(io.BytesIO(pdf("acetone"))), io.BytesIO()
    writer.encrypt("secret")
    writer.write(held)
    with raises("trade/pdf-encrypted"):
        read(held.getvalue(), "a.pdf")
    with raises("trade/pdf-damaged"):
        read(b"%PDF-1.4 and no more", "a.pdf")


def test_a_pdf_that_is_not_read_to_its_end_is_told(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read before a limit is screened."""
    whole = pdf_parts._converted
    monkeypatch.setattr(
        pdf_parts, "_converted", lambda held: (i for i in whole(held) if i.state != "end")
    )
    lines, refusals = read(pdf("acetone"), "a.pdf")
    assert others(lines) == {"page 1, line 1": "acetone"}
    assert "trade/pdf-not-read-whole" in codes(refusals)


def test_an_archive_is_read_where_no_command_unpacks_it(read: Read) -> None:
    """A ZIP and a tar; a name outside its folder writes nothing."""
    lines, _ = read(archive({"../../a.csv": CSV, "__MACOSX/b": "x"}), "a.zip")
    assert goods(lines) == ["Acetic anhydride"]
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as made:
        info = tarfile.TarInfo("a.csv")
        info.size = len(CSV)
        made.addfile(info, io.BytesIO(CSV.encode()))
    assert goods(read(held.getvalue(), "a.tar")[0]) == ["Acetic anhydride"]


def _nested(depth: int) -> bytes:
    raw = archive({"a.csv": CSV})
    for number in range(depth):
        raw = archive({f"{number}.zip": raw})
    return raw


@pytest.mark.parametrize(
    ("limits", "raw", "code"),
    [
        ({}, _nested(types.DEEPEST), "trade/parts-too-deep"),
        ({"MOST": 2}, archive({f"{at}.csv": CSV for at in range(3)}), "trade/too-many-parts"),
        ({"LARGEST": 50}, archive({"a.csv": CSV * 9}), "trade/parts-too-large"),
        ({"_SMALL": 0, "RATIO": 3}, archive({"a.csv": CSV * 99}), "trade/part-bomb"),
    ],
)
def test_bombs_are_refused(
    read: Read,
    monkeypatch: pytest.MonkeyPatch,
    limits: Mapping[str, int],
    raw: bytes,
    code: str,
) -> None:
    """By depth, number, size and ratio."""
    for name, value in limits.items():
        monkeypatch.setattr(types, name, value)
    with raises(code):
        read(raw, "a.zip")


def test_a_column_given_by_the_user_concerns_the_attachment_that_has_it(read: Read) -> None:
    """Other attachments are read as before; a missing one is an error."""
    table = "Zork,HS code\nAcetic anhydride,291524\n"
    raw = bytes(mail("x", "hello", a_csv=table.encode(), b_csv=CSV.encode()))
    assert goods(read(raw, "m.eml", columns={"goods": "Zork"})[0]) == ["Acetic anhydride"] * 2
    with raises("trade/no-column-for-field"):
        read(raw, "m.eml", columns={"goods": "Blurb"})


def test_a_question_about_an_attachment_does_not_stop_the_email(read: Read) -> None:
    """It is reported, and all words are screened."""
    table = "Weight kg,Net weight kg,Net weight (kg),Goods\n1,2,3,acetone\n"
    lines, refusals = read(bytes(mail("x", "hello", a_csv=table.encode())), "m.eml")
    assert goods(lines) == ["acetone"]
    assert any(each.column == "a.csv" for each in refusals)


def test_inspecting_an_email_shows_its_table() -> None:
    """The columns of the attachment, and the names of all tables."""
    raw = bytes(mail("offer", "see the list", list_csv=CSV.encode()))
    seen = inspect_file(io.BytesIO(raw), "mail.eml", ReadOptions())
    assert (seen.form, seen.sheet) == ("email", "list.csv")
    assert {field for column in seen.columns for field in column.fields} == {"goods", "hs", "net"}
    assert "list.csv" in seen.sheets
    assert seen.rows == 3
    alone = inspect_file(io.BytesIO(bytes(mail("offer", "acetone"))), "mail.eml", ReadOptions())
    assert (alone.form, alone.rows, alone.is_clear) == ("email", 2, False)


def test_random_rich_text_is_read_in_linear_time() -> None:
    """Any bytes are tokens, however deep groups are."""
    chance = random.Random(24)
    raw = bytes(chance.choice(rb"{}\\ab'09 \n*;u-\xe9") for _ in range(20_000))
    for data in (raw, b"{" * 200_000, b"\\u1" * 50_000, b"{\\rtf1" + b"\\cell" * 50_000):
        list(rtf.split(io.BytesIO(data), "a.rtf", types.Room()))


def signed(content: bytes, *options: pkcs7.PKCS7Options) -> bytes:
    """Sign a document with a key of this test."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a")])
    day = datetime(2026, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(1)
    made = made.public_key(key.public_key()).not_valid_before(day).not_valid_after(day)
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
    builder = builder.add_signer(made.sign(key, hashes.SHA256()), key, hashes.SHA256())
    return builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary, *options])


@pytest.mark.parametrize("wrap", [signed, in_pieces, lambda raw: b64encode(signed(raw))])
def test_the_document_in_a_signed_file_is_read(read: Read, wrap: Callable[[bytes], bytes]) -> None:
    """Encoded in any way, by the reader of its own format."""
    lines, refusals = read(wrap(CSV.encode()), "list.csv.p7m")
    assert [line["goods"] for line in lines] == ["Acetic anhydride"]
    assert codes(refusals) == []


@pytest.mark.parametrize("raw", [b"MIA=B=C=D", b"MIXTURE LIST\ngoods\nacetone\n", b"MI"])
def test_text_that_begins_like_a_signature_is_none(raw: bytes) -> None:
    """Base64 of signed data begins with MI, as words do."""
    assert not signed_parts.fits(raw, "")


def test_a_signed_file_of_very_many_parts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each would take memory."""
    monkeypatch.setattr(signed_parts, "_MOST", 4)
    with raises("trade/signed-file-damaged"):
        list(signed_parts.split(io.BytesIO(in_pieces(CSV.encode())), "a.p7m", types.Room()))


def test_a_signed_file_without_a_document_is_refused(read: Read) -> None:
    """As is a cut one."""
    with raises("trade/signed-file-empty"):
        read(signed(b"x", pkcs7.PKCS7Options.DetachedSignature), "a.p7m")
    with raises("trade/signed-file-damaged"):
        read(signed(CSV.encode())[:-9], "a.p7m")


@given(st.binary(max_size=40), st.integers(0, 60), st.sampled_from((signed, in_pieces)))
@settings(max_examples=60)
def test_a_damaged_signed_file_is_read_or_refused(
    put: bytes, place: int, wrap: Callable[[bytes], bytes]
) -> None:
    """No other error."""
    raw = wrap(CSV.encode())
    damaged = raw[:place] + put + raw[place + len(put) :]
    with suppress(InputError):
        list(signed_parts.split(io.BytesIO(damaged), "a.p7m", types.Room()))
