"""Amount columns: masses, volumes, money and counts, and user-defined units."""

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tidewaiter.base.errors import InputError
from tidewaiter.base.quantities import (
    Mark,
    Quantity,
    decimal_mark,
    find_unit,
    parse_number,
    parse_quantity,
    whole,
)
from tidewaiter.base.records import Record
from tidewaiter.trade.line_fields import key_of
from tidewaiter.trade.readers.table import Bad, Column, by_distinct, is_nothing, only_has
from tidewaiter.trade.types import FIELDS, shorten

MONEY = pa.decimal128(20, 4)

Kind = Literal["mass", "volume"]
KINDS: tuple[Kind, ...] = ("mass", "volume")

# Below this a float can represent an integer plus a thousandth.
_EXACT = 2.0**43
_NEAR = 1e-3
_WITH_UNIT = r"^(?P<number>[0-9]+(?:\.[0-9]+)?) ?(?P<unit>[^\d\s.,+-][^\d]*)$"
_SEPARATOR = "\x1f"
_SYMBOLS = {"€": "EUR", "£": "GBP", "₹": "INR", "₽": "RUB", "₴": "UAH", "₩": "KRW", "₺": "TRY"}
_MONEY = re.compile(
    r"(?P<before>[^\d\s.,+-]{0,4})\s*(?P<number>[-+\d].*?)\s*(?P<after>[^\d\s.,+-]{0,4})"
)


class Measured(Record, frozen=True, kw_only=True):
    """A column of quantities, split by kind."""

    mass: pa.Array  # int64, milligrams
    volume: pa.Array  # int64, microlitres
    bad: tuple[Bad, ...]

    def is_read(self) -> pa.Array:
        """Return which cells are a mass or a volume."""
        return pc.or_(pc.is_valid(self.mass), pc.is_valid(self.volume))


def find_mark(cells: pa.Array) -> Mark | Literal[""] | None:
    """Detect the decimal mark of a column.

    Returns:
        The mark; "" if both occur, None if neither does.
    """
    if only_has(cells, b"0123456789-"):
        return None
    marks: set[Mark | None] = set()
    for text in pc.unique(cells.slice(0, 10_000)).to_pylist():
        number = re.sub(r"[^\d.,'\s]+", "", text or "").strip()
        marks.add(decimal_mark(number) if number else None)
    marks.discard(None)
    return marks.pop() if len(marks) == 1 else "" if marks else None


class Ask(Record, frozen=True, kw_only=True):
    """A column of quantities to be parsed."""

    cells: pa.Array  # amounts, with or without a unit, shape (rows,)
    units: pa.Array | None  # units, shape (rows,); None: no unit column
    unit: str  # default unit; "": none
    mark: Mark | None  # decimal mark; None: not known
    only: Kind | None  # required kind; None: any


def measure(ask: Ask) -> Measured:
    """Parse a column of quantities: plain numbers vectorised, others one by one."""
    numbers, inner = _split(ask.cells, ask.mark)
    amounts = _floats(numbers)
    said = inner if ask.units is None else ask.units if inner is None else None
    both = inner is not None and ask.units is not None
    found, done = {}, np.zeros(len(ask.cells), bool)
    for kind in KINDS:
        good = np.zeros(len(ask.cells), bool)
        near = amounts
        if ask.only in (None, kind) and not both:
            with np.errstate(over="ignore", invalid="ignore"):
                exact = amounts * _sizes(said, ask.unit, kind)
                near = np.rint(exact)
                good = (near >= 0) & (near < _EXACT) & (np.abs(exact - near) < _NEAR)
        found[kind] = pa.array(np.where(good, near, 0).astype(np.int64), mask=~good)
        done |= good
    left = np.flatnonzero(~done & ~ask.cells.is_null().to_numpy(zero_copy_only=False))
    bad = _add_rest(found, left, ask) if len(left) else ()
    return Measured(mass=found["mass"], volume=found["volume"], bad=bad)


def _split(cells: pa.Array, mark: Mark | None) -> tuple[pa.Array, pa.Array | None]:
    """Split a column into plain numbers, null for other cells, and the units in the cells."""
    if only_has(cells, b"0123456789." if mark == "." else b"0123456789"):
        return cells, None
    cells = pc.utf8_trim_whitespace(cells)
    parts = pc.extract_regex(cells, _WITH_UNIT)
    plain = pc.match_substring_regex(cells, r"^[0-9]+(\.[0-9]+)?$")
    numbers = pc.if_else(plain, cells, pc.struct_field(parts, "number"))
    if mark != ".":
        numbers = pc.if_else(pc.match_substring(numbers, "."), None, numbers)
    inner = pc.struct_field(parts, "unit")
    return numbers, None if inner.null_count == len(inner) else inner


def _floats(numbers: pa.Array) -> NDArray[np.float64]:
    try:
        floats = pc.cast(numbers, pa.float64())
    except pa.ArrowInvalid:  # "1.2.3": parsed one by one
        return np.full(len(numbers), np.nan)
    return np.asarray(floats.fill_null(np.nan).to_numpy(zero_copy_only=False), np.float64)


def _sizes(said: pa.Array | None, unit: str, kind: Kind) -> NDArray[np.float64] | float:
    """Return the size of each cell's unit; NaN: of another kind, or not an integer."""
    if said is None:
        return _size(unit, kind)
    coded = said.dictionary_encode()
    texts = [*coded.dictionary.to_pylist(), unit]
    sizes = np.array([_size(text, kind) for text in texts])
    places = coded.indices.fill_null(len(texts) - 1).to_numpy(zero_copy_only=False)
    return np.asarray(sizes[places], np.float64)


def _size(text: str, kind: Kind) -> float:
    unit = find_unit(text) if text else None
    if unit is None or unit.kind != kind or unit.size != int(unit.size):
        return float("nan")
    return float(unit.size)


def _add_rest(found: dict[Kind, pa.Array], left: NDArray[np.int64], ask: Ask) -> tuple[Bad, ...]:
    """Parse the remaining cells, each distinct pair of cell and unit once."""
    places = pa.array(left)
    cells = ask.cells.take(places)
    beside = pa.nulls(len(left), pa.string()) if ask.units is None else ask.units.take(places)
    pairs = pc.binary_join_element_wise(cells, beside.fill_null(""), _SEPARATOR)

    def read(pair: str) -> dict[str, int] | None:
        text, _, unit = pair.rpartition(_SEPARATOR)
        return _measure_one(text, unit, ask)

    column = by_distinct(pairs, read, pa.struct([(kind, pa.int64()) for kind in KINDS]))
    index = np.full(len(ask.cells), -1)
    index[left] = np.arange(len(left))
    back = pa.array(index, mask=index < 0)
    for kind in KINDS:
        rest = pc.struct_field(column.values, kind).take(back)
        found[kind] = pc.coalesce(found[kind], rest)
    return tuple(
        Bad(at=int(left[b.at]), value=shorten(cells[b.at].as_py()), code=b.code, values=b.values)
        for b in column.bad
    )


def _measure_one(text: str, unit: str, ask: Ask) -> dict[str, int] | None:
    if is_nothing(text):
        return None
    quantity = parse_quantity(text, unit, ask.mark)
    if quantity.unit is None and ask.unit:
        quantity = parse_quantity(text, ask.unit, ask.mark)
    if ask.only:
        return {ask.only: whole(quantity, ask.only, text)}
    if quantity.amount < 0:
        raise InputError("trade/negative", text=text)
    return _either(quantity, text)


def _either(quantity: Quantity, text: str) -> dict[str, int] | None:
    if quantity.unit is None or quantity.unit.kind not in ("mass", "volume"):
        return None
    kind: Kind = "mass" if quantity.unit.kind == "mass" else "volume"
    return {kind: whole(quantity, kind, text)}


def read_money(cells: pa.Array, mark: Mark | None) -> tuple[Column, pa.Array]:
    """Parse a column of money.

    Args:
        cells: Amounts, with or without a currency, shape (rows,).
        mark: Decimal mark; None: not known.

    Returns:
        Amounts of type `MONEY`, rounded half to even; currencies in the cells.
    """
    if only_has(cells, b"0123456789.-" if mark == "." else b"0123456789-"):
        exact = _floats(cells) * 1e4
        near = np.rint(exact)
        unread = np.isnan(near) & ~cells.is_null().to_numpy(zero_copy_only=False)
        with np.errstate(invalid="ignore"):  # infinite numbers, which are not close to any
            close = np.isnan(near) | ((np.abs(exact - near) < _NEAR) & (np.abs(near) < _EXACT))
        if not unread.any() and close.all():
            return Column(values=_decimals(near)), pa.nulls(len(cells), pa.string())
    kind = pa.struct([("amount", MONEY), ("currency", pa.string())])
    column = by_distinct(cells, lambda text: _money(text, mark), kind)
    amounts = pc.struct_field(column.values, "amount")
    return Column(values=amounts, bad=column.bad), pc.struct_field(column.values, "currency")


def _decimals(units: NDArray[np.float64]) -> pa.Array:
    """Convert ten-thousandths to decimals; NaN becomes null."""
    empty = np.isnan(units)
    low = np.where(empty, 0, units).astype(np.int64)
    both = np.stack([low, low >> 63], axis=1)  # 128 bits, little-endian
    valid = pa.array(~empty).buffers()[1]
    return pa.Array.from_buffers(MONEY, len(units), [valid, pa.py_buffer(both.tobytes())])


def _money(text: str, mark: Mark | None) -> dict[str, Decimal | str | None]:
    found = _MONEY.fullmatch(text.strip())
    if found is None:
        raise InputError("trade/not-a-value", text=text)
    amount = parse_number(found["number"], mark)
    if abs(amount) >= 10**16:
        raise InputError("trade/too-large", text=text)
    sign = found["before"] or found["after"]
    named = sign.upper() if re.fullmatch(r"[A-Za-z]{3}", sign) else _SYMBOLS.get(sign)
    return {"amount": amount.quantize(Decimal("0.0001"), ROUND_HALF_EVEN), "currency": named}


def read_counts(cells: pa.Array, kind: pa.DataType) -> Column:
    """Parse a column of integers, like packages: "80", "80 DRM", "1,200"."""
    if only_has(cells, b"0123456789"):
        try:
            return Column(values=pc.cast(cells, kind))
        except pa.ArrowInvalid:
            pass
    return by_distinct(cells, _count, kind)


def _count(text: str) -> int:
    # Counts are integers, so "1.200" must be grouped; "1.000" is ambiguous.
    found = re.search(r"\d([.,])(\d{3})(?!\d)", text)
    grouped = found is not None and found[2] != "000"
    mark: Mark | None = None if not (found and grouped) else "," if found[1] == "." else "."
    amount = parse_quantity(text, mark=mark).amount
    if amount != int(amount) or not 0 <= amount < 2**31:
        raise InputError("trade/not-a-count", text=text)
    return int(amount)


_KINDS: Mapping[str, tuple[str, ...]] = {
    **{key_of(name): (about.kind,) for name, about in FIELDS.items() if about.kind in KINDS},
    "quantity": KINDS,
}
_TEXTS = pa.list_(pa.string())


def check_units(units: Mapping[str, str]) -> None:
    """Validate the user-defined units.

    Raises:
        InputError: A field has no unit, or its unit is unknown or of another kind.
    """
    for field, text in units.items():
        kinds = _KINDS.get(field)
        if kinds is None:
            raise InputError("trade/not-a-field-with-a-unit", field=field, kinds=", ".join(_KINDS))
        unit = find_unit(text)
        if unit is None or unit.kind not in kinds:
            raise InputError(
                "trade/not-a-unit-of-its-kind",
                text=text,
                kinds=" or ".join(kinds),
                hint=unit.hint if unit and unit.hint else 'write one like "kg", "lb" or "l"',
            )


def is_bare(cells: pa.Array, units: pa.Array | None) -> pa.Array:
    """Return which cells hold an amount without a unit, in them or in the unit column.

    Args:
        cells: Amounts, shape (rows,).
        units: Units of the same rows; None: no unit column.
    """
    bare = pc.invert(pc.match_substring_regex(cells, r"\p{L}"))
    if units is not None:
        bare = pc.and_(bare, pc.is_null(units))
    return pc.fill_null(bare, False)


def list_stated(stated: Mapping[str, pa.Array], units: Mapping[str, str]) -> pa.Array | None:
    """List, for each row, the fields with a user-defined unit, like "net: lb".

    Args:
        stated: For each field, the rows to which it applies, shape (rows,).
        units: Unit of each field.
    """
    if not stated:
        return None
    columns = [
        [f"{field}: {units[field]}" if there else None for there in rows.to_pylist()]
        for field, rows in stated.items()
    ]
    lists = ([text for text in row if text] or None for row in zip(*columns, strict=True))
    return pa.array(lists, _TEXTS)
