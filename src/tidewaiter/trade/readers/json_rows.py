"""JSON read line by line: the rows in each object by field, or its error."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa

from tidewaiter.base.cache import remember
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.trade.messages.json_text import Number, decode, text_of
from tidewaiter.trade.readers.columns.header_meaning import find_columns
from tidewaiter.trade.readers.columns.mapping import Mapping as Columns
from tidewaiter.trade.readers.columns.mapping import map_columns
from tidewaiter.trade.readers.columns.vocabulary import load_aliases
from tidewaiter.trade.readers.number_styles import AMOUNTS
from tidewaiter.trade.readers.table import Block
from tidewaiter.trade.types import KEPT, PARTY, STOP, TEXTS, ReadOptions, Refusal, shorten
from tidewaiter.trade.unmapped_text import only_words

_LINES = ("lines", "items", "goodsitems", "contents", "lineitems", "commodities")
_MOST = 5_000_000  # common texts of an object, multiplied by its lines
_SECOND = "commercial description"
_RECORDS = {
    "parties": tuple(field.name for field in PARTY),
    "route": tuple(field.name for field in STOP),
}
# Keys that only group others: the nested key has the meaning.
_HOLDERS = (
    "dates",
    "head",
    "header",
    "goods",
    "commodity",
    "transport",
    "weights",
    "weight",
    "codes",
    "measures",
    "line",
    "item",
    "carriage",
    "consignment",
)


class Flat(Record, frozen=True, kw_only=True):
    """One line of an object: its keys with text, and its lists of records."""

    cells: Mapping[str, str]
    numbers: frozenset[str]  # keys whose text is a number with a point
    parties: tuple[Mapping[str, str | None], ...] | None = None
    route: tuple[Mapping[str, str | None], ...] | None = None


def flatten(doc: Mapping[str, Any]) -> Iterator[Flat]:
    """Flatten an object into its lines; one without a list of lines is one line.

    Raises:
        InputError: Its lines with their common data would be too large.
        RecursionError: It is nested too deeply.
    """
    if not any(isinstance(value, (dict, list)) for value in doc.values()):
        yield _flat(doc, {}, {})
        return
    inner: list[Mapping[str, Any]] = []
    head: dict[str, Any] = {}
    for key, value in doc.items():
        if _is_lines(key, value):
            inner.extend(value)
        else:
            head[key] = value
    if len(inner) > 1:
        head = {_of_all(key, len(inner)): value for key, value in head.items()}
    texts = sum(1 for _ in _scalars(head, "")) if len(inner) > 1 else 0
    if texts * len(inner) > _MOST:
        raise InputError("trade/too-much-for-each-line", count=len(inner), texts=texts)
    for line in inner or [{}]:
        yield _flat(*_plain(head, line))


def has_lines(doc: Mapping[str, Any]) -> bool:
    """Return whether an object has a list of lines."""
    return any(_is_lines(key, value) for key, value in doc.items())


def _is_lines(key: str, value: Any) -> bool:
    return key.casefold().replace("_", "") in _LINES and _all_objects(value)


def _of_all(key: str, lines: int) -> str:
    """Rename an amount that applies to several lines together: it belongs to none of them."""
    amount = any(found.field in AMOUNTS for found in find_columns(key))
    return f"{key} [{lines} lines]" if amount else key


def _plain(
    head: Mapping[str, Any], line: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Split the data of a line and its head: plain keys, parties, route."""
    found = {
        name: _part_records([*_list(head.get(name)), *_list(line.get(name))], names)
        for name, names in _RECORDS.items()
    }
    plain = {k: v for k, v in {**head, **line}.items() if not found.get(k)}
    for key in head.keys() & line.keys():
        # A line's own value takes precedence, but head descriptions are screened too.
        if head[key] != line[key] and any(f.field in TEXTS for f in find_columns(key)):
            plain[f"{_SECOND} {len(plain)}"] = head[key]
    return plain, {"parties": found["parties"]}, {"route": found["route"]}


def _flat(plain: Mapping[str, Any], parties: Mapping[str, Any], route: Mapping[str, Any]) -> Flat:
    cells: dict[str, str] = {}
    numbers = []
    for written, text, pointed in _scalars(plain, ""):
        name = text_of(written) or ""  # a key may contain a lone surrogate, like a text
        key = name if name not in cells else f"{name}#{len(cells)}"
        cells[key] = text
        if pointed:
            numbers.append(key)
    return Flat(
        cells=cells,
        numbers=frozenset(numbers),
        parties=parties.get("parties"),
        route=route.get("route"),
    )


def _list(value: Any) -> list[Any]:
    return value if _all_objects(value) else []


def _all_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def _part_records(
    parts: Sequence[Mapping[str, Any]], names: Sequence[str]
) -> tuple[Mapping[str, str | None], ...] | None:
    return tuple({name: text_of(part.get(name)) for name in names} for part in parts) or None


def _scalars(value: Mapping[str, Any], path: str) -> Iterator[tuple[str, str, bool]]:
    for key, inner in value.items():
        name = f"{path}.{key}" if path and path.casefold() not in _HOLDERS else key
        if isinstance(inner, dict) and not _is_amount(inner):
            yield from _scalars(inner, name)
            continue
        text = text_of(inner)
        if text is not None:
            yield name, text, isinstance(inner, Number) and "." in inner


def _is_amount(value: Mapping[str, Any]) -> bool:
    keys = {key.casefold() for key in value}
    return bool(keys) and keys <= {"value", "amount", "unit", "currency"} and len(keys) > 1


def fields_of(flat: Flat, keys: tuple[str, ...], plan: Columns) -> dict[str, str]:
    """Return a line's text by field.

    Args:
        flat: The line.
        keys: Its keys, in the order of `plan`.
        plan: Mapping of the keys.
    """
    cells, found = flat.cells, {}
    for field, places in plan.places.items():
        if len(places) == 1 or field == "consignment":
            found[field] = cells[keys[places[0]]]
        else:
            found[field] = " ".join(cells[keys[place]] for place in places)
    for field, unit in plan.units.items():
        if f"{field}.unit" not in found and not any(c.isalpha() for c in found[field]):
            found[field] = f"{found[field]} {unit}"
    if plan.currency:
        found.setdefault("currency", plan.currency)
    return found


_SHARED = 100  # letters of a text that is unlikely to be equal in two lines by chance
HINT = 'write one object a line, like {"goods": "acetone", "net_kg": 25}'

NESTED = MappingProxyType({"parties": PARTY, "route": STOP, "other": KEPT})
"""Columns of records that a row may have, after its fields."""

Asked = tuple[tuple[str, str], ...]
"""Field and key, as given by the user."""


class Row(Record, frozen=True, kw_only=True):
    """A row: its texts by field, and related data."""

    number: int
    fields: dict[str, str]
    pointed: tuple[str, ...]  # fields whose text is a number with a point
    flat: Flat
    plan: Columns  # mapping of its keys


@cache
def header() -> tuple[str, ...]:
    """Return every field that a row may have, including the second party of a role."""
    known = load_aliases().known
    roles = set(load_aliases().roles.values())
    second = [f.replace(".", "2.", 1) for f in known if f.partition(".")[0] in roles]
    return (*known, *second)


@remember(1024, letters=1 << 16)
def plan_of(keys: tuple[str, ...], asked: Asked) -> Columns:
    """Map keys to fields.

    Raises:
        InputError: Two keys match one field.
    """
    there = {field: column for field, column in asked if column in keys}
    return map_columns(keys, (), "", ReadOptions(columns=there), strict=False)


def read_line(line: bytes, number: int, asked: Asked) -> Iterator[Row | Refusal]:
    """Read one line: its rows, and its errors.

    Args:
        line: UTF-8 of one object.
        number: Line number, from 1.
        asked: User settings.
    """
    text = line.decode("utf-8", "replace")
    try:
        plans: dict[tuple[str, ...], Columns] = {}
        rows = [_row(flat, number, asked, plans) for flat in flatten(decode(text))]
    except InputError as error:
        yield _refused(text, number, error)
    except ValueError:
        yield _refused(text, number, InputError("trade/line-not-json"))
    except RecursionError:
        yield _refused(text, number, InputError("trade/line-nested-too-deep"))
    else:
        if "\ufffd" in text:
            yield _refused(text, number, InputError("trade/bytes-not-decoded"), screened=True)
        if "\\u0000" in text.replace("\\\\", ""):
            yield _refused(text, number, InputError("trade/nul-bytes"), screened=True)
        yield from rows


def _row(flat: Flat, number: int, asked: Asked, plans: dict[tuple[str, ...], Columns]) -> Row:
    """Read a row; the mappings of its object are cached, as it may have many keys."""
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
    """Return the unmapped texts of each row.

    Common data of an object is included once, with its first line, as it may be long.
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
    """Return whether a text is common to the lines of an object, not their own."""
    return one is other or (len(other) > _SHARED and one == other)


def _refused(text: str, number: int, error: InputError, *, screened: bool = False) -> Refusal:
    """Report a line."""
    return Refusal.of(error, row=number, value=shorten(text), screened=screened)


def read_carefully(lines: Iterable[tuple[int, bytes]], asked: Asked) -> Block:
    """Read lines one at a time.

    Args:
        lines: Line number, from 1, and UTF-8 of each; no blank lines.
        asked: User settings.
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
