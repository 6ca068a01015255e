"""Vectorised JSON reader: flat objects column by column, all others one by one.

A line is read the fast way only if both ways provably give the same result: it decodes, and has no
duplicate key or nested object.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tidewaiter.base.cache import remember
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.trade.messages.json_text import text_of
from tidewaiter.trade.readers.columns.candidates import is_of_lone, is_of_others
from tidewaiter.trade.readers.columns.header_meaning import find_columns, find_lone
from tidewaiter.trade.readers.columns.mapping import Mapping as Columns
from tidewaiter.trade.readers.columns.words import may_be_spelled
from tidewaiter.trade.readers.json_rows import (
    NESTED,
    Asked,
    header,
    plan_of,
    read_carefully,
)
from tidewaiter.trade.readers.table import Block, only_has
from tidewaiter.trade.unmapped_text import kept_together, worded

# A number with a point or an exponent is decoded as bytes, to distinguish it from text.
_DECODE = msgspec.json.Decoder(dict[str, Any], float_hook=str.encode).decode
_FAULTS = (msgspec.MsgspecError, ValueError, RecursionError)
_SPACED = re.compile(rb'"[ \t\r]+:')
_ODD = (b"\xef\xbf\xbd", b"\\u0000")  # reported by the careful way
_AT_ONCE = 4096  # lines: for more, memory management takes longer than decoding
_LETTER = r"\p{L}"

_DEEPEST = 20  # lists nested in a line


class _Text(Record, frozen=True, kw_only=True):
    """The values of one key as text, null if missing."""

    cells: pa.Array
    pointed: pa.Array  # cells that are a number with a point


class _Group(Record, frozen=True, kw_only=True):
    """Flat objects with the same keys in the same order."""

    numbers: list[int]  # line numbers
    docs: list[dict[str, Any]]


class _Part(Record, frozen=True, kw_only=True):
    """Some rows of a block, by field."""

    rows: NDArray[np.int64]
    fields: Mapping[str, pa.Array]
    other: pa.Array | None = None  # unmapped words, as a column of `KEPT`
    pointed: frozenset[str] = frozenset()


def read_block(lines: Sequence[bytes], first: int, asked: Asked) -> Block:
    """Read lines of JSON; same result as `read_carefully`, but faster.

    Args:
        lines: UTF-8, no blank lines.
        first: Number of the first line.
        asked: User settings.
    """
    parts: list[_Part] = []
    slow: list[int] = []
    for start in range(0, len(lines), _AT_ONCE):
        groups, left = _grouped(lines[start : start + _AT_ONCE], first + start)
        slow.extend(left)
        for keys, group in groups.items():
            for part in _parts(keys, group, asked):
                if isinstance(part, _Part):
                    parts.append(part)
                else:
                    slow.extend(part)
    careful = read_carefully([(n, lines[n - first]) for n in sorted(slow)], asked)
    return _joined(parts, careful, lines, first)


def _grouped(lines: Sequence[bytes], first: int) -> tuple[dict[tuple[str, ...], _Group], list[int]]:
    """Decode lines: flat objects grouped by keys, and the numbers of all other lines."""
    groups: dict[tuple[str, ...], _Group] = {}
    docs = _all_decoded(lines) or list(map(_decoded, lines))
    for number, doc in enumerate(docs, first):
        if doc is None:
            continue
        keys = tuple(doc)
        group = groups.get(keys)
        if group is None:
            group = groups[keys] = _Group(numbers=[], docs=[])
        group.numbers.append(number)
        group.docs.append(doc)
    return groups, [number for number, doc in enumerate(docs, first) if doc is None]


def _all_decoded(lines: Sequence[bytes]) -> Sequence[dict[str, Any] | None]:
    """Decode lines that are all flat objects; empty: not provable from their total."""
    whole = b"\n".join(lines)
    if not _is_usual(whole) or whole.count(b"{") != len(lines) or b"[" in whole:
        return ()
    try:
        docs = list(map(_DECODE, lines))
    except _FAULTS:
        return ()
    return docs if whole.count(b'":') == sum(map(len, docs)) else ()


def _is_usual(text: bytes) -> bool:
    """Return whether no colon follows a space, and nothing must be reported."""
    spaced = any(gap in text for gap in (b" :", b"\t:", b"\r:"))
    return not (spaced and _SPACED.search(text)) and not any(odd in text for odd in _ODD)


def _decoded(line: bytes) -> dict[str, Any] | None:
    """Decode a flat object; None: not provably one."""
    if line.count(b"{") > 1 or line.count(b"[") > _DEEPEST or not _is_usual(line):
        return None
    try:
        doc = _DECODE(line)
    except _FAULTS:
        return None
    # Each key is followed by a colon; an equal number means that no key is lost.
    return doc if line.count(b'":') == len(doc) else None


def _parts(keys: tuple[str, ...], group: _Group, asked: Asked) -> Iterator[_Part | list[int]]:
    """Read objects with the same keys; line numbers: these need the careful way."""
    if not keys:
        yield group.numbers
        return
    known, uncontested = _known(keys, asked)
    texts = {key: _text(tuple(map(itemgetter(key), group.docs))) for key in known}
    numbers = np.array(group.numbers, np.int64)
    beside = _Beside(keys, group, texts)
    if not known or (not asked and uncontested):
        yield _part(numbers, texts, plan_of(known, asked), beside.words)
        return
    valid = np.stack([_there(text) for text in texts.values()], axis=1)
    patterns, which = np.unique(valid, axis=0, return_inverse=True)
    for place, pattern in enumerate(patterns):
        mine = np.flatnonzero(which.reshape(-1) == place)
        there = tuple(key for key, is_there in zip(known, pattern, strict=True) if is_there)
        some = {key: _taken(texts[key], pa.array(mine)) for key in there}
        words = partial(beside.words, mine=mine)
        try:
            yield _part(numbers[mine], some, plan_of(there, asked), words)
        except InputError:
            yield numbers[mine].tolist()


class _Beside:
    """Words of keys, searched once for each key."""

    def __init__(self, keys: tuple[str, ...], group: _Group, texts: Mapping[str, _Text]) -> None:
        self._keys, self._group, self._texts = keys, group, texts
        self._found: dict[str, pa.Array | None] = {}

    def words(
        self, used: Collection[str], mine: NDArray[np.int64] | None = None
    ) -> dict[str, pa.Array]:
        """Return the words of all unmapped keys; optionally for some rows only."""
        found: dict[str, pa.Array] = {}
        for key in self._keys:
            words = None if key in used else self._of(key)
            if words is not None:
                found[key] = words if mine is None else words.take(pa.array(mine))
        return found

    def _of(self, key: str) -> pa.Array | None:
        if key not in self._found:
            text = self._texts.get(key)
            values = tuple(map(itemgetter(key), self._group.docs)) if text is None else ()
            numbers = text is None and not any(
                isinstance(value, (str, list, bool)) for value in values
            )
            self._found[key] = None if numbers else worded((text or _text(values)).cells)
        return self._found[key]


def _there(text: _Text) -> NDArray[np.bool_]:
    return np.asarray(pc.is_valid(text.cells).to_numpy(zero_copy_only=False))


def _taken(text: _Text, places: pa.Array) -> _Text:
    return _Text(cells=text.cells.take(places), pointed=text.pointed.take(places))


@remember(1024, letters=1 << 16)
def _known(keys: tuple[str, ...], asked: Asked) -> tuple[tuple[str, ...], bool]:
    """Return the keys that may be mapped, and whether none of them compete for a field.

    Without competition, the meaning of a key does not depend on the values of others. Other keys
    are dropped first: an object may have any number of them.
    """
    said = {column for _, column in asked}
    names = {key: key.split("#")[0] for key in keys}
    fields = {key: {found.field for found in find_columns(name)} for key, name in names.items()}
    spelled = may_be_spelled(keys)
    lone = any(find_lone(name) for name in names.values())  # then any key may compete with it
    others = {
        key
        for key, name in names.items()
        if key in spelled or is_of_others(name) or (lone and is_of_lone(name))
    }
    known = tuple(key for key in keys if fields[key] or key in said or key in others)
    every = set().union(*fields.values())
    return known, not others and sum(map(len, fields.values())) == len(every)


def _text(values: tuple[Any, ...]) -> _Text:
    """Convert the values of one key to text."""
    kinds = set(map(type, values))
    kinds.discard(type(None))
    if kinds <= {str}:
        cells = pa.array(values, pa.string())
    elif kinds == {bytes}:
        cells = pc.cast(pa.array(values, pa.binary()), pa.string())
    elif kinds == {int}:
        cells = _whole(values)
    else:
        cells = pa.array(list(map(text_of, values)), pa.string())
    cells = pc.if_else(pc.equal(cells, ""), None, cells)
    if bytes not in kinds:
        return _Text(cells=cells, pointed=pa.nulls(len(values), pa.bool_()))
    pointed = pc.match_substring(cells, ".")
    if not kinds <= {bytes, int}:
        pointed = pc.and_(pointed, pa.array([isinstance(value, bytes) for value in values]))
    return _Text(cells=cells, pointed=pointed)


def _whole(values: tuple[int | None, ...]) -> pa.Array:
    try:
        return pc.cast(pa.array(values, pa.int64()), pa.string())
    except (OverflowError, pa.ArrowInvalid):
        return pa.array([None if value is None else str(value) for value in values], pa.string())


def _part(
    numbers: NDArray[np.int64],
    texts: Mapping[str, _Text],
    plan: Columns,
    beside: Callable[[Collection[str]], Mapping[str, pa.Array]],
) -> _Part:
    """Assign each field its text, like `objects.fields_of` for one row.

    Args:
        numbers: Line numbers.
        texts: Texts by key.
        plan: Mapping of keys.
        beside: Returns the words of all keys except some.
    """
    every, keys = list(texts.values()), list(texts)
    words = beside({keys[place] for places in plan.places.values() for place in places})
    found: dict[str, pa.Array] = {}
    pointed = set()
    for field, places in plan.places.items():
        mine = [every[place] for place in places]
        found[field] = mine[0].cells
        if len(mine) > 1 and field != "consignment":
            found[field] = pc.binary_join_element_wise(*(text.cells for text in mine), " ")
        marks = mine[0].pointed
        for text in mine[1:]:
            marks = pc.and_(marks, text.pointed)
        if pc.any(marks).as_py():
            pointed.add(field)
    for field, unit in plan.units.items():
        bare = pc.is_valid(found[field])
        if not only_has(found[field], b"0123456789.,-"):
            bare = pc.invert(pc.match_substring_regex(found[field], _LETTER))
        if f"{field}.unit" in found:
            bare = pc.and_(bare, pc.is_null(found[f"{field}.unit"]))
        united = pc.binary_join_element_wise(found[field], unit, " ")
        found[field] = pc.if_else(pc.fill_null(bare, False), united, found[field])
    if plan.currency:
        named = pc.if_else(pc.is_valid(found["value"]), plan.currency, None)
        found["currency"] = pc.coalesce(found.get("currency", named), named)
    rows = pc.binary_join_element_wise("row ", pc.cast(pa.array(numbers), pa.string()), "")
    found["consignment"] = pc.coalesce(found.get("consignment", rows), rows)
    other = kept_together(words, len(numbers)) if words else None
    return _Part(rows=numbers, fields=found, other=other, pointed=frozenset(pointed))


def _cells(part: _Part) -> dict[int, pa.Array]:
    """Return the columns of some rows, by index in the header."""
    names = header()
    cells = {place: part.fields[f] for place, f in enumerate(names) if f in part.fields}
    if part.other is not None:
        cells[len(names) + tuple(NESTED).index("other")] = part.other
    return cells


def _joined(parts: Sequence[_Part], careful: Block, lines: Sequence[bytes], first: int) -> Block:
    """Combine the rows of a block, in line order."""
    names = header()
    blocks = [
        Block(
            rows=part.rows,
            cells=_cells(part),
            pointed=frozenset(p for p, field in enumerate(names) if field in part.pointed),
        )
        for part in parts
    ]
    blocks.append(careful)
    rows = np.concatenate([np.array([], np.int64), *(block.rows for block in blocks)])
    order = pa.array(np.argsort(rows, kind="stable"))
    kinds = {place: column.type for block in blocks for place, column in block.cells.items()}
    cells = {
        place: pa.concat_arrays(
            [block.cells.get(place, pa.nulls(len(block.rows), kind)) for block in blocks]
        ).take(order)
        for place, kind in kinds.items()
    }
    refusals = [refusal for block in blocks for refusal in block.refusals]
    rows = np.sort(rows, kind="stable")
    # Many rows may be lines of one object: its bytes are stored once.
    numbers = pa.array((rows - first).astype(np.int32))
    return Block(
        rows=rows,
        objects=pa.DictionaryArray.from_arrays(numbers, pa.array(lines, pa.binary())),
        cells={place: column for place, column in cells.items() if column.null_count < len(rows)},
        refusals=tuple(sorted(refusals, key=lambda refusal: refusal.row)),
        pointed=frozenset(place for block in blocks for place in block.pointed),
    )
