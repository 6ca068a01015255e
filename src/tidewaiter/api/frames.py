"""Frame: an Arrow table with a notebook display and conversion to pandas or Polars."""

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

from tidewaiter.base.errors import InputError
from tidewaiter.base.safe_text import visible

_ROWS = 20  # rows shown in a notebook
_COLUMNS = 12
_CHARACTERS = 120  # characters shown per cell
_AT_ONCE = 1_000  # rows converted to Python objects at a time


class Frame:
    """A result: rows and columns in an Arrow table; can be pickled.

    ``len`` counts the rows, iteration yields each row as a dictionary, and ``frame["name"]`` is a
    column. Libraries that read Arrow (pandas, Polars, DuckDB) accept a frame directly.

    Attributes:
        table: The result, a ``pyarrow.Table``.
        refused: Unreadable input values: dictionaries with row, column, value, problem, hint, code,
            values and whether the rest of the row was used.
        notes: Sentences about the result as a whole, such as what was not assessed.
    """

    __slots__ = ("notes", "refused", "table")

    def __init__(
        self, table: Any, refused: Iterable[Mapping[str, Any]] = (), notes: Iterable[str] = ()
    ) -> None:
        """Wrap a table.

        Args:
            table: A ``pyarrow.Table``.
            refused: Unreadable input values.
            notes: Sentences about the result as a whole.
        """
        self.table = table
        self.notes = tuple(notes)
        self.refused = tuple(dict(each) for each in refused)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(self.table.column_names)

    def to_pandas(self) -> Any:
        """Return a ``pandas.DataFrame``.

        Raises:
            InputError: pandas is not installed.
        """
        try:
            return self.table.to_pandas()
        except ImportError as error:
            raise InputError("api/pandas-not-installed") from error

    def to_polars(self) -> Any:
        """Return a ``polars.DataFrame``.

        Raises:
            InputError: Polars is not installed.
        """
        try:
            import polars as pl  # noqa: PLC0415 - only who asks for it needs it
        except ImportError as error:
            raise InputError("api/polars-not-installed") from error
        return pl.from_arrow(self.table)

    def __len__(self) -> int:
        """Count the rows."""
        return int(self.table.num_rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield each row as a dictionary."""
        for batch in self.table.to_batches(max_chunksize=_AT_ONCE):
            yield from batch.to_pylist()

    def __getitem__(self, column: str) -> Any:
        """Return a column, a ``pyarrow.ChunkedArray``.

        Raises:
            InputError: No such column.
        """
        if column not in self.columns:
            raise InputError("api/no-column", column=column, columns=", ".join(self.columns))
        return self.table[column]

    def __eq__(self, other: object) -> bool:
        """Compare with another frame: equal table, refusals and notes."""
        if not isinstance(other, Frame):
            return NotImplemented
        told = self.refused == other.refused and self.notes == other.notes
        return told and bool(self.table.equals(other.table))

    __hash__ = None  # type: ignore[assignment]  # as of a list

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Export the table through the Arrow C stream interface."""
        return self.table.__arrow_c_stream__(requested_schema)

    def __repr__(self) -> str:
        """Show the number of rows and the column names."""
        return f"<Frame: {self._counted()}: {', '.join(self.columns)}>"

    def _repr_html_(self) -> str:
        """Show the first rows in a notebook; untrusted text is escaped and truncated."""
        names = self.columns[:_COLUMNS]
        head = "".join(f"<th>{escape(name)}</th>" for name in names)
        rows = self.table.slice(0, _ROWS).select(list(names)).to_pylist()
        body = "".join(
            f"<tr>{''.join(f'<td>{_cell(row[name])}</td>' for name in names)}</tr>" for row in rows
        )
        more = len(self.columns) - len(names)
        told = self._counted()
        told += f", {_ROWS} shown" if len(self) > _ROWS else ""
        told += f", {more} more columns" if more else ""
        below = "".join(f"<p>{_cell(text)}</p>" for text in (told, *self.notes))
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{below}"

    def _counted(self) -> str:
        told = "1 row" if len(self) == 1 else f"{len(self):,} rows"
        return f"{told}, {len(self.refused):,} refused" if self.refused else told


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = str(value)
    short = text if len(text) <= _CHARACTERS else f"{text[:_CHARACTERS]}…"
    return escape(visible(short))
