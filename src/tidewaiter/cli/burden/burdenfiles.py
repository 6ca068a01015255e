"""Tables of figures as files: CSV, JSON lines or Parquet, by the ending of the name."""

import csv
import io
import os
from io import BytesIO
from pathlib import Path

import click
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import replacing
from tidewaiter.report.cells import neutralise

OUT: click.Path = click.Path(dir_okay=False, path_type=Path)
_FORMATS = (".csv", ".jsonl", ".parquet")


def check_format(out: Path | None) -> None:
    """Raise where a file is to be written in a format that there is not.

    Raises:
        InputError: The ending of its name is none of ours.
    """
    if out and out.suffix.lower() not in _FORMATS:
        raise InputError(
            f'"{out.suffix}" is no format', at=str(out), hint=f"one of {', '.join(_FORMATS)}"
        )


def give(table: pa.Table, out: Path | None) -> None:
    """Write a table to a file, or as CSV to stdout where none is named."""
    content = _written(table, out.suffix.lower() if out else ".csv")
    if out is None:
        click.echo(content, nl=False)
        return
    with replacing(out, str(os.getpid())) as part:
        part.write_bytes(content)


def _written(table: pa.Table, form: str) -> bytes:
    file = BytesIO()
    if form == ".parquet":
        pq.write_table(table, file, compression="zstd")
    elif form == ".jsonl":
        file.writelines(msgspec.json.encode(row) + b"\n" for row in table.to_pylist())
    else:
        # No byte-order mark, which our other CSV files have for spreadsheets: programs of
        # statistics take it for a part of the first title.
        text = io.StringIO(newline="")
        rows = csv.writer(text)
        rows.writerow(table.schema.names)
        rows.writerows(
            [neutralise(_cell(value)) for value in row.values()] for row in table.to_pylist()
        )
        file.write(text.getvalue().encode("utf-8"))
    return file.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.10g}"
    return "" if value is None else str(value)
