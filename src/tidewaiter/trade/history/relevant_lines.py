"""Selection of the lines of a batch that the history needs; for others only the dates."""

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tidewaiter.trade.history.dealings import rows_naming
from tidewaiter.trade.history.reasons import Past, Wanted
from tidewaiter.trade.history.routes import code_of
from tidewaiter.trade.history.shared_containers import (
    Boxes,
    boxes_of,
    day_without,
    numbers_of,
)
from tidewaiter.trade.types import DAYS, LINES, days_of

COLUMNS: Final = (
    *DAYS,
    "hs",
    "origin",
    "net_mg",
    "gross_mg",
    "packages",
    "value",
    "currency",
    "route",
    "parties",
    "containers",
)
"""Columns of LINES used by the history."""

_HEADING: Final = 6  # HS digits


class Narrow(NamedTuple):
    """A batch reduced for the history: each line is in one of two batches of LINES."""

    whole: pa.RecordBatch  # relevant lines, with the columns COLUMNS
    days: pa.RecordBatch  # other lines: `departure` is the day on which each counts
    boxes: Boxes  # containers of all lines, if any is requested

    def tell(self, past: Past, *, earlier: bool) -> None:
        """Add it to a history, in line order; `earlier`: from an earlier file."""
        for lines in (self.whole, self.days):
            past.look(lines, earlier=earlier)
        past.look_in(self.boxes)


class Narrowing:
    """Reduces batches to the lines relevant to a history."""

    def __init__(self, wanted: Wanted, day: date) -> None:
        """Set the relevant lines, and the day of the screening."""
        self._wanted, self._day = wanted, day
        self._containers = numbers_of(wanted.containers)

    def narrow(self, batch: pa.RecordBatch, *, earlier: bool) -> Narrow:
        """Split the lines of a batch, and read its containers.

        Args:
            batch: Batch with the schema LINES.
            earlier: From an earlier file.
        """
        here = pa.array(_concerning(batch, self._wanted))
        some, rest = batch.filter(here), batch.filter(pc.invert(here))
        whole = lines_with({name: some.column(name) for name in COLUMNS}, len(some))
        days = lines_with({"departure": days_of(rest)}, len(rest))
        inside = batch if len(self._containers) else batch.slice(0, 0)
        boxes = boxes_of(inside, self._containers, day_without(self._day, earlier=earlier))
        return Narrow(whole, days, boxes)


def lines_with(columns: Mapping[str, pa.Array], rows: int) -> pa.RecordBatch:
    """Create lines from some columns; the others are null."""
    made = [
        columns[field.name] if field.name in columns else pa.nulls(rows, field.type)
        for field in LINES
    ]
    return pa.RecordBatch.from_arrays(made, schema=LINES)


def _concerning(batch: pa.RecordBatch, wanted: Wanted) -> NDArray[np.bool_]:
    """Return which lines are relevant, shape (lines,)."""
    if wanted.traders is None:
        return np.ones(len(batch), np.bool_)
    here = np.zeros(len(batch), np.bool_)
    here[rows_naming(batch, wanted.traders).to_numpy()] = True
    if wanted.headings:
        heading = pc.utf8_slice_codeunits(batch.column("hs"), 0, _HEADING)
        asked = pa.array(sorted(wanted.headings), pa.string())
        here |= pc.is_in(heading, value_set=asked).to_numpy(zero_copy_only=False)
    for row, ends in _ends(batch) if wanted.ways else ():
        here[row] |= ends in wanted.ways
    return here


def _ends(batch: pa.RecordBatch) -> list[tuple[int, tuple[str, str]]]:
    """Return the rows with at least two stops, with origin and destination country."""
    routes = batch.column("route")
    rows = np.flatnonzero(pc.fill_null(pc.list_value_length(routes), 0).to_numpy() > 1)
    made = []
    for row, stops in zip(rows.tolist(), routes.take(pa.array(rows)).to_pylist(), strict=True):
        first, last = (code_of(stop["country"], stop["locode"]) for stop in (stops[0], stops[-1]))
        made.append((row, (first, last)))
    return made
