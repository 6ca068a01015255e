"""The parties of a notice against the lists that are loaded: resemblances, and no verdict."""

import hashlib
from datetime import date
from functools import partial

from tidewaiter.base.records import Record
from tidewaiter.bulk.run import Settings, finder_for
from tidewaiter.consignments.listed import PartyOnPaper
from tidewaiter.consignments.restricted import open_match
from tidewaiter.consignments.types import PartyMatch
from tidewaiter.exchange.notices.sense import parties_of
from tidewaiter.exchange.notices.types import Notice
from tidewaiter.lists.archive import Archive
from tidewaiter.web.node import Node


class Hit(Record, frozen=True, kw_only=True):
    """A party of a notice that resembles an entry of a list."""

    place: str  # role: "importer", "other 2"
    match: PartyMatch


class Screened(Record, frozen=True, kw_only=True):
    """What the lists say of the parties of a notice."""

    lists: bool  # False: none are loaded, so nothing was looked up
    hits: tuple[Hit, ...] = ()  # the most probable of each party first
    mark: str = ""  # what tells these hits from others: who sends says that they were looked at


def screen_parties(node: Node, notice: Notice, day: date, *, cleared: bool) -> Screened:
    """Look the parties of a notice up, by name and what else is said of them.

    A country by itself raises nothing: who has no name is not asked for.

    Args:
        node: With its lists.
        notice: Whose parties.
        day: The lists are as they were in force then.
        cleared: Whether entries that are for the authority only are told.
    """
    folder = node.desk.lists
    if folder is None or not Archive(folder).slugs():
        return Screened(lists=False)
    named = [(place, party) for place, party in parties_of(notice) if party.name.strip()]
    settings = Settings(day=day, file="", sha256="", rules=node.desk.rules, lists=folder)
    finder = finder_for(settings)
    if finder is None or not named:
        return Screened(lists=True)
    asked = [
        PartyOnPaper(party.name, party.address or None, party.country or None, None, None)
        for _, party in named
    ]
    shown = partial(_shown, cleared=cleared)
    hits = tuple(
        Hit(place=place, match=match)
        for (place, _), matches in zip(named, finder.find(asked), strict=True)
        for match in filter(None, map(shown, matches))
    )
    return Screened(lists=True, hits=hits, mark=_mark(hits))


def _shown(match: PartyMatch, *, cleared: bool) -> PartyMatch | None:
    return match if cleared else open_match(match)


def _mark(hits: tuple[Hit, ...]) -> str:
    """Return what is another one where other entries are met, or by other parties."""
    told = sorted(f"{h.place}\0{h.match.name}\0{h.match.list}\0{h.match.entry}" for h in hits)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16] if told else ""
