"""What parties share: telephones, e-mails, places; and a quick look for those that share some."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from tidewaiter.parties.addresses import AddressParts, short_words
from tidewaiter.parties.resolution.naming import is_care_of
from tidewaiter.parties.resolution.reading import Read, contacts_of, name_of, place_of
from tidewaiter.parties.resolution.types import Written

Thing = tuple[str, str]
"""The sign that sharing it would be, and what it is."""

_PLACES: Final = frozenset({"address-shared", "building-shared"})
_DIGITS: Final = 6  # of the end of a telephone number, which no way of writing it changes
_WORD = re.compile("[a-z]+")
_EMAIL = re.compile(r"[\w.+-]+@[\w.-]+")
_NO_DIGIT = re.compile(r"\D+")


def things_of(read: Read) -> Iterator[Thing]:
    """Yield what a party may share, but for what is that of somebody in whose care it is."""
    if not read.names.care_of:
        yield from _called(read.phones, read.emails)
        yield from _placed(read.address)


def things_written(written: Written) -> tuple[Thing, ...]:
    """Return what `things_of` gives for a party as written, whose name is hardly ever read."""
    contacts = contacts_of(written)
    found = (*_called(contacts.phones, contacts.emails), *_placed(place_of(written)))
    return () if found and is_care_of(name_of(written)) else found


class Sought:
    """Looks for parties that share things; reads no more of one than it must.

    Attributes:
        ends: The last digits of the telephones.
        emails: The e-mails.
        places: The sure words of each address, under its rarest.
        any_place: An address has no sure word, so any may be the same.
    """

    def __init__(self, things: Iterable[Thing]) -> None:
        """Take the things that are looked for, from `things_of`."""
        held = list(things)
        self.ends = {said[-_DIGITS:] for kind, said in held if kind == "phone-shared"}
        self.emails = {said for kind, said in held if kind == "email-shared"}
        places = [_sure_words(said) for kind, said in held if kind in _PLACES]
        counts: dict[str, int] = {}
        for words in places:
            for word in words:
                counts[word] = counts.get(word, 0) + 1
        self.any_place = not all(places)
        self.places: dict[str, list[frozenset[str]]] = {}
        for words in places:  # each under its rarest word
            anchor = min(words, key=lambda word: (counts[word], -len(word)), default="")
            self.places.setdefault(anchor, []).append(words)

    def shared(self, written: Written) -> Iterator[Thing]:
        """Yield at least those things of a party that are looked for; its names are not read."""
        if self._may_call(written):
            contacts = contacts_of(written)
            yield from _called(contacts.phones, contacts.emails)
        if self._may_be_at(written.address):
            yield from _placed(place_of(written))

    def _may_call(self, written: Written) -> bool:
        """Tell whether an e-mail or the end of a number that is looked for stands there."""
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
        """Tell whether an address holds all words of a place that is looked for.

        Plain letters are compared as they stand; other letters may spell a word in other ways.
        """
        if self.any_place or not address.isascii():
            return True
        words = set(_WORD.findall(address.lower()))
        near = self.places.keys() & words
        return any(place <= words for anchor in near for place in self.places[anchor])


def _called(phones: Iterable[str], emails: Iterable[str]) -> Iterator[Thing]:
    yield from (("phone-shared", phone) for phone in phones)
    yield from (("email-shared", email) for email in emails)


def _placed(place: AddressParts) -> Iterator[Thing]:
    """Yield all of an address: a house number and a town are many houses."""
    if place.words and place.houses:
        parts = (place.houses, place.words, place.units)
        said = ", ".join(" ".join(sorted(part)) for part in parts if part)
        yield ("address-shared" if place.units else "building-shared"), said


def _sure_words(place: str) -> frozenset[str]:
    """Return the words of a place that are never written short."""
    return frozenset(_WORD.findall(place)) - short_words()
