"""What users pass, as Arrow: a text, a list, a pandas or Polars object, Arrow itself, or a path."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tidewaiter.base.dates import parse_date
from tidewaiter.base.errors import InputError

TABLE = "table"
"""The name of a table in memory, where a file has its own."""

_FAULTS = (pa.ArrowException, TypeError, ValueError, OverflowError)
# A str is never opened: whoever passes on what strangers wrote would let them name files.
_FILE = re.compile(
    r"\S+\.(csv|tsv|txt|xlsx|json|jsonl|ndjson|parquet|xml|edi|zip|gz|smi|sdf)", re.IGNORECASE
)


def read_day(day: date | str | None, name: str = "day") -> date:
    """Return a day that is given as such or as text; None: today.

    Raises:
        InputError: The text is no date, or one that can be read in two ways.
    """
    if day is None:
        return date.today()  # noqa: DTZ011 - the user's own calendar
    if not isinstance(day, str):
        return date(day.year, day.month, day.day)
    try:
        return parse_date(day)
    except InputError as error:
        raise error.placed(name) from error


def read_chance(chance: float | None) -> float | None:
    """Return a probability; None: none is asked for.

    Raises:
        InputError: It is not from 0 to 1.
    """
    if chance is not None and not 0 <= chance <= 1:
        raise InputError("api/not-a-probability", chance=chance, at="threshold")
    return chance


def read_paths(places: str | Path | Iterable[str | Path]) -> tuple[Path, ...]:
    """Return the folders that are named, as absolute paths.

    Raises:
        InputError: One is not there.
    """
    given = (places,) if isinstance(places, (str, Path)) else tuple(places)
    paths = tuple(Path(each).expanduser().resolve() for each in given)
    for path in paths:
        if not path.exists():
            raise InputError("api/no-such-file-or-folder", at=str(path))
    return paths


def read_texts(given: Any, column: str | None) -> list[str | None]:
    """Return texts, in order: see `read_column`."""
    found = read_column(given, column)
    return list(found) if isinstance(found, (list, tuple)) else found.to_pylist()


def read_column(given: Any, column: str | None) -> Any:
    """Return texts, in order, as a sequence or as an Arrow column.

    Args:
        given: Texts; a frame or a table with a column of them; or the path of a text file in
            UTF-8, of which each line is one.
        column: Of a frame or a table; None: the only one that holds text.

    Raises:
        InputError: It holds no texts, or it is not known which column does.
    """
    if isinstance(given, Path):
        return _lines(given)
    if isinstance(given, str):
        return [check_text(given)]
    if isinstance(given, (list, tuple)) and all(each is None or _is_str(each) for each in given):
        return given  # without the detour over pandas that Arrow takes where it can
    found = _to_arrow(given)
    if isinstance(found, pa.Table):
        found = _text_column(found, column)
    return _as_text(found, column or "the texts")


def read_several(given: str | Iterable[str]) -> tuple[str, ...]:
    """Return names that are given as a list, or in one text parted by commas."""
    parts = given.split(",") if isinstance(given, str) else given
    return tuple(dict.fromkeys(each.strip() for each in parts if each.strip()))


def check_text(text: str) -> str:
    """Return a text that is not the name of a file.

    Raises:
        InputError: It looks like one.
    """
    if _FILE.fullmatch(text):
        raise InputError("api/looks-like-a-file-name", text=text)
    return text


@contextmanager
def as_file(given: Any, column: str) -> Iterator[Path]:
    """Give what readers of files take: the file itself, or a table as one that nobody else reads.

    Args:
        given: A path; a frame or a table, also as a list of dictionaries or a dictionary of
            columns; or texts.
        column: What the column of texts is called.

    Yields:
        The path of a file.

    Raises:
        InputError: It is no table and no text, or the file is not there.
    """
    if isinstance(given, Path):
        if not given.is_file():
            raise InputError("api/no-such-file", at=str(given))
        yield given
        return
    if isinstance(given, str):
        given = [check_text(given)]
    table = as_table(given, column)
    with TemporaryDirectory(prefix="tidewaiter-") as folder:
        path = Path(folder) / TABLE
        try:
            pq.write_table(table, path, compression="none")
        except _FAULTS as error:
            raise _not_taken(error) from error
        yield path


def as_table(given: Any, column: str = TABLE) -> pa.Table:
    """Return a table.

    Args:
        given: A frame or a table, a list of dictionaries, a dictionary of columns, or texts.
        column: What a column of texts is called.

    Raises:
        InputError: It is none of these.
    """
    found = _to_arrow(given)
    if isinstance(found, pa.Table):
        return found
    return pa.table({column: _as_text(found, column)})


def _to_arrow(given: Any) -> Any:
    """Return a table or a column."""
    if isinstance(given, (pa.Table, pa.Array, pa.ChunkedArray)):
        return given
    if isinstance(given, (bytes, bytearray)):
        raise InputError("api/bytes-not-text")
    try:
        return _converted(given)
    except _FAULTS as error:
        raise _not_taken(error) from error


def _converted(given: Any) -> Any:
    if isinstance(given, pa.RecordBatch):
        return pa.Table.from_batches([given])
    if isinstance(given, Mapping):
        return pa.table(dict(given))
    if type(given).__module__.partition(".")[0] == "pandas" or hasattr(given, "__arrow_c_stream__"):
        return _of_library(given, is_frame=hasattr(given, "columns"))
    if hasattr(given, "__arrow_c_array__") or hasattr(given, "__array__"):
        return pa.array(given)
    rows = list(given)
    if rows and all(isinstance(each, Mapping) for each in rows):
        return pa.Table.from_pylist([dict(each) for each in rows])
    return pa.array(rows, pa.string())


def _of_library(given: Any, *, is_frame: bool) -> Any:
    if hasattr(given, "iloc"):  # of pandas, whose NaN is what Arrow calls null
        if is_frame:
            return pa.Table.from_pandas(given, preserve_index=False)
        return pa.array(given, from_pandas=True)
    return pa.table(given) if is_frame else pa.chunked_array(given)


def _text_column(table: pa.Table, name: str | None) -> Any:
    if name is None:
        texts = [field.name for field in table.schema if _is_text(field.type)]
        if len(texts) != 1:
            known = f'say which: column="{texts[0]}"' if texts else "none holds text"
            raise InputError(
                "api/column-not-named", known=known, column_names=", ".join(table.column_names)
            )
        name = texts[0]
    if table.column_names.count(name) != 1:
        raise InputError("api/no-column", column=name, columns=", ".join(table.column_names))
    return table[name]


def _as_text(values: Any, name: str) -> Any:
    if not _is_text(values.type) and not pa.types.is_null(values.type):
        raise InputError("api/column-not-text", name=name, type=values.type)
    return values.cast(pa.large_string())


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _is_str(value: object) -> bool:
    return type(value) is str


def _lines(path: Path) -> list[str]:
    try:
        return path.read_bytes().decode("utf-8-sig").splitlines()
    except OSError as error:
        raise InputError("api/file-not-read", strerror=error.strerror, at=str(path)) from error
    except UnicodeDecodeError as error:
        raise InputError("api/not-utf-8", at=str(path)) from error


def _not_taken(error: Exception) -> InputError:
    first = (str(error).splitlines() or [""])[0][:200]
    return InputError("api/not-a-table-or-texts", first=first)
