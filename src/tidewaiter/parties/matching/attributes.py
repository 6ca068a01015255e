"""What speaks for or against a match beside the name: birth, country, address, identifiers."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from stdnum import imo, lei
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError
from stdnum.mx import rfc
from stdnum.ru import inn, ogrn

from tidewaiter.base.countries import find_country
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.matching.types import AskedParty, Modifier
from tidewaiter.parties.types import Identifier, ListedParty

_CHECKED = {"LEI": lei, "IMO": imo, "USCC": uscc, "RFC": rfc, "INN": inn, "OGRN": ogrn}
_SINGLE = frozenset({"LEI", "IMO", "USCC"})  # a party has one of these
_FILLER = "-01-01"  # a list that knows the year alone often says 1 January
_YEAR, _DAY = 4, 10  # characters of a year, and of a whole day
_LEAST = 5  # characters of a number without check digits that say something


class _Attributes(Record, frozen=True):
    source: str
    points: dict[str, float]


@cache
def _points() -> dict[str, float]:
    return read_toml(data("parties", "attributes.toml"), _Attributes).points


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
        _countries(asked.countries, listed)
        or _hearsay(_countries(asked.countries, each) for each in _others(listed, twins)),
        _addresses(asked.addresses, listed),
    )
    return (*filter(None, found), *_identifiers(asked.identifiers, listed.identifiers))


def most_points(asked: AskedParty) -> float:
    """Return the most that a party's birth, country and address can add; numbers are left out."""
    said = (
        ("birth: ", asked.births),
        ("country: ", asked.countries),
        ("address: ", asked.addresses),
    )
    return sum(
        max(points for what, points in _points().items() if what.startswith(part))
        for part, values in said
        if values
    )


def _modifier(what: str, text: str) -> Modifier:
    return Modifier(what=what, text=text, points=_points()[what])


def _births(asked: Iterable[str], listed: Iterable[str]) -> Modifier | None:
    """Compare dates of birth; the pair that agrees best counts."""
    found = [
        _modifier(what, f"{ours} against {theirs}")
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


def _countries(asked: Iterable[str], listed: ListedParty) -> Modifier | None:
    """Compare countries; one in common is enough."""
    ours = {code for text in asked if (code := find_country(text))}
    places = (*listed.countries, *(each.country for each in listed.addresses))
    theirs = {code for text in places if (code := find_country(text))}
    if not ours or not theirs:
        return None
    what = "country: same" if ours & theirs else "country: other"
    return _modifier(what, f"{', '.join(sorted(ours))} against {', '.join(sorted(theirs))}")


def _addresses(asked: Iterable[str], listed: ListedParty) -> Modifier | None:
    """Look for an address that shares a number and two words."""
    for text in asked:
        ours = set(re.findall(r"\w+", text.casefold()))
        for address in listed.addresses:
            both = ours & set(re.findall(r"\w+", address.text.casefold()))
            words = {word for word in both if word.isalpha() and len(word) > 3}
            if len(words) > 1 and any(word.isdigit() for word in both):
                return _modifier("address: same words", ", ".join(sorted(both)))
    return None


def _identifiers(asked: Iterable[Identifier], listed: Iterable[Identifier]) -> Iterator[Modifier]:
    """Compare numbers of one scheme that are valid: equal ones decide, others speak against."""
    theirs: dict[str, set[str]] = {}
    for each in listed:
        if number := bare_number(each):
            theirs.setdefault(each.scheme.upper(), set()).add(number)
    for each in asked:
        scheme = each.scheme.upper()
        number = bare_number(each)
        if number and number in theirs.get(scheme, ()):
            yield _modifier("identifier: same", f"{each.scheme} {number}")
        elif number and scheme in _SINGLE and scheme in theirs:
            other = ", ".join(sorted(theirs[scheme]))
            yield _modifier("identifier: other", f"{each.scheme} {number} against {other}")


def bare_number(identifier: Identifier) -> str:
    """Return a number without what separates its parts; "" where it cannot be right."""
    checked = _CHECKED.get(identifier.scheme.upper())
    if checked is not None:
        try:
            return str(checked.validate(identifier.value))
        except ValidationError:
            return ""
    number = re.sub(r"[\s./-]", "", identifier.value).casefold()
    return number if len(number) >= _LEAST else ""
