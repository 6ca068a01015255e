"""Binary and marked-up tables, by their first bytes."""

import re

from tidewaiter.base.sheets.workbook import OLE
from tidewaiter.trade.readers.access_tables import is_access
from tidewaiter.trade.readers.dbf import is_dbf
from tidewaiter.trade.readers.sqlite_tables import MAGIC

HTML = re.compile(rb"\s*(?:<!doctype\s+html|<html|<table|<head|<body|<meta)\b", re.IGNORECASE)
"""Beginning of a web page."""

_XML_WORKBOOK = re.compile(
    rb"<(?:\w+:)?Workbook\b[^>]*urn:schemas-microsoft-com:office:spreadsheet"
)
_MAGICS: dict[str, bytes | tuple[bytes, ...]] = {
    "parquet": b"PAR1",
    "xlsx": b"PK\x03\x04",
    "xls": OLE,
    "sqlite": MAGIC,
    "arrow": (b"ARROW1", b"\xff\xff\xff\xff"),
}
_HEAD = 64
_TEXT = 9  # the lowest byte of a text


def form_by_signature(head: bytes, suffix: str) -> str | None:
    """Return the format of a table, by its first bytes; None: not recognised.

    Args:
        head: First bytes, unpacked.
        suffix: Suffix of the name.
    """
    for form, magics in _MAGICS.items():
        if head.startswith(magics):
            return form
    if head.startswith(b"ORC") and (suffix == "orc" or min(head[3:_HEAD], default=0) < _TEXT):
        return "orc"
    if is_access(head):
        return "access"
    if is_dbf(head) and (suffix == "dbf" or b"\0" in head[:32]):
        return "dbf"
    plain = head.removeprefix(b"\xef\xbb\xbf")
    if HTML.match(plain):
        return "html"
    return "xml-workbook" if _XML_WORKBOOK.search(plain) else None
