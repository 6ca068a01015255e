"""Conversion of a binary workbook to Arrow files, run as a program with limited memory and time."""

import json
import sys
from pathlib import Path

import pyarrow as pa
from pyarrow import ipc

if sys.platform == "linux":
    import resource

MEGABYTES = 2_048
"""Memory for the conversion of a workbook."""

SECONDS = 120
"""Processor time for the conversion of a workbook."""

MOST = 500
"""Maximum sheets that are converted."""

NAMES = "sheets.json"
"""File with the names of all sheets; each sheet is in a file named by its index."""

_BATCH = 4_096


def convert(place: Path) -> None:
    """Write each sheet of a workbook as an Arrow file of text.

    Args:
        place: Folder with the file "workbook".
    """
    import fastexcel  # noqa: PLC0415 - after the limits, and never in the calling process

    book = fastexcel.read_excel(str(place / "workbook"))
    titles = book.sheet_names
    for at, title in enumerate(titles[:MOST]):
        sheet = book.load_sheet(title, header_row=None, dtypes="string")
        table = pa.table({"empty": pa.array([], pa.string())})
        if sheet.width:
            table = pa.Table.from_batches([sheet.to_arrow()])
        with (
            pa.OSFile(str(place / str(at)), "wb") as file,
            ipc.new_file(file, table.schema) as writer,
        ):
            writer.write_table(table, max_chunksize=_BATCH)
    (place / NAMES).write_text(json.dumps(titles), encoding="utf-8")


if __name__ == "__main__":
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES << 20, MEGABYTES << 20))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    convert(Path(sys.argv[1]))
