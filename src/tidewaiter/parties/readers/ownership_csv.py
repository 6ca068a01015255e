"""Ownership data as CSV: one row for each link, with owner, owned party, share and dates."""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from tidewaiter.base.archives import ListFile
from tidewaiter.base.errors import InputError
from tidewaiter.base.plain_text import plain
from tidewaiter.parties.ownership.shares import bounds_of, share_as_written
from tidewaiter.parties.readers.entries import Draft, EntryRefusal, ListHeader, refused
from tidewaiter.parties.readers.file_formats import head, titled
from tidewaiter.parties.types import ListedParty, PartyKind

_SIDES: Final = ("owner", "owned")
_OF_A_SIDE: Final = ("id", "kind", "country", "identifiers")
_TITLES: Final = frozenset(
    {
        *_SIDES,
        *(f"{side}_{each}" for side in _SIDES for each in _OF_A_SIDE),
        "percent",
        "link",
        "from",
        "to",
        "source",
    }
)
_LINKS: Final = {
    "": "owned-by",
    "owns": "owned-by",
    "controls": "controlled-by",
    "operates": "operated-by",
}
_OWNS: Final = {"owned-by": "owns", "controlled-by": "controls", "operated-by": "operates"}
_KINDS: Final[Mapping[str, PartyKind]] = MappingProxyType(
    {
        "": "unknown",
        "unknown": "unknown",
        "person": "person",
        "organisation": "organisation",
        "vessel": "vessel",
        "aircraft": "aircraft",
    }
)
_REFERENCE: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+ \S.*")
_PARTIAL: Final = re.compile(r"\d{4}(-\d{2})?")
_DELIMITERS: Final = (",", ";", "\t")
_NUMBER: Final = re.compile(r"([^:]+):(.+?)(?::([A-Z]{2}))?")


class _Row(NamedTuple):
    """A row, and its place."""

    cells: Mapping[str, str]
    file: str
    place: str


def claims_ownership_csv(files: Sequence[ListFile]) -> bool:
    """Return whether the first file has the columns of ownership data."""
    return bool(_delimiter(files[0]))


def _delimiter(file: ListFile) -> str:
    """Return the delimiter of a file with the required columns; "": it has none."""
    line = head(file).partition("\n")[0].replace('"', "").strip("\ufeff \r\n")
    for sign in _DELIMITERS:
        titles = {title.strip() for title in line.split(sign)}
        if set(_SIDES) <= titles and "action" not in titles:
            return sign
    return ""


def read_ownership_csv(
    files: Sequence[ListFile],
) -> Iterator[ListHeader | ListedParty | EntryRefusal]:
    """Read ownership data; every party named becomes an entry that is not listed itself.

    A party without an id is known by its name: rows with the same name are about one party. An id
    of the form "LIST ENTRY", such as "ofac-sdn 12345", names the entry of a list.

    Raises:
        InputError: A file is not a table, is truncated, or has an unknown column.
    """
    rows: list[_Row] = []
    for file in files:
        yield ListHeader()
        for each in titled(file, _delimiter(file) or ","):
            if isinstance(each, EntryRefusal):
                yield each
                continue
            number, cells = each
            unknown = sorted(set(cells) - _TITLES)
            if unknown:
                at = f"{file.name}, column {unknown[0]}"
                raise InputError("parties/not-a-column-of-ownership", at=at)
            row = _Row(cells, file.name, f"row {number}")
            error = _flaw(cells)
            if error:
                yield refused(file.name, row.place, ",".join(cells.values()), error)
            else:
                rows.append(row)
    yield from _Reading(rows).finish()


def _flaw(cells: Mapping[str, str]) -> InputError | None:
    """Return why a row states no link; None: it states one."""
    for side in _SIDES:
        if not (cells.get(side) or cells.get(f"{side}_id")):
            return InputError("parties/ownership-without-party", side=side)
    link = cells.get("link", "").casefold()
    return None if link in _LINKS else InputError("parties/not-a-link-of-ownership", link=link)


class _Reading:
    """The parties named in the rows, with their links."""

    def __init__(self, rows: Sequence[_Row]) -> None:
        self._drafts: dict[str, Draft] = {}
        self._ids: dict[str, set[str]] = {}  # name -> ids given with it
        for row in rows:
            for side in _SIDES:
                if (name := row.cells.get(side, "")) and (key := row.cells.get(f"{side}_id", "")):
                    self._ids.setdefault(_key(name), set()).add(key)
        for row in rows:
            self._link(row)

    def finish(self) -> Iterator[ListedParty | EntryRefusal]:
        """Yield the parties with their rejected fields."""
        for draft in self._drafts.values():
            yield from draft.finish()

    def _link(self, row: _Row) -> None:
        owner, firm = (self._party(row, side) for side in _SIDES)
        draft = self._drafts.get(firm) or self._drafts.get(owner)
        if draft is None:  # both are entries of lists: their lists would have to say it
            draft = self._drafts[firm] = self._draft(row, "owned", firm)
        draft.place = row.place
        kind = _LINKS[row.cells.get("link", "").casefold()]
        other = owner
        if firm not in self._drafts:
            kind, other = _OWNS[kind], firm
        draft.tie(
            kind,
            other,
            _share(draft, row.cells.get("percent", "")),
            since=_day(draft, "from", row.cells.get("from", "")),
            until=_day(draft, "to", row.cells.get("to", "")),
            source=row.cells.get("source", ""),
        )

    def _party(self, row: _Row, side: str) -> str:
        """Return the id of a party; add it unless it is the entry of a list."""
        name, given = row.cells.get(side, ""), row.cells.get(f"{side}_id", "")
        ids = self._ids.get(_key(name), set())
        key = given or (next(iter(ids)) if len(ids) == 1 else _key(name))
        draft = self._drafts.get(key)
        if draft is None:
            if _is_reference(key) and given:
                return key
            draft = self._drafts[key] = self._draft(row, side, key)
        draft.place = row.place
        draft.name(name)
        draft.country(row.cells.get(f"{side}_country", ""))
        for text in row.cells.get(f"{side}_identifiers", "").split(";"):
            if found := _NUMBER.fullmatch(text.strip()):
                draft.identifier(found[1], found[2], found[3] or "")
            elif text.strip():
                error = InputError("parties/not-an-identifier", text=text.strip())
                draft.refuse(f"{side}_identifiers", text, error)
        return key

    @staticmethod
    def _draft(row: _Row, side: str, key: str) -> Draft:
        kind = row.cells.get(f"{side}_kind", "")
        known: PartyKind | None = _KINDS.get(kind)
        draft = Draft(key, known or "unknown", file=row.file, place=row.place)
        draft.action = "unlisted"
        if known is None:
            error = InputError("parties/not-a-kind-of-party", text=kind, known=", ".join(_KINDS))
            draft.refuse(f"{side}_kind", kind, error)
        if not row.cells.get(side, ""):
            draft.name(key)
        return draft


def _key(name: str) -> str:
    return " ".join(plain(name).split())


def _is_reference(key: str) -> bool:
    """Return whether an id names the entry of a list: the slug of a list, a space, an id."""
    return bool(_REFERENCE.fullmatch(key))


def _share(draft: Draft, text: str) -> str:
    """Return a share as written, with a per cent sign; one that is no share is rejected."""
    share = share_as_written(text)
    if share and not bounds_of(share).known:
        draft.refuse("percent", text, InputError("parties/not-a-share", share=text))
        return ""
    return share


def _day(draft: Draft, column: str, text: str) -> str:
    """Return a date in ISO 8601, full or partial; an invalid one is rejected."""
    if not text or _PARTIAL.fullmatch(text):
        return text
    day = draft.day(column, text)
    return day.isoformat() if day else ""
