"""Units that the user states for amounts for which the file names none."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.errors import InputError
from tidewaiter.base.quantities import find_unit

_KINDS = {
    "net": ("mass",),
    "gross": ("mass",),
    "volume": ("volume",),
    "quantity": ("mass", "volume"),
}
_TEXTS = pa.list_(pa.string())


def check_units(units: Mapping[str, str]) -> None:
    """Check the units that the user states.

    Raises:
        InputError: A field has no unit, or its unit is not known or of another kind.
    """
    for field, text in units.items():
        kinds = _KINDS.get(field)
        if kinds is None:
            raise InputError(
                f'"{field}" is no field with a unit', hint=f"fields: {', '.join(_KINDS)}"
            )
        unit = find_unit(text)
        if unit is None or unit.kind not in kinds:
            raise InputError(
                f'"{text}" is not a unit of {" or ".join(kinds)}',
                hint=unit.hint if unit and unit.hint else 'write one like "kg", "lb" or "l"',
            )


def is_bare(cells: pa.Array, units: pa.Array | None) -> pa.Array:
    """Tell which cells hold an amount without a unit, in them or beside them.

    Args:
        cells: Amounts, shape (rows,).
        units: Of the same rows; None: the file has no such column.
    """
    bare = pc.invert(pc.match_substring_regex(cells, r"\p{L}"))
    if units is not None:
        bare = pc.and_(bare, pc.is_null(units))
    return pc.fill_null(bare, False)


def list_stated(stated: Mapping[str, pa.Array], units: Mapping[str, str]) -> pa.Array | None:
    """List, for each row, the fields whose unit the user stated, like "net: lb".

    Args:
        stated: For each field, the rows of which that is true, shape (rows,).
        units: Of each field.
    """
    if not stated:
        return None
    columns = [
        [f"{field}: {units[field]}" if there else None for there in rows.to_pylist()]
        for field, rows in stated.items()
    ]
    lists = ([text for text in row if text] or None for row in zip(*columns, strict=True))
    return pa.array(lists, _TEXTS)
