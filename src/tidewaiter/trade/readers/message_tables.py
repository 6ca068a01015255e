"""Messages as tables: a column for each field; long shared texts are read once.

Header data is repeated on each line, so that a small file could become a huge table.
"""

import lzma
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, BinaryIO, cast

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.base.countries import find_country_in_any_language
from tidewaiter.base.errors import InputError
from tidewaiter.trade.messages.json_documents import kept_of, pack, texts_of
from tidewaiter.trade.messages.types import Format, Found, Left
from tidewaiter.trade.readers.columns.mapping import Mapping as Columns
from tidewaiter.trade.readers.compression import is_damage
from tidewaiter.trade.readers.json_rows import NESTED, header
from tidewaiter.trade.readers.source import open_source
from tidewaiter.trade.readers.table import SAMPLE_ROWS, Block, Sheet
from tidewaiter.trade.types import KEPT, LISTS, PARTY, STOP, ReadOptions, Refusal
from tidewaiter.trade.unmapped_text import names_with_words

LONG = 300
"""Letters of a text that does not count."""

SHOWN = 200
"""Letters shown of a long text on lines that do not repeat it."""

FREE = 4 << 20
"""Letters of long texts that a file may repeat."""

TIMES = 100
"""Additional letters that it may repeat, per letter of new text."""

_LEAST = 4_000  # minimum letters of a line that is checked
_KNOWN = 32 << 20  # stored letters of texts
_TEXTS = 200  # letters shown of a JSON object that is not repeated

_Key = tuple[int, int]
"""For a field the hash of its text, as some formats create a new string per line; otherwise the id
of the object, so that data repeated in each document is not affected. Also the hash, if there is
too much to store.
"""
_TEXT, _OBJECT, _DROPPED = range(3)

_Records = tuple[Mapping[str, str | None], ...]


class _Known:
    """A long text that some line has in full."""

    __slots__ = ("place", "short", "shown", "text")

    def __init__(self, text: str | bytes, place: str) -> None:
        self.text = text  # kept, so that its id is not reused
        self.place = place  # of that line
        self.short = False  # later lines do not repeat it
        self.shown: Left | None = None  # for a JSON object: its short form on later lines


class Repeats:
    """Limits the repetition of texts in the lines of a file; the first line has a text in full."""

    def __init__(self) -> None:
        """Start a file."""
        self._room = FREE
        self._held = 0  # stored letters
        self._known: dict[_Key, _Known] = {}
        self._told: set[int] = set()  # hashes of texts already reported
        self._before: Mapping[str, str] = {}

    def bounded(self, line: Found, letters: int) -> tuple[Found, list[Refusal]]:
        """Return a line with limited repetition, and the reports.

        Args:
            line: Line from the format.
            letters: Its number of letters.
        """
        if letters < _LEAST:
            return line, []
        place = f"row {line.row}"
        if "seq" in line.fields:
            place += f", line {line.fields['seq']}"
        repeated = self._count(line, place)
        if repeated is not None and repeated <= self._room:
            self._room -= repeated
            return line, []
        return self._shortened(line, place)

    def _count(self, line: Found, place: str) -> int | None:
        """Count the letters that a line repeats; new letters increase the allowance.

        Returns:
            None: it repeats a text that is no longer repeated.
        """
        repeated = anew = 0
        before, self._before = self._before, line.fields
        if before != line.fields:
            for field, text in line.fields.items():
                if len(text) <= LONG and before.get(field) != text:
                    anew += len(text)
        short = False
        fields, rest = _long(line)
        for at, each in enumerate(fields + rest):
            known = self._find(each, field=at < len(fields))
            if known is None:
                self._learn(_key(each, field=at < len(fields)), each, place)
                anew += len(each)
            elif known.place != place:
                repeated += len(each)
                short = short or known.short
        self._room += TIMES * anew
        return None if short else repeated

    def _find(self, text: str | bytes, *, field: bool) -> _Known | None:
        known = self._known.get(_key(text, field=field))
        return known or self._known.get((_DROPPED, hash(text)))

    def _learn(self, key: _Key, text: str | bytes, place: str) -> None:
        self._held += len(text)
        if self._held > _KNOWN:
            self._held = len(text)
            self._known = {
                (_DROPPED, hash(known.text) if kind != _DROPPED else number): known
                for (kind, number), known in self._known.items()
            }
            for known in self._known.values():
                known.text = ""
        self._known[key] = _Known(text, place)

    def _shortened(self, line: Found, place: str) -> tuple[Found, list[Refusal]]:
        told: list[Refusal] = []

        def short(text: str, field: str = "", *, name: str = "") -> str:
            known = self._find(text, field=bool(field)) if len(text) > LONG else None
            if known is None or known.place == place:
                return text
            known.short = True
            if name and hash(text) not in self._told:
                self._told.add(hash(text))
                told.append(_refusal(line.row, name, text, known.place))
            return _cut(text, field, known.place)

        def shorts(records: _Records, name: str) -> _Records:
            return tuple(
                {key: short(text, name=name) if text else text for key, text in record.items()}
                for record in records
            )

        made = msgspec.structs.replace(
            line,
            fields={f: short(text, f, name=f) for f, text in line.fields.items()},
            parties=shorts(line.parties, "parties"),
            route=shorts(line.route, "route"),
            kept=tuple((path, short(text)) for path, text in line.kept),
            left=tuple(self._part(part, place) for part in line.left),
        )
        return made, told

    def _part(self, part: Left, place: str) -> Left:
        """Return the shown part of a JSON object: its first text, possibly shortened."""
        known = self._find(part[1], field=False)
        if known is None or known.place == place:
            return part
        known.short = True
        if known.shown is None:
            texts = texts_of([part])
            some = {path: _cut(text, "", known.place) for path, text in texts[:_TEXTS]}
            if len(texts) > len(some):
                some["…"] = f"{len(texts) - len(some):,} more stand with {known.place}"
            known.shown = ("", msgspec.json.encode(some))
        return known.shown


def _key(text: str | bytes, *, field: bool) -> _Key:
    return (_TEXT, hash(text)) if field else (_OBJECT, id(text))


def _long(line: Found) -> tuple[list[str | bytes], list[str | bytes]]:
    """Return the long texts of a line's fields, and of its other data."""
    fields: list[str | bytes] = [text for text in line.fields.values() if len(text) > LONG]
    rest: list[str | bytes] = [text for _, text in line.kept if len(text) > LONG]
    for records in (line.parties, line.route):
        for record in records:
            rest += [text for text in record.values() if text and len(text) > LONG]
    rest += [raw for _, raw in line.left if len(raw) > LONG]
    return fields, rest


def _cut(text: str, field: str, place: str) -> str:
    if len(text) <= LONG:
        return text
    if field in LISTS:  # a truncated number would be a different one
        return text[:SHOWN].rpartition("; ")[0]
    return f"{text[:SHOWN]}… [{len(text):,} letters; whole with {place}]"


def _refusal(row: int, field: str, text: str, place: str) -> Refusal:
    error = InputError("trade/long-text-shortened", letters=len(text), shown=SHOWN, place=place)
    return Refusal.of(error, row=row, column=field, value=f"{text[:80]}…")


_Items = Iterator[Found | Refusal]
# Lines share header data, so a small file can be a very large table.
_MOST = 32 << 20  # characters of a block
_EACH = 100  # characters added per party, stop or text


def open_message(
    form: Format, file: BinaryIO, name: str, options: ReadOptions
) -> tuple[Sheet, Columns, Columns]:
    """Open a document of a known format.

    Returns:
        The table, the mapping of its columns, and the fields in its first lines.

    Raises:
        InputError: It cannot be read, or has no lines.
    """
    items = items_of(form, file, name)
    first = list(islice(items, SAMPLE_ROWS))
    if not any(isinstance(item, Found) for item in first):
        raise _without_lines(form, first, name)

    def blocks(wanted: Sequence[int], carried: Sequence[int] = ()) -> Iterator[Block]:
        del wanted, carried  # every field of a parsed line is available
        return _blocks(chain(first, items), options.batch_rows)

    places = {field: (place,) for place, field in enumerate(header())}
    sheet = Sheet(
        header=(*header(), *NESTED),
        sample=(),
        blocks=blocks,
        encoding="",
        unconfirmed="" if form.confirmed else form.title,
        nested=dict(enumerate(NESTED, len(places))),
    )
    kept = _kept(first)
    worded = names_with_words(kept)
    seen = {field for item in first if isinstance(item, Found) for field in item.fields}
    columns = Columns(columns={field: (field,) for field in places}, unmapped=(), places=places)
    shown = Columns(
        columns={field: (field,) for field in places if field in seen},
        unmapped=tuple(kept),
        places=places,
        beside=tuple(path for path in kept if path in worded),
    )
    return sheet, columns, shown


def _without_lines(form: Format, first: Sequence[Found | Refusal], name: str) -> InputError:
    """Return the error for a document without lines, with the cause and other problems."""
    refusals = [item for item in first if isinstance(item, Refusal)]
    kept_out = next((item for item in refusals if not item.screened), None)
    said = kept_out or next(iter(refusals), None)
    at = f"{name}, {said.column}" if said and said.column else name
    if kept_out is not None:
        return kept_out.as_error(at=at)
    if said is None:
        return InputError("trade/document-without-lines", title=form.title, at=at)
    return InputError(
        "trade/document-without-lines-because",
        title=form.title,
        problem=said.problem,
        hint=said.hint,
        at=at,
    )


def items_of(form: Format, file: BinaryIO, name: str) -> _Items:
    """Find the lines of a document, compressed or not; damaged compression ends it."""
    row = 0
    try:
        for item in form.read(cast("BinaryIO", open_source(file)), name):
            row = item.row
            yield item
    except (EOFError, OSError, zlib.error, lzma.LZMAError) as error:
        if not is_damage(error):
            raise
        yield Refusal.of(InputError("trade/compressed-data-cut"), row=row + 1, screened=False)


def _kept(first: Sequence[Found | Refusal]) -> dict[str, list[str]]:
    """Return the unmapped data of the first lines: paths, and their texts."""
    found: dict[str, list[str]] = {}
    for item in first:
        for path, text in kept_of(item) if isinstance(item, Found) else ():
            found.setdefault(path, []).append(text)
    return found


def _blocks(items: _Items, size: int) -> Iterator[Block]:
    """Group lines into blocks of at most `size` lines and about `_MOST` characters."""
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
    """Count the letters of a line in its block; many lines may repeat a long text."""
    if not (line.fields or line.parties or line.route):
        return sum(_EACH + len(text) for _, text in line.kept)
    several = len(line.parties) + len(line.route) + len(line.kept)
    count = several * _EACH + len("".join(line.fields.values()))
    count += sum(len(text) for _, text in line.kept)
    for record in (*line.parties, *line.route):
        for text in record.values():
            if text:
                count += len(text)
    return count


def _in_codes(field: str, text: str | None) -> str | None:
    """Replace the name of a country, or its code of three letters, by its code."""
    if field != "country" or not text:
        return text
    return find_country_in_any_language(text) or text


def _nested(
    lists: Sequence[Sequence[Mapping[str, str | None] | tuple[str, str]]], kind: pa.StructType
) -> pa.Array | None:
    """Convert lists of records to one column, null for an empty list; None: all are empty."""
    if not any(lists):
        return None
    every: list[Any] = list(chain.from_iterable(lists))
    if kind is KEPT:
        columns = [[path for path, _ in every], [text for _, text in every]]
    else:
        columns = [
            [_in_codes(field.name, record.get(field.name)) for record in every] for field in kind
        ]
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
    """Convert unmapped data to lists of parts; a shared one is stored once."""
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
