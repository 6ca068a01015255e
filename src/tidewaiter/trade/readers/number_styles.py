"""Number and date formats of a file, from its first block."""

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
"""Date fields."""

AMOUNTS = frozenset((*NUMBERS, *keys_of("count")))
"""Number fields."""


class Styles(Record, frozen=True, kw_only=True):
    """Number and date formats of a file, from its first block or the user."""

    marks: Mapping[str, Mark | None]
    orders: Mapping[str, Order | None]


def fields_of(block: Block, columns: Columns) -> dict[str, pa.Array]:
    """Return each field's column of text; several columns are joined, or the first one counts."""
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
    """Return the fields with columns stored as numbers."""
    return frozenset(f for f, where in columns.places.items() if places.issuperset(where))


def find_styles(
    fields: Mapping[str, pa.Array], options: ReadOptions, pointed: frozenset[str] = frozenset()
) -> Styles:
    """Determine the number and date formats: from the user, or else from the columns.

    A column without a visible decimal mark uses the common mark of all other columns.

    Args:
        fields: Columns of the first block.
        options: User settings.
        pointed: Fields stored as numbers.
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
