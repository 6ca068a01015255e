"""Entries of different lists that are taken for one party.

A shared identifier of a scheme with one bearer is enough. The same name is taken too, if it has one
bearer on each list and no birth date, country, kind or legal form contradicts it; an answer says
that only the name brought them together. Other spellings are left to the matching of names.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final, NamedTuple

from tidewaiter.base.plain_text import plain
from tidewaiter.parties.names.word_lists import facts
from tidewaiter.parties.types import ListedParty, ListVersion

_WORD: Final = re.compile(r"[^\W_]+")
_SURE: Final = frozenset({"LEI", "IMO", "IMO-company", "INN", "OGRN", "USCC"})
_SHORTEST: Final = 5  # letters of a name that is compared
_BEARERS: Final = 20  # bearers of a name on one list; with more, it says nothing
_YEAR: Final = 4
_ALL_KINDS: Final = "unknown"


class Joined(NamedTuple):
    """Entries brought together, by key: list and id."""

    nodes: dict[str, str]  # entry -> node, if it has more entries
    how: dict[str, str]  # node -> identifier, name


class _Entry(NamedTuple):
    key: str
    slug: str
    party: ListedParty
    forms: frozenset[str]  # legal forms


def join_entries(lists: Sequence[tuple[ListVersion, Sequence[ListedParty]]]) -> Joined:
    """Bring together the entries of different lists that are one party."""
    if len(lists) < 2:  # noqa: PLR2004 - nothing to join
        return Joined({}, {})
    by_number: dict[str, list[_Entry]] = {}
    by_name: dict[str, list[_Entry]] = {}
    for entry in _entries(lists):
        for number in _numbers(entry.party):
            by_number.setdefault(number, []).append(entry)
        for words, forms in _names(entry.party):
            by_name.setdefault(words, []).append(entry._replace(forms=forms))
    parents: dict[str, str] = {}
    how: dict[str, str] = {}
    for group in by_number.values():
        for one, other in combinations(group, 2):
            if one.slug != other.slug:
                _unite(parents, how, (one.key, other.key), "identifier")
    for group in by_name.values():
        for one, other in _pairs(group):
            _unite(parents, how, (one.key, other.key), "name")
    return Joined({key: _root(parents, key) for key in parents}, _roots(parents, how))


def _entries(
    lists: Sequence[tuple[ListVersion, Sequence[ListedParty]]],
) -> Iterator[_Entry]:
    for version, parties in lists:
        for party in parties:
            key = f"{version.slug} {party.id}" if version.slug else party.id
            yield _Entry(key, version.slug, party, frozenset())


def _numbers(party: ListedParty) -> Iterator[str]:
    """Yield the identifiers that belong to one party."""
    for each in party.identifiers:
        if each.scheme in _SURE:
            yield f"{each.scheme} {''.join(_WORD.findall(each.value)).upper()}"


def _names(party: ListedParty) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield each distinct name as sorted words without legal forms, and the forms."""
    seen: set[str] = set()
    for name in party.names:
        if name.kind == "weak alias":
            continue
        words, forms = _parted(_WORD.findall(plain(name.text)))
        key = " ".join(sorted(words))
        if len(key) >= _SHORTEST and key not in seen:
            seen.add(key)
            yield key, forms


def _parted(words: list[str]) -> tuple[list[str], frozenset[str]]:
    """Divide a name into words and legal forms."""
    legal = facts().legal
    rest: list[str] = []
    forms: set[str] = set()
    at = 0
    while at < len(words):
        phrases = legal.get(words[at])
        for size in phrases.sizes if phrases else ():
            form = phrases.forms.get(tuple(words[at : at + size])) if phrases else None
            if form:
                forms.add(form)
                at += size
                break
        else:
            rest.append(words[at])
            at += 1
    return rest, frozenset(forms)


def _pairs(group: Sequence[_Entry]) -> Iterator[tuple[_Entry, _Entry]]:
    """Yield the entries of two lists that each have the other as their only counterpart.

    Entries with the same legal form find each other first: after that, "OOO" and "LLC" fit too.
    """
    held: dict[str, dict[str, _Entry]] = {}
    for each in group:
        held.setdefault(each.slug, {}).setdefault(each.key, each)
    lists = [tuple(some.values()) for some in held.values() if len(some) <= _BEARERS]
    for ours, theirs in combinations(lists, 2):
        fits = [(one, other) for one in ours for other in theirs if _fit(one, other)]
        same = _only([pair for pair in fits if pair[0].forms == pair[1].forms])
        taken = {each.key for pair in same for each in pair}
        yield from same
        yield from _only([p for p in fits if p[0].key not in taken and p[1].key not in taken])


def _only(fits: Sequence[tuple[_Entry, _Entry]]) -> list[tuple[_Entry, _Entry]]:
    """Return the pairs whose entries are in no other pair."""
    count = Counter(each.key for pair in fits for each in pair)
    return [pair for pair in fits if count[pair[0].key] == count[pair[1].key] == 1]


def _fit(one: _Entry, other: _Entry) -> bool:
    """Return whether nothing contradicts that two entries of one name are one party."""
    a, b = one.party, other.party
    if a.kind != b.kind and _ALL_KINDS not in (a.kind, b.kind):
        return False
    families = [{facts().families.get(form, form) for form in each.forms} for each in (one, other)]
    if all(families) and not families[0] & families[1]:
        return False
    births = {each[:_YEAR] for each in a.births}, {each[:_YEAR] for each in b.births}
    if all(births) and not births[0] & births[1]:
        return False
    places = [{*p.countries, *(each.country for each in p.addresses)} - {""} for p in (a, b)]
    return not all(places) or bool(places[0] & places[1])


def _root(parents: dict[str, str], key: str) -> str:
    while parents.get(key, key) != key:
        parents[key] = parents.get(parents[key], parents[key])
        key = parents[key]
    return key


def _unite(parents: dict[str, str], how: dict[str, str], keys: tuple[str, str], why: str) -> None:
    one, other = (_root(parents, key) for key in keys)
    for key in (one, other):
        parents.setdefault(key, key)
    if one != other:
        first, second = sorted((one, other))
        parents[second] = first
        weak = "name" if "name" in (why, how.get(one), how.get(other)) else why
        how[first] = weak


def _roots(parents: dict[str, str], how: dict[str, str]) -> dict[str, str]:
    return {_root(parents, key): why for key, why in how.items() if _root(parents, key) == key}
