"""Who bears an identifier: the entries of a list by number, telephone, e-mail, domain, wallet."""

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property
from typing import NamedTuple

from tidewaiter.parties.identifiers.read import read_identifier
from tidewaiter.parties.identifiers.schemes import Scheme, scheme_named
from tidewaiter.parties.identifiers.types import ReadIdentifier
from tidewaiter.parties.identifiers.web import shared_domains
from tidewaiter.parties.matching.leads import Leads
from tidewaiter.parties.matching.points import modifier, points
from tidewaiter.parties.matching.types import AskedParty, Modifier
from tidewaiter.parties.types import ListedParty

NOT_VALID = "not valid"
"""What a number is called that cannot be right; it is told, for no points."""
_SHORT = 7  # characters below which a number without check digits may be many parties'
_SHORTER = 9  # the same where the schemes differ: a list has ten thousand numbers
_CONTACTS = frozenset({"phone", "email", "website", "wallet"})


class _Shared(NamedTuple):
    """What a party and an entry have in common."""

    rule: str
    scheme: str
    value: str


class Bearers:
    """The identifiers of a list; read when the first party that has some is asked for."""

    def __init__(self, parties: Sequence[ListedParty]) -> None:
        self._parties = parties
        self._read: dict[int, tuple[ReadIdentifier, ...]] = {}

    def entries(self, asked: Sequence[ReadIdentifier]) -> set[int]:
        """Return the entries that share an identifier with a party, whatever their names."""
        if not asked:
            return set()
        near = {entry for key in keys_of(asked) for entry in self._bearing(key)}
        return {entry for entry in near if _agree(asked, self._of(entry))}

    def may_bear(self, asked: Sequence[ReadIdentifier], text: str) -> bool:
        """Tell whether an entry may share what is read of a party, or what may stand in a text."""
        known = any(key in self._index for key in keys_of(asked))
        return known or self._leads.may_stand_in(text)

    def modifiers(self, asked: Sequence[ReadIdentifier], entry: int) -> tuple[Modifier, ...]:
        """Say what the identifiers of a party and an entry speak for or against them being one."""
        if not asked:
            return ()
        listed = self._of(entry)
        shared = _agree(asked, listed)
        said = [each for thing in shared for each in self._shared(thing)]
        wrong = (Modifier(what=NOT_VALID, text=text, points=0.0) for text in doubts_of(asked))
        return (*said, *_conflicts(asked, listed, shared), *wrong)

    def _shared(self, thing: _Shared) -> Iterator[Modifier]:
        yield modifier(thing.rule, f"{thing.scheme} {thing.value}")
        if thing.rule == "domain: same" and (bearers := len(self._bearing(f"@{thing.value}"))) > 1:
            text = f"{bearers} entries bear {thing.value}"
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
        """Return the identifiers of an entry, read."""
        found = self._read.get(entry)
        if found is None:
            party = self._parties[entry]
            places = (*party.countries, *(each.country for each in party.addresses))
            read = (read_identifier(each, places) for each in party.identifiers)
            found = self._read[entry] = tuple(filter(None, read))
        return found


def read_identifiers(party: AskedParty) -> tuple[ReadIdentifier, ...]:
    """Read the identifiers of a party that is asked for."""
    read = (read_identifier(each, party.countries) for each in party.identifiers)
    return tuple(dict.fromkeys(filter(None, read)))


def keys_of(read: Iterable[ReadIdentifier]) -> Iterator[str]:
    """Yield by what identifiers are found: their values, and domains with an @ before them."""
    for each in read:
        if each.scheme != "website" or not each.domain:
            yield each.value
        if each.domain:
            yield f"@{each.domain}"


def _agree(asked: Iterable[ReadIdentifier], listed: Iterable[ReadIdentifier]) -> list[_Shared]:
    """List what agrees, each thing once; the domain of an e-mail that agrees is no other thing."""
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
        return ""  # the domain says it, or says nothing
    scheme = _scheme(ours.scheme)
    same = ours.scheme == theirs.scheme
    if same and scheme.agrees:
        return _of_contacts(scheme.agrees, ours)
    if same and ours.check == "valid":
        return "identifier: same, check digits right"
    here = same and _same_place(ours, theirs)
    sure = here and ours.country and not scheme.vague
    alike = same or {ours.scheme, theirs.scheme} == _IMO
    if len(ours.value) < (_SHORT if alike else _SHORTER) and not sure:
        return "identifier: same, short"
    return "identifier: same" if here else "identifier: same number"


def _of_contacts(rule: str, ours: ReadIdentifier) -> str:
    """Return a scheme's own rule; what is not valid counts less, and a short one not at all."""
    if ours.check != NOT_VALID:
        return rule
    return f"{rule}, {NOT_VALID}" if len(ours.value) >= _SHORT else ""


def _comparable(ours: ReadIdentifier, theirs: ReadIdentifier) -> bool:
    """Tell whether equal values of two identifiers may be one number."""
    if {ours.scheme, theirs.scheme} == _IMO:
        return True  # papers say IMO of a firm's number too
    if ours.scheme != theirs.scheme:
        vague = _scheme(ours.scheme).vague or _scheme(theirs.scheme).vague
        return vague and not {ours.scheme, theirs.scheme} & _OF_SHIPS_AND_CONTACTS
    if _scheme(ours.scheme).anywhere or not (ours.country and theirs.country):
        return True
    return ours.country == theirs.country


def _same_place(ours: ReadIdentifier, theirs: ReadIdentifier) -> bool:
    """Tell whether one authority may have given both numbers, as far as countries are said."""
    one = {ours.country} if ours.country else ours.near
    other = {theirs.country} if theirs.country else theirs.near
    return _scheme(ours.scheme).anywhere or bool(one & other)


def _conflicts(
    asked: Sequence[ReadIdentifier], listed: Sequence[ReadIdentifier], shared: Sequence[_Shared]
) -> Iterator[Modifier]:
    """Yield what speaks against: two valid numbers of a scheme of which a party has one."""
    agreed = {each.scheme for each in shared}
    for scheme in dict.fromkeys(each.scheme for each in asked):
        if scheme in agreed or not _scheme(scheme).one:
            continue
        ours, theirs = (
            sorted({e.value for e in side if e.scheme == scheme and e.check == "valid"})
            for side in (asked, listed)
        )
        if ours and theirs:
            text = f"{scheme} {', '.join(ours)} against {', '.join(theirs)}"
            yield modifier("identifier: other", text)


def doubts_of(asked: Iterable[ReadIdentifier]) -> tuple[str, ...]:
    """Say which identifiers cannot be right; they are compared as they are written."""
    return tuple(
        f"{each.scheme} {each.value}: {each.problem}" for each in asked if each.check == NOT_VALID
    )


@cache
def _scheme(name: str) -> Scheme:
    return scheme_named(name)[0]


_IMO = {"IMO", "IMO-company"}
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
