"""Entries as readers of lists give them, built row by row, and refusals of what cannot be read."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from tidewaiter.base.archives import ListFile
from tidewaiter.base.countries import country_or_text
from tidewaiter.base.dates import parse_date
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
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

_ABOUT = re.compile(
    r"\b(?:circa|approximately|approx|about|around|c|ca|between|estimated|late|early|mid)\b\.?"
    r"|\(approximate\)|~",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"(?:^|\s)\(?[a-z0-9]\)\s*", re.IGNORECASE)
_RANGE = re.compile(r"(\d{4})\s*(?:-|–|to|and|or|/)\s*(\d{4})", re.IGNORECASE)
_LONG_RANGE = re.compile(r"(.+?\d{4})\s+(?:to|and|or)\s+(.+?\d{4})", re.IGNORECASE)
_YEAR = re.compile(r"(?:0{1,2}[/.-]0{1,2}[/.-])?(1[89]\d{2}|20\d{2})s?")
_MONTH_YEAR = re.compile(r"(?:0{1,2}[/.-])?(0?[1-9]|1[0-2])[/.-](\d{4})")
_YEAR_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])(?:-00)?")
_NAMED_MONTH = re.compile(r"([^\W\d_]{3,9})\.?,?\s+(\d{4})")
_TIME = re.compile(r"T\d{2}:.*$")
_WIDE = 20  # years of a range that are written out


def parse_births(text: str) -> tuple[tuple[str, ...], bool]:
    """Read a birth date, or several.

    A range of years is written out, year by year up to 20 years, else as its two ends; it is
    approximate. Days before months: "03/04/1970" is of April, as in the lists of the UK,
    the EU and Australia.

    Args:
        text: As "1970", "circa 1970", "10 Dec 1948", "00/03/1970", "1973 to 1975", "a) 1961 b)
            1962".

    Returns:
        ISO 8601 dates, whole or in part, and whether the list calls them approximate.

    Raises:
        InputError: It is no date of the Gregorian calendar.
    """
    lines = _LETTERS.sub("\n", text.strip())
    parts = [part for part in re.split(r"[;,]\s*(?=\d)|\n", lines) if part.strip()]
    found: list[str] = []
    about = False
    for part in parts:
        dates, vague = _one(part.strip(" .,"), text)
        found += dates
        about = about or vague
    if not found:
        raise InputError("parties/not-a-date", text=text)
    return tuple(dict.fromkeys(found)), about


def _one(part: str, text: str) -> tuple[list[str], bool]:
    """Read one date or range, and tell whether it is approximate."""
    plain = " ".join(_ABOUT.sub(" ", part).split()).strip(" .,")
    if years := _RANGE.fullmatch(plain):
        return _years(int(years[1]), int(years[2]), text), True
    if ends := _LONG_RANGE.fullmatch(plain):
        return [_date(end.strip(), text) for end in ends.groups()], True
    return [_date(plain, text)], plain != part


def _years(first: int, last: int, text: str) -> list[str]:
    if last < first:
        raise InputError("parties/period-ends-before-it-begins", text=text)
    if last - first >= _WIDE:
        return [str(first), str(last)]
    return [str(year) for year in range(first, last + 1)]


def _date(text: str, whole: str) -> str:
    """Read one date, whole or in part."""
    plain = _TIME.sub("", text)
    if year := _YEAR.fullmatch(plain):
        return year[1]
    if found := _YEAR_MONTH.fullmatch(plain):
        return f"{found[1]}-{found[2]}"
    if found := _MONTH_YEAR.fullmatch(plain):
        return f"{found[2]}-{int(found[1]):02}"
    try:
        if found := _NAMED_MONTH.fullmatch(plain):
            return parse_date(f"1 {found[1]} {found[2]}").isoformat()[:7]
        return parse_date(plain, "dmy").isoformat()
    except InputError:
        raise InputError("parties/not-a-date", text=whole) from None


SHOWN = 200
"""Characters of a value that are shown in a refusal."""


class ListHeader(Record, frozen=True, kw_only=True):
    """What a list says of itself; "" and None: nothing."""

    dated: date | None = None  # the day that the list gives itself
    entries: int | None = None  # how many entries it says that it has
    slug: str = ""
    name: str = ""
    authority: str = ""
    source: str = ""
    licence: str = ""
    notice: str = ""  # to be told beside its data
    confidential: bool = False


class EntryRefusal(Record, frozen=True, kw_only=True):
    """What could not be read: an entry or row, or one field of an entry that is kept without it."""

    file: str
    place: str  # "row 17", "entry 9639, birth date"; "": the file as a whole
    value: str  # as written, at most 200 characters
    problem: str
    hint: str
    kept: bool = False  # the rest of the entry is there


ListReader = Callable[[Sequence[ListFile]], Iterator[ListHeader | ListedParty | EntryRefusal]]
"""Reads the files of one list. Raises InputError where a file as a whole cannot be read."""


class ListFormat(Record, frozen=True, kw_only=True):
    """A format of party lists: one of ours, or of a plug-in of the group `tidewaiter.lists`."""

    claims: Callable[[Sequence[ListFile]], bool]  # tells by looking whether files are of it
    read: ListReader


def refused(file: str, place: str, value: str, problem: str, hint: str) -> EntryRefusal:
    """Return the refusal of an entry or a row."""
    return EntryRefusal(
        file=file, place=place, value=value[:SHOWN], problem=problem, hint=hint, kept=False
    )


_ORDER = {"primary": 0, "native": 2}  # what is the first name where no name is called primary
_NAME = 1_000  # characters of the longest name
_TEXT = 100_000  # and of the longest text of another kind
_MANY = 5_000  # names, addresses or numbers of one entry


class Draft:
    """One entry while it is read. Texts are trimmed; what is empty or there already is left out."""

    def __init__(self, key: str, kind: PartyKind, *, file: str, place: str) -> None:
        self.id = " ".join(key.split())
        self.kind = kind
        self.file = file
        self.place = place
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
        """Add a name, or those that semicolons part; of two primary ones the second is an alias."""
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
        """Add an address: its parts in order, and those of them that the list names."""
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
        """Add a birth date; one that cannot be read is refused and kept in the note."""
        if not text.strip():
            return
        try:
            births, vague = parse_births(text)
        except InputError as error:
            self.refuse("birth date", text, error)
            self.note(f"born: {text}")
            return
        self._births |= dict.fromkeys(births)
        self.births_about = self.births_about or about or vague

    def birthplace(self, text: str) -> None:
        """Add a place of birth."""
        if text.strip(" ,"):
            self._birthplaces[" ".join(text.strip(" ,").split())] = None

    def number(self, kind: str, value: str, country: str = "") -> None:
        """Add a number, by what the list calls it; what is no number goes into the note."""
        where = country_or_text(country) if country.strip() else ""
        found = identifier(kind, value, where, self.kind)
        if found and found.scheme == "wallet":
            self.note(f"{kind} {value}")  # the currency has no field of its own
        if found:
            self._identifiers[found] = None
        elif value.strip():
            self.note(f"{kind.rstrip(': -')}: {value}")

    def identifier(self, scheme: str, value: str, country: str = "") -> None:
        """Add a number of a scheme of ours."""
        if value.strip():
            where = country_or_text(country) if country.strip() else ""
            key = Identifier(scheme=scheme, value=" ".join(value.split()), country=where)
            self._identifiers[key] = None

    def programme(self, text: str) -> None:
        """Add a law or a programme, as the list names it."""
        if text.strip():
            self._programmes[" ".join(text.split())] = None

    def tie(self, kind: str, party: str, share: str = "", note: str = "") -> None:
        """Add a link to another party."""
        if party.strip():
            self._ties[Tie(kind=kind, party=party.strip(), share=share, note=note)] = None

    def note(self, text: str) -> None:
        """Add what has no field of its own."""
        if text.strip():
            self._notes[" ".join(text.split())] = None

    def day(self, field: str, text: str) -> date | None:
        """Read a day; one that cannot be read is refused."""
        if not text.strip():
            return None
        try:
            return parse_date(text.strip(), "dmy")
        except InputError as error:
            self.refuse(field, text, error)
            return None

    def refuse(self, field: str, value: str, error: InputError) -> None:
        """Note that one field could not be read; the entry goes on."""
        self.refusals.append(
            EntryRefusal(
                file=self.file,
                place=f"{self.place}, {field}",
                value=value[:SHOWN],
                problem=error.message,
                hint=error.hint,
                kept=True,
            )
        )

    def finish(self) -> Iterator[ListedParty | EntryRefusal]:
        """Yield the entry and what could not be read of it, or why there is none."""
        problem = self._problem()
        if problem:
            yield refused(self.file, self.place, self.id, *problem)
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

    def _problem(self) -> tuple[str, str] | None:
        """Tell why there is no entry."""
        if not self.id:
            return "has no number of its own", "give each entry an id that no other entry has"
        if not self._names:
            return "has no name", "give it a name, or leave it out"
        if any(len(name) > _NAME for name in self._names):
            return f"has a name of more than {_NAME} characters", "look whether a quote is missing"
        texts = [self.basis, *self._notes, *(address.text for address in self._addresses)]
        if any(len(text) > _TEXT for text in texts):
            return f"has a text of more than {_TEXT} characters", "look whether a quote is missing"
        held = (self._names, self._addresses, self._identifiers, self._ties)
        if any(len(part) > _MANY for part in held):
            return f"has more than {_MANY} names or numbers", "look whether its number is right"
        return None
