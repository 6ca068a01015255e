"""Evidence for or against a match other than the name: birth, country, address, ship, identifiers.

Few parties have any attribute in common with a list, and parsing a telephone takes as long as a
name look-up; so a text is first searched for the last digits of listed numbers.
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

from msgspec import structs

from tidewaiter.base.countries import find_country
from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.addresses import AddressParts, read_address, shared_words
from tidewaiter.parties.identifiers.contacts import find_web, shared_domains
from tidewaiter.parties.identifiers.schemes import ReadIdentifier, Scheme, scheme_named
from tidewaiter.parties.identifiers.validation import read_identifier
from tidewaiter.parties.matching.types import AskedParty, Modifier
from tidewaiter.parties.names.affixes import is_ship, ship_numbers
from tidewaiter.parties.types import ListedParty, PartyKind


class Rule(Record, frozen=True, kw_only=True):
    """One kind of evidence for or against a match."""

    what: str
    points: float  # log-odds, natural logarithm
    why: str  # basis of the points


class _Attributes(Record, frozen=True, kw_only=True):
    source: str
    rule: tuple[Rule, ...]


@cache
def points() -> Mapping[str, float]:
    """Return the points of each rule."""
    return MappingProxyType({each.what: each.points for each in rules()})


@cache
def rules() -> tuple[Rule, ...]:
    """Load the rules; cached."""
    return read_toml(data("parties", "attributes.toml"), _Attributes).rule


def modifier(what: str, text: str | Phrase) -> Modifier:
    """Create the modifier of a rule.

    Args:
        what: Name of the rule.
        text: Compared values.
    """
    said = _plain(text) if isinstance(text, str) else text
    return Modifier(what=what, text=said, points=points()[what])


def _plain(text: str) -> Phrase:
    return Phrase("values/plain", values=text)


def _against(ours: str, theirs: str) -> Phrase:
    return Phrase("values/against", ours=ours, theirs=theirs)


_FILLER = "-01-01"  # a list with only the year often gives 1 January
_YEAR, _DAY = 4, 10  # characters of a year, and of a full date
_FLAGGED: frozenset[PartyKind] = frozenset({"vessel", "aircraft"})
_DIGITS = re.compile(r"[1-9]\d*")
_SAID = 2  # words of street and place in common


def modifiers(
    asked: AskedParty, listed: ListedParty, twins: Iterable[ListedParty] = ()
) -> tuple[Modifier, ...]:
    """Return the evidence for or against a match other than the name; missing data is neutral.

    Args:
        asked: The party.
        listed: The entry.
        twins: Entries that match the name equally well; their birth dates and countries count half
            if this entry has none.
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
    """Return the maximum points for a party's birth, country and address, without identifiers."""
    said = (
        (("birth: ",), asked.births),
        (("country: ", "flag: "), asked.countries),
        (("address: ",), asked.addresses),
    )
    return sum(_most_of(parts) for parts, values in said if values)


@cache
def _most_of(parts: tuple[str, ...]) -> float:
    """Return the maximum points of the rules that begin with one of some words."""
    return max(worth for what, worth in points().items() if what.startswith(parts))


def _births(asked: Iterable[str], listed: Iterable[str]) -> Modifier | None:
    """Compare dates of birth; the pair with the best agreement counts."""
    found = [
        modifier(what, _against(ours, theirs))
        for ours in asked
        for theirs in listed
        if (what := _birth(ours, theirs))
    ]
    return max(found, key=lambda each: each.points, default=None)


def _others(listed: ListedParty, twins: Iterable[ListedParty]) -> Iterator[ListedParty]:
    """Yield the entries of the same kind with a date of birth, if this one has none."""
    if not listed.births:
        yield from (each for each in twins if each.births and each.kind == listed.kind)


def _hearsay(said: Iterable[Modifier | None]) -> Modifier | None:
    """Return half of the strongest evidence for the match from other entries."""
    best = max(filter(None, said), key=lambda each: each.points, default=None)
    if best is None:
        return None
    text = Phrase("values/entry", values=best.text)
    return Modifier(what=best.what, text=text, points=best.points / 2)


def _birth(ours: str, theirs: str) -> str:
    """Compare two dates of birth, full or partial."""
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
    """Compare countries; one in common is enough. Ships and aircraft may change flag."""
    ours = {code for text in asked.countries if (code := find_country(text))}
    places = (*listed.countries, *(each.country for each in listed.addresses))
    theirs = {code for text in places if (code := find_country(text))}
    if not ours or not theirs:
        return None
    flies = listed.kind in _FLAGGED and asked.kind in {*_FLAGGED, "unknown"}
    what = f"{'flag' if flies else 'country'}: {'same' if ours & theirs else 'other'}"
    return modifier(what, _against(", ".join(sorted(ours)), ", ".join(sorted(theirs))))


def _addresses(asked: Iterable[str], listed: ListedParty) -> Modifier | None:
    """Find an address with the same house, street and place; a different one is neutral."""
    found = [
        said
        for text in asked
        for other in listed.addresses
        if _numbers(text) & _numbers(other.text)  # parsing an address is slow
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


_NO_DIGITS: Final = bytes(set(range(256)) - set(b"0123456789"))
_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")
_CODE: Final = 4  # digits of country code and prefix that may be omitted locally
_END: Final = 6  # maximum trailing digits of a number used for the search
_IMO_DIGITS: Final = 7  # digits of an IMO number


class Leads:
    """Fast search of texts for identifiers of a list."""

    def __init__(self, keys: Iterable[str]) -> None:
        """Set the keys of the entries, from `bearers.keys_of`."""
        self._keys = frozenset(keys)
        phones = (key[1:][_CODE:] for key in self._keys if key[:1] == "+" and key[1:].isdigit())
        ships = (key for key in self._keys if len(key) == _IMO_DIGITS and key.isdigit())
        self._ends = frozenset(number[-_END:] for number in (*phones, *ships))
        self._sizes = sorted(set(map(len, self._ends)))

    def may_stand_in(self, text: str) -> bool:
        """Return whether a text may contain a telephone, e-mail, site or IMO number of the list.

        Args:
            text: Text as written.
        """
        if not self._keys:
            return False
        if not text.isascii():
            text = unicodedata.normalize("NFKC", text)
            if _FOREIGN_DIGIT.search(text):
                return True
        return self._has_end(text) or self._has_site(text)

    def _has_end(self, text: str) -> bool:
        digits = text.encode("utf-8", "surrogatepass").translate(None, _NO_DIGITS).decode()
        return not all(
            self._ends.isdisjoint(
                [digits[start : start + size] for start in range(len(digits) - size + 1)]
            )
            for size in self._sizes
        )

    def _has_site(self, text: str) -> bool:
        if "@" not in text and "://" not in text and "www." not in text.lower():
            return False  # the usual case
        emails, domains = find_web(text)
        keys = self._keys
        return bool(emails & keys or domains & keys or any(f"@{each}" in keys for each in domains))


NOT_VALID = "not valid"
"""Label of an invalid number; it is shown without points."""
_SHORT = 7  # shorter numbers without check digits may belong to many parties
_SHORTER = 9  # the same if the schemes differ: a list has ten thousand numbers
_CONTACTS = frozenset({"phone", "email", "website", "wallet"})


class _Shared(NamedTuple):
    """An identifier shared by a party and an entry."""

    rule: str
    scheme: str
    value: str


class Bearers:
    """Identifiers of a list; parsed for the first party that has any."""

    def __init__(self, parties: Sequence[ListedParty]) -> None:
        self._parties = parties
        self._read: dict[int, tuple[ReadIdentifier, ...]] = {}

    def entries(self, asked: Sequence[ReadIdentifier]) -> set[int]:
        """Return the entries that share an identifier with a party, regardless of names."""
        if not asked:
            return set()
        near = {entry for key in keys_of(asked) for entry in self._bearing(key)}
        return {entry for entry in near if _agree(asked, self._of(entry))}

    def may_bear(self, asked: Sequence[ReadIdentifier], text: str) -> bool:
        """Return whether an entry may share a party's identifiers, or some in a text."""
        if asked and any(key in self._index for key in keys_of(asked)):
            return True
        return self._leads.may_stand_in(text)

    def modifiers(self, asked: Sequence[ReadIdentifier], entry: int) -> tuple[Modifier, ...]:
        """Return the evidence from the identifiers of a party and an entry."""
        if not asked:
            return ()
        listed = self._of(entry)
        shared = _agree(asked, listed)
        said = [each for thing in shared for each in self._shared(thing)]
        wrong = (Modifier(what=NOT_VALID, text=_plain(x), points=0.0) for x in doubts_of(asked))
        return (*said, *_conflicts(asked, listed, shared), *wrong)

    def _shared(self, thing: _Shared) -> Iterator[Modifier]:
        yield modifier(thing.rule, f"{thing.scheme} {thing.value}")
        if thing.rule == "domain: same" and (bearers := len(self._bearing(f"@{thing.value}"))) > 1:
            text = Phrase("values/shared", figure=bearers, value=thing.value)
            yield Modifier(what="shared by entries", text=text, points=-math.log(bearers))

    def _bearing(self, key: str) -> list[int]:
        return self._index.get(key, [])

    @cached_property
    def _index(self) -> dict[str, list[int]]:
        index: dict[str, list[int]] = {}
        for entry in range(len(self._parties)):
            for each in dict.fromkeys(keys_of(self._of(entry))):
                index.setdefault(each, []).append(entry)
        return index

    @cached_property
    def _leads(self) -> Leads:
        return Leads(self._index)

    def _of(self, entry: int) -> tuple[ReadIdentifier, ...]:
        """Return the parsed identifiers of an entry."""
        found = self._read.get(entry)
        if found is None:
            party = self._parties[entry]
            places = (*party.countries, *(each.country for each in party.addresses))
            read = (read_identifier(each, places) for each in party.identifiers)
            found = self._read[entry] = tuple(filter(None, read))
        return found


def read_identifiers(party: AskedParty) -> tuple[ReadIdentifier, ...]:
    """Parse the identifiers of a compared party."""
    read = (read_identifier(each, party.countries) for each in party.identifiers)
    return tuple(dict.fromkeys(filter(None, read)))


def keys_of(read: Iterable[ReadIdentifier]) -> Iterator[str]:
    """Yield the look-up keys of identifiers: values, and domains prefixed with @."""
    for each in read:
        if each.scheme != "website" or not each.domain:
            yield each.value
        if each.domain:
            yield f"@{each.domain}"


def _agree(asked: Iterable[ReadIdentifier], listed: Iterable[ReadIdentifier]) -> list[_Shared]:
    """List the shared identifiers without duplicates, nor domains of shared e-mails."""
    theirs = tuple(listed)
    best: dict[str, _Shared] = {}
    domains: dict[str, _Shared] = {}
    for ours in asked:
        for other in theirs:
            if rule := _rule(ours, other):
                thing = _Shared(rule, ours.scheme or other.scheme, ours.value)
                known = best.get(ours.value)
                if known is None or points()[rule] > points()[known.rule]:
                    best[ours.value] = thing
            elif ours.domain and ours.domain == other.domain:
                domains[ours.domain] = _Shared("domain: same", "domain", ours.domain)
    told = {each.domain for each in asked if each.value in best}
    return [*best.values(), *(thing for domain, thing in domains.items() if domain not in told)]


def _rule(ours: ReadIdentifier, theirs: ReadIdentifier) -> str:
    """Return the rule by which two identifiers agree; "": they do not."""
    if ours.value != theirs.value or not _comparable(ours, theirs):
        return ""
    if ours.scheme == "website" and (ours.domain or ours.value in shared_domains()):
        return ""  # covered by the domain, or meaningless
    scheme = _scheme(ours.scheme)
    same = ours.scheme == theirs.scheme
    if same and scheme.agrees:
        return _of_contacts(scheme.agrees, ours)
    if same and ours.check == "valid":
        return "identifier: same, check digits right"
    here = same and _same_place(ours, theirs)
    sure = here and ours.country and not scheme.vague
    alike = same or {ours.scheme, theirs.scheme} == _IMO_SCHEMES
    if len(ours.value) < (_SHORT if alike else _SHORTER) and not sure:
        return "identifier: same, short"
    return "identifier: same" if here else "identifier: same number"


def _of_contacts(rule: str, ours: ReadIdentifier) -> str:
    """Return the rule of a contact scheme; an invalid one counts less, a short one not at all."""
    if ours.check != NOT_VALID:
        return rule
    return f"{rule}, {NOT_VALID}" if len(ours.value) >= _SHORT else ""


def _comparable(ours: ReadIdentifier, theirs: ReadIdentifier) -> bool:
    """Return whether equal values of two identifiers may be the same number."""
    if {ours.scheme, theirs.scheme} == _IMO_SCHEMES:
        return True  # documents use IMO for a company number too
    if ours.scheme != theirs.scheme:
        vague = _scheme(ours.scheme).vague or _scheme(theirs.scheme).vague
        return vague and not {ours.scheme, theirs.scheme} & _OF_SHIPS_AND_CONTACTS
    if _scheme(ours.scheme).anywhere or not (ours.country and theirs.country):
        return True
    return ours.country == theirs.country


def _same_place(ours: ReadIdentifier, theirs: ReadIdentifier) -> bool:
    """Return whether both numbers may have the same issuer, as far as countries are given."""
    one = {ours.country} if ours.country else ours.near
    other = {theirs.country} if theirs.country else theirs.near
    return _scheme(ours.scheme).anywhere or bool(one & other)


def _conflicts(
    asked: Sequence[ReadIdentifier], listed: Sequence[ReadIdentifier], shared: Sequence[_Shared]
) -> Iterator[Modifier]:
    """Yield counter-evidence: different valid numbers in a scheme with one number per party."""
    agreed = {each.scheme for each in shared}
    for scheme in dict.fromkeys(each.scheme for each in asked):
        if scheme in agreed or not _scheme(scheme).one:
            continue
        ours, theirs = (
            sorted({e.value for e in side if e.scheme == scheme and e.check == "valid"})
            for side in (asked, listed)
        )
        if ours and theirs:
            text = _against(f"{scheme} {', '.join(ours)}", ", ".join(theirs))
            yield modifier("identifier: other", text)


def doubts_of(asked: Iterable[ReadIdentifier]) -> tuple[str, ...]:
    """Describe invalid identifiers; they are compared as written."""
    return tuple(
        f"{each.scheme} {each.value}: {each.problem}" for each in asked if each.check == NOT_VALID
    )


@cache
def _scheme(name: str) -> Scheme:
    return scheme_named(name)[0]


_IMO_SCHEMES = {"IMO", "IMO-company"}
_OF_SHIPS_AND_CONTACTS = _CONTACTS | {
    "IMO",
    "IMO-company",
    "MMSI",
    "call-sign",
    "aircraft",
    "SWIFT",
    "ISIN",
    "ticker",
}


def with_kind(party: AskedParty) -> AskedParty:
    """Infer the kind of a party from M/V or similar before its name, if it is not given."""
    if party.kind == "unknown" and is_ship(party.text):
        return structs.replace(party, kind="vessel")
    return party


def numbers_apart(asked: str, listed: str) -> tuple[Modifier, ...]:
    """Report different numbers in ship names: sister ships of a series have them.

    Args:
        asked: Name of the party.
        listed: The listed name that it resembles.
    """
    ours, theirs = ship_numbers(asked), ship_numbers(listed)
    if ours == theirs:
        return ()
    said = [" ".join(map(str, sorted(each))) or "none" for each in (ours, theirs)]
    what = "ship's number: other" if ours and theirs else "ship's number: one has none"
    return (modifier(what, _against(*said)),)
