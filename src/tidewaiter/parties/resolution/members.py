"""Members: sightings of parties gathered, and the name, address and numbers of each read."""

import hashlib
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

import msgspec
from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.parties.addresses import NOWHERE, AddressParts, read_address
from tidewaiter.parties.identifiers.contacts import Contacts, find_contacts, phone_of
from tidewaiter.parties.identifiers.validation import read_party_number
from tidewaiter.parties.resolution.name_comparison import NOTHING, Names, names_of
from tidewaiter.parties.resolution.types import Entity, Member, Seen, Sighting, Written

_LONGEST: Final = 1000  # characters: beyond, no address goes on
_NAME: Final = 300  # characters of a name
_CODE: Final = 2  # letters of a country
_SCHEMES_OF_CONTACTS: Final = frozenset({"phone", "telephone", "tel", "mobile", "fax"})


class Read(NamedTuple):
    """A member, read."""

    names: Names
    country: str  # ISO 3166-1 alpha-2; "" where it is none that we know
    address: AddressParts
    ids: tuple[tuple[str, str], ...]  # scheme and number
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    domains: tuple[str, ...]
    people: tuple[str, ...]


def read_written(written: Written) -> Read:
    """Read a party as written: the first 300 characters of a name, 1,000 of an address."""
    contacts = contacts_of(written)
    number = None
    if written.id and not _is_phone(written) and not _contact(written):
        number = read_party_number(written.id_scheme, written.id)
    return Read(
        names=names_of(name_of(written)) if written.name else NOTHING,
        country=_country(written),
        address=place_of(written),
        ids=(number,) if number else (),
        phones=contacts.phones,
        emails=contacts.emails,
        domains=contacts.domains,
        people=contacts.people,
    )


def name_of(written: Written) -> str:
    """Return as much of a party's name as is read."""
    return written.name[:_NAME]


def contacts_of(written: Written) -> Contacts:
    """Read telephones, e-mails and the like of a party as written."""
    country = _country(written)
    name, address = written.name[:_LONGEST], written.address[:_LONGEST]
    contacts = find_contacts(" ; ".join(filter(None, (name, address, _contact(written)))), country)
    if not _is_phone(written):
        return contacts
    phones = {*contacts.phones, phone_of(written.id, country)} - {""}
    return msgspec.structs.replace(contacts, phones=tuple(sorted(phones)))


def place_of(written: Written) -> AddressParts:
    """Read the address of a party as written."""
    address = written.address[:_LONGEST]
    return read_address(address) if address else NOWHERE


def _country(written: Written) -> str:
    country = written.country.strip().upper()
    return country if len(country) == _CODE and country.isascii() else ""


def _is_phone(written: Written) -> bool:
    return written.id_scheme.strip().lower() in _SCHEMES_OF_CONTACTS


def _contact(written: Written) -> str:
    """Return the number of a party where it is an e-mail or a website."""
    return written.id[:_LONGEST] if "@" in written.id or "www." in written.id.lower() else ""


_TELL: Final = 1 << 14  # members between two words about how far it is


def read_members(
    members: Sequence[Member], tell: Callable[[str, int, int], None]
) -> tuple[Read, ...]:
    """Read members, and return what was read in their order.

    Args:
        members: Ways in which parties are written.
        tell: Takes what is under way, how much of it is done, and how much there is.
    """
    found: list[Read | None] = [None] * len(members)
    shared = _Shared()
    # Those of one name come one after the other, as readings of names are kept for a while.
    order = sorted(range(len(members)), key=lambda place: members[place].written.name)
    for done, place in enumerate(order):
        if done % _TELL == 0:
            tell("reading parties", done, len(members))
        found[place] = shared.read(members[place])
    read_address.cache_clear()  # its parts are held twice else
    return tuple(filter(None, found))


class _Shared:
    """Gives one object for all that are equal."""

    def __init__(self) -> None:
        self._addresses: dict[AddressParts, AddressParts] = {}
        self._numbers: dict[frozenset[str], frozenset[str]] = {}

    def read(self, member: Member) -> Read:
        read = read_written(member.written)
        return read._replace(
            country=sys.intern(read.country),
            address=self._addresses.get(read.address) or self._address(read.address),
        )

    def _address(self, address: AddressParts) -> AddressParts:
        houses, units = address.houses, address.units
        one = structs.replace(
            address,
            words=frozenset(map(sys.intern, address.words)),
            houses=self._numbers.setdefault(houses, houses),
            units=self._numbers.setdefault(units, units),
        )
        self._addresses[one] = one
        return one


_SHOWN = 3  # rows of a file that a member keeps


class Collector:
    """Gathers sightings; the members do not depend on the order in which they came."""

    def __init__(self) -> None:
        self._held: dict[Written, _Held] = {}
        self._files: set[str] = set()

    def add_earlier(self, entities: Iterable[Entity]) -> None:
        """Take up the members of an earlier resolution."""
        for entity in entities:
            for member in entity.members:
                held = self._held.setdefault(member.written, _Held())
                held.roles = tuple(sorted({*held.roles, *member.roles}))
                held.refs = tuple(sorted({*held.refs, *member.refs}))
                held.kinds = tuple(sorted({*held.kinds, *member.kinds}))
                held.see_day(member.first)
                held.see_day(member.last)
                here = {seen.sha256 for seen in member.seen}
                others = (seen for seen in held.seen if seen.sha256 not in here)
                held.seen = (*others, *member.seen)
                self._files |= here

    def add_file(self, file: str, sha256: str) -> Callable[[Iterable[Sighting]], None]:
        """Begin a file; return what takes up sightings in it.

        Args:
            file: Its name.
            sha256: Of its bytes.

        Raises:
            InputError: The same bytes were taken up before.
        """
        if sha256 in self._files:
            raise InputError("parties/file-with-same-parties", at=file)
        self._files.add(sha256)

        def add(sightings: Iterable[Sighting]) -> None:
            for sighting in sightings:
                held = self._held.get(sighting.written)
                if held is None:
                    held = self._held[sighting.written] = _Held()
                held.see(sighting, file, sha256)

        return add

    def members(self) -> list[Member]:
        """Return the members, by their ids."""
        found = [held.member(written) for written, held in self._held.items()]
        return sorted(found, key=lambda member: member.id)


class _Held:
    """What is known of one way in which a party is written; a million of them are held."""

    __slots__ = ("first", "kinds", "last", "refs", "roles", "seen")

    def __init__(self) -> None:
        self.roles: tuple[str, ...] = ()
        self.refs: tuple[str, ...] = ()
        self.kinds: tuple[str, ...] = ()
        self.first: date | None = None
        self.last: date | None = None
        self.seen: tuple[Seen, ...] = ()  # that of the file under way stands last

    def see(self, sighting: Sighting, file: str, sha256: str) -> None:
        self.roles = _with(self.roles, sighting.role)
        if sighting.refs:
            self.refs = tuple(sorted({*self.refs, *sighting.refs}))
        self.kinds = _with(self.kinds, sighting.kind)
        self.see_day(sighting.day)
        before = self.seen
        if not before or before[-1].sha256 != sha256:
            new = Seen(file=file, sha256=sha256, count=1, rows=(sighting.row,))
            self.seen = (*before, new)
            return
        count, rows = before[-1].count, before[-1].rows
        rows = (*rows, sighting.row) if len(rows) < _SHOWN else rows
        new = Seen(file=file, sha256=sha256, count=count + 1, rows=rows)
        self.seen = (*before[:-1], new)

    def see_day(self, day: date | None) -> None:
        if day is not None:
            self.first = day if self.first is None else min(day, self.first)
            self.last = day if self.last is None else max(day, self.last)

    def member(self, written: Written) -> Member:
        return Member(
            id=id_of(written),
            written=written,
            roles=self.roles,
            first=self.first,
            last=self.last,
            seen=tuple(sorted(self.seen, key=lambda each: (each.file, each.sha256)))
            if len(self.seen) > 1
            else self.seen,
            refs=self.refs,
            kinds=self.kinds,
        )


def _with(held: tuple[str, ...], value: str) -> tuple[str, ...]:
    """Add a value, where there is one that is new."""
    return held if not value or value in held else _added(held, value)


@lru_cache(maxsize=1 << 10)
def _added(held: tuple[str, ...], value: str) -> tuple[str, ...]:
    """Return the same tuple for the same values."""
    return tuple(sorted((*held, value)))


def id_of(written: Written) -> str:
    """Return the id of a member: of what is written alone."""
    parts = (written.name, written.address, written.country, written.id_scheme, written.id)
    said = "\0".join(parts).encode("utf-8", "surrogatepass")
    return f"p-{hashlib.sha256(said).hexdigest()[:16]}"
