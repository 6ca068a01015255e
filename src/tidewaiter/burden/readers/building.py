"""Figures gathered row by row, with the notes of what was odd."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from tidewaiter.base.errors import InputError
from tidewaiter.burden.types import FIGURES, Note

_SHOWN = 200  # characters of a value in a note
_DEFAULTS: dict[str, Any] = {
    "measure": "deaths",
    "basis": "",
    "part": "",
    "value": None,
    "predicted": None,
    "pending": None,
    "complete": None,
    "closed": None,
    "missing": "",
}

TWICE = InputError("it stands twice", hint="the first is taken")


class Gathered:
    """Columns that grow, one figure a call."""

    def __init__(self) -> None:
        self._columns: dict[str, list[Any]] = {name: [] for name in FIGURES.names}
        self.notes: list[Note] = []

    def add(self, **cells: Any) -> None:
        """Add a figure; place, indicator, last and months must be told."""
        for name, column in self._columns.items():
            column.append(cells[name] if name in cells else _DEFAULTS[name])

    def mended(self, place: str, value: str, problem: str, hint: str) -> None:
        """Note what was odd and is there nonetheless."""
        self._note(place, value, problem, hint, kept=True)

    def refused(self, place: str, value: str, problem: str, hint: str) -> None:
        """Note what could not be read."""
        self._note(place, value, problem, hint, kept=False)

    def unread(self, number: int, cells: Iterable[str], error: InputError) -> None:
        """Note a row that could not be read."""
        self.refused(f"row {number}", " | ".join(cells), error.message, error.hint)

    def whole(
        self, rows: Iterable[tuple[int, Mapping[str, str] | Sequence[str]]]
    ) -> Iterator[tuple[int, Mapping[str, str]]]:
        """Yield the rows that have as many cells as titles; note the others."""
        for number, cells in rows:
            if isinstance(cells, Mapping):
                yield number, cells
            else:
                problem = "it has more or fewer cells than titles"
                hint = "look whether a quote or a delimiter is wrong there, or the file is cut"
                self.unread(number, cells, InputError(problem, hint=hint))

    def first_problem(self) -> str:
        """Say what was first refused, for the error of a file of which nothing could be read."""
        first = next((note for note in self.notes if not note.kept), None)
        return f"{first.place}: {first.problem}" if first else "it has titles and nothing else"

    def table(self) -> pa.Table:
        """Return what was gathered, as FIGURES."""
        return pa.table(self._columns, schema=FIGURES)

    def _note(self, place: str, value: str, problem: str, hint: str, *, kept: bool) -> None:
        self.notes.append(
            Note(place=place, value=value[:_SHOWN], problem=problem, hint=hint, kept=kept)
        )
