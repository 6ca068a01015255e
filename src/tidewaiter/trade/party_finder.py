"""Finder: looks the parties of consignments up in the lists of a day."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec import structs

from tidewaiter.consignments.links import Links
from tidewaiter.consignments.listed import PartyOnPaper
from tidewaiter.consignments.numbers import identifiers_of, number_of, text_of
from tidewaiter.consignments.types import PartyMatch
from tidewaiter.parties.matching.bearers import NOT_VALID
from tidewaiter.parties.matching.index import Index, build_index
from tidewaiter.parties.matching.matcher import Matcher
from tidewaiter.parties.matching.model import threshold_of
from tidewaiter.parties.matching.rarity import Rarity
from tidewaiter.parties.matching.types import AskedParty, Explanation, Match, Modifier
from tidewaiter.parties.namesakes import Namesakes
from tidewaiter.parties.thresholds import Threshold
from tidewaiter.parties.types import ListedParty, ListVersion, PartyKind

_KEPT = 1 << 18  # parties whose answers are kept; then all are forgotten
_BATCH = 8_192

Judged = Callable[[str, ListedParty, PartyOnPaper], str]
Indexed = Callable[[Sequence[ListedParty], Rarity | None], Index]


class _Listed(NamedTuple):
    """An entry, and the list that it is of."""

    version: ListVersion
    party: ListedParty


class ListFinder:
    """Finds the listed parties that names resemble; keeps what it answered."""

    def __init__(
        self,
        lists: Iterable[tuple[ListVersion, Sequence[ListedParty]]],
        least: float | Threshold,
        judged: Judged | None = None,
        links: Mapping[str, Links] | None = None,
        rarity: Rarity | None = None,
        *,
        indexed: Indexed = build_index,
    ) -> None:
        """Take the index of lists.

        Args:
            lists: As they were in force on the day.
            least: The probability from which on a resemblance is told.
            judged: Says why a party was judged another than an entry of a list; "": it was not.
                None: nobody judged.
            links: The ties of each list, by its slug; None: they are not told.
            rarity: Counts of the words of a generation of lists; None: those of these lists.
            indexed: Gives the index of entries; some seconds for 20,000 where it builds it.
        """
        self._entries = [_Listed(version, party) for version, held in lists for party in held]
        self._least = threshold_of(least)
        self._judged = judged
        self._links = links or {}
        self._namesakes = Namesakes(each.party for each in self._entries)
        # Ids are those of each list, so entries are told apart by their places.
        parties = [
            structs.replace(each.party, id=str(place)) for place, each in enumerate(self._entries)
        ]
        self._matcher = Matcher(indexed(parties, rarity))
        self._kept: dict[PartyOnPaper, tuple[PartyMatch, ...]] = {}
        # Names that resemble no listed one, with the kind of the party.
        self._nobody: set[tuple[str, PartyKind]] = set()

    def find(self, asked: Sequence[PartyOnPaper]) -> list[tuple[PartyMatch, ...]]:
        """Return for each party those that it resembles, the most probable first."""
        if len(self._kept) > _KEPT:
            self._kept.clear()
            self._nobody.clear()
        kept = list(map(self._kept.get, asked))  # most recur: each is looked for once
        pairs = zip(asked, kept, strict=True)
        new = list(dict.fromkeys(each for each, answer in pairs if answer is None))
        for begin in range(0, len(new) if self._entries else 0, _BATCH):
            self._look_up(new[begin : begin + _BATCH])
        return [
            self._kept.get(each, ()) if answer is None else answer
            for each, answer in zip(asked, kept, strict=True)
        ]

    def _look_up(self, asked: Sequence[PartyOnPaper]) -> None:
        """Keep answers; a name that resembles none, as most, is read once, its party no more."""
        found: dict[PartyOnPaper, tuple[PartyMatch, ...]] = dict.fromkeys(asked, ())
        matcher, least = self._matcher, self._least
        questions = {each: _by_name(each) for each in asked}
        bearing = {e for e, question in questions.items() if matcher.may_bear(question, text_of(e))}
        near = [e for e in asked if (e.name, e.kind) not in self._nobody or e in bearing]
        names = dict.fromkeys((each.name, each.kind) for each in near)
        asking = matcher.ask([AskedParty(text=name, kind=kind) for name, kind in names])
        answers = matcher.answer(asking)
        rows = {name: row for row, name in enumerate(names)}
        self._nobody.update(name for name, row in rows.items() if not answers.counts[row])
        for each in near:
            row, question = rows[each.name, each.kind], questions[each]
            if each in bearing or matcher.may_match(question, answers, row, least):
                answer = matcher.explained(question_of(each), asking, answers, row, least)
                found[each] = tuple(self._match(each, match) for match in answer.matches)
        self._kept |= found

    def _match(self, asked: PartyOnPaper, match: Match) -> PartyMatch:
        version, party = self._entries[int(match.entry)]
        supports, against = _in_words(match.explanation)
        links = self._links.get(version.slug)
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
        )


def question_of(each: PartyOnPaper) -> AskedParty:
    """Ask for a party by all that the papers say of it."""
    return structs.replace(_by_name(each), identifiers=identifiers_of(each))


def _by_name(each: PartyOnPaper) -> AskedParty:
    """Ask for a party without what must be looked for in its name and address."""
    return AskedParty(
        text=each.name,
        kind=each.kind,
        countries=(each.country,) if each.country else (),
        addresses=(each.address,) if each.address else (),
        identifiers=number_of(each),
    )


def _in_words(told: Explanation) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Say what speaks for a match, and what against it."""
    pairs = [
        f"{pair.asked} stands for {pair.listed} ({pair.kind})" for pair in told.pairs if pair.asked
    ]
    supports = [f"read: {step}" for step in told.cleaning]
    supports += [", ".join(pairs)] if pairs else []
    supports += [f"{each.what} ({each.text})" for each in told.modifiers if _speaks(each) > 0]
    sides = {"asked": "the papers", "listed": "the list"}
    against = [f"{sides[each.side]}: {each.word} is {each.how}" for each in told.left_over]
    against += [
        f"{each.what} ({each.text})"
        for each in told.modifiers
        if _speaks(each) < 0 or each.what == NOT_VALID
    ]
    return tuple(supports), tuple(against)


def _speaks(each: Modifier) -> float:
    """Return the points of what is said of a party beside its name."""
    return each.points if each.text else 0.0
