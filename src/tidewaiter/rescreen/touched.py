"""Touched: the past parties whose matches a changed entry may change, and the lines that name them.

A small index of the changed entries alone, with the word counts of the whole, meets every entry
that the whole index would for a party, and more: nothing crowds it out there. Parties that meet one
are looked up in the whole lists. The others match what they matched before, but for this: which
unchanged entries the whole index compares at all may shift with the length of its postings.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tidewaiter.bulk.run import Settings, finder_for
from tidewaiter.consignments.finder import question_of
from tidewaiter.consignments.traders import fold_party
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.generation import generation_of
from tidewaiter.lists.rarities import rarity_in
from tidewaiter.parties.matching.index import build_index
from tidewaiter.parties.matching.matcher import Matcher
from tidewaiter.parties.matching.types import AskedParty
from tidewaiter.parties.types import ListedParty
from tidewaiter.rescreen.plan import Plan
from tidewaiter.store.database import Database
from tidewaiter.store.notes import lines_with_parties
from tidewaiter.store.parties import StoredParty, lines_of_parties, stored_parties


class Touched(NamedTuple):
    """What changed entries touch."""

    parties: int  # all that are stored
    near: int  # of these, that changed entries resemble at all
    lines: set[int]  # ids of the lines to screen again


def touched_lines(database: Database, settings: Settings, plan: Plan) -> Touched:
    """Find the lines that must be screened again where nothing but entries and judgements changed.

    Args:
        database: With the parties.
        settings: What lines are screened by now.
        plan: With the difference.
    """
    entries = plan.difference.concerned if plan.difference else ()
    before = plan.difference.before if plan.difference else set()
    matcher = _matcher(settings, entries)
    parties, matching, names, near = 0, [], set(), 0
    for page in _pages(database):
        parties += len(page)
        if matcher is None and not plan.judged:
            continue
        close = _close(page, matcher, plan.judged)
        near += len(close)
        names |= {each.party.name for each in close}
        matching += _matching(close, settings)
    with database.work() as work:
        lines = lines_of_parties(work, matching)
        if names or before:
            lines |= lines_with_parties(work, names, before)
    return Touched(parties, near, lines)


def _matcher(settings: Settings, entries: Sequence[ListedParty]) -> Matcher | None:
    """Build the small index, with the counts of the generation; None: nothing to look for."""
    if not entries or settings.lists is None:
        return None
    archive = Archive(settings.lists)
    generation = generation_of(archive)
    return Matcher(build_index(entries, rarity_in(archive, generation) if generation else None))


def _pages(database: Database) -> Iterator[list[StoredParty]]:
    after = 0
    while True:
        with database.work() as work:
            page = stored_parties(work, after=after)
        if not page:
            return
        after = page[-1].id
        yield page


def _close(
    page: Sequence[StoredParty], matcher: Matcher | None, judged: frozenset[str]
) -> list[StoredParty]:
    """Return the parties that a changed entry resembles at all, and those that were judged."""
    met: set[str] = set()
    if matcher is not None:
        names = list(dict.fromkeys(each.party.name for each in page))
        first = {each.party.name: each.party for each in reversed(page)}
        asking = matcher.ask([question_of(first[name]) for name in names])
        answers = matcher.answer(asking)
        met = {name for name, count in zip(names, answers.counts, strict=True) if count}
    return [
        each
        for each in page
        if each.party.name in met
        or (judged and fold_party(each.party.name) in judged)
        or (matcher is not None and _bears(question_of(each.party), matcher))
    ]


def _bears(asked: AskedParty, matcher: Matcher) -> bool:
    """Tell whether a party bears an identifier of a changed entry, whatever its name."""
    return bool(asked.identifiers) and bool(matcher.by_number(asked))


def _matching(close: Sequence[StoredParty], settings: Settings) -> list[int]:
    """Return the ids of the parties that the lists now match."""
    finder = finder_for(settings) if close else None
    if finder is None:
        return []
    found = finder.find([each.party for each in close])
    return [each.id for each, matches in zip(close, found, strict=True) if matches]
