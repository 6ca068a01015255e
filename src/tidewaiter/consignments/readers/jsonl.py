"""JSON Lines: flat objects, and consignments with their lines inside."""

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.consignments.readers.blocks import LONGEST, SIZE
from tidewaiter.consignments.readers.columns import load_aliases
from tidewaiter.consignments.readers.mapping import NEEDED, map_columns
from tidewaiter.consignments.readers.mapping import Mapping as Columns
from tidewaiter.consignments.readers.objects import Flat, decode, fields_of, flatten
from tidewaiter.consignments.readers.sheet import SAMPLE_ROWS, Block, Sheet, shorten
from tidewaiter.consignments.readers.source import chunks, find_encoding, open_source, peek, to_utf8
from tidewaiter.consignments.types import PARTY, STOP, ReadOptions, Refusal

_HINT = 'write one object a line, like {"goods": "acetone", "net_kg": 25}'


class _Row(Record, frozen=True, kw_only=True):
    number: int
    fields: dict[str, str]
    pointed: tuple[str, ...]  # fields whose text is a number with a point
    flat: Flat


def open_jsonl(file: BinaryIO, name: str, options: ReadOptions) -> tuple[Sheet, Columns, Columns]:
    """Open JSON Lines; its table has a column for each field there is.

    Returns:
        The table, which of its columns means what, and how the keys of its first lines
        are read, for the user to see.

    Raises:
        InputError: It is empty, binary, or its first lines hold nothing to be screened.
    """
    source = open_source(file)
    head = peek(source, name)
    encoding = find_encoding(head, name, options.encoding)
    if head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"[":
        raise InputError("this is one JSON array", at=name, hint='cut it up: jq -c ".[]"')
    lines = _lines(to_utf8(chunks(source, name, SIZE), encoding, name), name)
    first = [line for _, line in zip(range(SAMPLE_ROWS), lines, strict=False)]
    seen = _seen(first, name, options)

    def blocks(wanted: Sequence[int]) -> Iterator[Block]:
        del wanted  # every field of a line is at hand once it is decoded
        return _blocks(_chain(first, lines), options)

    places = {field: (place,) for place, field in enumerate(_header())}
    sheet = Sheet(
        header=(*_header(), "parties", "route"),
        sample=(),
        blocks=blocks,
        encoding=encoding.codec,
        nested={len(places): "parties", len(places) + 1: "route"},
        doubt=encoding.doubt,
    )
    columns = Columns(
        columns={field: seen.columns.get(field, (field,)) for field in places},
        unmapped=seen.unmapped,
        places=places,
        encoding=encoding.codec,
        assumed=seen.assumed,
    )
    return sheet, columns, seen


@cache
def _header() -> tuple[str, ...]:
    """List every field that a line may have, the second party of a role too."""
    known = load_aliases().known
    roles = set(load_aliases().roles.values())
    second = [f.replace(".", "2.", 1) for f in known if f.partition(".")[0] in roles]
    return (*known, *second)


def _chain(first: list[str], lines: Iterator[str]) -> Iterator[str]:
    yield from first
    yield from lines


def _lines(pieces: Iterator[bytes], name: str) -> Iterator[str]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        if len(rest) > LONGEST:
            raise InputError(f"a line is longer than {LONGEST >> 20} MB", at=name, hint=_HINT)
        yield from (line.decode("utf-8", "replace") for line in whole if line.strip())
    if rest.strip():
        yield rest.decode("utf-8", "replace")


def _seen(first: Sequence[str], name: str, options: ReadOptions) -> Columns:
    """Look at the first lines: which keys there are, and what each means."""
    columns: dict[str, tuple[str, ...]] = {}
    keys: dict[str, None] = {}
    assumed: dict[str, None] = {}
    for number, line in enumerate(first, 1):
        for item in _read(line, number, options):
            if isinstance(item, _Row):
                plan = _plan(tuple(item.flat.cells), _asked(options))
                columns.update(plan.columns)
                assumed.update(dict.fromkeys(plan.assumed))
                keys.update(dict.fromkeys(item.flat.cells))
            elif number == 1 and "may hold" in item.problem:
                raise InputError(item.problem, at=f"{name}, row 1", hint=item.hint)
    for written, key in options.columns.items():
        if key not in keys:
            seen = ", ".join(f'"{other}"' for other in list(keys)[:40])
            raise InputError(f'no key "{key}" for {written}', at=name, hint=f"keys seen: {seen}")
    if not any(field in columns for field in NEEDED):
        seen = ", ".join(f'"{key}"' for key in list(keys)[:40]) or "none"
        raise InputError(
            "no key holds goods, a CAS number, an HS code or a UN number",
            at=name,
            hint=f"keys seen: {seen}; {_HINT}",
        )
    used = {key for names in columns.values() for key in names}
    return Columns(
        columns=columns,
        unmapped=tuple(key for key in keys if key not in used),
        assumed=tuple(assumed),
    )


def _asked(options: ReadOptions) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(options.columns.items()))


@lru_cache(maxsize=1024)
def _plan(keys: tuple[str, ...], asked: tuple[tuple[str, str], ...]) -> Columns:
    there = {field: column for field, column in asked if column in keys}
    return map_columns(keys, (), "", ReadOptions(columns=there), strict=False)


def _read(line: str, number: int, options: ReadOptions) -> Iterator[_Row | Refusal]:
    try:
        rows = [_row(flat, number, options) for flat in flatten(decode(line))]
    except InputError as error:
        yield _refused(line, number, error.message, error.hint)
    except ValueError:
        yield _refused(line, number, "is not JSON", _HINT)
    except RecursionError:
        yield _refused(line, number, "is nested too deep", _HINT)
    else:
        if "\ufffd" in line:
            problem = "holds bytes that cannot be decoded; they are read as \ufffd"
            yield _refused(
                line, number, problem, "say the encoding: --encoding cp1252", screened=True
            )
        yield from rows


def _row(flat: Flat, number: int, options: ReadOptions) -> _Row:
    keys = tuple(flat.cells)
    plan = _plan(keys, _asked(options))
    fields = fields_of(flat, keys, plan)
    fields.setdefault("consignment", f"row {number}")
    numbers = flat.numbers
    pointed = tuple(
        field
        for field, places in plan.places.items()
        if keys[places[0]] in numbers and all(keys[place] in numbers for place in places)
    )
    return _Row(number=number, flat=flat, fields=fields, pointed=pointed)


def _refused(line: str, number: int, problem: str, hint: str, *, screened: bool = False) -> Refusal:
    return Refusal(
        row=number, column="", value=shorten(line), problem=problem, hint=hint, screened=screened
    )


def _blocks(lines: Iterator[str], options: ReadOptions) -> Iterator[Block]:
    rows: list[_Row] = []
    refusals: list[Refusal] = []
    size = 0
    for number, line in enumerate(lines, 1):
        size += len(line)
        for item in _read(line, number, options):
            if isinstance(item, Refusal):
                refusals.append(item)
            else:
                rows.append(item)
        if len(rows) >= options.batch_rows or size >= SIZE:
            yield _block(rows, refusals)
            rows, refusals, size = [], [], 0
    if rows or refusals:
        yield _block(rows, refusals)


def _block(rows: Sequence[_Row], refusals: Sequence[Refusal]) -> Block:
    places = {field: place for place, field in enumerate(_header())}
    fields = dict.fromkeys(field for row in rows for field in row.fields)
    cells = {
        places[field]: pa.array([row.fields.get(field) for row in rows], pa.string())
        for field in fields
        if field in places
    }
    for place, kind in enumerate((PARTY, STOP), len(places)):
        lists = [row.flat.parties if kind is PARTY else row.flat.route for row in rows]
        if any(lists):
            cells[place] = pa.array(lists, pa.list_(kind))
    pointed = {places[f] for row in rows for f in row.pointed if f in places}
    return Block(
        rows=np.array([row.number for row in rows], np.int64),
        cells=cells,
        refusals=tuple(refusals),
        pointed=frozenset(pointed),
    )
