"""List entries built row by row by readers, and rejected values."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from tidewaiter.base.archives import ListFile
from tidewaiter.base.countries import country_or_text
from tidewaiter.base.dates import Order, parse_date
from tidewaiter.base.defects import Defect
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.parties.birth_dates import parse_births
from tidewaiter.parties.identifiers.schemes import identifier
from tidewaiter.parties.names.multiple_names import NamePart, part_at_semicolons
from tidewaiter.parties.types import (
    Action,
    Address,
    Identifier,
    ListedParty,
    NameKind,
    Outcome,
    PartyKind,
    PartyName,
    Tie,
)

SHOWN = 200
"""Characters of a value shown in a rejection."""


class ListHeader(Record, frozen=True, kw_only=True):
    """Metadata that a list states about itself; "" and None: not stated."""

    dated: date | None = None  # date of the list
    entries: int | None = None  # declared number of entries
    slug: str = ""
    name: str = ""
    authority: str = ""
    source: str = ""
    licence: str = ""
    notice: str = ""  # notice required beside its data
    confidential: bool = False


class EntryRefusal(Defect, frozen=True, kw_only=True):
    """A rejected entry or row, or a rejected field of an entry that is kept without it."""

    file: str
    place: str  # "row 17", "entry 9639, birth date"; "": the whole file
    value: str  # as written, at most 200 characters
    kept: bool = False  # the rest of the entry is used


ListReader = Callable[[Sequence[ListFile]], Iterator[ListHeader | ListedParty | EntryRefusal]]
"""Reads the files of one list. Raises InputError if a file is unreadable as a whole."""


class ListFormat(Record, frozen=True, kw_only=True):
    """A party list format: built-in, or from a plug-in of the group `tidewaiter.lists`."""

    claims: Callable[[Sequence[ListFile]], bool]  # detects the format by content
    read: ListReader


def refused(
    file: str, place: str, value: str, error: InputError, *, kept: bool = False
) -> EntryRefusal:
    """Return the rejection of an entry or a row, with the message of an error."""
    return EntryRefusal(
        code=error.code,
        values=error.values,
        file=file,
        place=place,
        value=value[:SHOWN],
        kept=kept,
    )


_ORIGINAL = re.compile(r"\s*[(（]\s*original script\s*[:：]\s*([^()（）]+)[)）]?", re.IGNORECASE)
_BRACKETED = re.compile(r"\s*[(（][^()（）]*[^\W\d_]{2}[^()（）]*(?:[)）]|$)")
_ORDER = {"primary": 0, "native": 2}  # order of names if none is marked as primary
_NAME = 1_000  # maximum characters of a name
_TEXT = 100_000  # maximum characters of other texts
_MANY = 5_000  # maximum names, addresses or numbers of one entry


class Draft:
    """Builder of an entry. Texts are trimmed; empty values and duplicates are skipped."""

    def __init__(
        self, key: str, kind: PartyKind, *, file: str, place: str, dates: Order = "dmy"
    ) -> None:
        self.id = " ".join(key.split())
        self.kind = kind
        self.file = file
        self.place = place
        self.dates = dates
        self.action: Action = "other"
        self.outcome: Outcome = ""
        self.basis = ""
        self.source = ""
        self.listed: date | None = None
        self.delisted: date | None = None
        self.outcome_day: date | None = None
        self.confidential = False
        self.births_about = False
        self.refusals: list[EntryRefusal] = []
        self._names: dict[str, PartyName] = {}
        self._addresses: dict[Address, None] = {}
        self._countries: dict[str, None] = {}
        self._births: dict[str, None] = {}
        self._birthplaces: dict[str, None] = {}
        self._identifiers: dict[Identifier, None] = {}
        self._programmes: dict[str, None] = {}
        self._ties: dict[Tie, None] = {}
        self._notes: dict[str, None] = {}

    def name(self, text: str, kind: NameKind = "primary", language: str = "") -> None:
        """Add a name, or several, split at semicolons; a second primary name becomes an alias."""
        if found := _ORIGINAL.search(text):
            self.name(found[1], "native", language)
            text = _ORIGINAL.sub("", text)
        parted = part_at_semicolons(text).parts if ";" in text else (NamePart(text, language),)
        for each in parted:
            self._one_name(" ".join(each.text.split()), kind, each.language or language)

    def _one_name(self, text: str, kind: NameKind, language: str) -> None:
        if not text or text in self._names:
            return
        if kind == "primary" and any(name.kind == "primary" for name in self._names.values()):
            kind = "alias"
        self._names[text] = PartyName(text=text, kind=kind, language=language)

    def written_names(self) -> tuple[str, ...]:
        """Return the names so far."""
        return tuple(self._names)

    def address(self, parts: list[str], **fields: str) -> None:
        """Add an address: its parts in order, and those with a known field."""
        known = {name: " ".join(value.split()) for name, value in fields.items()}
        country = known.get("country", "")
        known["country"] = country_or_text(country) if country else ""
        text = ", ".join(dict.fromkeys(" ".join(part.split()) for part in parts if part.strip()))
        if text or any(known.values()):
            self._addresses[Address(text=text, **known)] = None

    def country(self, text: str) -> None:
        """Add a country of nationality, registration or flag."""
        if text.strip():
            self._countries[country_or_text(text.strip())] = None

    def born(self, text: str, *, about: bool = False) -> None:
        """Add a birth date; an invalid one is rejected and kept in the note."""
        if not text.strip():
            return
        try:
            births, vague = self._births_in(text)
        except InputError as error:
            self.refuse("birth date", text, error)
            self.note(f"born: {text}")
            return
        self._births |= dict.fromkeys(births)
        self.births_about = self.births_about or about or vague

    def _births_in(self, text: str) -> tuple[tuple[str, ...], bool]:
        """Parse birth dates, if need be without the remarks in brackets, which go to the note."""
        try:
            return parse_births(text, self.dates)
        except InputError:
            bare = _BRACKETED.sub(" ", text)
            if bare == text:
                raise
            births = parse_births(bare, self.dates)
            self.note(f"born: {text}")
            return births

    def birthplace(self, text: str) -> None:
        """Add a place of birth."""
        if text.strip(" ,"):
            self._birthplaces[" ".join(text.strip(" ,").split())] = None

    def number(self, kind: str, value: str, country: str = "") -> None:
        """Add a number by the list's type name; text that is not a number goes into the note."""
        where = country_or_text(country) if country.strip() else ""
        found = identifier(kind, value, where, self.kind)
        if found and found.scheme == "wallet":
            self.note(f"{kind} {value}")  # there is no field for the currency
        if found:
            self._identifiers[found] = None
        elif value.strip():
            self.note(f"{kind.rstrip(': -')}: {value}")

    def identifier(self, scheme: str, value: str, country: str = "") -> None:
        """Add a number of a known scheme."""
        if value.strip():
            where = country_or_text(country) if country.strip() else ""
            key = Identifier(scheme=scheme, value=" ".join(value.split()), country=where)
            self._identifiers[key] = None

    def programme(self, text: str) -> None:
        """Add a law or a programme, as the list names it."""
        if text.strip():
            self._programmes[" ".join(text.split())] = None

    def tie(self, kind: str, party: str, share: str = "", note: str = "", **when: str) -> None:
        """Add a link to another party.

        Args:
            kind: Kind of link.
            party: Id or name of the other party.
            share: Share as written.
            note: Remarks.
            when: since, until and source.
        """
        if party.strip():
            tie = Tie(kind=kind, party=party.strip(), share=share, note=note, **when)
            self._ties[tie] = None

    def note(self, text: str) -> None:
        """Add text for which no field exists."""
        if text.strip():
            self._notes[" ".join(text.split())] = None

    def day(self, field: str, text: str) -> date | None:
        """Parse a date; an invalid one is rejected."""
        if not text.strip():
            return None
        try:
            return parse_date(text.strip(), self.dates)
        except InputError as error:
            self.refuse(field, text, error)
            return None

    def refuse(self, field: str, value: str, error: InputError) -> None:
        """Record a rejected field; the entry is kept."""
        place = f"{self.place}, {field}"
        found = refused(self.file, place, value, error, kept=True)
        if found not in self.refusals:
            self.refusals.append(found)

    def finish(self) -> Iterator[ListedParty | EntryRefusal]:
        """Yield the entry with its rejected fields, or the reason why there is none."""
        problem = self._problem()
        if problem:
            yield refused(self.file, self.place, self.id, problem)
            return
        names = list(self._names.values())
        first = min(names, key=lambda name: _ORDER.get(name.kind, 1))
        names.remove(first)
        if first.kind != "primary":
            first = PartyName(text=first.text, language=first.language)
        yield ListedParty(
            id=self.id,
            kind=self.kind,
            names=(first, *names),
            addresses=tuple(self._addresses),
            countries=tuple(self._countries),
            births=tuple(self._births),
            births_about=self.births_about,
            birthplaces=tuple(self._birthplaces),
            identifiers=tuple(self._identifiers),
            programmes=tuple(self._programmes),
            action=self.action,
            basis=" ".join(self.basis.split()),
            outcome=self.outcome,
            outcome_day=self.outcome_day,
            listed=self.listed,
            delisted=self.delisted,
            ties=tuple(self._ties),
            source=self.source,
            note="; ".join(self._notes),
            confidential=self.confidential,
        )
        yield from self.refusals

    def _problem(self) -> InputError | None:
        """Return why the entry is invalid; None: it is valid."""
        if not self.id:
            return InputError("parties/entry-without-id")
        if not self._names:
            return InputError("parties/entry-unnamed")
        if any(len(name) > _NAME for name in self._names):
            return InputError("parties/entry-name-too-long", most=_NAME)
        texts = [self.basis, *self._notes, *(address.text for address in self._addresses)]
        if any(len(text) > _TEXT for text in texts):
            return InputError("parties/entry-text-too-long", most=_TEXT)
        held = (self._names, self._addresses, self._identifiers, self._ties)
        if any(len(part) > _MANY for part in held):
            return InputError("parties/entry-too-large", most=_MANY)
        return None
