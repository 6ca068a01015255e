"""Alerts as JSON lines, CSV and Parquet, and refusals as CSV; written as they come.

    with alert_writer(Path("alerts.csv")) as writer:
        for alerts in screened:
            writer.add(alerts)

To go on after a stop, keep `writer.tell()` after each batch and open the file again with
`append=True, keep=` that number: what a broken batch left behind it is cut off.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

import pyarrow.parquet as pq

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import replacing
from tidewaiter.base.phrases import english_json
from tidewaiter.base.safe_text import neutralise
from tidewaiter.explain.alerts import export_alert
from tidewaiter.report.alerts.columns import ALERTS, FLAT, LEARNED, LEARNED_FLAT, flat, nested
from tidewaiter.report.alerts.exporters import BUILT_IN, exporters, write_exported
from tidewaiter.trade.alerts import encodable
from tidewaiter.trade.types import Alert, Refusal

# Without a byte-order mark a spreadsheet reads UTF-8 in the machine's own code page, and
# Chinese, Russian or Arabic goods turn to nonsense.
_BOM = b"\xef\xbb\xbf"
_GROUP_ALERTS = 5_000
_GROUP_CHARACTERS = 16_000_000
REFUSED = ("row", "column", "value", "problem", "hint", "screened", "code")


class AlertWriter(Protocol):
    """What takes alerts and writes them to one file."""

    def add(self, alerts: Iterable[Alert]) -> None:
        """Write alerts, in the order in which they come."""
        ...

    def tell(self) -> int:
        """Return how many bytes of the file are complete and on their way to the disk."""
        ...


class JsonLines:
    """Writes one alert per line as JSON, in UTF-8; nothing is left out or changed."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def add(self, alerts: Iterable[Alert]) -> None:
        """Write alerts, one per line."""
        self._file.writelines(map(json_line, alerts))

    def tell(self) -> int:
        """Hand the bytes to the system and return how many the file has."""
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
        """Write rows whose cells are safe already."""
        text = io.StringIO(newline="")
        csv.writer(text).writerows(rows)
        self._file.write(text.getvalue().encode("utf-8"))

    def tell(self) -> int:
        """Hand the bytes to the system and return how many the file has."""
        self._file.flush()
        return self._file.tell()


class CsvAlerts(CsvTable):
    """Writes one alert per row; no cell can be taken for a formula (see `cells`)."""

    def __init__(self, file: BinaryIO, *, learned: bool = False) -> None:
        self._columns = {**FLAT, **LEARNED_FLAT} if learned else FLAT
        super().__init__(file, self._columns)

    def add(self, alerts: Iterable[Alert]) -> None:
        """Write alerts, one per row."""
        for alert in alerts:
            self.rows([flat(alert, self._columns)])


class CsvRefusals(CsvTable):
    """Writes one refusal per row; no cell can be taken for a formula."""

    def add(self, refusals: Iterable[Refusal], *, file: str = "") -> None:
        """Write refusals, one per row; each problem begins with the name of the file, if given."""
        self.rows(_refused(each, file) for each in refusals)


class ParquetAlerts:
    """Writes alerts as Parquet of the schema `columns.ALERTS`, a row group at a time."""

    def __init__(self, file: BinaryIO, *, learned: bool = False) -> None:
        self._file = file
        self._schema = ALERTS.append(LEARNED) if learned else ALERTS
        self._writer = pq.ParquetWriter(file, self._schema, compression="zstd")
        self._held: list[Alert] = []
        self._characters = 0

    def add(self, alerts: Iterable[Alert]) -> None:
        """Take alerts; write a row group whenever enough are held."""
        for alert in map(encodable, alerts):
            self._held.append(alert)
            self._characters += len(alert.line.goods or "") + len(alert.line.commercial or "")
            if len(self._held) >= _GROUP_ALERTS or self._characters >= _GROUP_CHARACTERS:
                self._write()

    def tell(self) -> int:
        """Write what is held as a row group and return how many bytes the file has."""
        self._write()
        return self._file.tell()

    def close(self) -> None:
        """Write what is held, and the footer without which a file is no Parquet."""
        try:
            self._write()
        finally:
            self._writer.close()

    def _write(self) -> None:
        if self._held:
            self._writer.write_batch(nested(self._held, self._schema))
            self._held, self._characters = [], 0


def json_line(alert: Alert) -> bytes:
    """Return an alert as one line of JSON in English, line feed included."""
    return english_json(export_alert(encodable(alert))) + b"\n"


@contextmanager
def write_jsonl(
    path: Path, *, append: bool = False, keep: int | None = None
) -> Iterator[JsonLines]:
    """Open a file of JSON lines.

    Args:
        path: The file; without `append` what it holds is replaced.
        append: Go on after the last whole line.
        keep: Go on after this many bytes instead; a number that `tell` returned.
    """
    with _opened(path, append=append, keep=keep) as file:
        yield JsonLines(file)


@contextmanager
def write_csv(
    path: Path, *, append: bool = False, keep: int | None = None, learned: bool = False
) -> Iterator[CsvAlerts]:
    """Open a CSV file of alerts; the arguments are those of `alert_writer`."""
    with _opened(path, append=append, keep=keep) as file:
        yield CsvAlerts(file, learned=learned)


@contextmanager
def write_parquet(path: Path, *, learned: bool = False) -> Iterator[ParquetAlerts]:
    """Open a Parquet file of alerts; it appears under its name when it is whole."""
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
    """Open a CSV file of refusals; the arguments are those of `write_jsonl`."""
    with _opened(path, append=append, keep=keep) as file:
        yield CsvRefusals(file, REFUSED)


def alert_writer(
    path: Path, *, append: bool = False, keep: int | None = None, learned: bool = False
) -> AbstractContextManager[AlertWriter]:
    """Open a file of alerts in the format that its suffix names.

    Args:
        path: Ends in .jsonl, .csv, .parquet or the suffix of a plug-in, in any case.
        append: Go on where the file ends; not for Parquet.
        keep: Go on after this many bytes instead; a number that `tell` returned.
        learned: A ranker saw the alerts: with the columns of what it says.

    Raises:
        InputError: The suffix is none of these, or what only begins anew is to be continued.
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
    """Return the suffixes of files of alerts, those of plug-ins last."""
    return tuple(f".{suffix}" for suffix in (*BUILT_IN, *exporters()))


@contextmanager
def _opened(path: Path, *, append: bool, keep: int | None) -> Iterator[BinaryIO]:
    """Open a file at its end, or empty; what stands after its last whole row is cut off."""
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
    """Return how many bytes make whole rows; a row of CSV may have line ends in quotes."""
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
