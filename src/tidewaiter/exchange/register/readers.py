"""Readers of register entries and shipments: CSV files, JSON Lines, and form input.

An unreadable row is refused as a whole, with its position.
"""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from tidewaiter.base.archives import ListFile
from tidewaiter.base.countries import find_country
from tidewaiter.base.dates import parse_date
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.types import Amount, NoticeLine
from tidewaiter.exchange.problems import as_error
from tidewaiter.exchange.register.checks import check
from tidewaiter.exchange.register.movements import content_in
from tidewaiter.exchange.register.types import (
    Direction,
    Entry,
    Grant,
    Movement,
    Operator,
    Requirement,
    Standing,
)
from tidewaiter.law.registry import Registry
from tidewaiter.parties.readers.entries import EntryRefusal, refused
from tidewaiter.parties.readers.file_formats import decode, titled
from tidewaiter.trade.substance_lookup import Names, amount_of

T = TypeVar("T")

_STOPS = ("suspended_since", "suspended_until", "revoked_since", "stop_reason", "stop_source")
_ALL = ("id", "version", "decided", "source")
_PAPER = ("kind", "number", "issuer", "operator", "sites", "since", "until", *_STOPS)
COLUMNS: dict[type[Entry], tuple[str, ...]] = {
    Operator: (*_ALL, "name", "other_names", "country", "address", "business_numbers", "sites"),
    Standing: (*_ALL, *_PAPER, "substances", "activities"),
    Grant: (*_ALL, *_PAPER, "substance", "amount", "counts"),
    Requirement: (*_ALL, "country", "operator", "substance", "year", "amount"),
}
"""Titles of each file. A column may be omitted if all its cells would be empty."""

_TELLING: dict[type[Entry], str] = {
    Operator: "business_numbers",
    Standing: "activities",
    Grant: "counts",
    Requirement: "year",
}


class RegisterFile(Record, frozen=True, kw_only=True):
    """Content of one file."""

    kind: str  # "operator", "standing", "grant", "requirement"; "entry": several
    rows: int  # read or refused
    entries: tuple[Entry, ...]
    refused: tuple[EntryRefusal, ...]


def read_register(file: ListFile, registry: Registry) -> RegisterFile:
    """Read one file of a register.

    Args:
        file: CSV with titles; semicolons separate several values of a cell.
        registry: Known substances, by slug, name or CAS number.

    Raises:
        InputError: Not a table, or unknown titles.
    """
    reader: _Reader | None = None
    entries: list[Entry] = []
    bad: list[EntryRefusal] = []
    for each in titled(file):
        if isinstance(each, EntryRefusal):
            bad.append(each)
            continue
        number, row = each
        reader = reader or _Reader(_kind_of(row, file.name), registry)
        try:
            entries.append(reader.entry(row))
        except InputError as error:
            place = ", ".join(filter(None, (f"row {number}", error.at)))
            bad.append(refused(file.name, place, row.get("id", ""), error))
    kind = reader.kind.__struct_config__.tag if reader else ""
    return RegisterFile(
        kind=str(kind), rows=len(entries) + len(bad), entries=tuple(entries), refused=tuple(bad)
    )


def _kind_of(row: dict[str, str], name: str) -> type[Entry]:
    kinds = [kind for kind, title in _TELLING.items() if title in row]
    if len(kinds) != 1:
        told = ", ".join(_TELLING.values())
        raise InputError("exchange/kind-of-entries-not-told", told=told, at=name)
    for title in row:
        if title not in COLUMNS[kinds[0]]:
            at = f"{name}, column {title}"
            raise InputError("exchange/column-of-another-kind", at=at)
    return kinds[0]


class _Reader:
    """Reads rows of one kind."""

    def __init__(self, kind: type[Entry], registry: Registry) -> None:
        self.kind = kind
        self._registry = registry
        self._names = Names(registry)

    def entry(self, row: dict[str, str]) -> Entry:
        """Read an entry.

        Raises:
            InputError: A cell is unreadable, or its value invalid.
        """
        fields = {title: text for title, text in row.items() if text and title not in _STOPS}
        made: dict[str, Any] = {**fields, **dict(self._read(fields))}
        if self.kind in {Standing, Grant}:
            made["stops"] = _stops(row)
        try:
            entry: Entry = msgspec.convert(made, self.kind)
        except msgspec.ValidationError as error:
            raise InputError("exchange/register-entry-wrong", error=error) from error
        for problem in check(entry, self._registry):
            raise as_error(problem)
        return entry

    def _read(self, fields: dict[str, str]) -> Iterator[tuple[str, Any]]:
        for title, text in fields.items():
            if title in {"decided", "since", "until"}:
                yield title, _cell(title, text, parse_date)
            elif title in {"version", "year"}:
                yield title, _cell(title, text, _whole)
            elif title in {"issuer", "country"}:
                yield title, find_country(text) or text
            elif title == "amount":
                yield title, _cell(title, text, _amount)
            elif title == "substance":
                yield title, self._slug(text)
            elif title == "substances":
                yield title, tuple(map(self._slug, _many(text)))
            elif title == "sites" and self.kind is Operator:
                yield title, tuple(map(_site, _many(text)))
            elif title in {"other_names", "business_numbers", "sites", "activities"}:
                yield title, tuple(_many(text))

    def _slug(self, text: str) -> str:
        found = self._names.whole(text)
        if not found or found[0].substance is None:
            raise InputError("exchange/not-in-the-registry", substance=text, at="substance")
        return found[0].substance.slug


def _cell(title: str, text: str, parse: Callable[[str], T]) -> T:
    try:
        return parse(text)
    except InputError as error:
        raise error.placed(title) from error


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise InputError("exchange/not-a-whole-number", text=text)
    return int(text)


def _amount(text: str) -> Amount:
    mass, volume = amount_of(text)
    return Amount(mass_mg=mass, volume_ul=volume)


def _many(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _site(text: str) -> dict[str, str]:
    """Parse "S1: Veracruz plant": a site's id and name."""
    name, _, rest = text.partition(":")
    return {"id": name.strip(), "name": rest.strip()}


def _stops(row: dict[str, str]) -> tuple[dict[str, Any], ...]:
    """Parse the suspension and revocation of a row; further ones need further versions."""
    told = {"reason": row.get("stop_reason", ""), "source": row.get("stop_source", "")}
    stops: list[dict[str, Any]] = []
    since = _day(row, "suspended_since")
    until = _day(row, "suspended_until")
    if since is not None:
        stops.append({"kind": "suspended", "since": since, "until": until, **told})
    elif until is not None:
        raise InputError("exchange/end-without-beginning", at="suspended_since")
    revoked = _day(row, "revoked_since")
    if revoked is not None:
        stops.append({"kind": "revoked", "since": revoked, **told})
    return tuple(stops)


def _day(row: dict[str, str], title: str) -> date | None:
    text = row.get(title, "")
    return _cell(title, text, parse_date) if text else None


_PPM = 10_000  # per percent
_WHOLE = 100  # percent


class Shipment(Record, frozen=True, kw_only=True):
    """A shipment as entered by a person."""

    substance: str  # slug, name or CAS number, also of a salt
    amount: str  # of the goods, such as "25 kg"
    percent: Decimal | None = None  # content of a mixture
    direction: Direction
    on: date
    operator: str = ""  # sender or recipient id
    permit: str = ""  # number
    issuer: str = ""  # country
    site: str = ""  # id
    source: str


def movement_of(told: Shipment, name: str, country: str, registry: Registry) -> Movement:
    """Build the movement of a shipment, with the content of a salt or mixture.

    Args:
        told: The shipment.
        name: Movement id.
        country: The register's country.
        registry: Known substances.

    Raises:
        InputError: Unknown substance, or invalid amount or content.
    """
    if told.percent is not None and not 0 <= told.percent <= _WHOLE:
        raise InputError("exchange/not-a-content", percent=told.percent, at="percent")
    found = Names(registry).whole(told.substance)
    if not found or found[0].substance is None:
        raise InputError("exchange/not-in-the-registry", substance=told.substance, at="substance")
    slug, form = found[0].substance.slug, found[0].form
    mass, volume = amount_of(told.amount)
    net = Amount(mass_mg=mass, volume_ul=volume)
    ppm = None if told.percent is None else int(told.percent * _PPM)
    line = NoticeLine(number=1, cas=(form.cas or "") if form else "", net=net, content_ppm=ppm)
    content, why = content_in(line, slug, told.on, registry)
    return Movement(
        id=name,
        direction=told.direction,
        country=country,
        on=told.on,
        operator=told.operator,
        permit=told.permit,
        issuer=told.issuer,
        substance=slug,
        net=net,
        content=content,
        why_no_content=why,
        site=told.site,
        source=told.source,
    )


_LINES = (".jsonl", ".json")


def read_any(file: ListFile, registry: Registry) -> RegisterFile:
    """Read a register file: JSON Lines by its extension, otherwise CSV of one kind of entry.

    Raises:
        InputError: Not a table, or unknown titles.
    """
    lines = file.name.lower().endswith(_LINES)
    return read_lines(file, registry) if lines else read_register(file, registry)


def read_lines(file: ListFile, registry: Registry) -> RegisterFile:
    """Read entries of any kind, one per line.

    Args:
        file: JSON Lines; "type" names the kind of each object.
        registry: Known substances, by slug.

    Raises:
        InputError: Empty, or not text.
    """
    entries: list[Entry] = []
    bad: list[EntryRefusal] = []
    lines = [each for each in enumerate(decode(file).splitlines(), 1) if each[1].strip()]
    for number, line in lines:
        try:
            entries.append(_entry(line, registry))
        except InputError as error:
            place = ", ".join(filter(None, (f"row {number}", error.at)))
            bad.append(refused(file.name, place, line, error))
    return RegisterFile(kind="entry", rows=len(lines), entries=tuple(entries), refused=tuple(bad))


def _entry(line: str, registry: Registry) -> Entry:
    try:
        entry: Entry = msgspec.json.decode(line, type=Entry)
    except msgspec.DecodeError as error:
        raise InputError("exchange/register-entry-wrong", error=error) from error
    for problem in check(entry, registry):
        raise as_error(problem)
    return entry
