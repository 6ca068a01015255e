"""Inspection: how a file would be read, from its first rows, and open questions.

The results come from the readers themselves: the mapped columns, and the lines and refusals of the
first rows. A file that cannot be read yet is inspected too: ambiguities are questions, not errors.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import BinaryIO, Literal, TypedDict

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.base.defects import Defect
from tidewaiter.base.errors import InputError, PluginError, TidewaiterError
from tidewaiter.base.records import Record
from tidewaiter.trade.messages.json_documents import kept_of
from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.readers import Mapping as Columns
from tidewaiter.trade.readers import readers
from tidewaiter.trade.readers.canonical_lines import to_lines
from tidewaiter.trade.readers.columns.layouts import recognise
from tidewaiter.trade.readers.columns.mapping import (
    NEEDED,
    Question,
    Sample,
    survey_columns,
)
from tidewaiter.trade.readers.columns.vocabulary import load_aliases
from tidewaiter.trade.readers.coverage import Coverage, remarks_on
from tidewaiter.trade.readers.formats import (
    ALSO,
    FLAT,
    MESSAGES,
    Told,
    choose_form,
    format_evidence,
    may_be,
    text_form,
    whole,
)
from tidewaiter.trade.readers.json_lines import open_jsonl, open_keys
from tidewaiter.trade.readers.message_tables import items_of, open_message
from tidewaiter.trade.readers.number_styles import (
    DAYS,
    Styles,
    fields_of,
    find_styles,
)
from tidewaiter.trade.readers.parts import CONTAINERS
from tidewaiter.trade.readers.parts.opening import open_parts
from tidewaiter.trade.readers.passthrough_columns import (
    line_at,
    only_lines,
    unscreened_columns,
)
from tidewaiter.trade.readers.table import SAMPLE_ROWS, Block, Sheet
from tidewaiter.trade.readers.tables import main_of, read_tables, survey_sheets
from tidewaiter.trade.types import NUMBERS, Line, ReadOptions, Refusal, shorten
from tidewaiter.trade.unmapped_text import has_words, worded_columns

How = Literal["said", "name", "values", "format", "other text", ""]
"""Why a column is read as a field: given by the user, known name, detected values, or defined by
the format. "other text": no field, but searched for names. "": not read, but kept for message
formats.
"""


class SeenColumn(Record, frozen=True, kw_only=True):
    """A column of a file, and its mapping."""

    name: str
    fields: tuple[str, ...]  # its fields, alone or with other columns; empty: not read
    how: How
    samples: tuple[str, ...]  # first distinct values
    maybe: tuple[str, ...] = ()  # possible fields, if its name is ambiguous


class SeenLayout(Record, frozen=True, kw_only=True):
    """The table layout of a file."""

    name: str
    title: str
    source: str
    remarks: str


class Inspection(Record, frozen=True, kw_only=True):
    """Result of an inspection."""

    form: str  # "csv", "xlsx", ...
    signature: str  # hash of its header: equal for files with the same columns, 32 hex digits
    columns: tuple[SeenColumn, ...] = ()
    more_columns: int = 0  # columns not shown
    questions: tuple[Question, ...] = ()
    needed: tuple[str, ...] = ()  # fields of which one is required; empty: the file can be screened
    encoding: str = ""  # "": not text
    doubt: str = ""  # another encoding that matches equally well
    delimiter: str = ""
    sheets: tuple[str, ...] = ()  # tables of a file of several, which are all read
    sheet: str = ""  # the one whose columns are shown
    assumed: tuple[str, ...] = ()  # masses without any unit
    marks: Mapping[str, str] = msgspec.field(
        default_factory=dict
    )  # field of numbers -> its decimal mark; "": not visible
    orders: Mapping[str, str] = msgspec.field(
        default_factory=dict
    )  # field of days -> "dmy", "mdy"; "": not visible
    units: Mapping[str, str] = msgspec.field(default_factory=dict)  # field -> unit in its header
    currency: str = ""  # currency in the header of the value
    told: Told | Literal[""] = ""  # how the format was determined
    title: str = ""  # title of a message format
    source: str = ""  # publication of the format
    layout: SeenLayout | None = None  # of a table; None: none that is known
    confirmed: bool = True  # based on a published document, schema or program
    may_be: tuple[str, ...] = ()  # other formats that a user may name
    lines: tuple[Line, ...] = ()  # first lines, as they would be screened
    rows: int = 0  # number of rows read
    refusals: tuple[Refusal, ...] = ()  # refusals in these rows
    coverage: Coverage = Coverage()  # coverage of these rows
    problem: str = ""  # why the file cannot be read, with its place; "": it can
    hint: str = ""
    at: str = ""  # place of the problem in the file
    fault: Defect | None = None  # the problem without its place; None: written before it had a code

    def with_error(self, error: TidewaiterError, name: str = "") -> "Inspection":
        """Return this inspection with an error that prevents reading.

        Args:
            error: Its place is shown, unless that is the whole file.
            name: Name of the file.
        """
        at = "" if error.at == name else error.at
        return msgspec.structs.replace(
            self,
            problem=f"{at}: {error.message}" if at else error.message,
            hint=error.hint,
            at=at,
            fault=Defect(code=error.code, values=error.values),
        )

    @property
    def is_clear(self) -> bool:
        """Return whether the file can be screened with these settings."""
        return not (self.problem or self.questions or self.needed)

    @property
    def is_covered(self) -> bool:
        """Return whether it can be screened, and its goods are described in the first rows."""
        return self.is_clear and self.coverage.is_enough


_SAMPLES = 3  # values shown per field
_LONGEST = 80  # characters of a shown value
_NUMBER = re.compile(r"\[\d+\]")


def message_columns(items: Iterator[Found | Refusal]) -> tuple[SeenColumn, ...]:
    """Return the fields in the first lines of a document, and its unmapped data.

    Args:
        items: The lines of the document.

    Raises:
        InputError: The document cannot be read.
    """
    lines = [each for each in islice(items, SAMPLE_ROWS) if isinstance(each, Found)]
    used: dict[str, dict[str, None]] = {}
    kept: dict[str, dict[str, None]] = {}
    for line in lines:
        for field, text in line.fields.items():
            if text:
                used.setdefault(field, {}).setdefault(_shown(text))
        for field, text in (*_records("parties", line.parties), *_records("route", line.route)):
            used.setdefault(field, {}).setdefault(_shown(text))
        for path, text in kept_of(line):
            kept.setdefault(_NUMBER.sub("[]", path), {}).setdefault(_shown(text))
    return (
        *(
            SeenColumn(name=field, fields=(field,), how="format", samples=_few(samples))
            for field, samples in used.items()
        ),
        *(
            SeenColumn(
                name=path,
                fields=(),
                samples=_few(samples),
                how="other text" if has_words(list(samples)) else "",
            )
            for path, samples in kept.items()
        ),
    )


def _records(
    field: str, records: tuple[Mapping[str, str | None], ...]
) -> Iterator[tuple[str, str]]:
    for record in records:
        yield field, ", ".join(text for text in record.values() if text)


def _few(samples: Mapping[str, None]) -> tuple[str, ...]:
    return tuple(islice(samples, _SAMPLES))


def _shown(text: str) -> str:
    return shorten(" ".join(text[:1000].split()))[:_LONGEST]


_WIDEST = 400  # columns shown
_REFUSED = 20  # refusals shown


_LINES = 5  # lines shown


class _Seen(Record, frozen=True, kw_only=True):
    """An open table, with the clear part of its mapping."""

    sheet: Sheet
    columns: Columns
    questions: tuple[Question, ...]
    read: Callable[[ReadOptions], Iterator[pa.RecordBatch | Refusal]]  # lines of the file
    titles: tuple[str, ...] = ()  # tables of a file of several
    several: bool = False  # it is one of several files in a file


class _FirstRows(TypedDict, total=False):
    """The first rows, as fields of an `Inspection`."""

    rows: int
    lines: tuple[Line, ...]
    refusals: tuple[Refusal, ...]
    coverage: Coverage


def fields() -> tuple[str, ...]:
    """Return every field that a column can be mapped to."""
    return load_aliases().known


def inspect_file(file: BinaryIO, name: str, options: ReadOptions) -> Inspection:
    """Inspect how a file would be read.

    Args:
        file: Seekable file.
        name: Name of the file, for its suffix and for errors.
        options: User settings so far.

    Returns:
        The inspection; if the file cannot be read at all, with the reason.
    """
    form = ""
    file.seek(0)
    try:
        form = choose_form(file, name, readers(), options)
        form = ALSO.get(form, form)
        seen = _inspect(form, file, name, options)
        told = format_evidence(_begun(file), name, form, options)
        other = may_be(_begun(file), name, form if seen.needed else "")
        return msgspec.structs.replace(seen, told=told, may_be=other)
    except (InputError, PluginError) as error:
        signature = header_signature(form, ())
        sheets = _titles(form, file, name, options) if form in FLAT else ()
        if options.columns:  # the user's mapping may be wrong: show all columns
            bare = msgspec.structs.replace(options, columns={})
            seen = inspect_file(file, name, bare)
            return seen.with_error(error, name)
        seen = Inspection(
            form=form, signature=signature, sheets=sheets, may_be=may_be(_begun(file), name)
        )
        return seen.with_error(error, name)


def _begun(file: BinaryIO) -> BinaryIO:
    file.seek(0)
    return file


def _inspect(form: str, file: BinaryIO, name: str, options: ReadOptions) -> Inspection:
    if form in CONTAINERS:
        return _document(form, file, name, options)
    if form in {*FLAT, "jsonl", *MESSAGES}:
        try:
            if form in MESSAGES:
                return _message(form, file, name, options)
            with whole(form, _begun(file), name) as held:
                return _told(form, _open(form, held, name, options), options)
        except InputError as error:
            text = text_form(form, error, _begun(file), options)
            if text is None:
                raise
            return _document(text, file, name, options)
    read = readers()[form]  # of a plug-in, which provides no mapping
    first = _first_of(read(_begun(file), name, options))
    return Inspection(form=form, signature=header_signature(form, ()), **first)


def _document(form: str, file: BinaryIO, name: str, options: ReadOptions) -> Inspection:
    if form in MESSAGES:
        return _message(form, file, name, options)
    with whole(form, _begun(file), name) as held:
        return _parts(form, held, name, options)


def _parts(form: str, file: BinaryIO, name: str, options: ReadOptions) -> Inspection:
    """Inspect a file that holds others: the columns of its main table, the first lines of all."""
    tables = open_parts(form, file, name, options)
    main = tables[main_of(tables)]
    titles = tuple(table.sheet.title for table in tables if table.sheet.title)

    def read(few: ReadOptions) -> Iterator[pa.RecordBatch | Refusal]:
        others = [table for table in tables if table is not main]
        return read_tables([main, *others], name, few, unread=True)

    if main.lines is None:
        seen = _Seen(
            sheet=main.sheet,
            columns=main.shown or main.columns,
            questions=main.questions,
            read=read,
            titles=titles,
            several=True,
        )
        return _told(form, seen, options)
    columns = message_columns(main.lines())
    known = {field for column in columns for field in column.fields}
    few = msgspec.structs.replace(options, batch_rows=SAMPLE_ROWS)
    return Inspection(
        form=form,
        signature=header_signature(form, ()),
        title=CONTAINERS[form].title,
        source=CONTAINERS[form].source,
        confirmed=not main.sheet.unconfirmed,
        columns=columns[:_WIDEST],
        more_columns=max(0, len(columns) - _WIDEST),
        needed=NEEDED if known.isdisjoint(NEEDED) else (),
        sheets=titles if len(titles) > 1 else (),
        sheet=main.sheet.title,
        **_first_of(read(few), several=True),
    )


def _message(form: str, file: BinaryIO, name: str, options: ReadOptions) -> Inspection:
    """Inspect a document in a message format."""
    columns = message_columns(items_of(MESSAGES[form], _begun(file), name))
    sheet, mapping, _ = open_message(MESSAGES[form], _begun(file), name, options)
    few = msgspec.structs.replace(options, batch_rows=SAMPLE_ROWS)
    known = {field for column in columns for field in column.fields}
    return Inspection(
        form=form,
        signature=header_signature(form, ()),
        title=MESSAGES[form].title,
        source=MESSAGES[form].source,
        confirmed=MESSAGES[form].confirmed,
        columns=columns[:_WIDEST],
        more_columns=max(0, len(columns) - _WIDEST),
        needed=NEEDED if MESSAGES[form].confirmed and known.isdisjoint(NEEDED) else (),
        **_first_of(to_lines(sheet, mapping, few)),
    )


def _open(form: str, file: BinaryIO, name: str, options: ReadOptions) -> _Seen:
    file.seek(0)
    if form == "jsonl":
        return _open_keys(file, name, options)
    tables = survey_sheets(FLAT[form](file, name, options), name, options)
    main = tables[main_of(tables)]
    titles = tuple(table.sheet.title for table in tables if table.sheet.title)
    return _Seen(
        sheet=main.sheet,
        columns=main.columns,
        questions=main.questions,
        read=lambda few: read_tables(tables, name, few, unread=True),
        titles=_titles(form, file, name, options) if options.sheet else titles,
    )


def _open_keys(file: BinaryIO, name: str, options: ReadOptions) -> _Seen:
    sheet = open_keys(file, name, options)
    mapping, questions = _survey_keys(sheet.header, sheet.sample, name, options)

    def read(few: ReadOptions) -> Iterator[pa.RecordBatch | Refusal]:
        file.seek(0)
        lines, columns, _ = open_jsonl(file, name, few)
        return to_lines(lines, columns, few, unread=True)

    return _Seen(sheet=sheet, columns=mapping, questions=questions, read=read)


def _survey_keys(
    header: Sequence[str], sample: Sample, name: str, options: ReadOptions
) -> tuple[Columns, tuple[Question, ...]]:
    """Map the keys of objects, each object separately: two may use different keys for one field."""
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


def _told(form: str, seen: _Seen, options: ReadOptions) -> Inspection:
    sheet, columns = seen.sheet, seen.columns
    known = {*columns.columns, *(question.field for question in seen.questions)}
    missing = known.isdisjoint(NEEDED)
    styles = _styles(seen, options)
    few = msgspec.structs.replace(options, batch_rows=SAMPLE_ROWS)
    first = (
        _FirstRows()
        if missing or seen.questions
        else _first_of(seen.read(few), several=seen.several)
    )
    if "coverage" in first:
        places = sorted({place for each in columns.places.values() for place in each})
        first["coverage"] = msgspec.structs.replace(
            first["coverage"], unscreened=unscreened_columns(sheet, places)
        )
    return Inspection(
        form=form,
        signature=header_signature(form, sheet.header[: len(sheet.header) - sheet.given]),
        columns=tuple(_columns(seen, options)),
        more_columns=max(0, len(sheet.header) - _WIDEST),
        questions=seen.questions,
        needed=NEEDED if missing else (),
        encoding=sheet.encoding,
        doubt=sheet.doubt,
        delimiter=sheet.delimiter,
        sheets=seen.titles,
        sheet=options.sheet or sheet.title,
        layout=_layout_of(sheet.header),
        assumed=columns.assumed,
        marks={f: styles.marks.get(f) or "" for f in NUMBERS if f in columns.columns},
        orders={f: styles.orders.get(f) or "" for f in DAYS if f in columns.columns},
        units=columns.units,
        currency=columns.currency,
        **first,
    )


def _layout_of(header: Sequence[str]) -> SeenLayout | None:
    for each in recognise(header):
        known = each.layout
        return SeenLayout(
            name=each.name, title=known.title, source=known.source, remarks=known.remarks
        )
    return None


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
    """Detect the number and date formats of the first rows."""
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


def _first_of(items: Iterator[pa.RecordBatch | Refusal], *, several: bool = False) -> _FirstRows:
    """Read the first rows as in a screening, with their refusals.

    Args:
        items: Batches and refusals.
        several: Read on after the first batch, as the first table may be a line of greeting.
    """
    refusals: list[Refusal] = []
    first: pa.RecordBatch | None = None
    covered, rows = Coverage(), 0
    for item in items:
        if isinstance(item, Refusal):
            if item.row <= SAMPLE_ROWS and len(refusals) < _REFUSED:
                refusals.append(item)
        elif first is not None and not several:
            break
        elif len(item):
            first = item if first is None else first
            covered, rows = covered.plus(only_lines(item)), rows + len(item)
            if rows >= SAMPLE_ROWS:
                break  # for a shorter file, include refusals after its last line
    if first is None:
        return _FirstRows(refusals=tuple(refusals))
    lines = tuple(line_at(first, place) for place in range(min(len(first), _LINES)))
    told = {remark.problem for remark in remarks_on(covered)}  # they are shown separately
    refusals = [each for each in refusals if each.row or each.problem not in told]
    return _FirstRows(rows=rows, lines=lines, refusals=tuple(refusals), coverage=covered)


def _titles(form: str, file: BinaryIO, name: str, options: ReadOptions) -> tuple[str, ...]:
    """Return the names of the tables in a file of several, and of none if it cannot be read."""
    bare = msgspec.structs.replace(options, sheet=None)
    try:
        with whole(form, _begun(file), name) as held:
            every = FLAT[form](held, name, bare)
    except InputError:
        return ()
    return tuple(sheet.title for sheet in every if sheet.title)


def header_signature(form: str, header: Sequence[str]) -> str:
    """Return the hash of a form and its columns, 32 hex digits."""
    said = msgspec.json.encode((form, [shorten(name).casefold() for name in header]))
    return hashlib.sha256(said).hexdigest()[:32]
