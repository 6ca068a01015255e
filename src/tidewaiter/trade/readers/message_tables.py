"""Messages as tables: the lines that a format finds, a column for each field there is."""

import gzip
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, BinaryIO, cast

import numpy as np
import pyarrow as pa

from tidewaiter.base.errors import InputError
from tidewaiter.consignments.messages.taking import kept_of, pack
from tidewaiter.consignments.messages.types import Format, Found, Left
from tidewaiter.consignments.othertext import has_words
from tidewaiter.consignments.readers.jsonrows import NESTED, header
from tidewaiter.consignments.readers.mapping import Mapping as Columns
from tidewaiter.consignments.readers.repeats import Repeats
from tidewaiter.consignments.readers.sheet import SAMPLE_ROWS, Block, Sheet
from tidewaiter.consignments.readers.source import open_source
from tidewaiter.consignments.types import KEPT, PARTY, STOP, ReadOptions, Refusal

_Items = Iterator[Found | Refusal]
# Lines share what stands in their head, so that a small file can be a very large table.
_MOST = 32 << 20  # characters of a block
_EACH = 100  # characters that a party, a stop or a text counts for


def open_message(
    form: Format, file: BinaryIO, name: str, options: ReadOptions
) -> tuple[Sheet, Columns, Columns]:
    """Open a document of a known format.

    Returns:
        The table, which of its columns means what, and which fields its first lines have.

    Raises:
        InputError: It cannot be read, or has no line.
    """
    items = items_of(form, file, name)
    first = list(islice(items, SAMPLE_ROWS))
    if not any(isinstance(item, Found) for item in first):
        raise _without_lines(form, first, name)

    def blocks(wanted: Sequence[int], carried: Sequence[int] = ()) -> Iterator[Block]:
        del wanted, carried  # every field of a line is at hand once it is found
        return _blocks(chain(first, items), options.batch_rows)

    places = {field: (place,) for place, field in enumerate(header())}
    sheet = Sheet(
        header=(*header(), *NESTED),
        sample=(),
        blocks=blocks,
        encoding="",
        nested=dict(enumerate(NESTED, len(places))),
    )
    kept = _kept(first)
    seen = {field for item in first if isinstance(item, Found) for field in item.fields}
    columns = Columns(columns={field: (field,) for field in places}, unmapped=(), places=places)
    shown = Columns(
        columns={field: (field,) for field in places if field in seen},
        unmapped=tuple(kept),
        places=places,
        beside=tuple(path for path, texts in kept.items() if has_words(texts)),
    )
    return sheet, columns, shown


def _without_lines(form: Format, first: Sequence[Found | Refusal], name: str) -> InputError:
    """Say why a document has no line: what kept one out, else that, and what else is wrong."""
    refusals = [item for item in first if isinstance(item, Refusal)]
    kept_out = next((item for item in refusals if not item.screened), None)
    said = kept_out or next(iter(refusals), None)
    none = "it has no line of goods"
    problem = kept_out.problem if kept_out else f"{none} ({said.problem})" if said else none
    return InputError(
        f"{form.title}: {problem}",
        at=f"{name}, {said.column}" if said and said.column else name,
        hint=(said.hint if said else "") or "look whether the document is whole",
    )


def items_of(form: Format, file: BinaryIO, name: str) -> _Items:
    """Find the lines of a document, packed or not; a packed file that is damaged ends there."""
    row = 0
    try:
        for item in form.read(cast("BinaryIO", open_source(file)), name):
            row = item.row
            yield item
    except (EOFError, gzip.BadGzipFile, zlib.error):
        yield Refusal(
            row=row + 1,
            column="",
            value="",
            screened=False,
            problem="the gzip archive is damaged or cut short",
            hint="fetch it again, or unpack it",
        )


def _kept(first: Sequence[Found | Refusal]) -> dict[str, list[str]]:
    """Return what the first lines have that no field has: paths, and their texts."""
    found: dict[str, list[str]] = {}
    for item in first:
        for path, text in kept_of(item) if isinstance(item, Found) else ():
            found.setdefault(path, []).append(text)
    return found


def _blocks(items: _Items, size: int) -> Iterator[Block]:
    """Put lines into blocks of at most `size` lines and about `_MOST` characters."""
    some: list[Found | Refusal] = []
    letters = 0
    shared: set[int] = set()
    repeats = Repeats()
    for item in items:
        if isinstance(item, Refusal):
            some.append(item)
        else:
            count = _letters(item)
            line, told = repeats.bounded(item, count + sum(len(raw) for _, raw in item.left))
            some.extend(told)
            some.append(line)
            letters += count if line is item else _letters(line)
            for part in line.left:
                if id(part) not in shared:
                    shared.add(id(part))
                    letters += len(part[1])
        if len(some) >= size or letters > _MOST:
            yield _block(some)
            some, letters = [], 0
            shared.clear()
    if some:
        yield _block(some)


def _letters(line: Found) -> int:
    """Count the letters that a line takes in its block; many lines may repeat a long text."""
    several = len(line.parties) + len(line.route) + len(line.kept)
    count = several * _EACH + len("".join(line.fields.values()))
    count += sum(len(text) for _, text in line.kept)
    for record in (*line.parties, *line.route):
        for text in record.values():
            if text:
                count += len(text)
    return count


def _nested(
    lists: Sequence[Sequence[Mapping[str, str | None] | tuple[str, str]]], kind: pa.StructType
) -> pa.Array | None:
    """Write lists of records as one column, null where a list is empty; None: all of them are."""
    if not any(lists):
        return None
    every: list[Any] = list(chain.from_iterable(lists))
    if kind is KEPT:
        columns = [[path for path, _ in every], [text for _, text in every]]
    else:
        columns = [[record.get(field.name) for record in every] for field in kind]
    offsets = np.zeros(len(lists) + 1, np.int32)
    np.cumsum([len(each) for each in lists], out=offsets[1:])
    return pa.ListArray.from_arrays(
        pa.array(offsets),
        pa.StructArray.from_arrays([pa.array(c, pa.string()) for c in columns], fields=list(kind)),
        mask=pa.array([not each for each in lists]),
    )


def _block(some: Sequence[Found | Refusal]) -> Block:
    rows = [item for item in some if isinstance(item, Found)]
    places = {field: place for place, field in enumerate(header())}
    fields = dict.fromkeys(field for row in rows for field in row.fields)
    cells = {
        places[field]: pa.array([row.fields.get(field) or None for row in rows], pa.string())
        for field in fields
    }
    nested = (
        _nested([row.parties for row in rows], PARTY),
        _nested([row.route for row in rows], STOP),
        _nested([kept_of(row) if row.kept else () for row in rows], KEPT),
    )
    left = [() if row.kept else row.left for row in rows]
    cells |= {place: lists for place, lists in enumerate(nested, len(places)) if lists is not None}
    return Block(
        rows=np.array([row.row for row in rows], np.int64),
        cells=cells,
        refusals=tuple(item for item in some if isinstance(item, Refusal)),
        pointed=frozenset(places[field] for row in rows for field in row.pointed),
        left=_left(left) if any(left) else None,
    )


def _left(lines: Sequence[tuple[Left, ...]]) -> pa.Array:
    """Write what is left of lines as lists of parts; one that several lines share stands once."""
    numbers: dict[int, int] = {}
    every: list[bytes] = []
    places: list[int] = []
    for part in chain.from_iterable(lines):
        place = numbers.setdefault(id(part), len(every))
        if place == len(every):
            every.append(pack(part))
        places.append(place)
    parts = pa.DictionaryArray.from_arrays(
        pa.array(places, pa.int32()), pa.array(every, pa.binary())
    )
    offsets = np.zeros(len(lines) + 1, np.int32)
    np.cumsum([len(each) for each in lines], out=offsets[1:])
    mask = pa.array([not each for each in lines])
    return pa.ListArray.from_arrays(pa.array(offsets), parts, mask=mask)
