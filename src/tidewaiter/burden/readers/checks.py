"""Figures collected row by row and validated: duplicates, impossible counts, truncated files."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from statistics import median_high, median_low
from typing import Any

import numpy as np
import pyarrow as pa

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.burden.indicators import place_name, vsrr_places
from tidewaiter.burden.types import FIGURES, Note, month_text

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

TWICE = InputError("burden/row-twice")


class Gathered:
    """Column builder, one figure per call."""

    def __init__(self) -> None:
        self._columns: dict[str, list[Any]] = {name: [] for name in FIGURES.names}
        self.notes: list[Note] = []

    def add(self, **cells: Any) -> None:
        """Add a figure; place, indicator, last and months are required."""
        for name, column in self._columns.items():
            column.append(cells[name] if name in cells else _DEFAULTS[name])

    def mended(self, place: str, value: str, error: InputError) -> None:
        """Note an anomaly in a figure that is kept."""
        self.notes.append(Note.of(error, place=place, value=value[:_SHOWN], kept=True))

    def refused(self, place: str, value: str, error: InputError) -> None:
        """Note an unreadable value."""
        self.notes.append(Note.of(error, place=place, value=value[:_SHOWN]))

    def unread(self, number: int, cells: Iterable[str], error: InputError) -> None:
        """Note an unreadable row."""
        self.refused(f"row {number}", " | ".join(cells), error)

    def whole(
        self, rows: Iterable[tuple[int, Mapping[str, str] | Sequence[str]]]
    ) -> Iterator[tuple[int, Mapping[str, str]]]:
        """Yield the rows with the right number of cells; note the others."""
        for number, cells in rows:
            if isinstance(cells, Mapping):
                yield number, cells
            else:
                self.unread(number, cells, InputError("burden/cells-do-not-fit-header"))

    def first_problem(self) -> str:
        """Return the first refusal, for the error of a file without readable rows."""
        first = next((note for note in self.notes if not note.kept), None)
        return f"{first.place}: {first.problem}" if first else "the file has only a header"

    def table(self) -> pa.Table:
        """Return the collected FIGURES."""
        return pa.table(self._columns, schema=FIGURES)


_KEY = ("place", "indicator", "measure", "basis", "last", "months", "part")
_MOST_KEYS_NAMED = 5  # keys named in a note

Key = tuple[Any, ...]


def once(figures: pa.Table, gathered: Gathered) -> pa.Table:
    """Remove duplicate figures.

    Files in circulation mix two releases. Open counts grow, so for each place and period the rows
    with larger counts are the later ones, and are used. If the counts do not decide, conflicting
    rows are refused.

    Args:
        figures: FIGURES as read.
        gathered: Receives notes.

    Returns:
        The distinct figures.
    """
    rows = _rows_by_key(figures)
    double = {key: found for key, found in rows.items() if len(found) > 1}
    if not double:
        return figures
    values = _values(figures)
    differing = {
        key: found for key, found in double.items() if len({values[row] for row in found}) > 1
    }
    if len(double) > len(differing):
        gathered.mended(
            _key_names(double.keys() - differing.keys()),
            f"{len(double) - len(differing):,} figures",
            InputError("burden/figures-twice"),
        )
    keep = {key: found[-1] for key, found in rows.items()}
    if differing:
        _settle(differing, figures, keep, gathered)
    return figures.take(pa.array(sorted(keep.values()), pa.int64()))


def _settle(
    differing: dict[Key, list[int]], figures: pa.Table, keep: dict[Key, int], gathered: Gathered
) -> None:
    values = figures["value"].to_pylist()
    grown: dict[Key, float] = defaultdict(float)
    for key, found in differing.items():
        if _of(key, "measure") != "percent":
            first, last = values[found[0]] or 0.0, values[found[-1]] or 0.0
            grown[_window(key)] += last - first
    told = [key for key in differing if grown[_window(key)]]
    keep.update({key: differing[key][0] for key in told if grown[_window(key)] < 0})
    if told:
        gathered.mended(
            _key_names(told),
            f"{len(told):,} figures",
            InputError("burden/figures-of-two-releases"),
        )
    pairs = _values(figures)
    for key in sorted(differing.keys() - set(told)):
        del keep[key]
        shown = " and ".join(_shown(pairs[row]) for row in differing[key])
        gathered.refused(_key_names([key]), shown, InputError("burden/figures-differ"))


def _values(figures: pa.Table) -> list[tuple[float | None, float | None]]:
    columns = (figures[name].to_pylist() for name in ("value", "predicted"))
    return list(zip(*columns, strict=True))


def _shown(pair: tuple[float | None, float | None]) -> str:
    value, predicted = ("none" if each is None else f"{each:,.10g}" for each in pair)
    return f"{value} (predicted {predicted})"


def _window(key: Key) -> Key:
    return _of(key, "place"), _of(key, "last"), _of(key, "months")


def _of(key: Key, name: str) -> Any:
    return key[_KEY.index(name)]


def _rows_by_key(figures: pa.Table) -> dict[Key, list[int]]:
    found = defaultdict(list)
    columns = [figures[name].to_pylist() for name in _KEY]
    for number, key in enumerate(zip(*columns, strict=True)):
        found[key].append(number)
    return found


def _key_names(keys: Any) -> str:
    listed = sorted(keys)
    names = [f"{key[0]} {key[1]} {month_text(key[4])}" for key in listed[:_MOST_KEYS_NAMED]]
    return "; ".join(names) + (" and others" if len(listed) > _MOST_KEYS_NAMED else "")


_ALL, _OVERDOSE = "all-causes", "overdose"
_YEAR = 12
_NEAR = 3  # months on each side whose windows share nine months or more
_TIMES, _FEW = 3.0, 60.0  # a leap is more than three times the neighbouring windows, and 60 deaths
_TWELVEFOLD = (9.0, 14.0)  # a sum of twelve overlapping windows, relative to one
_MOSTLY = 0.5  # share of impossible large counts that invalidates a whole file

FigureRow = dict[str, Any]
Refuse = Callable[[int, InputError], None]


class _Deaths(Record, frozen=True, kw_only=True):
    overdose_share: float
    growth: float
    deaths: dict[str, int]


def plausible(figures: pa.Table, gathered: Gathered, name: str) -> pa.Table:
    """Refuse impossible counts.

    Args:
        figures: FIGURES as read.
        gathered: Receives notes.
        name: File name, for error messages.

    Raises:
        InputError: Most counts of overdoses or of all deaths are impossible: another kind of file.
    """
    rows = figures.to_pylist()
    refused: dict[int, InputError] = {}

    def refuse(number: int, error: InputError) -> None:
        refused.setdefault(number, error)

    counts = {n: row for n, row in enumerate(rows) if _is_count(row)}
    beyond = _beyond(counts, refuse)
    for check in (_above, _leaps, _predictions):
        check({n: row for n, row in counts.items() if n not in refused}, refuse)
    if beyond > _MOSTLY:
        number, error = next(iter(refused.items()))
        said = f"{_row_name(rows[number])}: {error.message}"
        raise InputError("burden/most-counts-impossible", said=said, hint=error.hint, at=name)
    for number, error in sorted(refused.items()):
        gathered.refused(_row_name(rows[number]), f"{rows[number]['value']:,.10g}", error)
    kept = np.ones(len(rows), bool)
    kept[sorted(refused)] = False
    return figures.filter(pa.array(kept)) if refused else figures


def _is_count(row: FigureRow) -> bool:
    return bool(row["measure"] == "deaths" and row["value"] is not None and not row["part"])


def _beyond(counts: dict[int, FigureRow], refuse: Refuse) -> float:
    """Refuse counts too large for their place; return their share among totals."""
    totals = _by_key(counts, _ALL)
    large, judged = 0, 0
    for number, row in counts.items():
        usual = _facts().deaths.get(row["place"], 0) * row["months"] / _YEAR
        error = _too_large(row, usual, totals.get(_key(row)))
        if error:
            refuse(number, error)
        if usual and row["indicator"] in {_ALL, _OVERDOSE}:
            judged += 1
            large += error is not None
    return large / judged if judged else 0.0


def _too_large(row: FigureRow, usual: float, total: float | None) -> InputError | None:
    """Return why a count is too large; None: it is not.

    Args:
        row: Row of the count.
        usual: Usual deaths of the place in that many months, all causes; 0: unknown.
        total: Total deaths in the file for the same period.
    """
    value, share = row["value"], _facts().overdose_share
    if row["indicator"] == _ALL:
        if not 0 < usual * _facts().growth < value:
            return None
        return InputError("burden/deaths-too-many", times=f"{value / usual:.1f}")
    if total is not None and value == total > _FEW:
        return InputError("burden/deaths-of-all-causes")
    if any(value > share * each + _FEW for each in (usual, total) if each):
        return InputError("burden/share-of-deaths-too-large", share=f"{share:.0%}")
    return None


def _above(counts: dict[int, FigureRow], refuse: Refuse) -> None:
    """Refuse a drug with more deaths than all drugs together, of which it is a part."""
    overdoses = _by_key(counts, _OVERDOSE)
    for number, row in counts.items():
        whole = overdoses.get(_key(row))
        if row["indicator"] not in {_ALL, _OVERDOSE} and whole is not None and row["value"] > whole:
            refuse(number, InputError("burden/more-than-all-overdoses", whole=f"{whole:,.10g}"))


def _leaps(counts: dict[int, FigureRow], refuse: Refuse) -> None:
    """Refuse a window far above or below those that share most of its months."""
    for series in _series(counts):
        for last, (number, value) in series.items():
            near = [
                series[month][1]
                for month in range(last - _NEAR, last + _NEAR + 1)
                if month != last and month in series
            ]
            if not near:
                continue
            upper, lower = median_high(near), median_low(near)
            if value > _TIMES * upper + _FEW:
                least, most = _TWELVEFOLD
                summed = least < value / max(upper, 1.0) < most
                around = f"{upper:,.10g}"
                error = (
                    InputError("burden/sum-of-windows", around=around)
                    if summed
                    else InputError("burden/far-above-neighbours", around=around)
                )
                refuse(number, error)
            elif lower > _TIMES * value + _FEW:
                around = f"{lower:,.10g}"
                refuse(number, InputError("burden/far-below-neighbours", around=around))


def _predictions(counts: dict[int, FigureRow], refuse: Refuse) -> None:
    """Refuse a row with a prediction of a different magnitude than its count."""
    for number, row in counts.items():
        predicted, value = row["predicted"], row["value"]
        if predicted is None:
            continue
        if predicted > _TIMES * value + _FEW or value > _TIMES * predicted + _FEW:
            value = f"{predicted:,.10g}"
            refuse(number, InputError("burden/unlike-its-prediction", predicted=value))


def _series(counts: dict[int, FigureRow]) -> Iterator[dict[int, tuple[int, float]]]:
    """Yield the twelve-month windows of each place and indicator, by last month."""
    found: dict[tuple[str, ...], dict[int, tuple[int, float]]] = defaultdict(dict)
    for number, row in counts.items():
        if row["months"] == _YEAR:
            key = (row["place"], row["indicator"], row["basis"])
            found[key][row["last"]] = (number, row["value"])
    yield from found.values()


def _by_key(counts: dict[int, FigureRow], indicator: str) -> dict[tuple[Any, ...], float]:
    return {_key(row): row["value"] for row in counts.values() if row["indicator"] == indicator}


def _key(row: FigureRow) -> tuple[Any, ...]:
    return row["place"], row["basis"], row["last"], row["months"]


@cache
def _facts() -> _Deaths:
    return read_toml(data("burden", "deaths.toml"), _Deaths)


def _row_name(row: FigureRow) -> str:
    return f"{row['place']} {row['indicator']} {month_text(row['last'])}"


_MANY = 26  # of 53 jurisdictions: a file with fewer is an extract
_SELDOM = {"US-PR"}  # only in releases of some years
_MOST_PLACES_NAMED = 10
_FEWER = 0.9  # relative to the number of figures of most places


def note_cut_text(text: str, gathered: Gathered, *, delimited: bool) -> None:
    """Note text that ends within a line or record; a complete last line cannot be recognised.

    Args:
        text: File content.
        gathered: Receives notes.
        delimited: Delimited text, otherwise JSON.
    """
    if not delimited and not text.rstrip().endswith("]"):
        gathered.refused(
            "the end of the file",
            text.rstrip()[-80:],
            InputError("burden/record-cut"),
        )
    elif delimited and text[-1] not in "\r\n":
        last = text.rsplit("\n", 1)[-1]
        gathered.mended(
            "the end of the file",
            last,
            InputError("burden/last-line-open"),
        )


def note_missing_places(figures: pa.Table, gathered: Gathered) -> None:
    """Note jurisdictions without figures, and a last one with fewer than the others.

    Args:
        figures: Provisional counts as read, in file order.
        gathered: Receives notes.
    """
    counts = Counter(figures["place"].to_pylist())
    known = {place.code for place in vsrr_places().values()} - _SELDOM
    missing = sorted(known - counts.keys())
    if not missing:
        return
    if len(known) - len(missing) >= _MANY:
        names = ", ".join(map(place_name, missing[:_MOST_PLACES_NAMED]))
        more = (
            f" and {len(missing) - _MOST_PLACES_NAMED} more"
            if len(missing) > _MOST_PLACES_NAMED
            else ""
        )
        gathered.mended(
            "the file as a whole",
            f"{names}{more}",
            InputError("burden/places-without-figures"),
        )
    last = figures["place"][-1].as_py()
    most = counts.most_common(1)[0][1]
    if len(counts) > 1 and counts[last] < _FEWER * most:
        gathered.mended(
            last,
            f"{counts[last]:,} figures",
            InputError("burden/last-place-incomplete", most=most),
        )
