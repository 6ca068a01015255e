"""Touched: the past lines whose alerts a change of lists or judgements may change.

Each distinct party, and each vessel, is looked up once in the lists as they are now. A line is
screened again where one of these matches other entries than its alerts rest on, an entry that was
changed or is tied to such a one, or where it was judged. Nothing else can come of a change of
lists: what goods say does not change with them.

An index of the changed entries alone would not do: which entries are compared with a party depends
on how many others its words meet, so a new entry can change which unchanged ones it matches.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tidewaiter.bulk.run import Settings, finder_for
from tidewaiter.consignments.listed import PartyFinder, vessel_on_paper, vessels_among
from tidewaiter.consignments.traders import fold_party
from tidewaiter.consignments.types import PartyMatch
from tidewaiter.rescreen.plan import Plan
from tidewaiter.store.database import Database
from tidewaiter.store.notes import entries_by_party
from tidewaiter.store.parties import StoredParty, lines_of_parties, stored_parties
from tidewaiter.store.vessels import entries_by_vessel, stored_vessels

_Entries = set[tuple[str, str]]  # list and id of each


class Touched(NamedTuple):
    """What a change touches."""

    parties: int  # all that are stored
    vessels: int  # all that stored lines name
    lines: set[int]  # ids of the lines to screen again


def touched_lines(database: Database, settings: Settings, plan: Plan) -> Touched:
    """Find the lines that must be screened again where nothing but lists and judgements changed.

    Args:
        database: With the parties.
        settings: What lines are screened by now.
        plan: With the difference.
    """
    if not (_concerned(plan) or plan.judged):
        return Touched(sum(map(len, _pages(database))), 0, set())
    finder = finder_for(settings)
    parties, lines = _by_parties(database, finder, plan)
    vessels, others = _by_vessels(database, finder, plan)
    return Touched(parties, vessels, lines | others)


def _by_parties(database: Database, finder: PartyFinder | None, plan: Plan) -> tuple[int, set[int]]:
    """Look up all parties; return how many there are, and the lines that are touched."""
    with database.work() as work:
        rested = entries_by_party(work)
    parties, touched = 0, list[int]()
    for page in _pages(database):
        parties += len(page)
        found = finder.find([each.party for each in page]) if finder else [()] * len(page)
        for each, matches in zip(page, found, strict=True):
            if _is_touched(each.party.name, matches, rested.get(each.id, set()), plan):
                touched.append(each.id)
    with database.work() as work:
        return parties, lines_of_parties(work, touched)


def _by_vessels(database: Database, finder: PartyFinder | None, plan: Plan) -> tuple[int, set[int]]:
    """Look up all vessels; return how many there are, and the lines that are touched."""
    stored = stored_vessels(database)
    papers = [vessel_on_paper(*ship) for ship in stored.ships]
    asked = {place: paper for place, paper in enumerate(papers) if paper is not None}
    with database.work() as work:
        rested = entries_by_vessel(work, stored, {at: paper.name for at, paper in asked.items()})
    found = finder.find(list(asked.values())) if finder else [()] * len(asked)
    touched = [
        place
        for (place, paper), matches in zip(asked.items(), found, strict=True)
        if _is_touched(paper.name, vessels_among(matches), rested.get(place, set()), plan)
    ]
    return len(asked), stored.lines_of(touched)


def _is_touched(name: str, matches: Sequence[PartyMatch], rested: _Entries, plan: Plan) -> bool:
    now = {(match.list, match.entry) for match in matches}
    judged = bool(plan.judged) and fold_party(name) in plan.judged
    return now != rested or bool(now & _concerned(plan)) or judged


def _concerned(plan: Plan) -> frozenset[tuple[str, str]]:
    return plan.difference.concerned if plan.difference else frozenset()


def _pages(database: Database) -> Iterator[list[StoredParty]]:
    after = 0
    while True:
        with database.work() as work:
            page = stored_parties(work, after=after)
        if not page:
            return
        after = page[-1].id
        yield page
