"""Text tables to canonical lines with parties and route, and a report of unreadable values."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.countries import find_country_in_any_language
from tidewaiter.base.records import Record
from tidewaiter.trade.line_fields import key_of
from tidewaiter.trade.readers.amounts import (
    Ask,
    Kind,
    Measured,
    check_units,
    is_bare,
    list_stated,
    measure,
    read_counts,
    read_money,
)
from tidewaiter.trade.readers.codes import (
    holds_both,
    part_voyages,
    read_cas,
    read_containers,
    read_days,
    read_hs,
    read_imo,
    read_licences,
    read_percents,
    read_un,
)
from tidewaiter.trade.readers.columns.mapping import Mapping as Columns
from tidewaiter.trade.readers.coverage import Coverage, remarks_on, texts_beside
from tidewaiter.trade.readers.number_styles import (
    DAYS,
    Styles,
    fields_of,
    find_styles,
    pointed_fields,
)
from tidewaiter.trade.readers.passthrough_columns import (
    carried_columns,
    carrying,
    unscreened_columns,
    written,
)
from tidewaiter.trade.readers.table import Bad, Block, Column, Sheet, join_parts
from tidewaiter.trade.types import (
    FIELDS,
    FUNCTIONS,
    LINES,
    PARTY,
    STOP,
    ReadOptions,
    Refusal,
    keys_of,
)
from tidewaiter.trade.unmapped_text import Beside, with_texts


class Group(Record, frozen=True, kw_only=True):
    """One party or place: its columns of text."""

    label: str  # role or function
    columns: Mapping[str, pa.Array]  # attribute -> text, shape (rows,)


def build_parties(groups: Sequence[Group], count: int) -> pa.Array:
    """Build each row's parties; a party without a name or number is skipped.

    Args:
        groups: In output order.
        count: Number of rows.
    """
    return _build(groups, count, PARTY, "role", ("name", "id", "address"))


def build_route(groups: Sequence[Group], count: int) -> pa.Array:
    """Build each row's route; a place without a name, code or country is skipped.

    Args:
        groups: In any order; the result is in travel order.
        count: Number of rows.
    """
    ordered = sorted(groups, key=lambda group: FUNCTIONS.index(group.label))
    return _build(ordered, count, STOP, "function", ("name", "locode", "country"))


def join_lists(nested: pa.Array | None, built: pa.Array) -> pa.Array:
    """Put lists contained in a file before those built from its columns."""
    if nested is None:
        return built
    if built.null_count == len(built):
        return nested
    pairs = zip(nested.to_pylist(), built.to_pylist(), strict=True)
    return pa.array([(a or []) + (b or []) for a, b in pairs], built.type)


def _build(
    groups: Sequence[Group], count: int, kind: pa.StructType, label: str, keys: Sequence[str]
) -> pa.Array:
    """Concatenate the groups' columns, then select row by row."""
    if not groups:
        return pa.nulls(count, pa.list_(kind))
    there = np.stack([_there(group, keys, count) for group in groups], axis=1)
    ends = np.concatenate([[0], np.cumsum(there.sum(axis=1))]).astype(np.int32)
    places = np.arange(count)[:, None] + count * np.arange(len(groups))[None, :]
    picked = pa.array(places[there])
    columns = []
    for field in kind:
        parts = [
            pa.array([group.label], pa.string()).take(pa.array(np.zeros(count, np.int32)))
            if field.name == label
            else group.columns.get(field.name, pa.nulls(count, pa.string()))
            for group in groups
        ]
        columns.append(pa.concat_arrays(parts).take(picked))
    structs = pa.StructArray.from_arrays(columns, fields=list(kind))
    return pa.ListArray.from_arrays(pa.array(ends), structs, type=pa.list_(kind))


def _there(group: Group, keys: Sequence[str], count: int) -> np.ndarray:
    there = np.zeros(count, bool)
    for key in keys:
        if key in group.columns:
            there |= pc.is_valid(group.columns[key]).to_numpy(zero_copy_only=False)
    return there


CODE_READERS = {
    "hs": read_hs,
    "cas": read_cas,
    "un": read_un,
    "percent": read_percents,
    "imo": read_imo,
    "containers": read_containers,
    "licences": read_licences,
}
"""Parsers for fields of the kind "code"."""

_TEXTS, _COUNTS = keys_of("text"), keys_of("count")


class _Last(Record, frozen=True, kw_only=True):
    """End of the preceding block, to continue its consignment."""

    consignment: str = ""
    seq: int = 0


def to_lines(
    sheet: Sheet, columns: Columns, options: ReadOptions, *, unread: bool = False
) -> Iterator[pa.RecordBatch | Refusal]:
    """Convert a table of text to batches of `LINES`; refusals precede their batch.

    Unmapped words become other text of the lines. Remarks on the whole file, for example if no line
    describes goods, come last.

    Args:
        sheet: The table.
        columns: Mapping of its columns.
        options: User settings.
        unread: Include unmapped data in one more column, for lines that become alerts.

    Raises:
        InputError: `options` has an invalid unit, or one for a field without units.
    """
    check_units(options.units)
    wanted = sorted({place for places in columns.places.values() for place in places})
    wanted.extend(sheet.nested)
    styles: Styles | None = None
    last = _Last()
    carried = carried_columns(sheet, wanted)
    covered = Coverage(unscreened=unscreened_columns(sheet, wanted))
    for block in sheet.blocks(wanted, tuple(carried)):
        yield from block.refusals
        for part in _parts(block, options.batch_rows):
            if styles is None:
                pointed = pointed_fields(columns, sheet.pointed | block.pointed)
                styles = find_styles(fields_of(part, columns), options, pointed)
            reading = _Reading(part, columns, options, styles, sheet)
            batch, last = reading.batch(last, texts_beside(part, carried))
            yield from reading.refusals()
            if unread:
                batch = carrying(batch, part, carried, options)
            for lines in written(batch, part, whole=not unread):
                covered = covered.plus(lines)
                yield lines
    worded = set(columns.beside)
    yield from remarks_on(covered, [name for name in carried.values() if name in worded])


def _parts(block: Block, size: int) -> Iterator[Block]:
    """Split a block into parts of about `size` lines; the lines of one row stay together."""
    start = 0
    while start < len(block.rows):
        last = block.rows[min(start + size, len(block.rows)) - 1]
        count = int(np.searchsorted(block.rows, last, "right")) - start
        cells = {place: column.slice(start, count) for place, column in block.cells.items()}
        objects = None if block.objects is None else block.objects.slice(start, count)
        left = None if block.left is None else block.left.slice(start, count)
        rows = block.rows[start : start + count]
        yield Block(rows=rows, cells=cells, objects=objects, left=left)
        start += count


def _with_countries(fields: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
    """Replace the names of countries, in any language, by their codes; others are unchanged."""
    return {
        field: _codes_of(cells) if field == "origin" or field.endswith(".country") else cells
        for field, cells in fields.items()
    }


def _codes_of(cells: pa.Array) -> pa.Array:
    # Not `by_distinct`: it takes "NA", the code of Namibia, for no value.
    coded = cells.dictionary_encode()
    codes = [find_country_in_any_language(text) or text for text in coded.dictionary.to_pylist()]
    return pa.array(codes, pa.string()).take(coded.indices)


class _Reading:
    """Parsing of one block: its fields, and unreadable values."""

    def __init__(
        self, block: Block, columns: Columns, options: ReadOptions, styles: Styles, sheet: Sheet
    ) -> None:
        self.rows = block.rows
        self.nested = {
            field: block.cells[place]
            for place, field in sheet.nested.items()
            if place in block.cells
        }
        self.columns = columns
        self.options = options
        self.styles = styles
        self.serials = sheet.serials
        self.fields = _with_countries(fields_of(block, columns))
        self.bad: list[tuple[str, Bad]] = []
        self.stated: dict[str, pa.Array] = {}  # field -> rows with the user-defined unit

    def batch(self, last: _Last, beside: pa.Array | None) -> tuple[pa.RecordBatch, _Last]:
        """Parse every field; a field missing in the file is null.

        Args:
            last: End of the preceding block.
            beside: Words of unmapped columns.
        """
        read = {**self._texts(), **self._codes(), **self._measures(), **self._money()}
        read["row"] = pa.array(self.rows, pa.int64())
        for field in _COUNTS:
            read[field] = self._take(field, self._counts(field))
        parties = build_parties(self._groups(None), len(self.rows))
        route = build_route(self._groups(FUNCTIONS), len(self.rows))
        read["parties"] = join_lists(self.nested.get("parties"), parties)
        read["route"] = join_lists(self.nested.get("route"), route)
        consignment, seq, last = self._numbers(last)
        read["consignment"], read["seq"] = consignment, seq
        read["other"] = self._with_refused(self.nested.get("other", beside))
        read["stated"] = list_stated(self.stated, self.options.units)
        arrays = [read.get(f.name) for f in LINES]
        filled = [
            pa.nulls(len(self.rows), f.type) if a is None else a
            for f, a in zip(LINES, arrays, strict=True)
        ]
        return pa.RecordBatch.from_arrays(filled, schema=LINES), last

    def refusals(self) -> list[Refusal]:
        """Report the unreadable cells, by row."""
        found = [
            Refusal(
                row=int(self.rows[bad.at]),
                column=self._called(field),
                value=bad.value,
                code=bad.code,
                values=bad.values,
                screened=True,
            )
            for field, bad in self.bad
        ]
        return sorted(found, key=lambda refusal: refusal.row)

    def _with_refused(self, other: pa.Array | None) -> pa.Array | None:
        """Add the words of unreadable values to other text: a name may mislead."""
        found = [
            Beside(bad.at, self._called(field), str(self.fields[field][bad.at].as_py()))
            for field, bad in self.bad
            if field in self.fields
        ]
        return with_texts(other, found, len(self.rows)) if found else other

    def _called(self, field: str) -> str:
        return " + ".join(self.columns.columns.get(field, (field,)))

    def _take(self, field: str, column: Column | None) -> pa.Array | None:
        if column is None:
            return None
        self.bad.extend((field, bad) for bad in column.bad)
        return column.values

    def _texts(self) -> dict[str, pa.Array]:
        found = {field: self.fields[field] for field in _TEXTS if field in self.fields}
        if "vessel" in found:
            joint = holds_both(self.columns.columns.get("vessel", ()))
            found["vessel"], voyage = part_voyages(
                found["vessel"], found.get("voyage"), joint=joint
            )
            if voyage is not None:
                found["voyage"] = voyage
        return found

    def _codes(self) -> dict[str, Any]:
        found = {
            field: self._take(field, read(self.fields[field]))
            for field, read in CODE_READERS.items()
            if field in self.fields
        }
        for field in DAYS:
            if field in self.fields:
                days = read_days(
                    self.fields[field],
                    self.styles.orders.get(field, self.options.dates),
                    serials=self.serials,
                )
                found[field] = self._take(field, days)
        return found

    def _counts(self, field: str) -> Column | None:
        if field not in self.fields:
            return None
        return read_counts(self.fields[field], LINES.field(field).type)

    def _measures(self) -> dict[str, pa.Array]:
        found: dict[str, pa.Array] = {}
        for name, about in FIELDS.items():
            field = key_of(name)
            if field not in self.fields:
                continue
            if about.kind == "mass":
                unit = self.options.units.get(field, "kg")
                found[name] = self._measure(field, unit, "mass").mass
            elif about.kind == "volume":
                unit = self.options.units.get(field, "")
                found[name] = self._measure(field, unit, "volume").volume
        if "quantity" in self.fields:
            self._quantity(found)
        return found

    def _measure(self, field: str, unit: str, only: Kind | None) -> Measured:
        shared = self.fields.get("weight.unit") if only == "mass" else None
        read = measure(
            Ask(
                cells=self.fields[field],
                units=self.fields.get(f"{field}.unit", shared),
                unit=self.columns.units.get(field, unit),
                mark=self.styles.marks.get(field, self.options.decimal),
                only=only,
            )
        )
        self.bad.extend((field, bad) for bad in read.bad)
        if field in self.options.units and field not in self.columns.units:
            beside = self.fields.get(f"{field}.unit", shared)
            self.stated[field] = pc.and_(is_bare(self.fields[field], beside), read.is_read())
        return read

    def _quantity(self, found: dict[str, pa.Array]) -> None:
        """Keep the quantity as written; also parse it if it is a mass or a volume."""
        read = self._measure("quantity", self.options.units.get("quantity", ""), None)
        for name, values in (("net_mg", read.mass), ("volume_ul", read.volume)):
            found[name] = pc.coalesce(found[name], values) if name in found else values
        cells, units = self.fields["quantity"], self.fields.get("quantity.unit")
        unit = self.columns.units.get("quantity")
        beside = units if units is not None else pa.repeat(unit, len(cells)) if unit else None
        if beside is not None:
            joined = join_parts([cells, beside])
            cells = pc.if_else(pc.is_valid(cells), joined, None)
        found["quantity"] = cells

    def _money(self) -> dict[str, pa.Array]:
        found: dict[str, pa.Array] = {}
        inner: pa.Array | None = None
        if "value" in self.fields:
            column, inner = read_money(
                self.fields["value"], self.styles.marks.get("value", self.options.decimal)
            )
            found["value"] = self._take("value", column)
        named = self.columns.currency or None
        # The currency column belongs to another value if this header names a currency.
        beside = None if named else self.fields.get("currency")
        parts = [a for a in (inner, beside) if a is not None]
        if parts:
            found["currency"] = pc.coalesce(*parts, pa.scalar(named, pa.string()))
        return found

    def _groups(self, functions: Sequence[str] | None) -> list[Group]:
        groups: dict[str, dict[str, pa.Array]] = {}
        for field, cells in self.fields.items():
            label, dot, attribute = field.partition(".")
            if dot and attribute != "unit" and (label in FUNCTIONS) == (functions is not None):
                groups.setdefault(label, {})[attribute] = cells
        return [
            Group(label=label.rstrip("23456789"), columns=columns)
            for label, columns in groups.items()
        ]

    def _numbers(self, last: _Last) -> tuple[pa.Array, pa.Array, _Last]:
        """Assign each row's consignment, and number its lines while they are adjacent."""
        rows = pc.binary_join_element_wise("row ", pc.cast(pa.array(self.rows), pa.string()), "")
        named = self.fields.get("consignment")
        names = rows if named is None else pc.coalesce(named, rows)
        if not len(names):
            return names, pa.array([], pa.int32()), last
        if named is None:
            counted = np.ones(len(names), np.int64)
        else:
            same = pc.equal(names.slice(1), names.slice(0, len(names) - 1))
            new = np.concatenate([[True], ~same.to_numpy(zero_copy_only=False)])
            starts = np.maximum.accumulate(np.where(new, np.arange(len(names)), 0))
            counted = np.arange(len(names)) - starts + 1
            if names[0].as_py() == last.consignment:
                counted[starts == 0] += last.seq
        end = _Last(consignment=names[-1].as_py(), seq=int(counted[-1]))
        seq = pa.array(counted, pa.int32())
        written = self._take("seq", self._counts("seq"))
        return names, seq if written is None else pc.coalesce(written, seq), end
