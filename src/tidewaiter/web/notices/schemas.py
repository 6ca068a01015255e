"""Records of the pages of notifications, and the screening of their parties."""

import hashlib
from datetime import date
from functools import partial
from typing import Annotated, Literal

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.bulk.screening import Settings, finder_for
from tidewaiter.exchange.notices.checks import parties_of
from tidewaiter.exchange.notices.deadlines import Deadline
from tidewaiter.exchange.notices.law import LineLaw
from tidewaiter.exchange.notices.state import Act, State
from tidewaiter.exchange.notices.types import Event, Notice, Side
from tidewaiter.exchange.problems import Problem
from tidewaiter.exchange.protocol.relations import Standing
from tidewaiter.lists.archive import Archive
from tidewaiter.store.notices.drafts import KeptDraft
from tidewaiter.store.notices.events import Delivery
from tidewaiter.store.notices.lookup import Listed, Row, Show
from tidewaiter.trade.alerts import open_match
from tidewaiter.trade.party_matches import PartyOnPaper
from tidewaiter.trade.types import PartyMatch
from tidewaiter.web.cases.steps import Short
from tidewaiter.web.core.node import Node


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


Box = Literal["in", "out"]
SIDES: dict[Box, Side] = {"in": "importer", "out": "exporter"}


class NoticesAsked(Record, frozen=True, kw_only=True):
    """Which notices are wanted."""

    box: Box = "in"  # in: we import, and answer; out: we export
    show: Show = "all"
    text: Short = ""  # in the reference, or in the name of the peer
    after: Annotated[str, msgspec.Meta(max_length=40)] = ""  # `more` of the page before


class BoxRow(Record, frozen=True, kw_only=True):
    """A notice in a box."""

    listed: Listed
    days: int | None  # working days of both countries left for the next act; None: not known


class NoticesPage(Record, frozen=True, kw_only=True):
    """A box of notices: the earliest deadline first, and how many there are of each kind."""

    rows: tuple[BoxRow, ...]
    more: str  # cursor of the next page; "": this is the last
    counts: dict[Side, dict[Show, int]]
    drafts: int  # of the reader
    asked: NoticesAsked
    day: date


class Told(Record, frozen=True, kw_only=True):
    """What one side did: when it was kept here, and what became of our message of it."""

    event: Event
    kept: Delivery
    remarks: tuple[str, ...]  # that it does not count, or not do what it seems to


class Stands(Record, frozen=True, kw_only=True):
    """How a notice stands for whoever looks at it now."""

    day: date
    seen: int  # last event of the other side: who answers sends it back
    acts: tuple[Act, ...]  # what may be done now
    outcomes: tuple[str, ...]  # of the goods, that may be told now
    days: int | None  # working days of both countries left for the next act; None: not known
    overdue: bool
    own_country: str
    peer_name: str
    peer_country: str
    relation: Standing  # with the peer: while it is frozen, what we say is held back


class NoticePage(Record, frozen=True, kw_only=True):
    """A notice: how it stands, what the law says of it, and what both sides did."""

    row: Row
    stands: Stands
    state: State
    law: tuple[LineLaw, ...]
    problems: tuple[Problem, ...]  # that a check of it finds today
    told: tuple[Told, ...]  # in the order of arrival here


class CheckPage(Record, frozen=True, kw_only=True):
    """What a check found."""

    day: date
    sendable: bool  # nothing must be mended; whom it names must still be looked at
    problems: tuple[Problem, ...]
    law: tuple[LineLaw, ...]
    reply: Deadline  # the first day on which an answer may be asked for at the latest
    dispatch: Deadline  # the first day on which the goods may leave
    reply_by: date | None  # as it would go out
    screened: Screened


class DraftRow(Record, frozen=True, kw_only=True):
    """A draft in a list."""

    number: int
    changed: str  # ISO 8601, UTC
    peer: str
    reference: str
    amends: int  # number of a notice; 0: it is a new one
    goods: tuple[str, ...]  # names of its lines


class DraftsPage(Record, frozen=True, kw_only=True):
    """The drafts of whoever asks, the last begun first."""

    drafts: tuple[DraftRow, ...]


class PeerChoice(Record, frozen=True, kw_only=True):
    """A node that a notice can go to."""

    node: str
    name: str
    country: str
    relation: Standing


class DraftPage(Record, frozen=True, kw_only=True):
    """A notice that is being written, and what a check says of it."""

    draft: KeptDraft  # its number is 0 while it is not kept
    checked: CheckPage
    peers: tuple[PeerChoice, ...]
    seen: int  # last event of the other side, of an amendment
    amends: str  # reference of the notice whose next version it is; "": it is a new one


class Saved(Record, frozen=True, kw_only=True):
    """What became of a draft."""

    draft: int  # its number; 0: it is gone
    version: int
    notice: int  # number of the notice that it was sent as; 0: it was not sent
