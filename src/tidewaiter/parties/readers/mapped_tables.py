"""Reading lists by a mapping: records to entries."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import chain

from tidewaiter.base.archives import ListFile
from tidewaiter.base.dates import parse_date
from tidewaiter.base.errors import InputError
from tidewaiter.parties.readers.columns import Columns, known_columns
from tidewaiter.parties.readers.entries import Draft, EntryRefusal, ListHeader, ListReader, refused
from tidewaiter.parties.readers.file_formats import Flat
from tidewaiter.parties.readers.mapped_fields import fill, first_value
from tidewaiter.parties.readers.mapped_records import Section, Source, Unread, sections
from tidewaiter.parties.types import ListedParty, PartyKind


def reader_of(columns: Columns) -> ListReader:
    """Create the reader for a mapping."""

    def read(files: Sequence[ListFile]) -> Iterator[ListHeader | ListedParty | EntryRefusal]:
        for file in files:
            yield from _read(file, columns)

    return read


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
        latin_titles=columns.latin_titles,
    )


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
                yield from entries.add(*each, section)
    for draft in entries.drafts.values():
        yield from draft.finish()
    yield from entries.report()


class _Entries:
    """The entries of a file, put together from its records."""

    def __init__(self, name: str, columns: Columns) -> None:
        self._name = name
        self._columns = columns
        self.drafts: dict[str, Draft] = {}
        self._left_out = Counter[tuple[str, str]]()
        self._last: Draft | None = None
        self._unread = Unread(known_columns(columns))

    def add(self, place: str, cells: Flat, section: Section) -> Iterator[EntryRefusal]:
        """Add a record to its entry."""
        self._unread.see(cells)
        if self._columns.absent:
            cells = {
                title: [value for value in values if value not in self._columns.absent]
                for title, values in cells.items()
            }
        left_out = self._reason(cells)
        if left_out:
            self._left_out[left_out] += 1
            return
        key = _key(cells, self._columns)
        if key:
            self._last = self._draft(key, place, cells, section.sheet)
            fill(self._last, cells, self._columns)
            self._last.programme(section.sheet if self._columns.sheet_programme else "")
        elif self._columns.continued and self._last:
            for text in chain.from_iterable(cells.values()):
                self._last.note(text)
        elif any(any(part) for part in cells.values()):
            yield refused(self._name, place, "", InputError("parties/row-without-id"))

    def _reason(self, cells: Flat) -> tuple[str, str] | None:
        """Return the column and the value for which a row is no entry."""
        for title, values in self._columns.leave_out.items():
            if (value := first_value(cells, title)) in values:
                return title, value
        for title, word in self._columns.removed.items():
            if word in first_value(cells, title):
                return title, word
        return None

    def report(self) -> Iterator[EntryRefusal]:
        """Report the rows that are no entries, and the columns that were not read."""
        for (title, value), count in self._left_out.items():
            error = InputError("parties/rows-left-out", count=count, value=value)
            yield refused(self._name, f"column {title}", value, error, kept=True)
        yield from self._unread.report(self._name)

    def _draft(self, key: str, place: str, cells: Flat, sheet: str) -> Draft:
        if key not in self.drafts:
            kind = _kind(cells, self._columns)
            words = self._columns.sheet_kinds
            said = {words[word] for word in words if word in sheet}
            kind = said.pop() if len(said) == 1 else kind
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


def _key(cells: Flat, columns: Columns) -> str:
    if columns.id:
        text = first_value(cells, columns.id)
        return re.sub(columns.id_cut, "", text) if columns.id_cut else text
    text = "\n".join(first_value(cells, title) for title in columns.key)
    return hashlib.sha256(text.encode()).hexdigest()[:16] if text.strip() else ""


def _kind(cells: Flat, columns: Columns) -> PartyKind:
    word = first_value(cells, columns.kind).casefold()
    if word in columns.kinds:
        return columns.kinds[word]
    if any(first_value(cells, title) for title in columns.vessel):
        return "vessel"
    if any(first_value(cells, title) for title in columns.person):
        return "person"
    return columns.kind_else
