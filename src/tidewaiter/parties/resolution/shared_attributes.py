"""Shared attributes: telephones, e-mails and addresses of several parties, and look-up by them.

A search term begins with a letter for its kind: "w" the sound of a word of a name, in any script;
"n" all words of a name; "t" the last digits of a telephone; "m" an e-mail; "i" a number.
"""

import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.records import Record
from tidewaiter.parties.addresses import AddressParts, short_words
from tidewaiter.parties.names.rarity import weight_of
from tidewaiter.parties.resolution.members import Read, contacts_of, name_of, place_of
from tidewaiter.parties.resolution.name_comparison import (
    Names,
    Word,
    Words,
    compare_names,
    is_care_of,
    names_of,
)
from tidewaiter.parties.resolution.types import Written

_STREET_WORDS = 3  # address words that represent its street
KINDS: Final = ("id", "phone", "email", "domain", "contact", "building", "unit")
_PLACE: Final = {kind: place for place, kind in enumerate(KINDS)}

Hashes = NDArray[np.int64]
"""Hashes of texts, for this process only; collisions are about one in 10^12."""


class Hubs(NamedTuple):
    """Number of distinct names for each shared attribute."""

    names: Mapping[int, int]  # by hash: the attributes of a million members would fill memory
    limits: Mapping[str, int]

    def count(self, thing: str) -> int:
        """Return the number of distinct names with an attribute, 1 if it is not shared."""
        return self.names.get(hash(thing), 1)

    def is_hub(self, kind: str, thing: str) -> bool:
        """Return whether an attribute is a hub, which does not link."""
        return self.count(thing) > self.limits[kind]


class Things(NamedTuple):
    """Attributes of all members, one row each: hashes, indices in `KINDS`, members."""

    thing: Hashes
    kind: NDArray[np.uint8]
    owner: NDArray[np.int32]


def linking_things(read: Read) -> Iterator[tuple[str, str]]:
    """Yield kind and name of each attribute that a member may share."""
    for _, number in read.ids:
        yield "id", f"id:{number}"
    for kind, values in (
        ("phone", read.phones),
        ("email", read.emails),
        ("domain", read.domains),
        ("contact", read.people),
    ):
        for value in values:
            yield kind, f"{kind}:{value}"
    yield from place_things(read)


def place_things(read: Read) -> Iterator[tuple[str, str]]:
    """Yield building and room of an address, once for each of its rarest words."""
    address = read.address
    for word in street_words(address.words):
        for house in address.houses:
            yield "building", building_thing(house, word)
            for unit in address.units:
                yield "unit", unit_thing(house, unit, word)
    if address.box:
        for word in street_words(address.words) or ("",):
            yield "unit", unit_thing("box", address.box, word)


def street_words(words: Iterable[str]) -> Sequence[str]:
    """Return the most informative words of an address."""
    return sorted(words, key=lambda word: (-weight_of(word, "word"), -len(word), word))[
        :_STREET_WORDS
    ]


def building_thing(house: str, word: str) -> str:
    """Return the attribute for a house in a street."""
    return f"building:{house}:{word}"


def unit_thing(house: str, unit: str, word: str) -> str:
    """Return the attribute for a room in a house."""
    return f"unit:{house}:{unit}:{word}"


def gather_things(reads: Sequence[Read]) -> Things:
    """List the attributes of all members."""
    things, kinds, owners = array("q"), array("B"), array("i")
    for place, read in enumerate(reads):
        for kind, thing in linking_things(read):
            things.append(hash(thing))
            kinds.append(_PLACE[kind])
            owners.append(place)
    return Things(
        np.frombuffer(things, np.int64) if things else np.empty(0, np.int64),
        np.frombuffer(kinds, np.uint8) if kinds else np.empty(0, np.uint8),
        np.frombuffer(owners, np.int32) if owners else np.empty(0, np.int32),
    )


def find_hubs(things: Things, reads: Sequence[Read], limits: Mapping[str, int]) -> Hubs:
    """Count the distinct names with each attribute.

    Names count as one if their most informative words sound the same, so variants of one name do
    not create a hub. Members without a name count as one.

    Args:
        things: Attributes of all members.
        reads: All members.
        limits: Maximum names that share an attribute of each kind.
    """
    if not len(things.thing):
        return Hubs({}, limits)
    stems = np.fromiter((hash(read.names.stem) for read in reads), np.int64, len(reads))
    stem = stems[things.owner]
    order = np.lexsort((stem, things.thing))
    thing, stem = things.thing[order], stem[order]
    new = np.r_[True, thing[1:] != thing[:-1]]
    another = new | np.r_[True, stem[1:] != stem[:-1]]
    counts = np.add.reduceat(another, np.flatnonzero(new), dtype=np.int64)
    several = counts > 1
    shared = thing[new][several].tolist()
    return Hubs(dict(zip(shared, counts[several].tolist(), strict=True)), limits)


SharedThing = tuple[str, str]
"""Rule for the shared attribute, and its value."""

_ADDRESS_KINDS: Final = frozenset({"address-shared", "building-shared"})
_DIGITS: Final = 6  # trailing digits of a telephone number, which are the same in all notations
_WORD = re.compile("[a-z]+")
_EMAIL = re.compile(r"[\w.+-]+@[\w.-]+")
_NO_DIGIT = re.compile(r"\D+")
_RUN = re.compile(r"\d+")


def things_of(read: Read) -> Iterator[SharedThing]:
    """Yield the attributes that a party may share, except those of a party it is in care of."""
    if not read.names.care_of:
        yield from _called(read.phones, read.emails)
        yield from _placed(read.address)


def things_written(written: Written) -> tuple[SharedThing, ...]:
    """Return `things_of` for a party as written; the name is rarely parsed."""
    contacts = contacts_of(written)
    found = (*_called(contacts.phones, contacts.emails), *_placed(place_of(written)))
    return () if found and is_care_of(name_of(written)) else found


class SoughtPlace(NamedTuple):
    """What the text of an address must contain to be a searched place, in ASCII."""

    words: frozenset[str]  # never abbreviated
    numbers: tuple[str, ...]  # runs of digits of houses and rooms, without leading zeros


class Sought:
    """Searches for parties with given attributes, with minimal parsing.

    Attributes:
        ends: Last digits of the telephones.
        emails: The e-mails.
        places: The addresses, each under its rarest certain word; "" for those without one.
    """

    def __init__(self, things: Iterable[SharedThing]) -> None:
        """Set the attributes to search for, from `things_of`."""
        held = list(things)
        self.ends = {said[-_DIGITS:] for kind, said in held if kind == "phone-shared"}
        self.emails = {said for kind, said in held if kind == "email-shared"}
        places = [_sought_place(said) for kind, said in held if kind in _ADDRESS_KINDS]
        counts: dict[str, int] = {}
        for place in places:
            for word in place.words:
                counts[word] = counts.get(word, 0) + 1
        self.places: dict[str, list[SoughtPlace]] = {}
        for place in places:  # each under its rarest word
            anchor = min(place.words, key=lambda word: (counts[word], -len(word), word), default="")
            self.places.setdefault(anchor, []).append(place)

    def shared(self, written: Written) -> Iterator[SharedThing]:
        """Yield at least the searched attributes of a party, without parsing its names."""
        if self._may_call(written):
            yield from self.called(written)
        yield from self.placed(written)

    def called(self, written: Written) -> Iterator[SharedThing]:
        """Yield the telephones and e-mails of a party."""
        contacts = contacts_of(written)
        yield from _called(contacts.phones, contacts.emails)

    def placed(self, written: Written) -> Iterator[SharedThing]:
        """Yield the address of a party if it may be a searched one."""
        if self._may_be_at(written.address):
            yield from _placed(place_of(written))

    def _may_call(self, written: Written) -> bool:
        """Return whether a searched e-mail or telephone ending occurs."""
        text = f"{written.name} {written.address} {written.id}"
        if not text.isascii():
            return True
        emails = _EMAIL.findall(text.lower()) if self.emails and "@" in text else ()
        if any(email.partition("..")[0].strip(".") in self.emails for email in emails):
            return True
        digits = _NO_DIGIT.sub("", text) if self.ends else ""
        starts = range(len(digits) - _DIGITS + 1)
        return any(digits[start : start + _DIGITS] in self.ends for start in starts)

    def _may_be_at(self, address: str) -> bool:
        """Return whether an address contains all certain words and all numbers of a searched place.

        ASCII letters are compared directly; other letters may have several spellings.
        """
        if not address.isascii():
            return True
        words = {"", *_WORD.findall(address.lower())}
        near = self.places.keys() & words
        return any(
            place.words <= words and all(number in address for number in place.numbers)
            for anchor in near
            for place in self.places[anchor]
        )


def _called(phones: Iterable[str], emails: Iterable[str]) -> Iterator[SharedThing]:
    yield from (("phone-shared", phone) for phone in phones)
    yield from (("email-shared", email) for email in emails)


def _placed(place: AddressParts) -> Iterator[SharedThing]:
    """Yield the whole address: house number and town alone are ambiguous."""
    if place.words and place.houses:
        parts = (place.houses, place.words, place.units)
        said = ", ".join(" ".join(sorted(part)) for part in parts if part)
        yield ("address-shared" if place.units else "building-shared"), said


def _sought_place(place: str) -> SoughtPlace:
    """Return the words of a place that are never abbreviated, and its numbers.

    An address may split a run of digits from its letters, never one of digits from another.
    """
    words = frozenset(_WORD.findall(place)) - short_words()
    return SoughtPlace(words, tuple(run.lstrip("0") for run in _RUN.findall(place)))


_TAIL: Final = 7  # trailing digits of a telephone, which are the same in all notations
_LEAST: Final = 5  # characters of a number
_LONGEST: Final = 300  # characters of a query
_LONGEST_WORD: Final = 100  # characters of an indexed word
_WORDS: Final = 40  # index terms per party, for names that are whole texts
_KEPT = re.compile(r"[^0-9A-Za-z]+")

ThingKind = Literal["identifier", "phone", "email", "address"]


class Thing(NamedTuple):
    """An attribute that several parties may have."""

    kind: ThingKind
    value: str  # normalised
    label: str  # display form


class Asked(Record, frozen=True, kw_only=True):
    """A parsed search query."""

    text: str
    exact: tuple[str, ...]  # terms for numbers, telephones and e-mails
    ways: tuple[tuple[tuple[str, float], ...], ...]  # words of a name and their weight, by reading


def words_of(read: Read) -> tuple[str, ...]:
    """Return the index terms of a party."""
    names = (_word(word) for way in read.names.ways for word in way.words)
    others = (
        *map(name_key, read.names.ways),
        *(f"t{_NO_DIGIT.sub('', phone)[-_TAIL:]}" for phone in read.phones),
        *(f"m{email}" for email in read.emails),
        *(f"i{number}" for _, number in read.ids),
    )
    found = dict.fromkeys((*others, *names))
    return tuple(each[:_LONGEST_WORD] for each in list(found)[:_WORDS])


def name_key(way: Words) -> str:
    """Return the index term for a whole name."""
    return f"n{way.joined}"[:_LONGEST_WORD]


def things_given(written: Written, read: Read) -> Iterator[Thing]:
    """Yield a party's own numbers, telephones, e-mails and address.

    Args:
        written: The party.
        read: The parsed party.
    """
    for scheme, number in read.ids:
        yield Thing("identifier", f"{scheme} {number}", f"{scheme} {number}".strip())
    for kind, value in things_of(read):
        if kind == "phone-shared":
            yield Thing("phone", value, value)
        elif kind == "email-shared":
            yield Thing("email", value, value)
        else:
            yield Thing("address", value, " ".join(written.address.split())[:200])


def read_question(text: str) -> Asked:
    """Parse a search query: a name, a number, a telephone, an e-mail."""
    said = " ".join(text.split())[:_LONGEST]
    number, digits = _KEPT.sub("", said).upper(), _NO_DIGIT.sub("", said)
    exact: list[str] = []
    if "@" in said:
        exact.append(f"m{said.lower()}")
    elif len(digits) >= _TAIL and len(digits) * 2 > len(number):
        exact.append(f"t{digits[-_TAIL:]}")
    if len(number) >= _LEAST and digits and " " not in said.strip():
        exact.append(f"i{number}")
    named = () if exact else names_of(said).ways
    ways = dict.fromkeys(
        tuple((_word(word), word.weight) for word in _heaviest(way)) for way in named
    )
    return Asked(text=said, exact=tuple(exact), ways=tuple(ways))


def likeness(asked: Names, name: str) -> float:
    """Return the similarity of a name to the query, 0 to 1."""
    found = compare_names(asked, names_of(name[:_LONGEST]))
    if found is None:
        return 0.0
    return 1.0 if found.exact else max(found.share, 0.9 * found.cover)


def _word(word: Word) -> str:
    return f"w{word.sound}"[:_LONGEST_WORD]


def _heaviest(way: Words) -> list[Word]:
    return sorted(way.words, key=lambda word: (-word.weight, word.key))
