"""Files that hold other files: e-mails, PDF, text documents and archives.

Each has a text of its own, and files inside it, which their own readers read; all are tables of the
one file that was passed.
"""

from types import MappingProxyType

from tidewaiter.trade.readers.parts import archives, documents, mails, outlook, pdf, rtf, signed
from tidewaiter.trade.readers.parts.types import Container

CONTAINERS: MappingProxyType[str, Container] = MappingProxyType(
    {
        each.name: each
        for each in (
            Container(
                name="pdf",
                title="PDF: its text and attached files",
                fits=pdf.fits,
                split=pdf.split,
                source="ISO 32000",
            ),
            Container(
                name="email",
                title="e-mail: its text and attachments",
                fits=mails.fits,
                split=mails.split,
                source="RFC 5322, RFC 2045, RFC 4155",
            ),
            Container(
                name="msg",
                title="e-mail of Outlook: its text and attachments",
                fits=outlook.fits,
                split=outlook.split,
                source="[MS-OXMSG]",
            ),
            Container(
                name="document",
                title="text document or presentation (.docx, .odt, .pptx)",
                fits=lambda _head, _suffix: False,  # by what is in the archive
                split=documents.split,
                source="ECMA-376, OpenDocument 1.3",
            ),
            Container(
                name="rtf",
                title="text document (.rtf)",
                fits=rtf.fits,
                split=rtf.split,
                source="RTF 1.9.1",
            ),
            Container(
                name="signed",
                title="signed file (.p7m): the document inside",
                fits=signed.fits,
                split=signed.split,
                source="RFC 5652",
            ),
            Container(
                name="archive",
                title="archive: its files",
                fits=archives.fits,
                split=archives.split,
                source="APPNOTE.TXT of PKWARE, POSIX.1-2001",
            ),
        )
    }
)
"""Formats by name, in order of detection."""
