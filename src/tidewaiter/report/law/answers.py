"""Answers of the law as JSON Lines, CSV and spreadsheets, written as they come."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.report.exports import CsvTable
from tidewaiter.report.rulings import RULINGS, flat_rulings
from tidewaiter.report.spreadsheet import XlsxTable, write_xlsx
from tidewaiter.substances.rulings import Compound

FORMATS = (".jsonl", ".csv", ".xlsx")
"""The suffixes of files of answers."""

_TITLE = "Answers"


class AnswerWriter(Protocol):
    """What takes compounds with their answers and writes them to one file."""

    def add(self, compound: Compound) -> None:
        """Write a compound, after those before it."""
        ...


class JsonAnswers:
    """Writes a compound per line as JSON, in UTF-8; nothing is left out or changed."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def add(self, compound: Compound) -> None:
        """Write a compound as one line."""
        # The name of the file, in the place, may hold any bytes.
        place = compound.place.encode("utf-8", "backslashreplace").decode("utf-8")
        if place != compound.place:
            compound = msgspec.structs.replace(compound, place=place)
        self._file.write(msgspec.json.encode(compound) + b"\n")


class TableAnswers:
    """Writes a row for each compound and regime; no cell can be taken for a formula."""

    def __init__(self, table: CsvTable | XlsxTable) -> None:
        self._table = table

    def add(self, compound: Compound) -> None:
        """Write the rows of a compound."""
        self._table.rows(flat_rulings(compound))


def check_format(path: Path) -> None:
    """Check that the suffix of a file names a format of answers.

    Raises:
        InputError: It names none.
    """
    if path.suffix.lower() not in FORMATS:
        raise InputError(
            f'"{path.suffix}" is not a format of answers',
            at=str(path),
            hint=f"end the name in {', '.join(FORMATS)}",
        )


def answer_writer(path: Path) -> AbstractContextManager[AnswerWriter]:
    """Open a file of answers in the format that its suffix names.

    Args:
        path: Ends in .jsonl, .csv or .xlsx, in any case.

    Raises:
        InputError: The suffix is none of these.
    """
    check_format(path)
    match path.suffix.lower():
        case ".csv":
            return _write_csv(path)
        case ".xlsx":
            return _write_xlsx(path)
        case _:
            return _write_jsonl(path)


@contextmanager
def _write_jsonl(path: Path) -> Iterator[AnswerWriter]:
    with path.open("wb") as file:
        yield JsonAnswers(file)


@contextmanager
def _write_csv(path: Path) -> Iterator[AnswerWriter]:
    with path.open("wb") as file:
        yield TableAnswers(CsvTable(file, RULINGS))


@contextmanager
def _write_xlsx(path: Path) -> Iterator[AnswerWriter]:
    with write_xlsx(path, _TITLE, tuple(RULINGS)) as table:
        yield TableAnswers(table)
