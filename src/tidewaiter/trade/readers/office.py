"""Office files by their content: a ZIP archive or a compound file may be one of several formats."""

import zipfile
from typing import BinaryIO

from tidewaiter.base.errors import InputError
from tidewaiter.base.sheets.workbook import has_macros
from tidewaiter.base.sheets.xml import FAULTS, damaged
from tidewaiter.trade.readers.legacy_workbooks import open_legacy
from tidewaiter.trade.readers.parts.documents import is_document
from tidewaiter.trade.readers.table import Sheet
from tidewaiter.trade.readers.xlsx import open_sheets
from tidewaiter.trade.readers.xml_workbooks import open_ods
from tidewaiter.trade.types import ReadOptions

_ODS = "application/vnd.oasis.opendocument.spreadsheet"


def open_office(file: BinaryIO, name: str, options: ReadOptions) -> tuple[Sheet, ...]:
    """Open a workbook in an archive: .xlsx, .xlsm, .xlsb or .ods.

    Raises:
        InputError: Damaged, encrypted, not a workbook, with macros, or too large unpacked.
    """
    place = file.tell()
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.namelist()
            kind = archive.read("mimetype")[:100] if "mimetype" in members else b""
    except FAULTS as error:
        raise damaged(name) from error
    file.seek(place)
    if is_document(members, kind) and not has_macros(members):
        raise InputError("base/document-not-a-spreadsheet", at=name)
    if kind.startswith(_ODS.encode()):
        return open_ods(file, name, options)
    if "xl/workbook.bin" in members and not has_macros(members):
        return open_legacy(file, name, options)
    return open_sheets(file, name, options)
