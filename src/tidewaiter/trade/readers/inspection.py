"""Inspection: how a file would be read, seen from its first rows, and what must be asked.

What is seen comes from the readers themselves: the columns that they map, and the lines and
refusals of the first rows. A file that cannot be read yet is inspected all the same: what is in
doubt is a question, not an error.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import BinaryIO, TypedDict

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.sheets.workbook import open_workbook
from tidewaiter.consignments.messages import FORMATS
from tidewaiter.consignments.othertext import worded_columns
from tidewaiter.consignments.readers import Mapping as Columns
from tidewaiter.consignments.readers import readers
from tidewaiter.consignments.readers.aliases import load_aliases
from tidewaiter.consignments.readers.coverage import Coverage, remarks_on
from tidewaiter.consignments.readers.forms import ALSO, FLAT, choose_form, may_be, told_by
from tidewaiter.consignments.readers.inspected import How, Inspection, SeenColumn
from tidewaiter.consignments.readers.inspectmessages import message_columns
from tidewaiter.consignments.readers.jsonl import open_jsonl, open_keys
from tidewaiter.consignments.readers.lines import to_lines
from tidewaiter.consignments.readers.mapping import NEEDED, Question, Sample, survey_columns
from tidewaiter.consignments.readers.messages import open_message
from tidewaiter.consignments.readers.sheet import SAMPLE_ROWS, Block, Sheet, shorten
from tidewaiter.consignments.readers.styles import DAYS, NUMBERS, Styles, fields_of, find_styles
from tidewaiter.consignments.readers.unread import line_at, only_lines, unscreened_columns
from tidewaiter.consignments.types import Line, ReadOptions, Refusal

__all__ = ["Inspection", "SeenColumn", "fields", "inspect_file"]

_SAMPLES = 3  # values shown of a column
_LONGEST = 80  # characters of a shown value
_WIDEST = 400  # columns shown
_REFUSED = 20  # refusals shown


_LINES = 3  # lines shown


class _Seen(Record, frozen=True, kw_only=True):
    """A table that is open, and its columns as far as they are clear."""

    sheet: Sheet
    columns: Columns
    questions: tuple[Question, ...]
    read: Callable[[ReadOptions], Iterator[pa.RecordBatch | Refusal]]  # its lines


class _FirstRows(TypedDict, total=False):
    """The first rows, as fields of an `Inspection`."""

    rows: int
    lines: tuple[Line, ...]
    refusals: tuple[Refusal, ...]
    coverage: Coverage


def fields() -> tuple[str, ...]:
    """List every field that a column can be read as."""
    return load_aliases().known


def inspect_file(file: BinaryIO, name: str, options: ReadOptions) -> Inspection:
    """Tell how a file would be read.

    Args:
        file: It can be sought in.
        name: Of the file, for its suffix and for errors.
        options: What the user says of it so far.

    Returns:
        What is seen; where nothing can be read at all, why.
    """
    form = ""
    file.seek(0)
    try:
        form = choose_form(file, name, readers(), options)
        form = ALSO.get(form, form)
        seen = _inspect(form, file, name, options)
        told = told_by(_begun(file), name, form, options)
        return msgspec.structs.replace(seen, told=told, may_be=may_be(_begun(file), name))
    except InputError as error:
        at = "" if error.at in {"", name} else f"{error.at}: "
        problem = f"{at}{error.message}"
        signature = header_signature(form, ())
        sheets = _sheets_or_none(file, name) if form == "xlsx" else ()
        if options.columns:  # what is said of the columns may be what is wrong: show them all
            bare = msgspec.structs.replace(options, columns={})
            seen = inspect_file(file, name, bare)
            return msgspec.structs.replace(seen, problem=problem, hint=error.hint)
        return Inspection(
            form=form,
            signature=signature,
            problem=problem,
            hint=error.hint,
            sheets=sheets,
            may_be=may_be(_begun(file), name),
        )


def _begun(file: BinaryIO) -> BinaryIO:
    file.seek(0)
    return file


def _inspect(form: str, file: BinaryIO, name: str, options: ReadOptions) -> Inspection:
    if form in FORMATS:
        return _message(form, file, name, options)
    if form in {*FLAT, "jsonl"}:
        sheets = _sheets(file, name) if form == "xlsx" else ()
        return _told(form, _open(form, file, name, options), sheets, options)
    read = readers()[form]  # of a guest, who tells nothing of the columns
    first = _first_of(read(_begun(file), name, options))
    return Inspection(form=form, signature=header_signature(form, ()), **first)


def _message(form: str, file: BinaryIO, name: str, options: ReadOptions) -> Inspection:
    """Look at a document of a format of messages."""
    columns = message_columns(FORMATS[form], _begun(file), name)
    sheet, mapping, _ = open_message(FORMATS[form], _begun(file), name, options)
    few = msgspec.structs.replace(options, batch_rows=SAMPLE_ROWS)
    known = {field for column in columns for field in column.fields}
    return Inspection(
        form=form,
        signature=header_signature(form, ()),
        title=FORMATS[form].title,
        source=FORMATS[form].source,
        confirmed=FORMATS[form].confirmed,
        columns=columns[:_WIDEST],
        more_columns=max(0, len(columns) - _WIDEST),
        needed=NEEDED if known.isdisjoint(NEEDED) else (),
        **_first_of(to_lines(sheet, mapping, few)),
    )


def _open(form: str, file: BinaryIO, name: str, options: ReadOptions) -> _Seen:
    file.seek(0)
    sheet = open_keys(file, name, options) if form == "jsonl" else FLAT[form](file, name, options)
    survey = _survey_keys if form == "jsonl" else survey_columns
    mapping, questions = survey(sheet.header, sheet.sample, name, options)

    def read(few: ReadOptions) -> Iterator[pa.RecordBatch | Refusal]:
        if form != "jsonl":
            return to_lines(sheet, mapping, few, unread=True)
        file.seek(0)
        lines, columns, _ = open_jsonl(file, name, few)
        return to_lines(lines, columns, few, unread=True)

    return _Seen(sheet=sheet, columns=mapping, questions=questions, read=read)


def _survey_keys(
    header: Sequence[str], sample: Sample, name: str, options: ReadOptions
) -> tuple[Columns, tuple[Question, ...]]:
    """Map the keys of objects, each object by its own: two may name one field with two keys."""
    columns: dict[str, dict[str, None]] = {}
    assumed: dict[str, None] = {}
    questions: dict[Question, None] = {}
    for row in sample:
        keys = [key for key, value in zip(header, row, strict=True) if value is not None]
        said = {field: key for field, key in options.columns.items() if key in keys}
        own = msgspec.structs.replace(options, columns=said)
        mapping, asked = survey_columns(keys, (), name, own)
        for field, names in mapping.columns.items():
            columns.setdefault(field, {}).update(dict.fromkeys(names))
        assumed.update(dict.fromkeys(mapping.assumed))
        questions.update(dict.fromkeys(asked))
    used = {key for names in columns.values() for key in names}
    free = [place for place, key in enumerate(header) if key not in used]
    return Columns(
        columns={field: tuple(names) for field, names in columns.items()},
        unmapped=tuple(key for key in header if key not in used),
        beside=tuple(header[place] for place in worded_columns(header, sample, free)),
        assumed=tuple(assumed),
        places={field: tuple(map(header.index, names)) for field, names in columns.items()},
    ), tuple(questions)


def _told(form: str, seen: _Seen, sheets: tuple[str, ...], options: ReadOptions) -> Inspection:
    sheet, columns = seen.sheet, seen.columns
    known = {*columns.columns, *(question.field for question in seen.questions)}
    missing = known.isdisjoint(NEEDED)
    styles = _styles(seen, options)
    few = msgspec.structs.replace(options, batch_rows=SAMPLE_ROWS)
    first = _FirstRows() if missing or seen.questions else _first_of(seen.read(few))
    if "coverage" in first:
        places = sorted({place for each in columns.places.values() for place in each})
        first["coverage"] = msgspec.structs.replace(
            first["coverage"], unscreened=unscreened_columns(sheet, places)
        )
    return Inspection(
        form=form,
        signature=header_signature(form, sheet.header),
        columns=tuple(_columns(seen, options)),
        more_columns=max(0, len(sheet.header) - _WIDEST),
        questions=seen.questions,
        needed=NEEDED if missing else (),
        encoding=sheet.encoding,
        doubt=sheet.doubt,
        delimiter=sheet.delimiter,
        sheets=sheets,
        sheet=options.sheet or (sheets[0] if sheets else ""),
        assumed=columns.assumed,
        marks={f: styles.marks.get(f) or "" for f in NUMBERS if f in columns.columns},
        orders={f: styles.orders.get(f) or "" for f in DAYS if f in columns.columns},
        units=columns.units,
        currency=columns.currency,
        **first,
    )


def _columns(seen: _Seen, options: ReadOptions) -> Iterator[SeenColumn]:
    read: dict[int, list[str]] = {}
    for field, places in seen.columns.places.items():
        for place in places:
            read.setdefault(place, []).append(field)
    said = {field.strip().casefold() for field in options.columns}
    said |= {f"{field}.name" for field in said}
    for place, name in enumerate(islice(seen.sheet.header, _WIDEST)):
        found = tuple(read.get(place, ()))
        how: How = ""
        if found:
            how = "said" if said.intersection(found) else "name"
            how = "values" if set(found) & set(seen.columns.sniffed) else how
        elif name in seen.columns.beside:
            how = "other text"
        unsure = seen.columns.unsure.items()
        yield SeenColumn(
            name=name,
            fields=found,
            how=how,
            samples=_samples(seen.sheet, place),
            maybe=() if found else tuple(field for field, names in unsure if name in names),
        )


def _samples(sheet: Sheet, place: int) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for row in sheet.sample:
        value = row[place] if place < len(row) else None
        if value and value.strip():
            found.setdefault(shorten(value)[:_LONGEST])
        if len(found) == _SAMPLES:
            break
    return tuple(found)


def _styles(seen: _Seen, options: ReadOptions) -> Styles:
    """Find how the first rows write numbers and days."""
    sample, width = seen.sheet.sample, len(seen.sheet.header)
    cells = {
        place: pa.array([row[place] if place < len(row) else None for row in sample], pa.string())
        for place in range(width)
    }
    block = Block(rows=np.arange(len(sample)), cells=cells)
    pointed = {
        field
        for field, places in seen.columns.places.items()
        if seen.sheet.pointed.issuperset(places)
    }
    return find_styles(fields_of(block, seen.columns), options, frozenset(pointed))


def _first_of(items: Iterator[pa.RecordBatch | Refusal]) -> _FirstRows:
    """Take the first rows as a screening would read them, and what was refused in them."""
    refusals: list[Refusal] = []
    first: pa.RecordBatch | None = None
    for item in items:
        if isinstance(item, Refusal):
            if item.row <= SAMPLE_ROWS and len(refusals) < _REFUSED:
                refusals.append(item)
        elif first is not None:
            break
        elif len(item):
            first = item
            if len(first) >= SAMPLE_ROWS:
                break  # of a shorter file, what is refused behind its last line is told too
    if first is None:
        return _FirstRows(refusals=tuple(refusals))
    lines = tuple(line_at(first, place) for place in range(min(len(first), _LINES)))
    covered = Coverage().plus(only_lines(first))
    told = {remark.problem for remark in remarks_on(covered)}  # they are shown by themselves
    refusals = [each for each in refusals if each.row or each.problem not in told]
    return _FirstRows(rows=len(first), lines=lines, refusals=tuple(refusals), coverage=covered)


def _sheets(file: BinaryIO, name: str) -> tuple[str, ...]:
    """Name the sheets of a workbook, those that are shown first."""
    file.seek(0)
    tabs = open_workbook(file, name).tabs
    return tuple(tab.name for tab in sorted(tabs, key=lambda tab: tab.hidden))


def _sheets_or_none(file: BinaryIO, name: str) -> tuple[str, ...]:
    try:
        return _sheets(file, name)
    except InputError:
        return ()


def header_signature(form: str, header: Sequence[str]) -> str:
    """Return what files of one form with the same columns have in common, 32 hex digits."""
    said = msgspec.json.encode((form, [shorten(name).casefold() for name in header]))
    return hashlib.sha256(said).hexdigest()[:32]
