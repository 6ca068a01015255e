"""Ledgers: files in the folder of lists that only grow, one record a line.

Nothing in them is changed or deleted: a later line takes an earlier one back, and both stay to be
read. A line that is no record stops the reading, so that what was edited wrongly is not read in
part.
"""

from pathlib import Path
from typing import TypeVar

import msgspec

from tidewaiter.base.alone import alone
from tidewaiter.base.errors import StoreError
from tidewaiter.base.files import writing
from tidewaiter.base.records import Record

R = TypeVar("R", bound=Record)


def read_ledger(path: Path, kind: type[R], what: str) -> list[R]:
    """Read the records of a ledger, in the order in which they were made.

    Args:
        path: Of the file; it need not be there.
        kind: Of the records.
        what: One of them, for the error: "judgement".

    Raises:
        StoreError: A line is no such record.
    """
    made: list[R] = []
    lines = path.read_bytes().splitlines() if path.is_file() else []
    decode = msgspec.json.Decoder(kind).decode
    for number, line in enumerate(lines, 1):
        try:
            made.append(decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise StoreError(
                f"this is no {what}: {error}",
                at=f"{path}, line {number}",
                hint="mend the line, or restore the file from a copy",
            ) from error
    return made


def add_line(path: Path, record: Record) -> None:
    """Write a record behind those that are there.

    Raises:
        OutputError: It cannot be written, or another process is at it.
    """
    with alone(path, str(path)), writing(str(path)), path.open("ab") as file:
        file.write(msgspec.json.encode(record) + b"\n")
