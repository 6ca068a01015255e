"""Shell company indicators: reasons to examine an entity, with evidence."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Final, NamedTuple

import msgspec

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.identifiers.contacts import country_of_phone
from tidewaiter.parties.names.scripts import fold
from tidewaiter.parties.resolution.members import Read
from tidewaiter.parties.resolution.shared_attributes import things_of
from tidewaiter.parties.resolution.types import Entity, Sign

_WORD = re.compile(r"[^\W\d_]+")


def find_words(address: str, words: Sequence[str], unless: Sequence[str]) -> tuple[str, ...]:
    """Find words in an address.

    Args:
        address: Address as written.
        words: Words to find: whole words, Chinese characters anywhere.
        unless: Words that suppress the result: "Flat 3, Trade Centre".

    Returns:
        The words found, in the order of `words`.
    """
    said = _folded(address)
    alone, others = _apart(tuple(words))
    if not others and alone.isdisjoint(said):
        return ()
    text = f" {' '.join(said)} "
    if not any(map(text.__contains__, others)) and alone.isdisjoint(said):
        return ()
    if any(_sought(word) in text for word in unless):
        return ()
    return tuple(word for word in words if _sought(word) in text)


@lru_cache(maxsize=1 << 10)
def _folded(address: str) -> tuple[str, ...]:
    """Return the folded words of an address; each indicator asks for them in turn."""
    return tuple(map(fold, _WORD.findall(address)))


@cache
def _apart(words: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the single words to find, and what is found in a text only."""
    sought = [_sought(word) for word in words]
    alone = {each.strip() for each in sought if each[0] == " " and " " not in each.strip()}
    return frozenset(alone), tuple(each for each in sought if each.strip() not in alone)


@cache
def _sought(word: str) -> str:
    folded = " ".join(map(fold, word.split()))
    return folded if re.search(r"[\u3400-\u9fff]", folded) else f" {folded} "


_LONGEST: Final = 1000  # characters of an address that are searched


class SignRule(Record, frozen=True, kw_only=True):
    """An indicator."""

    least: int  # minimum number of other parties, or words
    most: int = 0  # maximum number of other parties, beyond which it is a forwarder's; 0: no limit
    flag: str  # the red flag, in our words
    source: str
    url: str
    words: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()  # words that suppress those of the indicator


class SignRules(Record, frozen=True, kw_only=True, rename="kebab"):
    """Content of data/rules/shells.toml."""

    version: str
    shown: int
    one_state: tuple[tuple[str, ...], ...]  # country codes whose telephones count as one state
    signs: dict[str, SignRule]


class _Party(NamedTuple):
    """An entity and its parsed members."""

    entity: Entity
    reads: tuple[Read, ...]
    stems: frozenset[str]
    domains: frozenset[str]


@cache
def sign_rules() -> SignRules:
    """Load the rules; cached."""
    return read_toml(data("rules", "shells.toml"), SignRules)


def find_signs(
    entities: Iterable[Entity],
    reads: Mapping[str, Read],
    wanted: Callable[[Entity], bool] = lambda _: True,
) -> Iterator[Entity]:
    """Yield each entity with its indicators.

    Args:
        entities: All entities of a resolution, as indicators depend on shared attributes.
        reads: Parsed members.
        wanted: Which entities to yield.
    """
    parties = [_party(entity, reads) for entity in entities]
    shared = _shared(parties)
    for party in parties:
        if wanted(party.entity):
            signs = (*_ties(party, shared), *_places(party), *_phones(party))
            yield msgspec.structs.replace(party.entity, signs=signs)


def _party(entity: Entity, reads: Mapping[str, Read]) -> _Party:
    own = tuple(reads[member.id] for member in entity.members)
    stems = frozenset(read.names.stem for read in own if read.names.stem)
    return _Party(entity, own, stems, frozenset(domain for read in own for domain in read.domains))


def _things(party: _Party) -> Iterator[tuple[str, str]]:
    for read in party.reads:
        yield from things_of(read)


def _shared(parties: Sequence[_Party]) -> dict[tuple[str, str], list[_Party]]:
    """Return the parties of each shared attribute."""
    found: defaultdict[tuple[str, str], list[_Party]] = defaultdict(list)
    for party in parties:
        for thing in set(_things(party)):
            found[thing].append(party)
    return {thing: those for thing, those in found.items() if len(those) > 1}


def _ties(party: _Party, shared: Mapping[tuple[str, str], Sequence[_Party]]) -> Iterator[Sign]:
    """Yield an indicator for each kind of attribute that a party shares with enough others."""
    rules = sign_rules()
    most: dict[str, tuple[str, list[_Party]]] = {}
    for kind, thing in sorted(set(_things(party))):
        others = [each for each in shared.get((kind, thing), ()) if _unrelated(party, each)]
        rule = rules.signs[kind]
        some = rule.least <= len(others) <= (rule.most or len(others))
        if some and (kind not in most or len(others) > len(most[kind][1])):
            most[kind] = thing, others
    for kind, (thing, others) in most.items():
        names = [f"{each.entity.name} ({each.entity.id})" for each in others[: rules.shown]]
        yield _sign(kind, (thing, *names), count=len(others))


def _unrelated(party: _Party, other: _Party) -> bool:
    """Return whether two parties share neither a word of the name nor a domain."""
    if party.entity.id == other.entity.id:
        return False
    return not (party.stems & other.stems or party.domains & other.domains)


def _places(party: _Party) -> Iterator[Sign]:
    """Yield address word indicators, if every address has such words."""
    texts = [member.written.address[:_LONGEST] for member in party.entity.members]
    written = [text for text in texts if text.strip()]
    for kind in ("residential", "mailbox"):
        rule = sign_rules().signs[kind]
        found = [find_words(text, rule.words, rule.unless) for text in written]
        if found and all(found):
            words = sorted({word for each in found for word in each})
            yield _sign(kind, tuple(written[:3]), words=words)


def _phones(party: _Party) -> Iterator[Sign]:
    """Yield an indicator if no telephone is in a country of the party."""
    own = {_state(read.country) for read in party.reads if read.country}
    if not own:
        return
    numbers = sorted({n for r in party.reads if not r.names.care_of for n in r.phones})
    places = {number: country_of_phone(number) for number in numbers}
    others = {_state(country) for country in places.values()}
    if numbers and all(places.values()) and not own & others:
        words = sorted(set(places.values()))
        yield _sign("phone-elsewhere", tuple(numbers), words=words)


def _state(country: str) -> str:
    return next((codes[0] for codes in sign_rules().one_state if country in codes), country)


def _sign(kind: str, evidence: tuple[str, ...], **told: int | list[str]) -> Sign:
    rule = sign_rules().signs[kind]
    source = f"{rule.flag} ({rule.source}: {rule.url})"
    return Sign(rule=kind, says=Phrase(f"shown/{kind}", **told), evidence=evidence, source=source)
