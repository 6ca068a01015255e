"""How a file writes its numbers and dates, by the evidence of its first block."""

from collections.abc import Mapping
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.dates import Order
from tidewaiter.base.quantities import Mark
from tidewaiter.base.records import Record
from tidewaiter.trade.readers.amounts import find_mark
from tidewaiter.trade.readers.codes import order_of
from tidewaiter.trade.readers.columns.mapping import Mapping as Columns
from tidewaiter.trade.readers.table import Block, join_parts
from tidewaiter.trade.types import NUMBERS, ReadOptions, keys_of

DAYS = keys_of("day")
"""Fields that are dates."""

AMOUNTS = frozenset((*NUMBERS, *keys_of("count")))
"""Fields that are numbers."""


class Styles(Record, frozen=True, kw_only=True):
    """How a file writes its numbers and dates, found in its first block or said by the user."""

    marks: Mapping[str, Mark | None]
    orders: Mapping[str, Order | None]


def fields_of(block: Block, columns: Columns) -> dict[str, pa.Array]:
    """Give each field its column of text; several columns are joined, or the first one counts."""
    found = {}
    for field, places in columns.places.items():
        parts = [block.cells[place] for place in places if place in block.cells]
        if not parts:
            continue
        if len(parts) == 1:
            found[field] = parts[0]
        elif field == "consignment":
            found[field] = pc.coalesce(*parts)
        else:
            found[field] = join_parts(parts)
    return found


def pointed_fields(columns: Columns, places: frozenset[int]) -> frozenset[str]:
    """Name the fields whose columns a file stores as numbers."""
    return frozenset(f for f, where in columns.places.items() if places.issuperset(where))


def find_styles(
    fields: Mapping[str, pa.Array], options: ReadOptions, pointed: frozenset[str] = frozenset()
) -> Styles:
    """Find how numbers and dates are written: as the user says, else as the columns show.

    A column that shows no decimal mark takes the one that all others of the file show.

    Args:
        fields: The columns of the first block.
        options: What the user says.
        pointed: Fields that the file stores as numbers.
    """
    shown: dict[str, Mark | Literal[""] | None] = {
        field: "." if field in pointed else find_mark(fields[field])
        for field in NUMBERS
        if field in fields
    }
    marks = {mark for mark in shown.values() if mark}
    common: Mark | None = marks.pop() if len(marks) == 1 and "" not in shown.values() else None
    orders = {field: order_of(fields[field]) for field in DAYS if field in fields}
    found = {order for order in orders.values() if order}
    one: Order | None = found.pop() if len(found) == 1 else None
    return Styles(
        marks={
            field: options.decimal or (common if mark is None else mark or None)
            for field, mark in shown.items()
        },
        orders={field: options.dates or order or one for field, order in orders.items()},
    )
