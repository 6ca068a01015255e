"""Streaming export of alerts as JSON Lines, CSV and Parquet, and of refusals as CSV.

    with alert_writer(Path("alerts.csv")) as writer:
        for alerts in screened:
            writer.add(alerts)

To resume after an interruption, store `writer.tell()` after each batch, and reopen the file with
`append=True, keep=` that number; bytes of an incomplete batch are truncated.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import replacing
from tidewaiter.base.phrases import english_json
from tidewaiter.base.safe_text import neutralise
from tidewaiter.explain.alerts import export_alert
from tidewaiter.report.alerts.columns import ALERTS, FLAT, LEARNED, LEARNED_FLAT, flat, nested
from tidewaiter.report.alerts.exporters import BUILT_IN, exporters, write_exported
from tidewaiter.trade.alerts import encodable
from tidewaiter.trade.types import Alert, Refusal

# Without a byte-order mark a spreadsheet reads UTF-8 in the computer's own code page, which
# garbles Chinese, Russian and Arabic text.
_BOM = b"\xef\xbb\xbf"
_GROUP_ALERTS = 5_000
_GROUP_CHARACTERS = 16_000_000
REFUSED = ("row", "column", "value", "problem", "hint", "screened", "code")


class AlertWriter(Protocol):
    """Writes alerts to one file."""

    def add(self, alerts: Iterable[Alert]) -> None:
        """Write a batch of alerts, in order."""
        ...

    def tell(self) -> int:
        """Flush the complete batches and return their size in bytes."""
        ...


class JsonLines:
    """Writes alerts as JSON in UTF-8, one per line, with every field."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def add(self, alerts: Iterable[Alert]) -> None:
        """Write alerts, one per line."""
        self._file.writelines(map(json_line, alerts))

    def tell(self) -> int:
        """Flush the file and return its size in bytes."""
        self._file.flush()
        return self._file.tell()


class CsvTable:
    """Writes rows of cells as CSV: comma, UTF-8 with a byte-order mark, CRLF."""

    def __init__(self, file: BinaryIO, columns: Iterable[str]) -> None:
        self._file = file
        if not file.tell():
            file.write(_BOM)
            self.rows([list(columns)])

    def rows(self, rows: Iterable[list[str]]) -> None:
        """Write rows with cells that are already neutralised."""
        text = io.StringIO(newline="")
        csv.writer(text).writerows(rows)
        self._file.write(text.getvalue().encode("utf-8"))

    def tell(self) -> int:
        """Flush the file and return its size in bytes."""
        self._file.flush()
        return self._file.tell()


class CsvAlerts(CsvTable):
    """Writes one alert per row; spreadsheets treat no cell as a formula (see `columns`)."""

    def __init__(self, file: BinaryIO, *, learned: bool = False) -> None:
        self._columns = {**FLAT, **LEARNED_FLAT} if learned else FLAT
        super().__init__(file, self._columns)

    def add(self, alerts: Iterable[Alert]) -> None:
        """Write alerts, one per row."""
        for alert in alerts:
            self.rows([flat(alert, self._columns)])


class CsvRefusals(CsvTable):
    """Writes one refusal per row; spreadsheets treat no cell as a formula."""

    def add(self, refusals: Iterable[Refusal], *, file: str = "") -> None:
        """Write refusals, one per row; each problem begins with the name of the file, if given."""
        self.rows(_refused(each, file) for each in refusals)


class ParquetAlerts:
    """Writes alerts as Parquet with the schema `columns.ALERTS`, one row group at a time."""

    def __init__(self, file: BinaryIO, *, learned: bool = False) -> None:
        self._file = file
        self._schema = ALERTS.append(LEARNED) if learned else ALERTS
        import pyarrow.parquet as pq  # noqa: PLC0415  # for this format only

        self._writer = pq.ParquetWriter(file, self._schema, compression="zstd")
        self._held: list[Alert] = []
        self._characters = 0

    def add(self, alerts: Iterable[Alert]) -> None:
        """Buffer alerts, and write a row group when the buffer is full."""
        for alert in map(encodable, alerts):
            self._held.append(alert)
            self._characters += len(alert.line.goods or "") + len(alert.line.commercial or "")
            if len(self._held) >= _GROUP_ALERTS or self._characters >= _GROUP_CHARACTERS:
                self._write()

    def tell(self) -> int:
        """Write the buffered alerts as a row group, and return the file size in bytes."""
        self._write()
        return self._file.tell()

    def close(self) -> None:
        """Write the buffered alerts and the footer; without a footer, a Parquet file is invalid."""
        try:
            self._write()
        finally:
            self._writer.close()

    def _write(self) -> None:
        if self._held:
            self._writer.write_batch(nested(self._held, self._schema))
            self._held, self._characters = [], 0


def json_line(alert: Alert) -> bytes:
    """Return an alert as one line of JSON in English, including the line feed."""
    return english_json(export_alert(encodable(alert))) + b"\n"


@contextmanager
def write_jsonl(
    path: Path, *, append: bool = False, keep: int | None = None
) -> Iterator[JsonLines]:
    """Open a JSON Lines file.

    Args:
        path: The file; without `append`, existing content is replaced.
        append: Continue after the last complete line.
        keep: Continue after this many bytes instead; a value returned by `tell`.
    """
    with _opened(path, append=append, keep=keep) as file:
        yield JsonLines(file)


@contextmanager
def write_csv(
    path: Path, *, append: bool = False, keep: int | None = None, learned: bool = False
) -> Iterator[CsvAlerts]:
    """Open a CSV file of alerts; arguments as for `alert_writer`."""
    with _opened(path, append=append, keep=keep) as file:
        yield CsvAlerts(file, learned=learned)


@contextmanager
def write_parquet(path: Path, *, learned: bool = False) -> Iterator[ParquetAlerts]:
    """Open a Parquet file of alerts; it gets its final name when it is complete."""
    with replacing(path, "rows") as part, part.open("wb") as file:
        writer = ParquetAlerts(file, learned=learned)
        try:
            yield writer
        finally:
            writer.close()


@contextmanager
def refusal_writer(
    path: Path, *, append: bool = False, keep: int | None = None
) -> Iterator[CsvRefusals]:
    """Open a CSV file of refusals; arguments as for `write_jsonl`."""
    with _opened(path, append=append, keep=keep) as file:
        yield CsvRefusals(file, REFUSED)


def alert_writer(
    path: Path, *, append: bool = False, keep: int | None = None, learned: bool = False
) -> AbstractContextManager[AlertWriter]:
    """Open an alert file in the format given by its suffix.

    Args:
        path: Ends in .jsonl, .csv, .parquet or the suffix of a plug-in, in any case.
        append: Continue at the end of the file; not for Parquet.
        keep: Continue after this many bytes instead; a value returned by `tell`.
        learned: Whether to include the columns of the learned ranking.

    Raises:
        InputError: The suffix is unknown, or the format does not support `append`.
    """
    suffix = path.suffix.lower()
    match suffix:
        case ".jsonl":
            return write_jsonl(path, append=append, keep=keep)
        case ".csv":
            return write_csv(path, append=append, keep=keep, learned=learned)
        case ".parquet" if not append:
            return write_parquet(path, learned=learned)
    if suffix not in alert_formats():
        raise InputError(
            "report/not-a-format-of-alerts",
            suffix=path.suffix,
            alert_formats=", ".join(alert_formats()),
            at=path.name,
        )
    if append:
        raise InputError("report/format-cannot-be-continued", at=path.name)
    return write_exported(path, suffix.removeprefix("."))


def alert_formats() -> tuple[str, ...]:
    """Return the suffixes of alert files; those of plug-ins last."""
    return tuple(f".{suffix}" for suffix in (*BUILT_IN, *exporters()))


@contextmanager
def _opened(path: Path, *, append: bool, keep: int | None) -> Iterator[BinaryIO]:
    """Open a file at its end, or empty; bytes after the last complete row are truncated."""
    if not append:
        with path.open("wb") as file:
            yield file
        return
    path.touch()
    with path.open("r+b") as file:
        whole = _whole(file, csv_quotes=path.suffix.lower() != ".jsonl") if keep is None else keep
        if file.seek(0, io.SEEK_END) < whole:
            raise InputError("report/file-shorter-than-written", whole=whole, at=path.name)
        file.truncate(whole)
        file.seek(whole)
        yield file


def _whole(file: BinaryIO, *, csv_quotes: bool) -> int:
    """Return the size in bytes of the complete rows; quoted CSV cells may contain line breaks."""
    file.seek(0)
    whole = read = quotes = 0
    for line in file:
        read += len(line)
        quotes += line.count(b'"') if csv_quotes else 0
        if line.endswith(b"\n") and quotes % 2 == 0:
            whole = read
    return whole


def _refused(refusal: Refusal, file: str) -> list[str]:
    """Return a refusal as cells, in the order of `REFUSED`."""
    problem = f"{file}: {refusal.problem}" if file else refusal.problem
    told = (refusal.column, refusal.value, problem, refusal.hint)
    screened = "yes" if refusal.screened else "no"
    return [str(refusal.row), *map(neutralise, told), screened, refusal.code]
