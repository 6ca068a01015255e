"""Reads .pman files, the manifests of a made-up port: one line of goods a line, between bars.

BL100/1|Acetic anhydride, 20 drums|291524|NLRTM|MXVER|4000 kg
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa

from tidewaiter.trade.types import LINES, FileFormat, ReadOptions, Refusal

_CELLS = 6
_MG = 1_000_000  # in a kilogram


def _row(number: int, cells: list[str]) -> dict[str, Any]:
    """Return a line as a row of LINES; a column that is not named is empty."""
    consignment, _, seq = cells[0].partition("/")
    stops = (("loading", cells[3]), ("unlading", cells[4]))
    return {
        "row": number,
        "consignment": consignment,
        "seq": int(seq),
        "goods": cells[1],
        "hs": cells[2],
        "route": [{"function": function, "locode": code} for function, code in stops],
        "quantity": cells[5],
        "net_mg": int(cells[5].removesuffix(" kg")) * _MG,
    }


def read_pman(
    file: BinaryIO, name: str, options: ReadOptions
) -> Iterator[pa.RecordBatch | Refusal]:
    """Yield the lines of a file, and what could not be read of it."""
    del name  # for errors about the file as a whole
    rows: list[dict[str, Any]] = []
    for number, raw in enumerate(file, start=1):
        text = raw.decode("utf-8", "replace").strip()
        try:
            rows.append(_row(number, text.split("|")))
        except (IndexError, ValueError):
            yield Refusal(
                row=number,
                column="",
                value=text[:200],
                problem=f"is not {_CELLS} cells between bars",
                hint="write number/line|goods|HS|loading|unlading|kg",
                screened=False,
            )
        if len(rows) == options.batch_rows:
            yield pa.RecordBatch.from_pylist(rows, schema=LINES)
            rows = []
    if rows:
        yield pa.RecordBatch.from_pylist(rows, schema=LINES)


PMAN = FileFormat(title="Manifest of a made-up port (.pman)", read=read_pman)
