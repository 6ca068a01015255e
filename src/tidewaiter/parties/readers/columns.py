"""Mapped tables: which column, element or key of a record holds which field of an entry.

A mapping is a data file, data/parties/columns/*.toml, or part of an authority's own list
definition. Records come from delimited text, flat XML or JSON Lines.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

import msgspec

from tidewaiter.base.archives import ListFile
from tidewaiter.base.dates import Order, parse_date
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.parties.names.multiple_names import (
    labelled,
    language_code,
    part_at_slashes,
    part_names,
)
from tidewaiter.parties.names.scripts import is_latin
from tidewaiter.parties.readers.entries import Draft, EntryRefusal, ListHeader, ListReader, refused
from tidewaiter.parties.readers.file_formats import Flat
from tidewaiter.parties.readers.mapped_records import Section, Source, Unread, sections
from tidewaiter.parties.types import Action, ListedParty, NameKind, PartyKind

_MARKS = re.compile(r"(?:^|\s)\(?(?:[a-z]|\d{1,2})\)\s+")


class Columns(Record, frozen=True, kw_only=True):
    """Mapping of a list's records. Columns are named as in the file."""

    format: str  # name of the format
    source: str  # documentation of the format
    claims: tuple[str, ...]  # columns that together identify this format
    element: str = ""  # for flat XML: the record element; "": text or JSON Lines
    items: str = ""  # for JSON: path of the entries in the object, "response.FIRMS"
    delimiter: str = ","
    titles: Mapping[str, tuple[str, ...]] = {}  # column -> other titles of it, spaces ignored
    absent: tuple[str, ...] = ()  # words for a missing value: "N/A"
    dates: Order = "dmy"  # meaning of 03/04/2026
    split: str = ";"  # separator of values in a cell; "," does not split within a name
    name_commas: bool = False  # commas separate further names too, unless the words belong together
    name_slashes: bool = False  # slashes separate a name in two languages
    id: str = ""  # rows with the same id are one entry; "": derived from the columns of `key`
    id_cut: str = ""  # regular expression removed from an id, so that rows of one entry agree
    key: tuple[str, ...] = ()
    kind: str = ""
    kinds: Mapping[str, PartyKind] = {}
    kind_else: PartyKind = "unknown"
    person: tuple[str, ...] = ()  # columns used for persons only
    vessel: tuple[str, ...] = ()  # columns used for vessels only
    names: tuple[tuple[str, ...], ...] = ()  # each composed of columns, in this order
    name_kind: str = ""
    name_kinds: Mapping[str, NameKind] = {}
    weak: str = ""  # column with the quality of a name
    weak_words: tuple[str, ...] = ()
    language: str = ""  # column with the language of the names
    aliases: tuple[str, ...] = ()
    natives: tuple[str, ...] = ()
    born: tuple[str, ...] = ()
    birthplace: tuple[str, ...] = ()  # parts of one place
    countries: tuple[str, ...] = ()
    address: tuple[str, ...] = ()  # parts of one address
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""
    addresses: tuple[str, ...] = ()  # columns with whole addresses
    numbers: Mapping[str, str] = {}  # type of number -> column
    typed_numbers: tuple[str, ...] = ()  # columns with the type after the number: "A123 (passport)"
    number_country: str = ""  # column with the country that issued the numbers
    ties: Mapping[str, str] = {}  # kind of link -> column
    programmes: tuple[str, ...] = ()
    action: Action = "other"
    basis: str = ""
    cited: str = ""  # column with the source
    listed: str = ""
    delisted: str = ""
    notes: tuple[str, ...] = ()
    labelled: tuple[str, ...] = ()  # columns stored in the note with their title
    unused: tuple[str, ...] = ()  # columns known to be of no use; any other is reported


def reader_of(columns: Columns) -> ListReader:
    """Create the reader for a mapping."""

    def read(files: Sequence[ListFile]) -> Iterator[ListHeader | ListedParty | EntryRefusal]:
        for file in files:
            yield from _read(file, columns)

    return read


def parts_at_commas(columns: Columns) -> bool:
    """Return whether a mapping separates further names by commas."""
    return columns.name_commas or columns.split.strip() == ","


def claims_of(columns: Columns) -> Callable[[Sequence[ListFile]], bool]:
    """Create the detector for a mapping."""

    def claims(files: Sequence[ListFile]) -> bool:
        try:
            for each in sections(files[0], source_of(columns)):
                if isinstance(each, Section):
                    return _has_claims(each, columns)
        except InputError:
            pass
        return False

    return claims


def _has_claims(section: Section, columns: Columns) -> bool:
    first = next((each for each in section.records if not isinstance(each, EntryRefusal)), None)
    return first is not None and all(title in first[1] for title in columns.claims)


def source_of(columns: Columns) -> Source:
    """Return where the records of a mapping are."""
    return Source(
        claims=columns.claims,
        element=columns.element,
        items=columns.items,
        delimiter=columns.delimiter,
        titles=columns.titles,
    )


# Fields of a mapping that do not name columns.
_SETTINGS = frozenset(
    [
        "format",
        "source",
        "element",
        "items",
        "delimiter",
        "titles",
        "absent",
        "dates",
        "split",
        "name_commas",
        "name_slashes",
        "lines",
        "id_cut",
        "kinds",
        "kind_else",
        "name_kinds",
        "weak_words",
        "action",
    ]
)


def _known(columns: Columns) -> frozenset[str]:
    """Return the columns that a mapping names."""
    found: set[str] = set()
    for field, value in msgspec.structs.asdict(columns).items():
        if field in _SETTINGS:
            continue
        values = value.values() if isinstance(value, Mapping) else value
        for each in (values,) if isinstance(values, str) else values:
            found.update((each,) if isinstance(each, str) else each)
    return frozenset(found)


def _read(file: ListFile, columns: Columns) -> Iterator[ListHeader | ListedParty | EntryRefusal]:
    """Read the records of a file; those of one entry need not be adjacent."""
    entries = _Entries(file.name, columns)
    for section in sections(file, source_of(columns)):
        if isinstance(section, EntryRefusal):
            yield section
            continue
        yield ListHeader(dated=_dated(section.before))
        for each in section.records:
            if isinstance(each, EntryRefusal):
                yield each
            else:
                yield from entries.add(*each)
    for draft in entries.drafts.values():
        yield from draft.finish()
    yield from entries.unread.report(file.name)


class _Entries:
    """The entries of a file, put together from its records."""

    def __init__(self, name: str, columns: Columns) -> None:
        self._name = name
        self._columns = columns
        self.drafts: dict[str, Draft] = {}
        self.unread = Unread(_known(columns))

    def add(self, place: str, cells: Flat) -> Iterator[EntryRefusal]:
        """Add a record to its entry."""
        self.unread.see(cells)
        if self._columns.absent:
            cells = {
                title: [value for value in values if value not in self._columns.absent]
                for title, values in cells.items()
            }
        key = _key(cells, self._columns)
        if key:
            _fill(self._draft(key, place, cells), cells, self._columns)
        elif any(any(part) for part in cells.values()):
            yield refused(self._name, place, "", InputError("parties/row-without-id"))

    def _draft(self, key: str, place: str, cells: Flat) -> Draft:
        if key not in self.drafts:
            kind = _kind(cells, self._columns)
            shown = f"{place}, entry {key}"
            self.drafts[key] = Draft(
                key, kind, file=self._name, place=shown, dates=self._columns.dates
            )
        return self.drafts[key]


def _dated(before: Sequence[str]) -> date | None:
    """Find the date of a list in the text before its header: "Report Date: 13-Feb-2026"."""
    for text in before:
        try:
            return parse_date(text.rpartition(": ")[2], "dmy")
        except InputError:
            continue
    return None


def _one(cells: Flat, title: str) -> str:
    return next((each for each in cells.get(title, ()) if each), "")


def _all(cells: Flat, titles: Sequence[str], columns: Columns) -> Iterator[str]:
    """Yield the values of columns: each cell is split, also "(1) A (2) B"."""
    for title in titles:
        for cell in cells.get(title, ()):
            yield from _parts(cell, columns)


def _parts(cell: str, columns: Columns) -> Iterator[str]:
    """Yield the values of a cell."""
    for part in cell.split(columns.split) if columns.split else (cell,):
        yield from (each.strip() for each in _MARKS.split(part) if each.strip(" ,"))


def _key(cells: Flat, columns: Columns) -> str:
    if columns.id:
        text = _one(cells, columns.id)
        return re.sub(columns.id_cut, "", text) if columns.id_cut else text
    text = "\n".join(_one(cells, title) for title in columns.key)
    return hashlib.sha256(text.encode()).hexdigest()[:16] if text.strip() else ""


def _kind(cells: Flat, columns: Columns) -> PartyKind:
    word = _one(cells, columns.kind).casefold()
    if word in columns.kinds:
        return columns.kinds[word]
    if any(_one(cells, title) for title in columns.vessel):
        return "vessel"
    if any(_one(cells, title) for title in columns.person):
        return "person"
    return columns.kind_else


def _fill(draft: Draft, cells: Flat, columns: Columns) -> None:
    """Add the data of one record to an entry."""
    _names(draft, cells, columns)
    for text in _all(cells, columns.born, columns):
        draft.born(text)
    draft.birthplace(", ".join(part for t in columns.birthplace if (part := _one(cells, t))))
    for text in _all(cells, columns.countries, columns):
        draft.country(text)
    _addresses(draft, cells, columns)
    issuer = _one(cells, columns.number_country) if columns.number_country else ""
    for kind, text in _typed(cells, columns.numbers, columns):
        draft.number(kind, text, issuer)
    for title in columns.typed_numbers:
        for text in filter(None, cells.get(title, ())):
            _typed_number(draft, text, issuer)
    for kind, text in _typed(cells, columns.ties, columns):
        draft.tie(kind, text)
    for text in _all(cells, columns.programmes, columns):
        draft.programme(text)
    draft.action = columns.action
    draft.basis = draft.basis or _one(cells, columns.basis)
    draft.source = draft.source or _one(cells, columns.cited)
    draft.listed = draft.listed or draft.day("listed", _one(cells, columns.listed))
    draft.delisted = draft.delisted or draft.day("delisted", _one(cells, columns.delisted))
    _notes(draft, cells, columns)


def _typed(cells: Flat, titles: Mapping[str, str], columns: Columns) -> Iterator[tuple[str, str]]:
    """Yield the values of columns with the type that each column has."""
    for kind, title in titles.items():
        for text in _all(cells, (title,), columns):
            yield kind, text


def _notes(draft: Draft, cells: Flat, columns: Columns) -> None:
    for title in columns.notes:
        for text in cells.get(title, ()):
            draft.note(text)
    for title in columns.labelled:
        for text in filter(None, cells.get(title, ())):
            draft.note(f"{title}: {text}")


def _names(draft: Draft, cells: Flat, columns: Columns) -> None:
    word = _one(cells, columns.name_kind).casefold()
    kind: NameKind = columns.name_kinds.get(word, "primary")
    if _one(cells, columns.weak).casefold() in columns.weak_words:
        kind = "weak alias"
    language = language_code(_one(cells, columns.language)) if columns.language else ""
    for parts in columns.names:
        if len(parts) == 1:
            for text in cells.get(parts[0], ()):
                native = kind == "primary" and columns.language and not is_latin(text)
                _name(draft, text, columns, "native" if native and text else kind, language)
        else:
            draft.name(" ".join(_one(cells, part) for part in parts), kind)
    for title in columns.aliases:
        _further(draft, cells.get(title, ()), columns, "alias")
    for title in columns.natives:
        _further(draft, cells.get(title, ()), columns, "native")


def _typed_number(draft: Draft, text: str, country: str) -> None:
    """Add a number with its type in brackets: "A123 (passport-National passport)"."""
    value, mark, kind = text.removesuffix(")").rpartition(" (")
    draft.number(kind.partition("-")[0].strip(), value if mark else text, country)


def _name(draft: Draft, text: str, columns: Columns, kind: NameKind, language: str = "") -> None:
    for each in part_at_slashes(text) if columns.name_slashes else (text,):
        draft.name(each, kind, language)


def _further(draft: Draft, cells: Sequence[str], columns: Columns, kind: NameKind) -> None:
    """Add the further names in a column, with the language if the cell gives it."""
    own = draft.written_names()
    for cell in cells:
        if parts_at_commas(columns):
            found = part_names(cell, draft.kind, own).parts
        else:
            found = tuple(each for part in _parts(cell, columns) for each in labelled(part).parts)
        for each in found:
            native = each.language and not is_latin(each.text)
            _name(draft, each.text, columns, "native" if native else kind, each.language)


def _addresses(draft: Draft, cells: Flat, columns: Columns) -> None:
    titles = {
        "city": columns.city,
        "region": columns.region,
        "postcode": columns.postcode,
        "country": columns.country,
    }
    fields = {name: _one(cells, title) for name, title in titles.items()}
    draft.address([_one(cells, title) for title in columns.address], **fields)
    for text in _all(cells, columns.addresses, columns):
        draft.address([text])
