"""Party look-up in the lists of a day; restricted entries are looked up separately.

In a common index, restricted entries would affect the rarity of words, and so the probability of
open matches. With separate indexes, results for open entries do not depend on restricted ones.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Final, NamedTuple

from msgspec import structs

from tidewaiter.base.countries import find_country
from tidewaiter.base.phrases import Phrase
from tidewaiter.parties.identifiers.contacts import find_contacts
from tidewaiter.parties.matching.attributes import NOT_VALID
from tidewaiter.parties.matching.index import Index, build_index
from tidewaiter.parties.matching.matcher import Matcher, threshold_of
from tidewaiter.parties.matching.types import NOTHING, AskedParty, Explanation, Match, Modifier
from tidewaiter.parties.names.rarity import Namesakes, Rarity
from tidewaiter.parties.pair_kinds import likeness
from tidewaiter.parties.resolution import Entity, Listing, Written
from tidewaiter.parties.thresholds import Threshold
from tidewaiter.parties.types import Identifier, ListedParty, ListVersion, PartyKind
from tidewaiter.trade.party_matches import AllLinks, PartyFinder, PartyOnPaper
from tidewaiter.trade.types import PartyMatch

_IMO = re.compile(r"\bIMO[\s.:#]*(?:no\.?|number)?[\s.:#]*(\d{7})\b", re.IGNORECASE)
_LONGEST = 1_000  # characters of a name or an address that are used


def identifiers_of(party: PartyOnPaper) -> tuple[Identifier, ...]:
    """Return the identifiers of a party: its number, and those in its name and address."""
    return (*number_of(party), *_found(party))


def number_of(party: PartyOnPaper) -> tuple[Identifier, ...]:
    """Return the party's number in the documents, if any."""
    return (Identifier(scheme=party.id_scheme or "", value=party.id),) if party.id else ()


def text_of(party: PartyOnPaper) -> str:
    """Return the text that may contain numbers and contacts of a party."""
    return f"{party.name[:_LONGEST]} ; {(party.address or '')[:_LONGEST]}"


def _found(party: PartyOnPaper) -> Iterator[Identifier]:
    text = text_of(party)
    found = find_contacts(text, find_country(party.country or "") or "")
    yield from (Identifier(scheme="IMO", value=each) for each in _IMO.findall(text))
    yield from (Identifier(scheme="phone", value=each) for each in found.phones)
    yield from (Identifier(scheme="email", value=each) for each in found.emails)
    yield from (Identifier(scheme="website", value=each) for each in found.domains)


_KEPT = 1 << 18  # cached parties; then the cache is cleared
_PARTIES_AT_ONCE = 8_192

Judged = Callable[[str, ListedParty, PartyOnPaper], str]
Indexed = Callable[[Sequence[ListedParty], Rarity | None], Index]


class _Listed(NamedTuple):
    """An entry, and its list."""

    version: ListVersion
    party: ListedParty


class ListFinder:
    """Finds the list entries that names resemble; cached."""

    def __init__(
        self,
        lists: Iterable[tuple[ListVersion, Sequence[ListedParty]]],
        least: float | Threshold,
        judged: Judged | None = None,
        links: AllLinks | None = None,
        rarity: Rarity | None = None,
        *,
        indexed: Indexed = build_index,
    ) -> None:
        """Build the finder from an index of lists.

        Args:
            lists: Lists in force on the day.
            least: Probability from which a match is reported.
            judged: Returns why a party was judged different from an entry of a list; "": it was
                not. None: no judgements.
            links: Ownership links of all lists; None: not reported.
            rarity: Word counts of a generation of lists; None: those of these lists.
            indexed: Returns the index of entries; building one takes some seconds for 20,000.
        """
        self._entries = [_Listed(version, party) for version, held in lists for party in held]
        self._least = threshold_of(least)
        self._judged = judged
        self._links = links
        self._namesakes = Namesakes(each.party for each in self._entries)
        # Ids are unique within a list only, so entries are identified by index.
        parties = [
            structs.replace(each.party, id=str(place)) for place, each in enumerate(self._entries)
        ]
        self._matcher = Matcher(indexed(parties, rarity))
        self._kept: dict[PartyOnPaper, tuple[PartyMatch, ...]] = {}
        # Names without a match, with the kind of party.
        self._nobody: set[tuple[str, PartyKind]] = set()

    def find(self, asked: Sequence[PartyOnPaper]) -> list[tuple[PartyMatch, ...]]:
        """Return the matches of each party, most probable first."""
        if len(self._kept) > _KEPT:
            self._kept.clear()
            self._nobody.clear()
        kept = list(map(self._kept.get, asked))  # most parties recur and are looked up once
        pairs = zip(asked, kept, strict=True)
        new = list(dict.fromkeys(each for each, answer in pairs if answer is None))
        for begin in range(0, len(new) if self._entries else 0, _PARTIES_AT_ONCE):
            self._look_up(new[begin : begin + _PARTIES_AT_ONCE])
        return [
            self._kept.get(each, ()) if answer is None else answer
            for each, answer in zip(asked, kept, strict=True)
        ]

    def _look_up(self, asked: Sequence[PartyOnPaper]) -> None:
        """Fill the cache; a name without a match, the usual case, is parsed only once."""
        found: dict[PartyOnPaper, tuple[PartyMatch, ...]] = dict.fromkeys(asked, ())
        matcher, least, nobody = self._matcher, self._least, self._nobody
        bearing = {each for each in asked if self._may_bear(each)}
        near = [(e, (e.name, e.kind)) for e in asked]
        near = [(e, name) for e, name in near if name not in nobody or e in bearing]
        names = dict.fromkeys(name for _, name in near)
        asking = matcher.ask([AskedParty(text=name, kind=kind) for name, kind in names])
        answers = matcher.answer(asking)
        rows = {name: row for row, name in enumerate(names)}
        counts = answers.counts.tolist()
        nobody.update(name for name, row in rows.items() if not counts[row])
        for each, name in near:
            row = rows[name]
            if each in bearing or (
                counts[row] and matcher.may_match(_by_name(each), answers, row, least)
            ):
                answer = matcher.explained(question_of(each), asking, answers, row, least)
                found[each] = tuple(self._match(each, match) for match in answer.matches)
        self._kept |= found

    def _may_bear(self, each: PartyOnPaper) -> bool:
        """Return whether an entry may share a number of a party, or one in its text."""
        return self._matcher.may_bear(_by_name(each) if each.id else None, text_of(each))

    def _match(self, asked: PartyOnPaper, match: Match) -> PartyMatch:
        version, party = self._entries[int(match.entry)]
        supports, against = _said(match.explanation)
        links = self._links.get(version.slug) if self._links else None
        return PartyMatch(
            role=None,
            name=asked.name,
            list=version.slug,
            list_name=version.name,
            version=version.sha256,
            list_day=version.dated,
            entry=party.id,
            listed_name=match.name,
            name_kind=match.name_kind,
            kind=match.kind,
            probability=match.probability,
            action=match.action,
            outcome=match.outcome,
            outcome_day=party.outcome_day,
            listed=party.listed,
            programmes=party.programmes,
            source=match.source,
            supports=supports,
            against=against,
            judged=self._judged(version.slug, party, asked) if self._judged else "",
            confidential=party.confidential,
            notice=version.notice,
            sharing=self._namesakes.count(match.name),
            entries=len(self._namesakes),
            links=links.of(party) if links else (),
            blocked_share=links.blocked_share(party) if links else "",
            owned=links.owned(party) if links else None,
        )


def question_of(each: PartyOnPaper) -> AskedParty:
    """Create the query from all data on a party in the documents."""
    return structs.replace(_by_name(each), identifiers=identifiers_of(each))


def _by_name(each: PartyOnPaper) -> AskedParty:
    """Create the query without identifiers that must be extracted from name and address."""
    return AskedParty(
        text=each.name,
        kind=each.kind,
        countries=(each.country,) if each.country else (),
        addresses=(each.address,) if each.address else (),
        identifiers=number_of(each),
    )


def _said(told: Explanation) -> tuple[tuple[Phrase, ...], tuple[Phrase, ...]]:
    """Return the evidence for a match, and against it."""
    pairs = [
        Phrase("pair/words", name=pair.asked, listed=pair.listed, alike=likeness(pair))
        for pair in told.pairs
        if pair.asked
    ]
    supports = [Phrase("support/read", step=step) for step in told.cleaning]
    supports += [Phrase("support/pairs", pairs=pairs)] if pairs else []
    supports += [_compared(each) for each in told.modifiers if _speaks(each) > 0]
    sides = {"asked": "the papers", "listed": "the list"}
    against = [
        Phrase("support/side", side=sides[each.side], name=each.word, left=each.how)
        for each in told.left_over
    ]
    against += [
        _compared(each) for each in told.modifiers if _speaks(each) < 0 or each.what == NOT_VALID
    ]
    return tuple(supports), tuple(against)


def _compared(each: Modifier) -> Phrase:
    return Phrase("support/of", compared=each.what, values=each.text)


def _speaks(each: Modifier) -> float:
    """Return the points of evidence other than the name."""
    return 0.0 if each.text == NOTHING else each.points


Lists = Iterable[tuple[ListVersion, Sequence[ListedParty]]]


class DividedFinder:
    """Queries two finders and combines their matches."""

    def __init__(self, open_: PartyFinder, restricted: PartyFinder) -> None:
        """Set the finders for open and for restricted entries."""
        self._finders = (open_, restricted)

    def find(self, asked: Sequence[PartyOnPaper]) -> list[tuple[PartyMatch, ...]]:
        """Return the matches of each party, most probable first."""
        answers = zip(*(finder.find(asked) for finder in self._finders), strict=True)
        return [
            tuple(sorted((*open_, *secret), key=lambda match: -match.probability))
            for open_, secret in answers
        ]


def finder_of(
    lists: Lists,
    least: float | Threshold,
    judged: Judged | None,
    steps: int,
    rarity: Rarity | None = None,
    *,
    indexed: Indexed = build_index,
    day: date | None = None,
) -> PartyFinder:
    """Build the finder for lists.

    Args:
        lists: Lists in force on the day.
        least: Probability from which a match is reported.
        judged: See ListFinder.
        steps: Length of ownership paths followed from a matched entry.
        rarity: Word counts of a generation of lists; None: those of each part.
        indexed: Returns the index of entries.
        day: Day of ownership links and of the law on them; None: the latest.
    """
    held = [(version, tuple(parties)) for version, parties in lists]
    links = AllLinks(held, steps, day)
    held = [(version, tuple(links.searched(version, parties))) for version, parties in held]
    parts = [
        [(version, [p for p in parties if p.confidential == secret]) for version, parties in held]
        for secret in (False, True)
    ]
    finders = [ListFinder(part, least, judged, links, rarity, indexed=indexed) for part in parts]
    if not any(parties for _, parties in parts[1]):
        return finders[0]
    return DividedFinder(*finders)


_ENTITIES_AT_ONCE: Final = 4_096  # entities looked up at a time
_FIELDS: Final = tuple(name for name in Listing.__struct_fields__)


def find_listings(entities: Iterable[Entity], finder: PartyFinder) -> Iterator[Entity]:
    """Yield each entity with its list matches: one per entry, for the best matching member.

    Args:
        entities: Entities of a resolution.
        finder: Finder for the lists.
    """
    rest = iter(entities)
    while batch := list(islice(rest, _ENTITIES_AT_ONCE)):
        asked = [[_on_paper(m.written) for m in e.members if m.written.name] for e in batch]
        found = iter(finder.find([each for parties in asked for each in parties]))
        for entity, parties in zip(batch, asked, strict=True):
            matches = [match for told in islice(found, len(parties)) for match in told]
            yield structs.replace(entity, listings=_listings(matches))


def _listings(matches: Sequence[PartyMatch]) -> tuple[Listing, ...]:
    best: dict[tuple[str, str], PartyMatch] = {}
    for match in matches:
        before = best.setdefault((match.list, match.entry), match)
        if match.probability > before.probability:
            best[match.list, match.entry] = match
    ordered = sorted(best.values(), key=lambda each: (-each.probability, each.list, each.entry))
    return tuple(Listing(**{name: getattr(each, name) for name in _FIELDS}) for each in ordered)


def _on_paper(written: Written) -> PartyOnPaper:
    return PartyOnPaper(
        name=written.name,
        address=written.address or None,
        country=written.country or None,
        id_scheme=written.id_scheme or None,
        id=written.id or None,
    )
