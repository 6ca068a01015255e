"""Small documents in the layouts of real ones, written here."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from pypdf import PdfWriter

DATA = Path(__file__).parents[3] / "data"
W = 'xmlns:w="urn:w" xmlns:mc="urn:mc"'
WORD = (
    f"<w:document {W}><w:body><w:p><w:r><w:t>PACKING </w:t></w:r><w:r><w:t>LIST 77</w:t></w:r>"
    "</w:p><w:p><w:r><w:t>Shipper: ACME &amp; Sons</w:t></w:r></w:p><w:tbl><w:tr>{header}</w:tr>"
    "<w:tr>{row}</w:tr></w:tbl><mc:AlternateContent><mc:Choice><w:p><w:r><w:t>boxed</w:t></w:r>"
    "</w:p></mc:Choice><mc:Fallback><w:p><w:r><w:t>again</w:t></w:r></w:p></mc:Fallback>"
    "</mc:AlternateContent><w:p><w:r><w:instrText>INCLUDETEXT zork</w:instrText></w:r></w:p>"
    "</w:body></w:document>"
)
HEADER = ("Description of goods", "HS code", "Net weight (kg)")
ROW = ("Acetic anhydride", "291524", "25")
CSV = "Description of goods,HS code,Net weight (kg)\nAcetic anhydride,291524,25\n"
ODT = (
    '<office:document xmlns:office="urn:o" xmlns:text="urn:x" xmlns:table="urn:y"><text:h>PACKING '
    "<text:span>LIST 77</text:span></text:h><table:table><table:table-row>{header}"
    "</table:table-row><table:table-row>{row}</table:table-row></table:table></office:document>"
)
RTF = (
    r"{\rtf1\ansi\ansicpg1251{\fonttbl{\f0\fcharset204 Arial;}{\f1\fcharset0 Times;}}"
    r"{\*\generator zork;}\f0 PACKING LIST 77\par {\pict 00ff}{\f1 caf\'e9 }\'d3\'ea\'f1\'f3\'f1 "
    r"\u8364?\par\trowd\intbl Description of goods\cell HS code\cell Net weight (kg)\cell\row"
    r"\trowd\intbl Acetic\par anhydride\cell 291524\cell 25\cell\row\pard Regards\par}"
)


def archive(members: Mapping[str, str | bytes]) -> bytes:
    """Write a ZIP."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return held.getvalue()


def _cells(template: str, texts: tuple[str, ...]) -> str:
    return "".join(template.format(text) for text in texts)


def docx(**more: str | bytes) -> bytes:
    """Write a document of Word with a table of goods.

    Args:
        more: Further members, with "__" for "/" and "_" for ".".
    """
    cell = "<w:tc><w:tcPr/><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    text = WORD.format(header=_cells(cell, HEADER), row=_cells(cell, ROW))
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": "<a/>",
        "_rels/.rels": "<a/>",
        "word/document.xml": text,
        "word/footnotes.xml": f"<w:f {W}><w:p><w:t>toluene</w:t></w:p></w:f>",
    }
    more = {key.replace("__", "/").replace("_", "."): data for key, data in more.items()}
    return archive(members | more)


def odt() -> bytes:
    """Write a document of OpenDocument with a table of goods."""
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    text = ODT.format(header=_cells(cell, HEADER), row=_cells(cell, ROW))
    kind = "application/vnd.oasis.opendocument.text"
    return archive({"mimetype": kind, "content.xml": text})


def pdf(*pages: str, files: Mapping[str, bytes] | None = None) -> bytes:
    """Write a PDF file.

    Args:
        pages: Text of each; "": no text, but a line.
        files: Attached files.
    """
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
    ]
    for at, text in enumerate(pages):
        content = b"BT /F1 10 Tf 40 720 Td 12 TL "
        content += b"".join(b"(%s) Tj T* " % line.encode() for line in text.splitlines())
        content = content + b"ET" if text else b"0 0 m 9 9 l S"
        parts += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * at),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        ]
    data, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start, size = len(data), len(parts) + 1
    data += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    data += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (size, start)
    if not files:
        return data
    writer, held = PdfWriter(io.BytesIO(data)), io.BytesIO()
    for name, content in files.items():
        writer.add_attachment(name, content)
    writer.write(held)
    return held.getvalue()


def in_pieces(content: bytes) -> bytes:
    """Write signed data without a signature in BER: lengths are open, content is in pieces."""
    octets = b"".join(
        b"\x04\x08" + content[at : at + 8].ljust(8) for at in range(0, len(content), 8)
    )
    data = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x80\x24\x80" + octets + bytes(4)
    inside = b"\x30\x80\x02\x01\x01\x31\x00\x30\x80" + data + bytes(2) + bytes(2)
    return b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80" + inside + bytes(4)
