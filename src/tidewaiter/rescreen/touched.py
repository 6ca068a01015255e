"""Touched: the past lines whose alerts a change of lists or judgements may change.

Each distinct party is looked up once in the lists as they are now. A line is screened again where
one of its parties matches other entries than its alerts rest on, an entry that was changed or is
tied to such a one, or where a party was judged. Nothing else can come of a change of lists: what
goods say does not change with them.

An index of the changed entries alone would not do: which entries are compared with a party depends
on how many others its words meet, so a new entry can change which unchanged ones it matches.
"""

from collections.abc import Iterator
from typing import NamedTuple

from tidewaiter.bulk.run import Settings, finder_for
from tidewaiter.consignments.traders import fold_party
from tidewaiter.rescreen.plan import Plan
from tidewaiter.store.database import Database
from tidewaiter.store.notes import entries_by_party
from tidewaiter.store.parties import StoredParty, lines_of_parties, stored_parties


class Touched(NamedTuple):
    """What a change touches."""

    parties: int  # all that are stored
    lines: set[int]  # ids of the lines to screen again


def touched_lines(database: Database, settings: Settings, plan: Plan) -> Touched:
    """Find the lines that must be screened again where nothing but lists and judgements changed.

    Args:
        database: With the parties.
        settings: What lines are screened by now.
        plan: With the difference.
    """
    concerned = plan.difference.concerned if plan.difference else frozenset()
    idle = not concerned and not plan.judged
    finder = None if idle else finder_for(settings)
    with database.work() as work:
        rested = {} if idle else entries_by_party(work)
    parties, touched = 0, list[int]()
    for page in _pages(database):
        parties += len(page)
        found = finder.find([each.party for each in page]) if finder else [()] * len(page)
        for each, matches in zip(page, found, strict=True):
            now = {(match.list, match.entry) for match in matches}
            judged = plan.judged and fold_party(each.party.name) in plan.judged
            if now != rested.get(each.id, set()) or now & concerned or judged:
                touched.append(each.id)
    with database.work() as work:
        return Touched(parties, lines_of_parties(work, touched))


def _pages(database: Database) -> Iterator[list[StoredParty]]:
    after = 0
    while True:
        with database.work() as work:
            page = stored_parties(work, after=after)
        if not page:
            return
        after = page[-1].id
        yield page
