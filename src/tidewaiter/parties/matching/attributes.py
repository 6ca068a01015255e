"""What speaks for or against a match beside the name: birth, country or flag, address."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from tidewaiter.base.countries import find_country
from tidewaiter.parties.addresses import AddressParts, read_address, shared_words
from tidewaiter.parties.matching.points import modifier, points
from tidewaiter.parties.matching.types import AskedParty, Modifier
from tidewaiter.parties.types import ListedParty, PartyKind

_FILLER = "-01-01"  # a list that knows the year alone often says 1 January
_YEAR, _DAY = 4, 10  # characters of a year, and of a whole day
_FLAGGED: frozenset[PartyKind] = frozenset({"vessel", "aircraft"})
_DIGITS = re.compile(r"[1-9]\d*")
_SAID = 2  # words of a street and a place


def modifiers(
    asked: AskedParty, listed: ListedParty, twins: Iterable[ListedParty] = ()
) -> tuple[Modifier, ...]:
    """Say what beside the name speaks for or against a match; what is missing says nothing.

    Args:
        asked: The party.
        listed: The entry.
        twins: Entries that the name fits as well; what they say of birth and country counts half
            where this entry says nothing.
    """
    found = (
        _births(asked.births, listed.births)
        or _hearsay(_births(asked.births, each.births) for each in _others(listed, twins)),
        _countries(asked, listed)
        or _hearsay(_countries(asked, each) for each in _others(listed, twins)),
        _addresses(asked.addresses, listed),
    )
    return tuple(filter(None, found))


def most_points(asked: AskedParty) -> float:
    """Return the most that a party's birth, country and address can add; numbers are left out."""
    said = (
        (("birth: ",), asked.births),
        (("country: ", "flag: "), asked.countries),
        (("address: ",), asked.addresses),
    )
    return sum(
        max(worth for what, worth in points().items() if what.startswith(parts))
        for parts, values in said
        if values
    )


def _births(asked: Iterable[str], listed: Iterable[str]) -> Modifier | None:
    """Compare dates of birth; the pair that agrees best counts."""
    found = [
        modifier(what, f"{ours} against {theirs}")
        for ours in asked
        for theirs in listed
        if (what := _birth(ours, theirs))
    ]
    return max(found, key=lambda each: each.points, default=None)


def _others(listed: ListedParty, twins: Iterable[ListedParty]) -> Iterator[ListedParty]:
    """Yield the entries of the same kind that say a date of birth, where this one says none."""
    if not listed.births:
        yield from (each for each in twins if each.births and each.kind == listed.kind)


def _hearsay(said: Iterable[Modifier | None]) -> Modifier | None:
    """Return half of what speaks for the match most, of what other entries say."""
    best = max(filter(None, said), key=lambda each: each.points, default=None)
    if best is None:
        return None
    text = f"{best.text}, as another entry of the name says"
    return Modifier(what=best.what, text=text, points=best.points / 2)


def _birth(ours: str, theirs: str) -> str:
    """Compare two dates of birth, whole or in part."""
    if not (ours[:_YEAR].isdigit() and theirs[:_YEAR].isdigit()):
        return ""
    apart = abs(int(ours[:_YEAR]) - int(theirs[:_YEAR]))
    if apart > 1:
        return "birth: other"
    if apart == 1:
        return "birth: a year apart"
    whole = len(ours) == len(theirs) == _DAY
    if whole and ours == theirs:
        return "birth: same day"
    if not whole or _FILLER in {ours[_YEAR:], theirs[_YEAR:]}:
        return "birth: same year"
    swapped = f"{theirs[:_YEAR]}-{theirs[8:10]}-{theirs[5:7]}"
    return "birth: day and month swapped" if ours == swapped else "birth: same year, other day"


def _countries(asked: AskedParty, listed: ListedParty) -> Modifier | None:
    """Compare countries; one in common is enough. Ships and aircraft change their flags."""
    ours = {code for text in asked.countries if (code := find_country(text))}
    places = (*listed.countries, *(each.country for each in listed.addresses))
    theirs = {code for text in places if (code := find_country(text))}
    if not ours or not theirs:
        return None
    flies = listed.kind in _FLAGGED and asked.kind in {*_FLAGGED, "unknown"}
    what = f"{'flag' if flies else 'country'}: {'same' if ours & theirs else 'other'}"
    return modifier(what, f"{', '.join(sorted(ours))} against {', '.join(sorted(theirs))}")


def _addresses(asked: Iterable[str], listed: ListedParty) -> Modifier | None:
    """Look for an address with the same house in the same street and place; another is no sign."""
    found = [
        said
        for text in asked
        for other in listed.addresses
        if _numbers(text) & _numbers(other.text)  # reading an address takes long
        and (said := _address(read_address(text), read_address(other.text)))
    ]
    return max(found, key=lambda each: each.points, default=None)


@lru_cache(maxsize=1 << 15)
def _numbers(text: str) -> frozenset[str]:
    return frozenset(_DIGITS.findall(text))


def _address(ours: AddressParts, theirs: AddressParts) -> Modifier | None:
    words, apart = shared_words(ours, theirs)
    if len(words) < _SAID or apart:
        return None
    houses = sorted(ours.houses & theirs.houses)
    units = sorted(ours.units & theirs.units)
    box = ours.box and ours.box == theirs.box
    if not (houses or box) or (ours.units and theirs.units and not units):
        return None
    said = " ".join([*houses, *sorted(words), *(f"room or floor {each}" for each in units)])
    return modifier("address: same room" if units or box else "address: same house", said)
