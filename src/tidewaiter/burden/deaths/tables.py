"""Tables of counted deaths: by month, state, sex, age or intent, on both bases."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tidewaiter.base.errors import InputError
from tidewaiter.burden.ages import Bands, bands
from tidewaiter.burden.coding import INTENTS, tables
from tidewaiter.burden.deaths.counting import Cells
from tidewaiter.burden.deaths.decoding import AGE_UNKNOWN, FOREIGN, states
from tidewaiter.burden.types import Basis

BASES: tuple[Basis, ...] = ("residence", "occurrence")
PARTS = ("month", "state", "sex", "age", "band", "cdc-band", "intent")
"""What a table can be broken down by."""

KEEP = ("month", "status", "sex", "age", "occurrence", "residence", "overdose", "intent", "drugs")
"""The fields of cells that tables need."""

UNKNOWN = "not stated"
SMALL = range(1, 10)
"""Counts of a state that are never shown: a person might be known by them."""

Mask = npt.NDArray[np.bool_]
_BAND_OF = {"band": "ten-year", "cdc-band": "cdc"}


def breakdown(cells: Cells, by: Sequence[str]) -> pa.Table:
    """Break deaths down.

    Args:
        cells: Counts, with the fields KEEP.
        by: What by, of PARTS.

    Returns:
        The columns year, those of `by`, basis, indicator, deaths and missing. Indicators overlap.
        A count of 1 to 9 in a state is null, and missing says "suppressed".

    Raises:
        InputError: It cannot be broken down so: there is no such part, or no state in the file.
    """
    wrong = [each for each in by if each not in PARTS]
    if wrong:
        raise InputError(f'"{wrong[0]}" is no part of deaths', hint="one of: " + ", ".join(PARTS))
    if "state" in by and not cells.states:
        raise InputError(
            f"the public file of {cells.year} does not say in which state",
            hint="files since 2005 do not: ask CDC WONDER, or leave out the state",
        )
    found = []
    for basis in BASES:
        columns = {name: _texts(cells, name, basis) for name in by}
        for indicator in counted(cells):
            rows = mask_of(cells, indicator, basis)
            if rows.any():
                found.append(_grouped(cells, columns, rows, basis, indicator))
    table = pa.concat_tables(found) if found else _empty(by)
    return table.sort_by([(name, "ascending") for name in ("basis", *by, "indicator")])


def counted(cells: Cells) -> tuple[str, ...]:
    """Return the indicators that the codes of a file can tell."""
    return "all-causes", "overdose", *tables(cells.revision).keys


def mask_of(cells: Cells, indicator: str, basis: Basis) -> Mask:
    """Mark the cells that an indicator counts, on a basis."""
    mask: Mask = np.ones(len(cells.deaths), np.bool_)
    if basis == "residence":
        mask = cells.fields["status"] < FOREIGN
    if indicator == "all-causes":
        return mask
    mask = mask & (cells.fields["overdose"] == 1)
    if indicator != "overdose":
        place = tables(cells.revision).keys.index(indicator)
        mask = mask & (cells.fields["drugs"] >> place & 1 == 1)
    return mask


def total(cells: Cells, indicator: str, basis: Basis) -> int:
    """Return how many deaths an indicator counts in the file, on a basis."""
    return int(cells.deaths[mask_of(cells, indicator, basis)].sum())


def _grouped(
    cells: Cells, columns: dict[str, pa.Array], rows: Mask, basis: Basis, indicator: str
) -> pa.Table:
    marked = pa.array(rows)
    table = pa.table(
        {name: column.filter(marked) for name, column in columns.items()}
        | {"deaths": pa.array(cells.deaths[rows])}
    )
    sums = table.group_by(list(columns)).aggregate([("deaths", "sum")])
    values = sums["deaths_sum"].to_pylist()
    hidden = ["state" in columns and value in SMALL for value in values]
    same = {"year": cells.year, "basis": basis, "indicator": indicator}
    made = {
        **{name: sums[name] for name in columns},
        **{name: [value] * len(values) for name, value in same.items()},
        "deaths": [None if hide else value for value, hide in zip(values, hidden, strict=True)],
        "missing": ["suppressed" if hide else "" for hide in hidden],
    }
    return pa.table(made, schema=_schema(tuple(columns)))


def _schema(by: Sequence[str]) -> pa.Schema:
    return pa.schema(
        [("year", pa.int16())]
        + [(name, pa.int16() if name == "age" else pa.string()) for name in by]
        + [("basis", pa.string()), ("indicator", pa.string()), ("deaths", pa.int64())]
        + [("missing", pa.string())]
    )


def _empty(by: Sequence[str]) -> pa.Table:
    return _schema(by).empty_table()


def _texts(cells: Cells, name: str, basis: Basis) -> pa.Array:
    """Return what a part says of each cell."""
    if name == "age":
        ages = cells.fields["age"]
        return pa.array(ages.astype(np.int16), mask=ages == AGE_UNKNOWN)
    if name in _BAND_OF:
        return _taken((*bands()[_BAND_OF[name]].labels, UNKNOWN), band_numbers(cells, name))
    if name == "state":
        return _taken((UNKNOWN, *states()), cells.fields[basis])
    names = {
        "month": ("", *(f"{cells.year}-{month:02}" for month in range(1, 13))),
        "sex": ("M", "F"),
        "intent": ("", *INTENTS),
    }
    return _taken(names[name], cells.fields[name])


def band_numbers(cells: Cells, name: str = "band") -> npt.NDArray[np.int32]:
    """Return the number of the band of each cell, from 0; one more than all: not stated."""
    used: Bands = bands()[_BAND_OF[name]]
    ages = cells.fields["age"]
    numbers = np.searchsorted(used.begins, ages, side="right") - 1
    return np.where(ages == AGE_UNKNOWN, len(used.begins), numbers).astype(np.int32)


def _taken(names: Sequence[str], numbers: npt.NDArray[np.int32]) -> pa.Array:
    return pa.array(names, pa.string()).take(pa.array(numbers))
