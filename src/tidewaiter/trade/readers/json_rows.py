"""One line of JSON at a time, carefully: its rows by field, or what is wrong with it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType

import numpy as np
import pyarrow as pa

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.remembering import remember
from tidewaiter.consignments.messages.jsontexts import decode
from tidewaiter.consignments.othertext import only_words
from tidewaiter.consignments.readers.aliases import load_aliases
from tidewaiter.consignments.readers.mapping import Mapping as Columns
from tidewaiter.consignments.readers.mapping import map_columns
from tidewaiter.consignments.readers.objects import Flat, fields_of, flatten
from tidewaiter.consignments.readers.sheet import Block, shorten
from tidewaiter.consignments.types import KEPT, PARTY, STOP, ReadOptions, Refusal

_SHARED = 100  # letters of a text that is hardly of two lines by chance
HINT = 'write one object a line, like {"goods": "acetone", "net_kg": 25}'

NESTED = MappingProxyType({"parties": PARTY, "route": STOP, "other": KEPT})
"""Columns of records that a row may have, after its fields."""

Asked = tuple[tuple[str, str], ...]
"""Field and key, as the user says."""


class Row(Record, frozen=True, kw_only=True):
    """One row: its texts by field, and what hangs on it."""

    number: int
    fields: dict[str, str]
    pointed: tuple[str, ...]  # fields whose text is a number with a point
    flat: Flat
    plan: Columns  # of its keys


@cache
def header() -> tuple[str, ...]:
    """List every field that a row may have, the second party of a role too."""
    known = load_aliases().known
    roles = set(load_aliases().roles.values())
    second = [f.replace(".", "2.", 1) for f in known if f.partition(".")[0] in roles]
    return (*known, *second)


@remember(1024, letters=1 << 16)
def plan_of(keys: tuple[str, ...], asked: Asked) -> Columns:
    """Tell which keys mean what.

    Raises:
        InputError: Two keys answer for one field.
    """
    there = {field: column for field, column in asked if column in keys}
    return map_columns(keys, (), "", ReadOptions(columns=there), strict=False)


def read_line(line: bytes, number: int, asked: Asked) -> Iterator[Row | Refusal]:
    """Read one line: its rows, and what is wrong with it.

    Args:
        line: UTF-8 of one object.
        number: Of the line, from 1.
        asked: What the user says.
    """
    text = line.decode("utf-8", "replace")
    try:
        plans: dict[tuple[str, ...], Columns] = {}
        rows = [_row(flat, number, asked, plans) for flat in flatten(decode(text))]
    except InputError as error:
        yield refused(text, number, error.message, error.hint)
    except ValueError:
        yield refused(text, number, "is not JSON", HINT)
    except RecursionError:
        yield refused(text, number, "is nested too deep", HINT)
    else:
        if "\ufffd" in text:
            problem = "holds bytes that cannot be decoded; they are read as \ufffd"
            hint = "say the encoding: --encoding cp1252"
            yield refused(text, number, problem, hint, screened=True)
        if "\\u0000" in text.replace("\\\\", ""):
            problem = "holds NUL bytes; they are left out"
            yield refused(text, number, problem, "export the file again", screened=True)
        yield from rows


def _row(flat: Flat, number: int, asked: Asked, plans: dict[tuple[str, ...], Columns]) -> Row:
    """Read a row; the plans of its object are at hand, however many keys they have."""
    keys = tuple(flat.cells)
    plan = plans.get(keys)
    if plan is None:
        plan = plans[keys] = plan_of(keys, asked)
    fields = fields_of(flat, keys, plan)
    fields.setdefault("consignment", f"row {number}")
    numbers = flat.numbers
    pointed = tuple(
        field
        for field, places in plan.places.items()
        if keys[places[0]] in numbers and all(keys[place] in numbers for place in places)
    )
    return Row(number=number, flat=flat, fields=fields, pointed=pointed, plan=plan)


def _records(row: Row, name: str) -> Sequence[Mapping[str, str | None]] | None:
    """Return the parties of a row, or its route."""
    return row.flat.parties if name == "parties" else row.flat.route


def _beside(rows: Sequence[Row]) -> list[list[dict[str, str]] | None]:
    """Return the texts of each row that no field has.

    What an object says of all of its lines is told once, with the first of them: it may be long.
    """
    found: list[list[dict[str, str]] | None] = []
    number, first = 0, dict[str, str]()
    for row in rows:
        used = {place for places in row.plan.places.values() for place in places}
        free = {k: text for at, (k, text) in enumerate(row.flat.cells.items()) if at not in used}
        if row.number != number:
            number, first = row.number, free
        else:
            free = {key: text for key, text in free.items() if not _is_same(first.get(key), text)}
        found.append([{"name": key, "text": text} for key, text in free.items()] or None)
    return found


def _is_same(one: str | None, other: str) -> bool:
    """Tell whether a text of two lines is one of their object: each of their own is another."""
    return one is other or (len(other) > _SHARED and one == other)


def refused(text: str, number: int, problem: str, hint: str, *, screened: bool = False) -> Refusal:
    """Report a line."""
    return Refusal(
        row=number, column="", value=shorten(text), problem=problem, hint=hint, screened=screened
    )


def read_carefully(lines: Iterable[tuple[int, bytes]], asked: Asked) -> Block:
    """Read some lines, one at a time.

    Args:
        lines: The number of each, from 1, and its UTF-8; none of them is blank.
        asked: What the user says.
    """
    found = [item for number, line in lines for item in read_line(line, number, asked)]
    rows = [item for item in found if isinstance(item, Row)]
    places = {field: place for place, field in enumerate(header())}
    fields = dict.fromkeys(field for row in rows for field in row.fields)
    cells = {
        places[field]: pa.array([row.fields.get(field) for row in rows], pa.string())
        for field in fields
        if field in places
    }
    for place, (name, kind) in enumerate(NESTED.items(), len(places)):
        lists = _beside(rows) if name == "other" else [_records(row, name) for row in rows]
        if any(lists):
            column = pa.array(lists, pa.list_(kind))
            words = only_words(column) if kind is KEPT else column
            if words is not None:
                cells[place] = words
    return Block(
        rows=np.array([row.number for row in rows], np.int64),
        cells=cells,
        refusals=tuple(item for item in found if isinstance(item, Refusal)),
        pointed=frozenset(places[f] for row in rows for f in row.pointed if f in places),
    )
